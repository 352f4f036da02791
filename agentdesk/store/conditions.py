"""Conditions: a filter as SQL over the table of visible tickets, every value a parameter.

Each comparison becomes one condition on a row of `ticket t`. A negation turns "unknown" into "no" first, so that the
laws of logic hold for empty fields too.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, assert_never

from agentdesk.filters import (
    FIELDS,
    PRIORITIES,
    STATUSES,
    Ago,
    And,
    At,
    Back,
    Compare,
    Day,
    DaysBack,
    Month,
    Node,
    Not,
    Operator,
    Or,
    Phrase,
    Sort,
    Weekday,
    When,
    Word,
    compares,
    day_after,
    folded,
    moment,
)
from agentdesk.model import CHANNELS_OF, UNSOLVED, Identity, Priority, Status
from agentdesk.store import reasons, rows
from agentdesk.store.words import NO_WORDS, Asked, asked, expression, head, row_of, ways_of


class Condition(NamedTuple):
    """A piece of SQL that is true, false or NULL for a ticket `t`, and the values of its parameters."""

    sql: str
    values: tuple[object, ...] = ()


EVERYTHING = Condition("1")
NOTHING = Condition("(SELECT 0)")  # a plain 0 would leave no plan that uses the index a query names
AWAKE = "(t.snoozed_until IS NULL OR t.snoozed_until <= ?)"
UNREAD = (
    "t.last_customer_message > "
    "coalesce((SELECT r.at FROM read_mark r WHERE r.account = t.account AND r.ticket = t.id), -1)"
)
HAS_DRAFT = "EXISTS (SELECT 1 FROM draft d WHERE d.account = t.account AND d.ticket = t.id)"
_HAS_ATTACHMENT = (
    "(t.account, t.id) IN "
    "(SELECT e.account, e.ticket FROM event e INDEXED BY event_attachment WHERE e.attachments <> '[]')"
)
_HAS_REPLY = "EXISTS (SELECT 1 FROM event e WHERE e.account = t.account AND e.ticket = t.id AND e.kind = 'reply')"
_FLAGS: Mapping[str, str] = {
    "unsolved": "t.is_unsolved",
    "waiting": "(t.is_unsolved AND t.waiting_since IS NOT NULL)",
    "unassigned": "t.assignee IS NULL",
    "urgent": "t.priority = 'urgent'",
    "promised": "t.promised_at IS NOT NULL",
    "held": "t.stuck_ops > 0",
    "unsent": "t.pending_ops > 0",
    "unread": f"({UNREAD})",
    "draft": HAS_DRAFT,
    "attachment": _HAS_ATTACHMENT,
}
_WITH_WORDS = "SELECT w.rowid FROM ticket_words w WHERE w.ticket_words MATCH ?"
Among = Literal["all", "part", "few"]
MANY = 8_000
MANY_CUSTOMERS, MANY_AUTHORS = 500, 4_000
_WITH_ID = "SELECT i.key FROM account c CROSS JOIN ticket i ON i.account = c.name AND i.id = ?"
_NEXT_DUE = "min(coalesce(t.due_at, t.promised_at), coalesce(t.promised_at, t.due_at))"

_ORDERS: Mapping[str, tuple[str, str]] = {
    "wait": (
        "t.waiting_since IS NULL, t.waiting_since, t.updated_at, t.key",
        "t.waiting_since IS NULL, t.waiting_since DESC, t.updated_at DESC, t.key DESC",
    ),
    "updated": ("t.updated_at, t.key", "t.updated_at DESC, t.key DESC"),
    "created": ("t.created_at, t.key", "t.created_at DESC, t.key DESC"),
    "due": (
        f"{_NEXT_DUE} IS NULL, {_NEXT_DUE}, t.key",
        f"{_NEXT_DUE} IS NULL, {_NEXT_DUE} DESC, t.key DESC",
    ),
    "priority": (
        "t.urgency DESC, t.waiting_since IS NULL, t.waiting_since, t.key",
        "t.urgency, t.waiting_since IS NULL, t.waiting_since, t.key",
    ),
    "effort": (
        "t.effort DESC, t.waiting_since IS NULL, t.waiting_since, t.key",
        "t.effort IS NULL, t.effort, t.waiting_since IS NULL, t.waiting_since, t.key",
    ),
}
_COUNTS: Mapping[str, str] = {"bounce": "bounces", "effort": "effort"}


def order(sort: Sort) -> str:
    """What follows ORDER BY."""
    return _ORDERS[sort.by][sort.is_reversed]


def natural_sort(where: Node) -> Sort:
    """The order when none is asked: longest wait first among work to do, newest first elsewhere."""
    work = {("is", word) for word in FIELDS["is"].values}
    is_work = any(
        (one.field, one.value) in work or one.field in ("waiting", "sla", "bounce", "effort", "assignee", "group")
        for one in compares(where)
    )
    return Sort("wait") if is_work else Sort("updated", is_reversed=True)


def is_of_unsolved(where: Node) -> bool:
    """Can only unsolved tickets meet this filter?"""
    match where:
        case And(parts):
            return any(is_of_unsolved(part) for part in parts)
        case Or(parts):
            return all(is_of_unsolved(part) for part in parts)
        case Compare("is", _, "unsolved" | "waiting") | Compare("waiting" | "sla"):
            return True
        case Compare("status", op, str(status)):
            return UNSOLVED.issuperset(_chosen(op, status, list(STATUSES)))
        case _:
            return False


def source(where: Node) -> str:
    """Where to look for tickets: the planner, which keeps no statistics here, is told of the index of queues."""
    return "ticket t INDEXED BY ticket_queue" if is_of_unsolved(where) else "ticket t"


def like(text: str) -> str:
    """The pattern that finds a text anywhere; to be used with ESCAPE '\\'."""
    plain = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"


class Conditions:
    """Makes conditions for one question: who asks, and when. `me` maps each account to the asker's id there.

    Of all tickets, the indexes of words and customers are asked first. Of a `part` that the statement narrows down
    already, each ticket is looked up in the index of words; of a `few`, each one's customer too.
    """

    def __init__(self, db: sqlite3.Connection, me: Mapping[str, str], now: datetime, *, among: Among = "all") -> None:
        self._db = db
        self._me = me
        self._now = now
        self._among = among

    def of(self, where: Node) -> Condition:
        found = asked(where)
        if found is not None:
            return _joined(" AND ", [self._matching(found), self.besides(where, found)], EVERYTHING)
        match where:
            case And(parts):
                return _joined(" AND ", [self.of(part) for part in parts], EVERYTHING)
            case Or(parts):
                return _joined(" OR ", [self.of(part) for part in parts], NOTHING)
            case Not(part):
                inner = self.of(part)
                return Condition(f"NOT coalesce({inner.sql}, 0)", inner.values)
            case Word() | Phrase():
                return EVERYTHING  # punctuation only
            case Compare():
                return self._compare(where)
            case _:
                assert_never(where)

    def besides(self, where: Node, found: Asked) -> Condition:
        """What a ticket must meet that has the words a filter asks for (`found`), to meet the filter."""
        if found.is_exact:
            return EVERYTHING
        match where:
            case And(parts):
                return _joined(" AND ", [self._beside(part) for part in parts], EVERYTHING)
            case Word() | Phrase():
                return _standing(where)
            case Or(parts):
                return _joined(" OR ", [self.of(part) for part in parts], NOTHING)
            case _:
                return self.of(where)

    def _beside(self, part: Node) -> Condition:
        if isinstance(part, Not) and (absent := asked(part.part)) and absent.is_exact:
            return EVERYTHING
        found = asked(part)
        return self.of(part) if found is None else self.besides(part, found)

    def _matching(self, found: Asked) -> Condition:
        """The index has these words for a ticket. With many such, it is better to try tickets in their order."""
        if self._among != "all" and not found.is_open:
            return Condition(f"EXISTS ({_WITH_WORDS} AND w.rowid = t.key)", (found.expression,))
        hint = "+" if len(latest_with(self._db, found)) >= MANY else ""
        return Condition(f"{hint}t.key IN ({_WITH_WORDS})", (found.expression,))

    def awake(self) -> Condition:
        """Not snoozed, or awake again."""
        return Condition(AWAKE, (rows.to_ms(self._now),))

    def _compare(self, compare: Compare) -> Condition:
        match compare.value:
            case str(word):
                return self._named(compare.field, compare.op, word)
            case timedelta():
                return self._span(compare.field, compare.op, compare.value)
            case float(number):
                return Condition(f"t.{_COUNTS[compare.field]} {_sign(compare.op)} ?", (int(number),))
            case Ago() | At() | Day() | DaysBack() | Weekday() | Back() | Month():
                return self._moment(compare.field, compare.op, compare.value)
            case _:
                assert_never(compare.value)

    def _named(self, field: str, op: Operator, word: str) -> Condition:
        match field:
            case "is" | "has":
                return self._flag(word)
            case "status":
                return _status(op, Status(word))
            case "priority":
                return _priority(op, word)
            case "assignee" | "group" | "customer" | "from" | "to" | "org" | "lang":
                return self._whose(field, word)
            case "tag" if word == "none":
                return Condition("t.tags = '[]'")
            case "tag":
                return self._tagged(word)
            case "channel":
                return _came_by(word)
            case "account":
                return self._at(word)
            case "number":
                return Condition(f"(t.number = ? OR t.key IN ({_WITH_ID}))", (word, word))
            case "subject":
                return self._with_subject(word)
            case "view" | "article" | "reason":
                return self._in_list(field, word)
            case _:
                raise AssertionError(f"every field of the table has a condition, {field} has none")

    def _tagged(self, word: str) -> Condition:
        """Tickets with a tag; none need be looked at for one that no ticket has, as while it is being typed."""
        if self._db.execute("SELECT 1 FROM tag_use WHERE tag = ?", (word,)).fetchone() is None:
            return NOTHING
        return Condition("t.tags LIKE ? ESCAPE '\\'", (like(rows.pack(word)),))

    def _with_subject(self, word: str) -> Condition:
        """This stands in the subject as it is typed, or in one of the ways to write it that the index knows."""
        typed = Condition("t.subject LIKE ? ESCAPE '\\'", (like(word),))
        words, ways = asked(Phrase(word)), ways_of(Phrase(word))
        if words is None or ways is None:
            return typed
        written = [self._matching(words), Condition("stands(t.subject, ?)", (ways,))]
        return _joined(" OR ", [typed, _joined(" AND ", written, EVERYTHING)], NOTHING)

    def _flag(self, word: str) -> Condition:
        match word:
            case "mine":
                return self._mine()
            case "snoozed":
                return Condition("t.snoozed_until > ?", (rows.to_ms(self._now),))
            case _:
                return Condition(_FLAGS[word])

    def _mine(self) -> Condition:
        return self._one_of("t.assignee", list(self._me.items()))

    def _at(self, account: str) -> Condition:
        """Tickets of an account. Those of one with many are told in the order that is asked, not put in it all."""
        further = "SELECT 1 FROM ticket WHERE account = ? LIMIT 1 OFFSET ?"
        has_many = self._db.execute(further, (account, MANY)).fetchone() is not None
        return Condition(f"{'+' if has_many else ''}t.account = ?", (account,))

    def _whose(self, field: str, word: str) -> Condition:
        match field, word:
            case "assignee", "me":
                return self._mine()
            case "assignee", "none":
                return Condition("t.assignee IS NULL")
            case "group", "none":
                return Condition("t.team IS NULL")
            case "org", "none":
                return Condition("t.organization IS NULL")
            case "assignee", _:
                return self._one_of("t.assignee", self._colleagues(word))
            case "group", _:
                return self._one_of("t.team", self._called("team", word))
            case "org", _:
                return self._one_of("t.organization", self._called("organization", word))
            case "lang", _:
                return self._of_speakers(word.lower())
            case _:
                return self._by_person(field, word)

    def _by_person(self, field: str, word: str) -> Condition:
        match field:
            case "customer":
                return self._of_customers(word)
            case "to":
                customer = self._of_customers(word)
                return Condition(f"({customer.sql} AND {_HAS_REPLY})", customer.values)
            case _:
                return self._of_authors(word)

    def _of_customers(self, word: str) -> Condition:
        """Tickets of the customers with this name. Those of many are told by looking at them, not asked for one by one.

        Of a part of the tickets, several statements ask the same: then the customers are looked up before.
        """
        if self._among == "few":
            return Condition(_IS_OF_ONE_NAMED, people_named(word))
        if self._among == "all":
            return Condition(
                f"(t.account, t.requester) IN (SELECT account, id FROM ({PEOPLE_NAMED}))", people_named(word)
            )
        whose = "(t.requester IN (SELECT value FROM json_each(?)) AND t.account = ?)"
        one_of_many = "(+t.requester IN (SELECT value FROM json_each(?)) AND +t.account = ?)"
        return self._of_people(word, whose, one_of_many, MANY_CUSTOMERS)

    def _of_authors(self, word: str) -> Condition:
        """Tickets with a message by somebody with this name, asked for as those of customers are."""
        if self._among != "part":
            return Condition(_WROTE.format(who=PEOPLE_NAMED), people_named(word))
        given = "SELECT value AS id, account FROM json_each(?), (SELECT ? AS account)"
        one_of_many = (
            "(EXISTS (SELECT 1 FROM event e WHERE e.account = t.account AND e.ticket = t.id AND e.body <> '' "
            "AND +e.author IN (SELECT value FROM json_each(?))) AND +t.account = ?)"
        )
        return self._of_people(word, _WROTE.format(who=given), one_of_many, MANY_AUTHORS)

    def _of_people(self, word: str, whose: str, one_of_many: str, many: int) -> Condition:
        """One of two conditions on the people with this name, which are given their ids and account."""
        found = self._db.execute(
            f"SELECT json_group_array(id), account, count(*) FROM ({_CALLED} UNION ALL {_REACHED}) GROUP BY account",
            people_named(word),
        ).fetchall()
        sql = one_of_many if sum(people for _ids, _account, people in found) > many else whose
        return _joined(" OR ", [Condition(sql, (ids, account)) for ids, account, _people in found], NOTHING)

    def _of_speakers(self, code: str) -> Condition:
        """Tickets of the customers who speak a language."""
        if self._among == "few":
            speaks = f"EXISTS (SELECT 1 FROM person p WHERE {_IS_CUSTOMER} AND ({_SPEAKS}))"
        else:
            speaks = f"(t.account, t.requester) IN (SELECT account, id FROM person WHERE {_SPEAKS})"
        return Condition(speaks, (code, like(f"{code}-")[1:]))

    def _colleagues(self, word: str) -> list[tuple[str, str]]:
        found = self._db.execute(
            f"SELECT account, id FROM person WHERE role <> 'customer' AND (account, id) IN ({PEOPLE_NAMED})",
            people_named(word),
        )
        return [(account, id) for account, id in found]

    def _called(self, table: str, word: str) -> list[tuple[str, str]]:
        """Teams, organizations or views with this id or name, exact names before parts of names."""
        found = self._db.execute(
            f"SELECT account, id, lower({_title(table)}) = lower(?) OR id = ? AS is_exact FROM {table} "
            f"WHERE is_exact OR {_title(table)} LIKE ? ESCAPE '\\'",
            (word, word, like(word)),
        ).fetchall() or self._written_otherwise(table, word)
        exact = [(account, id) for account, id, is_exact in found if is_exact]
        return exact or [(account, id) for account, id, _is_exact in found]

    def _written_otherwise(self, table: str, word: str) -> list[tuple[str, str, bool]]:
        """Those with a name that is another way to write this."""
        ways = ways_of(Phrase(word))
        if ways is None:
            return []
        return self._db.execute(
            f"SELECT account, id, 0 FROM {table} WHERE stands({_title(table)}, ?)", (ways,)
        ).fetchall()

    def _one_of(self, column: str, found: list[tuple[str, str]]) -> Condition:
        by_account: dict[str, list[str]] = {}
        for account, id in found:
            by_account.setdefault(account, []).append(id)
        asked = [
            _joined(" AND ", [Condition(f"{column} IN ({_places(ids)})", (*ids,)), self._at(account)], EVERYTHING)
            for account, ids in by_account.items()
        ]
        return _joined(" OR ", asked, NOTHING)

    def _in_list(self, field: str, word: str) -> Condition:
        match field:
            case "view":
                return self._in_view(word)
            case "article":
                return _with_article(word)
            case _:
                return _with_reason(self._db, word)

    def _in_view(self, word: str) -> Condition:
        listed = "SELECT v.ticket FROM view_ticket v WHERE v.account = ? AND v.view = ?"
        lists = [
            Condition(f"(t.account = ? AND t.id IN ({listed}))", (account, account, id))
            for account, id in self._called("view", word)
        ]
        return _joined(" OR ", lists, NOTHING)

    def _span(self, field: str, op: Operator, span: timedelta) -> Condition:
        """`waiting>2h`: has waited longer; `sla<30m`: less time is left."""
        if field == "waiting":
            edge = moment(Ago(span), self._now)
            sign = _sign(">=" if op == ":" else op).translate(_TURNED)
            return Condition(f"(t.is_unsolved AND t.waiting_since {sign} ?)", (rows.to_ms(edge),))
        edge = moment(Ago(-span), self._now)
        return Condition(f"(t.is_unsolved AND t.due_at {_sign('<=' if op == ':' else op)} ?)", (rows.to_ms(edge),))

    def _moment(self, field: str, op: Operator, when: When) -> Condition:
        column = {"created": "t.created_at", "due": "t.due_at"}.get(field, "t.updated_at")
        return _timed(column, field, op, when, self._now)


def _timed(column: str, field: str, op: Operator, when: When, now: datetime) -> Condition:
    """A time held against what was meant: the whole of a day, week, month or year, or a moment."""
    begin, end = rows.to_ms(moment(when, now)), rows.to_ms(day_after(when, now))
    match field, op:
        case "before", _:
            return Condition(f"{column} < ?", (begin,))
        case "after", _:
            return Condition(f"{column} >= ?", (begin,))
        case _, ":" if begin == end:
            return Condition(f"{column} >= ?", (begin,))
        case _, ":":
            return Condition(f"({column} >= ? AND {column} < ?)", (begin, end))
        case _, "<" | ">=":
            return Condition(f"{column} {op} ?", (begin,))
        case _:
            return Condition(f"{column} {'>=' if op == '>' else '<'} ?", (end,))


def is_common(db: sqlite3.Connection, where: Node) -> bool:
    """Do very many tickets have the words of this?"""
    found = asked(where)
    return found is not None and len(latest_with(db, found)) >= MANY


def latest_with(db: sqlite3.Connection, found: Asked) -> list[int]:
    """The highest keys of tickets with these words, from the top: all there are, or else `MANY`."""
    return [key for (key,) in db.execute(f"{_WITH_WORDS} ORDER BY w.rowid DESC LIMIT ?", (found.expression, MANY))]


def _standing(term: Word | Phrase) -> Condition:
    """The tokens of a term stand in a row in one of a ticket's texts."""
    row = row_of(term)
    if row is None:
        return EVERYTHING
    return Condition(
        f"(stands({head('t')}, ?) OR EXISTS (SELECT 1 FROM event e WHERE e.account = t.account AND e.ticket = t.id "
        "AND e.body <> '' AND stands(e.body, ?)))",
        (row, row),
    )


