"""The paths that find and export: search, search export, incremental exports."""

import math
import re
from datetime import datetime

from agentdesk.sandbox import shapes
from agentdesk.sandbox.calls import Call, Endpoint
from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.paging import Show, Stored, address, cut, decode, encode, offset_body
from agentdesk.sandbox.problems import Problem, bad_page, bad_value, missing
from agentdesk.sandbox.records import Query, Shelf, moment
from agentdesk.sandbox.routes import showing
from agentdesk.sandbox.routes.helpcenter import translations_of
from agentdesk.sandbox.search import KINDS, Search, bad_search, order_of
from agentdesk.sandbox.state import Helpdesk
from agentdesk.sandbox.tickets import event_value

_MAX_RESULTS = 1000
_MAX_EXPORT = 1000
_CURSOR_SECONDS = 3600


# Search


def _search(call: Call) -> Search:
    return Search(call.desk.people, call.desk.db.now, call.user["id"])


def _shown(call: Call, kind: str, rows: list[Doc]) -> list[Doc]:
    shows: dict[str, Show] = {
        "ticket": lambda found: [shapes.ticket(row, call.base) for row in found],
        "user": lambda found: showing.users(call, found),
        "organization": lambda found: [shapes.organization(row, call.base) for row in found],
        "group": lambda found: [shapes.plain("group", row, call.base) for row in found],
    }
    return [row | {"result_type": kind} for row in shows[kind](rows)]


def search(call: Call) -> Doc:
    text = call.query.get("query")
    if text is None:
        raise missing("query")
    if any(name.startswith("page[") for name in call.query):
        detail = "Search does not support cursor pagination; use search/export"
        raise bad_page("InvalidPaginationParameter", "Invalid pagination parameter", detail)
    number, size = cut(call)
    if number * size > _MAX_RESULTS:
        raise bad_search("Requested response size was greater than Search Response Limits")
    finder, order = _search(call), order_of(dict(call.query), text)
    total, skipped = 0, (number - 1) * size
    results: list[Doc] = []
    found: dict[str, list[Doc]] = {}
    for kind in finder.kinds(text):
        shelf, query = call.desk.db.shelf(KINDS[kind]), finder.query(kind, text)
        count = shelf.count(query)
        start, room = max(0, skipped - total), size - len(results)
        if room > 0 and start < count:
            rows = shelf.where(query, order if kind == "ticket" else "id DESC", room, start)
            found[kind] = rows
            results += _shown(call, kind, rows)
        total += count
    body = offset_body(call, "results", results, total, number, size)
    if number * size >= _MAX_RESULTS:
        body["next_page"] = None
    return body | {"facets": None} | (showing.sideloads(call, found["ticket"]) if "ticket" in found else {})


def search_count(call: Call) -> Doc:
    text = call.query.get("query")
    if text is None:
        raise missing("query")
    finder = _search(call)
    return {
        "count": sum(call.desk.db.shelf(KINDS[kind]).count(finder.query(kind, text)) for kind in finder.kinds(text))
    }


def search_export(call: Call) -> Doc:
    text, kind = call.query.get("query"), call.query.get("filter[type]", "")
    if text is None:
        raise missing("query")
    if kind not in KINDS:
        raise bad_value("filter[type] must be ticket, user, organization or group")
    # zenpy says the type twice; only another type than the filter's is refused.
    if "type:" in text and kind not in _search(call).kinds(text):
        raise bad_value("type: belongs into filter[type]")
    after, now = call.query.get("page[after]"), int(call.desk.db.now().timestamp())
    issued, mark = now, None
    if after:
        first, *mark = decode(after)
        issued = first if isinstance(first, int) else 0
        if issued + _CURSOR_SECONDS < now or len(mark) != 2:
            raise Problem(400, {"error": "InvalidCursor", "description": "The cursor has expired"})
    size_text = call.query.get("page[size]", "100")
    size = min(_MAX_EXPORT, int(size_text)) if size_text.isdigit() and int(size_text) else 100
    rows = Stored(call.desk.db.shelf(KINDS[kind]), _search(call).query(kind, text))
    found = rows.beyond("created_at", False, mark, size + 1)
    more, found = len(found) > size, found[:size]
    cursor = encode([issued, *rows.mark("created_at", found[-1])]) if found else None
    links = {"prev": None, "next": address(call, page__after=cursor) if more else None}
    meta = {"has_more": more, "after_cursor": cursor, "before_cursor": None}
    return {"results": _shown(call, kind, found), "facets": None, "meta": meta, "links": links}


# Incremental exports


# Exports that refuse the newest minute as a start; the others answer with an empty page, on which clients rely.
_REFUSE_RECENT = re.compile(r"/incremental/(tickets|users|ticket_events)")


