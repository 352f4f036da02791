"""The conditions of views and SLA policies: `{all: [{field, operator, value}], any: [..]}`, as SQL and as a test."""

import re

from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.fields import CATEGORIES
from agentdesk.sandbox.problems import invalid
from agentdesk.sandbox.records import Query, Value, marks

_STATUS = {"new": 0, "open": 1, "pending": 2, "hold": 3, "solved": 4, "closed": 5, "deleted": 6}
_PRIORITY = {"low": 1, "normal": 2, "high": 3, "urgent": 4}
_COLUMNS = {
    "status": "status", "priority": "priority", "type": "type", "ticket_type_id": "type", "group_id": "group_id",
    "assignee_id": "assignee_id", "requester_id": "requester_id", "submitter_id": "submitter_id",
    "organization_id": "organization_id", "brand_id": "brand_id", "ticket_form_id": "ticket_form_id",
    "via_id": "channel", "via_type": "channel", "channel": "channel", "custom_status_id": "status",
}  # fmt: skip
_DOCUMENTS = {
    "satisfaction_score": "json_extract(doc, '$.satisfaction_rating.score')",
    "recipient": "json_extract(doc, '$.recipient')", "problem_id": "problem_id", "external_id": "external_id",
    "locale_id": "(SELECT json_extract(u.doc, '$.locale_id') FROM users AS u WHERE u.id = requester_id)",
    "requester_role": "(SELECT role FROM users AS u WHERE u.id = requester_id)",
}  # fmt: skip
_CHANNELS = {"0": "web", "4": "email", "5": "api", "8": "rule", "29": "chat", "34": "voice", "35": "voice", "57": "sms"}
_TEXTS = {"subject_includes_word": "subject", "description_includes_word": "description", "subject": "subject"}
_COMPARED = {"less_than": "<", "less_than_equal": "<=", "greater_than": ">", "greater_than_equal": ">="}
_HOURS = {
    "UPDATED": "updated_at",
    "NEW": "created_at",
    "SOLVED": "solved_at",
    "created_at": "created_at",
    "updated_at": "updated_at",
}


_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_STATUS_IDS = {str(number): category for number, category in enumerate(CATEGORIES, start=1)}


def rank(column: str) -> str:
    """The SQL that orders a column as agents mean it: statuses and priorities by rank."""
    ranks = {"status": _STATUS, "priority": _PRIORITY}.get(column)
    if ranks is None:
        return column
    cases = " ".join(f"WHEN '{word}' THEN {number}" for word, number in ranks.items())
    return f"(CASE {column} {cases} ELSE 0 END)"


def query_of(conditions: Doc, me: int, my_groups: list[int], now_sql: str) -> Query:
    """The tickets that meet the conditions for this agent; `now_sql` is the helpdesk's time, ISO 8601."""
    query = Query()
    for row in conditions.get("all") or ():
        part = _part(row, me, my_groups, now_sql)
        query = query.and_(part.where, *part.parameters)
    parts = [_part(row, me, my_groups, now_sql) for row in conditions.get("any") or ()]
    if parts:
        where = " OR ".join(f"({part.where})" for part in parts)
        query = query.and_(where, *(value for part in parts for value in part.parameters))
    return query


