"""Finding articles, tickets and customers by their words, and an index that is exact."""

import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from agentdesk.errors import FilterError
from agentdesk.exchange import Page
from agentdesk.filters import And, Word, parse
from agentdesk.model import Article, Event, Identity, Item, Kind, Op, Person, Ref, Role, SetStatus, Status, Ticket
from agentdesk.store import Store, asking, misspelt, rarity, words
from agentdesk.store.conditions import latest_with
from agentdesk.store.lost import HISTORY
from agentdesk.store.newest import NEWEST, newest
from agentdesk.store.outbox import Author
from agentdesk.store.search import MOST_NAMED, Hit, HitKind
from agentdesk.store.store import opened
from agentdesk.store.words import ARTICLES as INDEXED_ARTICLES
from agentdesk.store.words import KINDS, TICKETS, Indexed, cut, cut_once
from agentdesk.text.normalise import normalise

ARTICLES: tuple[HitKind, ...] = ("article",)
ONLY_TICKETS: tuple[HitKind, ...] = ("ticket",)
NOW = datetime(2026, 11, 24, 0, 41, tzinfo=UTC)


def ref(id: str) -> Ref:
    return Ref("acme", id)


def article(id: str, title: str, body: str, language: str = "ja", **values: object) -> Article:
    plain = Article(ref(id), title, body, language=language)
    return replace(plain, **values)  # type: ignore[arg-type]  # each test names real fields


def ticket(id: str, subject: str, hours_ago: float, **values: object) -> Ticket:
    at = NOW - timedelta(hours=hours_ago)
    plain = Ticket(ref(id), id, subject, Status.OPEN, at, at, requester="41", stamp=1)
    return replace(plain, **values)  # type: ignore[arg-type]  # each test names real fields


def message(id: str, of: str, body: str, kind: Kind = Kind.CUSTOMER, hours_ago: float = 1) -> Event:
    role = Role.CUSTOMER if kind is Kind.CUSTOMER else Role.AGENT
    return Event(ref(id), kind, NOW - timedelta(hours=hours_ago), of, author_role=role, body=body)


WORLD: tuple[Item, ...] = (
    Person(ref("41"), "田中 美咲", Role.CUSTOMER, (Identity("email", "tanaka@example.jp", verified=True),)),
    Person(ref("42"), "Dana Fox", Role.CUSTOMER, (Identity("email", "dana@fox.example"),)),
    Person(ref("7"), "Dan Agent", Role.AGENT),
    article("k1", "返品の手順", "届いてから14日以内に、注文番号をご用意のうえお手続きください。"),
    article("k2", "領収書の発行", "マイページから領収書をダウンロードできます。"),
    article("k3", "How to return an order", "You can return any order within 14 days.", "en-us"),
    article("k4", "Refunds", "A refund reaches your card within five days.", "en-us", internal=True),
    ticket("1", "商品が届かない", 1),
    message("e1", "1", "注文番号 10-2231 がまだ届きません。"),
    ticket("2", "返品したい", 2, status=Status.SOLVED),
    message("e2", "2", "サイズが合わないので返品したいです", hours_ago=3),
    message("e3", "2", "返品用のラベルをお送りしました", Kind.REPLY, hours_ago=2.5),
    message("e4", "2", "ありがとうございます", hours_ago=2),
    ticket("3", "Refund missing", 3, requester="42"),
    message("e5", "3", "My refund never reached my card"),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "desk.db") as opened_store:
        opened_store.mirror.take(Page(WORLD, ""))
        index_all(opened_store)
        yield opened_store


def index_all(store: Store) -> None:
    while store.search.index_some():
        pass


def take(store: Store, *items: Item) -> None:
    store.mirror.take(Page(items, ""))


def names(hits: list[Hit]) -> list[str]:
    return [f"{hit.kind} {hit.ref.id}" for hit in hits]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("返品", {"article k1", "ticket 2"}),
        ("返", {"article k1", "ticket 2"}),
        ("領収", {"article k2"}),
        ("領収書はどこでダウンロードできますか", {"article k2"}),
        ("ラベル", {"ticket 2"}),
        ("refunds", {"article k4", "ticket 3"}),
        ("refund card", {"article k4", "ticket 3"}),
        ("refu", {"article k4", "ticket 3"}),
        ("10-2231", {"ticket 1"}),
        ("１０－２２３１", {"ticket 1"}),
        ("田中", {"customer 41", "ticket 1", "ticket 2"}),
        ("dan", {"customer 42", "ticket 3"}),
        ("dana@fox", {"customer 42", "ticket 3"}),
        ("返品 status:open", set()),
        ("返品 status:solved", {"ticket 2"}),
        ("return lang:en", {"article k3"}),
        ("14 -返品", {"article k3"}),
        ("lang:en", {"article k3", "article k4"}),
        ("lang:en -refund subject:return", {"article k3"}),
        ("subject:Refunds", {"article k4", "ticket 3"}),
        ('"within 14 days"', {"article k3"}),
        ('"14 within days"', set()),
        ("zzz", set()),
        ("", set()),
        ("!!!", set()),
    ],
)
def test_a_search_finds_what_was_meant(store: Store, query: str, found: set[str]) -> None:
    assert set(names(store.search.search(query, now=NOW))) == found


@pytest.mark.parametrize(
    "query",
    [
        "a'b",
        "NEAR(x y)",
        "x*y^z",
        "{a b} : c",
        "title :",
        "a AND b",
        "\x00",
        "\\",
        "%",
        "*",
        '""',
        "-a",
        "a + b",
    ],
)
def test_no_query_reaches_the_index_as_syntax(store: Store, query: str) -> None:
    assert isinstance(store.search.search(query, now=NOW), list)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.text(max_size=30))
