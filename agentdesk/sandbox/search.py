"""The search: Zendesk's query language (`type:ticket status<solved tags:vip "late parcel"`) as SQL conditions."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from agentdesk.sandbox.conditions import rank
from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.fields import BRAND_ID, BRAND_NAME
from agentdesk.sandbox.people import People
from agentdesk.sandbox.problems import Problem
from agentdesk.sandbox.records import Query, Value, iso, marks, pattern

KINDS = {"ticket": "tickets", "user": "users", "organization": "organizations", "group": "groups"}

_TERM = re.compile(r'(-?)(?:(\w+)(<=|>=|[:<>]))?("(?:[^"]*)"|\S+)')
_AGE = re.compile(r"(\d+)\s*(minute|hour|day|week|month|year)s?$")
_SPANS = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800, "month": 2592000, "year": 31536000}
_TIMES = {
    "created": "created_at", "updated": "updated_at", "solved": "solved_at", "due_date": "due_at",
    "created_at": "created_at", "updated_at": "updated_at",
}  # fmt: skip
_PEOPLE = {"assignee": "assignee_id", "requester": "requester_id", "submitter": "submitter_id"}
_TICKET_COLUMNS = {
    "status": "status", "priority": "priority", "ticket_type": "type", "via": "channel", "external_id": "external_id",
    "brand_id": "brand_id", "ticket_form_id": "ticket_form_id", "problem_id": "problem_id",
}  # fmt: skip
_VIA = {"mail": "email", "webform": "web"}
_OTHER_COLUMNS = {"name", "email", "role", "external_id", "phone", "notes", "details"}


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a query: `-key<value`; words without a key have an empty one."""

    negated: bool
    key: str
    operator: str
    value: str


def terms(text: str) -> list[Term]:
    """The parts of a query, in order."""
    found = _TERM.findall(text)
    return [Term(dash == "-", key.lower(), operator, value.strip('"')) for dash, key, operator, value in found]


def bad_search(description: str) -> Problem:
    """A search that cannot be run, as Zendesk words it."""
    return Problem(422, {"error": "invalid", "description": f"Invalid search: {description}"})


