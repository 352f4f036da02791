"""Loading: a dataset, or a folder of JSONL files in the shapes of the Zendesk API, into a helpdesk in bulk.

Records become rows in the order they are read, in one transaction, without the checks that a change over the API
meets: what is loaded has already happened. Unknown e-mails make users, missing fields get defaults, ids are kept.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from agentdesk.sandbox import folder as folders
from agentdesk.sandbox.dataset import Dataset, Doc
from agentdesk.sandbox.fields import status_id
from agentdesk.sandbox.people import identities_of
from agentdesk.sandbox.prose import text_of
from agentdesk.sandbox.records import Shelf, epoch, utc
from agentdesk.sandbox.state import Helpdesk
from agentdesk.sandbox.tickets import event_value, system_metadata, via_of

_BATCH = 500
_TICKET_PEOPLE = (("requester", "requester_id"), ("submitter", "submitter_id"), ("assignee", "assignee_id"))
# What a ticket is made with; later changes to the same fields are told by its `changes`.
_CREATED = (
    "subject", "requester_id", "organization_id", "group_id", "assignee_id", "type", "priority", "status",
    "problem_id", "ticket_form_id", "brand_id", "external_id", "tags",
)  # fmt: skip


def load(helpdesk: Helpdesk, dataset: Dataset) -> int:
    """How many tickets were loaded into the helpdesk from a dataset."""
    return _Loader(helpdesk).everything(dataset)


def load_folder(helpdesk: Helpdesk, folder: Path) -> int:
    """How many tickets were loaded from a folder's JSONL files. Raises ValueError naming file and line."""
    return load(helpdesk, folders.read(folder))


