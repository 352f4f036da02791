"""How quick search is, and how good: `python -m tests.bench.search latency [MESSAGES ...]` and `... quality`.

Latency is measured on caches of believable messages, kept in the temporary folder for the next run. Every row of the
table is a kind of question with p50 and p95 of wall time and of CPU, in milliseconds. Pytest leaves it out.
"""

import asyncio
import random
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter, process_time, sleep

from agentdesk.filters import And, Filter, Phrase, Word
from agentdesk.model import Ref
from agentdesk.store import Store
from agentdesk.store.search import HitKind
from agentdesk.store.store import opened
from tests.bench import gold
from tests.bench.believable import NOW, cache

SIZES = (10_000, 100_000, 1_000_000)
ASKED = 40
SHOWN, SEEN = 30, 12
"""So many of a kind are asked for, and so many are on a screen of 24 rows: of those, passages are made."""
TICK_SECONDS = 0.01
COMMON_JA, COMMON_EN = (
    ("注文", "返品", "ます", "お客様", "商品", "配送"),
    ("order", "refund", "parcel", "please", "the"),
)
FIELDS = (
    *("status:open", "is:unsolved", "tag:vip", "assignee:none", "after:30d", "customer:tanaka7", "-status:closed"),
    *("account:acme", "is:mine"),
)
TICKETS: tuple[HitKind, ...] = ("ticket",)
ARTICLES: tuple[HitKind, ...] = ("article",)
CUSTOMERS: tuple[HitKind, ...] = ("customer",)


def main() -> None:
    match sys.argv[1:]:
        case ["quality", *rest]:
            sys.argv[1:] = rest
            gold.main()
        case ["latency", *sizes]:
            for size in [int(one) for one in sizes] or SIZES:
                _latency(size)
        case _:
            sys.exit("python -m tests.bench.search latency [MESSAGES ...] | quality")


def _latency(messages: int) -> None:
    path = Path(tempfile.gettempdir()) / f"agentdesk-bench-{messages}.db"
    if not path.exists():
        cache(path, messages)
    with opened(path) as store:
        print(f"\n{messages:,} messages")
        if store.search.remaining():
            _build(store, messages)
        _size(store)
        print(f"{'question':34}{'p50':>8}{'p95':>8}{'cpu p50':>9}{'cpu p95':>9}{'found':>7}")
        for name, questions, kinds in _questions(store):
            _row(name, [partial(_hits, store, question, kinds) for question in questions])
        last = store.db.execute("SELECT account, id FROM ticket ORDER BY key DESC LIMIT ?", (ASKED,)).fetchall()
        _row("suggestions for an open ticket", [partial(_suggestions, store, Ref(*one)) for one in last])


def _build(store: Store, messages: int) -> None:
    """Build the index while another program writes now and then; its waits are what the lock costs."""
    waits: list[float] = []
    done = threading.Event()
    other = threading.Thread(target=_write_now_and_then, args=(store.path, waits, done))
    other.start()
    began, wall = process_time(), perf_counter()
    holds = asyncio.run(_built_beside_a_loop(store))
    seconds = process_time() - began
    done.set()
    other.join()
    print(f"built in {perf_counter() - wall:.0f} s, {messages / seconds:,.0f} messages a CPU second (with articles)")
    print(f"a write waits p50 {_share(waits, 0.5):.1f} ms, p99 {_share(waits, 0.99):.1f} ms ({len(waits)} writes)")
    print(
        f"a key press waits p50 {_share(holds, 0.5):.1f} ms, p99 {_share(holds, 0.99):.1f} ms, {max(holds):.1f} at most"
    )


async def _built_beside_a_loop(store: Store) -> list[float]:
    """Build the index in a thread, as the desk does; how many milliseconds late the loop was, each time it woke."""
    building = asyncio.create_task(asyncio.to_thread(_index_all, store))
    late: list[float] = []
    while not building.done():
        began = perf_counter()
        await asyncio.sleep(TICK_SECONDS)
        late.append((perf_counter() - began - TICK_SECONDS) * 1000)
    return late


def _index_all(store: Store) -> None:
    while store.search.index_some(500):
        pass


def _write_now_and_then(path: Path, waits: list[float], done: threading.Event) -> None:
    with opened(path) as store:
        while not done.is_set():
            began = perf_counter()
            store.db.execute("BEGIN IMMEDIATE")
            waits.append((perf_counter() - began) * 1000)
            store.db.execute("ROLLBACK")
            sleep(0.01)


def _size(store: Store) -> None:
    tables = ("ticket_words", "article_words", "person_words")
    index = sum(store.db.execute(f"SELECT sum(length(block)) FROM {table}_data").fetchone()[0] for table in tables)
    (text,) = store.db.execute(
        "SELECT (SELECT sum(length(CAST(body AS BLOB))) FROM event) + "
        "(SELECT sum(length(CAST(title || body AS BLOB))) FROM article) + "
        "(SELECT sum(length(CAST(subject AS BLOB))) FROM ticket)"
    ).fetchone()
    print(f"index {index / 1e6:.1f} MB of {text / 1e6:.1f} MB text: {index / text:.2f}")


