"""The paths of macros: prepared answers, and what they would change."""

from agentdesk.sandbox import shapes
from agentdesk.sandbox.calls import Answer, Call, Endpoint
from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.paging import Listed, Listing, answer
from agentdesk.sandbox.problems import forbidden, not_found
from agentdesk.sandbox.routes import showing
from agentdesk.sandbox.routes.views import may_see, visible


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
    rows = visible(call, call.desk.macros.shelf)
    if call.query.get("category"):
        rows = [row for row in rows if row["title"].startswith(call.query["category"] + "::")]
    return _macros(call, rows)


def active_macros(call: Call) -> Doc:
    return _macros(call, [row for row in visible(call, call.desk.macros.shelf) if row["active"]])


def search_macros(call: Call) -> Doc:
    text = call.query.get("query", "").lower()
    return _macros(call, [row for row in visible(call, call.desk.macros.shelf) if text in row["title"].lower()])


def macro_categories(call: Call) -> Doc:
    return {"categories": _categories(visible(call, call.desk.macros.shelf))}


def _categories(rows: list[Doc]) -> list[str]:
    return sorted({row["title"].split("::")[0] for row in rows if "::" in row["title"]})


def _macro(call: Call, name: str = "id") -> Doc:
    macro = call.desk.macros.shelf.get(int(call.ids[name]))
    if not may_see(call, macro):
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


ENDPOINTS = (
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
)
