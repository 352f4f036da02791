"""The paths of what agents work with: views, macros, fields, forms, statuses, SLA policies, tags."""

from agentdesk.sandbox import shapes
from agentdesk.sandbox.calls import Answer, Call, Endpoint
from agentdesk.sandbox.conditions import query_of
from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.fields import custom_statuses
from agentdesk.sandbox.paging import Listed, Listing, Stored, answer
from agentdesk.sandbox.problems import forbidden, invalid, not_found
from agentdesk.sandbox.records import Query, Shelf, marks, pattern
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


# Views


def _may_see(call: Call, doc: Doc) -> bool:
    restriction = doc.get("restriction")
    if not restriction:
        return True
    ids = [*(restriction.get("ids") or ()), restriction.get("id")]
    mine = [call.user["id"]] if restriction.get("type") == "User" else call.desk.people.group_ids(call.user["id"])
    return (call.is_admin and restriction.get("type") == "Group") or any(one in ids for one in mine)


def _visible(call: Call, shelf: Shelf) -> list[Doc]:
    query = Query()
    if call.query.get("active"):
        query = query.and_("active = ?", int(call.flag("active")))
    return [row for row in shelf.where(query, "position, id") if _may_see(call, row)]


def _view(call: Call, view_id: int) -> Doc:
    view = call.desk.views.get(view_id)
    if not _may_see(call, view):
        raise not_found()
    return view


def _shown_views(call: Call, rows: list[Doc]) -> list[Doc]:
    return [shapes.plain("view", row, call.base) for row in rows]


def views(call: Call) -> Doc:
    rows = _visible(call, call.desk.views)
    return answer(call, Listing("views", Listed(rows), lambda found: _shown_views(call, found), sort="position"))


def active_views(call: Call) -> Doc:
    rows = [row for row in _visible(call, call.desk.views) if row["active"]]
    return answer(call, Listing("views", Listed(rows), lambda found: _shown_views(call, found), sort="position"))


def compact_views(call: Call) -> Doc:
    rows = [row for row in _visible(call, call.desk.views) if row["active"]][:32]
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
    rows = [row for row in call.desk.views.many(ids) if _may_see(call, row)]
    return {"view_counts": [_count(call, row) for row in rows]}


def show_many_views(call: Call) -> Doc:
    rows = [row for row in call.desk.views.many(call.numbers()) if _may_see(call, row)]
    return {"views": _shown_views(call, rows), "count": len(rows), "next_page": None, "previous_page": None}


def views_count(call: Call) -> Doc:
    rows = _visible(call, call.desk.views)
    return {"count": {"value": len(rows), "refreshed_at": call.desk.db.stamp()}}


def search_views(call: Call) -> Doc:
    text = call.query.get("query", "").lower()
    rows = [row for row in _visible(call, call.desk.views) if text in row["title"].lower()]
    return answer(call, Listing("views", Listed(rows), lambda found: _shown_views(call, found), sort="position"))


def export_view(call: Call) -> Doc:
    return {"export": {"view_id": _view(call, call.id)["id"], "status": "starting"}}


# Macros


def _shown_macros(call: Call, rows: list[Doc]) -> list[Doc]:
    shown = [shapes.plain("macro", row, call.base) for row in rows]
    includes = call.includes()
    used = _usage(call) if any(name.startswith("usage_") for name in includes) else {}
    for macro in shown:
        macro |= {name: used.get(macro["id"], 0) for name in includes if name.startswith("usage_")}
        if "permissions" in includes:
            own = call.is_admin or (macro["restriction"] or {}).get("type") == "User"
            macro["permissions"] = {"can_edit": own}
    return shown


def _usage(call: Call) -> dict[int, int]:
    sql = (
        "SELECT json_extract(e.value, '$.macro_id'), count(*) FROM audits, json_each(audits.doc, '$.events') AS e"
        " WHERE json_extract(e.value, '$.type') = 'AgentMacroReference' GROUP BY 1"
    )
    return dict(call.desk.db.run(sql))


def _macros(call: Call, rows: list[Doc]) -> Doc:
    listing = Listing("macros", Listed(rows), lambda found: _shown_macros(call, found), sort="position")
    body = answer(call, listing)
    if "categories" in call.includes():
        body["categories"] = _categories(rows)
    return body


def macros(call: Call) -> Doc:
    rows = _visible(call, call.desk.macros.shelf)
    if call.query.get("category"):
        rows = [row for row in rows if row["title"].startswith(call.query["category"] + "::")]
    return _macros(call, rows)


def active_macros(call: Call) -> Doc:
    return _macros(call, [row for row in _visible(call, call.desk.macros.shelf) if row["active"]])


def search_macros(call: Call) -> Doc:
    text = call.query.get("query", "").lower()
    return _macros(call, [row for row in _visible(call, call.desk.macros.shelf) if text in row["title"].lower()])