def test_any_query_finds_something_or_nothing_or_does_not_read(store: Store, query: str) -> None:
    try:
        store.search.search(query, now=NOW)
    except FilterError as refused:
        words = str(refused)
    else:
        words = "found"

    assert words


def test_a_hit_shows_the_very_message_with_the_words_marked(store: Store) -> None:
    (hit,) = store.search.search("ラベル", now=NOW, kinds=["ticket"])

    assert (hit.event, hit.title) == ("e3", "返品したい")
    assert [hit.passage.text[start:end] for start, end in hit.passage.spans] == ["ラベル"]


def test_a_long_article_is_shown_at_its_hit_from_a_whole_word(store: Store) -> None:
    body = "nothing of note here " * 40 + "and a warranty of two years " + "then more words " * 40
    take(store, article("k8", "Guarantee", body, "en-us"))
    index_all(store)

    (hit,) = store.search.search("warranty", now=NOW)

    assert hit.passage.text.startswith("…")
    assert hit.passage.text[1:].split()[0] in body.split()
    assert [hit.passage.text[start:end] for start, end in hit.passage.spans] == ["warranty"]


def test_tickets_come_newest_first_and_only_then_those_with_one_rare_word(store: Store) -> None:
    take(store, ticket("4", "返品とラベル", 0.5), ticket("5", "ラベルがない", 0.1))
    index_all(store)

    hits = store.search.search("返品 ラベル", now=NOW, kinds=["ticket"])

    assert names(hits) == ["ticket 4", "ticket 2", "ticket 5"]


def test_an_article_is_better_for_a_word_in_its_title(store: Store) -> None:
    take(store, article("k9", "配送について", "返品の手順は別の記事にあります。" + "配送は翌日です。" * 5))
    index_all(store)

    hits = store.search.search("返品", now=NOW, kinds=["article"])

    assert (hits[0].ref.id, hits[0].score) == ("k1", 1.0)
    assert hits[1].score < 1


def test_a_search_finds_snoozed_tickets_too(store: Store) -> None:
    store.desktop.snooze(ref("1"), NOW + timedelta(days=1))

    assert names(store.search.search("10-2231", now=NOW)) == ["ticket 1"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tanala", ["customer 41"]),
        ("tnaaka", ["customer 41"]),
        ("tanakka", ["customer 41"]),
        ("exmaple", ["customer 41", "customer 42"]),
        ("tomato", []),
        ("dxx", []),
    ],
)
def test_a_latin_name_is_found_with_a_slip_in_it(store: Store, query: str, found: list[str]) -> None:
    assert sorted(names(store.search.search(query, now=NOW, kinds=["customer"]))) == found


def test_a_slip_in_a_name_is_seen_however_many_begin_like_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    take(store, *(Person(ref(f"p{n}"), f"Tabita{n}", Role.CUSTOMER) for n in range(30)))
    index_all(store)
    monkeypatch.setattr(misspelt, "MOST_COMPARED", 5)

    assert misspelt.meant(store.db, "exapmle") == ["exampl"]
    assert misspelt.meant(store.db, "tnaaka") == []  # so many are compared, and no more
    monkeypatch.setattr(misspelt, "MOST_COMPARED", 40)
    assert misspelt.meant(store.db, "tnaaka") == ["tanaka"]


def test_a_sentence_is_not_asked_for_the_commonest_of_its_words(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    take(store, *(article(f"c{n}", f"Order {n}", "Please return your order", "en-us") for n in range(20)))
    index_all(store)
    monkeypatch.setattr(rarity, "LISTED_AT_LEAST", 0)
    monkeypatch.setattr(rarity, "LISTED_SHARE", 0.5)
    asked = "please tell me when a refund reaches my order"

    found = names(store.search.search(asked, now=NOW, kinds=ARTICLES, limit=40))

    assert found == ["article k4"]
    monkeypatch.setattr(rarity, "LISTED_AT_LEAST", 4_000)
    assert len(store.search.search(asked, now=NOW, kinds=ARTICLES, limit=40)) > 20
    monkeypatch.setattr(rarity, "LISTED_AT_LEAST", 0)
    monkeypatch.setattr(rarity, "MOST_COUNTED", 2)
    assert rarity.affordable(store.db, INDEXED_ARTICLES, ["order", "refund", "please"]) == ["refund", "please"]


# The index


def test_what_changed_is_found_by_its_new_words_only(store: Store) -> None:
    take(
        store,
        article("k1", "交換の手順", "別の商品と交換できます。", stamp=1),
        message("e1", "1", "キャンセルします"),
        ticket("1", "取り消し", 1, stamp=2),
        Person(ref("41"), "佐藤 美咲", Role.CUSTOMER, (Identity("email", "sato@example.jp"),)),
    )
    index_all(store)

    assert set(names(store.search.search("交換 OR キャンセル OR 佐藤", now=NOW))) == {
        "article k1",
        "ticket 1",
        "ticket 2",
        "customer 41",
    }
    for gone in ("注文番号", "届かない", "田中", "tanaka"):
        assert store.search.search(gone, now=NOW) == []


def test_what_is_deleted_is_found_nowhere(store: Store) -> None:
    store.mirror.take(Page((), "", gone=(ref("2"),)))
    index_all(store)

    assert names(store.search.search("返品", now=NOW)) == ["article k1"]


def test_several_changes_before_the_index_comes_around_are_one(store: Store) -> None:
    take(store, message("e1", "1", "一度目"))
    take(store, message("e1", "1", "二度目"))
    take(store, message("e6", "1", "新着"), message("e6", "1", "新着の訂正"))
    index_all(store)

    assert exact(store)
    assert names(store.search.search("訂正", now=NOW)) == ["ticket 1"]


BODIES = st.sampled_from(["", "返品", "返品 refund", "refund refunds", "解約したい", "x" * 50])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(1, 4), BODIES),
        st.tuples(st.just("delete"), st.integers(1, 4), st.just("")),
        st.tuples(st.just("index"), st.integers(1, 3), st.just("")),
        st.tuples(st.just("rebuild"), st.just(0), st.just("")),
    ),
    max_size=25,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(STEPS)
