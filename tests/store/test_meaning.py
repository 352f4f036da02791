"""What the extras of the search know, made and thrown away with the texts, by stand-ins behind the same protocols."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

import pytest

from agentdesk.model import Item
from agentdesk.store import Store
from agentdesk.store.meaning import Tools, Wanted, blended
from agentdesk.store.search import HitKind, Search
from agentdesk.store.store import opened
from agentdesk.text import vectors
from agentdesk.text.analyser import Sudachi, sudachi_version
from tests.store.test_search import NOW, article, index_all, message, names, take, ticket

ARTICLES: tuple[HitKind, ...] = ("article",)
SUBJECTS = (("refund", "money", "返金", "お金"), ("parcel", "package", "荷物"), ("password", "login", "ログイン"))


class Topics:
    """An encoder of three dimensions: how often a text speaks of money, parcels and passwords."""

    at_once = 2

    def __init__(self, maker: str = "use 1") -> None:
        self.maker = maker

    def of_question(self, text: str) -> bytes:
        return bytes(sum(text.lower().count(word) for word in words) for words in SUBJECTS)

    def of_texts(self, texts: Sequence[tuple[str, str]]) -> list[bytes]:
        return [self.of_question(f"{title} {body}") for title, body in texts]

    def nearness(self, question: bytes, texts: Sequence[bytes]) -> list[float]:
        return [float(sum(a * b for a, b in zip(question, text, strict=True))) for text in texts]


class Letters:
    """An analyser for which colour and color are one word."""

    maker = "sudachi 1"

    def words(self, text: str) -> list[str]:
        return text.lower().replace("colour", "color").split()


WORLD: tuple[Item, ...] = (
    article("k1", "返金にかかる日数", "お金は5日で戻ります。"),
    article("k2", "荷物の追跡", "荷物の場所を調べます。"),
    article("k3", "Choosing a colour", "Every colour we have.", "en"),
    ticket("1", "Where is my parcel", 1),
    message("e1", "1", "My package is late"),
)


def search_with(store: Store, *, maker: str = "use 1") -> Search:
    search = Search(store.db, Tools(Letters, lambda _name: Topics(maker)))
    search.meaning.want(Wanted(True, ("use",)))
    return search


def make_all(search: Search) -> int:
    steps = 0
    while search.meaning.make_some():
        steps += 1
    return steps


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "desk.db") as opened_store:
        take(opened_store, *WORLD)
        index_all(opened_store)
        yield opened_store


def test_a_question_finds_an_article_in_another_language(store: Store) -> None:
    search = search_with(store)
    make_all(search)

    found = search.search("When do I get my money back", now=NOW, kinds=ARTICLES, is_typed=False)

    assert names(found)[0] == "article k1"


def test_stray_words_of_a_sentence_do_not_hide_what_it_means_in_another_script(store: Store) -> None:
    take(store, article("k4", "When or I", "get back, do my"), article("k5", "When do I", "my back を get する"))
    search = search_with(store)
    index_all(store)
    make_all(search)

    found = search.search("When do I get my money back", now=NOW, kinds=ARTICLES, is_typed=False)

    assert names(found)[0] == "article k1"


def test_the_analyser_finds_another_spelling(store: Store) -> None:
    search = search_with(store)
    make_all(search)

    assert "article k3" in names(search.search("which color is there", now=NOW, kinds=ARTICLES, is_typed=False))


def test_without_extras_nothing_is_made(store: Store) -> None:
    assert store.search.meaning.make_some() == 0
    assert store.db.execute("SELECT count(*) FROM meaning").fetchone() == (0,)


def test_a_changed_text_is_read_again(store: Store) -> None:
    search = search_with(store)
    make_all(search)

    take(store, article("k2", "返金の窓口", "お金のことはこちらへ。", stamp=2))
    index_all(store)
    assert search.meaning.made("use") == (2, 1)
    make_all(search)

    assert search.meaning.made("use") == (3, 1)
    assert {*names(search.search("money please and thank you", now=NOW, kinds=ARTICLES, is_typed=False))} >= {
        "article k1", "article k2",
    }  # fmt: skip


@pytest.mark.parametrize("statement", ["UPDATE event SET body = 'gone'", "DELETE FROM event", "DELETE FROM ticket"])
def test_a_ticket_is_forgotten_with_its_first_message(store: Store, statement: str) -> None:
    search = search_with(store)
    make_all(search)

    store.db.execute(statement)

    assert search.meaning.made("use") == (3, 0)


def test_another_maker_reads_everything_again(store: Store) -> None:
    make_all(search_with(store))
    newer = search_with(store, maker="use 2")

    assert make_all(newer) > 0
    assert store.db.execute("SELECT DISTINCT maker FROM meaning WHERE length(value) > 0").fetchall() == [("use 2",)]


def test_an_answer_that_may_not_wait_leaves_out_what_is_not_loaded(store: Store) -> None:
    make_all(search_with(store))
    may_load = Event()

    def slowly(_name: str) -> Topics:
        may_load.wait()
        return Topics()

    found = Search(store.db, Tools(Letters, slowly)).search("When do I get my money back", now=NOW, kinds=ARTICLES)
    may_load.set()

    assert found == []


def test_who_may_not_wait_learns_the_next_time_what_an_encoder_has_to_read(store: Store) -> None:
    may_load, is_loaded = Event(), Event()

    def slowly(_name: str) -> Topics:
        may_load.wait()
        is_loaded.set()
        return Topics()

    search = Search(store.db, Tools(Letters, slowly))
    search.meaning.want(Wanted(False, ("use",)))

    assert search.meaning.make_some(wait=False) == 0
    may_load.set()
    is_loaded.wait()
    make_all(search)
    assert search.meaning.made("use") == (3, 1)


def test_lists_count_by_their_best() -> None:
    assert blended([(1.0, {1: 8.0, 2: 4.0}), (1.0, {2: 0.2}), (1.0, {})]) == {1: pytest.approx(1 / 1.5), 2: 1.0}


@pytest.mark.skipif(sudachi_version() is None, reason="the extra [ja] is not installed")
def test_sudachi_knows_other_spellings_of_a_word() -> None:
    words = Sudachi().words

    assert words("子供の靴") == words("子どもの 靴")
    assert words("引っ越しの手続き") == words("引越しの手続")


@pytest.mark.parametrize("name", vectors.NAMES)
def test_an_encoder_brings_languages_together(name: str) -> None:
    if vectors.package_version(name) is None:
        pytest.skip(f"no package for {name!r} is installed (extras [semantic] and [e5])")
    encoder = vectors.load(name)
    texts = encoder.of_texts([("返金にかかる日数", "返金は5日で戻ります"), ("木の道具", "まな板のお手入れ")])

    refund, wood = encoder.nearness(encoder.of_question("How long does a refund take?"), texts)

    assert refund > wood


def test_an_encoder_counts_by_how_far_its_best_stands_out(store: Store) -> None:
    take(store, *(article(f"p{at}", "荷物", "荷物はどこ") for at in range(30)))
    search = search_with(store)
    make_all(search)

    (money, _near), (parcels, _all) = (search.meaning.nearest(said)[0] for said in ("money", "parcel"))

    assert money > 1 > parcels


def test_it_is_known_how_much_the_extras_have_to_read(store: Store) -> None:
    search = Search(store.db, Tools(Letters, lambda name: Topics(f"{name} 1")))
    search.meaning.want(Wanted(True, ("use", "e5")))

    assert (search.meaning.unread(), search.meaning.behind()) == (3 + 4 + 3, {"use": 3, "e5": 3})

    while search.learn_some(is_patient=False):
        pass
    assert (search.meaning.unread(), search.meaning.behind()) == (3, {"e5": 3})

    make_all(search)
    assert (search.meaning.unread(), search.meaning.behind()) == (0, {})


def test_a_slow_encoder_counts_only_once_it_has_read_the_articles(store: Store) -> None:
    search = Search(store.db, Tools(Letters, lambda name: Topics(f"{name} 1")))
    search.meaning.want(Wanted(False, ("e5",)))

    while search.learn_some(is_patient=False):
        pass
    assert search.search("When do I get my money back", now=NOW, kinds=ARTICLES, is_typed=False) == []

    make_all(search)
    assert names(search.search("When do I get my money back", now=NOW, kinds=ARTICLES, is_typed=False)) == [
        "article k1"
    ]
