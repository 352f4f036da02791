"""A question: what must hold of a ticket, and in which order the answer comes."""

from dataclasses import replace
from datetime import timedelta
from typing import Literal, assert_never

from agentdesk.filters.times import When
from agentdesk.record import record

Operator = Literal[":", "<", "<=", ">", ">="]
Value = str | float | timedelta | When


@record
class Word:
    """Text that must occur; `is_prefix` when it was typed with a star at its end."""

    text: str
    is_prefix: bool = False


@record
class Phrase:
    """Text that must occur as it stands."""

    text: str


@record
class Compare:
    """A field held against a value; `field` is the field's first name in `FIELDS`."""

    field: str
    op: Operator
    value: Value


@record
class Not:
    """What must not hold."""

    part: "Node"


@record
class And:
    """All of the parts; without any, everything."""

    parts: tuple["Node", ...] = ()


@record
class Or:
    """At least one of the parts."""

    parts: tuple["Node", ...]


Node = And | Or | Not | Word | Phrase | Compare


@record
class Sort:
    """An order by one of `SORTS`: longest wait, oldest time, soonest due, highest priority first, unless reversed."""

    by: str
    is_reversed: bool = False


@record
class Filter:
    """A question: what must hold, in which order to answer if it says so, and the text it was read from."""

    where: Node = And()
    sort: Sort | None = None
    text: str = ""


ALL = Filter()


def terms(where: Node) -> list[Word | Phrase]:
    """The words and phrases that are asked for, not those that must be absent."""
    match where:
        case Word() | Phrase():
            return [where]
        case And(parts) | Or(parts):
            return [term for part in parts for term in terms(part)]
        case _:
            return []


def has_words(where: Node) -> bool:
    """Are words or phrases asked for or ruled out, and not only fields?"""
    match where:
        case Word() | Phrase():
            return True
        case And(parts) | Or(parts):
            return any(map(has_words, parts))
        case Not(part):
            return has_words(part)
        case Compare():
            return False
        case _:
            assert_never(where)


def compares(where: Node) -> list[Compare]:
    """Every comparison that is asked for, not those that are negated."""
    match where:
        case Compare():
            return [where]
        case And(parts) | Or(parts):
            return [compare for part in parts for compare in compares(part)]
        case _:
            return []


def mentions(question: Filter, field: str) -> bool:
    """Does the answer depend on this field, in what must or must not hold or in its order?"""
    return field in fields_in(question.where) or (question.sort is not None and question.sort.by == field)


def fields_in(where: Node) -> list[str]:
    """The field of every comparison, negated ones too, in the order they stand."""
    match where:
        case Compare(field):
            return [field]
        case And(parts) | Or(parts):
            return [field for part in parts for field in fields_in(part)]
        case Not(part):
            return fields_in(part)
        case Word() | Phrase():
            return []
        case _:
            assert_never(where)


def plain(where: Node) -> Node:
    """The same demand with a negation only before single terms, and nothing nested that need not be."""
    match where:
        case Not(Not(part)):
            return plain(part)
        case Not(And(parts)):
            return plain(Or(tuple(Not(part) for part in parts)))
        case Not(Or(parts)):
            return plain(And(tuple(Not(part) for part in parts)))
        case And(parts):
            return _joined(And, parts)
        case Or(parts):
            return _joined(Or, parts)
        case _:
            return where


def _joined(kind: type[And] | type[Or], parts: tuple[Node, ...]) -> Node:
    flat: list[Node] = []
    for part in map(plain, parts):
        flat += [one for one in (part.parts if isinstance(part, kind) else (part,)) if one not in flat]
    is_repeated = kind is Or and len(parts) > 1  # what an OR asks is answered to the letter, even between equals
    return flat[0] if len(flat) == 1 and not is_repeated else kind(tuple(flat))


def both(first: Filter, second: Filter) -> Filter:
    """What meets both filters, in the order of the second one if it says any."""
    where = And((first.where, second.where))
    return Filter(where, second.sort or first.sort, f"({first.text}) ({second.text})")


def within(question: Filter, account: str | None) -> Filter:
    """The same question, asked of one account alone; of all for None."""
    if account is None:
        return question
    parts = question.where.parts if isinstance(question.where, And) else (question.where,)
    return replace(question, where=And((Compare("account", ":", account), *parts)))


def sorted_by(question: Filter, sort: Sort) -> Filter:
    """The same question, answered in another order."""
    return replace(question, sort=sort)
