"""How good search is: the judged sets of `tests/bench/gold/`, asked of the demo's helpdesk, as one table.

Three kinds of sets. *Judged* lines name the articles that answer a query, by their key in the demo's knowledge base.
Lines of *writing* give several ways to write one word, and the spellings that make an article or ticket relevant: its
text contains one of them literally. Lines of *old tickets* hold the tickets of one topic, each with our reply, and what
other customers say of it. All were judged by reading, before any ranking was tuned to them.

MRR, NDCG (every relevant thing is worth the same), recall and precision are over the first ten, recall out of at most
ten; `recall` of the writing set is over everything that is found. Run as `python -m tests.bench.search quality`.
"""

import json
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import log2
from pathlib import Path
from typing import Final

from agentdesk.exchange import Page
from agentdesk.model import Article, Event, Item, Kind, Ref, Role, Status, Ticket
from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.seed import generate, knowledge
from agentdesk.store import Store
from agentdesk.store.meaning import Wanted, installed
from agentdesk.store.search import HitKind
from agentdesk.store.store import opened
from agentdesk.text.html import html_to_text

FOLDER: Final = Path(__file__).parent / "gold"
JUDGED: Final = ("ja_spoken", "ja_keywords", "en_spoken", "en_keywords", "en_to_ja")
WRITING: Final = "writing"
OLD_TICKETS: Final = ("ja_tickets", "en_tickets")
TICKETS: Final = 600
SEED: Final = 7
NOW: Final = datetime(2026, 11, 24, 0, 41, tzinfo=UTC)
BEST: Final = 10
PLAIN: Final = Wanted()
EVERYTHING: Final = 1_000
ARTICLES: Final[tuple[HitKind, ...]] = ("article",)
ONLY_TICKETS: Final[tuple[HitKind, ...]] = ("ticket",)
FOUND: Final[tuple[HitKind, ...]] = ("article", "ticket")
MANNERS: Final = {
    "ja": "お世話になっております。カスタマーサポートの佐藤でございます。\nお問い合わせいただきありがとうございます。\n"
    "{reply}\nご不明な点がございましたら、お気軽にお知らせください。\n今後ともよろしくお願いいたします。",
    "en": "Hello,\n\nthank you for contacting us.\n{reply}\n\nPlease let us know if there is anything else that we "
    "can do for you.\n\nKind regards,\nEmma from customer support",
}
"""What stands around every reply, so that it tells nothing."""
Id = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """One query and what answers it."""

    query: str
    relevant: frozenset[Id]


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over a set, each 0 to 1."""

    queries: int
    mrr: float
    ndcg: float
    recall: float
    precision: float


def judged(name: str) -> list[Case]:
    """The queries of a judged set, with the articles as (language, title)."""
    return [
        Case(
            line["query"],
            frozenset((line["language"], knowledge.title(line["language"], key)) for key in line["articles"]),
        )
        for line in lines_of(name)
    ]


def writings(texts: Mapping[Id, str]) -> list[Case]:
    """The queries of the writing set; relevant is what contains one of a line's spellings."""
    cases = []
    for line in lines_of(WRITING):
        spellings = line["relevant_if_contains"]
        relevant = frozenset(id for id, text in texts.items() if any(one in text for one in spellings))
        assert relevant, f"nothing in the demo contains {spellings}"
        cases += [Case(query, relevant) for query in line["queries"]]
    return cases


def old(name: str) -> list[Case]:
    """The queries of a set of old tickets; relevant are all tickets of their topic."""
    return [
        Case(query, frozenset(("ticket", _id(name, line, place)) for place in range(len(line["tickets"]))))
        for line in lines_of(name)
        for query in line["queries"]
    ]


