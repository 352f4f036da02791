"""How good contact reasons are that are found without any set-up: `python -m tests.bench.reasons [TICKETS ...]`.

The demo's tickets, without their field of reasons, are grouped by what they say; what each was written about is the
truth. *Coverage* is the share of tickets in groups of five and more, *purity* the share of those whose group is mostly
of their own kind, *pairs* the harmonic mean of precision and recall over pairs of tickets of one kind. `vectors` needs
the extra `[semantic]`. `cost` measures a believable cache: seconds, the longest step, and the longest write lock.
"""

import sys
import tempfile
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from time import perf_counter, process_time
from typing import Final, NamedTuple

from agentdesk.exchange import Page
from agentdesk.sandbox.dataset import Language
from agentdesk.sandbox.seed import generate, ids
from agentdesk.store import Store
from agentdesk.store.meaning import FAST, Wanted, installed
from agentdesk.store.reasons import UNREAD
from agentdesk.store.store import opened
from tests.bench.believable import cache
from tests.bench.gold import NOW, ticket_items

SIZES: Final = (600, 2_000)
SEED: Final = 7
FEWEST: Final = 5
ACCOUNT: Final = "demo"


class Figures(NamedTuple):
    """Shares from 0 to 1, and how many groups there are."""

    groups: int
    coverage: float
    purity: float
    pairs: float


def main() -> None:
    match sys.argv[1:]:
        case ["cost", messages]:
            _cost(int(messages))
        case sizes:
            for size in [int(one) for one in sizes] or SIZES:
                _quality(size)


def _quality(tickets: int) -> None:
    kinds = [("words", Wanted())]
    if FAST in installed().encoders:
        kinds.append(("vectors", Wanted(encoders=(FAST,))))
    for language in ("ja", "en"):
        for name, wanted in kinds:
            with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "cache.db") as store:
                found = measured(store, language, tickets, wanted)
            print(
                f"{tickets:6,} tickets  {language}  {name:8} {found.groups:3} groups  coverage {found.coverage:.2f}  "
                f"purity {found.purity:.2f}  pairs {found.pairs:.2f}"
            )


def measured(store: Store, language: Language, tickets: int, wanted: Wanted) -> Figures:
    """The figures of the demo's tickets in a new cache."""
    truth = filled(store, language, tickets)
    store.search.meaning.want(wanted)
    while store.search.index_some(1_000) or store.search.learn_some():
        pass
    given = dict(
        store.db.execute("SELECT t.id, r.reason FROM ticket t JOIN ticket_reason r ON r.key = t.key").fetchall()
    )
    return figures([(given.get(id), kind) for id, kind in truth.items()])


def filled(store: Store, language: Language, tickets: int) -> dict[str, str]:
    """What each ticket is about, of those that the cache was filled with."""
    store.db.execute(
        "INSERT INTO account (name, provider, url, user, token_source, position) VALUES (?, 'zendesk', '', '', '', 0)",
        (ACCOUNT,),
    )
    items, truth = [], {}
    for doc in generate(SEED, tickets, language, NOW).tickets:
        items += ticket_items(doc)
        truth[str(doc["id"])] = next(one["value"] for one in doc["custom_fields"] if one["id"] == ids.REASON_FIELD)
    store.mirror.take(Page(tuple(items), ""))
    return truth


def figures(found: Iterable[tuple[int | None, str]]) -> Figures:
    """Of tickets as (group, kind): how well the groups fit the kinds."""
    groups: defaultdict[int, list[str]] = defaultdict(list)
    kinds: Counter[str] = Counter()
    for group, kind in found:
        kinds[kind] += 1
        if group is not None:
            groups[group].append(kind)
    large = [Counter(members) for members in groups.values() if len(members) >= FEWEST]
    covered = sum(group.total() for group in large)
    together = sum(_pairs(count) for group in large for count in group.values())
    in_groups, of_kinds = sum(_pairs(group.total()) for group in large), sum(map(_pairs, kinds.values()))
    return Figures(
        len(large),
        covered / kinds.total(),
        sum(max(group.values()) for group in large) / max(covered, 1),
        2 * together / max(in_groups + of_kinds, 1),
    )


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


def _cost(messages: int) -> None:
    """What it costs to give every ticket of a large cache a reason, while another program writes now and then."""
    path = Path(tempfile.gettempdir()) / f"agentdesk-bench-reasons-{messages}.db"
    if not path.exists():
        cache(path, messages)
    with opened(path) as store:
        while store.search.index_some(1_000):
            pass
        store.db.execute(
            "INSERT OR IGNORE INTO account (name, provider, url, user, token_source, position) "
            "SELECT DISTINCT account, 'zendesk', '', '', '', 0 FROM ticket"
        )
        for table in ("reason", "ticket_reason", "reason_due", "reason_book"):
            store.db.execute(f"DELETE FROM {table}")
        store.db.execute("DELETE FROM place WHERE name LIKE ?", (f"{UNREAD}%",))
        waits: list[float] = []
        done = threading.Event()
        other = threading.Thread(target=_write_now_and_then, args=(path, waits, done))
        other.start()
        began, longest, steps = process_time(), 0.0, 0
        while True:
            step = perf_counter()
            left = store.search.reasoning.reason_some()
            longest, steps = max(longest, perf_counter() - step), steps + 1
            if not left:
                break
        seconds = process_time() - began
        done.set()
        other.join()
        (tickets,) = store.db.execute("SELECT count(*) FROM ticket").fetchone()
        (given,) = store.db.execute("SELECT count(*) FROM ticket_reason").fetchone()
    print(f"{tickets:,} tickets, {given:,} with a reason: {seconds:.0f} s of CPU in {steps:,} steps")
    print(f"longest step {longest * 1000:.0f} ms; a write waits at most {max(waits) * 1000:.0f} ms")


def _write_now_and_then(path: Path, waits: list[float], done: threading.Event) -> None:
    with opened(path) as store:
        while not done.wait(0.01):
            began = perf_counter()
            store.db.execute("BEGIN IMMEDIATE")
            store.db.execute("ROLLBACK")
            waits.append(perf_counter() - began)


if __name__ == "__main__":
    main()
