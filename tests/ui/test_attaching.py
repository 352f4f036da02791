"""Attaching: files go along by path, paste or drop, as they were then, and the agent knows before it leaves."""

import os
from pathlib import Path

import pytest
from textual.events import Paste

from agentdesk.exchange import Concurrency, Traits
from agentdesk.model import Reply
from agentdesk.store.drafts import Draft
from agentdesk.ui.completing_paths import path_completions

from .driver import ACCOUNT, DeskDriver, opened_desk, ticket, tickets

SIZE = (120, 40)
TRAITS = Traits(Concurrency.EXACT, True, True, True, True, max_upload_bytes=1024)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "見積書 最終.pdf"
    path.write_bytes(b"%PDF" + b"x" * 2000)
    return path


async def replying(desk: DeskDriver) -> None:
    await desk.press("enter", "r")
    await desk.types("See the file")


async def pastes(desk: DeskDriver, text: str) -> None:
    desk.app.main.work.composer.field.post_message(Paste(text))  # type: ignore[union-attr]  # it is open
    await desk.settles()


def draft_of(desk: DeskDriver) -> Draft | None:
    return desk.desk.store.drafts.get(ticket(1).ref, "reply")


async def test_a_file_goes_along_by_its_path(tmp_path: Path, plan: Path) -> None:
    async with opened_desk(tmp_path / "home", tickets(1), size=SIZE) as desk:
        await replying(desk)

        await desk.runs(f"attach {plan}")

        desk.sees("file 見積書 最終.pdf", "2 KB  application/pdf", "acme takes files up to 50 MB each.")
        desk.has_keys("composer")

        await desk.runs("send open")
        (op,) = desk.desk.store.outbox.pending()
        assert isinstance(op.message, Reply)
        (upload,) = op.uploads
        assert (upload.name, Path(upload.path).read_bytes()) == (plan.name, plan.read_bytes())


async def test_the_key_asks_for_a_path_and_completes_it(tmp_path: Path, plan: Path) -> None:
    async with opened_desk(tmp_path / "home", tickets(1), size=SIZE) as desk:
        await replying(desk)

        await desk.press("ctrl+o")
        await desk.types(f"{tmp_path}/見")
        desk.sees("見積書 最終.pdf")
        await desk.press("tab", "enter")

        desk.sees("file 見積書 最終.pdf")


async def test_files_survive_with_the_draft(tmp_path: Path, plan: Path) -> None:
    async with opened_desk(tmp_path / "home", tickets(1), size=SIZE) as desk:
        await replying(desk)
        await desk.runs(f"attach {plan}")
    plan.unlink()

    async with opened_desk(tmp_path / "home", tickets(1), size=SIZE) as desk:
        await desk.runs("ticket reply")

        desk.sees("file 見積書 最終.pdf")
        await desk.runs("review")
        desk.sees("見積書 最終.pdf (2 KB, application/pdf)", "Our copy of it leaves.")


async def test_a_dropped_file_goes_along_and_can_be_text_again(tmp_path: Path, plan: Path) -> None:
    async with opened_desk(tmp_path / "home", tickets(1), size=SIZE) as desk:
        await replying(desk)

        await pastes(desk, f"'{plan}' ")
        desk.sees("file 見積書 最終.pdf", "ctrl+z makes it text again.")
        await desk.press("ctrl+z")

        desk.sees_not("file 見積書")
        assert desk.app.main.work is not None
        assert desk.app.main.work.composer.text == f"See the file'{plan}' "


async def test_a_path_within_words_is_text(tmp_path: Path, plan: Path) -> None:
    async with opened_desk(tmp_path / "home", tickets(1), size=SIZE) as desk:
        await replying(desk)

        await pastes(desk, f" look at {plan}")

        desk.sees("See the file look at")
        desk.sees_not("file 見積書")


async def test_a_file_taken_off_does_not_go_along(tmp_path: Path, plan: Path) -> None:
    async with opened_desk(tmp_path / "home", tickets(1), size=SIZE) as desk:
        await replying(desk)
        await desk.runs(f"attach {plan}")

        await desk.press("alt+o")

        desk.sees("見積書 最終.pdf does not go along any more.")
        await desk.runs("send open")
        (op,) = desk.desk.store.outbox.pending()
        assert op.uploads == ()


