"""The paths of views: the lists that agents work from, and who may see them."""

from agentdesk.sandbox import shapes
from agentdesk.sandbox.calls import Answer, Call, Endpoint
from agentdesk.sandbox.conditions import query_of
from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.paging import Listed, Listing, Stored, answer
from agentdesk.sandbox.problems import invalid, not_found
from agentdesk.sandbox.records import Query, Shelf, marks
from agentdesk.sandbox.routes import showing
from agentdesk.sandbox.tickets import LIVE

_TITLES = {
    "subject": "Subject", "requester": "Requester", "created": "Requested", "updated": "Updated", "type": "Type",
    "priority": "Priority", "group": "Group", "assignee": "Assignee", "status": "Status", "nice_id": "ID",
    "requester_updated_at": "Requester updated", "organization": "Organization",
}  # fmt: skip
_ORDERS = {
    "created": "created_at", "created_at": "created_at", "updated": "updated_at", "updated_at": "updated_at",
    "nice_id": "id", "id": "id", "status": "status", "priority": "priority", "subject": "subject",
    "requester_updated_at": "updated_at", "group": "group_id", "assignee": "assignee_id", "requester": "requester_id",
}  # fmt: skip
_ACTIVE = Query("active")


def may_see(call: Call, doc: Doc) -> bool:
    """May the caller see a view or macro that is perhaps kept to some groups or one agent?"""
    restriction = doc.get("restriction")
    if not restriction:
        return True
    ids = [*(restriction.get("ids") or ()), restriction.get("id")]
    mine = [call.user["id"]] if restriction.get("type") == "User" else call.desk.people.group_ids(call.user["id"])
    return (call.is_admin and restriction.get("type") == "Group") or any(one in ids for one in mine)


def visible(call: Call, shelf: Shelf) -> list[Doc]:
    """The views, or macros, that the caller may see and asks for."""
    query = Query()
    if call.query.get("active"):
        query = query.and_("active = ?", int(call.flag("active")))
    return [row for row in shelf.where(query, "position, id") if may_see(call, row)]


def _view(call: Call, view_id: int) -> Doc:
    view = call.desk.views.get(view_id)
    if not may_see(call, view):
        raise not_found()
    return view


def _shown_views(call: Call, rows: list[Doc]) -> list[Doc]:
    return [shapes.plain("view", row, call.base) for row in rows]


def views(call: Call) -> Doc:
    rows = visible(call, call.desk.views)
    return answer(call, Listing("views", Listed(rows), lambda found: _shown_views(call, found), sort="position"))


def active_views(call: Call) -> Doc:
    rows = [row for row in visible(call, call.desk.views) if row["active"]]
    return answer(call, Listing("views", Listed(rows), lambda found: _shown_views(call, found), sort="position"))


def compact_views(call: Call) -> Doc:
    rows = [row for row in visible(call, call.desk.views) if row["active"]][:32]
    return {"views": _shown_views(call, rows), "count": len(rows), "next_page": None, "previous_page": None}


def view(call: Call) -> Doc:
    return {"view": shapes.plain("view", _view(call, call.id), call.base)}


def create_view(call: Call) -> Answer:
    sent = call.sent("view")
    if not sent.get("title"):
        raise invalid(title="Title: cannot be blank")
    return Answer(200, _saved_view(call, call.desk.views.put(_view_of(call, sent, {}))))


def update_view(call: Call) -> Doc:
    return _saved_view(call, call.desk.views.put(_view_of(call, call.sent("view"), _view(call, call.id))))


def _saved_view(call: Call, row: Doc) -> Doc:
    return {"view": shapes.plain("view", row, call.base)}


def delete_view(call: Call) -> Answer:
    call.desk.views.remove(_view(call, call.id)["id"])
    return Answer(204)