def _part(row: Doc, me: int, my_groups: list[int], now_sql: str) -> Query:
    field, operator, value = str(row["field"]), str(row.get("operator") or "is"), row.get("value")
    if field == "current_tags":
        return _tags(operator, value)
    if field.startswith("custom_fields_"):
        return _custom(int(field.removeprefix("custom_fields_")), operator, value)
    if field in _TEXTS:
        words = str(value or "").split()
        where = " OR ".join(f"instr(lower({_TEXTS[field]}), lower(?)) > 0" for _ in words) or "1"
        return Query(f"NOT ({where})" if operator.startswith("not") else where, tuple(words))
    if field == "due_date" and operator in ("is", *_COMPARED):
        sign = _COMPARED.get(operator, "<=")
        where = f"due_at {sign} strftime('%Y-%m-%dT%H:%M:%SZ', ?, ?)"
        return Query(where, (now_sql, f"+{int(float(str(value or 0)))} hours"))
    if field in _HOURS and operator in ("is", *_COMPARED) and _DATE.match(str(value)):
        return Query(f"{_HOURS[field]} {_COMPARED.get(operator, '>=')} ?", (str(value),))
    if field in _HOURS and operator in ("is", *_COMPARED):
        flipped = {"less_than": ">", "less_than_equal": ">=", "greater_than": "<", "greater_than_equal": "<="}
        sign = flipped.get(operator, ">=")
        where = f"{_HOURS[field]} {sign} strftime('%Y-%m-%dT%H:%M:%SZ', ?, ?)"
        return Query(where, (now_sql, f"-{int(float(str(value or 0)))} hours"))
    column = _COLUMNS.get(field) or _DOCUMENTS.get(field)
    if column is None:
        raise invalid(base=f"Condition: {field} is not a field that this helpdesk can compare")
    if operator in _COMPARED:
        ranks = _STATUS if column == "status" else _PRIORITY
        return Query(f"{rank(column)} {_COMPARED[operator]} ?", (ranks.get(str(value), 0),))
    if value == "current_groups":
        return Query(f"group_id IN ({marks(my_groups)})", tuple(my_groups))
    values = value if isinstance(value, list) else [value]
    if field == "custom_status_id":
        values = [_STATUS_IDS.get(str(one), one) for one in values]
    if column == "channel":
        values = [_CHANNELS.get(str(one), one) for one in values]
    wanted = [_wanted(one, me) for one in values]
    return _is(column, operator, wanted)


def _wanted(value: object, me: int) -> Value:
    if value == "current_user":
        return me
    if value in (None, "", "-"):
        return None
    text = str(value)
    return int(text) if text.lstrip("-").isdigit() else text


def _is(column: str, operator: str, wanted: list[Value]) -> Query:
    known = tuple(value for value in wanted if value is not None)
    where = f"coalesce({column} IN ({marks(known)}), 0)"
    if None in wanted:
        where = f"({where} OR {column} IS NULL)"
    return Query(f"NOT {where}" if operator in ("is_not", "not_includes") else where, known)


def _tags(operator: str, value: object) -> Query:
    words = value if isinstance(value, list) else str(value or "").split()
    where = " OR ".join("instr(tags, ?) > 0" for _ in words) or "1"
    negated = operator in ("not_includes", "is_not", "not_present")
    return Query(f"NOT ({where})" if negated else where, tuple(f" {word} " for word in words))


def _custom(field_id: int, operator: str, value: object) -> Query:
    where = (
        "EXISTS (SELECT 1 FROM json_each(doc, '$.custom_fields') AS f"
        " WHERE json_extract(f.value, '$.id') = ? AND coalesce(json_extract(f.value, '$.value'), '') = ?)"
    )
    wanted: Value = value if isinstance(value, str | int) else ""
    return Query(f"NOT {where}" if operator == "is_not" else where, (field_id, wanted))


def matches(conditions: Doc, ticket: Doc) -> bool:
    """Whether a ticket meets the filter of an SLA policy."""
    needed, one_of = conditions.get("all") or [], conditions.get("any") or []
    return all(_meets(row, ticket) for row in needed) and (not one_of or any(_meets(row, ticket) for row in one_of))


def _meets(row: Doc, ticket: Doc) -> bool:
    field, operator, value = str(row["field"]), str(row.get("operator") or "is"), row.get("value")
    if field == "current_tags":
        words = value if isinstance(value, list) else str(value or "").split()
        has = any(word in ticket["tags"] for word in words)
        return has != operator.startswith("not")
    actual = ticket.get(_COLUMNS.get(field, field))
    wanted = [str(one) for one in (value if isinstance(value, list) else [value])]
    same = str(actual) in wanted or (actual is None and wanted in ([""], ["None"]))
    return same != (operator in ("is_not", "not_includes"))
