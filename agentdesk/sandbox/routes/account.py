"""The paths of what an account sets for its tickets: fields, forms, statuses, SLA policies, tags."""

from agentdesk.sandbox import shapes
from agentdesk.sandbox.calls import Answer, Call, Endpoint
from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.fields import custom_statuses
from agentdesk.sandbox.paging import Listed, Listing, Stored, answer
from agentdesk.sandbox.problems import invalid, not_found
from agentdesk.sandbox.records import Query, pattern

_ACTIVE = Query("active")


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