def _with_reason(db: sqlite3.Connection, word: str) -> Condition:
    """A ticket of one of the reasons that a word means; without any for `none`."""
    if word == "none":
        return Condition("t.key NOT IN (SELECT tr.key FROM ticket_reason tr JOIN reason r ON r.id = tr.reason)")
    found = reasons.meant(db, word)
    return Condition(f"t.key IN (SELECT tr.key FROM ticket_reason tr WHERE tr.reason IN ({_places(found)}))", (*found,))


def _came_by(word: str) -> Condition:
    """A channel of ours, one of those that count as it, or the helpdesk's own word for one."""
    ours = CHANNELS_OF.get(word, (folded(word),))
    return Condition(f"(t.channel IN ({_places(ours)}) OR t.channel_raw = ? COLLATE NOCASE)", (*ours, word))


def _with_article(word: str) -> Condition:
    """An article with this id, or with this in its title, was put into a reply."""
    title = _titled(word)
    return Condition(
        "(t.account, t.id) IN (SELECT i.account, i.ticket FROM inserted i LEFT JOIN article a "
        f"ON a.account = i.account AND a.id = i.article WHERE i.article = ? OR {title.sql})",
        (word, *title.values),
    )


def article_condition(where: Node, now: datetime) -> Condition | None:
    """What a filter demands of an article `a` besides its words; None for a filter that only tickets can meet."""
    match where:
        case Word() | Phrase():
            return EVERYTHING
        case Not(Word() | Phrase()):
            return EVERYTHING
        case Not(part):
            inner = article_condition(part, now)
            return inner and Condition(f"NOT coalesce({inner.sql}, 0)", inner.values)
        case And(parts) | Or(parts):
            found = [condition for part in parts if (condition := article_condition(part, now))]
            if len(found) < len(parts):
                return None
            return _joined(" AND ", found, EVERYTHING) if isinstance(where, And) else _joined(" OR ", found, NOTHING)
        case Compare():
            return _compare_article(where, now)
        case _:
            assert_never(where)