def test_the_index_is_exact_after_any_history(store: Store, steps: list[tuple[str, int, str]]) -> None:
    for do, n, body in steps:
        match do:
            case "write":
                take(store, message(f"m{n}", "1", body))
            case "delete":
                store.db.execute("DELETE FROM event WHERE id = ?", (f"m{n}",))
            case "rebuild":
                store.search.rebuild()
            case _:
                store.search.index_some(n)
    index_all(store)

    assert exact(store)


def exact(store: Store) -> bool:
    """Does the index hold each word of each row as often as it should, and nothing else?"""
    for kind in KINDS:
        store.db.execute("DROP TABLE IF EXISTS temp.vocabulary")
        store.db.execute(f"CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, {kind.words}, instance)")
        held = sorted(store.db.execute("SELECT doc, term FROM temp.vocabulary").fetchall())
        with sqlite3.connect(":memory:") as other:
            words.teach(other)
            other.execute(f"CREATE VIRTUAL TABLE fresh USING fts5 (words, content = '', tokenize = '{kind.tokenizer}')")
            for key, tokens in expected(store, kind).items():
                other.execute("INSERT INTO fresh (rowid, words) VALUES (?, ?)", (key, " ".join(tokens)))
            other.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab(fresh, instance)")
            terms = other.execute("SELECT doc, term FROM vocabulary").fetchall()
        other.close()
        if held != sorted(set(terms) if kind is TICKETS else terms):
            return False
    return True


def expected(store: Store, kind: Indexed) -> dict[int, list[str]]:
    """The tokens that the index should hold, by row."""
    if kind is not TICKETS:
        title, body = kind.text_of(kind.table)
        found = store.db.execute(f"SELECT key, {title}, {body} FROM {kind.table}").fetchall()
        return {key: " ".join(map(cut, texts)).split() for key, *texts in found}
    texts: dict[int, list[str]] = {}
    for key, text in store.db.execute(
        f"SELECT t.key, {words.head('t')} FROM ticket t UNION ALL SELECT t.key, e.body FROM event e "
        "JOIN ticket t ON t.account = e.account AND t.id = e.ticket"
    ).fetchall():
        texts.setdefault(key, []).append(text)
    return {key: sorted(set().union(*(cut_once([part]) for part in parts))) for key, parts in texts.items()}


def test_an_index_that_is_begun_anew_is_the_same(store: Store) -> None:
    before = names(store.search.search("返品", now=NOW))

    store.search.rebuild()

    assert store.search.search("返品", now=NOW) == []
    index_all(store)
    assert names(store.search.search("返品", now=NOW)) == before


def test_two_programs_may_index_at_once(store: Store) -> None:
    take(store, *(message(f"n{n}", "1", f"同時 {n}") for n in range(20)))
    with opened(store.path) as other:
        while store.search.index_some(3) + other.search.index_some(3):
            pass

    assert exact(store)


def test_indexing_goes_in_steps_and_says_how_much_remains(store: Store) -> None:
    take(store, *(ticket(f"n{n}", "文", 1) for n in range(5)))

    assert store.search.remaining() == 5
    assert store.search.index_some(2) == 3


def test_a_redacted_word_is_in_no_byte_of_the_database_files(store: Store) -> None:
    take(store, message("e1", "1", "My card is hunterzwei, thank you"), article("k9", "Secret", "call hunterzwei now"))
    index_all(store)
    store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert written(store, b"hunterzwei")

    take(store, message("e1", "1", "My card is [redacted], thank you"), article("k9", "Open", "call us now", stamp=1))
    index_all(store)

    assert store.search.search("hunterzwei", now=NOW) == []
    assert not written(store, b"hunterzwei")


def test_what_was_said_in_a_ticket_that_is_gone_is_in_no_byte_of_the_database_files(store: Store) -> None:
    take(store, ticket("9", "quokkaword", 1), message("e9", "9", "wombatword"))
    index_all(store)

    store.mirror.take(Page((), "", gone=(ref("9"),)))
    index_all(store)

    assert not written(store, b"quokkaword")
    assert not written(store, b"wombatword")


def written(store: Store, word: bytes) -> bool:
    """Is the word in any of the files of the cache?"""
    return any(word in path.read_bytes() for path in store.path.parent.iterdir() if path.name.startswith("desk.db"))


LAW_WORDS = st.sampled_from(
    ["返品", "返", "品", "ラベル", "手順", "サイズ", "お送り", "届", "refund", "田中", "注文番号", "無い"]
)
LAW = st.recursive(
    LAW_WORDS,
    lambda part: st.one_of(
        st.tuples(part, part).map(lambda two: f"({two[0]} {two[1]})"),
        st.tuples(part, part).map(lambda two: f"({two[0]} OR {two[1]})"),
        part.map(lambda one: f"-({one})"),
    ),
    max_leaves=4,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=120)
@given(LAW, LAW)
def test_boolean_laws_hold_for_japanese_words(store: Store, a: str, b: str) -> None:
    every = tickets(store, "")
    with_a, with_b = tickets(store, a), tickets(store, b)

    assert tickets(store, f"{a} {b}") == with_a & with_b
    assert tickets(store, f"{a} OR {b}") == with_a | with_b
    assert tickets(store, f"-({a})") == every - with_a
    assert tickets(store, f"-({a} {b})") == tickets(store, f"-({a}) OR -({b})")
    assert tickets(store, f"-({a} OR {b})") == tickets(store, f"-({a}) -({b})")
    assert tickets(store, f"-(-({a}))") == with_a


