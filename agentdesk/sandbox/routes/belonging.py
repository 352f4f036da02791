"""The paths of who belongs where, of people in bulk, of their tags, and of the people who were deleted."""

from collections.abc import Callable

from agentdesk.sandbox import shapes
from agentdesk.sandbox.calls import Answer, Call, Endpoint, Handler
from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.paging import Listing, Stored, answer
from agentdesk.sandbox.problems import forbidden, missing, not_found
from agentdesk.sandbox.records import Query
from agentdesk.sandbox.routes import showing
from agentdesk.sandbox.tickets import LIVE, tags_in

_MEMBER = Query("active AND organization_id IS NOT NULL")
_DELETED = Query("NOT active")


# Memberships of organizations: every user has at most one, which bears the user's id


def _membership(call: Call, user: Doc) -> Doc:
    organization = call.desk.people.organizations.find(user["organization_id"])
    return {
        "id": user["id"],
        "url": f"{call.base}/organization_memberships/{user['id']}.json",
        "user_id": user["id"],
        "organization_id": user["organization_id"],
        "organization_name": organization["name"] if organization else "",
        "default": True,
        "view_tickets": True,
        "created_at": user["created_at"],
        "updated_at": user["updated_at"],
    }


def _memberships(call: Call, query: Query) -> Doc:
    def shown(rows: list[Doc]) -> list[Doc]:
        return [_membership(call, row) for row in rows]

    return answer(call, Listing("organization_memberships", Stored(call.desk.people.users, query), shown))


def memberships(call: Call) -> Doc:
    query = _MEMBER
    if "id" in call.ids:
        query = query.and_("organization_id = ?" if "/organizations/" in call.path else "id = ?", call.id)
    return _memberships(call, query)


def membership(call: Call) -> Doc:
    user = call.desk.people.users.get(call.id)
    if user["organization_id"] is None or not user["active"]:
        raise not_found()
    return {"organization_membership": _membership(call, user)}


def create_membership(call: Call) -> Answer:
    sent = call.sent("organization_membership")
    for name in ("user_id", "organization_id"):
        if not sent.get(name):
            raise missing(name)
    user = call.desk.people.join(int(sent["user_id"]), int(sent["organization_id"]))
    return Answer(201, {"organization_membership": _membership(call, user)})


def delete_membership(call: Call) -> Answer:
    membership(call)
    call.desk.people.leave(call.id)
    return Answer(204)


def default_membership(call: Call) -> Doc:
    if int(call.ids["membership_id"]) != call.id:
        raise not_found()
    membership(call)
    return _memberships(call, _MEMBER.and_("id = ?", call.id))


def default_group(call: Call) -> Doc:
    people, chosen = call.desk.people, call.desk.people.memberships.get(int(call.ids["membership_id"]))
    if chosen["user_id"] != call.id:
        raise not_found()
    mine = Query("user_id = ?", (call.id,))
    for row in people.memberships.where(mine):
        people.memberships.put(row | {"default": row["id"] == chosen["id"], "updated_at": call.desk.db.stamp()})

    def shown(rows: list[Doc]) -> list[Doc]:
        return [shapes.plain("membership", row, call.base) for row in rows]

    return answer(call, Listing("group_memberships", Stored(people.memberships, mine), shown, None, ("id",)))


# Organizations


def organization_related(call: Call) -> Doc:
    call.desk.people.organizations.get(call.id)
    counts = {
        "tickets_count": call.desk.tickets.tickets.count(LIVE.and_("organization_id = ?", call.id)),
        "users_count": call.desk.people.users.count(_MEMBER.and_("organization_id = ?", call.id)),
    }
    return {"organization_related": counts}


def merge_organization(call: Call) -> Doc:
    winner = call.sent("organization_merge").get("winner_id")
    if not winner:
        raise missing("organization_merge.winner_id")
    desk, loser_id, winner_id = call.desk, call.id, int(winner)
    tickets = desk.tickets.tickets.where(LIVE.and_("organization_id = ? AND status != 'closed'", loser_id))
    desk.people.merge_organizations(loser_id, winner_id)
    for ticket in tickets:
        desk.tickets.update(ticket["id"], {"organization_id": winner_id}, call.user)
    made = desk.db.shelf("organization_merges").put({"id": None, "loser_id": loser_id, "winner_id": winner_id})
    return {"organization_merge": _merge(call, made, "new")}


def _merge(call: Call, row: Doc, status: str = "complete") -> Doc:
    return {
        "id": str(row["id"]),
        "url": f"{call.base}/organization_merges/{row['id']}.json",
        "loser_id": row["loser_id"],
        "winner_id": row["winner_id"],
        "status": status,
    }


def organization_merge(call: Call) -> Doc:
    return {"organization_merge": _merge(call, call.desk.db.shelf("organization_merges").get(call.id))}


def organization_merges(call: Call) -> Doc:
    rows = Stored(call.desk.db.shelf("organization_merges"), Query("loser_id = ? OR winner_id = ?", (call.id, call.id)))

    def shown(found: list[Doc]) -> list[Doc]:
        return [_merge(call, row) for row in found]

    return answer(call, Listing("organization_merges", rows, shown, None, ("id",)))


# Tags


