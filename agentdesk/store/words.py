"""Words: how text lies in the search index, and how a term is asked of it.

Text is cut by `agentdesk.text.segment` before it goes in, so one tokenizer serves Japanese and Latin scripts.

Articles and people are few: contentless FTS5 tables (title, body) with positions, their rowids the keys of their rows.
Tickets are many: one document for each ticket, made of its head (subject, number, the customer's names) and all its
messages, each token once, without positions. That is a third of the size, and "all of these words", "none of those"
mean the whole ticket. What must stand side by side is then looked for in the text of the few that have every token
(`stands`).

SQL triggers note in `unindexed` what changed, with the text that the index still holds of it: contentless tables forget
only what they are told exactly. A ticket has a note for each part that changed: 0 is its head, a message's key that
message, and `NEW` says that nothing of the ticket is in the index. What was never indexed since the index was begun
needs no note: its key lies below `unbuilt` in `word_index`.
"""

import re
import sqlite3
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise, takewhile
from typing import NamedTuple

from agentdesk.filters import And, Node, Not, Or, Phrase, Word
from agentdesk.text.kanji import IN_PLACE_OF_OTHERS
from agentdesk.text.normalise import kana_twin, long_endings, normalise
from agentdesk.text.segment import dates, pieces, segment, side_by_side

INDEXED_CHARACTERS = 20_000
"""What lies further back in a text is not found; a mail of megabytes must not stop the others."""

MAKER = "pairs 5"
"""What makes the index; one that says something else is begun anew."""

NO_WORDS = '""'
"""What is asked of an index to find nothing."""

NEW = -1
_MOST_SEGMENTS = 200
"""Where indexing has merged so far behind, SQLite merges all at once."""

MERGED_IN_BUILDING, MERGED_LATER = 16, 4
"""So many segments are merged at a time: few keep answers quick, many write every page less often."""

_LONGEST_TOKEN = 80
_VALUES = "(SELECT group_concat(json_extract(value, '$.value'), ' ') FROM json_each({row}.identities))"
_NAMES = f"{{row}}.name || ' ' || coalesce({_VALUES}, '')"


class Indexed(NamedTuple):
    """One kind of thing in the index: its number in `unindexed`, its table of words, and where its text is."""

    number: int
    words: str
    table: str
    title: str
    body: str
    columns: str
    tokenizer: str = "porter unicode61 remove_diacritics 2"

    def text_of(self, row: str) -> tuple[str, str]:
        """SQL for the title and body of a row called so."""
        return self.title.format(row=row), self.body.format(row=row)


ARTICLES = Indexed(
    0,
    "article_words",
    "article",
    "{row}.title",
    "CASE {row}.labels WHEN '[]' THEN {row}.body ELSE {row}.body || char(10) || {row}.labels END",
    "title, body, labels",
)
PEOPLE = Indexed(1, "person_words", "person", "{row}.name", f"coalesce({_VALUES}, '')", "name, identities")
TICKETS = Indexed(2, "ticket_words", "ticket", "''", "", "subject, number, requester", "porter ascii")
KINDS = (ARTICLES, PEOPLE, TICKETS)
_SMALL = (ARTICLES, PEOPLE)


def head(row: str, names: str | None = None) -> str:
    """SQL for the head of a ticket: its subject, its number, and what its customer is called."""
    asked = (
        f"(SELECT {_NAMES.format(row='p')} FROM person p WHERE p.account = {row}.account AND p.id = {row}.requester)"
    )
    return f"({row}.subject || char(10) || {row}.number || char(10) || coalesce({names or asked}, ''))"


