"""Reasoning: giving tickets their contact reasons, in small steps in the background.

Each step takes some tickets that changed, or some that were never looked at since the groups were last formed, newest
first; it reads them without any lock and writes only what differs. A ticket that changed meanwhile stays noted.

Groups are formed of the newest tickets of an account that nothing else gives a reason, Japanese and other ones apart,
by their words (`text.grouping`). Where the extra `[semantic]` has read those tickets, groups that mean the same are
one, and a ticket whose words are like none has the reason of those that mean the same. Groups are formed anew when the
tickets have doubled, when a day has passed and many have come, or when a message was changed or removed (a redacted
word must not live on in a name). A group that is formed again keeps its name where it can, so that what asks for it
goes on.
"""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from time import perf_counter
from typing import Final

from agentdesk.record import record
from agentdesk.store import rows
from agentdesk.store.atomic import atomic
from agentdesk.store.conditions import Conditions
from agentdesk.store.meaning import FAST, NEARLY_ALL, TICKET, Meaning
from agentdesk.store.reason_rules import FILE, Rule, rules
from agentdesk.store.reasons import FIELD, FOUND, RULES_READ, TEAM, reason_id, unread_of
from agentdesk.store.vocabulary import Vocabulary
from agentdesk.text.grouping import (
    Vector,
    Wordbook,
    Words,
    cosine,
    grouped,
    is_cjk,
    middle,
    nearest,
    telling,
    wordbook,
    words_of,
)
from agentdesk.text.normalise import normalise
from agentdesk.text.vectors import nearest_middles, nearest_texts

MAKER: Final = "words 3"
TICKETS_AT_ONCE: Final = 40
NOTED_AT_ONCE: Final = 1_000
VECTORS_AT_ONCE: Final = 300
SECONDS_AT_ONCE: Final = 0.05
MOST_FORMED_OF: Final = 3_000
FEWEST_FORMED_OF: Final = 20
MANY_NEW: Final = 1_500
DAY_MS: Final = 86_400_000
MESSAGES_READ: Final = 2
KEYS_AT_ONCE: Final = 2_000
CHARACTERS_READ: Final = 3_000
MEANS_THE_SAME: Final = 0.65
NEIGHBOURS: Final = 5
ABOUT_THE_SAME: Final = 0.65
"""So near two tickets' vectors are when they are about the same; near-copies are about 0.9."""
STAYS: Final = 0.35
"""A group formed again is the one whose middle was so near to its own."""
MOST_TELLING: Final = 6
NAMED_BY: Final = 2
NOT_READ: Final = "cannot be read"
_FIELD_NAMES: Final = (
    re.compile(
        r"contact reason|call reason|reason for contact|(?:問い?合わ?せ|連絡|入電)の?(?:理由|種別|区分|カテゴリー?)",
        re.I,
    ),
    re.compile(r"^(?:reason|理由|種別)$", re.I),
    re.compile(r"^(?:ticket |case )?(?:category|topic)$|カテゴリー?|^分類$", re.I),
)
"""What a helpdesk's own field of reasons is called, the likeliest first."""
_TAG: Final = re.compile(r"(?:contact_?)?(?:reason|category|理由|カテゴリー?)[:：_/=]+(.+)", re.I)


@record
class _Seen:
    """A ticket as reasons see it."""

    key: int
    account: str
    given: str | None
    channel: str
    words: Words
    is_cjk: bool


@record
class _Group:
    """A reason that was found, and what its tickets have in common."""

    reason: int
    middle: Vector


@record
class _Book:
    """What the groups of one account were formed from, and the groups, for Japanese tickets and for others."""

    edition: int
    maker: str
    last_key: int
    newest_at: int
    words: Mapping[bool, Wordbook]
    groups: Mapping[bool, Sequence[_Group]]

    def reason_of(self, seen: _Seen) -> int | None:
        """The group that a ticket belongs to."""
        book, groups = self.words.get(seen.is_cjk), self.groups.get(seen.is_cjk, ())
        if book is None:
            return None
        place = nearest(book.vector(seen.words.weights), [group.middle for group in groups])
        return None if place is None else groups[place].reason


@record
class _Examples:
    """Tickets of one account: their groups and vectors, and how many others were held against them since."""

    edition: int | None
    reasons: Sequence[int]
    vectors: Sequence[bytes]
    asked: int = 0