def _tags(noun: str, mode: str = "", status: int = 200) -> Handler:
    def tags(call: Call) -> Answer:
        people = call.desk.people
        row = (people.users if noun == "users" else people.organizations).get(call.id)
        if not mode:
            return Answer(200, {"tags": row["tags"]})
        if noun == "users" and row["role"] != "end-user" and not call.is_admin and row["id"] != call.user["id"]:
            raise forbidden()
        sent = set(tags_in(call.body().get("tags")))
        kept = {"set": sent, "add": set(row["tags"]) | sent, "remove": set(row["tags"]) - sent}[mode]
        change: Doc = {"tags": sorted(kept)}
        changed = (
            people.update_user(call.id, change) if noun == "users" else people.update_organization(call.id, change)
        )
        return Answer(status, None if status == 204 else {"tags": changed["tags"]})

    return tags


def _tag_endpoints(noun: str) -> tuple[Endpoint, ...]:
    path = f"/{noun}/{{id:int}}/tags"
    return (
        Endpoint("GET", path, _tags(noun)),
        Endpoint("POST", path, _tags(noun, "set", 201)),
        Endpoint("PUT", path, _tags(noun, "add")),
        Endpoint("DELETE", path, _tags(noun, "remove", 204)),
    )


# The deleted


def _gone(call: Call, row: Doc) -> Doc:
    return shapes.user(row, call.base) | {"url": f"{call.base}/deleted_users/{row['id']}.json"}


def deleted_users(call: Call) -> Doc:
    def shown(rows: list[Doc]) -> list[Doc]:
        return [_gone(call, row) for row in rows]

    return answer(call, Listing("deleted_users", Stored(call.desk.people.users, _DELETED), shown))


def deleted_users_count(call: Call) -> Doc:
    return {"count": {"value": call.desk.people.users.count(_DELETED), "refreshed_at": call.desk.db.stamp()}}


def deleted_user(call: Call) -> Doc:
    row = call.desk.people.users.get(call.id)
    if row["active"]:
        raise not_found()
    return {"deleted_user": _gone(call, row)}


def forget_user(call: Call) -> Doc:
    return {"deleted_user": _gone(call, call.desk.people.forget_user(call.id))}


# In bulk


def _created(kind: str, noun: str) -> Handler:
    return lambda call: showing.job(call, kind, [{"fields": one} for one in call.batch(noun)])


def _updated(kind: str, plural: str, singular: str) -> Handler:
    def update(call: Call) -> Doc:
        if call.query.get("ids"):
            fields = call.sent(singular)
            return showing.job(call, kind, [{"id": one, "fields": fields} for one in call.numbers()])
        rows = call.batch(plural, needs_id=True)
        return showing.job(call, kind, [{"id": one["id"], "fields": one} for one in rows])

    return update


def _deleted(kind: str) -> Callable[[Call], Doc]:
    return lambda call: showing.job(call, kind, [{"id": one} for one in call.numbers()])


ENDPOINTS = (
    Endpoint("POST", "/users/create_many", _created("user_create", "users"), admin=True),
    Endpoint("POST", "/users/create_or_update_many", _created("user_set", "users"), admin=True),
    Endpoint("PUT", "/users/update_many", _updated("user_update", "users", "user"), admin=True),
    Endpoint("DELETE", "/users/destroy_many", _deleted("user_delete"), admin=True),
    Endpoint("POST", "/organizations/create_many", _created("organization_create", "organizations"), admin=True),
    Endpoint(
        "PUT", "/organizations/update_many", _updated("organization_update", "organizations", "organization"),
        admin=True,
    ),
    Endpoint("DELETE", "/organizations/destroy_many", _deleted("organization_delete"), admin=True),
    Endpoint("GET", "/organizations/{id:int}/related", organization_related),
    Endpoint("POST", "/organizations/{id:int}/merge", merge_organization, admin=True),
    Endpoint("GET", "/organizations/{id:int}/merges", organization_merges, admin=True),
    Endpoint("GET", "/organization_merges/{id:int}", organization_merge, admin=True),
    *_tag_endpoints("users"),
    *_tag_endpoints("organizations"),
    Endpoint("GET", "/users/{id:int}/organization_memberships", memberships),
    Endpoint("PUT", "/users/{id:int}/organization_memberships/{membership_id:int}/make_default", default_membership),
    Endpoint("PUT", "/users/{id:int}/group_memberships/{membership_id:int}/make_default", default_group, admin=True),
    Endpoint("GET", "/organizations/{id:int}/organization_memberships", memberships),
    Endpoint("GET", "/organization_memberships", memberships),
    Endpoint("POST", "/organization_memberships", create_membership),
    Endpoint(
        "POST", "/organization_memberships/create_many", _created("membership_create", "organization_memberships"),
        admin=True,
    ),
    Endpoint("DELETE", "/organization_memberships/destroy_many", _deleted("membership_delete"), admin=True),
    Endpoint("GET", "/organization_memberships/{id:int}", membership),
    Endpoint("DELETE", "/organization_memberships/{id:int}", delete_membership),
    Endpoint("GET", "/deleted_users", deleted_users, admin=True),
    Endpoint("GET", "/deleted_users/count", deleted_users_count, admin=True),
    Endpoint("GET", "/deleted_users/{id:int}", deleted_user, admin=True),
    Endpoint("DELETE", "/deleted_users/{id:int}", forget_user, admin=True),
)  # fmt: skip