def create(db: sqlite3.Connection) -> None:
    """Make the empty index in the place of an older one, and the triggers that note changes."""
    for trigger in db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_words_%'"
    ).fetchall():
        db.execute(f"DROP TRIGGER {trigger[0]}")
    for table in ("article_words", "person_words", "ticket_words", "message_words", "unindexed", "word_index"):
        db.execute(f"DROP TABLE IF EXISTS {table}")
    db.execute(
        "CREATE TABLE unindexed (kind INTEGER NOT NULL, key INTEGER NOT NULL, part INTEGER NOT NULL, was_title TEXT, "
        "was_body TEXT, PRIMARY KEY (kind, key, part)) WITHOUT ROWID"
    )
    db.execute(
        "CREATE TABLE word_index (kind INTEGER PRIMARY KEY, maker TEXT NOT NULL, unbuilt INTEGER NOT NULL, "
        "total INTEGER NOT NULL, is_unclean INTEGER NOT NULL DEFAULT 0)"
    )
    for kind in _SMALL:
        db.execute(
            f"CREATE VIRTUAL TABLE {kind.words} USING fts5 (title, body, content = '', tokenize = '{kind.tokenizer}')"
        )
    db.execute(
        "CREATE VIRTUAL TABLE ticket_words USING fts5 "
        f"(words, content = '', detail = none, columnsize = 0, tokenize = '{TICKETS.tokenizer}')"
    )
    for statement in [*(one for kind in _SMALL for one in _triggers(kind)), *_ticket_triggers()]:
        db.execute(statement)
    for kind in KINDS:
        begin(db, kind)


def begin(db: sqlite3.Connection, kind: Indexed) -> None:
    """Empty the index of one kind; everything there is waits to be built."""
    db.execute(f"INSERT INTO {kind.words} ({kind.words}) VALUES ('delete-all')")
    for setting, segments in (("automerge", 0), ("crisismerge", _MOST_SEGMENTS), ("usermerge", MERGED_IN_BUILDING)):
        db.execute(f"INSERT INTO {kind.words} ({kind.words}, rank) VALUES (?, ?)", (setting, segments))
    db.execute("DELETE FROM unindexed WHERE kind = ?", (kind.number,))
    db.execute(
        "INSERT OR REPLACE INTO word_index (kind, maker, unbuilt, total, is_unclean) "
        f"SELECT ?, ?, coalesce(max(key), 0) + 1, count(*), 2 FROM {kind.table}",
        (kind.number, MAKER),
    )


def _triggers(kind: Indexed) -> list[str]:
    """The first change after indexing notes the text that was indexed; later ones find the note and leave it.

    (Not by OR IGNORE: in a trigger, the conflict policy of the statement that fired it would win.)
    """
    was = ", ".join(kind.text_of("old"))
    number, name, on = kind.number, f"{kind.table}_words", f"ON {kind.table}"
    return [
        f"CREATE TRIGGER {name}_added AFTER INSERT {on} BEGIN {_note('new.key', '0', 'NULL, NULL', kind=number)}; END",
        f"CREATE TRIGGER {name}_changed AFTER UPDATE OF {kind.columns} {on} WHEN {_changed(kind.columns)} "
        f"BEGIN {_note('old.key', '0', was, kind=number)}; END",
        f"CREATE TRIGGER {name}_removed AFTER DELETE {on} BEGIN {_note('old.key', '0', was, kind=number)}; END",
    ]


