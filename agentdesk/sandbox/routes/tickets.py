"""The paths of tickets: reading, changing, bulk work, merging and the deleted ones."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

from agentdesk.sandbox import shapes
from agentdesk.sandbox.calls import NO_WORDS, Answer, Call, Endpoint
from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.metrics import FIRST_METRIC_SET
from agentdesk.sandbox.paging import MAX_SIZE, Listed, Listing, Stored, address, answer
from agentdesk.sandbox.problems import Problem, bad_value, missing, not_found
from agentdesk.sandbox.records import Query, dumps, pattern
from agentdesk.sandbox.routes import showing
from agentdesk.sandbox.tickets import LIVE

_REPLAY_SECONDS = 2 * 3600
_MAX_KEY = 255


def index(call: Call) -> Doc:
    query = LIVE
    if call.query.get("external_id"):
        query = LIVE.and_("external_id = ?", call.query["external_id"])
    return answer(call, showing.ticket_list(call, query))


def count(call: Call) -> Doc:
    stamp = call.desk.db.stamp()
    return {"count": {"value": call.desk.tickets.tickets.count(LIVE), "refreshed_at": stamp}}


def show(call: Call) -> Doc:
    row = call.desk.tickets.live(call.id)
    return {"ticket": showing.ticket(call, row)} | showing.sideloads(call, [row])


def show_many(call: Call) -> Doc:
    found = call.desk.tickets.tickets.many(call.numbers())
    rows = [row for row in found if row["status"] != "deleted"]
    beside = showing.sideloads(call, rows)
    return {
        "tickets": showing.tickets(call, rows),
        "count": len(rows),
        "next_page": None,
        "previous_page": None,
    } | beside


def create(call: Call) -> Answer:
    key = call.headers.get("idempotency-key")
    if key is None:
        return Answer(201, _create(call))
    if len(key) > _MAX_KEY:
        raise Problem(400, {"error": "IdempotentRequestError", "description": "Idempotency key is too long"})
    db, now = call.desk.db, int(call.desk.db.now().timestamp())
    request = hashlib.sha256(call.raw).hexdigest()
    db.run("DELETE FROM answer WHERE at <= ?", (now - _REPLAY_SECONDS,))
    known = db.run("SELECT request, doc FROM answer WHERE key = ?", (key,)).fetchone()
    if known and known[0] != request:
        description = "Request parameters don't match the given idempotency key"
        raise Problem(400, {"error": "IdempotentRequestError", "description": description})
    if known:
        return Answer(201, json.loads(known[1]), {"x-idempotency-lookup": "hit"})
    made = _create(call)
    db.run("INSERT INTO answer(key, request, doc, at) VALUES (?, ?, ?, ?)", (key, request, dumps(made), now))
    return Answer(201, made, {"x-idempotency-lookup": "miss"})


def _create(call: Call) -> Doc:
    ticket, audit = call.desk.tickets.create(call.sent("ticket"), call.user)
    return _changed(call, ticket, audit)


def update(call: Call) -> Doc:
    ticket, audit = call.desk.tickets.update(call.id, call.sent("ticket"), call.user)
    return _changed(call, ticket, audit)


def _changed(call: Call, ticket: Doc, audit: Doc) -> Doc:
    return {"ticket": showing.ticket(call, ticket), "audit": showing.audits(call, [audit])[0]}


def delete(call: Call) -> Answer:
    call.desk.tickets.delete(call.id, call.user)
    return Answer(204)


# Bulk work


def update_many(call: Call) -> Doc:
    if call.query.get("ids"):
        fields = call.sent("ticket")
        return showing.job(call, "update", [{"id": one, "fields": fields} for one in call.numbers()])
    return showing.job(
        call, "update", [{"id": one["id"], "fields": one} for one in call.batch("tickets", needs_id=True)]
    )


def create_many(call: Call) -> Doc:
    return showing.job(call, "create", [{"fields": one} for one in call.batch("tickets")])


def destroy_many(call: Call) -> Doc:
    return showing.job(call, "delete", [{"id": one} for one in call.numbers()])


def merge(call: Call) -> Doc:
    order = call.body()
    ids = order.get("ids")
    if not isinstance(ids, list) or not all(str(one).isdigit() for one in ids) or not ids:
        raise missing("ids")
    sources = [int(one) for one in ids]
    call.desk.tickets.check_mergeable(call.id, sources)
    return showing.job(call, "merge", [{"id": one, "target_id": call.id, "order": order} for one in sources])


# The deleted


def deleted(call: Call) -> Doc:
    def shown(rows: list[Doc]) -> list[Doc]:
        people = call.desk.people.users.many(row["deleter"] for row in rows)
        actors = {user["id"]: {"id": user["id"], "name": user["name"]} for user in people}
        return [
            {
                "id": row["id"],
                "subject": row["subject"],
                "description": row["description"],
                "actor": actors.get(row["deleter"]),
                "deleted_at": row["deleted_at"],
                "previous_state": row["previous_state"],
            }
            for row in rows
        ]

    rows = Stored(call.desk.tickets.tickets, Query("status = 'deleted'"))
    return answer(call, Listing("deleted_tickets", rows, shown))


def restore(call: Call) -> Answer:
    call.desk.tickets.restore(call.id)
    return NO_WORDS


def restore_many(call: Call) -> Answer:
    for ticket_id in call.numbers():
        call.desk.tickets.restore(ticket_id)
    return NO_WORDS


def forget(call: Call) -> Doc:
    if call.desk.tickets.tickets.get(call.id)["status"] != "deleted":
        raise not_found()
    return showing.job(call, "forget", [{"id": call.id}])


def forget_many(call: Call) -> Doc:
    return showing.job(call, "forget", [{"id": one} for one in call.numbers()])


def mark_as_spam(call: Call) -> Answer:
    call.desk.tickets.mark_as_spam(call.id, call.user)
    return NO_WORDS


def mark_many_as_spam(call: Call) -> Doc:
    return showing.job(call, "spam", [{"id": one} for one in call.numbers()])


# What belongs to a ticket


def comments(call: Call) -> Doc:
    call.desk.tickets.live(call.id)
    rows = Stored(call.desk.tickets.comments, call.desk.tickets.comments_of(call.id))

    def beside(found: list[Doc]) -> Doc:
        if "users" not in call.includes():
            return {}
        return {"users": showing.users(call, call.desk.people.users.many(row["author_id"] for row in found))}

    return answer(
        call, Listing("comments", rows, lambda found: showing.comments(call, found), beside, ("created_at", "id"))
    )


def comment_count(call: Call) -> Doc:
    call.desk.tickets.live(call.id)
    value = call.desk.tickets.comments.count(call.desk.tickets.comments_of(call.id))
    return {"count": {"value": value, "refreshed_at": call.desk.db.stamp()}}


def make_private(call: Call) -> Answer:
    call.desk.tickets.make_private(call.id, int(call.ids["comment_id"]), call.user)
    return NO_WORDS


def conversation_log(call: Call) -> Doc:
    """The comments again, as the newer log of a conversation has them; no part of it was messaging."""
    call.desk.tickets.live(call.id)
    rows = Stored(call.desk.tickets.comments, call.desk.tickets.comments_of(call.id))

    def shown(found: list[Doc]) -> list[Doc]:
        people = {one["id"]: one for one in call.desk.people.users.many(row["author_id"] for row in found)}
        return [_logged(row, people.get(row["author_id"])) for row in showing.comments(call, found)]

    return answer(call, Listing("events", rows, shown, None, ("created_at", "id"), cursor_only=True))


def _logged(comment: Doc, author: Doc | None) -> Doc:
    kind = "bot" if author is None else "user" if author["role"] == "end-user" else "agent"
    return {
        "id": str(comment["id"]),
        "type": comment["type"],
        "created_at": comment["created_at"],
        "author": {"type": kind, "zen:support:user_id": comment["author_id"]},
        "content": {"type": "html", "body": comment["html_body"]},
        "attachments": comment["attachments"],
        "metadata": {"public": comment["public"], "via": comment["via"], **comment["metadata"]},
        "reference": f"zen:ticket_event:{comment['id']}",
    }


def redact(call: Call) -> Doc:
    comment = call.desk.tickets.redact(int(call.ids["comment_id"]), str(call.body().get("text") or ""))
    return {"comment": showing.comments(call, [comment])[0]}


def redact_comment(call: Call) -> Doc:
    body = call.body()
    if not body.get("ticket_id"):
        raise missing("ticket_id")
    text = str(body.get("html_body") or body.get("text") or "")
    marked = text.split("<redact>")[1:]
    comment = call.desk.tickets.comments.get(call.id)
    for part in [one.split("</redact>")[0] for one in marked] or ([text] if "<redact>" not in text else []):
        comment = call.desk.tickets.redact(call.id, part)
    return {"comment": showing.comments(call, [comment])[0]}


def audits(call: Call) -> Doc:
    call.desk.tickets.live(call.id)
    rows = Stored(call.desk.tickets.audits, Query("ticket_id = ?", (call.id,)))
    return answer(call, _audit_list(call, rows))


def audit(call: Call) -> Doc:
    call.desk.tickets.live(call.id)
    row = call.desk.tickets.audits.first(Query("id = ? AND ticket_id = ?", (int(call.ids["audit_id"]), call.id)))
    found = row or call.desk.tickets.audits.get(0)
    return {"audit": showing.audits(call, [found])[0]}


def audits_count(call: Call) -> Doc:
    call.desk.tickets.live(call.id)
    value = call.desk.tickets.audits.count(Query("ticket_id = ?", (call.id,)))
    return {"count": {"value": value, "refreshed_at": call.desk.db.stamp()}}


def all_audits(call: Call) -> Doc:
    """Every audit of the account, newest first; its cursors have a way of their own besides the common one."""
    query = {**call.query}
    for ours, theirs in (("cursor", "page[after]"), ("limit", "page[size]")):
        if query.get(ours):
            query[theirs] = query[ours] if ours == "cursor" else str(min(int(query[ours]), MAX_SIZE))
    listing = replace(_audit_list(call, Stored(call.desk.tickets.audits), cursor_only=True), descending=True)
    body = answer(replace(call, query=query), listing)
    meta = body["meta"]
    return body | {
        "after_cursor": meta["after_cursor"],
        "after_url": address(call, cursor=meta["after_cursor"]) if meta["has_more"] else None,
        "before_cursor": meta["before_cursor"],
        "before_url": body["links"]["prev"],
    }


def _audit_list(call: Call, rows: Stored, *, cursor_only: bool = False) -> Listing:
    def beside(found: list[Doc]) -> Doc:
        if "users" not in call.includes():
            return {}
        return {"users": showing.users(call, call.desk.people.users.many(row["author_id"] for row in found))}

    def shown(found: list[Doc]) -> list[Doc]:
        return showing.audits(call, found)

    sorts = ("created_at", "id")
    return Listing("audits", rows, shown, beside, sorts, sort="created_at", cursor_only=cursor_only)


def metrics(call: Call) -> Doc:
    row = call.desk.tickets.live(call.id)
    return {"ticket_metric": showing.metric_set(call, call.desk.metric_sets([row])[row["id"]])}


def metrics_by_id(call: Call) -> Doc:
    row = call.desk.tickets.live(call.id - FIRST_METRIC_SET)
    return {"ticket_metric": showing.metric_set(call, call.desk.metric_sets([row])[row["id"]])}


def all_metrics(call: Call) -> Doc:
    def shown(rows: list[Doc]) -> list[Doc]:
        return [showing.metric_set(call, one) for one in call.desk.metric_sets(rows).values()]

    return answer(call, Listing("ticket_metrics", Stored(call.desk.tickets.tickets, LIVE), shown))


def tags(call: Call) -> Doc:
    return {"tags": call.desk.tickets.live(call.id)["tags"]}


def _tags(mode: str, status: int = 200) -> Callable[[Call], Answer]:
    def change(call: Call) -> Answer:
        tags = call.desk.tickets.set_tags(call.id, mode, call.body(), call.user)
        return Answer(status, None if status == 204 else {"tags": tags})

    return change


def related(call: Call) -> Doc:
    row = call.desk.tickets.live(call.id)
    incidents = call.desk.tickets.tickets.count(LIVE.and_("problem_id = ?", call.id))
    sources = [str(row["followup_source_id"])] if row["followup_source_id"] else []
    return {
        "url": f"{call.base}/tickets/{call.id}/related.json", "topic_id": None, "jira_issue_ids": [],
        "followup_source_ids": sources, "from_archive": False, "incidents": incidents, "twitter": None,
    }  # fmt: skip


def _people(field: str) -> Callable[[Call], Doc]:
    def people(call: Call) -> Doc:
        ids = call.desk.tickets.live(call.id)[field]
        rows = Listed(call.desk.people.users.many(ids))
        return answer(call, Listing("users", rows, lambda found: showing.users(call, found)))

    return people


def incidents(call: Call) -> Doc:
    call.desk.tickets.live(call.id)
    return answer(call, showing.ticket_list(call, LIVE.and_("problem_id = ?", call.id)))


def problems(call: Call) -> Doc:
    return answer(call, showing.ticket_list(call, LIVE.and_("type = 'problem'")))


def problems_autocomplete(call: Call) -> Doc:
    text = str(call.body().get("text") or call.query.get("text") or "")
    query = LIVE.and_("type = 'problem' AND subject LIKE ? ESCAPE '\\'", pattern(text))
    return answer(call, showing.ticket_list(call, query))


def recent(call: Call) -> Doc:
    query = LIVE.and_("id IN (SELECT ticket_id FROM audits WHERE author_id = ?)", call.user["id"])
    return answer(call, showing.ticket_list(call, query, sort="updated_at"))


def skip(call: Call) -> Answer:
    sent = call.sent("skip")
    ticket = call.desk.tickets.live(int(sent.get("ticket_id") or 0))
    stamp = call.desk.db.stamp()
    made = {"id": None, "ticket_id": ticket["id"], "user_id": call.user["id"], "reason": sent.get("reason")}
    row = call.desk.db.shelf("skips").put(made | {"created_at": stamp, "updated_at": stamp})
    return Answer(201, {"skip": row | {"ticket": showing.ticket(call, ticket)}})


def skips(call: Call) -> Doc:
    column = "user_id" if call.path.startswith("/api/v2/users/") else "ticket_id"
    query = Query(f"{column} = ?", (call.id,)) if "id" in call.ids else Query()
    return answer(call, Listing("skips", Stored(call.desk.db.shelf("skips"), query), list))


# Satisfaction


def rate(call: Call) -> Answer:
    sent = call.sent("satisfaction_rating")
    ticket = call.desk.tickets.live(call.id)
    if ticket["requester_id"] != call.user["id"]:
        message = "Only the requester can rate a ticket"
        raise Problem(403, {"error": {"title": "Forbidden", "message": message}})
    if sent.get("score") not in ("good", "bad"):
        raise bad_value("score must be good or bad", 422)
    rating = call.desk.tickets.rate(call.id, sent["score"], sent.get("comment"), sent.get("reason"))
    return Answer(200, {"satisfaction_rating": shapes.plain("rating", rating, call.base)})


def ratings(call: Call) -> Doc:
    rows = Stored(call.desk.tickets.ratings, _rating_query(call))
    return answer(call, Listing("satisfaction_ratings", rows, lambda found: _ratings(call, found)))


def _rating_query(call: Call) -> Query:
    query = Query()
    score = call.query.get("score", "")
    if score and score not in ("received", "received_with_comment", "received_without_comment"):
        query = query.and_("score = ?", score.split("_")[0])
    if score.startswith("received"):
        query = query.and_("score IN ('good', 'bad')")
    if score.endswith(("with_comment", "without_comment")):
        null = "IS NOT NULL" if score.endswith("with_comment") else "IS NULL"
        query = query.and_(f"json_extract(doc, '$.comment') {null}")
    for name, sign in (("start_time", ">="), ("end_time", "<")):
        if call.query.get(name):
            query = query.and_(f"CAST(strftime('%s', updated_at) AS INTEGER) {sign} ?", _number(call.query[name]))
    return query


def ratings_count(call: Call) -> Doc:
    value = call.desk.tickets.ratings.count(_rating_query(call))
    return {"count": {"value": value, "refreshed_at": call.desk.db.stamp()}}


def rating(call: Call) -> Doc:
    return {"satisfaction_rating": _ratings(call, [call.desk.tickets.ratings.get(call.id)])[0]}


def _ratings(call: Call, rows: list[Doc]) -> list[Doc]:
    return [shapes.plain("rating", row, call.base) for row in rows]


def _number(text: str) -> int:
    try:
        return int(float(text))
    except ValueError as error:
        raise bad_value(f"{text} is not a time in epoch seconds") from error


def metric_events(_call: Call) -> Doc:
    """Documented by Zendesk, and empty there too: only the incremental export has them."""
    return {}


ENDPOINTS = (
    Endpoint("GET", "/tickets", index, ("tickets-index",)),
    Endpoint("POST", "/tickets", create),
    Endpoint("GET", "/tickets/count", count),
    Endpoint("GET", "/tickets/recent", recent),
    Endpoint("GET", "/tickets/show_many", show_many),
    Endpoint("PUT", "/tickets/update_many", update_many, ("tickets-update",)),
    Endpoint("POST", "/tickets/update_many", update_many, ("tickets-update",)),
    Endpoint("POST", "/tickets/create_many", create_many),
    Endpoint("DELETE", "/tickets/destroy_many", destroy_many, ("tickets-delete",)),
    Endpoint("GET", "/tickets/{id:int}", show),
    Endpoint("PUT", "/tickets/{id:int}", update, ("tickets-update", "ticket-update")),
    Endpoint("DELETE", "/tickets/{id:int}", delete, ("tickets-delete",)),
    Endpoint("PUT", "/tickets/mark_many_as_spam", mark_many_as_spam),
    Endpoint("POST", "/tickets/{id:int}/merge", merge),
    Endpoint("PUT", "/tickets/{id:int}/mark_as_spam", mark_as_spam),
    Endpoint("GET", "/tickets/{id:int}/comments", comments),
    Endpoint("GET", "/tickets/{id:int}/comments/count", comment_count),
    Endpoint("PUT", "/tickets/{id:int}/comments/{comment_id:int}/make_private", make_private),
    Endpoint("PUT", "/tickets/{id:int}/comments/{comment_id:int}/redact", redact),
    Endpoint("PUT", "/comment_redactions/{id:int}", redact_comment),
    Endpoint("GET", "/tickets/{id:int}/audits", audits),
    Endpoint("GET", "/tickets/{id:int}/audits/count", audits_count),
    Endpoint("GET", "/tickets/{id:int}/audits/{audit_id:int}", audit),
    Endpoint("GET", "/tickets/{id:int}/conversation_log", conversation_log),
    Endpoint("GET", "/ticket_audits", all_audits, admin=True),
    Endpoint("GET", "/tickets/{id:int}/metrics", metrics),
    Endpoint("GET", "/tickets/{id:int}/metric_events", metric_events),
    Endpoint("GET", "/ticket_metrics", all_metrics),
    Endpoint("GET", "/ticket_metrics/{id:int}", metrics_by_id),
    Endpoint("GET", "/tickets/{id:int}/tags", tags),
    Endpoint("POST", "/tickets/{id:int}/tags", _tags("set", 201), ("tickets-update", "ticket-update")),
    Endpoint("PUT", "/tickets/{id:int}/tags", _tags("add"), ("tickets-update", "ticket-update")),
    Endpoint("DELETE", "/tickets/{id:int}/tags", _tags("remove", 204), ("tickets-update", "ticket-update")),
    Endpoint("GET", "/tickets/{id:int}/related", related),
    Endpoint("GET", "/tickets/{id:int}/collaborators", _people("collaborator_ids")),
    Endpoint("GET", "/tickets/{id:int}/followers", _people("follower_ids")),
    Endpoint("GET", "/tickets/{id:int}/email_ccs", _people("email_cc_ids")),
    Endpoint("GET", "/tickets/{id:int}/incidents", incidents),
    Endpoint("GET", "/problems", problems),
    Endpoint("POST", "/problems/autocomplete", problems_autocomplete),
    Endpoint("GET", "/deleted_tickets", deleted, ("deleted-tickets",)),
    Endpoint("PUT", "/deleted_tickets/restore_many", restore_many),
    Endpoint("DELETE", "/deleted_tickets/destroy_many", forget_many, admin=True),
    Endpoint("PUT", "/deleted_tickets/{id:int}/restore", restore),
    Endpoint("DELETE", "/deleted_tickets/{id:int}", forget, admin=True),
    Endpoint("POST", "/skips", skip),
    Endpoint("GET", "/skips", skips),
    Endpoint("GET", "/tickets/{id:int}/skips", skips),
    Endpoint("GET", "/users/{id:int}/skips", skips),
    Endpoint("POST", "/tickets/{id:int}/satisfaction_rating", rate),
    Endpoint("GET", "/satisfaction_ratings", ratings, admin=True),
    Endpoint("GET", "/satisfaction_ratings/count", ratings_count, admin=True),
    Endpoint("GET", "/satisfaction_ratings/{id:int}", rating, admin=True),
)