def found(store: Store, query: str, kinds: Collection[HitKind] = ("article", "ticket")) -> set[str]:
    return set(names(store.search.search(query, now=NOW, kinds=kinds, limit=100)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=120)
@given(LAW, LAW, LAW)
@example("返品", "品", "(返品 品)")
@example("品", "(返品 品)", "-(返品)")
def test_boolean_laws_hold_for_what_a_search_finds(store: Store, a: str, b: str, c: str) -> None:
    every = found(store, "返品 OR -返品")

    assert found(store, f"{a} OR {b}") == found(store, f"{b} OR {a}")
    assert found(store, f"({a} {b}) OR {c}") == found(store, f"({b} {a}) OR {c}")
    assert found(store, f"-({a} {b})") == found(store, f"-({a}) OR -({b})")
    assert found(store, f"-({a} OR {b})") == found(store, f"-({a}) -({b})")
    assert found(store, f"-(-({a}))") == found(store, a)
    assert found(store, f"{a} ({b} OR -{c})") == found(store, f"({a} {b}) OR ({a} -{c})")
    assert found(store, f"-({a}) OR {a} OR 返品") == every
    assert found(store, f"-({a}) {a} -{b}") == set()


def test_quotation_marks_and_operators_ask_for_no_less_than_they_say(store: Store) -> None:
    assert found(store, '"返品ラベル"') == set()
    assert found(store, "返品 (ラベル OR 解約)") == {"ticket 2"}
    assert found(store, "手順 -領収書") == {"article k1"}
    assert found(store, "田中 OR dana", ["customer"]) == {"customer 41", "customer 42"}
    assert found(store, "田中 OR (dana -fox)", ["customer"]) == {"customer 41"}


def tickets(store: Store, query: str) -> set[int]:
    return set(store.queries.keys(parse(query), now=NOW))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(LAW)
def test_the_newest_tickets_are_those_of_the_queue(store: Store, query: str) -> None:
    walked = newest(store.db, parse(query), NOW, {}, 100)

    assert walked == store.queries.keys(parse(query), now=NOW, sort=NEWEST)


@pytest.mark.parametrize(
    ("query", "found"),
    [("品", {"1", "2"}), ("件", {"4"}), ("の件", {"4"}), ("宛", {"4"}), ("宛名の件", {"4"}), ("名の宛", set())],
)
def test_a_kanji_at_the_end_of_a_word_is_found_and_parts_must_stand_together(
    store: Store, query: str, found: set[str]
) -> None:
    take(store, ticket("4", "領収書の宛名の件", 0.5))
    index_all(store)

    assert {hit.ref.id for hit in store.search.search(query, now=NOW, kinds=["ticket"])} == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("エラー", {"4", "5"}),
        ("ｴﾗｰ", {"4", "5"}),
        ("えらー", {"4", "5"}),
        ("サーバエラー", {"4"}),
        ("サーバーエラー", {"4"}),
        ("キー", {"5"}),
        ("カード", {"6"}),
        ("クレジットカード", {"6"}),
        ("3000円", {"6"}),
        ("3,000円", {"6"}),
        ("WiFi", {"6"}),
        ("渡邊", {"5"}),
        ("佐佐木", {"4"}),
    ],
)
def test_a_word_is_found_in_longer_ones_and_in_another_spelling(store: Store, query: str, found: set[str]) -> None:
    take(
        store,
        ticket("4", "サーバーエラーの件", 0.5),
        message("m4", "4", "佐々木です"),
        ticket("5", "ｼｽﾃﾑｴﾗｰ、パスワードキー", 0.5),
        message("m5", "5", "渡辺です"),
        ticket("6", "お問い合わせ", 0.5),
        message("m6", "6", "クレジット・カードで３，０００円のWi-Fiルーターを買いました"),
        *(
            article(f"k{id}", title, body)
            for id, title, body in (
                ("14", "サーバーエラーの件", "佐々木です"),
                ("15", "ｼｽﾃﾑｴﾗｰ、パスワードキー", "渡辺です"),
                ("16", "お問い合わせ", "クレジット・カードで３，０００円のWi-Fiルーターを買いました"),
            )
        ),
    )
    index_all(store)

    hits = store.search.search(query, now=NOW, kinds=["ticket", "article"])
    assert {hit.ref.id for hit in hits if hit.kind == "ticket"} == found
    assert {f"{hit.ref.id[-1]}" for hit in hits if hit.kind == "article"} >= found
    assert set(names(hits)) >= {f"article k1{id}" for id in found}


@pytest.mark.parametrize("people", [3, 600, 4_100])
def test_the_newest_tickets_of_some_and_of_very_many_people_are_those_of_the_queue(store: Store, people: int) -> None:
    take(store, *(Person(ref(f"p{n}"), f"森田 {n}", Role.CUSTOMER) for n in range(people)))
    for n in range(6):
        asks = replace(message(f"m{n}a", f"f{n}", "Hello"), author=f"p{n % 4}")
        reply = message(f"m{n}b", f"f{n}", "Hello", Kind.REPLY if n % 2 else Kind.NOTE)
        take(store, ticket(f"f{n}", "Fields", n, requester=f"p{n % 3 * 2}"), asks, reply)

    assert newest(store.db, parse("from:森田 account:none"), NOW, {}, 100) == []
    for field in ("customer", "from", "to"):
        for query in (f"{field}:森田", f"-{field}:森田", f"{field}:森田 is:unsolved", f"{field}:p2 OR -{field}:森田"):
            by_queue = store.queries.keys(parse(query), now=NOW, sort=NEWEST)
            assert newest(store.db, parse(query), NOW, {}, 100) == by_queue