class _Loader:
    def __init__(self, helpdesk: Helpdesk) -> None:
        self.desk = helpdesk
        self.db = helpdesk.db
        self.now = helpdesk.db.stamp()
        self._by_email: dict[str, int] = {}
        self._organization_of: dict[int, int | None] = {}
        self._seq = 0
        self._event = 0

    def everything(self, dataset: Dataset) -> int:
        with self.db.atomic():
            self._seq = self.db.reached("seq", 0)
            self._event = self.db.reached("events", self.desk.tickets.comments.new_id())
            self._people(dataset)
            self._account(dataset)
            self._help_center(dataset)
            for event in dataset.user_events:
                self.desk.people.events.put(self.desk.people.new_event(int(event["user_id"]), event))
            count = self._tickets(dataset.tickets)
            self.db.raise_to("seq", self._seq)
            self.db.raise_to("events", self._event)
        return count

    def _next(self) -> int:
        self._event += 1
        return self._event

    def _people(self, dataset: Dataset) -> None:
        people = self.desk.people
        self._put(people.organizations, map(people.new_organization, map(self._dated, dataset.organizations)))
        self._put(people.groups, map(people.new_group, map(self._dated, dataset.groups)))
        for user in dataset.users:
            self._user(user)
        self._put(people.memberships, map(people.new_membership, map(self._dated, dataset.memberships)))
        # Agents who belong to no group (a loaded folder has none) work in one for everybody.
        homeless = [user for user in people.staff() if not people.group_ids(user["id"])]
        if homeless:
            groups = people.groups.where(limit=1) or [people.groups.put(people.new_group({"name": "Support"}))]
            for user in homeless:
                fields = {"user_id": user["id"], "group_id": groups[0]["id"], "default": True}
                people.memberships.put(people.new_membership(fields))

    def _account(self, dataset: Dataset) -> None:
        desk, fields = self.desk, self.desk.fields
        self._put(fields.fields, map(fields.new_field, dataset.ticket_fields))
        fields.ensure_system_fields()
        if dataset.brands:
            self.db.remember("brands", json.dumps(dataset.brands))
        self._put(fields.forms, map(fields.new_form, dataset.ticket_forms))
        self._put(desk.macros.shelf, map(desk.macros.new_macro, dataset.macros))
        view: Doc = {
            "active": True, "description": None, "restriction": None, "default": False, "watchable": True,
            "created_at": self.now, "updated_at": self.now, "conditions": {"all": [], "any": []}, "execution": {},
        }  # fmt: skip
        views = (
            view | {"raw_title": one.get("title"), "position": number} | one for number, one in enumerate(dataset.views)
        )
        self._put(desk.views, views)
        policy: Doc = {"description": "", "position": 0, "filter": {"all": [], "any": []}, "policy_metrics": [],
                       "created_at": self.now, "updated_at": self.now}  # fmt: skip
        self._put(desk.policies, (policy | one for one in dataset.slas))

    def _help_center(self, dataset: Dataset) -> None:
        center = self.desk.help_center
        for shelf, rows in ((center.categories, dataset.categories), (center.sections, dataset.sections)):
            self._put(shelf, map(center.new_place, map(self._dated, rows)))
        for one in dataset.articles:
            center.add(center.new_article(self._dated(one)))

    def _put(self, shelf: Shelf, docs: Iterable[Doc]) -> None:
        for doc in docs:
            if "seq" in shelf.columns:
                self._seq += 1
                doc |= {"seq": self._seq, "generated_timestamp": epoch(doc["updated_at"])}
            if doc.get("id") is None:
                doc["id"] = shelf.new_id()
            shelf.put_many([doc])

    def _dated(self, doc: Doc) -> Doc:
        """A record with times in the API's form, however they were written."""
        times = {
            name: utc(doc[name]) for name in ("created_at", "updated_at", "edited_at") if isinstance(doc.get(name), str)
        }
        return {**doc, "created_at": self.now, "updated_at": times.get("created_at", self.now), **times}

    def _user(self, fields: Doc) -> Doc:
        people = self.desk.people
        user = people.new_user(self._dated(fields))
        user.pop("identities", None)
        self._put(people.users, [user])
        if user["email"]:
            self._by_email[user["email"]] = user["id"]
        self._organization_of[user["id"]] = user["organization_id"]
        identities = [
            people.new_identity(user["id"], one) for one in identities_of(user, fields.get("identities") or ())
        ]
        self._put(people.identities, identities)
        return user

    def _person(self, given: object, default: int) -> int:
        """The id that an id, an e-mail or `{id|email, name}` stands for; an e-mail nobody has makes a user."""
        fields: Doc = (
            given if isinstance(given, dict) else {"email": given} if isinstance(given, str) else {"id": given}
        )
        if fields.get("id"):
            known = int(fields["id"])
            if known not in self._organization_of:
                found = self.desk.people.users.find(known)
                self._organization_of[known] = found["organization_id"] if found else None
                if found is None:
                    self._user(
                        {"id": known, "name": fields.get("name") or f"User {known}", "email": fields.get("email")}
                    )
            return known
        email = str(fields.get("email") or "").lower()
        if not email:
            return default
        if email not in self._by_email:
            found = self.desk.people.by_identity(email)
            self._by_email[email] = found["id"] if found else self._user({**fields, "email": email})["id"]
        return self._by_email[email]

    # Tickets

    def _tickets(self, tickets: Iterable[Doc]) -> int:
        store = self.desk.tickets
        admin = self.desk.admin()["id"]
        count = 0
        rows: list[Doc] = []
        comments: list[Doc] = []
        audits: list[Doc] = []

        def flush() -> None:
            store.tickets.put_many(rows)
            store.comments.put_many(comments)
            store.audits.put_many(audits)
            for batch in (rows, comments, audits):
                batch.clear()

        for given in tickets:
            count += 1
            ticket, spoken, log = self._ticket(given, admin)
            rows.append(ticket)
            comments += spoken
            audits += log
            if len(rows) >= _BATCH:
                flush()
        flush()
        return count

    def _ticket(self, given: Doc, admin: int) -> tuple[Doc, list[Doc], list[Doc]]:
        told = self._dated(
            {name: value for name, value in given.items() if name not in ("comments", "changes", "fields")}
        )
        ticket = self.desk.tickets.new_ticket(told)
        for name, key in _TICKET_PEOPLE:
            person = ticket.pop(name, None) or ticket[key]
            ticket[key] = self._person(person, admin) if person else None
        ticket["requester_id"] = ticket["requester_id"] or admin
        ticket["submitter_id"] = ticket["submitter_id"] or ticket["requester_id"]
        ticket["id"] = ticket["id"] or self.desk.tickets.tickets.new_id()
        if ticket["organization_id"] is None:
            ticket["organization_id"] = self._organization_of.get(ticket["requester_id"])
        ticket["custom_status_id"] = status_id(ticket["status"])
        ticket["tags"] = list(ticket["tags"] or ())
        comments = self._comments(ticket, given)
        changes = sorted(given.get("changes") or (), key=lambda one: str(one["created_at"]))
        self._describe(ticket, comments, changes, given)
        audits = self._audits(ticket, comments, changes)
        rating = ticket["satisfaction_rating"]
        if isinstance(rating, dict) and rating.get("score") in ("good", "bad"):
            self._rating(ticket, rating, audits)
        self._seq += 1
        ticket |= {"seq": self._seq, "generated_timestamp": epoch(ticket["updated_at"])}
        return ticket, comments, audits

    def _describe(self, ticket: Doc, comments: list[Doc], changes: list[Doc], given: Doc) -> None:
        """Fill in what follows from the comments and changes."""
        first = comments[0]
        ticket["description"] = ticket["description"] or first["body"]
        ticket["subject"] = ticket["subject"] or first["body"].split("\n", 1)[0][:150]
        ticket["raw_subject"] = ticket["subject"]
        ticket["is_public"] = any(one["public"] for one in comments)
        if not given.get("via"):
            ticket |= {"via": first["via"], "channel": first["via"]["channel"]}
        latest = max(comments[-1]["created_at"], *(utc(one["created_at"]) for one in changes), ticket["created_at"])
        if "updated_at" not in given or ticket["updated_at"] < latest:
            ticket["updated_at"] = latest
        if ticket["status"] in ("solved", "closed"):
            solved = [
                one["created_at"] for one in changes if one["field_name"] == "status" and one["value"] == "solved"
            ]
            ticket["solved_at"] = utc(solved[-1]) if solved else ticket["updated_at"]

    def _comments(self, ticket: Doc, given: Doc) -> list[Doc]:
        opening: Doc = {"author_id": ticket["requester_id"], "body": ticket["description"] or ticket["subject"]}
        rows = given.get("comments") or [opening]
        made = [self._comment(ticket, one) for one in rows]
        return sorted(made, key=lambda one: str(one["created_at"]))

    def _comment(self, ticket: Doc, given: Doc) -> Doc:
        author = given.get("author") or given.get("author_id")
        at = given.get("created_at")
        via = given.get("via") or ticket["via"] or via_of("api")
        html = given.get("html_body")
        body = given.get("body") or given.get("plain_body") or (text_of(html) if html else "")
        attachments = [self.desk.uploads.stored(one)["id"] for one in given.get("attachments") or ()]
        comment: Doc = {
            "id": given.get("id") or self._next(),
            "type": given.get("type") or "Comment",
            "ticket_id": ticket["id"],
            "author_id": self._person(author, ticket["requester_id"]) if author else ticket["requester_id"],
            "body": body,
            "html_body": html,
            "public": bool(given.get("public", True)),
            "attachment_ids": attachments,
            "via": via if isinstance(via, dict) else via_of(str(via)),
            "created_at": utc(at) if at else ticket["created_at"],
            "metadata": given.get("metadata") or {"system": system_metadata(), "custom": {}},
        }
        return comment | ({"data": given["data"]} if "data" in given else {})

    def _audits(self, ticket: Doc, comments: list[Doc], changes: list[Doc]) -> list[Doc]:
        """One audit for the creation and first comment, then one per comment and per group of changes, in order."""
        initial = {name: ticket[name] for name in _CREATED}
        for change in reversed(changes):
            initial[change["field_name"]] = change.get("previous_value")
        created = [
            {"id": self._next(), "type": "Create", "field_name": name, "value": event_value(value)}
            for name, value in initial.items()
            if value not in (None, [], "")
        ]
        first = comments[0]
        opening = self._audit(ticket, ticket["created_at"], ticket["submitter_id"], ticket["via"], first)
        opening["events"] += created
        groups: dict[tuple[str, int], Doc] = {}
        later = [self._audit(ticket, one["created_at"], one["author_id"], one["via"], one) for one in comments[1:]]
        for audit in later:
            groups.setdefault((audit["created_at"], audit["author_id"]), audit)
        for change in changes:
            at = utc(change["created_at"])
            author = int(change.get("author_id") or -1)
            audit = groups.get((at, author)) or self._audit(ticket, at, author, change.get("via") or via_of("web"))
            if (at, author) not in groups:
                groups[at, author] = audit
                later.append(audit)
            values = {
                "value": event_value(change.get("value")),
                "previous_value": event_value(change.get("previous_value")),
            }
            event = {"id": self._next(), "type": "Change", "field_name": str(change["field_name"])}
            audit["events"].append(event | values)
        ordered = [opening, *sorted(later, key=lambda one: str(one["created_at"]))]
        numbered = [self._numbered(audit) for audit in ordered]
        audit_of = {event["id"]: audit["id"] for audit in numbered for event in audit["events"]}
        for comment in comments:
            comment["audit_id"] = audit_of[comment["id"]]
        return numbered

    def _numbered(self, audit: Doc) -> Doc:
        self._seq += 1
        return audit | {"id": self._next(), "seq": self._seq, "generated_timestamp": epoch(audit["created_at"])}

    def _audit(self, ticket: Doc, at: str, author: int, via: Doc, comment: Doc | None = None) -> Doc:
        events = [{name: comment[name] for name in ("id", "type", "public", "author_id")}] if comment else []
        return {
            "id": 0,
            "ticket_id": ticket["id"],
            "created_at": at,
            "author_id": author,
            "metadata": {"system": system_metadata(), "custom": {}},
            "via": via,
            "events": events,
        }

    def _rating(self, ticket: Doc, rating: Doc, audits: list[Doc]) -> None:
        at = utc(rating["created_at"]) if rating.get("created_at") else ticket["updated_at"]
        row = self.desk.tickets.ratings.put({
            "id": rating.get("id"), "assignee_id": ticket["assignee_id"], "group_id": ticket["group_id"],
            "requester_id": ticket["requester_id"], "ticket_id": ticket["id"], "score": rating["score"],
            "comment": rating.get("comment"), "reason": rating.get("reason"), "reason_id": None, "reason_code": None,
            "created_at": at, "updated_at": at,
        })  # fmt: skip
        ticket["satisfaction_rating"] = {
            "score": row["score"], "id": row["id"], "comment": row["comment"], "reason": row["reason"],
            "reason_id": None,
        }  # fmt: skip
        audit = self._audit(ticket, at, ticket["requester_id"], via_of("web"))
        event = {"id": self._next(), "type": "SatisfactionRating", "score": row["score"]}
        audit["events"].append(event | {"assignee_id": ticket["assignee_id"], "body": row["comment"]})
        audits.append(self._numbered(audit))
        ticket["updated_at"] = max(ticket["updated_at"], at)