def macro_categories(call: Call) -> Doc:
    return {"categories": _categories(_visible(call, call.desk.macros.shelf))}


def _categories(rows: list[Doc]) -> list[str]:
    return sorted({row["title"].split("::")[0] for row in rows if "::" in row["title"]})


def _macro(call: Call, name: str = "id") -> Doc:
    macro = call.desk.macros.shelf.get(int(call.ids[name]))
    if not _may_see(call, macro):
        raise not_found()
    return macro


def macro(call: Call) -> Doc:
    return {"macro": _shown_macros(call, [_macro(call)])[0]}


def create_macro(call: Call) -> Answer:
    sent = call.sent("macro")
    if not call.is_admin and (sent.get("restriction") or {}).get("type") != "User":
        raise forbidden()
    return Answer(200, {"macro": _shown_macros(call, [call.desk.macros.save(sent)])[0]})


def update_macro(call: Call) -> Doc:
    _own_macro(call)
    return {"macro": _shown_macros(call, [call.desk.macros.save(call.sent("macro"), call.id)])[0]}


def delete_macro(call: Call) -> Answer:
    _own_macro(call)
    call.desk.macros.shelf.remove(call.id)
    return Answer(204)


def _own_macro(call: Call) -> None:
    if not call.is_admin and (_macro(call)["restriction"] or {}).get("type") != "User":
        raise forbidden()


def apply_macro(call: Call) -> Doc:
    return {"result": {"ticket": call.desk.macros.apply(_macro(call), None, call.user, call.root)}}


def apply_macro_to_ticket(call: Call) -> Doc:
    ticket = call.desk.tickets.live(call.id)
    changed = call.desk.macros.apply(_macro(call, "macro_id"), ticket, call.user, call.root)
    return {"result": {"ticket": showing.ticket(call, ticket) | changed}}


# Fields, forms, statuses


def ticket_fields(call: Call) -> Doc:
    rows = Stored(call.desk.fields.fields)

    def shown(found: list[Doc]) -> list[Doc]:
        return [_field(call, row) for row in found]

    return answer(call, Listing("ticket_fields", rows, shown, cursor_sorts=("id",), sort="id"))


def _field(call: Call, row: Doc) -> Doc:
    shown = shapes.ticket_field(row, call.base)
    if row["type"] == "custom_status":
        shown["custom_statuses"] = _statuses(call)
    systems = {
        "status": [(one, one.capitalize()) for one in ("open", "pending", "hold", "solved")],
        "priority": [(one, one.capitalize()) for one in ("low", "normal", "high", "urgent")],
        "tickettype": [(one, one.capitalize()) for one in ("question", "incident", "problem", "task")],
    }
    if row["type"] in systems:
        shown["system_field_options"] = [{"name": name, "value": value} for value, name in systems[row["type"]]]
    return shown


def ticket_field(call: Call) -> Doc:
    return {"ticket_field": _field(call, call.desk.fields.fields.get(call.id))}


def create_field(call: Call) -> Answer:
    sent = call.sent("ticket_field")
    if not sent.get("title") or not sent.get("type"):
        raise invalid(title="Title: cannot be blank")
    made = call.desk.fields.fields.put(call.desk.fields.new_field({**sent, "id": None}))
    return Answer(201, {"ticket_field": _field(call, made)})


def update_field(call: Call) -> Doc:
    row = call.desk.fields.fields.get(call.id)
    sent = call.sent("ticket_field")
    known = {name: sent[name] for name in sent if name in row and name not in ("id", "type", "created_at")}
    return {
        "ticket_field": _field(call, call.desk.fields.fields.put(row | known | {"updated_at": call.desk.db.stamp()}))
    }


def delete_field(call: Call) -> Answer:
    if not call.desk.fields.fields.get(call.id)["removable"]:
        raise invalid(base="A system field cannot be deleted")
    call.desk.fields.fields.remove(call.id)
    return Answer(204)


def fields_count(call: Call) -> Doc:
    return {"count": {"value": call.desk.fields.fields.count(), "refreshed_at": call.desk.db.stamp()}}


def field_options(call: Call) -> Doc:
    shown = _field(call, call.desk.fields.fields.get(call.id)).get("custom_field_options") or []
    return answer(call, Listing("custom_field_options", Listed(shown), list, cursor_sorts=("id",), sort="none"))


def field_option(call: Call) -> Doc:
    shown = _field(call, call.desk.fields.fields.get(call.id)).get("custom_field_options") or []
    for one in shown:
        if one.get("id") == int(call.ids["option_id"]):
            return {"custom_field_option": one}
    raise not_found()


