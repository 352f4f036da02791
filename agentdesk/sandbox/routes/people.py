"""The paths of users and their identities."""

from collections.abc import Callable

from agentdesk.sandbox import shapes
from agentdesk.sandbox.calls import Answer, Call, Endpoint
from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.paging import Listing, Stored, answer
from agentdesk.sandbox.people import ids_in
from agentdesk.sandbox.problems import bad_value, forbidden, invalid, missing, not_found
from agentdesk.sandbox.records import Query, pattern
from agentdesk.sandbox.routes import showing
from agentdesk.sandbox.tickets import LIVE

ACTIVE = Query("active")
_ANONYMOUS: Doc = {
    "id": None, "name": "Anonymous user", "email": "invalid@example.com", "role": "end-user", "verified": False,
    "active": False, "url": None, "created_at": None, "updated_at": None,
}  # fmt: skip


# Users


def listing(call: Call, query: Query) -> Listing:
    """The users of a query, for an answer in pages."""

    def beside(rows: list[Doc]) -> Doc:
        return _beside(call, rows)

    rows = Stored(call.desk.people.users, query)
    return Listing("users", rows, lambda found: showing.users(call, found), beside, offset_sorts=("name",))


def _beside(call: Call, rows: list[Doc]) -> Doc:
    people, found, includes = call.desk.people, Doc(), call.includes()
    if "organizations" in includes:
        shown = people.organizations.many(row["organization_id"] for row in rows)
        found["organizations"] = [shapes.organization(one, call.base) for one in shown]
    if "identities" in includes:
        identities = people.identities.where(ids_in("user_id", (row["id"] for row in rows)))
        found["identities"] = [shapes.identity(one, call.base) for one in identities]
    if "groups" in includes:
        ids = [group_id for row in rows for group_id in people.group_ids(row["id"])]
        found["groups"] = [shapes.plain("group", one, call.base) for one in people.groups.many(ids)]
    return found


def users(call: Call) -> Doc:
    query = ACTIVE
    roles = [value for name, value in call.query.items() if name in ("role", "role[]") and value]
    if roles:
        query = query.and_("role = ?", roles[0])
    if call.query.get("external_id"):
        query = query.and_("external_id = ?", call.query["external_id"])
    return answer(call, listing(call, query))


def users_count(call: Call) -> Doc:
    return {"count": {"value": call.desk.people.users.count(ACTIVE), "refreshed_at": call.desk.db.stamp()}}


def me(call: Call) -> Doc:
    if call.user["id"] is None:
        return {"user": _ANONYMOUS}
    return {"user": shapes.user(call.user, call.base) | {"authenticity_token": None}}


def user(call: Call) -> Doc:
    row = call.desk.people.users.get(call.id)
    return {"user": shapes.user(row, call.base)} | _beside(call, [row])


def users_many(call: Call) -> Doc:
    people = call.desk.people
    if call.query.get("external_ids"):
        wanted = call.query["external_ids"].split(",")
        rows = [row for one in wanted for row in people.users.where(ACTIVE.and_("external_id = ?", one))]
    else:
        rows = people.users.many(call.numbers())
    shown = showing.users(call, rows)
    return {"users": shown, "count": len(shown), "next_page": None, "previous_page": None} | _beside(call, rows)


def search(call: Call) -> Doc:
    if call.query.get("external_id"):
        return answer(call, listing(call, ACTIVE.and_("external_id = ?", call.query["external_id"])))
    text = call.query.get("query")
    if text is None:
        raise missing("query")
    words = text.removeprefix("type:user").strip()
    key, colon, value = words.partition(":")
    if colon and key in ("email", "name", "phone", "role", "external_id"):
        return answer(call, listing(call, ACTIVE.and_(f"{key} LIKE ? ESCAPE '\\'", pattern(value.strip('"*')))))
    return answer(call, listing(call, call.desk.people.search(words.strip('"*'))))


def autocomplete(call: Call) -> Doc:
    name = call.query.get("name") or str(call.body().get("name") or "")
    if len(name) < 2:
        raise bad_value("name must have at least two characters", 400)
    query = ACTIVE.and_("name LIKE ? ESCAPE '\\' OR email LIKE ? ESCAPE '\\'", pattern(name), pattern(name))
    return answer(call, listing(call, query))


def _allowed(call: Call, fields: Doc, before: Doc | None = None) -> Doc:
    """The fields, when the caller may write them: only administrators make or change staff."""
    staff = fields.get("role") in ("agent", "admin") or (before is not None and before["role"] != "end-user")
    if staff and not call.is_admin and (before is None or before["id"] != call.user["id"] or "role" in fields):
        raise forbidden()
    if fields.get("role") not in (None, "end-user", "agent", "admin"):
        raise invalid(role="Role: is not valid")
    return fields


def create_user(call: Call) -> Answer:
    return Answer(201, _shown(call, call.desk.people.create_user(_allowed(call, call.sent("user")))))


def create_or_update_user(call: Call) -> Answer:
    made, new = call.desk.people.create_or_update(_allowed(call, call.sent("user")))
    return Answer(201 if new else 200, _shown(call, made))


def update_user(call: Call) -> Doc:
    before = call.desk.people.users.get(call.id)
    return _shown(call, call.desk.people.update_user(call.id, _allowed(call, call.sent("user"), before)))


def delete_user(call: Call) -> Doc:
    _allowed(call, {}, call.desk.people.users.get(call.id))
    return _shown(call, call.desk.people.delete_user(call.id))


