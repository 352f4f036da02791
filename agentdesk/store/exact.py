"""Exact answers: what meets a query to the letter, where its OR, its minus or its parentheses ask for that.

Words side by side are looked for more kindly: articles need only some of them, and tickets with some fill a short list.
With an operator the laws of logic hold, for articles and customers as they do for tickets.
"""

import sqlite3
from datetime import datetime

from agentdesk.filters import And, Compare, Node, Not, Or, Phrase, Word, has_words
from agentdesk.store import asking
from agentdesk.store.conditions import EVERYTHING, Condition, article_condition
from agentdesk.store.words import expression


def is_meant(where: Node) -> bool:
    """Does a query put its words together with OR or a minus?"""
    return not asking.is_sentence(where) and _is_put_together(where)


def has_quotation(where: Node) -> bool:
    """Must something stand as it was typed, in quotation marks?"""
    match where:
        case And(parts) | Or(parts):
            return any(map(has_quotation, parts))
        case _:
            return isinstance(where, Phrase) and not asking.is_sentence(where)


def articles(db: sqlite3.Connection, where: Node, now: datetime) -> set[int] | None:
    """The keys of the articles that meet a filter; None for one that only tickets can meet."""
    match where:
        case Word() | Phrase():
            asked = expression(where)
            if asked is None:  # punctuation only
                return _keys(db, EVERYTHING)
            return {
                key for (key,) in db.execute("SELECT rowid FROM article_words WHERE article_words MATCH ?", (asked,))
            }
        case Not(part):
            inner = articles(db, part, now)
            return None if inner is None else _keys(db, EVERYTHING) - inner
        case And(parts) | Or(parts):
            found = [keys for part in parts if (keys := articles(db, part, now)) is not None]
            if len(found) < len(parts):
                return None
            if isinstance(where, Or):
                return set[int]().union(*found)
            return _keys(db, EVERYTHING).intersection(*found)
        case Compare():
            condition = article_condition(where, now)
            return None if condition is None else _keys(db, condition)


def customers(where: Node) -> str | None:
    """A filter of words as the index of customers is asked for it; None for one that it cannot be asked for."""
    match where:
        case Word() | Phrase():
            return expression(asking.begun(where))
        case Or(parts):
            found = [asked for part in parts if (asked := customers(part))]
            return f"({' OR '.join(found)})" if found and len(found) == len(parts) else None
        case And(parts):
            wanted = [customers(part) for part in parts if not isinstance(part, Not)]
            absent = [customers(part.part) for part in parts if isinstance(part, Not)]
            if not wanted or not all(wanted) or not all(absent):
                return None
            all_of = " AND ".join(filter(None, wanted))
            return f"(({all_of}) NOT ({' OR '.join(filter(None, absent))}))" if absent else f"({all_of})"
        case _:
            return None


def _is_put_together(where: Node) -> bool:
    match where:
        case And(parts):
            return any(map(_is_put_together, parts))
        case Or(parts):
            return any(map(has_words, parts))
        case Not(part):
            return has_words(part)
        case _:
            return False


def _keys(db: sqlite3.Connection, condition: Condition) -> set[int]:
    return {key for (key,) in db.execute(f"SELECT a.key FROM article a WHERE {condition.sql}", condition.values)}