def test_a_tag_that_no_ticket_has_rules_every_ticket_out_and_its_negation_none(store: Store) -> None:
    everything = tickets(store, "返品 OR -返品")

    assert tickets(store, "tag:vi") == tickets(store, "tag:vi is:unsolved") == set()
    assert tickets(store, "-tag:vi") == tickets(store, "tag:vi OR -tag:vi") == everything
    assert newest(store.db, parse("tag:vi 返品"), NOW, {}, 10) == []


def test_the_index_alone_tells_dates_apart(store: Store) -> None:
    take(
        store,
        *(ticket(f"d{n}", "Date", n) for n in range(3)),
        message("e10", "d0", "6月18日に届く"),
        message("e11", "d1", "１８月６日"),
        message("e12", "d2", "2026 年 6 月 18 日（木）"),
    )
    index_all(store)
    asked = words.asked(parse("6月18日").where)
    assert asked is not None

    found = store.queries.rows(latest_with(store.db, asked))

    assert {row.ticket.ref.id for row in found} == {"d0", "d2"}


def test_of_thousands_with_the_words_the_newest_are_found_in_their_order(store: Store) -> None:
    parcels = [ticket(f"p{n}", "Parcel 1 5" if n % 3 else "Parcel 5 1", 10 + n * 7 % 4_409) for n in range(4_409)]
    take(store, *parcels)
    index_all(store)
    wanted = [one for one in parcels if "1 5" in one.subject]
    in_order = [one.ref for one in sorted(wanted, key=lambda one: one.updated_at, reverse=True)]

    keys = newest(store.db, parse('parcel "1 5"'), NOW, {}, 5_000)

    assert [row.ticket.ref for row in store.queries.rows(keys)] == in_order


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("6月1", True),
        ("6月18日に", True),
        ("6月8", False),
        ('"8日に"', False),
        ('"届く 交換"', True),
        ('"届く換"', False),
        ('"the customer\'s order"', True),
        ('"orders customer"', False),
        ('"cafe creme"', True),
        ('"crème abc"', True),
        ('"BC 12"', False),
        ('"5か月分"', True),
    ],
)
def test_what_is_asked_as_one_stands_side_by_side_however_it_is_written(
    store: Store, query: str, is_found: bool
) -> None:
    text = "Both: 6月18日に届く、交換の件。5ヶ月分。 The customer’s orders, Cafe\u0301 crème: ＡＢＣ　１２３"
    take(store, ticket("4", "Side by side", 0.5), message("e8", "4", text))
    index_all(store)

    assert bool(newest(store.db, asking.typed(query), NOW, {}, 10)) == is_found


KANA = st.text(
    alphabet="すでにきいえゐゑゝゞッカガヒパーェエヴ・ﾊﾟヽ出来申し込Aa-1 、：國国ヶか月と取り消け佐々", max_size=8
)
RUN = st.text(alphabet="すでにきいえカガヒパエ申込国ケ月取消佐", min_size=2, max_size=3)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
@given(KANA, RUN, KANA, st.booleans())
def test_a_run_of_japanese_stands_in_a_text_where_its_one_spelling_does(
    store: Store, before: str, run: str, after: str, is_there: bool
) -> None:
    text, run = f"{before}{run if is_there else ''}{after}", normalise(run)

    (stands,) = store.db.execute("SELECT stands(?, ?)", (text, f"={run}")).fetchone()

    assert bool(stands) == (run in text or run in normalise(text))


def test_in_a_large_cache_a_word_that_many_tickets_have_is_no_beginning() -> None:
    def has_many(word: Word) -> bool:
        return word == Word("order")

    assert asking.with_whole_words(asking.typed("返品 order"), has_many).where == And((Word("返品"), Word("order")))
    assert asking.with_whole_words(asking.typed("orde"), has_many).where == Word("orde", is_prefix=True)
    assert asking.with_whole_words(asking.typed("or"), has_many).where == Word("or")


def test_an_index_made_in_another_way_is_begun_anew_and_says_how_far_it_is(store: Store) -> None:
    store.db.execute("UPDATE word_index SET maker = 'something older'")

    store.search.index_some(1)

    progress = store.search.progress()
    assert progress is not None
    assert 0 < progress.done < progress.total
    index_all(store)
    assert store.search.progress() is None
    assert exact(store)


# Suggestions


def test_the_open_ticket_gets_the_article_that_answers_it_in_the_customers_language(store: Store) -> None:
    take(
        store,
        ticket("9", "返品について return", 0.1),
        message("e9", "9", "返品の手順を教えてください\n> 領収書 領収書"),
    )
    index_all(store)

    japanese = store.search.suggest_articles(ref("9"), language="ja")
    english = store.search.suggest_articles(ref("9"), language="en-GB")

    assert [one.hit.ref.id for one in japanese] == ["k1", "k3"]
    assert [one.hit.ref.id for one in english] == ["k3", "k1"]


def test_a_suggestion_says_how_often_it_was_sent_and_solved(store: Store) -> None:
    sent = [("acme", id, "k1", "link", 0) for id in ("1", "2", "gone")]
    store.db.executemany("INSERT INTO inserted (account, ticket, article, how, at) VALUES (?, ?, ?, ?, ?)", sent)

    (first, *_rest) = store.search.suggest_articles(ref("2"), language="ja")

    assert (first.hit.ref.id, first.inserted, first.solved) == ("k1", 3, 1)


