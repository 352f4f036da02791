"""Merging and linking tickets by command."""

import pytest

from agentdesk.desk import Desk
from agentdesk.errors import Refused
from agentdesk.exchange import Concurrency, Traits
from agentdesk.model import Link, Merge, Relation, Status, Unlink

from .conftest import ACCOUNT, Line, seen


async def test_a_ticket_is_merged_into_another_and_leaves_the_queue(desk: Desk, line: Line) -> None:
    (op,) = (await line("ticket merge #2", "1")).ops

    assert op.changes == (Merge("2"),)
    assert (seen(desk).status, seen(desk).links) == (Status.CLOSED, (Link(Relation.MERGED_INTO, "2"),))


async def test_a_merge_that_has_not_left_is_taken_back(desk: Desk, line: Line) -> None:
    before = seen(desk)
    await line("ticket merge 2", "1")

    await line("undo", "1")

    assert seen(desk) == before


@pytest.mark.parametrize("into", ["1", "987"])
async def test_a_merge_into_itself_or_into_nothing_is_refused(desk: Desk, line: Line, into: str) -> None:
    with pytest.raises(Refused):
        await line(f"ticket merge {into}", "1")

    assert desk.store.outbox.pending() == []


async def test_a_link_is_made_and_taken_away(desk: Desk, line: Line) -> None:
    (made,) = (await line("ticket link depends-on 2", "1")).ops
    assert seen(desk).links == (Link(Relation.DEPENDS_ON, "2"),)

    (gone,) = (await line("ticket unlink depends-on #2", "1")).ops

    assert (made.changes, gone.changes) == ((Link(Relation.DEPENDS_ON, "2"),), (Unlink(Relation.DEPENDS_ON, "2"),))
    assert seen(desk).links == ()


async def test_undo_takes_a_link_away(desk: Desk, line: Line) -> None:
    await line("ticket link parent 2", "1")

    await line("undo", "1")

    assert seen(desk).links == ()


async def test_a_relation_that_nobody_sets_is_refused_with_those_there_are(line: Line) -> None:
    with pytest.raises(Refused, match="refers-to, referred-by"):
        await line("ticket link merged-into 2", "1")


async def test_a_ticket_without_links_has_none_to_take_away(line: Line) -> None:
    with pytest.raises(Refused, match="no links"):
        await line("ticket unlink", "1")


async def test_links_and_merges_that_the_helpdesk_cannot_keep_are_refused_before_they_wait(
    desk: Desk, line: Line
) -> None:
    traits = Traits(Concurrency.EXACT, True, True, True, True, 1000, relations=frozenset({Relation.PARENT}))
    desk.store.desktop.remember_traits(ACCOUNT, traits)

    with pytest.raises(Refused, match="Choose one of: parent"):
        await line("ticket link depends-on 2", "1")
    with pytest.raises(Refused, match="acme cannot do this"):
        await line("ticket merge 2", "1")

    assert desk.store.outbox.pending() == []
    (op,) = (await line("ticket link parent 2", "1")).ops
    assert op.changes == (Link(Relation.PARENT, "2"),)


async def test_no_relation_is_offered_where_a_helpdesk_knows_none(desk: Desk, line: Line) -> None:
    desk.store.desktop.remember_traits(ACCOUNT, Traits(Concurrency.EXACT, True, True, True, True, 1000))

    with pytest.raises(Refused, match="cannot be linked"):
        await line("ticket link", "1")