def _start(call: Call) -> int:
    """The start time in epoch seconds; whole, broken or ISO 8601; 400 for anything else, 422 for a too recent one."""
    text = call.query.get("start_time")
    if not text:
        raise missing("start_time")
    try:
        start = float(text)
    except ValueError:
        start = _iso_seconds(text)
    lag = call.desk.export_lag.total_seconds()
    if not math.isfinite(start) or abs(start) > 1e11:
        raise bad_value("Invalid start_time")
    if start > call.desk.db.now().timestamp() - lag and _REFUSE_RECENT.search(call.path):
        description = f"Too recent start_time. Use a start_time older than {int(lag)} seconds"
        raise Problem(422, {"error": "InvalidValue", "description": description})
    return int(start)


def _iso_seconds(text: str) -> float:
    try:
        return moment(text.replace(" ", "+")).timestamp()
    except ValueError as error:
        raise bad_value("Invalid start_time") from error


def _visible(call: Call) -> Query:
    """What is old enough to be exported."""
    last = int((call.desk.db.now() - call.desk.export_lag).timestamp())
    return Query("generated_timestamp <= ?", (last,))


def _size(call: Call, most: int = _MAX_EXPORT) -> int:
    text = call.query.get("per_page") or call.query.get("page[size]") or str(most)
    if not text.isdigit() or not int(text):
        raise bad_page("InvalidPaginationParameter", "Invalid pagination parameter", "per_page must be a number")
    return min(most, int(text))


def _by_cursor(
    call: Call, key: str, shelf: Shelf, query: Query, show: Show, most: int = _MAX_EXPORT
) -> tuple[Doc, list[Doc]]:
    """A page of an export by cursor; the cursor holds (generated_timestamp, order of the change)."""
    cursor = call.query.get("cursor") or call.query.get("page[after]")
    given = decode(cursor) if cursor else [_start(call), -1]
    if len(given) != 2:
        raise bad_page("InvalidPaginationParameter", "Invalid pagination parameter", "the cursor is not valid")
    size = _size(call, most)
    rows = shelf.where(query.and_("(generated_timestamp, seq) > (?, ?)", *given), "generated_timestamp, seq", size + 1)
    done, rows = len(rows) <= size, rows[:size]
    mark = [rows[-1]["generated_timestamp"], rows[-1]["seq"]] if rows else given
    after = encode(mark)
    body = {
        key: show(rows),
        "after_cursor": after,
        "after_url": address(call, cursor=after, start_time=None),
        "before_cursor": None,
        "before_url": None,
        "end_of_stream": done,
    }
    return body, rows


def _by_time(call: Call, key: str, shelf: Shelf, query: Query, show: Show) -> tuple[Doc, list[Doc]]:
    """A page of an export by time; it ends with a whole second, with which the next page begins again."""
    start, size = _start(call), _size(call)
    rows = _whole_seconds(shelf, query.and_("generated_timestamp >= ?", start), size)
    if rows and rows[-1]["generated_timestamp"] == start:
        # The page would begin again with the same second for ever.
        rows += _whole_seconds(shelf, query.and_("generated_timestamp > ?", start), size)
    end = rows[-1]["generated_timestamp"] if rows else start
    done = not shelf.count(query.and_("generated_timestamp > ?", end))
    body: Doc = {
        key: show(rows),
        "count": len(rows),
        "next_page": address(call, start_time=end),
        "end_time": end,
        "end_of_stream": done,
    }
    return body, rows


def _whole_seconds(shelf: Shelf, query: Query, size: int) -> list[Doc]:
    """The first records of an export, and what else belongs to the last one's second."""
    rows = shelf.where(query, "generated_timestamp, seq", size)
    if len(rows) == size:
        last = rows[-1]["generated_timestamp"], rows[-1]["seq"]
        rows += shelf.where(query.and_("generated_timestamp = ? AND seq > ?", *last), "seq")
    return rows


def _tickets_of(call: Call) -> Query:
    query = _visible(call)
    return query.and_("status != 'deleted'") if call.flag("exclude_deleted") else query


def tickets_by_cursor(call: Call) -> Doc:
    shelf = call.desk.tickets.tickets
    body, rows = _by_cursor(call, "tickets", shelf, _tickets_of(call), lambda found: showing.tickets(call, found))
    return body | showing.sideloads(call, rows)


def tickets_by_time(call: Call) -> Doc:
    shelf = call.desk.tickets.tickets
    body, rows = _by_time(call, "tickets", shelf, _tickets_of(call), lambda found: showing.tickets(call, found))
    return body | showing.sideloads(call, rows)


def users_by_cursor(call: Call) -> Doc:
    shelf = call.desk.people.users
    return _by_cursor(call, "users", shelf, _visible(call), lambda found: showing.users(call, found))[0]


def users_by_time(call: Call) -> Doc:
    shelf = call.desk.people.users
    return _by_time(call, "users", shelf, _visible(call), lambda found: showing.users(call, found))[0]


def organizations(call: Call) -> Doc:
    def shown(rows: list[Doc]) -> list[Doc]:
        return [shapes.organization(row, call.base) | {"deleted_at": row["deleted_at"]} for row in rows]

    return _by_time(call, "organizations", call.desk.people.organizations, _visible(call), shown)[0]