def _compare_article(compare: Compare, now: datetime) -> Condition | None:
    match compare.field, compare.value:
        case "account", str(account):
            return Condition("a.account = ?", (account,))
        case "lang", str(code):
            return Condition("(a.language = ? OR a.language LIKE ? ESCAPE '\\')", (code.lower(), like(f"{code}-")[1:]))
        case "article", str(word):
            title = _titled(word)
            return Condition(f"(a.id = ? OR {title.sql})", (word, *title.values))
        case "subject", str(word):
            return _titled(word)
        case "before" | "after" | "updated" as field, (
            Ago() | At() | Day() | DaysBack() | Weekday() | Back() | Month() as when
        ):
            return _timed("a.updated_at", field, compare.op, when, now)
        case _:
            return None


def _titled(word: str) -> Condition:
    """This stands in an article's title as it is typed, or in one of the ways to write it that the index knows."""
    known = "a.key IN (SELECT rowid FROM article_words WHERE article_words MATCH ?)"
    return Condition(f"(a.title LIKE ? ESCAPE '\\' OR {known})", (like(word), _in_title(word)))


def _in_title(word: str) -> str:
    """What asks an index for a title or name in whatever way it is written."""
    return f"{{title}} : ({expression(Phrase(word)) or NO_WORDS})"