def _ticket_triggers() -> list[str]:
    """A ticket's document changes with its own row, its messages and its customer."""
    names = _NAMES.format(row="old")
    was = f"'', substr(old.body, 1, {INDEXED_CHARACTERS})"
    nothing = "NULL, NULL"
    moved = "old.body IS NOT new.body OR old.ticket IS NOT new.ticket OR old.account IS NOT new.account"
    return [
        # the key of a ticket that is gone may come back before the index has forgotten it: then its notes stand
        f"CREATE TRIGGER ticket_words_added AFTER INSERT ON ticket BEGIN {_note('new.key', str(NEW), nothing)}; END",
        f"CREATE TRIGGER ticket_words_changed AFTER UPDATE OF {TICKETS.columns} ON ticket "
        f"WHEN {_changed(TICKETS.columns)} BEGIN {_note('old.key', '0', _head_as_was('old'))}; END",
        f"CREATE TRIGGER ticket_words_removed BEFORE DELETE ON ticket BEGIN "
        f"{_note('old.key', '0', _head_as_was('old'))}; "
        f"{_note('old.key', 'e.key', was.replace('old.', 'e.'), _MESSAGES)}; END",
        "CREATE TRIGGER event_words_added AFTER INSERT ON event WHEN new.body <> '' AND new.ticket IS NOT NULL "
        f"BEGIN {_note('t.key', 'new.key', nothing, _TICKET.format(row='new'))}; END",
        f"CREATE TRIGGER event_words_changed AFTER UPDATE OF body, account, ticket ON event WHEN {moved} BEGIN "
        f"{_note('t.key', 'old.key', was, _TICKET.format(row='old'))}; "
        f"{_note('t.key', 'new.key', nothing, _TICKET.format(row='new'))}; END",
        "CREATE TRIGGER event_words_removed AFTER DELETE ON event WHEN old.body <> '' AND old.ticket IS NOT NULL "
        f"BEGIN {_note('t.key', 'old.key', was, _TICKET.format(row='old'))}; END",
        "CREATE TRIGGER customer_words_added AFTER INSERT ON person "
        f"BEGIN {_note('t.key', '0', _head_as_was('t', _NOBODY), _CUSTOMERS.format(row='new'))}; END",
        "CREATE TRIGGER customer_words_changed AFTER UPDATE OF name, identities ON person "
        f"WHEN {_changed('name, identities')} "
        f"BEGIN {_note('t.key', '0', _head_as_was('t', names), _CUSTOMERS.format(row='old'))}; END",
        "CREATE TRIGGER customer_words_removed AFTER DELETE ON person "
        f"BEGIN {_note('t.key', '0', _head_as_was('t', names), _CUSTOMERS.format(row='old'))}; END",
    ]


_NOBODY = "''"
_TICKET = "FROM ticket t WHERE t.account = {row}.account AND t.id = {row}.ticket"
_CUSTOMERS = "FROM ticket t WHERE t.account = {row}.account AND t.requester = {row}.id"
_MESSAGES = "FROM event e WHERE e.account = old.account AND e.ticket = old.id AND e.body <> ''"


def _head_as_was(row: str, names: str | None = None) -> str:
    return f"'', {head(row, names)}"


def _changed(columns: str) -> str:
    return " OR ".join(f"old.{column} IS NOT new.{column}" for column in columns.split(", "))


def _note(key: str, part: str, was: str, source: str = "", kind: int = TICKETS.number) -> str:
    """SQL that notes a part with what the index holds of it, unless that is noted already."""
    known = f"0, {NEW}" if part == str(NEW) else f"{part}, {NEW}"
    return (
        f"INSERT INTO unindexed (kind, key, part, was_title, was_body) SELECT {kind}, {key}, {part}, {was} "
        f"{source + ' AND' if source else 'WHERE'} NOT EXISTS "
        f"(SELECT 1 FROM unindexed u WHERE u.kind = {kind} AND u.key = {key} AND u.part IN ({known}))"
    )


# Cutting


def cut(text: str) -> str:
    """The text of an article or a person as it goes into the index."""
    text = text[:INDEXED_CHARACTERS]
    tokens = segment(text)
    words_at_ends = (f"{end[:2]} {end[1:]}" for end in sorted(long_endings(text)))
    return " ".join([*tokens, *sorted(_ends(tokens)), *words_at_ends])


def cut_once(texts: Iterable[str]) -> set[str]:
    """The tokens of the parts of a ticket as they go into the index, and each character of Japanese on its own.

    One of them as the beginning of any pair would take SQLite 30 to 80 ms in a million messages.
    """
    parts = [text[:INDEXED_CHARACTERS] for text in texts]
    latin, cjk = pieces("\n".join(part for part in parts if part.isascii()))
    if others := [part for part in parts if not part.isascii()]:
        words, cjk = pieces(text := "\n".join(others))
        latin |= words
        endings = {end[1:] for end in long_endings(text)}
        cjk |= endings.union(*endings)
    odd = {word for word in latin if len(word) > _LONGEST_TOKEN or not word.isascii()}
    found = (latin - odd) | cjk
    for plain in map(_plain, odd):
        found.add(plain[:_LONGEST_TOKEN])
        found.update(char for char in plain if char > _LAST_LATIN)
    return found


