"""The cache: pages, decisions and the fold of the two."""

import sqlite3
import stat
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agentdesk.errors import StoreError
from agentdesk.exchange import Concurrency, Page, Receipt, Stream, Traits
from agentdesk.model import (
    Assign,
    Change,
    Create,
    Event,
    Kind,
    Note,
    Op,
    OpState,
    Priority,
    Ref,
    Reply,
    Role,
    SetField,
    SetPriority,
    SetStatus,
    SetSubject,
    Status,
    Tag,
    Ticket,
    Transfer,
    Untag,
    Upload,
    fold,
)
from agentdesk.store import Store, rows
from agentdesk.store.desktop import Account
from agentdesk.store.drafts import Draft
from agentdesk.store.folding import pending_ops, server_ticket
from agentdesk.store.outbox import Author
from agentdesk.store.store import opened

NOW = datetime(2026, 11, 24, 0, 41, tzinfo=UTC)
ME = Author("7", "aiko")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "desk.db") as opened_store:
        yield opened_store


def ticket(id: str = "1", **values: object) -> Ticket:
    plain = Ticket(
        ref=Ref("acme", id),
        number=id,
        subject="身に覚えのない請求",
        status=Status.OPEN,
        created_at=NOW - timedelta(hours=5),
        updated_at=NOW - timedelta(hours=4),
        requester="41",
        version="v1",
        stamp=1,
    )
    return replace(plain, **values)  # type: ignore[arg-type]  # each test names real fields


def message(id: str, minutes_ago: int, kind: Kind = Kind.CUSTOMER, **values: object) -> Event:
    plain = Event(
        ref=Ref("acme", id),
        kind=kind,
        at=NOW - timedelta(minutes=minutes_ago),
        ticket="1",
        author_role=Role.CUSTOMER if kind is Kind.CUSTOMER else Role.AGENT,
        body=f"本文 {id}",
    )
    return replace(plain, **values)  # type: ignore[arg-type]  # each test names real fields


def op(*changes: Change, seen: Ticket | None = None, id: str = "op1", ref: Ref = Ref("acme", "1")) -> Op:
    return Op(id=id, ticket=ref, changes=changes, seen=seen, created_at=NOW, not_before=NOW)


def shown(store: Store, id: str = "1") -> Ticket:
    row = store.db.execute(f"SELECT {rows.TICKET} FROM ticket WHERE id = ?", (id,)).fetchone()
    return rows.ticket_from(row)


def bodies(store: Store) -> list[str]:
    return [body for (body,) in store.db.execute("SELECT body FROM event ORDER BY at, key")]


def test_a_page_and_its_cursor_are_saved_together(store: Store) -> None:
    broken = Page((ticket(), message("e1", 10, at="not a time")), cursor="c1")

    with pytest.raises(TypeError):
        store.mirror.save("acme", Stream.TICKETS, broken, NOW)

    assert store.mirror.cursor("acme", Stream.TICKETS) is None
    assert store.db.execute("SELECT count(*) FROM ticket").fetchone() == (0,)


def test_an_older_copy_does_not_replace_a_newer_one(store: Store) -> None:
    store.mirror.take(Page((ticket(stamp=5, subject="new"),), ""))

    store.mirror.take(Page((ticket(stamp=4, subject="old"),), ""))

    assert shown(store).subject == "new"


def test_the_wait_is_the_oldest_unanswered_customer_message(store: Store) -> None:
    events = (message("e1", 300), message("e2", 280, Kind.REPLY), message("e3", 200), message("e4", 100))

    store.mirror.take(Page((ticket(), *events), "", complete=(Ref("acme", "1"),)))

    assert shown(store).waiting_since == NOW - timedelta(minutes=200)
    assert shown(store).last_customer_message == NOW - timedelta(minutes=100)


def test_while_the_log_has_holes_the_helpdesks_word_on_the_wait_counts(store: Store) -> None:
    hint = NOW - timedelta(minutes=77)

    store.mirror.take(Page((ticket(waiting_since=hint), message("e1", 300)), ""))

    assert shown(store).waiting_since == hint


