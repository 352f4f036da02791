"""The composer: nothing typed is lost, and nothing leaves that should not."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from textual.events import Key, Paste
from textual.strip import Strip

from agentdesk.desk import Desk
from agentdesk.errors import Refused, StoreError
from agentdesk.exchange import Concurrency, Page, Traits
from agentdesk.model import Canned, CannedAction, Kind, Note, Ref, Reply, SetStatus, Status, Tag
from agentdesk.store import Store
from agentdesk.store.drafts import Draft
from agentdesk.ui.screens.review import Letter, Review, visible
from agentdesk.ui.widgets.composer import Composer

from .example import ACCOUNT, NOW, TICKET, Showing, desk_at, event, fill, row, ticket


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    opened = desk_at(tmp_path)
    fill(opened.store, 1)
    yield opened
    await opened.close()


class Writing(Showing):
    """A composer and nothing else."""

    def __init__(self, desk: Desk) -> None:
        self.composer = Composer(desk)
        super().__init__(self.composer)
        self.desk = desk

    def reply(self, id: str = "1") -> None:
        self.composer.open(row(self.desk, id), "reply")


async def test_the_frame_says_who_will_read_it(desk: Desk) -> None:
    app = Writing(desk)

    async with app.run_test(size=(80, 12)) as pilot:
        app.reply()
        await pilot.pause()
        assert "┌─ PUBLIC REPLY  to tanaka@example.jp" in app.words()

        app.composer.open(row(desk), "note")
        await pilot.pause()

        assert "┏━ INTERNAL NOTE  only colleagues read this" in app.words()


async def test_what_is_typed_is_soon_on_disk_with_its_caret(desk: Desk) -> None:
    app = Writing(desk)

    async with app.run_test(size=(80, 12)) as pilot:
        app.reply()
        await pilot.press("a", "b", "c", "enter", "d", "left")
        await pilot.pause(0.2)

        draft = desk.store.drafts.get(TICKET, "reply")

        assert draft is not None
        assert (draft.body, draft.caret) == ("abc\nd", 4)
        assert "draft saved" in app.words()


async def test_keys_that_arrive_all_at_once_are_obeyed_in_their_order(desk: Desk) -> None:
    app = Writing(desk)

    async with app.run_test(size=(80, 12)) as pilot:
        app.reply()
        await pilot.pause()
        for key in ("a", "b", "backspace", "c", "left", "d"):
            app.post_message(Key(key, key if len(key) == 1 else None))
        await pilot.pause(0.2)

        assert app.composer.text == "adc"


async def test_the_words_for_a_ticket_that_was_deleted_meanwhile_stay_and_the_agent_is_told(desk: Desk) -> None:
    app = Writing(desk)

    async with app.run_test(size=(80, 12)) as pilot:
        app.reply()
        await pilot.press(*"sorry")
        desk.store.mirror.take(Page((), "", gone=(TICKET,)))
        app.composer.reload()
        await pilot.pause(0.2)

        draft = desk.store.drafts.get(TICKET, "reply")
        assert draft is not None
        assert (app.composer.text, draft.body) == ("sorry", "sorry")
        assert "was deleted on the helpdesk." in app.words()


async def test_a_caret_that_only_moved_is_kept_too(desk: Desk) -> None:
    app = Writing(desk)

    async with app.run_test(size=(80, 12)) as pilot:
        app.reply()
        await pilot.press("a", "b", "c")
        await pilot.pause(0.2)
        await pilot.press("left", "left")
        await pilot.pause(0.2)

        draft = desk.store.drafts.get(TICKET, "reply")

        assert draft is not None
        assert draft.caret == 1


async def test_what_another_window_sent_is_not_there_to_be_sent_again(desk: Desk) -> None:
    app = Writing(desk)

    async with app.run_test(size=(80, 12)) as pilot:
        app.reply()
        await pilot.press(*"sorry")
        await pilot.pause(0.2)
        await desk.decide([row(desk)], [Reply("sorry")])
        app.composer.reload()

        assert app.composer.text == ""


async def test_what_is_typed_while_a_slow_disk_takes_a_message_is_not_swallowed(desk: Desk) -> None:
    app = Writing(desk)

    async with app.run_test(size=(80, 12)) as pilot:
        app.reply()
        await pilot.press(*"sorry")
        desk.store.db.execute("BEGIN IMMEDIATE")
        sending = asyncio.ensure_future(app.composer.send(None))
        await asyncio.sleep(0)
        app.reply()
        app.composer.insert("more")
        desk.store.db.execute("COMMIT")
        await sending
        await pilot.pause(0.2)

        draft = desk.store.drafts.get(TICKET, "reply")
        assert app.composer.text == "more"
        assert draft is not None
        assert draft.body == "more"


async def test_what_the_disk_did_not_take_is_in_the_composer_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_given: object, **_named: object) -> NoReturn:
        raise StoreError("the disk is full")

    app = Writing(desk)

    async with app.run_test(size=(80, 12)) as pilot:
        app.reply()
        await pilot.press(*"sorry")
        monkeypatch.setattr(desk, "decide", full)
        with pytest.raises(StoreError):
            await app.composer.send(None)
        await pilot.pause(0.2)

        assert app.composer.text == "sorry"


async def test_each_ticket_and_kind_keeps_its_own_text(desk: Desk) -> None:
    desk.store.mirror.take(Page((ticket("3"),), "1"))
    app = Writing(desk)

    async with app.run_test(size=(80, 12)) as pilot:
        app.reply()
        await pilot.press("a")
        app.composer.open(row(desk), "note")
        await pilot.press("b")
        app.reply("3")
        await pilot.press("c")

        app.reply()
        first = app.composer.text
        app.composer.open(row(desk), "note")
        note = app.composer.text
        app.reply("3")

        assert (first, note, app.composer.text) == ("a", "b", "c")


async def test_closing_the_program_writes_what_was_just_typed(desk: Desk) -> None:
    app = Writing(desk)

    async with app.run_test(size=(80, 12)) as pilot:
        app.reply()
        await pilot.press("l", "a", "s", "t")

    draft = desk.store.drafts.get(TICKET, "reply")
    assert draft is not None
    assert draft.body == "last"


async def test_sending_queues_the_message_with_the_status_and_leaves_no_draft(desk: Desk) -> None:
    app = Writing(desk)

    async with app.run_test(size=(80, 12)) as pilot:
        app.reply()
        await pilot.press(*"ok")
        await pilot.pause(0.2)

        said = await app.composer.send("pending")

        [op] = desk.store.outbox.pending()
        assert op.changes == (Reply("ok"), SetStatus(Status.PENDING))
        assert op.not_before == NOW + timedelta(seconds=10)
        assert desk.store.drafts.all() == []
        assert "leaves in 10 s. u takes it back" in said
        assert not app.composer.is_open


async def test_a_note_is_sent_as_a_note(desk: Desk) -> None:
    app = Writing(desk)

    async with app.run_test(size=(80, 12)) as pilot:
        app.composer.open(row(desk), "note")
        await pilot.press("x")
        await app.composer.send(None)

        assert [op.changes for op in desk.store.outbox.pending()] == [(Note("x"),)]


async def test_a_note_waits_for_no_customer(desk: Desk) -> None:
    app = Writing(desk)

    async with app.run_test(size=(80, 12)) as pilot:
        app.composer.open(row(desk), "note")
        await pilot.press("x")
        await app.composer.send("pending")

        assert [op.changes for op in desk.store.outbox.pending()] == [(Note("x"),)]


async def test_an_empty_message_is_refused(desk: Desk) -> None:
    app = Writing(desk)

    async with app.run_test(size=(80, 12)) as pilot:
        app.reply()
        await pilot.press("space", "enter")

        with pytest.raises(Refused, match="nothing to send"):
            await app.composer.send("pending")


async def test_a_placeholder_without_a_value_stops_the_send_and_gets_the_caret(desk: Desk) -> None:
    app = Writing(desk)

    async with app.run_test(size=(80, 12)) as pilot:
        app.reply()
        await app.composer.insert_template("お詫び")
        await pilot.press("ctrl+end")
        assert app.composer.text.startswith("田中 美咲 様")

        with pytest.raises(Refused, match="ticket_field_99"):
            await app.composer.send("pending")

        assert app.composer.text[app.composer.field.caret :].startswith("{{ticket.ticket_field_99}}")
        assert desk.store.outbox.pending() == []


async def test_an_internal_article_never_goes_into_a_public_reply(desk: Desk) -> None:
    internal = desk.store.queries.article(Ref(ACCOUNT, "a2"))
    assert internal is not None
    app = Writing(desk)

    async with app.run_test(size=(80, 12)):
        app.reply()
        with pytest.raises(Refused, match="for colleagues only"):
            app.composer.insert_article(internal, "text")
        assert app.composer.text == ""

        app.composer.open(row(desk), "note")
        app.composer.insert_article(internal, "text")
        assert "管理画面" in app.composer.text


async def test_an_article_as_a_link_is_remembered_as_used(desk: Desk) -> None:
    article = desk.store.queries.article(Ref(ACCOUNT, "a1"))
    assert article is not None
    app = Writing(desk)

    async with app.run_test(size=(80, 12)):
        app.reply()
        app.composer.insert_article(article, "link")
        await app.workers.wait_for_complete()

        assert app.composer.text == "二重請求の確認方法\nhttps://help.acme.example/hc/ja/articles/1\n"
        assert desk.store.search.usage(article.ref) == (1, 0)


async def test_a_customer_who_wrote_meanwhile_stops_the_first_send_only(desk: Desk) -> None:
    app = Writing(desk)

    async with app.run_test(size=(80, 12)) as pilot:
        app.reply()
        await pilot.press("x")
        desk.store.mirror.take(
            Page((event("newer", 1, Kind.CUSTOMER, "自己解決しました"), ticket(stamp=2)), "2", complete=(TICKET,))
        )
        app.composer.reload()
        await pilot.pause()
        assert "The customer wrote again" in app.words()

        with pytest.raises(Refused, match="wrote again"):
            await app.composer.send("pending")
        await app.composer.send("pending")

        [op] = desk.store.outbox.pending()
        assert op.seen is not None
        assert op.seen.last_customer_message == NOW - timedelta(minutes=1)


async def test_what_was_taken_back_is_in_the_open_composer_again(desk: Desk) -> None:
    app = Writing(desk)

    async with app.run_test(size=(80, 12)) as pilot:
        app.reply()
        await pilot.press(*"sorry")
        await app.composer.send(None)
        app.reply()
        assert app.composer.text == ""

        await desk.undo()
        app.composer.reload()

        assert app.composer.text == "sorry"


async def test_a_reply_that_was_taken_back_forgets_the_status_of_the_key_that_sent_it(desk: Desk) -> None:
    app = Writing(desk)

    async with app.run_test(size=(80, 12)) as pilot:
        app.reply()
        await pilot.press(*"sorry")
        await app.composer.send("pending")
        await desk.undo()
        app.reply()

        assert (app.composer.text, app.composer.besides) == ("sorry", ())
        await pilot.pause(0.2)

    draft = desk.store.drafts.get(TICKET, "reply")
    assert draft is not None
    assert draft.changes == ()


async def test_news_from_the_store_leaves_the_caret_where_it_is(desk: Desk) -> None:
    desk.store.drafts.save(Draft(TICKET, "reply", "one\r\ntwo", NOW, caret=0))
    app = Writing(desk)

    async with app.run_test(size=(80, 12)) as pilot:
        app.reply()
        await pilot.press("down", "right")
        app.composer.reload()

        assert app.composer.field.cursor_location == (1, 1)


async def test_a_paste_of_many_lines_loses_only_what_a_terminal_would_obey(desk: Desk) -> None:
    app = Writing(desk)

    async with app.run_test(size=(80, 12)) as pilot:
        app.reply()
        app.composer.field.post_message(Paste("一行目\r\n\x1b[31m赤\x1b[0m\r\u202e三行目\t終"))
        await pilot.pause()

        assert app.composer.text == "一行目\n[31m赤[0m\n三行目\t終"


@pytest.mark.parametrize("cluster", ["か\u3099", "👨\u200d👩\u200d👧", "🇯🇵", "é"])
async def test_backspace_and_arrows_take_what_a_reader_calls_one_character(desk: Desk, cluster: str) -> None:
    app = Writing(desk)

    async with app.run_test(size=(80, 12)) as pilot:
        app.reply()
        app.composer.insert(f"a{cluster}b")
        await pilot.press("left", "left")
        assert app.composer.field.caret == 1

        await pilot.press("delete")
        assert app.composer.text == "ab"
        await pilot.press("ctrl+z")
        app.composer.field.go_to(1 + len(cluster))
        await pilot.press("backspace")

        assert app.composer.text == "ab"


async def test_japanese_breaks_between_characters_and_not_before_a_full_stop(desk: Desk) -> None:
    app = Writing(desk)

    async with app.run_test(size=(30, 12)) as pilot:
        app.reply()
        app.composer.insert("ご不便をおかけしております。お調べいたします。" * 2)
        await pilot.pause()

        lines = [text.strip("│ ") for text in app.words().splitlines() if text.startswith("│")]
        assert len([text for text in lines if text]) > 3
        assert not [text for text in lines if text.startswith("。")]


async def test_copies_are_checked_and_shown(desk: Desk) -> None:
    app = Writing(desk)

    async with app.run_test(size=(100, 12)) as pilot:
        app.reply()
        with pytest.raises(Refused, match="not a mail address"):
            app.composer.set_copies("boss@example.jp, nobody")

        app.composer.set_copies("boss@example.jp")
        await pilot.press("x")
        await pilot.pause()

        assert "copy to boss@example.jp" in app.words()
        assert app.composer.leaving().changes == (Reply("x", cc=("boss@example.jp",)),)


async def test_the_agents_own_editor_gives_its_text_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    app = Writing(desk)
    script = "import pathlib,sys; path = pathlib.Path(sys.argv[1]); path.write_text(path.read_text() + ' edited\\n')"
    monkeypatch.setenv("VISUAL", f"{sys.executable} -c {chr(34)}{script}{chr(34)}")

    async with app.run_test(size=(80, 12)) as pilot:
        app.reply()
        await pilot.press("x")
        monkeypatch.setattr(app, "suspend", nullcontext)  # the test's terminal cannot be left

        app.composer.edit_outside()

        assert app.composer.text == "x edited"


async def test_only_the_rows_that_change_are_painted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    app = Writing(desk)

    async with app.run_test(size=(80, 20)) as pilot:
        app.reply()
        await pilot.press("a", "enter", "b")
        await pilot.pause()
        drawn: list[int] = []
        field = app.composer.field
        render_line = field.render_line

        def counted(y: int) -> Strip:
            drawn.append(y)
            return render_line(y)

        monkeypatch.setattr(field, "render_line", counted)

        await pilot.press("c")
        await pilot.pause()

        assert set(drawn) == {1}


async def test_the_review_shows_everything_that_leaves(desk: Desk) -> None:
    app = Writing(desk)

    async with app.run_test(size=(90, 30)) as pilot:
        app.reply()
        app.composer.set_copies("boss@example.jp")
        app.composer.insert("田中様\u200b\n\n確認します。 ")
        app.push_screen(Review(app.composer))
        await pilot.pause()

        words = app.words()
        for expected in (
            "PUBLIC",
            "tanaka@example.jp",
            "boss@example.jp",
            "田中様<200B>",
            "確認します。·",
            "Acme 相子",
        ):
            assert expected in words
        assert app.screen.query_one(Letter).leaving.body == "田中様\u200b\n\n確認します。 "


def test_what_nobody_can_see_is_made_visible() -> None:
    assert visible("a\tb\u3000c\u00a0d\u200be  ") == "a→   b□c⍽d<200B>e··"


LONG_SECONDS = 0.6  # the promise is 0.25; a busy machine gets more
TYPING = """
import asyncio, pathlib, sys, time
from tests.ui.example import desk_at, fill, row
from tests.ui.test_composer import Writing