_WRITTEN = "SELECT rowid FROM person_words WHERE person_words MATCH ?"
_IS_CALLED = "id = ? OR name LIKE ? ESCAPE '\\' OR {written}"
_IS_REACHED = "value = ? OR (value >= ? AND value < ?) OR spelled = ?"
_CALLED = f"SELECT account, id FROM person WHERE {_IS_CALLED.format(written=f'key IN ({_WRITTEN})')}"
_REACHED = f"SELECT account, person FROM identity WHERE {_IS_REACHED}"
PEOPLE_NAMED = f"{_CALLED} UNION {_REACHED}"
_SPEAKS = "language = ? OR language LIKE ? ESCAPE '\\'"
_IS_CUSTOMER = "p.account = t.account AND p.id = t.requester"
_IS_ONE_CALLED = _IS_CALLED.format(written=f"EXISTS ({_WRITTEN} AND rowid = p.key)")
_IS_OF_ONE_NAMED = (
    f"(EXISTS (SELECT 1 FROM person p WHERE {_IS_CUSTOMER} AND ({_IS_ONE_CALLED})) OR EXISTS "
    f"(SELECT 1 FROM identity i WHERE i.account = t.account AND i.person = t.requester AND ({_IS_REACHED})))"
)


_WROTE = (
    "(t.account, t.id) IN (SELECT e.account, e.ticket FROM ({who}) who CROSS JOIN event e "
    "INDEXED BY event_author ON e.account = who.account AND e.author = who.id WHERE e.body <> '')"
)