class Reasoning:
    """Gives tickets their reasons, over one connection."""

    def __init__(self, db: sqlite3.Connection, meaning: Meaning, vocabulary: Vocabulary) -> None:
        self._db = db
        self._meaning = meaning
        self._vocabulary = vocabulary
        self._forming: Generator[None, None, None] | None = None
        self._books: dict[str, _Book] = {}
        self._held: dict[tuple[str, str], _Examples] = {}
        self._rules: tuple[object, Sequence[Rule] | None, Sequence[str]] = (None, (), ())

    def problems(self) -> Sequence[str]:
        """What is wrong with the team's file, in words."""
        self._read_rules()
        return self._rules[2]

    def reason_some(self) -> int:
        """Give some tickets their reasons, or form some of the groups, for about a tenth of a second; 0 when done."""
        self._obey_rules()
        if left := self._look_at_due():
            return left
        if self._forming is None:
            account = next((name for name in self._accounts() if self._should_form(name)), None)
            self._forming = self._form(account) if account is not None else None
        if self._forming is not None:
            self._form_on(self._forming)
            return 1
        return self._look_at_unread()

    # The team's file

    def _read_rules(self) -> object:
        folder = self._vocabulary.folder()
        path = folder / FILE if folder else None
        stamp: list[int] = []
        with suppress(OSError):
            stat = path.stat() if path else None
            stamp = [stat.st_mtime_ns, stat.st_size] if stat else []
        if self._rules[0] != stamp or self._rules[1] is None:
            self._rules = (stamp, *(rules(path) if path else ([], [])))
        return NOT_READ if self._rules[1] is None else stamp

    def _obey_rules(self) -> None:
        """When the file has changed, note every ticket that it named, and that it names now.

        While it cannot be read, what it named stays.
        """
        stamp = self._read_rules()
        if _remembered(self._db, RULES_READ) in (stamp, None if stamp == [] else stamp):
            return
        if self._rules[1] is None:
            _remember(self._db, RULES_READ, stamp)
            return
        noted = [key for (key,) in self._db.execute(
            "SELECT tr.key FROM ticket_reason tr JOIN reason r ON r.id = tr.reason WHERE r.source = ?", (TEAM,)
        )]  # fmt: skip
        for rule in self._rules[1]:
            noted += self._meeting(rule, None)
        due = list(dict.fromkeys(noted))
        for start in range(0, len(due), NOTED_AT_ONCE):
            with atomic(self._db):
                self._db.executemany(
                    "INSERT INTO reason_due (key) VALUES (?)", [(key,) for key in due[start : start + NOTED_AT_ONCE]]
                )
        _remember(self._db, RULES_READ, stamp)

    def _meeting(self, rule: Rule, keys: Sequence[int] | None) -> list[int]:
        """The tickets that meet a rule: of these, or of all."""
        conditions = Conditions(self._db, {}, rows.from_ms(0), among="all" if keys is None else "few")
        asked = conditions.of(self._vocabulary.widened(rule.query.where))
        among = "" if keys is None else "t.key IN (SELECT value FROM json_each(?)) AND "
        values = () if keys is None else (json.dumps(list(keys)),)
        found = self._db.execute(f"SELECT t.key FROM ticket t WHERE {among}{asked.sql}", (*values, *asked.values))
        return [key for (key,) in found]

    # Tickets

    def _look_at_due(self) -> int:
        noted = self._db.execute(
            "SELECT sequence, key FROM reason_due ORDER BY sequence DESC LIMIT ?", (TICKETS_AT_ONCE,)
        ).fetchall()
        if not noted:
            return 0
        newest, keys = noted[0][0], list(dict.fromkeys(key for _sequence, key in noted))
        decided = self._decided(keys)
        with atomic(self._db):
            self._write(decided)
            self._db.executemany(
                "DELETE FROM reason_due WHERE key = ? AND sequence <= ?", [(key, newest) for key in keys]
            )
        return len(keys)

    def _look_at_unread(self) -> int:
        """Look at some tickets of an account below the one of it that was looked at last."""
        last_key, _newest_at = self._newest()
        for account in self._accounts():
            told = _remembered(self._db, unread_of(account))
            below = told if isinstance(told, int) else last_key + 1
            if below > 1:
                self._look_below(account, below)
                return 1
        return 0

    def _look_below(self, account: str, below: int) -> None:
        """Look at some tickets of an account, all within a stretch of keys: other accounts may have most of them."""
        lowest = below - KEYS_AT_ONCE
        keys = [key for (key,) in self._db.execute(
            "SELECT key FROM ticket WHERE key < ? AND key >= ? AND +account = ? ORDER BY key DESC LIMIT ?",
            (below, lowest, account, TICKETS_AT_ONCE),
        )]  # fmt: skip
        decided = self._decided(keys)
        with atomic(self._db):
            self._write(decided)
            _remember(self._db, unread_of(account), keys[-1] if len(keys) == TICKETS_AT_ONCE else lowest)

    def _decided(self, keys: Sequence[int]) -> dict[int, tuple[str, str] | int | None]:
        """For each ticket its reason: a name with what is behind it, a group's id, or None for none."""
        decided: dict[int, tuple[str, str] | int | None] = {}
        for seen in self._seen(keys):
            book = self._book(seen.account)
            decided[seen.key] = (seen.account, seen.given) if seen.given else book.reason_of(seen) if book else None
        left = [key for key, told in decided.items() if told is None]
        decided.update(self._by_meaning(left) if left else {})
        if self._rules[1] is None:
            decided.update(self._named_by_team(keys))
        for rule in reversed(self._rules[1] or ()):
            for key in self._meeting(rule, keys):
                if key in decided:
                    decided[key] = "", rule.name
        return decided

    def _named_by_team(self, keys: Sequence[int]) -> dict[int, int]:
        """The team's reasons that some of these tickets have by now."""
        return dict(
            self._db.execute(
                "SELECT tr.key, tr.reason FROM ticket_reason tr JOIN reason r ON r.id = tr.reason "
                "WHERE r.source = ? AND tr.key IN (SELECT value FROM json_each(?))",
                (TEAM, json.dumps(list(keys))),
            )
        )

    def _by_meaning(self, keys: Sequence[int]) -> dict[int, int]:
        """The groups of tickets whose words are like none, by the tickets that mean the same, where most agree."""
        if FAST not in self._meaning.wanted().encoders:
            return {}
        places = ", ".join("?" * len(keys))
        asked = self._db.execute(
            "SELECT t.account, m.maker, m.key, m.value FROM ticket t CROSS JOIN meaning m INDEXED BY meaning_key "
            f"ON m.kind = ? AND m.key = t.key AND m.maker LIKE ? WHERE t.key IN ({places})",
            (TICKET, f"{FAST} %", *keys),
        ).fetchall()
        found: dict[int, int] = {}
        for account, maker in dict.fromkeys((account, maker) for account, maker, *_rest in asked):
            mine = [(key, value) for of, by, key, value in asked if (of, by) == (account, maker)]
            known = self._examples(account, maker, len(mine))
            near = nearest_texts([value for _key, value in mine], known.vectors, NEIGHBOURS)
            for (key, _value), texts in zip(mine, near, strict=True):
                agreed = Counter(known.reasons[place] for cosine, place in texts if cosine >= ABOUT_THE_SAME)
                reason, times = max(agreed.items(), key=lambda one: (one[1], -one[0]), default=(0, 0))
                if times > NEIGHBOURS // 2:
                    found[key] = reason
        return found

    def _examples(self, account: str, maker: str, asked: int) -> _Examples:
        """The newest tickets of an account that are in groups, for so many that ask to which they belong.

        Read again once a tenth as many have asked, and when groups were formed anew or a text was taken back.
        """
        edition = self._edition(account)
        held = self._held.get((account, maker))
        if held is None or held.edition != edition or held.asked > len(held.reasons) // 10:
            held = self._read_examples(account, maker, edition)
        self._held[account, maker] = held = replace(held, asked=held.asked + asked)
        return held

    def _read_examples(self, account: str, maker: str, edition: int | None) -> _Examples:
        found = self._db.execute(
            "SELECT tr.reason, m.value FROM ticket_reason tr "
            "CROSS JOIN reason r ON r.id = tr.reason AND r.account = ? AND r.source = ? "
            "CROSS JOIN meaning m ON m.kind = ? AND m.maker = ? AND m.key = tr.key ORDER BY tr.key DESC LIMIT ?",
            (account, FOUND, TICKET, maker, MOST_FORMED_OF),
        ).fetchall()
        return _Examples(edition, [reason for reason, _vector in found], [vector for _reason, vector in found])

    def _write(self, decided: Mapping[int, tuple[str, str] | int | None]) -> None:
        for key, told in decided.items():
            match told:
                case None:
                    self._db.execute("DELETE FROM ticket_reason WHERE key = ?", (key,))
                    continue
                case (account, name):
                    reason = reason_id(self._db, account, FIELD if account else TEAM, name)
                case int(reason):
                    pass
            self._db.execute(
                "INSERT INTO ticket_reason (key, reason) SELECT key, ? FROM ticket WHERE key = ? "
                "ON CONFLICT (key) DO UPDATE SET reason = excluded.reason WHERE reason <> excluded.reason",
                (reason, key),
            )

    def _seen(self, keys: Sequence[int]) -> Iterable[_Seen]:
        fields: dict[str, dict[str, dict[str, str]]] = {}
        places = ", ".join("?" * len(keys))
        for key, account, id, subject, channel, tags, told, name in self._db.execute(
            "SELECT t.key, t.account, t.id, t.subject, t.channel, t.tags, t.fields, coalesce(p.name, '') FROM ticket t "
            f"LEFT JOIN person p ON p.account = t.account AND p.id = t.requester WHERE t.key IN ({places}) "
            "ORDER BY t.key DESC",
            keys,
        ).fetchall():
            if account not in fields:
                fields[account] = _reason_fields(self._db, account)
            body = "\n".join(
                body
                for (body,) in self._db.execute(
                    "SELECT substr(body, 1, ?) FROM event WHERE account = ? AND ticket = ? AND kind = 'customer' "
                    "ORDER BY at, key LIMIT ?",
                    (CHARACTERS_READ, account, id, MESSAGES_READ),
                )
            )
            given = _given(fields[account], json.loads(told), json.loads(tags))
            subject, body = _unsigned(subject, name), _unsigned(body, name)
            yield _Seen(key, account, given, channel, words_of(subject, body), is_cjk(f"{subject}\n{body}"))

    # Groups

    def _accounts(self) -> list[str]:
        return [name for (name,) in self._db.execute("SELECT name FROM account ORDER BY position")]

    def _book(self, account: str) -> _Book | None:
        """What an account's groups were formed from, as it is on the disk."""
        row = self._db.execute(
            "SELECT edition, maker, last_key, newest_at FROM reason_book WHERE account = ?", (account,)
        ).fetchone()
        if row is None:
            return None
        held = self._books.get(account)
        if held is None or (held.edition, held.maker) != tuple(row[:2]):
            self._books[account] = held = self._read_book(account, *row)
        return held

    def _read_book(self, account: str, edition: int, maker: str, last_key: int, newest_at: int) -> _Book:
        (books,) = self._db.execute("SELECT books FROM reason_book WHERE account = ?", (account,)).fetchone()
        groups: dict[bool, list[_Group]] = {False: [], True: []}
        for id, is_japanese, centre in self._db.execute(
            "SELECT id, is_cjk, middle FROM reason WHERE account = ? AND source = ? ORDER BY id", (account, FOUND)
        ):
            groups[bool(is_japanese)].append(_Group(id, json.loads(centre)))
        told = {bool(int(name)): Wordbook(total, texts) for name, (total, texts) in json.loads(books).items()}
        return _Book(edition, maker, last_key, newest_at, told, groups)

    def _should_form(self, account: str) -> bool:
        """Is there no book yet and enough to form one, or is the book out of date?

        Keys count the tickets of all accounts, which is near enough and never looks at one.
        """
        book = self._book(account)
        if book is None:
            return len(self._sample(account, FEWEST_FORMED_OF)) == FEWEST_FORMED_OF
        if book.maker != self._maker():
            return True
        last_key, newest_at = self._newest()
        new = last_key - book.last_key
        many = min(MANY_NEW, book.last_key // 4)
        return new >= max(book.last_key, FEWEST_FORMED_OF) or (new > many and newest_at - book.newest_at >= DAY_MS)

    def _newest(self) -> tuple[int, int]:
        """The last key of all tickets, and when the newest began."""
        last_key, newest_at = self._db.execute(
            "SELECT (SELECT max(key) FROM ticket), (SELECT max(created_at) FROM ticket)"
        ).fetchone()
        return last_key or 0, newest_at or 0

    def _sample(self, account: str, most: int) -> list[int]:
        """The newest tickets of an account."""
        found = self._db.execute(
            "SELECT key FROM (SELECT key FROM ticket INDEXED BY ticket_requester WHERE account = ? LIMIT -1) "
            "ORDER BY key DESC LIMIT ?",
            (account, most),
        )
        return [key for (key,) in found]

    def _maker(self) -> str:
        """What makes groups now: the words alone, or the extra's vectors too once it has read nearly everything."""
        if FAST not in self._meaning.wanted().encoders:
            return MAKER
        (tickets,) = self._db.execute(
            "SELECT count(*) FROM (SELECT 1 FROM ticket LIMIT ?)", (MOST_FORMED_OF,)
        ).fetchone()
        is_read = self._meaning.made(FAST)[1] >= NEARLY_ALL * tickets
        return f"{MAKER}, {FAST}" if is_read else MAKER

    def _form_on(self, forming: Generator[None, None, None]) -> None:
        began = perf_counter()
        try:
            while perf_counter() - began < SECONDS_AT_ONCE:
                next(forming)
        except StopIteration:
            self._forming = None
        except BaseException:
            self._forming = None
            raise

    def _form(self, account: str) -> Generator[None, None, None]:
        """Form the groups of an account; yields between pieces of work. What changes meanwhile undoes it."""
        self._db.execute(
            "INSERT OR IGNORE INTO reason_book (account, edition, maker, last_key, newest_at, books) "
            "VALUES (?, 0, '', 0, 0, '{}')",
            (account,),
        )
        edition = self._edition(account)
        maker, (last_key, newest_at) = self._maker(), self._newest()
        sample: dict[bool, list[_Seen]] = {False: [], True: []}
        keys = self._sample(account, MOST_FORMED_OF)
        for start in range(0, len(keys), TICKETS_AT_ONCE):
            for seen in self._seen(keys[start : start + TICKETS_AT_ONCE]):
                if seen.given is None:
                    sample[seen.is_cjk].append(seen)
            yield
        formed: list[tuple[bool, list[str], Vector]] = []
        books: dict[bool, Wordbook] = {}
        for is_japanese, texts in sample.items():
            book = books[is_japanese] = wordbook(
                [seen.words.weights for seen in texts], [seen.channel for seen in texts]
            )
            vectors: list[Vector] = []
            for start in range(0, len(texts), VECTORS_AT_ONCE):
                yield
                vectors += [book.vector(seen.words.weights) for seen in texts[start : start + VECTORS_AT_ONCE]]
            groups = yield from grouped(vectors)
            if maker != MAKER:
                groups = self._joined_by_meaning(groups, [seen.key for seen in texts])
            for group in groups:
                centre = middle(vectors[place] for place in group)
                formed.append((is_japanese, telling([texts[one].words for one in group], centre, MOST_TELLING), centre))
            yield
        told = json.dumps({int(one): book for one, book in books.items()})
        with atomic(self._db):
            if self._edition(account) != edition:
                return
            self._keep(account, formed)
            self._db.execute(
                "UPDATE reason_book SET edition = edition + 1, maker = ?, last_key = ?, newest_at = ?, books = ? "
                "WHERE account = ?",
                (maker, last_key, newest_at, told, account),
            )
            _remember(self._db, unread_of(account), last_key + 1)
            self._db.execute("UPDATE word_index SET is_unclean = 2 WHERE is_unclean = 0")  # the log had other words

    def _edition(self, account: str) -> int | None:
        """A number that changes with what groups are formed from."""
        row = self._db.execute("SELECT edition FROM reason_book WHERE account = ?", (account,)).fetchone()
        return row[0] if row else None

    def _joined_by_meaning(self, groups: Sequence[list[int]], keys: Sequence[int]) -> list[list[int]]:
        """Groups that mean the same as one, by the vectors that tell duplicates."""
        read = dict(
            self._db.execute(
                "SELECT key, value FROM meaning WHERE kind = ? AND maker LIKE ? AND key >= ? ORDER BY key DESC LIMIT ?",
                (TICKET, f"{FAST} %", min(keys, default=0), 2 * MOST_FORMED_OF),
            )
        )
        known = [[place for place in group if keys[place] in read] for group in groups]
        joined = [list(group) for group, some in zip(groups, known, strict=True) if some]
        unknown = [list(group) for group, some in zip(groups, known, strict=True) if not some]
        while True:
            near, first, second = nearest_middles(
                [[read[keys[place]] for place in group if keys[place] in read] for group in joined], [*read.values()]
            )
            if near < MEANS_THE_SAME:
                return sorted(joined + unknown, key=lambda group: (-len(group), group))
            joined[first] += joined.pop(second)

    def _keep(self, account: str, formed: Sequence[tuple[bool, list[str], Vector]]) -> None:
        """Write the groups; one that was there before stays the same reason."""
        before: list[tuple[int, str, bool, Vector]] = [
            (id, name, bool(is_japanese), json.loads(centre))
            for id, name, is_japanese, centre in self._db.execute(
                "SELECT id, name, is_cjk, middle FROM reason WHERE account = ? AND source = ? ORDER BY id",
                (account, FOUND),
            )
        ]
        same = _same(formed, before)
        for id, *_rest in before:
            if id not in same.values():
                self._db.execute("DELETE FROM reason WHERE id = ?", (id,))
        named = {id: name for id, name, *_rest in before if id in same.values()}
        taken: set[str] = set()
        for place, (is_japanese, words, centre) in enumerate(formed):
            old = named.get(same.get(place, 0), "")
            name = old if old and old not in taken and set(old.split()) <= set(words) else _name(words, taken)
            taken.add(name)
            if place in same:
                self._db.execute("DELETE FROM reason WHERE id = ?", (same[place],))
            self._db.execute(
                "INSERT INTO reason (id, account, source, name, folded, words, is_cjk, middle) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    same.get(place), account, FOUND, name, normalise(name), json.dumps(words, ensure_ascii=False),
                    is_japanese, json.dumps({word: round(weight, 4) for word, weight in centre.items()}),
                ),
            )  # fmt: skip


