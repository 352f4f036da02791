"""How fast the cache answers: `python tests/bench/queries.py [TICKETS ...]` prints milliseconds; pytest leaves it out.

The cache is filled with tickets of three messages each, 8 % of them unsolved, half of them Japanese.
"""

import random
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

from agentdesk.exchange import Page
from agentdesk.filters import parse
from agentdesk.model import Article, Event, Identity, Item, Kind, Person, Priority, Ref, Role, Status, Ticket
from agentdesk.store import Store
from agentdesk.store.store import opened

NOW = datetime(2026, 11, 24, 0, 41, tzinfo=UTC)
WORDS_JA = (
    "返品", "解約", "請求", "二重", "領収書", "注文番号", "届かない", "ログイン", "変更", "住所", "支払い",
    "交換", "遅延", "倉庫", "確認", "手順", "電話", "予約", "会員", "退会",
)  # fmt: skip
WORDS_EN = (
    "refund", "order", "parcel", "late", "login", "password", "invoice", "address", "change",
    "cancel", "broken", "screen", "twice", "charge", "please", "help",
)  # fmt: skip
QUEUES = (
    "is:waiting sort:wait",
    "is:unsolved is:urgent sort:wait",
    "is:unsolved assignee:me sort:wait",
    "is:unsolved assignee:none sort:wait",
    "is:unsolved sla<2h sort:due",
    "is:promised sort:due",
    "is:snoozed",
    "is:held",
    "is:unsolved sort:-updated",
    "is:unsolved tag:vip",
    "waiting>2h priority>=high",
    "",
)
SEARCHES = (
    "返品",
    "注文番号 倉庫",
    "refund twice",
    "返",
    "tanaka12",
    "customer:tanaka12",
    "from:Agent",
    "返品 -倉庫",
    "status:open 請求",
)


def main() -> None:
    for size in [int(word) for word in sys.argv[1:]] or [20_000]:
        with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "bench.db") as store:
            _measure(store, size)


def _measure(store: Store, size: int) -> None:
    began = perf_counter()
    _fill(store, size)
    print(f"\n{size} tickets: saved in {perf_counter() - began:.1f} s (with notes for the index)")
    _index(store)
    queries, search = store.queries, store.search
    me = {"acme": "a1"}
    print(f"{'queue':42} {'count':>8} {'count ms':>9} {'keys ms':>9}")
    for text in QUEUES:
        question = parse(text)
        counted = _timed(partial(queries.count, question, now=NOW, me=me))
        listed = _timed(partial(queries.keys, question, now=NOW, me=me))
        print(f"{text:42} {queries.count(question, now=NOW, me=me):8} {counted:9.2f} {listed:9.2f}")
    keys = queries.keys(parse("is:unsolved"), now=NOW)
    ticket, customer = Ref("acme", str(size)), Ref("acme", "c7")
    print(f"rows of 60: {_timed(lambda: queries.rows(keys[:60])):.2f} ms")
    print(f"next_ticket: {_timed(lambda: queries.next_ticket(keys[5], parse('is:waiting'), now=NOW)):.2f} ms")
    print(f"timeline of 200: {_timed(lambda: queries.timeline(customer)):.2f} ms")
    print(f"card: {_timed(lambda: queries.card(customer)):.2f} ms")
    print(f"tags: {_timed(lambda: queries.tags()):.2f} ms")
    for text in SEARCHES:
        print(f"search {text:30} {_timed(partial(search.search, text, now=NOW, me=me)):8.2f} ms")
    print(f"suggest_articles: {_timed(lambda: search.suggest_articles(ticket, language='ja')):.2f} ms")
    print(f"similar_solved: {_timed(lambda: search.similar_solved(ticket)):.2f} ms")


def _timed(answer: Callable[[], object]) -> float:
    times = []
    for _turn in range(7):
        began = perf_counter()
        answer()
        times.append((perf_counter() - began) * 1000)
    return median(times)


def _index(store: Store) -> None:
    total = store.search.remaining()
    began = perf_counter()
    steps = []
    left = total
    while left:
        step = perf_counter()
        left = store.search.index_some(100)
        steps.append(perf_counter() - step)
    seconds = perf_counter() - began
    steps.sort()
    print(
        f"indexed {total} rows in {seconds:.1f} s ({total / seconds:.0f} a second); steps "
        f"p50 {steps[len(steps) // 2] * 1e3:.1f} ms, "
        f"p99 {steps[int(len(steps) * 0.99)] * 1e3:.1f} ms, longest {steps[-1] * 1e3:.1f} ms"
    )


def _fill(store: Store, size: int) -> None:
    dice = random.Random(7)
    store.mirror.take(Page((*_people(size // 5), *_articles(dice)), ""))
    for start in range(1, size + 1, 500):
        items: list[Item] = []
        for number in range(start, min(start + 500, size + 1)):
            items += _ticket(number, size, dice)
        store.mirror.take(Page(tuple(items), ""))


def _people(customers: int) -> list[Person]:
    agents = [Person(Ref("acme", f"a{n}"), f"Agent {n}", Role.AGENT) for n in range(1, 31)]
    return agents + [
        Person(
            Ref("acme", f"c{n}"), f"田中 tanaka{n}", Role.CUSTOMER, (Identity("email", f"tanaka{n}@example.jp", True),)
        )
        for n in range(customers)
    ]


def _articles(dice: random.Random) -> list[Article]:
    return [
        Article(Ref("acme", f"k{n}"), _sentence(dice, n, 4), _sentence(dice, n, 200), language=("ja", "en")[n % 2])
        for n in range(1000)
    ]


def _sentence(dice: random.Random, number: int, length: int) -> str:
    words = WORDS_JA if number % 2 == 0 else WORDS_EN
    joint = "の" if number % 2 == 0 else " "
    return joint.join([*dice.choices(words, k=length), f"x{dice.randrange(100_000)}"])


def _ticket(number: int, size: int, dice: random.Random) -> list[Item]:
    is_open = dice.random() < 0.08
    created = NOW - timedelta(minutes=(size - number) * 3 + 60)
    ticket = Ticket(
        ref=Ref("acme", str(number)),
        number=str(number),
        subject=_sentence(dice, number, 4),
        status=dice.choice((Status.NEW, Status.OPEN, Status.OPEN, Status.PENDING)) if is_open else Status.CLOSED,
        created_at=created,
        updated_at=created + timedelta(minutes=30),
        priority=dice.choice((None, Priority.NORMAL, Priority.NORMAL, Priority.HIGH, Priority.URGENT)),
        requester=f"c{dice.randrange(max(size // 5, 1))}",
        assignee=dice.choice((None, *(f"a{n}" for n in range(1, 31)))),
        tags=("vip",) if dice.random() < 0.05 else ("shop",),
        due_at=NOW + timedelta(minutes=dice.randrange(-60, 600)) if is_open else None,
        stamp=1,
    )
    return [ticket, *(_message(ticket, turn, dice) for turn in range(3))]


def _message(ticket: Ticket, turn: int, dice: random.Random) -> Event:
    is_reply = turn == 1
    return Event(
        ref=Ref("acme", f"e{ticket.number}-{turn}"),
        kind=Kind.REPLY if is_reply else Kind.CUSTOMER,
        at=ticket.created_at + timedelta(minutes=turn * 10),
        ticket=ticket.ref.id,
        author=ticket.assignee if is_reply else ticket.requester,
        author_role=Role.AGENT if is_reply else Role.CUSTOMER,
        body=_sentence(dice, int(ticket.number), 40),
    )


if __name__ == "__main__":
    main()