def people_named(word: str) -> tuple[object, ...]:
    """The values of `PEOPLE_NAMED`: by id, by part of the name however it is written, by address or its beginning, by
    telephone number.
    """
    address = word.casefold()
    return (
        word,
        like(word),
        _in_title(word),
        address,
        address,
        f"{address}\U0010ffff",
        Identity("phone", word).spelled,
    )


_TURNED = str.maketrans("<>", "><")


def _sign(op: Operator) -> str:
    return "=" if op == ":" else op


def _title(table: str) -> str:
    return "title" if table == "view" else "name"


def _places(values: Iterable[object]) -> str:
    return ", ".join("?" for _value in values)


def _joined(between: str, parts: list[Condition], nothing: Condition) -> Condition:
    decisive = NOTHING if nothing == EVERYTHING else EVERYTHING
    if decisive in parts:
        return decisive
    parts = [part for part in parts if part != nothing] or [nothing]
    if len(parts) == 1:
        return parts[0]
    return Condition(
        f"({between.join(part.sql for part in parts)})", tuple(value for part in parts for value in part.values)
    )


def _status(op: Operator, status: Status) -> Condition:
    chosen = [Status(one) for one in _chosen(op, status, list(STATUSES))]
    if not chosen:
        return NOTHING
    return Condition(f"t.status IN ({_places(chosen)})", tuple(one.value for one in chosen))


def _priority(op: Operator, word: str) -> Condition:
    """Equality is literal; in the order, a ticket without a priority counts as normal."""
    if word == "none":
        return Condition("t.priority IS NULL")
    if op == ":":
        return Condition("t.priority = ?", (word,))
    return Condition(f"t.urgency {_sign(op)} ?", (list(PRIORITIES).index(Priority(word)) + 1,))


def _chosen(op: Operator, word: str, ordered: list[str]) -> list[str]:
    place = ordered.index(word)
    match op:
        case ":":
            return [word]
        case "<":
            return ordered[:place]
        case "<=":
            return ordered[: place + 1]
        case ">":
            return ordered[place + 1 :]
        case ">=":
            return ordered[place:]
        case _:
            assert_never(op)