async def test_the_account_s_limits_are_said_before_anything_leaves(tmp_path: Path, plan: Path) -> None:
    async with opened_desk(tmp_path / "home", tickets(1), size=SIZE) as desk:
        await desk.desk.write(lambda store: store.desktop.remember_traits(ACCOUNT, TRAITS))
        await replying(desk)

        await desk.runs(f"attach {plan}")

        desk.sees("見積書 最終.pdf has 2 KB; acme takes files up to 1 KB.")
        assert not (tmp_path / "home" / "data" / "spool").exists()


async def test_the_same_file_twice_is_noticed(tmp_path: Path, plan: Path) -> None:
    twin = tmp_path / "copy.pdf"
    twin.write_bytes(plan.read_bytes())
    async with opened_desk(tmp_path / "home", tickets(1), size=SIZE) as desk:
        await replying(desk)
        await desk.runs(f"attach {plan}")

        await desk.runs(f"attach {twin}")

        desk.sees("copy.pdf is attached already, as 見積書 最終.pdf.")
        assert len(list((tmp_path / "home" / "data" / "spool").iterdir())) == 1


async def test_a_copy_that_is_gone_stops_the_send(tmp_path: Path, plan: Path) -> None:
    async with opened_desk(tmp_path / "home", tickets(1), size=SIZE) as desk:
        await replying(desk)
        await desk.runs(f"attach {plan}")
        draft = draft_of(desk)
        assert draft is not None
        Path(draft.uploads[0].path).unlink()

        await desk.runs("send open")

        desk.sees("見積書 最終.pdf is not there any more.")
        assert desk.desk.store.outbox.pending() == []


async def test_a_changed_original_is_told_at_review(tmp_path: Path, plan: Path) -> None:
    async with opened_desk(tmp_path / "home", tickets(1), size=SIZE) as desk:
        await replying(desk)
        await desk.runs(f"attach {plan}")
        plan.write_bytes(b"other")

        await desk.runs("review")

        desk.sees("見積書 最終.pdf was changed since you attached it.")


async def test_a_reply_taken_back_has_its_files_again(tmp_path: Path, plan: Path) -> None:
    async with opened_desk(tmp_path / "home", tickets(1), size=SIZE) as desk:
        await replying(desk)
        await desk.runs(f"attach {plan}")
        await desk.runs("send open")

        await desk.runs("undo")

        desk.sees("file 見積書 最終.pdf")


def test_paths_are_completed_with_quotes_where_they_need_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "My Docs").mkdir()
    (tmp_path / "My Docs" / "a.pdf").write_bytes(b"123")
    (tmp_path / "plain.txt").write_bytes(b"")
    (tmp_path / ".hidden").write_bytes(b"")
    monkeypatch.setenv("HOME", str(tmp_path))

    def ways(line: str) -> list[tuple[str, int]]:
        return [(one.text, one.start) for one in path_completions(line, 7, len(line), 8)]

    assert ways("attach ~/") == [('"~/My Docs/', 7), ("~/plain.txt", 7)]
    assert ways('attach "~/My Docs/') == [('"~/My Docs/a.pdf"', 7)]
    assert ways("attach ~/My\\ Docs/A") == [('"~/My Docs/a.pdf"', 7)]
    assert ways("attach ~/plain.txt ~/.h") == [("~/.hidden", 19)]
    assert ways("attach /nowhere/x") == []


def test_names_are_completed_however_the_system_writes_their_letters(tmp_path: Path) -> None:
    os.close(os.open(tmp_path / "ガイド.pdf", os.O_CREAT | os.O_WRONLY))

    line = f"attach {tmp_path}/ガ"

    assert [one.text for one in path_completions(line, 7, len(line), 8)] == [f"{tmp_path}/ガイド.pdf"]


async def test_the_title_bar_tells_how_far_files_are(tmp_path: Path, plan: Path) -> None:
    async with opened_desk(tmp_path / "home", tickets(1), size=SIZE) as desk:
        await replying(desk)
        await desk.runs(f"attach {plan}")
        await desk.runs("send open")
        (op,) = desk.desk.store.outbox.pending()

        await desk.desk.write(lambda store: store.uploads.begin(op))
        await desk.desk.write(lambda store: store.uploads.went(op, op.uploads[0], op.uploads[0].size // 2))
        await desk.settles()

        desk.sees("uploading 1 of 1, 50 %")
        await desk.runs("outbox")
        desk.sees("public reply: See the file, uploading 1 of 1, 50 %")
