"""Searching on the running desk: from the key to the message, and from a query to a queue."""

import os
from dataclasses import replace
from pathlib import Path

from agentdesk.model import Article, Canned, Event, Item, Kind, Note, Ref, Role, Status, Tag, Ticket
from agentdesk.store.desktop import Account, Weather
from agentdesk.store.search import Hit
from agentdesk.store.words import INDEXED_CHARACTERS
from tests.ui.driver import ACCOUNT, ME, NARROW, NOW, WIDE, DeskDriver, opened_desk, people, question, ticket, tickets


def long_story() -> list[Item]:
    """A ticket of forty messages, of which the sixth speaks of a zebra."""
    one = ticket(1)
    said = [question(one, f"message {at} " + "words " * 60, at) for at in range(40)]
    said[5] = replace(said[5], body="the zebra is in the parcel " + "words " * 60)
    return [*people(), one, *said, ticket(2), question(ticket(2))]


async def finds(desk: DeskDriver, text: str) -> None:
    await desk.press("/")
    await desk.types(text)
    await answered(desk)


async def answered(desk: DeskDriver) -> None:
    await desk.app.workers.wait_for_complete()
    await desk.settles()


async def test_the_first_ticket_of_the_day_opens_at_its_message_too(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, long_story(), size=WIDE) as desk:
        main = desk.app.main
        row = main.desk.store.queries.ticket(Ref(ACCOUNT, "1"))
        assert row is not None
        assert main.work is not None
        for pane in main.work.panes:
            await pane.remove()
        main.work = None  # as it is until the desk has been idle for a moment

        main.open_ticket(row, long_story()[14].ref, ("zebra",))
        await answered(desk)

        desk.sees("the zebra is in the parcel")
        assert desk.marked == ["[zebra]"]


async def test_enter_brings_the_very_message_on_the_screen_and_marks_it(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, long_story(), size=WIDE) as desk:
        await desk.desk.index()
        await finds(desk, "zebra")
        await desk.press("enter")
        await desk.settles()

        desk.has_keys("reading")
        desk.sees("the zebra is in the parcel")
        marked = next(at for at, line in enumerate(desk.lines) if "▸" in line)
        assert "the zebra is in the parcel" in desk.lines[marked + 1]


async def test_the_words_that_were_sought_are_marked_in_the_ticket_until_escape(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, long_story(), size=WIDE) as desk:
        await desk.desk.index()
        await finds(desk, "zebras")
        await desk.press("enter")
        await desk.settles()
        assert desk.marked == ["[zebra]"]
        before = desk.lines[:-1]
        desk.sees("} next match")

        await desk.press("escape")

        desk.has_keys("reading")
        assert desk.marked == []
        assert desk.lines[:-1] == before

        await desk.press("escape")
        desk.has_keys("list")


def japanese_story() -> list[Item]:
    """A ticket whose first message asks for a cancellation in two spellings, and whose last quotes it."""
    one = ticket(1)
    first = replace(question(one, "お世話になっております。" * 4 + "注文の取り消しをお願いします。取消は可能ですか。"))
    middle = [question(one, f"{at} 通目です。" + "よろしくお願いします。" * 30, at) for at in range(1, 12)]
    last = question(one, "どうなりましたか。\n> 注文の取消を\n> お願いします", 20)
    return [*people(), one, first, *middle, last]


async def test_braces_go_from_match_to_match_in_every_spelling(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, japanese_story(), size=NARROW) as desk:
        await desk.desk.index()
        await finds(desk, "取消し")
        await desk.press("enter")
        await desk.settles()
        desk.sees("どうなりましたか")
        assert desk.marked == ["[> [quoted, 2 lines]]"]

        await desk.press("{")
        desk.sees("注文の取り消し")
        assert "[取り消し]" in desk.marked

        await desk.press("{", "}", "}")
        assert desk.marked == ["[> [quoted, 2 lines]]"]


