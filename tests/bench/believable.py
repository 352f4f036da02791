"""A believable cache of any size: messages of about 200 characters, half Japanese, words as uneven as people's.

Sentences are those of the sandbox's seed, mixed anew; between them stand words that follow Zipf's law, because three
shops' worth of phrases alone would make every word common.
"""

import random
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from agentdesk.model import Article, Event, Identity, Kind, Person, Ref, Role, Status, Ticket
from agentdesk.sandbox.seed.generate import generate
from agentdesk.store import rows
from agentdesk.store.store import opened

NOW = datetime(2026, 11, 24, 0, 41, tzinfo=UTC)
CHARACTERS = 200
ARTICLES = 1_000
VOCABULARY = 30_000
NUMBERED = 0.15
_SENTENCE = re.compile(r"[^。！？!?\n]+(?:[。！？]|[!?](?=\s)|\n|$)|[^.\n]+\. ")
_MARKUP = re.compile(r"<[^>]+>")
_KANJI = (
    "品注文発送配達返金請求書類領収電話番号住所変更会員登録解約更新期限料金支払口座銀行振込手数割引在庫商店倉庫部門担当者確認"
    "連絡対応不良交換修理保証期間説明書設定画面表示入力完了失敗再試行接続機器端末回線速度容量制限利用規約個人情報保護方針東西"
    "南北京都府県市区町村山川田中村木林森松竹梅花鳥風月春夏秋冬朝昼夜金銀銅鉄水火土空海島湖橋道路駅車輪船飛行場時計算機械工"
    "学校生徒教室図書館病院医師薬局食材料理味噌塩砂糖茶酒麦米豆腐野菜果物肉魚貝卵乳製造加工販売営業企画開発研究試験資格免許"
)
_KANA = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレログゲゴザジズデドバビブベボ"
)
_SYLLABLES = [consonant + vowel for consonant in "bcdfghklmnprstvw" for vowel in "aeio"]