def ticket_events(call: Call) -> Doc:
    with_comments = "comment_events" in call.includes()

    def shown(rows: list[Doc]) -> list[Doc]:
        whole = showing.audits(call, rows)
        return [_ticket_event(audit, row, with_comments) for audit, row in zip(whole, rows, strict=True)]

    return _by_time(call, "ticket_events", call.desk.tickets.audits, _visible(call), shown)[0]


def _ticket_event(audit: Doc, row: Doc, with_comments: bool) -> Doc:
    via = audit["via"]["channel"]
    children: list[Doc] = []
    for event in audit["events"]:
        common = {"id": event["id"], "via": via, "via_reference_id": None, "event_type": event["type"]}
        if event["type"] in ("Comment", "VoiceComment"):
            if with_comments:
                children.append(
                    event | {"via_reference_id": None, "event_type": event["type"], "comment_present": True}
                )
            else:
                children.append(common | {"comment_present": True, "comment_public": event["public"]})
        elif "field_name" in event:
            value = {event["field_name"]: event_value(event["value"])}
            previous = {"previous_value": event["previous_value"]} if "previous_value" in event else {}
            children.append(common | value | previous)
        else:
            children.append(event | common)
    return {
        "id": audit["id"],
        "ticket_id": audit["ticket_id"],
        "timestamp": row["generated_timestamp"],
        "created_at": audit["created_at"],
        "updater_id": audit["author_id"],
        "via": via,
        "system": audit["metadata"]["system"],
        "metadata": audit["metadata"],
        "event_type": "Audit",
        "child_events": children,
    }


def metric_events(call: Call) -> Doc:
    shelf, query = call.desk.metric_events, _visible(call)
    if call.flag("exclude_deleted"):
        query = query.and_("ticket_id NOT IN (SELECT id FROM tickets WHERE status = 'deleted')")

    def shown(rows: list[Doc]) -> list[Doc]:
        return [{name: row[name] for name in row if name not in ("generated_timestamp", "seq")} for row in rows]

    if not any(name.startswith("page[") for name in call.query):
        return _by_time(call, "ticket_metric_events", shelf, query, shown)[0]
    body, _ = _by_cursor(call, "ticket_metric_events", shelf, query, shown, most=100)
    cursor, more = body.pop("after_cursor"), not body["end_of_stream"]
    following = address(call, page__after=cursor, start_time=None)
    meta = {"has_more": more, "after_cursor": cursor, "before_cursor": None}
    return body | {"meta": meta, "links": {"next": following if more else None, "prev": None}}


def sample(call: Call) -> Doc:
    noun = str(call.ids["noun"])
    pages = {"tickets": tickets_by_time, "users": users_by_time, "organizations": organizations}
    if noun not in pages:
        raise bad_value("There is no sample of this export")
    body = pages[noun](call)
    return body | {noun: body[noun][:50], "count": min(50, body["count"])}


def articles(call: Call) -> Doc:
    help_center = call.desk.help_center
    start = _start(call)
    found = help_center.articles.where(
        Query("CAST(strftime('%s', updated_at) AS INTEGER) >= ?", (start,)), "updated_at, id"
    )
    size = _size(call)
    rows = found[:size]
    end = int(datetime.fromisoformat(rows[-1]["updated_at"]).timestamp()) if rows else start
    while len(rows) < len(found) and found[len(rows)]["updated_at"] == rows[-1]["updated_at"]:
        rows.append(found[len(rows)])
    shown = [shapes.article(row, call.base) for row in rows]
    if "translations" in call.includes():
        shown = [one | {"translations": translations_of(call, one["id"])} for one in shown]
    return {
        "articles": shown,
        "count": len(rows),
        "next_page": address(call, start_time=end) if len(rows) < len(found) else None,
        "end_time": end,
        "end_of_stream": len(rows) == len(found),
    }


_EXPORT = ("incremental-exports",)

ENDPOINTS = (
    Endpoint("GET", "/search", search, ("search-index",)),
    Endpoint("GET", "/search/count", search_count, ("search-index",)),
    Endpoint("GET", "/search/export", search_export, ("search-export",)),
    Endpoint("GET", "/incremental/tickets", tickets_by_time, _EXPORT, admin=True),
    Endpoint("GET", "/incremental/tickets/cursor", tickets_by_cursor, _EXPORT, admin=True),
    Endpoint("GET", "/incremental/users", users_by_time, _EXPORT, admin=True),
    Endpoint("GET", "/incremental/users/cursor", users_by_cursor, _EXPORT, admin=True),
    Endpoint("GET", "/incremental/organizations", organizations, _EXPORT, admin=True),
    Endpoint("GET", "/incremental/ticket_events", ticket_events, _EXPORT, admin=True),
    Endpoint(
        "GET", "/incremental/ticket_metric_events", metric_events, _EXPORT, admin=True, prepare=Helpdesk.measure_some
    ),
    Endpoint("GET", "/incremental/{noun}/sample", sample, _EXPORT, admin=True),
    Endpoint("GET", "/help_center/incremental/articles", articles),
)
