"""Judgements: what replies taught about articles. One that was sent for tickets like this one, and solved them, rises.

Who puts an article into a reply, in this desk or with its address in a reply of any colleague's, judged it
(`inserted`); the ticket's being solved says whether rightly. `judged_words` holds the words of those tickets, so that a
new ticket can be compared with them. Nothing leaves this machine, and a judgement is forgotten with its ticket.
"""

import re
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from math import log
from typing import Final

from agentdesk.model import Ref
from agentdesk.record import record
from agentdesk.store import rows
from agentdesk.store.atomic import atomic
from agentdesk.text.segment import segment, telling

READ_UNTIL: Final = "judgements read"
REPLIES_AT_ONCE: Final = 2_000
TICKETS_AT_ONCE: Final = 100
MOST_JUDGED: Final = 5_000
"""So many judged tickets, the newest, are compared with; asking them all takes 10 ms."""
MOST_ALIKE: Final = 50
ALIKE: Final = 0.4
"""How much of the shorter ticket's telling words two tickets share to be of one kind."""
UNSOLVED_WORTH: Final = 0.2
OWN_WORDS: Final = 3_000
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"'、。）)\]]+")


@record
class Judgement:
    """How often an article was sent for such tickets, how many of them got solved, and its worth from that."""

    sent: int
    solved: int
    worth: float


def create(db: sqlite3.Connection) -> None:
    """Make the empty table of words, and the triggers by which it forgets."""
    db.execute(
        "CREATE VIRTUAL TABLE judged_words USING fts5 (words, tokenize = 'porter unicode61 remove_diacritics 2')"
    )
    of_ticket = "(SELECT t.key FROM ticket t WHERE t.account = old.account AND t.id = old.ticket)"
    for name, when, key in (
        ("judged_ticket_removed", "DELETE ON ticket", "old.key"),
        ("judged_ticket_changed", "UPDATE OF subject ON ticket WHEN old.subject <> new.subject", "old.key"),
        (
            "judged_message_changed",
            "UPDATE OF body ON event WHEN old.kind = 'customer' AND old.body <> new.body",
            of_ticket,
        ),
        ("judged_message_removed", "DELETE ON event WHEN old.kind = 'customer'", of_ticket),
        ("judged_removed", "DELETE ON inserted", of_ticket),
    ):
        db.execute(f"CREATE TRIGGER {name} AFTER {when} BEGIN DELETE FROM judged_words WHERE rowid = {key}; END")


def own_words(db: sqlite3.Connection, ticket: Ref, *, or_noted: bool = True) -> str:
    """The subject and what the customer wrote last, without quoted lines.

    Where the customer wrote nothing, as after a call, what a colleague noted first, unless that is not asked.
    """
    said = "SELECT substr(body, 1, ?) FROM event WHERE account = ? AND ticket = ? AND "
    about = (OWN_WORDS, ticket.account, ticket.id)
    found = db.execute(f"{said} kind = 'customer' ORDER BY at DESC, key DESC LIMIT 3", about).fetchall() or db.execute(
        f"{said} ? AND kind IN ('reply', 'note', 'call') ORDER BY at, key LIMIT 1", (*about, or_noted)
    )
    subject = db.execute(
        "SELECT subject FROM ticket WHERE account = ? AND id = ?", (ticket.account, ticket.id)
    ).fetchone()
    lines = [line for (body,) in found for line in body.splitlines() if not line.lstrip().startswith(">")]
    return "\n".join([subject[0] if subject else "", *lines])[:OWN_WORDS]


def telling_words(text: str) -> list[str]:
    """The tokens of a text that tell something, each once."""
    return list(dict.fromkeys(telling(segment(text))))