def ticket_forms(call: Call) -> Doc:
    rows = Stored(call.desk.fields.forms)

    def shown(found: list[Doc]) -> list[Doc]:
        return [shapes.plain("ticket_form", row, call.base) for row in found]

    return answer(call, Listing("ticket_forms", rows, shown, cursor_sorts=("id",), sort="id"))


def ticket_form(call: Call) -> Doc:
    return {"ticket_form": shapes.plain("ticket_form", call.desk.fields.forms.get(call.id), call.base)}


def forms_many(call: Call) -> Doc:
    rows = [shapes.plain("ticket_form", row, call.base) for row in call.desk.fields.forms.many(call.numbers())]
    return {"ticket_forms": rows, "count": len(rows), "next_page": None, "previous_page": None}


def _statuses(call: Call) -> list[Doc]:
    made = call.desk.db.setting("created_at") or call.desk.db.stamp()
    return [shapes.plain("custom_status", one, call.base) for one in custom_statuses(made)]


def statuses(call: Call) -> Doc:
    rows = _statuses(call)
    categories = [one for one in call.query.get("status_categories", "").split(",") if one]
    return {"custom_statuses": [one for one in rows if not categories or one["status_category"] in categories]}


def status(call: Call) -> Doc:
    for one in _statuses(call):
        if one["id"] == call.id:
            return {"custom_status": one}
    raise not_found()


def policies(call: Call) -> Doc:
    rows = [shapes.plain("sla", row, call.base) for row in call.desk.policies.where(order="position, id")]
    return {"sla_policies": rows, "count": len(rows), "next_page": None, "previous_page": None}


def policy(call: Call) -> Doc:
    return {"sla_policy": shapes.plain("sla", call.desk.policies.get(call.id), call.base)}


def tags(call: Call) -> Doc:
    rows = _tag_counts(call, "")
    rows.sort(key=lambda row: (-row["count"], row["name"]))
    return answer(call, Listing("tags", Listed(rows), list, sort="none"))


def tags_count(call: Call) -> Doc:
    return {"count": {"value": len(_tag_counts(call, "")), "refreshed_at": call.desk.db.stamp()}}


def _tag_counts(call: Call, start: str) -> list[Doc]:
    sql = (
        "SELECT t.value, count(*) FROM tickets, json_each(tickets.doc, '$.tags') AS t"
        " WHERE status != 'deleted' AND t.value LIKE ? ESCAPE '\\' GROUP BY 1 ORDER BY 1"
    )
    return [{"name": name, "count": count} for name, count in call.desk.db.run(sql, (pattern(start)[1:],))]


def autocomplete_tags(call: Call) -> Doc:
    start = call.query.get("name", "").lower()
    if len(start) < 2:
        raise invalid(name="Name: is too short (minimum two characters)")
    return {"tags": [row["name"] for row in _tag_counts(call, start)][:100], "count": None}


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
    Endpoint("GET", "/macros", macros),
    Endpoint("POST", "/macros", create_macro),
    Endpoint("GET", "/macros/active", active_macros),
    Endpoint("GET", "/macros/search", search_macros),
    Endpoint("GET", "/macros/categories", macro_categories),
    Endpoint("GET", "/macros/{id:int}", macro),
    Endpoint("PUT", "/macros/{id:int}", update_macro),
    Endpoint("DELETE", "/macros/{id:int}", delete_macro),
    Endpoint("GET", "/macros/{id:int}/apply", apply_macro),
    Endpoint("GET", "/tickets/{id:int}/macros/{macro_id:int}/apply", apply_macro_to_ticket),
    Endpoint("GET", "/ticket_fields", ticket_fields),
    Endpoint("POST", "/ticket_fields", create_field, admin=True),
    Endpoint("GET", "/ticket_fields/count", fields_count),
    Endpoint("GET", "/ticket_fields/{id:int}", ticket_field),
    Endpoint("GET", "/ticket_fields/{id:int}/options", field_options),
    Endpoint("GET", "/ticket_fields/{id:int}/options/{option_id:int}", field_option),
    Endpoint("PUT", "/ticket_fields/{id:int}", update_field, admin=True),
    Endpoint("DELETE", "/ticket_fields/{id:int}", delete_field, admin=True),
    Endpoint("GET", "/ticket_forms", ticket_forms),
    Endpoint("GET", "/ticket_forms/show_many", forms_many),
    Endpoint("GET", "/ticket_forms/{id:int}", ticket_form),
    Endpoint("GET", "/custom_statuses", statuses),
    Endpoint("GET", "/custom_statuses/{id:int}", status),
    Endpoint("GET", "/slas/policies", policies, admin=True),
    Endpoint("GET", "/slas/policies/{id:int}", policy, admin=True),
    Endpoint("GET", "/tags", tags),
    Endpoint("GET", "/tags/count", tags_count),
    Endpoint("GET", "/autocomplete/tags", autocomplete_tags),
)