class Search:
    """Finds tickets, users, organizations and groups for one person."""

    def __init__(self, people: People, now: Callable[[], datetime], me: int) -> None:
        self.people = people
        self.now = now
        self.me = me

    def kinds(self, text: str) -> list[str]:
        """The kinds a query asks for; all of them when it names none."""
        named = [term.value for term in terms(text) if term.key == "type" and not term.negated]
        return [kind for kind in KINDS if kind in named] if named else list(KINDS)

    def query(self, kind: str, text: str) -> Query:
        """The records of one kind that a query finds."""
        query = {
            "ticket": Query("status != 'deleted'"),
            "user": Query("active"),
            "organization": Query("json_extract(doc, '$.deleted_at') IS NULL"),
            "group": Query("NOT deleted"),
        }[kind]
        for key, group in _grouped(terms(text)).items():
            if key in ("type", "order_by", "sort", "sort_by", "sort_order"):
                continue
            parts = [self._ticket_part(term) if kind == "ticket" else self._other_part(kind, term) for term in group]
            # The same key twice means either, as in Zendesk; negated ones and comparisons all have to hold.
            either = all(not term.negated and term.operator == ":" for term in group) and key not in _TIMES and key
            where = (" OR " if either else " AND ").join(f"({part.where})" for part in parts)
            query = query.and_(where, *(value for part in parts for value in part.parameters))
        return query

    def _ticket_part(self, term: Term) -> Query:
        query = self._ticket_test(term)
        return Query(f"NOT coalesce(({query.where}), 0)", query.parameters) if term.negated else query

    def _ticket_test(self, term: Term) -> Query:
        key, value = term.key, term.value
        if not key:
            return self._words(value)
        if key in _TIMES:
            return self._time(_TIMES[key], term)
        if key in ("status", "priority") and term.operator != ":":
            numbers = {"status": "new open pending hold solved closed", "priority": ". low normal high urgent"}[key]
            place = numbers.split().index(value) if value in numbers.split() else 0
            return Query(f"{rank(key)} {term.operator} ?", (place,))
        if key in _TICKET_COLUMNS:
            return _equal(_TICKET_COLUMNS[key], _VIA.get(value, value))
        if key in _PEOPLE:
            return self._person(_PEOPLE[key], value)
        if key in ("tags", "tag"):
            return _tagged(value)
        if key in ("subject", "description"):
            return Query(f"{key} LIKE ? ESCAPE '\\'", (pattern(value.strip("*")),))
        return _ticket_state(key, value) or self._ticket_link(term)

    def _ticket_link(self, term: Term) -> Query:
        key, value = term.key, term.value
        if key == "group":
            return _of("group_id", "SELECT id FROM groups WHERE id = ? OR lower(name) = lower(?)", value, value)
        if key == "organization":
            return _of(
                "organization_id", "SELECT id FROM organizations WHERE id = ? OR lower(name) = lower(?)", value, value
            )
        if key in ("cc", "commenter"):
            people = self._people(value)
            where = f"id IN (SELECT ticket_id FROM comments WHERE author_id IN ({marks(people)}))"
            if key == "cc":
                where = f"EXISTS (SELECT 1 FROM json_each(doc, '$.email_cc_ids') WHERE value IN ({marks(people)}))"
            return Query(where, tuple(people))
        if key == "comment":
            return Query("id IN (SELECT ticket_id FROM comments WHERE body LIKE ? ESCAPE '\\')", (pattern(value),))
        if key == "id" and value.isdigit():
            return Query("id = ?", (int(value),))
        if key == "fieldvalue" or key.startswith("custom_field_"):
            return _field_value(key, value)
        return Query("0")

    def _other_part(self, kind: str, term: Term) -> Query:
        query = self._other_test(kind, term)
        return Query(f"NOT coalesce(({query.where}), 0)", query.parameters) if term.negated else query

    def _other_test(self, kind: str, term: Term) -> Query:
        key, value = term.key, term.value
        columns = {"user": ("name", "email", "phone", "notes", "details", "external_id", "tags"),
                   "organization": ("name", "notes", "details", "tags"), "group": ("name",)}[kind]  # fmt: skip
        if not key:
            where = " OR ".join(f"{column} LIKE ? ESCAPE '\\'" for column in columns)
            return Query(where, (pattern(value.strip("*")),) * len(columns))
        if key in ("created", "updated"):
            return self._time(_TIMES[key], term)
        if kind == "user" and key == "organization":
            return _of(
                "organization_id", "SELECT id FROM organizations WHERE id = ? OR lower(name) = lower(?)", value, value
            )
        if key in ("tags", "tag") and kind != "group":
            return _tagged(value)
        if key in _OTHER_COLUMNS and key in (*columns, "role"):
            if key == "role":
                return _equal("role", value)
            return Query(f"{key} LIKE ? ESCAPE '\\'", (pattern(value.strip("*")),))
        return Query("0")

    def _words(self, value: str) -> Query:
        word = value.strip("*")
        if not word:
            return Query()
        like = pattern(word)
        where = (
            "subject LIKE ? ESCAPE '\\' OR instr(tags, ?) > 0"
            " OR id IN (SELECT ticket_id FROM comments WHERE body LIKE ? ESCAPE '\\')"
        )
        parameters: tuple[Value, ...] = (like, f" {word.lower()} ", like)
        if word.isdigit() and len(word) < 18:
            return Query(f"id = ? OR {where}", (int(word), *parameters))
        return Query(where, parameters)

    def _time(self, column: str, term: Term) -> Query:
        """The records of a time; a bare age such as `created>4hours` means less long ago than that."""
        age = _AGE.match(term.value)
        if age:
            then = self.now() - timedelta(seconds=int(age.group(1)) * _SPANS[age.group(2)])
            return Query(f"{column} {term.operator if term.operator != ':' else '>='} ?", (iso(then),))
        try:
            parsed = datetime.fromisoformat(term.value)
        except ValueError as error:
            raise bad_search(f"{term.value} is not a date") from error
        text = iso(parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC))
        if term.operator != ":":
            last = iso(datetime.fromisoformat(text) + timedelta(days=1))
            if len(term.value) == 10 and term.operator in (">", "<="):
                return Query(f"{column} {'>=' if term.operator == '>' else '<'} ?", (last,))
            return Query(f"{column} {term.operator} ?", (text,))
        until = iso(datetime.fromisoformat(text) + timedelta(days=1 if len(term.value) == 10 else 0, seconds=1))
        return Query(f"{column} >= ? AND {column} < ?", (text, until))

    def _person(self, column: str, value: str) -> Query:
        if value in ("none", "*"):
            return Query(f"{column} IS {'' if value == 'none' else 'NOT '}NULL")
        people = self._people(value)
        return Query(f"{column} IN ({marks(people)})", tuple(people))

    def _people(self, value: str) -> list[int]:
        if value == "me":
            return [self.me]
        if value.isdigit():
            return [int(value)]
        query = Query("lower(email) = lower(?) OR name LIKE ? ESCAPE '\\'", (value, pattern(value)))
        return [user["id"] for user in self.people.users.where(query, limit=500)]


