"""The paths of what happened: to a customer outside the helpdesk, and to the caller's tickets."""

from datetime import timedelta

from agentdesk.sandbox import shapes
from agentdesk.sandbox.calls import Answer, Call, Endpoint
from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.paging import Listed, Listing, Stored, answer
from agentdesk.sandbox.problems import bad_value, missing, not_found
from agentdesk.sandbox.records import Query, iso, moment
from agentdesk.sandbox.routes import showing
from agentdesk.sandbox.routes.people import ACTIVE


def events(call: Call) -> Doc:
    call.desk.people.users.get(call.id)
    query = Query("user_id = ?", (call.id,))
    for name, column in (("filter[source]", "json_extract(doc, '$.source')"), ("filter[type]", "type")):
        if call.query.get(name):
            query = query.and_(f"{column} = ?", call.query[name])
    for name, sign in (("filter[start_time]", ">="), ("filter[end_time]", "<")):
        if call.query.get(name):
            query = query.and_(f"created_at {sign} ?", call.query[name])
    rows = Stored(call.desk.people.events, query)
    listing = Listing("events", rows, _events, cursor_sorts=("created_at",), sort="created_at", descending=True)
    return answer(call, listing)


def _events(rows: list[Doc]) -> list[Doc]:
    names = ("id", "type", "source", "description", "properties", "created_at", "received_at")
    return [{name: str(row[name]) if name == "id" else row[name] for name in names} for row in rows]


def add_event(call: Call) -> Answer:
    body = call.body()
    event, profile = body.get("event"), body.get("profile")
    if not isinstance(event, dict):
        raise missing("event")
    user_id = call.id if "id" in call.ids else _profiled(call, profile)
    made = call.desk.people.add_event(user_id, event)
    return Answer(202, {"event": _events([made])[0]})


def _profiled(call: Call, profile: object) -> int:
    """The user that the identifiers of a profile name."""
    if not isinstance(profile, dict):
        raise missing("profile")
    if profile.get("user_id"):
        return int(profile["user_id"])
    for identifier in profile.get("identifiers") or ():
        found = call.desk.people.by_identity(str(identifier.get("value") or ""))
        if found:
            return int(found["id"])
        external = call.desk.people.users.first(ACTIVE.and_("external_id = ?", str(identifier.get("value"))))
        if external:
            return int(external["id"])
    raise not_found()


def _happened(call: Call) -> tuple[list[Doc], list[Doc]]:
    """What happened to the caller's tickets in the last thirty days, and who did it."""
    since = iso(call.desk.db.now() - timedelta(days=30))
    if call.query.get("since"):
        try:
            since = max(since, iso(moment(call.query["since"])))
        except ValueError as error:
            raise bad_value("since is not a time") from error
    mine = "author_id != ? AND created_at >= ? AND ticket_id IN (SELECT id FROM tickets WHERE assignee_id = ?)"
    my_id = call.user["id"]
    rows = call.desk.tickets.audits.where(Query(mine, (my_id, since, my_id)), "id DESC", limit=500)
    tickets = {row["id"]: row for row in call.desk.tickets.tickets.many(row["ticket_id"] for row in rows)}
    found = [one for row in rows for one in _activities(call, row, tickets[row["ticket_id"]])]
    actors = call.desk.people.users.many(row["actor_id"] for row in found)
    people = {one["id"]: one for one in showing.users(call, actors)}
    me = shapes.user(call.user, call.base)
    whole = [row | {"actor": people.get(row["actor_id"]), "user": me} for row in found]
    return whole, list(people.values())


def activities(call: Call) -> Doc:
    rows, actors = _happened(call)
    body = answer(call, Listing("activities", Listed(rows), list, cursor_sorts=("created_at",), sort="none"))
    return body | {"actors": actors, "users": [shapes.user(call.user, call.base)]}


def activities_count(call: Call) -> Doc:
    return {"count": {"value": len(_happened(call)[0]), "refreshed_at": call.desk.db.stamp()}}


def activity(call: Call) -> Doc:
    for row in _happened(call)[0]:
        if row["id"] == call.id:
            return {"activity": row}
    raise not_found()


def _activities(call: Call, audit: Doc, ticket: Doc) -> list[Doc]:
    made: list[Doc] = []
    for event in audit["events"]:
        verb = {"Comment": "tickets.comment", "VoiceComment": "tickets.comment"}.get(event["type"])
        if event.get("field_name") == "assignee_id" and event.get("value") == str(call.user["id"]):
            verb = "tickets.assignment"
        if event.get("field_name") == "priority" and event["type"] == "Change":
            verb = "tickets.priority_increase"
        if verb is None:
            continue
        subject = {"ticket": {"id": ticket["id"], "subject": ticket["subject"]}}
        made.append({
            "url": f"{call.base}/activities/{event['id']}.json", "id": event["id"], "title": ticket["subject"],
            "verb": verb, "user_id": call.user["id"], "actor_id": audit["author_id"], "created_at": audit["created_at"],
            "updated_at": audit["created_at"], "object": subject, "target": subject,
        })  # fmt: skip
    return made


ENDPOINTS = (
    Endpoint("POST", "/users/events", add_event),
    Endpoint("GET", "/users/{id:int}/events", events),
    Endpoint("POST", "/users/{id:int}/events", add_event),
    Endpoint("GET", "/activities", activities),
    Endpoint("GET", "/activities/count", activities_count),
    Endpoint("GET", "/activities/{id:int}", activity),
)
