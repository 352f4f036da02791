"""The paths of people: users, identities, organizations, groups, memberships, outside events and activities."""

from collections.abc import Callable
from datetime import timedelta

from agentdesk.sandbox import shapes
from agentdesk.sandbox.calls import Answer, Call, Endpoint
from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.paging import Listed, Listing, Stored, answer
from agentdesk.sandbox.people import ids_in
from agentdesk.sandbox.problems import bad_value, forbidden, invalid, missing, not_found
from agentdesk.sandbox.records import Query, iso, moment, pattern
from agentdesk.sandbox.routes import showing
from agentdesk.sandbox.tickets import LIVE

_ACTIVE = Query("active")
_NOT_DELETED = Query("json_extract(doc, '$.deleted_at') IS NULL")
_ANONYMOUS: Doc = {
    "id": None, "name": "Anonymous user", "email": "invalid@example.com", "role": "end-user", "verified": False,
    "active": False, "url": None, "created_at": None, "updated_at": None,
}  # fmt: skip


# Users


def _listing(call: Call, query: Query) -> Listing:
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
    query = _ACTIVE
    roles = [value for name, value in call.query.items() if name in ("role", "role[]") and value]
    if roles:
        query = query.and_("role = ?", roles[0])
    if call.query.get("external_id"):
        query = query.and_("external_id = ?", call.query["external_id"])
    return answer(call, _listing(call, query))


def users_count(call: Call) -> Doc:
    return {"count": {"value": call.desk.people.users.count(_ACTIVE), "refreshed_at": call.desk.db.stamp()}}


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
        rows = [row for one in wanted for row in people.users.where(_ACTIVE.and_("external_id = ?", one))]
    else:
        rows = people.users.many(call.numbers())
    shown = showing.users(call, rows)
    return {"users": shown, "count": len(shown), "next_page": None, "previous_page": None} | _beside(call, rows)


def search(call: Call) -> Doc:
    if call.query.get("external_id"):
        return answer(call, _listing(call, _ACTIVE.and_("external_id = ?", call.query["external_id"])))
    text = call.query.get("query")
    if text is None:
        raise missing("query")
    words = text.removeprefix("type:user").strip()
    key, colon, value = words.partition(":")
    if colon and key in ("email", "name", "phone", "role", "external_id"):
        return answer(call, _listing(call, _ACTIVE.and_(f"{key} LIKE ? ESCAPE '\\'", pattern(value.strip('"*')))))
    return answer(call, _listing(call, call.desk.people.search(words.strip('"*'))))


def autocomplete(call: Call) -> Doc:
    name = call.query.get("name") or str(call.body().get("name") or "")
    if len(name) < 2:
        raise bad_value("name must have at least two characters", 400)
    query = _ACTIVE.and_("name LIKE ? ESCAPE '\\' OR email LIKE ? ESCAPE '\\'", pattern(name), pattern(name))
    return answer(call, _listing(call, query))


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


def _tickets(where: str, shelf: str = "users") -> Callable[[Call], Doc]:
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


# Organizations


def _organizations(call: Call, query: Query) -> Doc:
    def shown(rows: list[Doc]) -> list[Doc]:
        return [shapes.organization(row, call.base) for row in rows]

    return answer(call, Listing("organizations", Stored(call.desk.people.organizations, query), shown))


def organizations(call: Call) -> Doc:
    return _organizations(call, _NOT_DELETED)


def user_organizations(call: Call) -> Doc:
    row = call.desk.people.users.get(call.id)
    return _organizations(call, _NOT_DELETED.and_("id = ?", row["organization_id"]))


def organizations_search(call: Call) -> Doc:
    if call.query.get("external_id"):
        return _organizations(call, _NOT_DELETED.and_("external_id = ?", call.query["external_id"]))
    return _organizations(call, _NOT_DELETED.and_("name LIKE ? ESCAPE '\\'", pattern(call.query.get("name", ""))))


def organizations_count(call: Call) -> Doc:
    value = call.desk.people.organizations.count(_NOT_DELETED)
    return {"count": {"value": value, "refreshed_at": call.desk.db.stamp()}}


def organizations_many(call: Call) -> Doc:
    organizations = call.desk.people.organizations
    if call.query.get("external_ids"):
        wanted = call.query["external_ids"].split(",")
        found = [row for one in wanted for row in organizations.where(_NOT_DELETED.and_("external_id = ?", one))]
    else:
        found = [row for row in organizations.many(call.numbers()) if not row["deleted_at"]]
    rows = [shapes.organization(row, call.base) for row in found]
    return {"organizations": rows, "count": len(rows), "next_page": None, "previous_page": None}


def _organization(call: Call, row: Doc) -> Doc:
    if row["deleted_at"]:
        raise not_found()
    return {"organization": shapes.organization(row, call.base)}


