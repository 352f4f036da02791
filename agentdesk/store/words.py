"""Words: how text lies in the search index, and how a term is asked of it.

Four contentless FTS5 tables of one shape (title, body), their rowids the keys of what they index. Text is cut by
`agentdesk.text.segment` before it goes in, so one tokenizer serves Japanese and Latin scripts. SQL triggers note what
changed in `unindexed`, with the text that the index still holds of it: contentless tables forget a row only when they
are told exactly what was put in.
"""

import sqlite3
from typing import NamedTuple

from agentdesk.filters import Phrase, Word
from agentdesk.text.normalise import kana_twin, normalise
from agentdesk.text.segment import segment

INDEXED_CHARACTERS = 20_000
"""What lies further back in a text is not found; a mail of megabytes must not stop the others."""

_VALUES = "(SELECT group_concat(json_extract(value, '$.value'), ' ') FROM json_each({row}.identities))"


class Indexed(NamedTuple):
    """One kind of thing in the index: its number in `unindexed`, where its text is, and when it has any."""

    number: int
    words: str
    table: str
    title: str
    body: str
    columns: str
    has_text: str = "1"

    def text_of(self, row: str) -> tuple[str, str]:
        """SQL for the title and body of a row called so."""
        return self.title.format(row=row), self.body.format(row=row)


ARTICLES = Indexed(0, "article_words", "article", "{row}.title", "{row}.body", "title, body")
PEOPLE = Indexed(1, "person_words", "person", "{row}.name", f"coalesce({_VALUES}, '')", "name, identities")
TICKETS = Indexed(2, "ticket_words", "ticket", "{row}.subject", "''", "subject")
MESSAGES = Indexed(3, "message_words", "event", "''", "{row}.body", "body", "{row}.body <> ''")
KINDS = (ARTICLES, PEOPLE, TICKETS, MESSAGES)


def create(db: sqlite3.Connection) -> None:
    """Make the empty index, the triggers that note changes, and a note for everything there is."""
    db.execute(
        "CREATE TABLE unindexed (kind INTEGER NOT NULL, key INTEGER NOT NULL, was_title TEXT, was_body TEXT, "
        "PRIMARY KEY (kind, key)) WITHOUT ROWID"
    )
    for kind in KINDS:
        db.execute(
            f"CREATE VIRTUAL TABLE {kind.words} USING fts5 "
            "(title, body, content = '', tokenize = 'porter unicode61 remove_diacritics 2')"
        )
        for statement in _triggers(kind):
            db.execute(statement)
        note_all(db, kind)


def _triggers(kind: Indexed) -> list[str]:
    """The first change after indexing notes the text that was indexed; later ones find the note and leave it.

    (Not by OR IGNORE: in a trigger, the conflict policy of the statement that fired it would win.)
    """
    title, body = kind.text_of("old")
    old, new = kind.has_text.format(row="old"), kind.has_text.format(row="new")
    changed = " OR ".join(f"old.{column.strip()} IS NOT new.{column.strip()}" for column in kind.columns.split(","))
    was = f"CASE WHEN {old} THEN {title} END, CASE WHEN {old} THEN {body} END"
    name = f"{kind.table}_words"
    return [
        f"CREATE TRIGGER {name}_added AFTER INSERT ON {kind.table} WHEN {new} "
        f"BEGIN {_note(kind, 'new', 'NULL, NULL')}; END",
        f"CREATE TRIGGER {name}_changed AFTER UPDATE OF {kind.columns} ON {kind.table} WHEN {changed} "
        f"BEGIN {_note(kind, 'old', was)}; END",
        f"CREATE TRIGGER {name}_removed AFTER DELETE ON {kind.table} WHEN {old} BEGIN {_note(kind, 'old', was)}; END",
    ]


def _note(kind: Indexed, row: str, was: str) -> str:
    return (
        f"INSERT INTO unindexed (kind, key, was_title, was_body) SELECT {kind.number}, {row}.key, {was} "
        f"WHERE NOT EXISTS (SELECT 1 FROM unindexed WHERE kind = {kind.number} AND key = {row}.key)"
    )


def note_all(db: sqlite3.Connection, kind: Indexed) -> None:
    """Note everything of a kind as not indexed at all."""
    has_text = kind.has_text.format(row=kind.table)
    db.execute(
        "INSERT OR REPLACE INTO unindexed (kind, key, was_title, was_body) "
        f"SELECT {kind.number}, key, NULL, NULL FROM {kind.table} WHERE {has_text}"
    )


def cut(text: str) -> str:
    """The text as it goes into the index."""
    return " ".join(segment(text[:INDEXED_CHARACTERS]))


def expression(term: Word | Phrase) -> str | None:
    """A term as FTS5 asks for it; None for one without a letter or digit.

    The tokens of a term stand in a row. One character of Japanese is asked as the beginning of a pair. A word all of
    kana is asked in hiragana and katakana.
    """
    is_prefix = isinstance(term, Word) and term.is_prefix
    asked = [_in_a_row(tokens, is_prefix) for spelled in spellings(term) if (tokens := segment(spelled))]
    return f"({' OR '.join(asked)})" if len(asked) > 1 else next(iter(asked), None)


def spellings(term: Word | Phrase) -> list[str]:
    """The ways to write a term that the index keeps apart."""
    normal = normalise(term.text)
    twin = kana_twin(normal)
    return [normal, twin] if twin else [normal]


def _in_a_row(tokens: list[str], is_prefix: bool) -> str:
    return f'"{" ".join(tokens)}"{"*" if is_prefix or (len(tokens) == 1 and _is_lone(tokens[0])) else ""}'


def any_of(tokens: list[str]) -> str:
    """Tokens of which one is enough."""
    return " OR ".join(f'"{token}"{"*" if _is_lone(token) else ""}' for token in tokens)


def _is_lone(token: str) -> bool:
    return len(token) == 1 and not token.isascii()