def test_a_decision_shows_at_once_and_gives_way_to_its_receipt(store: Store) -> None:
    store.mirror.take(Page((ticket(), message("e1", 30)), "", complete=(Ref("acme", "1"),)))
    decision = op(Reply("田中様"), SetStatus(Status.PENDING), seen=shown(store))

    store.outbox.add(decision, ME)

    assert shown(store).status is Status.PENDING
    assert bodies(store) == ["本文 e1", "田中様"]

    sent = ticket(status=Status.PENDING, stamp=2, version="v2", updated_at=NOW)
    event = message("e2", 0, Kind.REPLY, body="田中様", op="op1")
    store.mirror.settle(decision, Receipt(sent, (event,)))

    assert bodies(store) == ["本文 e1", "田中様"]
    assert store.outbox.pending() == []
    assert shown(store) == server_ticket(store.db, Ref("acme", "1"))


def test_an_event_of_ours_that_comes_by_pull_replaces_its_provisional_twin(store: Store) -> None:
    store.mirror.take(Page((ticket(),), ""))
    store.outbox.add(op(Note("内密"), seen=shown(store)), ME)

    store.mirror.take(Page((message("e9", 0, Kind.NOTE, body="内密", op="op1"),), ""))

    assert bodies(store) == ["内密"]


def test_what_our_own_change_moved_is_not_held_against_the_next(store: Store) -> None:
    store.mirror.take(Page((ticket(status=Status.NEW),), ""))
    first = op(Note("a"), seen=shown(store), id="op1")
    second = op(SetStatus(Status.SOLVED), seen=shown(store), id="op2")
    store.outbox.add(first, ME)
    store.outbox.add(second, ME)

    store.mirror.settle(first, Receipt(ticket(status=Status.OPEN, stamp=2)), against=ticket(status=Status.NEW))

    (waiting,) = store.outbox.pending()
    assert waiting.seen is not None
    assert waiting.seen.status is Status.OPEN


def test_only_the_oldest_decision_of_a_ticket_is_due(store: Store) -> None:
    store.mirror.take(Page((ticket("1"), ticket("2")), ""))
    store.outbox.add(op(Tag("a"), id="op1"), ME)
    store.outbox.add(op(Tag("b"), id="op2"), ME)
    store.outbox.add(op(Tag("c"), id="op3", ref=Ref("acme", "2")), ME)

    assert [one.id for one in store.outbox.due("acme", NOW)] == ["op1", "op3"]

    store.outbox.mark(op(Tag("a"), id="op1"), OpState.HELD, "why")
    assert [one.id for one in store.outbox.due("acme", NOW)] == ["op3"]


def test_a_recalled_reply_is_a_draft_again(store: Store) -> None:
    store.mirror.take(Page((ticket(),), ""))
    decision = op(Reply("すぐに", cc=("b@example.jp",)), SetStatus(Status.PENDING), seen=shown(store))
    store.outbox.add(decision, ME)

    assert store.outbox.recall(decision, NOW)

    draft = store.drafts.get(Ref("acme", "1"), "reply")
    assert draft is not None
    assert (draft.body, draft.cc) == ("すぐに", ("b@example.jp",))
    assert shown(store).status is Status.OPEN
    assert bodies(store) == []


def test_recalled_words_never_overwrite_words_begun_since(store: Store) -> None:
    store.mirror.take(Page((ticket(),), ""))
    decision = op(Reply("first"), seen=shown(store))
    store.outbox.add(decision, ME)
    store.drafts.save(Draft(Ref("acme", "1"), "reply", "second", NOW))

    store.outbox.recall(decision, NOW)

    draft = store.drafts.get(Ref("acme", "1"), "reply")
    assert draft is not None
    assert draft.body == "first\n\nsecond"


def test_what_goes_with_words_begun_since_stays_when_others_are_recalled(store: Store) -> None:
    decision = op(Reply("sent too soon", cc=("ana@example.com",)), SetStatus(Status.PENDING))
    store.outbox.add(decision, ME)
    ref, solved = Ref("acme", "1"), SetStatus(Status.SOLVED)
    store.drafts.save(Draft(ref, "reply", "", NOW, cc=("ben@example.com",), changes=(solved,)))

    store.outbox.recall(decision, NOW)

    draft = store.drafts.get(ref, "reply")
    assert draft
    assert (draft.body, draft.cc) == ("sent too soon", ("ana@example.com", "ben@example.com"))
    assert draft.changes == (solved,)


def test_what_has_left_cannot_be_recalled(store: Store) -> None:
    store.mirror.take(Page((ticket(),), ""))
    decision = op(Reply("x"), seen=shown(store))
    store.outbox.add(decision, ME)

    assert store.outbox.sending(decision)

    assert not store.outbox.recall(decision, NOW)


