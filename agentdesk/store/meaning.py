"""Meaning: what the extras know of articles and of each ticket's first message, beside the index of words.

`meaning` holds a vector for each of them and for each encoder that is on, `article_terms` the dictionary words of
articles. Each row says what made it. A trigger throws a row away when its text changes; `make_some` makes what is
missing, in small steps, in the background. Without an extra all of it is empty and nothing here costs anything.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from statistics import fmean, pstdev
from threading import Thread
from typing import Final, Literal

from agentdesk.record import record
from agentdesk.store import rows
from agentdesk.store.atomic import atomic
from agentdesk.text import vectors
from agentdesk.text.analyser import Analyser, Sudachi, sudachi_version
from agentdesk.text.vectors import Encoder

Kind = Literal["article", "ticket"]
ARTICLE: Final[Kind] = "article"
TICKET: Final[Kind] = "ticket"
MOST_TICKETS: Final = 20_000
"""The newest tickets get vectors; comparing with as many takes 30 ms."""
BODY_CHARACTERS: Final = 2_000
FAST: Final = "use"
"""The encoder that is quick enough to read tickets too."""
RELATED: Final = 0.15
"""The cosine below which the fast encoder's vectors have nothing to do with one another."""
NEARLY_ALL: Final = 0.95
WEIGHTS: Final = {"use": 1.0, "e5": 1.5}
"""What an encoder's list counts beside the words' 1, chosen over fourteen collections, each held out once."""
WANTED: Final = "extras"
_TITLE_WEIGHT: Final = 3.0
_FOUND: Final = 200
_FAR: Final = 3.5
"""So many standard deviations from the mean a text means about what was asked."""
_CROWD: Final = 20
"""Below so few there is no mean worth the name."""
_TEXTS: Final = {
    "article": "SELECT key, title, substr(body, 1, ?) FROM article WHERE key NOT IN ({made}) ORDER BY key DESC LIMIT ?",
    "ticket": (
        "SELECT t.key, t.subject, coalesce((SELECT substr(e.body, 1, ?) FROM event e WHERE e.account = t.account "
        "AND e.ticket = t.id AND e.kind = 'customer' ORDER BY e.at, e.key LIMIT 1), '') "
        f"FROM (SELECT * FROM ticket ORDER BY key DESC LIMIT {MOST_TICKETS}) t WHERE t.key NOT IN ({{made}}) "
        "ORDER BY t.key DESC LIMIT ?"
    ),
}
_MADE: Final = "SELECT key FROM meaning WHERE kind = ? AND maker = ?"


@record
class Wanted:
    """Which extras are switched on: the analyser, and the encoders by name."""

    analyser: bool = False
    encoders: tuple[str, ...] = ()


@record
class Tools:
    """Where analysers and encoders come from."""

    analyser: Callable[[], Analyser] = Sudachi
    encoder: Callable[[str], Encoder] = vectors.load


def installed() -> Wanted:
    """The extras that could be on."""
    names = tuple(name for name in vectors.NAMES if vectors.package_version(name))
    return Wanted(sudachi_version() is not None, names)


def create(db: sqlite3.Connection) -> None:
    """Make the empty tables, and the triggers that throw away what is no longer true."""
    db.execute(
        "CREATE TABLE meaning (kind TEXT NOT NULL, key INTEGER NOT NULL, maker TEXT NOT NULL, value BLOB NOT NULL, "
        "PRIMARY KEY (kind, maker, key)) WITHOUT ROWID"
    )
    db.execute("CREATE INDEX meaning_key ON meaning (kind, key)")
    db.execute(
        "CREATE VIRTUAL TABLE article_terms USING fts5 (title, body, tokenize = 'porter unicode61 remove_diacritics 2')"
    )
    article = (
        "DELETE FROM meaning WHERE kind = 'article' AND key = old.key; DELETE FROM article_terms WHERE rowid = old.key"
    )
    ticket = "DELETE FROM meaning WHERE kind = 'ticket' AND key = old.key"
    message = (
        "DELETE FROM meaning WHERE kind = 'ticket' AND key = "
        "(SELECT t.key FROM ticket t WHERE t.account = old.account AND t.id = old.ticket)"
    )
    said_otherwise = "old.body <> new.body"
    for name, when, what in (
        (
            "article_meaning_changed",
            f"UPDATE OF title, body ON article WHEN old.title <> new.title OR {said_otherwise}",
            article,
        ),
        ("article_meaning_removed", "DELETE ON article", article),
        ("ticket_meaning_changed", "UPDATE OF subject ON ticket WHEN old.subject <> new.subject", ticket),
        ("ticket_meaning_removed", "DELETE ON ticket", ticket),
        (
            "event_meaning_changed",
            f"UPDATE OF body ON event WHEN old.kind = 'customer' AND {said_otherwise}",
            message,
        ),
        ("event_meaning_removed", "DELETE ON event WHEN old.kind = 'customer'", message),
    ):
        db.execute(f"CREATE TRIGGER {name} AFTER {when} BEGIN {what}; END")