class Judgements:
    """What was learned from use, over one connection."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def learn_some(self) -> int:
        """Read some replies, then some of the tickets they judged; 0 when everything is learned."""
        return self._read_replies() or self._read_tickets()

    def _read_replies(self) -> int:
        """Take the addresses of articles in public replies as judgements; how many replies were read."""
        known = self._addresses()
        if not known:
            return 0
        row = self._db.execute("SELECT value FROM place WHERE name = ?", (READ_UNTIL,)).fetchone()
        until = int(rows.unpack(row[0])) if row else 0
        replies = self._db.execute(
            "SELECT key, account, ticket, at, body FROM event WHERE key > ? AND kind = 'reply' AND public "
            "AND ticket IS NOT NULL ORDER BY key LIMIT ?",
            (until, REPLIES_AT_ONCE),
        ).fetchall()
        if not replies:
            return 0
        sent = [
            (account, ticket, article, "link", at)
            for _key, account, ticket, at, body in replies
            for address in _ADDRESS.findall(body)
            for of, article in known.get(address.rstrip("/"), ())
            if of == account
        ]
        with atomic(self._db):
            self._db.executemany(
                "INSERT OR IGNORE INTO inserted (account, ticket, article, how, at) VALUES (?, ?, ?, ?, ?)", sent
            )
            self._db.execute(
                "INSERT OR REPLACE INTO place (name, value) VALUES (?, ?)", (READ_UNTIL, rows.pack(replies[-1][0]))
            )
        return len(replies)

    def _addresses(self) -> Mapping[str, list[tuple[str, str]]]:
        known: dict[str, list[tuple[str, str]]] = {}
        for account, id, url in self._db.execute("SELECT account, id, url FROM article WHERE url <> ''"):
            known.setdefault(url.rstrip("/"), []).append((account, id))
        return known

    def _read_tickets(self) -> int:
        """Learn some of the newest judged tickets, and let go of those before so many; how many were learned."""
        unread = self._db.execute(
            "SELECT key, account, id FROM (SELECT DISTINCT t.key, t.account, t.id FROM inserted i "
            "JOIN ticket t ON t.account = i.account AND t.id = i.ticket ORDER BY t.key DESC LIMIT ?) "
            "WHERE key NOT IN (SELECT rowid FROM judged_words) LIMIT ?",
            (MOST_JUDGED, TICKETS_AT_ONCE),
        ).fetchall()
        if not unread:
            return 0
        said = ((key, own_words(self._db, Ref(account, id), or_noted=False)) for key, account, id in unread)
        read = [(key, " ".join(telling_words(text))) for key, text in said]
        with atomic(self._db):
            self._db.executemany("INSERT OR REPLACE INTO judged_words (rowid, words) VALUES (?, ?)", read)
            self._db.execute(
                "DELETE FROM judged_words WHERE rowid NOT IN "
                "(SELECT rowid FROM judged_words ORDER BY rowid DESC LIMIT ?)",
                (MOST_JUDGED,),
            )
        return len(read)

    def usage(self, article: Ref) -> tuple[int, int]:
        """In how many tickets an article was inserted, and how many of those are solved."""
        inserted, solved = self._db.execute(
            "SELECT count(*), coalesce(sum(t.status IN ('solved', 'closed')), 0) FROM inserted i "
            "LEFT JOIN ticket t ON t.account = i.account AND t.id = i.ticket WHERE i.account = ? AND i.article = ?",
            (article.account, article.id),
        ).fetchone()
        return int(inserted), int(solved)

    def of_such(self, tokens: Sequence[str], beside: Ref | None = None) -> dict[int, Judgement]:
        """Articles (by key) that were sent for tickets with such words; `beside` is the ticket itself, not counted."""
        judged: dict[int, Judgement] = {}
        for key, nearness in self._alike(tokens, beside).items():
            for article, is_solved in self._sent_for(key):
                before = judged.get(article, Judgement(0, 0, 0.0))
                worth = before.worth + nearness * (1.0 if is_solved else UNSOLVED_WORTH)
                judged[article] = Judgement(before.sent + 1, before.solved + is_solved, worth)
        return judged

    def _alike(self, tokens: Sequence[str], beside: Ref | None) -> dict[int, float]:
        """Judged tickets that share enough of the words, with their share."""
        if not tokens:
            return {}
        asked = " OR ".join(f'"{token}"' for token in tokens)
        found = self._db.execute(
            "SELECT rowid, words FROM judged_words WHERE judged_words MATCH ? AND rowid NOT IN "
            "(SELECT key FROM ticket WHERE account = ? AND id = ?) ORDER BY rank LIMIT ?",
            (asked, beside.account if beside else "", beside.id if beside else "", MOST_ALIKE),
        )
        said = {key: set(words.split()) for key, words in found}
        shares = _shares(set(tokens), said)
        return {key: (share - ALIKE) / (1 - ALIKE) for key, share in shares.items() if share > ALIKE}

    def _sent_for(self, ticket: int) -> list[tuple[int, bool]]:
        return [
            (key, bool(is_solved))
            for key, is_solved in self._db.execute(
                "SELECT a.key, t.status IN ('solved', 'closed') FROM ticket t "
                "JOIN inserted i ON i.account = t.account AND i.ticket = t.id "
                "JOIN article a ON a.account = i.account AND a.id = i.article WHERE t.key = ?",
                (ticket,),
            )
        ]


def _shares(mine: set[str], said: Mapping[int, set[str]]) -> dict[int, float]:
    """How much of the shorter text's words each shares with mine; a word counts for less the more of them have it."""
    counts = Counter(word for words in said.values() for word in words)
    worth = {word: log(1 + len(said) / max(1, counts[word])) for word in mine.union(*said.values())}
    whole = sum(worth[word] for word in mine)
    return {
        key: sum(worth[word] for word in mine & words) / max(1e-9, min(whole, sum(worth[word] for word in words)))
        for key, words in said.items()
    }