def merge_user(call: Call) -> Doc:
    winner = call.sent("user").get("id")
    if not winner:
        raise missing("user.id")
    merged = call.desk.people.merge(call.id, int(winner))
    for ticket in call.desk.tickets.tickets.where(Query("requester_id = ? AND status != 'closed'", (call.id,))):
        call.desk.tickets.update(ticket["id"], {"requester_id": merged["id"]}, call.user)
    return _shown(call, merged)


def _shown(call: Call, row: Doc) -> Doc:
    return {"user": shapes.user(row, call.base)}


def _related(call: Call) -> Doc:
    call.desk.people.users.get(call.id)
    tickets = call.desk.tickets.tickets
    return {
        "user_related": {
            "assigned_tickets": tickets.count(LIVE.and_("assignee_id = ?", call.id)),
            "requested_tickets": tickets.count(LIVE.and_("requester_id = ?", call.id)),
            "ccd_tickets": tickets.count(LIVE.and_(_CCD, call.id)),
            "organization_subscriptions": 0,
            "topics": 0, "topic_comments": 0, "votes": 0, "subscriptions": 0, "entry_subscriptions": 0,
            "forum_subscriptions": 0,
        }
    }  # fmt: skip


_CCD = "EXISTS (SELECT 1 FROM json_each(doc, '$.email_cc_ids') WHERE value = ?)"
_FOLLOWED = "EXISTS (SELECT 1 FROM json_each(doc, '$.follower_ids') WHERE value = ?)"


def tickets_where(where: str, shelf: str = "users") -> Callable[[Call], Doc]:
    """The endpoint of the tickets that stand so to the user (or what else is on the shelf) in the path."""

    def tickets(call: Call) -> Doc:
        call.desk.db.shelf(shelf).get(call.id)
        return answer(call, showing.ticket_list(call, LIVE.and_(where, call.id)))

    return tickets


# Identities


def identities(call: Call) -> Doc:
    call.desk.people.users.get(call.id)
    rows = Stored(call.desk.people.identities, Query("user_id = ?", (call.id,)))
    return answer(call, Listing("identities", rows, lambda found: _identities(call, found)))


def _identities(call: Call, rows: list[Doc]) -> list[Doc]:
    return [shapes.identity(row, call.base) for row in rows]


def _identity(call: Call) -> Doc:
    row = call.desk.people.identities.get(int(call.ids["identity_id"]))
    if row["user_id"] != call.id:
        raise not_found()
    return row


def identity(call: Call) -> Doc:
    return {"identity": shapes.identity(_identity(call), call.base)}


def add_identity(call: Call) -> Answer:
    made = call.desk.people.add_identity(call.id, call.sent("identity"))
    return Answer(201, {"identity": shapes.identity(made, call.base)})


def change_identity(call: Call) -> Doc:
    sent = call.sent("identity")
    row = _identity(call) | {name: sent[name] for name in ("value", "verified") if name in sent}
    return {"identity": shapes.identity(call.desk.people.identities.put(row), call.base)}


def primary_identity(call: Call) -> Doc:
    chosen = _identity(call)["id"]
    return {"identities": _identities(call, call.desk.people.make_primary(call.id, chosen))}


def verify_identity(call: Call) -> Doc:
    row = call.desk.people.identities.put(_identity(call) | {"verified": True})
    return {"identity": shapes.identity(row, call.base)}


def remove_identity(call: Call) -> Answer:
    call.desk.people.identities.remove(_identity(call)["id"])
    return Answer(204)


ENDPOINTS = (
    Endpoint("GET", "/users", users),
    Endpoint("POST", "/users", create_user),
    Endpoint("GET", "/users/count", users_count),
    Endpoint("GET", "/users/me", me),
    Endpoint("GET", "/users/show_many", users_many),
    Endpoint("GET", "/users/search", search),
    Endpoint("GET", "/users/autocomplete", autocomplete),
    Endpoint("POST", "/users/autocomplete", autocomplete),
    Endpoint("POST", "/users/create_or_update", create_or_update_user, ("users-update",)),
    Endpoint("GET", "/users/{id:int}", user),
    Endpoint("PUT", "/users/{id:int}", update_user, ("users-update",)),
    Endpoint("DELETE", "/users/{id:int}", delete_user),
    Endpoint("PUT", "/users/{id:int}/merge", merge_user),
    Endpoint("GET", "/users/{id:int}/related", _related),
    Endpoint("GET", "/users/{id:int}/identities", identities),
    Endpoint("POST", "/users/{id:int}/identities", add_identity),
    Endpoint("GET", "/users/{id:int}/identities/{identity_id:int}", identity),
    Endpoint("PUT", "/users/{id:int}/identities/{identity_id:int}", change_identity),
    Endpoint("DELETE", "/users/{id:int}/identities/{identity_id:int}", remove_identity),
    Endpoint("PUT", "/users/{id:int}/identities/{identity_id:int}/make_primary", primary_identity),
    Endpoint("PUT", "/users/{id:int}/identities/{identity_id:int}/verify", verify_identity),
    Endpoint("GET", "/users/{id:int}/tickets/requested", tickets_where("requester_id = ?")),
    Endpoint("GET", "/users/{id:int}/tickets/assigned", tickets_where("assignee_id = ?")),
    Endpoint("GET", "/users/{id:int}/tickets/ccd", tickets_where(_CCD)),
    Endpoint("GET", "/users/{id:int}/tickets/followed", tickets_where(_FOLLOWED)),
)
