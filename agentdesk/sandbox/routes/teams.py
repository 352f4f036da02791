"""The paths of organizations, groups and memberships."""

from agentdesk.sandbox import shapes
from agentdesk.sandbox.calls import Answer, Call, Endpoint
from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.paging import Listing, Stored, answer
from agentdesk.sandbox.people import ids_in
from agentdesk.sandbox.problems import invalid, not_found
from agentdesk.sandbox.records import Query, pattern
from agentdesk.sandbox.routes import showing
from agentdesk.sandbox.routes.people import ACTIVE, listing, tickets_where

_NOT_DELETED = Query("json_extract(doc, '$.deleted_at') IS NULL")


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
    return answer(call, listing(call, ACTIVE.and_("organization_id = ?", call.id)))


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
        call, listing(call, ACTIVE.and_("id IN (SELECT user_id FROM memberships WHERE group_id = ?)", call.id))
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


ENDPOINTS = (
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
    Endpoint("GET", "/organizations/{id:int}/tickets", tickets_where("organization_id = ?", "organizations")),
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
)