def test_a_ticket_that_a_colleague_wrote_down_gets_suggestions_too(store: Store) -> None:
    take(store, ticket("9", "お電話", 0.5), message("e9", "9", "領収書の発行についてお電話あり", Kind.NOTE))
    index_all(store)

    assert store.search.suggest_articles(ref("9"))[0].hit.ref == ref("k2")


def test_manners_of_many_tickets_suggest_nothing(store: Store) -> None:
    manners = "Sorry to bother you, could you kindly advise? Thank you in advance."
    polite = [ticket(f"1{n:02}", f"Question {n}", n) for n in range(30)]
    said = [message(f"p{n:02}", f"1{n:02}", manners) for n in range(30)]
    sorry = article("k5", "Sorry in advance", "Sorry to bother you: kindly advise us in advance.", "en-us")
    asked = (ticket("200", "Where is it", 1), message("e200", "200", f"{manners} My refund is missing."))
    store.mirror.take(Page((*polite, *said, sorry, *asked), ""))
    index_all(store)

    assert [one.hit.ref.id for one in store.search.suggest_articles(ref("200"), language="en")] == ["k4"]


def test_an_article_finds_the_tickets_it_was_sent_in(store: Store) -> None:
    store.db.execute("INSERT INTO inserted (account, ticket, article, how, at) VALUES ('acme', '2', 'k1', 'link', 0)")

    for query in ("article:k1", "記事:返品の手順"):
        assert names(store.search.search(query, now=NOW, kinds=["ticket"])) == ["ticket 2"]


def test_similar_solved_tickets_open_at_the_reply_that_solved_them(store: Store) -> None:
    take(store, ticket("9", "サイズ違い", 0.1), message("e9", "9", "サイズが合わない靴を返品したい"))
    index_all(store)

    (hit,) = store.search.similar_solved(ref("9"))

    assert (hit.ref.id, hit.event, hit.score) == ("2", "e3", 1.0)


def test_a_ticket_without_words_gets_no_suggestions(store: Store) -> None:
    assert store.search.suggest_articles(ref("unknown")) == []
    assert store.search.similar_solved(ref("unknown")) == []


def test_a_word_found_as_it_stands_is_not_mixed_with_its_parts(store: Store) -> None:
    take(store, article("k5", "オンライン", "オンラインの窓口"), article("k6", "ログイン", "ログインの手順"))
    index_all(store)

    assert names(store.search.search("ろぐいん", now=NOW, kinds=ARTICLES)) == ["article k6"]


def test_a_sentence_finds_articles_by_the_words_it_shares(store: Store) -> None:
    found = store.search.search("注文したものを返品するときの手順を教えてください", now=NOW, kinds=ARTICLES)

    assert names(found)[0] == "article k1"


def test_articles_with_every_word_come_before_those_with_one(store: Store) -> None:
    take(store, article("k7", "領収書 領収書", "領収書のことだけ"), article("k8", "その他", "返品のときの領収書"))
    index_all(store)

    assert names(store.search.search("返品 領収書", now=NOW, kinds=ARTICLES))[0] == "article k8"


@pytest.mark.parametrize(
    "asked", ["「領収書を出してください」と言われた", "I asked: is (my order) -late?", "注文 #12345 の領収書"]
)
def test_a_raw_question_finds_articles_by_its_words(store: Store, asked: str) -> None:
    take(store, article("k7", "領収書", "発行のしかた"), article("k8", "Late orders", "where your order is"))
    index_all(store)

    assert names(store.search.search(asked, now=NOW, kinds=ARTICLES))


def test_a_long_compound_finds_behind_itself_what_has_nearly_all_of_it(store: Store) -> None:
    apart = article("k8", "入力", "コマンドにはエイリアスを付けられます。")
    take(store, article("k7", "一覧", "コマンドエイリアス"), apart, article("k9", "コマンド", "コマンドの説明"))
    index_all(store)

    assert names(store.search.search("コマンドエイリアス", now=NOW, kinds=ARTICLES)) == ["article k7", "article k8"]


def test_a_whole_question_in_quotes_finds_its_words_where_nothing_has_it_as_it_stands(store: Store) -> None:
    take(store, article("k7", "Groups", "The wheel group and su"), article("k8", "Wheels", "does su support wheels"))
    index_all(store)

    assert names(store.search.search('"Why does su not support the wheel group"', now=NOW, kinds=ARTICLES))
    assert names(store.search.search('"wheel groups and su"', now=NOW, kinds=ARTICLES)) == ["article k7"]
    assert not store.search.search('"group wheel"', now=NOW, kinds=ARTICLES)


def test_a_sentence_ranks_tickets_by_what_they_share_not_by_their_age(store: Store) -> None:
    take(
        store,
        ticket("21", "Card", 90),
        message("e21", "21", "My card was swallowed by the machine in Osaka", hours_ago=90),
        ticket("22", "Machine", 0.2),
        message("e22", "22", "The washing machine is loud", hours_ago=0.2),
    )
    index_all(store)

    found = store.search.search("a machine has swallowed my bank card today ", now=NOW, kinds=ONLY_TICKETS)

    assert names(found)[0] == "ticket 21"