def lines_of(name: str) -> list[Doc]:
    with (FOLDER / f"{name}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def figures(asked: Iterable[tuple[Case, Sequence[Id]]], *, recall_of: int = BEST) -> Figures:
    """The means over queries and what was found for each, best first."""
    rows = [_figures(case.relevant, list(found), recall_of) for case, found in asked]
    count = len(rows)
    assert count, "a set has queries"
    mrr, ndcg, recall, precision = (sum(row[place] for row in rows) / count for place in range(4))
    return Figures(count, mrr, ndcg, recall, precision)


def _figures(relevant: frozenset[Id], found: list[Id], recall_of: int) -> tuple[float, float, float, float]:
    best = [id in relevant for id in found[:BEST]]
    mrr = 1 / (best.index(True) + 1) if True in best else 0.0
    gain = sum(1 / log2(place + 2) for place, hit in enumerate(best) if hit)
    ideal = sum(1 / log2(place + 2) for place in range(min(len(relevant), BEST)))
    recall = len(relevant & set(found[:recall_of])) / min(len(relevant), recall_of)
    return mrr, gain / ideal, recall, sum(best) / len(best) if best else 0.0


def demo(store: Store, languages: Sequence[str] = ("ja", "en"), wanted: Wanted = PLAIN) -> None:
    """Fill a cache with the demo's articles in these languages and its tickets, and index it with these extras."""
    store.search.meaning.want(wanted)
    data = generate(SEED, TICKETS, "both", NOW)
    articles = [_article(doc) for doc in data.articles]
    items: list[Item] = [one for one in articles if one.language in languages]
    for doc in data.tickets:
        items += ticket_items(doc)
    _fill(store, items)


def old_tickets(store: Store, wanted: Wanted = PLAIN) -> None:
    """Fill a cache with the old tickets of both languages, and index it with these extras."""
    store.search.meaning.want(wanted)
    _fill(store, [item for name in OLD_TICKETS for line in lines_of(name) for item in _old(name, line)])


def _old(name: str, line: Doc) -> Iterable[Item]:
    for place, one in enumerate(line["tickets"]):
        id = _id(name, line, place)
        at = NOW - timedelta(days=30, minutes=place)
        reply = MANNERS[name.partition("_")[0]].format(reply=one["reply"])
        yield Ticket(Ref("demo", id), id, one["subject"], Status.SOLVED, at, at, requester="c1")
        yield Event(Ref("demo", f"{id}-0"), Kind.CUSTOMER, at, id, author_role=Role.CUSTOMER, body=one["customer"])
        yield Event(Ref("demo", f"{id}-1"), Kind.REPLY, at, id, author_role=Role.AGENT, body=reply)


def _id(name: str, line: Doc, place: int) -> str:
    return f"{name}-{line['topic']}-{place}"


def _fill(store: Store, items: Sequence[Item]) -> None:
    store.mirror.take(Page(tuple(items), ""))
    while store.search.index_some(1_000):
        pass
    while store.search.meaning.make_some():
        pass


def _article(doc: Doc) -> Article:
    language = str(doc["locale"]).partition("-")[0]
    return Article(
        Ref("demo", f"{doc['id']}-{doc['locale']}"), doc["title"], html_to_text(doc["body"]).text, language=language
    )


def ticket_items(doc: Doc) -> list[Item]:
    """A ticket of the demo with its messages, without its fields."""
    id = str(doc["id"])
    created = datetime.fromisoformat(doc["created_at"])
    ticket = Ticket(
        Ref("demo", id),
        id,
        doc["subject"],
        Status(doc["status"]),
        created,
        created,
        requester=str(doc["requester_id"]),
        channel=doc["via"]["channel"],
    )
    messages = [
        Event(
            Ref("demo", f"{id}-{place}"),
            Kind.CUSTOMER if comment["author_id"] == doc["requester_id"] else Kind.REPLY,
            created + timedelta(minutes=place),
            id,
            author_role=Role.CUSTOMER,
            body=comment["body"],
        )
        for place, comment in enumerate(doc["comments"])
    ]
    return [ticket, *messages]


def texts(store: Store) -> dict[Id, str]:
    """Everything that can be found, as one text each."""
    found = {
        ("article", id): f"{title}\n{body}"
        for id, title, body in store.db.execute("SELECT id, title, body FROM article")
    }
    for id, subject in store.db.execute("SELECT id, subject FROM ticket"):
        found["ticket", id] = subject
    for id, body in store.db.execute("SELECT ticket, body FROM event WHERE body <> ''"):
        found["ticket", id] += f"\n{body}"
    return found


def measure(wanted: Wanted = PLAIN) -> dict[str, Figures]:
    """The figures of every set, asked of a new cache with these extras."""
    with tempfile.TemporaryDirectory() as folder:
        with opened(Path(folder) / "old.db") as store:
            old_tickets(store, wanted)
            of_tickets = {name: of_old_tickets(store, name) for name in OLD_TICKETS}
        with opened(Path(folder) / "both.db") as store:
            demo(store, wanted=wanted)
            found = {name: _of_articles(store, name) for name in JUDGED[:-1]}
            found[WRITING] = written(store)
        with opened(Path(folder) / "ja.db") as store:
            demo(store, ["ja"], wanted)
            found[JUDGED[-1]] = _of_articles(store, JUDGED[-1])
        return {**found, **of_tickets}


def written(store: Store) -> Figures:
    """The figures of the writing set."""
    cases = writings(texts(store))
    return figures(((case, _everything(store, case.query)) for case in cases), recall_of=EVERYTHING)


def _of_articles(store: Store, name: str) -> Figures:
    return figures((case, _articles(store, case.query)) for case in judged(name))


def of_old_tickets(store: Store, name: str) -> Figures:
    """The figures of a set of old tickets."""
    return figures((case, _tickets(store, case.query)) for case in old(name))


def _tickets(store: Store, query: str) -> list[Id]:
    hits = store.search.search(query, now=NOW, kinds=ONLY_TICKETS, limit=BEST, is_typed=False)
    return [(hit.kind, hit.ref.id) for hit in hits]


def _articles(store: Store, query: str) -> list[Id]:
    hits = store.search.search(query, now=NOW, kinds=ARTICLES, limit=BEST, is_typed=False)
    return [(hit.language, hit.title) for hit in hits]


def _everything(store: Store, query: str) -> list[Id]:
    hits = store.search.search(query, now=NOW, kinds=FOUND, limit=EVERYTHING, is_typed=False)
    return [(hit.kind, hit.ref.id) for hit in hits]


def main() -> None:
    """Print a table for the default install, and one for every extra that is installed."""
    has = installed()
    _table("default install", PLAIN)
    if has != PLAIN:
        _table(", ".join([*(["analyser"] if has.analyser else []), *has.encoders]), has)


def _table(title: str, wanted: Wanted) -> None:
    print(f"\n{title}\n")
    print(f"{'set':14} {'queries':>7} {'MRR@10':>7} {'NDCG@10':>8} {'recall':>7} {'prec@10':>8}")
    for name, one in measure(wanted).items():
        line = f"{name:14} {one.queries:7} {one.mrr:7.3f} {one.ndcg:8.3f} {one.recall:7.3f} {one.precision:8.3f}\n"
        sys.stdout.write(line)


if __name__ == "__main__":
    main()
