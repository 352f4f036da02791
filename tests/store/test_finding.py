"""What goes with what a search found: how it divides, why it was found, and in which account."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agentdesk.exchange import Page
from agentdesk.model import Article, Canned, Event, Identity, Item, Kind, Person, Ref, Role, Status, Team, Ticket
from agentdesk.store import Store
from agentdesk.store.desktop import Account
from agentdesk.store.facets import Facet
from agentdesk.store.search import HitKind
from agentdesk.store.store import opened
from agentdesk.store.why import Why

NOW = datetime(2026, 11, 24, 0, 41, tzinfo=UTC)
ARTICLES: tuple[HitKind, ...] = ("article",)
CUSTOMERS: tuple[HitKind, ...] = ("customer",)


def ticket(id: str, subject: str, account: str = "acme", **values: object) -> Ticket:
    at = NOW - timedelta(hours=int(id))
    plain = Ticket(Ref(account, id), id, subject, Status.OPEN, at, at, requester="41", stamp=1)
    return replace(plain, **values)  # type: ignore[arg-type]  # each test names real fields


def message(of: str, body: str, account: str = "acme", kind: Kind = Kind.CUSTOMER) -> Event:
    at = NOW - timedelta(hours=int(of), minutes=-1 if kind is Kind.REPLY else 0)
    return Event(Ref(account, f"{of}-{kind.value}"), kind, at, of, customer="41", body=body, public=True)


def world(account: str) -> tuple[Item, ...]:
    return (
        Person(Ref(account, "41"), "Dana Fox", Role.CUSTOMER, (Identity("email", "dana@fox.example"),), language="en"),
        Team(Ref(account, "g1"), "Billing"),
        Article(Ref(account, "k1"), "サーバーの再起動", "サーバーを再起動します。解約ではありません。", language="ja"),
        ticket("1", "返品したい", account, group="g1", tags=("parcel", "vip")),
        message("1", "返品の申し込みをしたいです", account),
        ticket("2", "返品できない", account, status=Status.SOLVED, tags=("parcel",)),
        message("2", "返品の申し込みができません", account),
        message("2", "返品の申し込みはこちらです", account, Kind.REPLY),
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "agentdesk.db") as one:
        for account in ("acme", "other"):
            one.desktop.put_account(Account(account, "zendesk", f"https://{account}.example", "a@b.example", "none"))
            one.mirror.take(Page(world(account), ""))
        while one.search.index_some(100):
            pass
        yield one


def test_what_was_found_divides_by_field_with_counts(store: Store) -> None:
    hits = store.search.search("返品", now=NOW, account="acme")

    count, found = store.search.divided("返品", hits, now=NOW, account="acme")

    assert count == 2
    assert Facet("status", "open", 1) in found
    assert Facet("group", "Billing", 1) in found
    assert Facet("assignee", "none", 2) in found
    assert [one for one in found if one.field == "tag"] == [Facet("tag", "parcel", 2), Facet("tag", "vip", 1)]
    assert Facet("lang", "en", 2) in found
    assert Facet("year", "2026", 2) in found


def test_a_search_in_one_account_finds_nothing_of_another(store: Store) -> None:
    asked = ("返品", "サーバー", "dana", "返品 OR サーバー")

    found = [hit for query in asked for hit in store.search.search(query, now=NOW, account="other")]

    assert {hit.kind for hit in found} == {"ticket", "article", "customer"}
    assert {hit.ref.account for hit in found} == {"other"}


def test_a_search_says_which_word_was_found_as_typed_and_which_written_otherwise(store: Store) -> None:
    [hit] = store.search.search("サーバ", now=NOW, account="acme", kinds=ARTICLES)

    assert store.search.why("再起動", hit).words == ("再起動",)
    assert store.search.why("サーバ", hit).words == ("サーバ",)
    assert store.search.why("ｻｰﾊﾞｰ", hit).variants == (("ｻｰﾊﾞｰ", "サーバー"),)
    assert store.search.why("banana", hit).is_by_meaning


def test_nothing_is_found_by_a_query_that_does_not_read(store: Store) -> None:
    [hit] = store.search.search("サーバ", now=NOW, account="acme", kinds=ARTICLES)

    assert store.search.why("is:open", hit) == Why()


def test_a_search_names_the_alias_that_led_to_a_hit(store: Store, tmp_path: Path) -> None:
    (tmp_path / "aliases.txt").write_text("リブート = 再起動\n", encoding="utf-8")
    store.search.vocabulary.keep_in(tmp_path)

    [hit] = store.search.search("リブート", now=NOW, account="acme", kinds=ARTICLES)

    assert store.search.why("リブート", hit).aliases == (("リブート", "再起動"),)


def test_a_customer_found_with_a_slip_says_who_was_meant(store: Store) -> None:
    [hit] = store.search.search("danna", now=NOW, account="acme", kinds=CUSTOMERS)

    assert store.search.why("danna", hit).names == (("danna", "Dana Fox"),)


def test_solved_tickets_like_this_one_are_of_its_own_account(store: Store) -> None:
    found = store.search.similar_solved(Ref("acme", "1"))

    assert [hit.ref for hit in found] == [Ref("acme", "2")]


def test_the_customers_earlier_answers_are_of_their_other_tickets(store: Store) -> None:
    [earlier] = store.search.earlier_answers(Ref("acme", "1"))

    assert earlier.body == "返品の申し込みはこちらです"
    assert store.search.earlier_answers(Ref("acme", "2")) == []


def test_prepared_answers_fit_by_their_words_and_language(store: Store) -> None:
    prepared = [
        Canned(Ref("acme", "m1"), "返品のご案内", "返品の申し込みを承りました。", language="ja"),
        Canned(Ref("acme", "m2"), "Parcel late", "Your parcel is late.", language="en"),
        Canned(Ref("acme", "m3"), "返品のご案内", "返品の申し込み", language=""),
    ]

    assert store.search.fitting(Ref("acme", "1"), prepared, language="ja") == [prepared[2], prepared[0]]
    assert store.search.fitting(Ref("acme", "1"), prepared, language="en") == [prepared[2]]
