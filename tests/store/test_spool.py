"""The spool: what was attached is what leaves, and nothing stays behind."""

import os
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agentdesk.errors import Refused
from agentdesk.files import FileLimits
from agentdesk.model import Op, Ref, Reply, Upload
from agentdesk.store import Store
from agentdesk.store.drafts import Draft
from agentdesk.store.outbox import Author
from agentdesk.store.spool import is_whole, original

LIMITS = FileLimits(1000, takes_empty=False)
TICKET = Ref("acme", "1")
NOW = datetime.now(UTC)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "data" / "agentdesk.db")


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "図面.pdf"
    path.write_bytes(b"%PDF plan")
    return path


def test_what_was_attached_stays_as_it_was(store: Store, plan: Path) -> None:
    upload = store.spool.take(plan, "acme", LIMITS)

    plan.unlink()

    assert Path(upload.path).read_bytes() == b"%PDF plan"
    assert (upload.name, upload.size, is_whole(upload), original(upload)) == ("図面.pdf", 9, True, "gone")


def test_a_change_of_the_original_is_noticed(store: Store, plan: Path) -> None:
    upload = store.spool.take(plan, "acme", LIMITS)
    assert original(upload) == "same"

    plan.write_bytes(b"%PDF PLAN")
    os.utime(plan, (plan.stat().st_mtime + 60,) * 2)

    assert original(upload) == "changed"


@pytest.mark.skipif(sys.platform == "win32", reason="no owners of files there")
def test_copies_are_their_owners_alone(store: Store, plan: Path) -> None:
    upload = store.spool.take(plan, "acme", LIMITS)

    path = Path(upload.path)
    assert [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent)] == [0o600, 0o700]


def test_what_cannot_be_sent_is_refused_in_words_and_not_kept(store: Store, tmp_path: Path) -> None:
    big, empty = tmp_path / "big.iso", tmp_path / "empty.txt"
    big.write_bytes(b"x" * 1001)
    empty.write_bytes(b"")

    for path, words in (
        (big, "big.iso has 1001 B; acme takes files up to 1000 B."),
        (empty, "empty.txt is empty; acme takes no empty files."),
        (tmp_path / "none", "There is no file"),
        (tmp_path, "There is no file"),
    ):
        with pytest.raises(Refused, match=words.replace(".", r"\.")):
            store.spool.take(path, "acme", LIMITS)
    assert not (tmp_path / "data" / "spool").exists()


def test_a_copy_stays_while_a_draft_or_a_decision_names_it(store: Store, plan: Path) -> None:
    upload = store.spool.take(plan, "acme", LIMITS)
    store.drafts.save(Draft(TICKET, "reply", "", NOW, uploads=(upload,)))

    store.spool.release([upload])
    assert is_whole(upload)

    op = Op("op1", TICKET, (Reply("see", uploads=(upload,)),), None, NOW, NOW)
    store.outbox.add(op, Author("7", "aiko"))
    store.spool.release([upload])
    assert is_whole(upload)

    store.outbox.drop(op)
    store.spool.release([upload])
    assert not is_whole(upload)


def test_only_copies_are_ever_released(store: Store, plan: Path) -> None:
    store.spool.release([Upload(str(plan), plan.name)])

    assert plan.exists()


def test_what_a_crash_left_behind_is_swept_after_a_day(store: Store, plan: Path) -> None:
    orphan, kept = (store.spool.take(plan, "acme", LIMITS) for _count in range(2))
    store.drafts.save(Draft(TICKET, "reply", "", NOW, uploads=(kept,)))

    store.spool.sweep(datetime.now(UTC))
    assert is_whole(orphan)
    store.spool.sweep(datetime.now(UTC) + timedelta(days=2))

    assert (is_whole(orphan), is_whole(kept)) == (False, True)


def test_a_draft_keeps_its_files_whole(store: Store, plan: Path) -> None:
    upload = store.spool.take(plan, "acme", LIMITS)

    store.drafts.save(Draft(TICKET, "note", "見て", NOW, uploads=(upload,)))

    draft = store.drafts.get(TICKET, "note")
    assert draft is not None
    assert draft.uploads == (upload,)


def test_a_copy_that_the_system_holds_on_to_goes_with_the_next_sweep(
    store: Store, plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = store.spool.take(plan, "acme", LIMITS)

    def held(_path: Path, missing_ok: bool = False) -> None:
        raise PermissionError

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", held)
        store.spool.release([upload])
    store.spool.sweep(datetime.now(UTC) + timedelta(days=2))

    assert not is_whole(upload)