def organization(call: Call) -> Doc:
    return _organization(call, call.desk.people.organizations.get(call.id))


def create_organization(call: Call) -> Answer:
    return Answer(201, _organization(call, call.desk.people.create_organization(call.sent("organization"))))


def create_or_update_organization(call: Call) -> Answer:
    sent = call.sent("organization")
    query = Query("external_id = ? OR lower(name) = lower(?)", (sent.get("external_id"), sent.get("name")))
    known = call.desk.people.organizations.first(_NOT_DELETED.and_(query.where, *query.parameters))
    if known is None:
        return create_organization(call)
    return Answer(200, _organization(call, call.desk.people.update_organization(known["id"], sent)))


def update_organization(call: Call) -> Doc:
    return _organization(call, call.desk.people.update_organization(call.id, call.sent("organization")))


def delete_organization(call: Call) -> Answer:
    call.desk.people.delete_organization(call.id)
    return Answer(204)


def organization_users(call: Call) -> Doc:
    call.desk.people.organizations.get(call.id)
    return answer(call, _listing(call, _ACTIVE.and_("organization_id = ?", call.id)))


# Groups


def _groups(call: Call, query: Query) -> Doc:
    def shown(rows: list[Doc]) -> list[Doc]:
        return [shapes.plain("group", row, call.base) for row in rows]

    return answer(call, Listing("groups", Stored(call.desk.people.groups, query), shown, offset_sorts=("name",)))


def groups(call: Call) -> Doc:
    return _groups(call, Query("NOT deleted"))


def groups_count(call: Call) -> Doc:
    value = call.desk.people.groups.count(Query("NOT deleted"))
    return {"count": {"value": value, "refreshed_at": call.desk.db.stamp()}}


def user_groups(call: Call) -> Doc:
    call.desk.people.users.get(call.id)
    return _groups(call, ids_in("id", call.desk.people.group_ids(call.id)))


def group(call: Call) -> Doc:
    return {"group": shapes.plain("group", call.desk.people.groups.get(call.id), call.base)}


def create_group(call: Call) -> Answer:
    sent = call.sent("group")
    if not sent.get("name"):
        raise invalid(name="Name: cannot be blank")
    made = call.desk.people.groups.put(call.desk.people.new_group({**_group_fields(sent), "id": None}))
    return Answer(201, {"group": shapes.plain("group", made, call.base)})


def update_group(call: Call) -> Doc:
    row = call.desk.people.groups.get(call.id)
    saved = call.desk.people.groups.put(row | _group_fields(call.sent("group")) | {"updated_at": call.desk.db.stamp()})
    return {"group": shapes.plain("group", saved, call.base)}


def delete_group(call: Call) -> Answer:
    row = call.desk.people.groups.get(call.id)
    call.desk.people.groups.put(row | {"deleted": True, "updated_at": call.desk.db.stamp()})
    return Answer(204)


def _group_fields(sent: Doc) -> Doc:
    return {name: sent[name] for name in ("name", "description", "is_public", "default") if name in sent}


def group_users(call: Call) -> Doc:
    call.desk.people.groups.get(call.id)
    return answer(
        call, _listing(call, _ACTIVE.and_("id IN (SELECT user_id FROM memberships WHERE group_id = ?)", call.id))
    )


def memberships(call: Call) -> Doc:
    query = Query()
    if "id" in call.ids:
        query = Query("group_id = ?" if "/groups/" in call.path else "user_id = ?", (call.id,))

    def shown(rows: list[Doc]) -> list[Doc]:
        return [shapes.plain("membership", row, call.base) for row in rows]

    def beside(rows: list[Doc]) -> Doc:
        found: Doc = {}
        if "users" in call.includes():
            found["users"] = showing.users(call, call.desk.people.users.many(row["user_id"] for row in rows))
        if "groups" in call.includes():
            groups = call.desk.people.groups.many(row["group_id"] for row in rows)
            found["groups"] = [shapes.plain("group", one, call.base) for one in groups]
        return found

    rows = Stored(call.desk.people.memberships, query)
    return answer(call, Listing("group_memberships", rows, shown, beside, ("id",)))


def membership(call: Call) -> Doc:
    row = call.desk.people.memberships.get(call.id)
    return {"group_membership": shapes.plain("membership", row, call.base)}


def create_membership(call: Call) -> Answer:
    sent = call.sent("group_membership")
    people = call.desk.people
    user_id, group_id = int(sent.get("user_id") or 0), int(sent.get("group_id") or 0)
    people.groups.get(group_id)
    if people.users.get(user_id)["role"] == "end-user":
        raise invalid(user_id="User: is not an agent")
    if group_id in people.group_ids(user_id):
        raise invalid(user_id="User: has already been taken")
    made = people.memberships.put(people.new_membership({"user_id": user_id, "group_id": group_id}))
    return Answer(201, {"group_membership": shapes.plain("membership", made, call.base)})