def test_a_new_ticket_takes_its_number_with_everything_that_hangs_on_it(store: Store) -> None:
    provisional = Ref("acme", "new:op1")
    decision = op(Create("Hello", "Body", "41"), ref=provisional)
    store.outbox.add(decision, ME)
    store.drafts.save(Draft(provisional, "note", "begun", NOW))
    assert shown(store, "new:op1").subject == "Hello"

    store.mirror.settle(decision, Receipt(ticket("99", subject="Hello")))

    assert shown(store, "99").subject == "Hello"
    assert store.drafts.get(Ref("acme", "99"), "note") is not None
    assert store.db.execute("SELECT count(*) FROM ticket").fetchone() == (1,)


def test_a_deleted_ticket_leaves_the_agents_words(store: Store) -> None:
    store.mirror.take(Page((ticket(), message("e1", 30)), ""))
    store.drafts.save(Draft(Ref("acme", "1"), "reply", "half a", NOW))
    store.outbox.add(op(Note("a note"), seen=shown(store)), ME)

    store.mirror.take(Page((), "", gone=(Ref("acme", "1"),)))

    assert store.drafts.get(Ref("acme", "1"), "reply") is not None
    assert len(store.outbox.pending()) == 1


@pytest.mark.parametrize(
    "change",
    [
        Reply("本文", ("a@example.jp",), (Upload("/tmp/a", "あ.png", 3),)),
        Note("n"),
        SetStatus(Status.HOLD),
        SetPriority(None),
        SetPriority(Priority.HIGH),
        SetSubject("s"),
        Assign(None),
        Transfer("3"),
        Tag("t"),
        Untag("t"),
        SetField("360", ("a", "b")),
        Create("s", "b", "41", False, "12"),
    ],
)
def test_every_change_comes_back_from_the_file_as_it_was(store: Store, change: Change) -> None:
    store.mirror.take(Page((ticket(),), ""))
    before = op(change, seen=shown(store))

    store.outbox.add(before, ME)

    assert replace(store.outbox.recent(1)[0], sequence=0) == before


def test_the_visible_row_is_the_fold_after_every_step(store: Store) -> None:
    store.mirror.take(Page((ticket(),), ""))
    steps: list[Change] = [Tag("vip"), SetStatus(Status.SOLVED), Assign("7"), Transfer("3"), SetField("f", True)]
    for number, change in enumerate(steps):
        store.outbox.add(op(change, id=f"op{number}"), ME)

        server = server_ticket(store.db, Ref("acme", "1"))
        assert server is not None
        assert shown(store) == fold(server, pending_ops(store.db, Ref("acme", "1")))


def test_files_are_readable_by_their_owner_alone(store: Store) -> None:
    for file in store.path.parent.glob("desk.db*"):
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0


def test_a_cache_from_a_newer_program_is_refused_with_a_sentence(store: Store) -> None:
    store.db.execute("PRAGMA user_version = 99")
    store.close()

    with pytest.raises(StoreError, match="newer AgentDesk"):
        Store(store.path)


def test_something_that_is_not_a_cache_is_refused(tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_text("hello " * 1000)

    with pytest.raises(StoreError, match=r"desk\.db"):
        Store(tmp_path / "desk.db")


def test_two_programs_may_open_a_fresh_file_at_once(tmp_path: Path) -> None:
    failures: list[Exception] = []

    def open_it() -> None:
        try:
            Store(tmp_path / "desk.db").close()
        except (StoreError, sqlite3.Error) as error:
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []


def test_one_holder_syncs_until_its_lease_ends(store: Store) -> None:
    later = NOW + timedelta(minutes=1)

    assert store.desktop.take_lease("acme", "a", NOW, later)
    assert not store.desktop.take_lease("acme", "b", NOW, later)
    assert store.desktop.take_lease("acme", "a", NOW, later)
    assert store.desktop.take_lease("acme", "b", later, later + timedelta(minutes=1))


def test_traits_that_a_later_version_kept_are_read_as_far_as_they_are_known(store: Store) -> None:
    store.desktop.put_account(Account("acme", "zendesk", "https://acme.example", "", "env:TOKEN"))
    traits = Traits(Concurrency.EXACT, True, True, True, True, 1_000)
    store.desktop.remember_traits("acme", traits)

    store.db.execute("UPDATE account SET traits = json_set(traits, '$.can_sing', 1)")

    assert store.desktop.traits("acme") == traits