async def test_a_match_far_down_in_a_long_message_is_brought_on_the_screen(tmp_path: Path) -> None:
    one = ticket(1)
    said = [question(one, "first"), question(one, "words and more words\n" * 900 + "a zebra at last", 5)]
    async with opened_desk(tmp_path, [*people(), one, *said], size=NARROW) as desk:
        await desk.desk.index()
        await finds(desk, "zebra")
        await desk.press("enter")
        await desk.settles()

        assert desk.marked == ["[zebra]"]


async def test_a_log_of_megabytes_is_read_no_further_for_a_match_than_it_was_indexed(tmp_path: Path) -> None:
    one = replace(ticket(1), subject="A zebra in the log")
    said = [question(one, "words and more words\n" * 20_000)]
    async with opened_desk(tmp_path, [*people(), one, *said], size=NARROW) as desk:
        await desk.desk.index()
        await finds(desk, "zebra words")
        await desk.press("enter")
        await desk.settles()
        assert desk.app.main.work is not None
        timeline = desk.app.main.work.reading.timeline
        timeline.seek(("zebra",))
        timeline.go_to(said[0].ref)

        assert max(stretch.unfolding.shown for stretch in timeline._stretches) < 2 * INDEXED_CHARACTERS


async def test_an_article_from_the_search_has_its_words_marked(tmp_path: Path) -> None:
    body = "Nothing here.\n" * 60 + "A zebra is not an article.\n" + "More.\n" * 60 + "Zebras again."
    article = Article(Ref(ACCOUNT, "a1"), "Animals", body, language="en")
    async with opened_desk(tmp_path, [*tickets(1), article], size=NARROW) as desk:
        await desk.desk.index()
        await finds(desk, "zebra")
        await desk.press("enter")
        await answered(desk)
        assert desk.marked == ["[zebra]"]

        await desk.press("}")

        assert desk.marked == ["[Zebras]"]


async def test_the_marker_stays_at_the_found_message_when_the_cache_changes(tmp_path: Path) -> None:
    one = ticket(1)
    said = [question(one, "a zebra"), question(one, "and a lion", 5)]
    async with opened_desk(tmp_path, [*people(), one, *said, ticket(2)], size=WIDE) as desk:
        await desk.desk.index()
        await finds(desk, "zebra")
        await desk.press("enter")
        await desk.settles()
        marker = next(line for line in desk.lines if "▸" in line)

        await desk.arrives(replace(ticket(2), subject="Other", stamp=2))
        await desk.resizes((150, 40))

        assert next(line for line in desk.lines if "▸" in line).split()[:2] == marker.split()[:2]


async def test_a_match_in_the_middle_of_a_long_ticket_is_on_the_first_screen_of_it(tmp_path: Path) -> None:
    story = [
        replace(one, body=f"{one.body}\n\nthe {'tiger' if at == 9 else 'lion'} sleeps. " + "words " * 60)
        if isinstance(one, Event) else one
        for at, one in enumerate(long_story()[len(people()) :], start=-1)
    ]  # fmt: skip
    async with opened_desk(tmp_path, [*people(), *story], size=(120, 35)) as desk:
        await desk.desk.index()
        await finds(desk, "tiger")
        await desk.press("enter")
        await desk.settles()
        assert desk.marked == ["[tiger]"]

        await desk.resizes((80, 24))
        assert desk.marked == ["[tiger]"]

        await desk.press("G")
        await desk.resizes((120, 35))
        assert desk.marked == []


async def test_braces_say_what_they_are_for_where_nothing_is_marked(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(2)) as desk:
        await desk.press("}")

        desk.sees("No words are marked here.")


async def test_the_next_search_begins_with_the_last_one_and_typing_replaces_it(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, long_story(), size=NARROW) as desk:
        await desk.desk.index()
        await finds(desk, "zebra")
        await desk.press("escape", "/")
        await answered(desk)
        desk.sees(" zebra", "Tickets  1")

        await desk.types("parcel")
        await answered(desk)
        desk.sees(" parcel")
        desk.sees_not(" zebra parcel")