def delete_membership(call: Call) -> Answer:
    call.desk.people.memberships.get(call.id)
    call.desk.people.memberships.remove(call.id)
    return Answer(204)


# What happened


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
        external = call.desk.people.users.first(_ACTIVE.and_("external_id = ?", str(identifier.get("value"))))
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
    Endpoint("GET", "/users", users),
    Endpoint("POST", "/users", create_user),
    Endpoint("GET", "/users/count", users_count),
    Endpoint("GET", "/users/me", me),
    Endpoint("GET", "/users/show_many", users_many),
    Endpoint("GET", "/users/search", search),
    Endpoint("GET", "/users/autocomplete", autocomplete),
    Endpoint("POST", "/users/autocomplete", autocomplete),
    Endpoint("POST", "/users/create_or_update", create_or_update_user, ("users-update",)),
    Endpoint("POST", "/users/events", add_event),
    Endpoint("GET", "/users/{id:int}", user),
    Endpoint("PUT", "/users/{id:int}", update_user, ("users-update",)),
    Endpoint("DELETE", "/users/{id:int}", delete_user),
    Endpoint("PUT", "/users/{id:int}/merge", merge_user),
    Endpoint("GET", "/users/{id:int}/related", _related),
    Endpoint("GET", "/users/{id:int}/events", events),
    Endpoint("POST", "/users/{id:int}/events", add_event),
    Endpoint("GET", "/users/{id:int}/identities", identities),
    Endpoint("POST", "/users/{id:int}/identities", add_identity),
    Endpoint("GET", "/users/{id:int}/identities/{identity_id:int}", identity),
    Endpoint("PUT", "/users/{id:int}/identities/{identity_id:int}", change_identity),
    Endpoint("DELETE", "/users/{id:int}/identities/{identity_id:int}", remove_identity),
    Endpoint("PUT", "/users/{id:int}/identities/{identity_id:int}/make_primary", primary_identity),
    Endpoint("PUT", "/users/{id:int}/identities/{identity_id:int}/verify", verify_identity),
    Endpoint("GET", "/users/{id:int}/tickets/requested", _tickets("requester_id = ?")),
    Endpoint("GET", "/users/{id:int}/tickets/assigned", _tickets("assignee_id = ?")),
    Endpoint("GET", "/users/{id:int}/tickets/ccd", _tickets(_CCD)),
    Endpoint("GET", "/users/{id:int}/tickets/followed", _tickets(_FOLLOWED)),
    Endpoint("GET", "/users/{id:int}/organizations", user_organizations),
    Endpoint("GET", "/users/{id:int}/groups", user_groups),
    Endpoint("GET", "/users/{id:int}/group_memberships", memberships),
    Endpoint("GET", "/organizations", organizations),
    Endpoint("POST", "/organizations", create_organization),
    Endpoint("GET", "/organizations/count", organizations_count),
    Endpoint("GET", "/organizations/search", organizations_search),
    Endpoint("GET", "/organizations/autocomplete", organizations_search),
    Endpoint("GET", "/organizations/show_many", organizations_many),
    Endpoint("POST", "/organizations/create_or_update", create_or_update_organization),
    Endpoint("GET", "/organizations/{id:int}", organization),
    Endpoint("PUT", "/organizations/{id:int}", update_organization, ("organizations-update",)),
    Endpoint("DELETE", "/organizations/{id:int}", delete_organization, admin=True),
    Endpoint("GET", "/organizations/{id:int}/tickets", _tickets("organization_id = ?", "organizations")),
    Endpoint("GET", "/organizations/{id:int}/users", organization_users),
    Endpoint("GET", "/groups", groups),
    Endpoint("POST", "/groups", create_group, admin=True),
    Endpoint("GET", "/groups/count", groups_count),
    Endpoint("GET", "/groups/assignable", groups),
    Endpoint("GET", "/groups/{id:int}", group),
    Endpoint("PUT", "/groups/{id:int}", update_group, admin=True),
    Endpoint("DELETE", "/groups/{id:int}", delete_group, admin=True),
    Endpoint("GET", "/groups/{id:int}/users", group_users),
    Endpoint("GET", "/groups/{id:int}/memberships", memberships),
    Endpoint("GET", "/group_memberships", memberships),
    Endpoint("GET", "/group_memberships/assignable", memberships),
    Endpoint("POST", "/group_memberships", create_membership, admin=True),
    Endpoint("GET", "/group_memberships/{id:int}", membership),
    Endpoint("DELETE", "/group_memberships/{id:int}", delete_membership, admin=True),
    Endpoint("GET", "/activities", activities),
    Endpoint("GET", "/activities/count", activities_count),
    Endpoint("GET", "/activities/{id:int}", activity),
)
