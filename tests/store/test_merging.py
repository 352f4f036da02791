"""Tickets that became part of another one, and the links between tickets."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agentdesk.exchange import Page, Receipt
from agentdesk.model import Kind, Link, Merge, Note, OpState, Ref, Relation, Status, Upload
from agentdesk.store import Store
from agentdesk.store.drafts import Draft
from agentdesk.store.store import opened

from .test_store import ME, NOW, message, op, shown, ticket

ONE, TWO = Ref("acme", "1"), Ref("acme", "2")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "desk.db") as opened_store:
        opened_store.mirror.take(Page((ticket("1"), ticket("2"), message("e1", 10)), "", complete=(ONE, TWO)))
        yield opened_store


def test_what_belongs_to_a_merged_ticket_belongs_to_the_other_one(store: Store) -> None:
    store.outbox.add(op(Note("still to leave"), seen=ticket("1")), ME)
    store.drafts.save(Draft(ONE, "reply", "begun here", NOW))
    store.drafts.save(Draft(TWO, "reply", "begun there", NOW))

    store.mirror.take(Page((), "", merged=((ONE, TWO),)))

    assert store.mirror.ticket(ONE) is None
    assert [event.body for event in store.queries.events(TWO)] == ["本文 e1", "still to leave"]
    assert [waiting.ticket for waiting in store.outbox.pending()] == [TWO]
    draft = store.drafts.get(TWO, "reply")
    assert draft
    assert draft.body == "begun there\n\nbegun here"


def test_files_and_copies_of_a_draft_go_with_a_merge_too(store: Store) -> None:
    here, there = Upload("/spool/a", "a.pdf", 1, "1"), Upload("/spool/b", "b.pdf", 1, "2")
    store.drafts.save(Draft(ONE, "reply", "", NOW, cc=("ana@example.com",), uploads=(here,)))
    store.drafts.save(Draft(TWO, "reply", "begun there", NOW, uploads=(there,)))

    store.mirror.take(Page((), "", merged=((ONE, TWO),)))

    (draft,) = store.drafts.all()
    assert (draft.body, draft.cc, draft.uploads) == ("begun there", ("ana@example.com",), (there, here))


def test_a_merge_that_arrived_moves_the_log_and_is_shown_on_the_ticket_that_stays(store: Store) -> None:
    merge = op(Merge("2"), seen=ticket("1"))
    store.outbox.add(merge, ME)
    assert shown(store, "1").status is Status.CLOSED
    trace = message("e2", 0, Kind.CHANGE, ticket="2", field="link:merged-from", new="1")

    store.mirror.settle(merge, Receipt(ticket("2", stamp=2), (trace,)), ticket("1"))

    assert store.mirror.ticket(ONE) is None
    assert shown(store, "2").links == (Link(Relation.MERGED_FROM, "1"),)
    assert shown(store, "2").messages == 1
    settled = store.outbox.get("op1")
    assert settled
    assert settled.state is OpState.SENT


def test_a_merge_on_a_helpdesk_that_keeps_the_ticket_shows_where_it_went(store: Store) -> None:
    merge = op(Merge("2"), seen=ticket("1"))
    store.outbox.add(merge, ME)
    trace = message("e2", 0, Kind.CHANGE, field="link:merged-into", new="2")

    store.mirror.settle(merge, Receipt(ticket("1", stamp=2, status=Status.CLOSED), (trace,)), ticket("1"))

    assert (shown(store, "1").status, shown(store, "1").links) == (Status.CLOSED, (Link(Relation.MERGED_INTO, "2"),))


def test_links_are_those_that_were_made_and_not_taken_back(store: Store) -> None:
    said = [("depends-on", None, "7"), ("depends-on", "7", None), ("parent", None, "8"), ("parent", "8", "9")]
    log = [
        message(f"l{n}", 9 - n, Kind.CHANGE, field=f"link:{relation}", old=old, new=new)
        for n, (relation, old, new) in enumerate(said)
    ]

    store.mirror.take(Page(tuple(log), ""))

    assert shown(store, "1").links == (Link(Relation.PARENT, "9"),)


def test_a_relation_that_is_not_known_breaks_nothing(store: Store) -> None:
    store.mirror.take(Page((message("l1", 1, Kind.CHANGE, field="link:cousin", new="7"),), ""))

    assert shown(store, "1").links == ()
