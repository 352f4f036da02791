"""Files go ahead of their words: each is brought once, whatever cuts in, and the reply that names them leaves once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from agentdesk.errors import Offline
from agentdesk.files import FileLimits
from agentdesk.model import Op, Reply, Upload

from .desk import Desk
from .helpdesk import ACCOUNT, Clock, Helpdesk, Trouble
from .test_crash import Crash, Fuse

LIMITS = FileLimits(1000)
FILES = ("見積書.pdf", "screen.png", "log.txt")


@pytest.fixture
async def desk(tmp_path: Path) -> Desk:
    helpdesk, clock = Helpdesk(), Clock()
    helpdesk.opens("1")
    helpdesk.opens("2")
    desk = Desk(tmp_path / "cache.db", helpdesk, clock)
    await desk.engine.pull()
    return desk


def attached(desk: Desk, *names: str) -> tuple[Upload, ...]:
    """Files of the agent's, taken into the spool."""
    for name in names:
        (desk.path.parent / name).write_bytes(name.encode())
    return tuple(desk.store.spool.take(desk.path.parent / name, ACCOUNT, LIMITS) for name in names)


def replies(desk: Desk, id: str = "1", *, names: tuple[str, ...] = FILES) -> Op:
    return desk.decides(id, Reply("see the files", uploads=attached(desk, *names)))


def spooled(desk: Desk) -> list[Path]:
    return sorted((desk.path.parent / "spool").iterdir())


async def sent(desk: Desk) -> None:
    """Bring and send what is due, the line being tried again where it was cut."""
    works: list[Callable[[], Awaitable[None]]] = [desk.engine.push, desk.engine.upload, desk.engine.push]
    for work in works:
        with suppress(Offline):
            await work()


async def test_a_reply_leaves_with_its_files_and_its_copies_are_gone_then(desk: Desk) -> None:
    op = replies(desk)

    await sent(desk)

    assert desk.state(op) == "sent"
    assert desk.helpdesk.stored == list(FILES)
    assert [upload.token for upload in desk.helpdesk.done[0].uploads] == ["t1", "t2", "t3"]
    assert spooled(desk) == []
    assert desk.store.db.execute("SELECT count(*) FROM upload").fetchone() == (0,)


async def test_a_cut_brings_again_only_the_file_that_was_cut(desk: Desk) -> None:
    op = replies(desk)
    desk.provider.troubles["upload"] = [None, Trouble.NEVER_LEFT]

    with pytest.raises(Offline):
        await desk.engine.upload()
    await sent(desk)

    assert desk.state(op) == "sent"
    assert desk.helpdesk.stored == list(FILES)
    assert desk.provider.calls.count("upload") == len(FILES) + 1


async def test_nothing_leaves_before_all_its_files_are_there(desk: Desk) -> None:
    op = replies(desk)

    await desk.engine.push()

    assert desk.state(op) == "queued"
    assert "send" not in desk.provider.calls


async def test_a_token_that_ran_out_is_replaced_before_the_reply_leaves(desk: Desk) -> None:
    op = replies(desk)
    desk.provider.troubles["send"] = [Trouble.NEVER_LEFT]
    with pytest.raises(Offline):
        await desk.engine.upload()
    desk.helpdesk.tokens.clear()
    desk.clock.advance(3600)

    await sent(desk)

    assert desk.state(op) == "sent"
    assert desk.helpdesk.stored == [*FILES, *FILES]


async def test_a_token_the_helpdesk_does_not_know_is_replaced(desk: Desk) -> None:
    op = replies(desk)
    desk.provider.troubles["send"] = [Trouble.NEVER_LEFT]
    with pytest.raises(Offline):
        await desk.engine.upload()
    desk.helpdesk.tokens.clear()

    await desk.engine.push()
    await sent(desk)

    assert desk.state(op) == "sent"
    assert desk.helpdesk.times_done(op.id) == 1


async def test_a_file_that_is_not_taken_fails_its_reply_and_no_other(desk: Desk) -> None:
    refused = replies(desk, "1", names=("evil.exe",))
    other = replies(desk, "2", names=("plan.pdf",))
    desk.provider.refuses = {"evil.exe"}

    await sent(desk)

    assert (desk.state(refused), desk.reason(refused)) == ("failed", "evil.exe is not taken")
    assert desk.state(other) == "sent"