def _ticket_state(key: str, value: str) -> Query | None:
    """The tickets of a form, brand or rating, with files or without copies; None for other keys."""
    match key:
        case "form":
            forms = "SELECT id FROM ticket_forms WHERE id = ? OR json_extract(doc, '$.name') = ?"
            return _of("ticket_form_id", forms, value, value)
        case "brand":
            return _equal("brand_id", str(BRAND_ID) if value.lower() == BRAND_NAME.lower() else value)
        case "satisfaction":
            return _equal("json_extract(doc, '$.satisfaction_rating.score')", value)
        case "has_attachment":
            where = "id IN (SELECT ticket_id FROM comments WHERE json_array_length(doc, '$.attachment_ids') > 0)"
            return Query(where if value.lower() == "true" else f"NOT {where}")
        case "cc" if value in ("none", "*"):
            return Query(f"json_array_length(doc, '$.email_cc_ids') {'=' if value == 'none' else '>'} 0")
        case _:
            return None


def _grouped(found: list[Term]) -> dict[str, list[Term]]:
    groups: dict[str, list[Term]] = {}
    for term in found:
        groups.setdefault(term.key, []).append(term)
    return groups


def _equal(column: str, value: str) -> Query:
    if value == "none":
        return Query(f"{column} IS NULL")
    if value == "*":
        return Query(f"{column} IS NOT NULL")
    return Query(f"CAST({column} AS TEXT) = ? COLLATE NOCASE", (value,))


def _tagged(value: str) -> Query:
    if value in ("none", "*"):
        return Query(f"trim(tags) {'=' if value == 'none' else '!='} ''")
    return Query("instr(tags, ?) > 0", (f" {value.lower()} ",))


def _of(column: str, select: str, *values: Value) -> Query:
    if values[0] == "none":
        return Query(f"{column} IS NULL")
    return Query(f"{column} IN ({select})", tuple(values))


def _field_value(key: str, value: str) -> Query:
    where = "SELECT 1 FROM json_each(doc, '$.custom_fields') AS f WHERE json_extract(f.value, '$.value') = ?"
    if key == "fieldvalue":
        return Query(f"EXISTS ({where})", (value,))
    field_id = key.removeprefix("custom_field_")
    test = f"EXISTS ({where} AND json_extract(f.value, '$.id') = ?)"
    return Query(test, (value, int(field_id) if field_id.isdigit() else 0))


def order_of(options: Doc, text: str) -> str:
    """The SQL order of a search: `sort_by` and `sort_order`, or `order_by:` and `sort:` in the query; newest first."""
    inside = {term.key: term.value for term in terms(text)}
    wanted = options.get("sort_by") or inside.get("order_by") or ""
    names = {"created_at": "created_at", "updated_at": "updated_at", "created": "created_at", "updated": "updated_at",
             "priority": "priority", "status": "status", "ticket_type": "type"}  # fmt: skip
    column = names.get(wanted, "created_at")
    direction = "ASC" if (options.get("sort_order") or inside.get("sort")) == "asc" else "DESC"
    return f"{rank(column)} {direction}, id {direction}"