async def test_a_query_is_kept_as_a_queue_from_the_search(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.desk.index()
        await finds(desk, "status:open parcel")
        await desk.press("ctrl+s")
        await desk.types("Parcels")
        await desk.press("enter")
        await answered(desk)
        await desk.press("escape")
        await desk.settles()

        desk.sees("Parcels")
        await desk.runs("queue Parcels")
        desk.sees("Where is my parcel?")
        desk.sees_not("Change my address")
        assert 'filter = "status:open parcel"' in (tmp_path / "config/queues/Parcels.toml").read_text(encoding="utf-8")


async def test_a_saved_queue_is_edited_renamed_and_deleted_from_the_desk(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.runs("queue save Parcels --query subject:parcel")
        await desk.runs("queue Parcels")
        desk.sees("Parcels", "Where is my parcel?")

        await desk.runs("queue edit")
        desk.sees(':queue edit --name "Parcels" subject:parcel')
        for _char in "parcel":
            await desk.press("backspace")
        await desk.types("解約")
        await desk.press("enter")
        desk.sees("解約したい")
        desk.sees_not("Where is my parcel?")

        await desk.runs("queue rename Ending --name Parcels")
        assert "Ending" in desk.lines[0]
        desk.sees_not("  Parcels")

        await desk.press(":")
        await desk.types("queue delete Ending")
        await desk.press("enter")
        desk.sees("Delete the queue Ending? It shows: subject:解約")
        await desk.press("y")
        await desk.settles()
        assert not list((tmp_path / "config/queues").glob("*.toml"))


async def test_the_file_of_a_queue_is_followed_as_it_is_edited(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.runs("queue save Parcels --query subject:parcel")
        await desk.runs("queue Parcels")
        path = tmp_path / "config/queues/Parcels.toml"

        path.write_text(path.read_text("utf-8").replace("parcel", "address"), "utf-8")
        os.utime(path, (1, 1))
        desk.app.watch_store.look_at_queues()
        await desk.settles()
        desk.sees_not("Where is my parcel?")

        path.write_text('[[queue]]\nname = "Parcels"\nfilter = "waiting>banana"\n', "utf-8")
        os.utime(path, (2, 2))
        desk.app.watch_store.look_at_queues()
        await desk.settles()
        desk.sees("Parcels.toml:3: [[queue]] Parcels: filter: ")


async def test_with_one_account_seen_alone_only_that_one_is_searched(tmp_path: Path) -> None:
    other = Account("shop", "zendesk", "https://shop.example", "aiko@shop.example", "none", "9")
    line = Weather("shop", "online", NOW, synced_at=NOW)
    foreign = replace(ticket(9), ref=Ref("shop", "9"), subject="Parcel of the shop", requester=None)
    async with opened_desk(tmp_path, [*tickets(3), foreign], also=[(other, line)]) as desk:
        await desk.desk.index()
        await desk.runs("account acme")
        await finds(desk, "parcel")

        desk.sees("Search in acme", "Where is my parcel?")
        desk.sees_not("Parcel of the shop")


def history() -> list[Item]:
    """A ticket about a parcel, a solved one like it of another customer, and an earlier one of the same customer."""
    mine, like, earlier = ticket(1, requester="100"), ticket(2, status=Status.SOLVED), ticket(3, requester="100")
    return [
        *people(),
        mine,
        question(mine, "Where is my parcel? The courier lost it."),
        like,
        question(like, "The courier lost my parcel."),
        our_reply(like, "Dana, we sent the parcel again."),
        replace(earlier, subject="A broken mug", status=Status.CLOSED),
        question(replace(earlier, requester="100"), "My mug is broken."),
        our_reply(earlier, "We will replace the mug."),
        Article(Ref(ACCOUNT, "a1"), "Lost parcel", "What to do when a parcel is lost.", url="https://help.example/1"),
        Canned(Ref(ACCOUNT, "m1"), "Parcel lost by the courier", "We are sorry about your parcel."),
    ]


def our_reply(of: Ticket, body: str) -> Event:
    return replace(
        question(of, body, 5),
        kind=Kind.REPLY,
        author=ME,
        author_name="aiko",
        author_role=Role.AGENT,
        public=True,
    )


async def knowing(desk: DeskDriver) -> None:
    """Open the ticket and turn to the knowledge beside it."""
    await desk.desk.index()
    await desk.runs("queue subject:請求")
    await desk.press("enter")
    await desk.runs("knowledge")
    desk.app.main.side.knowledge.leave() if desk.app.main.side else None
    await desk.resizes((170, 60))
    desk.app.main.side.knowledge._suggest() if desk.app.main.side else None
    await answered(desk)


async def chooses(desk: DeskDriver, kind: type) -> None:
    """Put the cursor on the first entry of a kind."""
    assert desk.app.main.side is not None
    knowledge = desk.app.main.side.knowledge
    at = next(at for at, one in enumerate(knowledge.list.answer.entries()) if isinstance(one, kind))
    knowledge.list.choose(at)


async def test_the_knowledge_has_answers_of_every_kind(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, history()) as desk:
        await knowing(desk)

        desk.sees("Lost parcel", "Solved before, like this", "Prepared answers", "Parcel lost by the courier")
        desk.sees("Answered to this customer before", "We will replace")


async def test_the_reply_that_solved_another_ticket_is_read_and_put_in_as_text(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, history()) as desk:
        await knowing(desk)
        await chooses(desk, Hit)
        await desk.press("enter")
        desk.sees("we sent the parcel again", "Our reply")
        await desk.press("w")

        assert "Dana, we sent the parcel again." in desk.app.main.work.composer.text  # type: ignore[union-attr]  # open
        desk.sees("This was written to another customer")


async def test_what_this_customer_was_answered_before_goes_in_as_a_quotation(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, history()) as desk:
        await knowing(desk)
        await chooses(desk, Event)
        await desk.press("w")

        assert "> We will replace the mug." in desk.app.main.work.composer.text  # type: ignore[union-attr]  # open


async def test_the_keys_between_matches_are_named_while_what_was_found_in_the_pane_is_read(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, history()) as desk:
        await knowing(desk)
        await desk.runs("knowledge parcel")
        await answered(desk)
        await desk.press("enter")
        desk.sees("} next match")

        await desk.press("escape")
        desk.sees_not("} next match")

        await desk.press("enter")
        desk.sees("} next match")


async def test_a_wrong_article_is_flagged_in_a_note_and_found_by_its_tag(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, history()) as desk:
        await knowing(desk)
        await desk.press("F")
        await desk.types("the address is old")
        await desk.press("enter")
        await answered(desk)

        [op] = desk.desk.store.outbox.pending()
        note, tag = op.changes
        assert isinstance(note, Note)
        assert note.body == "The article 'Lost parcel' is wrong: the address is old\nhttps://help.example/1"
        assert tag == Tag("article-wrong")


async def test_an_article_is_drafted_from_a_ticket_in_a_note(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, history()) as desk:
        await knowing(desk)
        await desk.press("D")

        composer = desk.app.main.work.composer  # type: ignore[union-attr]  # a ticket is open
        assert composer.kind == "note"
        assert composer.text.startswith(
            "Draft of an article: 身に覚えのない請求\n\nWhat customers ask\n\nWhere is my parcel?"
        )
        assert composer.besides == (Tag("article-draft"),)


async def test_a_ticket_like_this_one_is_offered_and_opened(tmp_path: Path) -> None:
    one, other = ticket(1), replace(ticket(2), requester="100", subject=ticket(1).subject)
    said = [question(made, "The zebra crossing bracket arrived broken in two") for made in (one, other)]
    async with opened_desk(tmp_path, [*people(), one, other, *said], size=WIDE) as desk:
        await desk.desk.index()
        await desk.press(":")
        await desk.types("ticket similar")
        await desk.press("enter")
        desk.sees("possible duplicate")

        await desk.press("enter")

        assert desk.app.main.open_row is not None
        assert desk.app.main.open_row.ticket.ref == other.ref