@dataclass(frozen=True, slots=True)
class Prose:
    """What messages are made of: sentences, and words with the sums of their weights."""

    sentences: tuple[str, ...]
    words: tuple[str, ...]
    weights: tuple[float, ...]

    def message(self, dice: random.Random) -> str:
        """About `CHARACTERS` of text, a third of it words drawn by Zipf's law."""
        parts: list[str] = []
        length = dice.randrange(CHARACTERS // 4, CHARACTERS * 3 // 2)
        while length > 0:
            parts.append(self._sentence(dice))
            length -= len(parts[-1])
        return "\n".join(parts)

    def subject(self, dice: random.Random) -> str:
        return self._sentence(dice)[:40].strip()

    def _sentence(self, dice: random.Random) -> str:
        chosen = self.sentences[int(len(self.sentences) * dice.random() ** 2)]
        first, *more = dice.choices(self.words, cum_weights=self.weights, k=3)
        between = " " if chosen.isascii() else "の"
        number = f" {dice.randrange(10**7)}" if dice.random() < NUMBERED else ""
        return f"{first}{between}{chosen}{between.join(more)}{number}"


def prose() -> tuple[Prose, Prose]:
    """What Japanese and English messages are made of."""
    dice = random.Random(4)
    said: dict[bool, dict[str, None]] = {True: {}, False: {}}
    dataset = generate(7, 4_000, "both", NOW)
    for ticket in dataset.tickets:
        for comment in ticket["comments"]:
            for sentence in _SENTENCE.findall(_MARKUP.sub(" ", str(comment.get("body") or ""))):
                if 5 < len(sentence) <= CHARACTERS // 2:
                    said[sentence.isascii()][sentence.strip()] = None
    weights = tuple(accumulate(1 / (rank + 5) for rank in range(VOCABULARY)))
    japanese = tuple(_japanese_word(dice) for _rank in range(VOCABULARY))
    english = tuple("".join(dice.choices(_SYLLABLES, k=dice.randrange(2, 5))) for _rank in range(VOCABULARY))
    return Prose(tuple(said[False]), japanese, weights), Prose(tuple(said[True]), english, weights)


def _japanese_word(dice: random.Random) -> str:
    return "".join(dice.choices(_KANJI if dice.random() < 0.6 else _KANA, k=dice.randrange(2, 5)))


def cache(path: Path, messages: int) -> None:
    """Write a cache of so many messages in tickets of three, nothing of it indexed yet."""
    ja, en = prose()
    with opened(path) as store:
        store.db.execute("PRAGMA synchronous = OFF")
        store.db.execute("BEGIN")
        tickets = -(-messages // 3)
        _many(store.db, "person", rows.PERSON, (rows.person_row(person) for person in _people(tickets // 3)))
        _many(store.db, "article", rows.ARTICLE, (rows.article_row(article) for article in _articles(ja, en)))
        _many(store.db, "ticket", rows.TICKET, (rows.ticket_row(ticket) for ticket in _tickets(tickets, ja, en)))
        _many(store.db, "event", rows.EVENT, (rows.event_row(event) for event in _events(messages, ja, en)))
        store.db.execute("COMMIT")


def _many(db: sqlite3.Connection, table: str, columns: str, values: Iterator[tuple[object, ...]]) -> None:
    places = ", ".join("?" for _column in columns.split(","))
    db.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", values)


def _people(customers: int) -> Iterator[Person]:
    for n in range(1, 31):
        yield Person(Ref("acme", f"a{n}"), f"Agent {n}", Role.AGENT)
    for n in range(customers):
        address = Identity("email", f"tanaka{n}@example.jp", verified=True)
        yield Person(Ref("acme", f"c{n}"), f"田中 tanaka{n}", Role.CUSTOMER, (address,))


def _articles(ja: Prose, en: Prose) -> Iterator[Article]:
    dice = random.Random(5)
    for n in range(ARTICLES):
        said = (ja, en)[n % 2]
        body = "\n".join(said.message(dice) for _part in range(3))
        yield Article(Ref("acme", f"k{n}"), said.subject(dice), body, language=("ja", "en")[n % 2], stamp=1)


def _tickets(count: int, ja: Prose, en: Prose) -> Iterator[Ticket]:
    dice = random.Random(6)
    for n in range(count):
        is_open = dice.random() < 0.02
        created = NOW - timedelta(minutes=(count - n) * 3 + 60)
        yield Ticket(
            ref=Ref("acme", str(n)),
            number=str(n),
            subject=(ja, en)[n % 2].subject(dice),
            status=dice.choice((Status.NEW, Status.OPEN, Status.OPEN, Status.PENDING)) if is_open else Status.CLOSED,
            created_at=created,
            updated_at=created + timedelta(minutes=dice.randrange(30, 9_000)),
            requester=f"c{dice.randrange(max(count // 3, 1))}",
            assignee=dice.choice((None, *(f"a{n}" for n in range(1, 31)))),
            tags=("vip",) if dice.random() < 0.05 else ("shop",),
            stamp=1,
        )


def _events(count: int, ja: Prose, en: Prose) -> Iterator[Event]:
    dice = random.Random(7)
    tickets = -(-count // 3)
    for n in range(count):
        ticket, turn = divmod(n, 3)
        is_reply = turn == 1
        yield Event(
            ref=Ref("acme", f"e{n}"),
            kind=Kind.REPLY if is_reply else Kind.CUSTOMER,
            at=NOW - timedelta(minutes=(tickets - ticket) * 3 + 60 - turn * 10),
            ticket=str(ticket),
            author=f"a{n % 30 + 1}" if is_reply else f"c{n % max(tickets // 3, 1)}",
            author_role=Role.AGENT if is_reply else Role.CUSTOMER,
            body=(ja, en)[ticket % 2].message(dice),
        )
