"""Why: what of a query stands in something that was found, and what else can have led to it."""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Final

from agentdesk.model import Ref
from agentdesk.record import record
from agentdesk.text.normalise import normalise
from agentdesk.text.segment import segment
from agentdesk.text.snippet import highlight

MOST_NAMED: Final = 6
MOST_READ: Final = 20_000
_TEXTS: Final[Mapping[str, str]] = {
    "article": "SELECT body FROM article WHERE account = ? AND id = ?",
    "ticket": "SELECT coalesce(p.name, '') || ' ' || group_concat(substr(e.body, 1, 3000), ' ') FROM event e "
    "LEFT JOIN person p ON p.account = e.account AND p.id = e.customer WHERE e.account = ? AND e.ticket = ?",
    "customer": "SELECT group_concat(value, ' ') FROM identity WHERE account = ? AND person = ?",
}


@record
class Why:
    """The words that were found as typed; those written or said otherwise, each with how; those that are missing.

    `is_by_meaning` when none of the words is there; `sent` and `solved` count an article's use for such tickets.
    """

    words: tuple[str, ...] = ()
    variants: tuple[tuple[str, str], ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    sent: int = 0
    solved: int = 0

    @property
    def is_by_meaning(self) -> bool:
        return not (self.words or self.variants or self.aliases or self.names)


def text_of(db: sqlite3.Connection, kind: str, ref: Ref) -> str:
    """What an article, a ticket or a customer is found by besides the title."""
    row = db.execute(_TEXTS[kind], (ref.account, ref.id)).fetchone()
    return str(row[0] or "")[:MOST_READ] if row else ""


def why(terms: Iterable[str], text: str, others: Iterable[tuple[str, str]] = ()) -> Why:
    """Why a text was found by these terms; `others` are pairs of a term and another way in which the team says it."""
    typed, normal = text.casefold(), normalise(text)
    words: list[str] = []
    variants: list[tuple[str, str]] = []
    aliases: list[tuple[str, str]] = []
    missing: list[str] = []
    ways = list(others)
    for term in list(dict.fromkeys(terms))[:MOST_NAMED]:
        other = next((way for asked, way in ways if asked == term and normalise(way) in normal), None)
        parts = _parts(term, text)
        if term.casefold() in typed:
            words.append(term)
        elif normalise(term) in normal and parts:
            variants.append((term, parts[0]))
        elif other is not None:
            aliases.append((term, other))
        elif parts and term.isascii():
            variants.append((term, parts[0]))
        elif parts:
            words += parts
        else:
            missing.append(term)
    found = tuple(dict.fromkeys(words))[:MOST_NAMED]
    return Why(found, tuple(variants), tuple(aliases), missing=tuple(missing))


def _parts(term: str, text: str) -> list[str]:
    """The pieces of a text that a term has led to, as they are written there, each once and the longest first."""
    pieces = dict.fromkeys(text[start:end] for start, end in highlight(text, segment(normalise(term))))
    return sorted(pieces, key=len, reverse=True)[:MOST_NAMED]
