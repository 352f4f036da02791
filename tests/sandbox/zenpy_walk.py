"""A walk through the helpdesk with zenpy, run by the Python that has it: `zenpy_walk.py EMAIL TOKEN FILE`.

Every step checks the values it got; it prints `walked` when all of them were right.
"""

import sys
import time
from pathlib import Path

from zenpy import Zenpy  # type: ignore[import-not-found]  # installed only where this runs
from zenpy.lib.api_objects import Comment, Ticket, User  # type: ignore[import-not-found]  # the same
from zenpy.lib.exception import RecordNotFoundException  # type: ignore[import-not-found]  # the same


def check(claim: bool, what: object) -> None:
    """Stop when a claim is false."""
    if not claim:
        raise SystemExit(f"not as expected: {what}")


def people(desk: Zenpy, email: str) -> User:
    """The walk through users, groups and organizations; a new customer."""
    check(desk.users.me().email == email, "users/me is the administrator")
    customer = desk.users.create(User(name="Walk Customer", email="walk@example.com"))
    check(desk.users(id=customer.id).name == "Walk Customer", "a created user can be read")
    customer.notes = "met on a walk"
    check(desk.users.update(customer).notes == "met on a walk", "a user can be changed")
    check([user.id for user in desk.users.search(query="walk@example.com")] == [customer.id], "users are found")
    check(any(one.value == "walk@example.com" for one in desk.users.identities(id=customer.id)), "identities")
    check(len(list(desk.groups())) >= 1, "groups are listed")
    check(all(group.id for group in desk.groups()), "groups have ids")
    list(desk.organizations())
    return customer


def tickets(desk: Zenpy, customer: User, file: str) -> Ticket:
    """The walk through tickets: create, read, comment with an upload, tags, audits, metrics."""
    made = desk.tickets.create(
        Ticket(
            subject="Walk",
            comment=Comment(body="The parcel from 京都 is late"),
            requester_id=customer.id,
            tags=["walk"],
        )
    )
    ticket = made.ticket
    check(desk.tickets(id=ticket.id).subject == "Walk", "a created ticket can be read")
    check(made.audit.ticket_id == ticket.id, "a create answers with its audit")
    upload = desk.attachments.upload(file)
    ticket.comment = Comment(body="Here is the proof", public=True, uploads=[upload.token])
    ticket.status = "pending"
    changed = desk.tickets.update(ticket)
    check(changed.ticket.status == "pending", "a status can be set")
    comments = list(desk.tickets.comments(ticket=ticket.id))
    check([one.body for one in comments] == ["The parcel from 京都 is late", "Here is the proof"], "comments in order")
    attachment = comments[-1].attachments[0]
    target = desk.attachments.download(attachment.id, file + ".back")
    check(Path(target).read_bytes() == Path(file).read_bytes(), "a file comes back as it was sent")
    check(set(desk.tickets.add_tags(ticket.id, ["more"])) == {"walk", "more"}, "tags are added")
    check(len(list(desk.tickets.audits(ticket=ticket.id))) >= 2, "audits are listed")
    check(desk.tickets.metrics(ticket.id).replies == 1, "metrics count the reply")
    check(ticket.id in [one.id for one in desk.tickets()], "tickets are listed by cursor")
    check(ticket.id in [one.id for one in desk.users.requested(customer.id)], "tickets of a customer")
    return ticket


def finding(desk: Zenpy, ticket: Ticket) -> None:
    """The walk through search, views, macros and exports."""
    check([one.id for one in desk.search("京都", type="ticket")] == [ticket.id], "Japanese is found")
    check([one.id for one in desk.search_export(query="tags:walk", type="ticket")] == [ticket.id], "search export")
    views = list(desk.views.active())
    check(len(views) >= 1, "views are listed")
    check(ticket.id in [one.id for one in desk.views.tickets(views[0])], "a view has its tickets")
    check(desk.views.count(views[0]).value >= 1, "a view is counted")
    macro = next(iter(desk.macros()))
    shown = desk.tickets.show_macro_effect(ticket.id, macro.id)
    check("Walk Customer" in shown.ticket.comment.body, "a macro fills in the customer's name")
    start = int(time.time()) - 3600
    check(ticket.id in [one.id for one in desk.tickets.incremental(start_time=start)], "incremental tickets")
    check(
        ticket.id in [one.id for one in desk.tickets.incremental(start_time=start, paginate_by_time=False)],
        "incremental tickets by cursor",
    )
    check(len(list(desk.users.incremental(start_time=start))) >= 1, "incremental users")
    check(ticket.id in [one.ticket_id for one in desk.tickets.events(start)], "ticket events")
    check(len(list(desk.organizations.incremental(start_time=start))) >= 0, "incremental organizations")


def endings(desk: Zenpy, ticket: Ticket) -> None:
    """The walk through jobs and what is gone."""
    extra = [Ticket(subject=f"Bulk {number}", comment=Comment(body="many")) for number in range(3)]
    job = desk.tickets.create(extra)
    while job.status not in ("completed", "failed"):
        job = desk.job_status(id=job.id)
    check(len(job.results) == 3, "a job reports every row")
    desk.tickets.delete(ticket)
    try:
        desk.tickets(id=ticket.id)
    except RecordNotFoundException:
        pass
    else:
        check(False, "a deleted ticket is not found")
    check(ticket.id in [one.id for one in desk.tickets.deleted()], "a deleted ticket is listed as deleted")
    articles = list(desk.help_center.articles())
    check(len(articles) >= 1 and bool(articles[0].title), "articles are listed")
    check(len(list(desk.help_center.articles.search(query="password"))) >= 1, "articles are found")


def main(email: str, token: str, file: str) -> None:
    """Walk all of it."""
    desk = Zenpy(subdomain="any", email=email, token=token, proactive_ratelimit=None)
    customer = people(desk, email)
    ticket = tickets(desk, customer, file)
    finding(desk, ticket)
    endings(desk, ticket)
    sys.stdout.write("walked\n")


if __name__ == "__main__":
    main(*sys.argv[1:4])