async def test_a_reply_taken_back_while_its_file_is_on_its_way_never_leaves(desk: Desk) -> None:
    op = replies(desk)
    desk.provider.holds_back = asyncio.Event()
    uploading = asyncio.create_task(desk.engine.upload())
    while "upload" not in desk.provider.calls:
        await asyncio.sleep(0)

    assert desk.store.outbox.recall(op, desk.clock())
    await uploading
    await sent(desk)

    assert desk.helpdesk.stored == []
    assert desk.helpdesk.done == []
    draft = desk.store.drafts.get(op.ticket, "reply")
    assert draft is not None
    assert [upload.name for upload in draft.uploads] == list(FILES)
    assert len(spooled(desk)) == len(FILES)


async def test_what_was_brought_for_a_reply_taken_back_serves_the_next(desk: Desk) -> None:
    op = replies(desk)
    desk.provider.troubles["send"] = [Trouble.NEVER_LEFT]
    with pytest.raises(Offline):
        await desk.engine.upload()
    desk.store.outbox.recall(op, desk.clock())

    again = desk.decides("1", Reply("better words", uploads=op.uploads))
    await sent(desk)

    assert desk.state(again) == "sent"
    assert desk.helpdesk.stored == list(FILES)


async def test_progress_tells_files_and_percent(desk: Desk) -> None:
    replies(desk, names=("one", "two2"))
    desk.provider.holds_back = asyncio.Event()
    uploading = asyncio.create_task(desk.engine.upload())
    progress = None
    while progress is None or not progress.sent:
        await asyncio.sleep(0.01)
        progress = desk.store.uploads.progress()

    assert (progress.done, progress.files, progress.percent) == (0, 2, 14)

    desk.provider.holds_back.set()
    await uploading
    assert desk.store.uploads.progress() is None


async def test_a_small_file_does_not_wait_for_a_big_one(desk: Desk) -> None:
    big = replies(desk, "1", names=("big.iso",))
    held = desk.provider.holds_back = asyncio.Event()
    uploading = asyncio.create_task(desk.engine.upload())
    while "upload" not in desk.provider.calls:
        await asyncio.sleep(0)
    desk.provider.holds_back = None

    small = replies(desk, "2", names=("small.png",))
    while desk.state(small) != "sent":  # its token is on the disk a moment after the helpdesk has the file
        await asyncio.sleep(0.01)
        await desk.engine.push()

    assert desk.helpdesk.stored == ["small.png"]
    assert desk.state(big) == "queued"
    held.set()
    await uploading
    assert desk.state(big) == "sent"


async def test_two_replies_that_share_a_copy_both_leave_with_it(desk: Desk) -> None:
    uploads = attached(desk, "plan.pdf")
    first = desk.decides("1", Reply("see", uploads=uploads))
    second = desk.decides("2", Reply("see", uploads=uploads))

    await sent(desk)

    assert (desk.state(first), desk.state(second)) == ("sent", "sent")
    assert desk.helpdesk.stored == ["plan.pdf", "plan.pdf"]
    assert spooled(desk) == []


async def test_a_crash_at_any_step_brings_no_file_for_nothing_and_sends_once(tmp_path: Path) -> None:
    step, is_cut_short = 0, True
    while is_cut_short:
        helpdesk, clock = Helpdesk(), Clock()
        helpdesk.opens("1")
        (tmp_path / str(step)).mkdir()
        desk = Desk(tmp_path / str(step) / "cache.db", helpdesk, clock)
        await desk.engine.pull()
        op = replies(desk)
        desk.store.close()

        fuse = Fuse(step)
        desk.start(fuse.burn)
        desk.provider.troubles["send"] = [Trouble.ANSWER_LOST]
        try:
            await sent(desk)
        except* Crash:
            pass
        is_cut_short = fuse.left < 0
        desk.store.close()
        desk.start()
        clock.advance(60)
        for _round in range(2):
            await desk.engine.push()
            await desk.engine.upload()

        assert desk.state(op) == "sent"
        assert helpdesk.times_done(op.id) == 1
        assert len(helpdesk.stored) <= len(FILES) + 1  # the one whose token had not reached the disk
        assert spooled(desk) == []
        desk.check_fold()
        desk.store.close()
        step += 1
    assert step > 15