def _view_of(call: Call, sent: Doc, before: Doc) -> Doc:
    """A whole view; conditions may be sent inside `conditions` or as `all` and `any`, as Zendesk allows."""
    stamp = call.desk.db.stamp()
    conditions = before.get("conditions") or {"all": [], "any": []}
    conditions |= {name: sent[name] for name in ("all", "any") if name in sent} | (sent.get("conditions") or {})
    output = sent.get("output") or {}
    execution: Doc = {"group_by": None, "group_order": None, "sort_by": "nice_id", "sort_order": "desc", "columns": []}
    execution |= before.get("execution") or {}
    execution |= {name: output[name] for name in ("columns", "sort_by", "sort_order", "group_by") if name in output}
    whole: Doc = {
        "id": None, "title": "", "active": True, "position": 9999, "description": None, "default": False,
        "restriction": None, "created_at": stamp, "watchable": True,
    }  # fmt: skip
    known = {name: sent[name] for name in ("title", "active", "position", "description", "restriction") if name in sent}
    made = whole | before | known | {"conditions": conditions, "execution": execution, "updated_at": stamp}
    _members(call, made)  # refuses conditions nobody can evaluate
    return made | {"raw_title": made["title"]}


def _members(call: Call, view: Doc) -> Query:
    me = call.user["id"]
    query = query_of(view["conditions"], me, call.desk.people.group_ids(me), call.desk.db.stamp())
    return LIVE.and_(query.where, *query.parameters)


def view_tickets(call: Call) -> Doc:
    row = _view(call, call.id)
    execution = row.get("execution") or {}
    listing = showing.ticket_list(call, _members(call, row), sort=_ORDERS.get(str(execution.get("sort_by")), "id"))
    return answer(call, listing)


def execute(call: Call) -> Doc:
    row = _view(call, call.id)
    return _executed(call, row)


def preview(call: Call) -> Doc:
    return _executed(call, _view_of(call, call.sent("view"), {}) | {"id": None})


def preview_count(call: Call) -> Doc:
    return {"view_count": _count(call, _view_of(call, call.sent("view"), {}))}


def _executed(call: Call, view: Doc) -> Doc:
    execution = view.get("execution") or {}
    sort = call.query.get("sort_by") or execution.get("sort_by") or "nice_id"
    way = call.query.get("sort_order") or execution.get("sort_order") or "desc"
    names = [str(one["id"] if isinstance(one, dict) else one) for one in execution.get("columns") or ()]
    names = names or ["subject", "requester", "created", "status", "priority", "assignee"]
    listing = Listing(
        "rows",
        Stored(call.desk.tickets.tickets, _members(call, view)),
        lambda found: _view_rows(call, found, names),
        lambda found: _view_people(call, found),
        cursor_sorts=("id", "updated_at", "created_at"),
        offset_sorts=tuple(set(_ORDERS.values())),
        sort=_ORDERS.get(str(sort), "id"),
        descending=way == "desc",
    )
    columns = [{"id": name, "title": _TITLES.get(name, name.capitalize())} for name in names]
    about = {"id": view["id"], "url": f"{call.base}/views/{view['id']}.json"}
    return answer(call, listing) | {"columns": columns, "view": about}


def _view_people(call: Call, rows: list[Doc]) -> Doc:
    people = call.desk.people
    ids = [row[key] for row in rows for key in ("requester_id", "assignee_id", "submitter_id")]
    groups = people.groups.many(row["group_id"] for row in rows)
    organizations = people.organizations.many(row["organization_id"] for row in rows)
    return {
        "users": showing.users(call, people.users.many(ids)),
        "groups": [shapes.plain("group", one, call.base) for one in groups],
        "organizations": [shapes.organization(one, call.base) for one in organizations],
    }


def _view_rows(call: Call, rows: list[Doc], names: list[str]) -> list[Doc]:
    ids = [row["id"] for row in rows]
    where = f"id IN (SELECT max(id) FROM comments WHERE ticket_id IN ({marks(ids)}) GROUP BY ticket_id)"
    last = {one["ticket_id"]: one for one in call.desk.tickets.comments.where(Query(where, tuple(ids)))}
    return [_view_row(call, row, last.get(row["id"]), names) for row in rows]