def _questions(store: Store) -> Iterable[tuple[str, Sequence[str | Filter], Sequence[HitKind]]]:
    """The kinds of questions, each with some of its kind drawn from the cache's own words."""
    dice = random.Random(3)
    bodies = [
        body
        for (body,) in store.db.execute(
            "SELECT body FROM event WHERE key % (SELECT max(key) / 400 + 1 FROM event) = 0"
        ).fetchall()
    ]
    dice.shuffle(bodies)
    japanese = [body for body in bodies if not body.isascii()][:ASKED]
    english = [body for body in bodies if body.isascii()][:ASKED]
    rare = [body.split("の")[0][:4] for body in japanese] + [body.split()[0] for body in english]
    words = [body.split()[dice.randrange(3)].strip(".,") for body in english]
    runs = [run for body in japanese if len(run := body.split("の")[1].split("、")[0][:6]) > 1]
    runs = [run for run in runs if run.isalnum()]
    typed = [run[:length] for run in runs[:20] for length in range(1, len(run) + 1)]
    words = [word for word in words if word.isalpha()]
    typed += [word[:length] for word in words[:20] for length in range(1, len(word) + 1)]
    rare = [word for word in rare if word.isalnum()]
    pairs = [f"{one} {other}" for one, other in zip(runs, [*COMMON_JA * 9], strict=False)]
    pairs += [f"{one} {other}" for one, other in zip(words, [*COMMON_EN * 9], strict=False)]
    sentences = [part for body in [*japanese, *english] if len(part := body.split("\n")[0]) > 15]
    plain = [" ".join(one.translate(_SIGNS).split()) for one in sentences]
    common = [*COMMON_JA, *COMMON_EN]
    yield "typed, letter by letter", typed, TICKETS
    yield "two words", pairs, TICKETS
    yield "typed, everything", typed, ("ticket", "article", "customer")
    yield "sentence", plain, TICKETS
    yield "sentence over articles", plain, ARTICLES
    yield "typed over articles", typed, ARTICLES
    yield "typed over customers", [*typed, *("tanaka4711"[:length] for length in range(1, 11))], CUSTOMERS
    yield "common word", common, TICKETS
    yield "rare word", rare, TICKETS
    yield "phrase", [Filter(Phrase(run)) for run in [*runs, *(body[:25] for body in english)]], TICKETS
    yield "word and -word", [f"{one} -{other}" for one in common for other in rare[:3]], TICKETS
    yield "common and -common", [f"{one} -{other}" for one in COMMON_JA for other in COMMON_JA if one != other], TICKETS
    yield "word OR word", [f"{one} OR {other}" for one, other in zip(rare, [*common] * 9, strict=False)], TICKETS
    yield "common word and a field", [f"{one} {two}" for one in common for two in FIELDS], TICKETS
    yield "rare word and a field", [f"{one} {two}" for one in rare[:12] for two in FIELDS], TICKETS
    yield "two common words", [Filter(And((Word(a), Word(b)))) for a in COMMON_JA for b in COMMON_JA[:3]], TICKETS


_SIGNS = str.maketrans(dict.fromkeys('"():<>=-「」『』（）：＜＞＝、,~～#＃*', " "))


def _hits(store: Store, question: str | Filter, kinds: Sequence[HitKind]) -> int:
    hits = store.search.search(question, now=NOW, kinds=kinds, limit=SHOWN, me={"acme": "a1"})
    for kind in kinds:
        for hit in [hit for hit in hits if hit.kind == kind][:SEEN]:
            assert hit.passage.is_blank or hit.passage.text
    return len(hits)


def _suggestions(store: Store, ticket: Ref) -> int:
    return len(store.search.suggest_articles(ticket, language="ja")) + len(store.search.similar_solved(ticket))


def _row(name: str, questions: Sequence[Callable[[], int]]) -> None:
    wall: list[float] = []
    cpu: list[float] = []
    found = 0
    for question in questions:
        began, spent = perf_counter(), process_time()
        found += question()
        wall.append((perf_counter() - began) * 1000)
        cpu.append((process_time() - spent) * 1000)
    figures = (_share(wall, 0.5), _share(wall, 0.95), _share(cpu, 0.5), _share(cpu, 0.95))
    print(f"{name:34}{figures[0]:8.1f}{figures[1]:8.1f}{figures[2]:9.1f}{figures[3]:9.1f}{found / len(wall):7.1f}")


def _share(times: Sequence[float], share: float) -> float:
    return sorted(times)[int((len(times) - 1) * share)] if times else 0.0


if __name__ == "__main__":
    main()