def _same(
    formed: Sequence[tuple[bool, list[str], Vector]], before: Sequence[tuple[int, str, bool, Vector]]
) -> dict[int, int]:
    """Which of the groups were there before, by the ids they had; the most alike first."""
    pairs = sorted(
        (-near, place, id)
        for place, (is_japanese, _words, centre) in enumerate(formed)
        for id, _name_before, was_japanese, was in before
        if is_japanese == was_japanese and (near := cosine(centre, was)) >= STAYS
    )
    same: dict[int, int] = {}
    for _near, place, id in pairs:
        if place not in same and id not in same.values():
            same[place] = id
    return same


def _name(words: Sequence[str], taken: set[str]) -> str:
    """The first words of a group, as many as it takes to tell it from the others."""
    for count in range(min(NAMED_BY, len(words)), len(words) + 1):
        if (name := " ".join(words[:count])) not in taken:
            return name
    return next(name for number in range(2, 1 << 30) if (name := f"{' '.join(words)} {number}".strip()) not in taken)


def _unsigned(text: str, name: str) -> str:
    """A text without its writer's name."""
    for part in name.split():
        text = text.replace(part, " ") if len(part) > 1 else text
    return text


def _reason_fields(db: sqlite3.Connection, account: str) -> dict[str, dict[str, str]]:
    """The fields of an account that say the reason, the likeliest first, each with the names of its values."""
    found = db.execute(
        "SELECT id, label, options FROM field WHERE account = ? ORDER BY position", (account,)
    ).fetchall()
    likely = sorted(
        (rank, place) for place, (_id, label, _options) in enumerate(found) if (rank := _rank(label)) is not None
    )
    return {
        found[place][0]: {one["value"]: one["label"] for one in json.loads(found[place][2])} for _rank_, place in likely
    }


def _rank(label: str) -> int | None:
    return next((rank for rank, pattern in enumerate(_FIELD_NAMES) if pattern.search(label)), None)


def _given(fields: Mapping[str, Mapping[str, str]], told: Mapping[str, object], tags: Sequence[str]) -> str | None:
    """The reason that the helpdesk itself says, by a field or else by a tag such as `reason:refund`."""
    for id, labels in fields.items():
        value = told.get(id)
        first = value[0] if isinstance(value, list) and value else value
        if isinstance(first, str) and first.strip():
            return labels.get(first, first).strip()
    return next((match[1] for tag in tags if (match := _TAG.fullmatch(tag))), None)


def _remembered(db: sqlite3.Connection, name: str) -> object:
    row = db.execute("SELECT value FROM place WHERE name = ?", (name,)).fetchone()
    return rows.unpack(row[0]) if row else None


def _remember(db: sqlite3.Connection, name: str, value: object) -> None:
    db.execute("INSERT OR REPLACE INTO place (name, value) VALUES (?, ?)", (name, rows.pack(value)))