@pytest.mark.parametrize("query", ["ケトル 異音", "ケトル"])
def test_a_few_words_that_nobody_types_on_find_the_tickets_that_fit_best_first(store: Store, query: str) -> None:
    take(
        store,
        ticket("61", "ケトルの異音", 90),
        message("e61", "61", "ケトルから異音がします。", hours_ago=90),
        ticket("62", "いろいろ", 40),
        message("e62", "62", "先日の件です。" * 40 + "ケトルの底に焦げがつきました。", hours_ago=40),
        ticket("63", "ご相談", 0.2),
        message(
            "e63", "63", "ありがとうございます。" * 60 + "ケトルのことで、異音かどうか焦げかどうか。", hours_ago=0.2
        ),
        ticket("64", "異国の品", 0.1),
        message("e64", "64", "焦げ茶色の異国の品です。", hours_ago=0.1),
        *(ticket(f"7{n}", f"請求書 {n}", 100 + n) for n in range(20)),
    )
    index_all(store)

    typed = names(store.search.search(query, now=NOW, kinds=ONLY_TICKETS))
    asked = names(store.search.search(query, now=NOW, kinds=ONLY_TICKETS, is_typed=False))

    assert typed[0] == "ticket 63"
    assert asked[0] == "ticket 61"
    assert "ticket 64" not in asked[:2]


@pytest.mark.parametrize("query", ['"ケトル" 異音', "ケトル OR 異音", "ケトル 異音 sort:updated", "ケトル -焦げ"])
def test_what_is_asked_to_the_letter_or_in_an_order_is_answered_so(store: Store, query: str) -> None:
    take(
        store,
        ticket("61", "ケトルの異音", 90),
        message("e61", "61", "ケトルから異音がします。", hours_ago=90),
        ticket("63", "異音", 0.2),
        message("e63", "63", "ありがとうございます。" * 60 + "ケトルのことです。", hours_ago=0.2),
    )
    index_all(store)

    typed = names(store.search.search(query, now=NOW, kinds=ONLY_TICKETS))

    assert len(typed) == 2
    assert names(store.search.search(query, now=NOW, kinds=ONLY_TICKETS, is_typed=False)) == typed


def test_a_run_of_japanese_with_a_particle_finds_what_is_about_its_parts(store: Store) -> None:
    take(
        store,
        article("k8", "契約の内容を確かめる", "コマンドの戻り値については別の記事をご覧ください。"),
        article("k9", "終了のしかた", "コマンドは終わると戻り値を返します。戻り値が零なら成功です。"),
    )
    index_all(store)

    found = [hit.ref.id for hit in store.search.search("コマンドの戻り値", now=NOW, kinds=["article"])]

    assert set(found) == {"k8", "k9"}


def test_kana_between_words_are_not_read_as_katakana(store: Store) -> None:
    take(store, article("k8", "Linux だけ?", "Linux です。"), article("k9", "ダケカンバ", "ダケカンバの木です。"))
    index_all(store)

    found = [hit.ref.id for hit in store.search.search("Linux だけ ですか", now=NOW, kinds=["article"])]

    assert found == ["k8"]


def test_of_two_tickets_with_the_same_words_the_shorter_says_more(store: Store) -> None:
    asked = "the kettle does not switch itself off"
    padding = "thank you for the quick answer of last week and the parcel. " * 20
    take(
        store,
        *(
            one
            for n, body in enumerate((asked, f"{asked}. {padding}"))
            for one in (ticket(f"8{n}", "Help", n), message(f"e8{n}", f"8{n}", body))
        ),
    )
    index_all(store)

    found = [
        hit.ref.id for hit in store.search.search("my kettle does not switch off any more", now=NOW, kinds=["ticket"])
    ]

    assert found.index("80") < found.index("81")


def test_a_quoted_word_within_a_sentence_need_not_stand_in_the_answer(store: Store) -> None:
    take(store, article("k8", "Kettles", "How the kettle of the kitchen is cleaned, with vinegar and warm water."))
    index_all(store)

    found = store.search.search('how do I get the "limescale" out of my kitchen kettle', now=NOW, kinds=ARTICLES)

    assert "article k8" in names(found)


def test_a_last_word_that_articles_have_is_not_asked_as_a_beginning_too(store: Store) -> None:
    take(store, article("k9", "Tables", "The kettleholder of the table."))
    index_all(store)

    assert names(store.search.search("spoon kettleh", now=NOW, kinds=ARTICLES)) == ["article k9"]

    take(store, article("k10", "Kettles", "A kettle."))
    index_all(store)

    assert names(store.search.search("spoon kettle", now=NOW, kinds=ARTICLES)) == ["article k10"]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (("Kettle", "It is broken."), ("Broken", "It is a kettle.")),
        (("Help", "The kettles are for our kettle shop."), ("Help", "The kettle is for our shop.")),
        (("Help", "The kettle is broken."), ("Help", "The kettle is broken. " + "Spoons and forks are here. " * 9)),
    ],
    ids=["in the subject", "often", "in a short ticket"],
)
def test_a_sentence_finds_tickets_by_what_they_are_about(
    store: Store, better: tuple[str, str], worse: tuple[str, str]
) -> None:
    for id, (subject, body) in {"51": better, "52": worse}.items():
        take(store, ticket(id, subject, 60 - int(id)), message(f"e{id}", id, body))
    index_all(store)

    found = store.search.search("what do you have to say about kettles", now=NOW, kinds=ONLY_TICKETS)

    assert names(found)[:2] == ["ticket 51", "ticket 52"]


def test_what_customers_wrote_says_more_of_a_ticket_than_what_they_were_answered(store: Store) -> None:
    take(
        store,
        *(ticket("51", "Help", 9), message("a51", "51", "The kettle"), message("b51", "51", "Sorry", Kind.REPLY)),
        *(ticket("52", "Help", 8), message("a52", "52", "Sorry"), message("b52", "52", "The kettle", Kind.REPLY)),
    )
    index_all(store)

    found = store.search.search("what do you have to say about kettles", now=NOW, kinds=ONLY_TICKETS)

    assert names(found)[:2] == ["ticket 51", "ticket 52"]