class Meaning:
    """What the extras know, over one connection."""

    def __init__(self, db: sqlite3.Connection, tools: Tools | None = None) -> None:
        self._db = db
        self._tools = tools or Tools()
        self._encoders: dict[str, Encoder] = {}
        self._loading: dict[str, Thread] = {}
        self._analyser: Analyser | None = None

    def wanted(self) -> Wanted:
        """Which extras the desk has switched on."""
        row = self._db.execute("SELECT value FROM place WHERE name = ?", (WANTED,)).fetchone()
        told = rows.unpack(row[0]) if row else None
        if not isinstance(told, dict):
            return Wanted()
        return Wanted(bool(told["analyser"]), tuple(told["encoders"]))

    def want(self, wanted: Wanted) -> None:
        """Switch extras on and off; what another maker made is made anew."""
        if wanted != self.wanted():
            told = {"analyser": wanted.analyser, "encoders": wanted.encoders}
            self._db.execute("INSERT OR REPLACE INTO place (name, value) VALUES (?, ?)", (WANTED, rows.pack(told)))

    # Making

    def made(self, name: str) -> tuple[int, int]:
        """How many articles and tickets an encoder (or "sudachi") has read."""
        counted = dict(
            self._db.execute("SELECT kind, count(*) FROM meaning WHERE maker LIKE ? GROUP BY kind", (f"{name} %",))
        )
        return counted.get(ARTICLE, 0), counted.get(TICKET, 0)

    def unread(self) -> int:
        """How many texts the extras that are on have yet to read."""
        wanted = self.wanted()
        articles, tickets = self._counts()
        count = 0
        for name in ("sudachi", *wanted.encoders) if wanted.analyser else wanted.encoders:
            read, read_tickets = self.made(name)
            count += max(articles - read, 0) + (max(tickets - read_tickets, 0) if name == FAST else 0)
        return count

    def behind(self) -> dict[str, int]:
        """How many articles each encoder has to read before it has a part in answers."""
        articles, _tickets = self._counts()
        read = {name: self.made(name)[0] for name in self.wanted().encoders}
        return {name: articles - count for name, count in read.items() if count < NEARLY_ALL * articles}

    def _counts(self) -> tuple[int, int]:
        """How many articles and tickets there are to read."""
        counted: tuple[int, int] = self._db.execute(
            "SELECT (SELECT count(*) FROM article), (SELECT count(*) FROM (SELECT 1 FROM ticket LIMIT ?))",
            (MOST_TICKETS,),
        ).fetchone()
        return counted

    def make_some(self, *, is_patient: bool = True, wait: bool = True) -> int:
        """Make some of what is missing, for about a tenth of a second; how many were made, 0 when there is no more.

        Unless the caller `is_patient`, the slow encoder is left for later; unless it may `wait`, so is one that is not
        loaded yet, which is loaded for the next time.
        """
        wanted = self.wanted()
        if wanted.analyser and (left := self._make_terms()):
            return left
        steps: list[tuple[str, Kind]] = [(FAST, ARTICLE), (FAST, TICKET)] if FAST in wanted.encoders else []
        steps += [(name, ARTICLE) for name in wanted.encoders if name != FAST and is_patient]
        return next((left for name, kind in steps if (left := self._make_vectors(name, kind, wait=wait))), 0)

    def _make_terms(self) -> int:
        analyser = self._analysed_by()
        texts = self._texts(ARTICLE, analyser.maker, 20)
        made = [(key, " ".join(analyser.words(title)), " ".join(analyser.words(body))) for key, title, body in texts]
        with atomic(self._db):
            self._db.execute("DELETE FROM meaning WHERE maker LIKE 'sudachi %' AND maker <> ?", (analyser.maker,))
            for key, title, body in made:
                self._db.execute("DELETE FROM article_terms WHERE rowid = ?", (key,))
                self._db.execute("INSERT INTO article_terms (rowid, title, body) VALUES (?, ?, ?)", (key, title, body))
            self._put(ARTICLE, analyser.maker, [(key, b"") for key, _title, _body in made])
        return len(made)

    def _make_vectors(self, name: str, kind: Kind, *, wait: bool) -> int:
        encoder = self._encoder(name) if wait else self._ready(name)
        if encoder is None:
            return 0
        texts = self._texts(kind, encoder.maker, encoder.at_once)
        found = encoder.of_texts([(title, body) for _key, title, body in texts]) if texts else []
        with atomic(self._db):
            self._db.execute("DELETE FROM meaning WHERE maker LIKE ? AND maker <> ?", (f"{name} %", encoder.maker))
            self._put(kind, encoder.maker, [(text[0], vector) for text, vector in zip(texts, found, strict=True)])
        return len(texts)

    def _texts(self, kind: Kind, maker: str, limit: int) -> list[tuple[int, str, str]]:
        sql = _TEXTS[kind].format(made=_MADE)
        return self._db.execute(sql, (BODY_CHARACTERS, kind, maker, limit)).fetchall()

    def _put(self, kind: Kind, maker: str, made: Iterable[tuple[int, bytes]]) -> None:
        self._db.executemany(
            "INSERT OR REPLACE INTO meaning (kind, key, maker, value) VALUES (?, ?, ?, ?)",
            [(kind, key, maker, value) for key, value in made],
        )

    # Asking

    def by_terms(self, text: str) -> dict[int, float]:
        """Articles by the dictionary words of a text, with their scores; empty without the analyser."""
        if not self.wanted().analyser:
            return {}
        asked = " OR ".join(f'"{word}"' for word in dict.fromkeys(self._analysed_by().words(text)))
        if not asked:
            return {}
        return dict(
            self._db.execute(
                f"SELECT rowid, -bm25(article_terms, {_TITLE_WEIGHT}, 1.0) AS score FROM article_terms "
                "WHERE article_terms MATCH ? ORDER BY score DESC LIMIT ?",
                (asked, _FOUND),
            )
        )

    def nearest(self, text: str, *, wait: bool = True) -> list[tuple[float, dict[int, float]]]:
        """How far articles stand out as near to a text, for each encoder that has read them, and what its best counts.

        Unless it may `wait`, an encoder that is not loaded yet is left out, and loaded for the next time.
        """
        found = []
        for name in self.wanted().encoders:
            encoder = self._encoder(name) if wait else self._ready(name)
            near = self._near(encoder, text, ARTICLE) if encoder and self._has_read(encoder) else {}
            if near:
                outstanding = _outstanding(near)
                found.append((WEIGHTS[name] * max(outstanding.values(), default=0.0), outstanding))
        return found

    def related(self, text: str, *, wait: bool = True) -> dict[int, float]:
        """The tickets whose first message means about the same, with their cosines (by the fast encoder)."""
        if FAST not in self.wanted().encoders:
            return {}
        encoder = self._encoder(FAST) if wait else self._ready(FAST)
        near = self._near(encoder, text, TICKET) if encoder else {}
        return {key: cosine for key, cosine in near.items() if cosine >= RELATED}

    def _has_read(self, encoder: Encoder) -> bool:
        """Has it read nearly all articles? Those it has not read would seem to have nothing to do with anything."""
        read, total = self._db.execute(
            "SELECT (SELECT count(*) FROM meaning WHERE kind = 'article' AND maker = ?), count(*) FROM article",
            (encoder.maker,),
        ).fetchone()
        return int(read) >= NEARLY_ALL * int(total)

    def _near(self, encoder: Encoder, text: str, kind: Kind) -> dict[int, float]:
        made: Sequence[tuple[int, bytes]] = self._db.execute(
            "SELECT key, value FROM meaning WHERE kind = ? AND maker = ?", (kind, encoder.maker)
        ).fetchall()
        near = encoder.nearness(encoder.of_question(text), [value for _key, value in made]) if made else []
        return {key: nearness for (key, _value), nearness in zip(made, near, strict=True)}

    def _analysed_by(self) -> Analyser:
        if self._analyser is None:
            self._analyser = self._tools.analyser()
        return self._analyser

    def _encoder(self, name: str) -> Encoder:
        if name not in self._encoders:
            self._encoders[name] = self._tools.encoder(name)
        return self._encoders[name]

    def _ready(self, name: str) -> Encoder | None:
        """The encoder if it is loaded; loading has begun if it is not."""
        if name not in self._encoders and name not in self._loading:
            self._loading[name] = Thread(target=self._encoder, args=(name,), daemon=True, name=f"agentdesk-{name}")
            self._loading[name].start()
        return self._encoders.get(name)


def _outstanding(near: dict[int, float]) -> dict[int, float]:
    """By how many standard deviations texts are nearer than the mean, about 1 for a good one.

    Encoders crowd their cosines, each in its own place; and one to which nothing stands out says less.
    """
    middle = fmean(near.values())
    spread = max(pstdev(near.values(), middle), 1e-9)
    if len(near) < _CROWD:
        middle = min(middle, *near.values())
        spread = max(max(near.values()) - middle, 1e-9) / _FAR
    return {key: (value - middle) / spread / _FAR for key, value in near.items() if value > middle}


def blended(lists: Sequence[tuple[float, dict[int, float]]]) -> dict[int, float]:
    """Scores of several lists in one: each divided by its best, times its weight; the best of all has 1."""
    total: dict[int, float] = {}
    for weight, scores in lists:
        best = max(scores.values(), default=0.0)
        for key, score in scores.items():
            total[key] = total.get(key, 0.0) + (weight * score / best if best > 0 else 0.0)
    best = max(total.values(), default=1.0) or 1.0
    return {key: score / best for key, score in total.items()}