async def main():
    desk = desk_at(pathlib.Path(sys.argv[1]))
    fill(desk.store, 1)
    app = Writing(desk)
    async with app.run_test(size=(80, 12)) as pilot:
        app.reply()
        for number in range(10_000):
            await pilot.press(*f"{number} ")
            print(time.monotonic(), app.composer.text, flush=True)

asyncio.run(main())
"""


def test_a_draft_survives_a_kill(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", TYPING, str(tmp_path)], cwd=root, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    printed = [process.stdout.readline().rstrip("\n").partition(" ") for _line in range(60)]
    last = float(printed[-1][0])
    long_ago = [text for at, _space, text in printed if float(at) < last - LONG_SECONDS]

    process.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    process.wait()
    process.stdout.close()

    store = Store(tmp_path / "data" / "agentdesk.db")
    draft = store.drafts.get(TICKET, "reply")
    store.close()
    assert draft is not None
    assert draft.body.startswith(long_ago[-1] if long_ago else "0 ")


async def test_a_template_begins_a_paragraph_of_its_own(desk: Desk) -> None:
    app = Writing(desk)

    async with app.run_test(size=(80, 12)) as pilot:
        app.reply()
        await pilot.press(*"hello", "left")
        await app.composer.insert_template("お詫び")

        assert app.composer.text.startswith("hello\n\n田中 美咲 様")


async def test_a_template_is_offered_by_words_and_not_by_its_placeholders(desk: Desk) -> None:
    app = Writing(desk)

    async with app.run_test(size=(80, 12)):
        app.reply()
        [template] = app.composer.templates()

        assert app.composer.first_words_of(template) == "田中 美咲 様 注文 …"


async def prepared(desk: Desk) -> None:
    """A prepared answer that solves the ticket, tags it, and takes a step nobody knows here."""
    actions = (CannedAction("status", ("solved",)), CannedAction("current_tags", ("refund",)), CannedAction("odd", ()))
    canned = Canned(Ref(ACCOUNT, "c9"), "Refund", "The refund is on its way.", actions=actions)
    await desk.write(lambda store: store.mirror.take(Page((canned,), "3")))


async def test_what_the_ticket_has_already_is_not_told_of_a_template(desk: Desk) -> None:
    actions = (CannedAction("remove_tags", ("gone",)), CannedAction("current_tags", ("refund",)))
    canned = Canned(Ref(ACCOUNT, "c9"), "Refund", "The refund is on its way.", actions=actions)
    await desk.write(lambda store: store.mirror.take(Page((canned,), "3")))
    app = Writing(desk)

    async with app.run_test(size=(100, 12)) as pilot:
        app.reply()
        told = await app.composer.insert_template("Refund")
        await pilot.pause(0.3)

        assert told == "With it: Tags: +refund. alt+x leaves that out."
        assert "with it: Tags: +refund" in app.words()


async def test_what_a_template_changes_is_told_and_leaves_with_its_words(desk: Desk) -> None:
    await prepared(desk)
    app = Writing(desk)

    async with app.run_test(size=(100, 12)) as pilot:
        app.reply()
        told = await app.composer.insert_template("Refund")
        await pilot.pause(0.3)
        assert told == "With it: Status: solved, Tags: +refund. alt+x leaves that out. Not known here: odd."
        assert "with it: Status: solved, Tags: +refund" in app.words()
        await app.composer.send(None)

    (op,) = desk.store.outbox.pending()
    assert op.changes == (Reply("The refund is on its way."), SetStatus(Status.SOLVED), Tag("refund"))


async def test_the_key_that_sends_decides_the_status(desk: Desk) -> None:
    await prepared(desk)
    app = Writing(desk)

    async with app.run_test(size=(100, 12)):
        app.reply()
        await app.composer.insert_template("Refund")
        await app.composer.send("pending")

    (op,) = desk.store.outbox.pending()
    assert [change for change in op.changes if isinstance(change, SetStatus)] == [SetStatus(Status.PENDING)]


async def test_what_a_template_changes_can_be_left_out(desk: Desk) -> None:
    await prepared(desk)
    app = Writing(desk)

    async with app.run_test(size=(100, 12)):
        app.reply()
        await app.composer.insert_template("Refund")
        app.composer.keep_fields([SetStatus(Status.SOLVED)])
        assert app.composer.leaving().changes[1:] == (Tag("refund"),)

        app.composer.keep_fields()
        assert app.composer.leaving().changes[1:] == ()


async def test_what_a_template_changes_is_kept_with_the_draft(desk: Desk) -> None:
    await prepared(desk)
    first = Writing(desk)
    async with first.run_test(size=(100, 12)) as pilot:
        first.reply()
        await first.composer.insert_template("Refund")
        await pilot.pause(0.3)

    again = Writing(desk)
    async with again.run_test(size=(100, 12)):
        again.reply()

        assert again.composer.besides == (SetStatus(Status.SOLVED), Tag("refund"))


async def test_what_a_template_changed_is_taken_back_with_its_words(desk: Desk) -> None:
    await prepared(desk)
    app = Writing(desk)

    async with app.run_test(size=(100, 12)):
        app.reply()
        await app.composer.insert_template("Refund")
        await app.composer.send(None)
        await desk.undo()

    draft = desk.store.drafts.get(TICKET, "reply")
    assert draft is not None
    assert draft.changes == (SetStatus(Status.SOLVED), Tag("refund"))
    assert "refund" not in row(desk).ticket.tags


async def test_the_review_shows_what_a_template_changes(desk: Desk) -> None:
    await prepared(desk)
    app = Writing(desk)

    async with app.run_test(size=(100, 40)) as pilot:
        app.reply()
        await app.composer.insert_template("Refund")
        await app.push_screen(Review(app.composer))
        await pilot.pause()

        words = app.words()
        assert "Status: solved (with alt+s)" in words
        assert "Tags: +refund" in words


async def test_the_key_that_sends_leaves_the_status_where_the_helpdesk_cannot_wait_for_a_customer(desk: Desk) -> None:
    statuses = frozenset({Status.OPEN, Status.SOLVED})
    traits = Traits(Concurrency.BEST_EFFORT, True, True, True, False, 1000, statuses=statuses)
    desk.store.desktop.remember_traits(ACCOUNT, traits)
    app = Writing(desk)

    async with app.run_test(size=(80, 24)) as pilot:
        app.reply()
        app.composer.insert("Hello")
        await app.push_screen(Review(app.composer))
        await pilot.pause()
        keys = app.words()
        await app.composer.send("pending")

    (op,) = desk.store.outbox.pending()
    assert op.changes == (Reply("Hello"),)
    assert "ctrl+s send " in keys
    assert "pending" not in keys


async def test_the_review_of_a_long_letter_keeps_its_keys_in_sight(desk: Desk) -> None:
    app = Writing(desk)

    async with app.run_test(size=(80, 24)) as pilot:
        app.reply()
        app.composer.insert("line\n" * 60)
        await app.push_screen(Review(app.composer))
        await pilot.pause()

        assert "This is exactly what leaves" in app.words()
        assert "ctrl+s send, pending" in app.words()