def _view_row(call: Call, row: Doc, last: Doc | None, names: list[str]) -> Doc:
    keys = ("id", "subject", "description", "status", "type", "priority")
    ticket: Doc = {key: row[key] for key in keys} | {"url": f"{call.base}/tickets/{row['id']}.json"}
    if last:
        ticket["last_comment"] = {key: last[key] for key in ("id", "body", "author_id", "public", "created_at")}
    links = {
        "requester": "requester_id",
        "assignee": "assignee_id",
        "group": "group_id",
        "organization": "organization_id",
    }
    times = {"created": "created_at", "updated": "updated_at", "requester_updated_at": "updated_at", "nice_id": "id"}
    custom = {str(one["id"]): one["value"] for one in row["custom_fields"]}
    shown: Doc = {"ticket_id": row["id"], "ticket": ticket, "custom_fields": row["custom_fields"]}
    for name in names:
        if name in links:
            shown[links[name]] = row[links[name]]
        else:
            shown[name] = row.get(times.get(name, name), custom.get(name))
    return shown


def _count(call: Call, view: Doc) -> Doc:
    value = call.desk.tickets.tickets.count(_members(call, view))
    return {
        "url": f"{call.base}/views/{view['id']}/count.json",
        "view_id": view["id"],
        "value": value,
        "pretty": str(value),
        "fresh": True,
        "active": view["active"],
        "refresh": "poll",
    }


def view_count(call: Call) -> Doc:
    return {"view_count": _count(call, _view(call, call.id))}


def count_many(call: Call) -> Doc:
    ids = call.numbers(limit=20)
    rows = [row for row in call.desk.views.many(ids) if may_see(call, row)]
    return {"view_counts": [_count(call, row) for row in rows]}


def show_many_views(call: Call) -> Doc:
    rows = [row for row in call.desk.views.many(call.numbers()) if may_see(call, row)]
    return {"views": _shown_views(call, rows), "count": len(rows), "next_page": None, "previous_page": None}


def views_count(call: Call) -> Doc:
    rows = visible(call, call.desk.views)
    return {"count": {"value": len(rows), "refreshed_at": call.desk.db.stamp()}}


def search_views(call: Call) -> Doc:
    text = call.query.get("query", "").lower()
    rows = [row for row in visible(call, call.desk.views) if text in row["title"].lower()]
    return answer(call, Listing("views", Listed(rows), lambda found: _shown_views(call, found), sort="position"))


def export_view(call: Call) -> Doc:
    return {"export": {"view_id": _view(call, call.id)["id"], "status": "starting"}}


ENDPOINTS = (
    Endpoint("GET", "/views", views),
    Endpoint("POST", "/views", create_view, admin=True),
    Endpoint("GET", "/views/active", active_views),
    Endpoint("GET", "/views/compact", compact_views),
    Endpoint("GET", "/views/count", views_count),
    Endpoint("GET", "/views/count_many", count_many, ("view-counts",)),
    Endpoint("GET", "/views/show_many", show_many_views),
    Endpoint("GET", "/views/search", search_views),
    Endpoint("GET", "/views/{id:int}/export", export_view),
    Endpoint("POST", "/views/preview", preview, ("views",)),
    Endpoint("POST", "/views/preview/count", preview_count, ("views",)),
    Endpoint("GET", "/views/{id:int}", view),
    Endpoint("PUT", "/views/{id:int}", update_view, admin=True),
    Endpoint("DELETE", "/views/{id:int}", delete_view, admin=True),
    Endpoint("GET", "/views/{id:int}/tickets", view_tickets),
    Endpoint("GET", "/views/{id:int}/execute", execute, ("views",)),
    Endpoint("GET", "/views/{id:int}/count", view_count, ("views",)),
)