def spelled(token: str) -> str:
    """A token as tickets are indexed by it."""
    return _plain(token)[:_LONGEST_TOKEN]


def _ends(tokens: list[str]) -> set[str]:
    """The characters that end runs: every other one begins a pair, and one character is asked as a pair's beginning."""
    ends = {
        token[-1]
        for token, following in pairwise([*tokens, " "])
        if token[-1] > _LAST_KANA and len(token) > 1 and token[-1] != following[0]
    }
    return ends.difference(tokens)


_LAST_KANA = "\u309f"
_LAST_LATIN = "\u1eff"


def _plain(token: str) -> str:
    """A Latin token without its marks, so that cafe finds café."""
    if token.isascii() or token[-1] > _LAST_LATIN:
        return token
    parts = unicodedata.normalize("NFD", token)
    return "".join(part for part in parts if not unicodedata.combining(part)) or token


# Asking articles and people


def expression(term: Word | Phrase) -> str | None:
    """A term as articles and people are asked for it; None for one without a letter or digit.

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


def any_of(tokens: Iterable[str]) -> str:
    """Tokens of which one is enough."""
    return " OR ".join(f'"{token}"{"*" if _is_lone(token) else ""}' for token in tokens)


def _star(term: Word | Phrase, tokens: list[str]) -> str:
    is_prefix = (isinstance(term, Word) and term.is_prefix) or (len(tokens) == 1 and _is_lone(tokens[0]))
    return "*" if is_prefix else ""


def _is_lone(token: str) -> bool:
    return len(token) == 1 and not token.isascii()


# Asking tickets


_MOST_OF_A_WORD = 8
SHORTEST_BEGINNING = 3


class Asked(NamedTuple):
    """What tickets are asked: `expression` holds for each that is meant, and if `is_exact` for no other."""

    expression: str
    is_exact: bool

    @property
    def is_open(self) -> bool:
        """Does it ask for beginnings, of which there may be many?"""
        return "*" in self.expression

    @property
    def is_long(self) -> bool:
        """Does it ask for as many words as a sentence has?"""
        return self.expression.count('"') > 2 * _MOST_OF_A_WORD


def asked(where: Node) -> Asked | None:
    """The words of a filter as the index of tickets is asked for them; None where words alone rule nothing out."""
    match where:
        case Word() | Phrase():
            return _asked_term(where)
        case And(parts):
            return _asked_all(parts)
        case Or(parts):
            found = [one for part in parts if (one := asked(part))]
            if not found or len(found) < len(parts):
                return None
            return Asked(f"({' OR '.join(one.expression for one in found)})", all(one.is_exact for one in found))
        case _:
            return None


def _asked_term(term: Word | Phrase) -> Asked | None:
    ways = [(_tokens_of(way), dates(way)) for way in spellings(term)]
    if not ways[0][0]:
        return None
    found = [_all_of(term, tokens, together) for tokens, together in ways]
    is_exact = all(len(tokens) == 1 for tokens, _together in ways)
    return Asked(found[0] if len(found) == 1 else f"({' OR '.join(found)})", is_exact)


def _all_of(term: Word | Phrase, tokens: list[str], together: list[str]) -> str:
    """Every token; a beginning of one character is left to be looked for in the text, if there are others.

    The numbers of a date are in many tickets, but in few `together`; many numbers begin as one that is being typed.
    """
    *whole, last = tokens
    star = "" if last > _LAST_LATIN else _star(term, tokens)
    if star and together and together[-1].endswith(last[:2]):
        *together, last = together
    parts = [f'"{token}"' for token in dict.fromkeys([*whole, *together])]
    if not parts or not star or len(last) > 1:
        parts.append(f'"{last}"{star}')
    return f"({' AND '.join(parts)})"


def _tokens_of(text: str) -> list[str]:
    return [spelled(token) for token in segment(text)]


def _asked_all(parts: tuple[Node, ...]) -> Asked | None:
    wanted = [one for part in parts if (one := asked(part))]
    if not wanted:
        return None
    absent = [one for part in parts if isinstance(part, Not) and (one := asked(part.part)) and one.is_exact]
    is_exact = len(wanted) + len(absent) == len(parts) and all(one.is_exact for one in wanted)
    expression = " AND ".join(one.expression for one in wanted)
    if absent:
        expression = f"({expression}) NOT ({' OR '.join(one.expression for one in absent)})"
    return Asked(f"({expression})", is_exact)


# Looking into the text


def teach(db: sqlite3.Connection) -> None:
    """Let the SQL of a connection ask `stands(text, row)`."""
    db.create_function("stands", 2, _stands, deterministic=True)


def row_of(term: Word | Phrase) -> str | None:
    """What `stands` is to look for; None for a term that the index answers alone, being one token or none."""
    is_row = any(len(_tokens_of(way)) > 1 for way in spellings(term))
    return ways_of(term) if is_row else None


def ways_of(term: Word | Phrase) -> str | None:
    """What `stands` is to look for in a text that the index is not asked about; None for a term of punctuation.

    Each way to write it is a line: behind a `=` an unbroken run of Japanese, else tokens in a row, of which the last
    is a beginning behind a `*`.
    """
    ways = []
    for way in spellings(term):
        tokens = _tokens_of(way)
        if not tokens:
            return None
        run = tokens[0] + "".join(token[1:] for token in tokens[1:])
        is_run = run == way and run[0] > _LAST_LATIN and run[-1] > _LAST_LATIN
        kind = "=" if is_run and len(tokens) > 1 else _star(term, tokens) or " "
        ways.append(kind + " ".join(way.split()))
    return "\n".join(ways)


def _stands(text: str, ways: str) -> bool:
    """Does one of the ways stand in the text? Latin words may differ in their endings, as stems do."""
    text = text[:INDEXED_CHARACTERS]
    runs, rows = _wanted(ways)
    if any(run in text for run in runs):
        return True
    if text.isascii() or not re.search(_OTHERWISE, text):  # to normalise takes ten times as long as to rule texts out
        plain = text.lower()
        joined = plain.replace("-", "").replace(",", "")
        runs = {run: sure for run, sure in runs.items() if all(part in text for part in sure)}
        rows = [row for row in rows if all(part in joined for part in row.sure) and row.latin.search(plain)]
        if not runs and not rows:
            return False
    normal = normalise(text)
    if any(run in normal or _ends_a_word(run, normal) for run in runs):
        return True
    if any(row.pattern and row.pattern.search(normal) for row in rows):
        return True
    is_marked = re.search(_MARKED, normal)
    odd = [row for row in rows if is_marked or row.pattern is None]
    found = _tokens_of(text) if odd else []
    return any(_is_in(found, row.tokens, row.is_open) for row in odd)


def _ends_a_word(run: str, normal: str) -> bool:
    """Does the run stand at the end of a longer word of katakana, where its ー is left out?"""
    return run[-1] == "ー" and re.search(f"{run[:-1]}(?![ァ-ヺー])", normal) is not None


class _Row(NamedTuple):
    """Tokens in a row, whether the last is a beginning, and what they look like in normalised text without marks.

    `latin` and the parts that are `sure` are what of that can be told in text that is not normalised.
    """

    tokens: list[str]
    is_open: bool
    pattern: re.Pattern[str] | None
    latin: re.Pattern[str]
    sure: list[str]


@lru_cache(64)
def _wanted(ways: str) -> tuple[dict[str, list[str]], list[_Row]]:
    """Unbroken runs, each with what of it is written in no other way, and tokens in a row."""
    runs, rows = {}, []
    for way in ways.split("\n"):
        if way[0] == "=":
            runs[way[1:]] = re.findall(_SURE, way[1:])
        else:
            tokens, is_open = _tokens_of(way[1:]), way[0] == "*"
            is_plain = all(token.isascii() or token[-1] > _LAST_LATIN for token in tokens)
            pattern = re.compile(side_by_side(way[1:], _with_endings, is_open=is_open)) if is_plain else None
            sure = [*(_begun(token) for token in tokens if token.isascii()), *re.findall(_SURE, way[1:])]
            rows.append(_Row(tokens, is_open, pattern, _latin(tokens), sure))
    return runs, rows


def _with_endings(word: str) -> str:
    """A pattern of a Latin word and those that differ in their ending only, as `_is_same` tells them."""
    if len(word := spelled(word)) < _SHORTEST_STEM:
        return word
    kept = max(_SHORTEST_STEM, len(word) - _LONGEST_ENDING)
    endings = "".join(f"(?:{letter}" for letter in word[kept:]) + ")?" * (len(word) - kept)
    return f"{word[:kept]}{endings}[a-z0-9]{{0,{_LONGEST_ENDING}}}"


def _latin(tokens: list[str]) -> re.Pattern[str]:
    """The Latin tokens with what may end them and what may part them, and for others room however they are written."""
    pattern, room = "", 0
    for token in tokens:
        if token.isascii():
            gap = f"[^a-z0-9]{{1,{4 * room + _LONGEST_GAP}}}" if pattern else "(?<![a-z0-9])"
            pattern, room = f"{pattern}{gap}{'[,-]?'.join(_begun(token))}[a-z0-9,-]*", 0
        else:
            room += 1
    return re.compile(pattern)


def _begun(word: str) -> str:
    """What any ending leaves of a Latin word."""
    return word[: max(_SHORTEST_STEM, len(word) - _LONGEST_ENDING)]


def _is_in(found: list[str], wanted: list[str], is_open: bool) -> bool:
    first, length = wanted[0], len(wanted)
    return any(
        _is_same(found[at], first, is_open and length == 1)
        and all(_is_same(found[at + step], wanted[step], is_open and step == length - 1) for step in range(1, length))
        for at in range(len(found) - length + 1)
    )


def _is_same(found: str, wanted: str, is_open: bool = False) -> bool:
    if found == wanted or (is_open and found.startswith(wanted)):
        return True
    if not (found.isascii() and wanted.isascii()) or found[:4] != wanted[:4] or len(wanted) < 4:
        return False
    same = sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], zip(found, wanted, strict=False)))
    return max(len(found), len(wanted)) - same <= _LONGEST_ENDING


_SHORTEST_STEM, _LONGEST_ENDING = 4, 3
_LONGEST_GAP = 40
_OTHERWISE = (
    "[\u00aa-\u036f\u1d00-\u1fff\u2010-\u2015\u2070-\u2fff\u30a0\u3100-\u33ff"
    "\ua600-\uabff\uf900-\uff00\uff0c\uff0d\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff5f-\uffff\U00010000-\U0010ffff"
    "゙-ゞヽヾゐゑヰヱ]|ー(?<=[0-9A-Za-z]ー)"
)
"""What may be kana, a Latin letter, a digit or a sign between such in another form."""
_SURE = (
    "(?:(?!でき|(?<=で)き)[ぁ-ゖ])+|[ガキ-グゲ-ヅテ-ハパヒピフプヘペホポ-ヲン]"
    f"|[\u3400-\u9fff](?<![込消取合繰付{IN_PLACE_OF_OTHERS}])"
)
"""Kana that nothing but themselves are read as, those of hiragana in a row too, and such kanji."""
_MARKED = "[\u00aa-\u02af\u1e00-\u1eff]"
"""Latin letters that the index has without their marks."""
