"""The knowledge beside a ticket."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from agentdesk.desk import Desk
from agentdesk.exchange import Page
from agentdesk.model import Article, Ref
from agentdesk.ui.widgets.knowledge import Found, KnowledgePane
from agentdesk.ui.widgets.suggested import Answer

from .example import ACCOUNT, NOW, TICKET, Showing, desk_at, fill, row


class Knowing(Showing):
    """The knowledge pane and nothing else."""

    def __init__(self, desk: Desk) -> None:
        self.knowledge = KnowledgePane(desk)
        super().__init__(self.knowledge)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    opened = desk_at(tmp_path)
    fill(opened.store, 1)
    while opened.store.search.index_some(100):
        pass
    yield opened
    await opened.close()


async def settled(app: Knowing, pilot: Pilot[None]) -> None:
    await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.pause()


async def test_suggestions_are_there_before_a_key_is_pressed(desk: Desk) -> None:
    app = Knowing(desk)

    async with app.run_test(size=(44, 20)) as pilot:
        app.knowledge.show(row(desk))
        await settled(app, pilot)

        assert "二重請求の確認方法" in app.words()
        assert "internal" in next(text for text in app.words().splitlines() if "請求の社内手順" in text)


async def test_an_article_that_solved_tickets_says_how_often(desk: Desk) -> None:
    desk.store.desktop.inserted(TICKET, "a1", "link", NOW)
    app = Knowing(desk)

    async with app.run_test(size=(44, 20)) as pilot:
        app.knowledge.show(row(desk))
        await settled(app, pilot)

        assert "solved 0/1" in app.words()


async def test_the_search_answers_while_one_types(desk: Desk) -> None:
    app = Knowing(desk)

    async with app.run_test(size=(44, 20)) as pilot:
        app.knowledge.show(row(desk))
        app.knowledge.search("")
        await pilot.press(*"社内")
        await settled(app, pilot)

        assert "Found" in app.words()
        assert "請求の社内手順" in app.words()
        assert "二重請求の確認方法" not in app.words()


async def test_an_answer_to_an_older_question_is_dropped(desk: Desk) -> None:
    app = Knowing(desk)

    async with app.run_test(size=(44, 20)) as pilot:
        app.knowledge.search("社内")
        await settled(app, pilot)
        app.knowledge.post_message(Found(Answer("older question", problem="stale")))
        await pilot.pause()

        assert "stale" not in app.words()


async def test_an_article_is_read_in_the_pane_and_left_again(desk: Desk) -> None:
    app = Knowing(desk)

    async with app.run_test(size=(44, 20)) as pilot:
        app.knowledge.show(row(desk))
        await settled(app, pilot)
        app.knowledge.enter()
        await pilot.pause()
        assert "明細に同じ金額が二度ある場合" in app.words()
        assert "https://help.acme.example/hc/ja/articles" in app.words()

        assert app.knowledge.leave()
        await pilot.pause()
        assert "Useful articles" in app.words()


async def test_the_chosen_article_is_the_one_under_the_cursor(desk: Desk) -> None:
    app = Knowing(desk)

    async with app.run_test(size=(44, 20)) as pilot:
        app.knowledge.show(row(desk))
        await settled(app, pilot)
        app.knowledge.move(1)
        app.knowledge.move(1)

        chosen = app.knowledge.selected()

        assert isinstance(chosen, Article)
        assert chosen.title == "請求の社内手順"


async def test_a_query_that_does_not_read_says_so(desk: Desk) -> None:
    app = Knowing(desk)

    async with app.run_test(size=(60, 20)) as pilot:
        app.knowledge.search("wait>banana")
        await settled(app, pilot)

        assert app.knowledge.list.answer.problem


async def test_suggestions_come_once_the_articles_are_indexed(tmp_path: Path) -> None:
    desk = desk_at(tmp_path / "fresh")
    fill(desk.store, 1)
    app = Knowing(desk)

    async with app.run_test(size=(44, 20)) as pilot:
        app.knowledge.show(row(desk))
        await settled(app, pilot)
        assert "No article fits" in app.words()

        while desk.store.search.index_some(100):
            pass
        app.knowledge.reload()
        await settled(app, pilot)
        assert "二重請求の確認方法" in app.words()

    await desk.close()


async def test_what_fits_better_is_suggested_once_all_of_the_index_is_there(tmp_path: Path) -> None:
    desk = desk_at(tmp_path / "fresh")
    fill(desk.store, 1)
    while desk.store.search.index_some(100):
        pass
    better = Article(
        Ref(ACCOUNT, "better"), "請求に覚えがないとき", "二重請求と身に覚えのない請求の調べかた。", language="ja"
    )
    desk.store.mirror.take(Page((better,), ""))
    app = Knowing(desk)

    async with app.run_test(size=(44, 20)) as pilot:
        app.knowledge.show(row(desk))
        await settled(app, pilot)
        assert (app.knowledge.list.answer.whole, better.title in app.words()) == (False, False)

        while desk.store.search.index_some(100):
            pass
        app.knowledge.reload()
        await settled(app, pilot)
        assert (app.knowledge.list.answer.whole, better.title in app.words()) == (True, True)

    await desk.close()


async def test_a_new_message_suggests_again_and_leaves_what_is_being_read(desk: Desk) -> None:
    app = Knowing(desk)

    async with app.run_test(size=(60, 30)) as pilot:
        app.knowledge.show(row(desk))
        await settled(app, pilot)
        app.knowledge.enter()
        before = app.knowledge.list.answer.question
        newer = replace(row(desk).ticket, last_customer_message=NOW)
        app.knowledge.show(replace(row(desk), ticket=newer))
        await settled(app, pilot)

        assert app.knowledge.list.answer.question != before
        assert "明細に同じ金額が二度ある場合" in app.words()


async def test_an_article_in_another_language_is_marked(desk: Desk) -> None:
    english = Article(Ref(ACCOUNT, "a9"), "二重請求 double charge", "明細に同じ金額が二度", language="en-us")
    desk.store.mirror.take(Page((english,), ""))
    while desk.store.search.index_some(100):
        pass
    app = Knowing(desk)

    async with app.run_test(size=(60, 30)) as pilot:
        app.knowledge.show(row(desk))
        await settled(app, pilot)

        shown = [shown for shown in app.knowledge.list.lines() if "double charge" in shown.plain]
        assert shown[0].parts[-1] == ("  en", "soon")


async def test_a_cache_that_does_not_answer_is_told_and_ends_nothing(desk: Desk) -> None:
    desk.store.db.execute("DROP TABLE article_words")
    app = Knowing(desk)

    async with app.run_test(size=(44, 20)) as pilot:
        app.knowledge.show(row(desk))
        await settled(app, pilot)

        assert "The cache did not answer" in app.words()


async def test_a_match_is_forgotten_where_its_line_is_another_one(tmp_path: Path) -> None:
    opened = desk_at(tmp_path)
    fill(opened.store, 1)
    long = Article(Ref(ACCOUNT, "z1"), "Animals", "Nothing but words here. " * 40 + "A zebra.", language="en")
    opened.store.mirror.take(Page((long,), ""))
    while opened.store.search.index_some(100):
        pass
    app = Knowing(opened)

    async with app.run_test(size=(30, 20)) as pilot:
        app.knowledge.show(row(opened))
        app.knowledge.search("zebra")
        await settled(app, pilot)
        assert not app.knowledge.is_marked
        app.knowledge.enter()
        assert app.knowledge.is_marked
        assert app.knowledge.next_match(1)
        await pilot.resize_terminal(100, 20)
        await settled(app, pilot)
        assert app.knowledge.next_match(1)
        app.knowledge.search("zebras")
        await settled(app, pilot)

        assert "Animals" in app.words()
    await opened.close()