def test_a_sentence_finds_a_ticket_by_a_word_far_back_in_it(store: Store) -> None:
    take(store, ticket("51", "Help", 9), message("e51", "51", "spoons and forks " * 700 + "samovar"))
    index_all(store)

    found = store.search.search("what do you have to say about samovars", now=NOW, kinds=ONLY_TICKETS)

    assert names(found)[0] == "ticket 51"


def test_a_sentence_finds_the_few_tickets_that_meet_a_condition(store: Store) -> None:
    take(store, *(ticket(str(id), "The kettle leaks", 1) for id in range(1_000, 1_600)))
    take(store, ticket("40", "Kettle", 90, tags=("vip",)), message("e40", "40", "A leak.", hours_ago=90))
    index_all(store)

    found = store.search.search("why does my kettle leak so much tag:vip", now=NOW, kinds=ONLY_TICKETS)

    assert names(found) == ["ticket 40"]


def test_a_question_finds_the_ticket_that_says_its_rare_word_most(store: Store) -> None:
    often = "the kettle leaks, a kettle like that is no kettle"
    once = "the kettle leaks, though the lid of it is as good"
    take(
        store,
        ticket("91", "Help", 90),
        message("e91", "91", often, hours_ago=90),
        ticket("92", "Help", 1),
        message("e92", "92", once, hours_ago=1),
    )
    index_all(store)

    found = [hit.ref.id for hit in store.search.search("which kettle?", now=NOW, kinds=ONLY_TICKETS)]

    assert found.index("91") < found.index("92")


def test_an_article_is_found_by_its_labels_until_they_change(store: Store) -> None:
    take(store, article("k8", "開けかた", "ふたを回します。", labels=("弁当箱", "lunchbox")))
    index_all(store)
    assert names(store.search.search("lunchbox", now=NOW, kinds=["article"])) == ["article k8"]

    take(store, article("k8", "開けかた", "ふたを回します。", labels=("水筒",), stamp=9))
    index_all(store)

    assert names(store.search.search("水筒", now=NOW, kinds=["article"])) == ["article k8"]
    assert store.search.search("弁当箱", now=NOW, kinds=["article"]) == []


def test_a_letter_that_thousands_of_names_begin_with_finds_some_of_them(store: Store) -> None:
    take(store, *(Person(ref(f"p{n}"), f"Zoe{n}", Role.CUSTOMER) for n in range(MOST_NAMED + 5)))
    index_all(store)

    found = store.search.search("z", now=NOW, kinds=["customer"], limit=7)

    assert [hit.title for hit in found] == sorted(f"Zoe{n}" for n in range(MOST_NAMED))[:7]
    assert {hit.score for hit in found} == {1.0}


@pytest.mark.parametrize("when", ["learned", "never indexed", "half rebuilt", "about to be rebuilt"])
def test_a_redacted_word_is_in_no_byte_however_far_the_index_is(store: Store, when: str) -> None:
    take(
        store,
        article("k8", "Kettle", "About the kettle", url="https://help.example/k8"),
        ticket("8", "kettle hunterzwei", 30),
        message("m8", "8", "my kettle hunterzwei is broken"),
        message("m9", "8", "see https://help.example/k8", Kind.REPLY),
    )
    if when != "never indexed":
        index_all(store)
    while when == "learned" and store.search.learn_some():
        pass
    if when == "half rebuilt":
        store.search.rebuild()
        store.search.index_some(2)

    take(store, ticket("8", "kettle", 1, stamp=2), message("m8", "8", "my kettle is broken"))
    if when == "about to be rebuilt":
        store.search.rebuild()
    index_all(store)

    assert not written(store, b"hunterzwei")


def test_a_search_for_what_was_redacted_is_not_kept(store: Store) -> None:
    vocabulary = store.search.vocabulary
    take(store, message("e1", "1", "My card is hunterzwei, thank you"))
    index_all(store)
    vocabulary.searched("secret card", found=False, now=NOW)
    vocabulary.searched("hunterzwei", found=True, now=NOW)
    vocabulary.searched("hunterdrei", found=False, now=NOW)
    store.desktop.remember(HISTORY, ["find hunterzwei", "find 返品"])

    take(store, message("e1", "1", "My card is gone, thank you"))
    index_all(store)
    vocabulary.searched("hunterzwei", found=False, now=NOW)

    assert vocabulary.candidates() == []
    assert store.desktop.place(HISTORY) == ["find 返品"]
    assert not written(store, b"hunterzwei")
    assert written(store, b"hunterdrei")


def test_a_decision_does_not_hold_what_the_customer_wrote(store: Store) -> None:
    take(store, message("e1", "1", "My card is hunterzwei, thank you"))
    row = store.queries.ticket(ref("1"))
    assert row is not None
    assert "hunterzwei" in row.ticket.snippet
    store.outbox.add(Op("op1", ref("1"), (SetStatus(Status.PENDING),), row.ticket, NOW, NOW), Author("7", "Dan"))

    take(store, message("e1", "1", "My card is gone, thank you"))
    index_all(store)

    assert not written(store, b"hunterzwei")


def test_the_passage_of_a_long_message_is_where_its_words_stand_together(store: Store) -> None:
    filler = "ご注文の品を受け取りました。" + "いつもありがとうございます。" * 20
    take(store, ticket("90", "長い話", 1), message("e90", "90", f"{filler}注文の取り消しをお願いします。{filler}"))
    index_all(store)

    [hit] = [one for one in store.search.search("取り消し", now=NOW) if one.ref.id == "90"]

    assert "注文の取り消しをお願い" in hit.passage.text
    assert hit.passage.text.startswith("…")
    assert hit.passage.text.endswith("…")
    assert all("取り消し" in hit.passage.text[start:end] for start, end in hit.passage.spans)
