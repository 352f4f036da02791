"""Random shifts: edits here and there, dead lines, lost answers, crashes; at the end everything is where it belongs.

The invariants: nothing lost, nothing twice, order kept per ticket, nothing unseen overwritten, what is shown is the
fold, and a good line brings both sides together. The helpdesk of these tests fails by itself when it is given something
twice, or over something unseen.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from agentdesk.errors import ProviderError
from agentdesk.model import (
    PENDING,
    Assign,
    Change,
    Create,
    Note,
    Op,
    OpState,
    Priority,
    Ref,
    Reply,
    SetField,
    SetPriority,
    SetStatus,
    SetSubject,
    Status,
    Tag,
    Transfer,
    Untag,
)

from .desk import Desk
from .helpdesk import ACCOUNT, Clock, Helpdesk, Trouble
from .test_crash import Crash, Fuse

FIRST = ("1", "2", "3")
OPEN_STATUSES = (Status.OPEN, Status.PENDING, Status.HOLD, Status.SOLVED)

tickets = st.sampled_from(FIRST)
statuses = st.sampled_from(OPEN_STATUSES)
small_changes: st.SearchStrategy[Change] = st.one_of(
    st.builds(SetStatus, statuses),
    st.builds(SetPriority, st.sampled_from((None, Priority.HIGH))),
    st.builds(SetSubject, st.sampled_from(("a", "b"))),
    st.builds(Assign, st.sampled_from((None, "7", "8"))),
    st.builds(Transfer, st.sampled_from(("3", "4"))),
    st.builds(Tag, st.sampled_from(("vip", "late"))),
    st.builds(Untag, st.sampled_from(("vip", "late"))),
    st.builds(SetField, st.just("360"), st.sampled_from((None, "x", True))),
)
decisions: st.SearchStrategy[tuple[Change, ...]] = st.one_of(
    st.tuples(st.builds(Reply, st.just("reply"))),
    st.tuples(st.builds(Note, st.just("note"))),
    st.tuples(small_changes),
    st.tuples(st.builds(Reply, st.just("reply")), st.builds(SetStatus, statuses)),
    st.tuples(st.builds(Note, st.just("note")), small_changes),
)
foreign: st.SearchStrategy[dict[str, object]] = st.one_of(
    st.fixed_dictionaries({"status": statuses}),
    st.fixed_dictionaries({"subject": st.sampled_from(("theirs", "other"))}),
    st.fixed_dictionaries({"assignee": st.sampled_from((None, "8", "9"))}),
    st.fixed_dictionaries({"tags": st.sampled_from(((), ("theirs",)))}),
)
Meanwhile = Callable[[Helpdesk, str], None]
meanwhile: st.SearchStrategy[Meanwhile] = st.one_of(
    st.just(Helpdesk.writes),
    st.just(Helpdesk.answers),
    foreign.map(lambda values: lambda helpdesk, id: helpdesk.changes(id, **values)),
)
TROUBLES = (Trouble.ARRIVES_LATE, Trouble.ANSWER_LOST, *Trouble)
troubles = st.lists(st.sampled_from((None, *TROUBLES)), max_size=3)


class Shift(RuleBasedStateMachine):
    """One agent, one helpdesk, and everything that can come between them."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="agentdesk-"))
        self.runner = asyncio.Runner()
        self.decided: list[Op] = []
        self.recalled: set[str] = set()

    @initialize()
    def begin(self) -> None:
        self.helpdesk = Helpdesk()
        for id in FIRST:
            self.helpdesk.opens(id)
        self.desk = Desk(self.folder / "desk.db", self.helpdesk, Clock())
        self.attempt(self.desk.engine.pull)

    def attempt(self, work: Callable[[], Awaitable[None]]) -> None:
        async def quietly() -> None:
            try:
                await work()
            except ProviderError:
                return

        self.runner.run(quietly())

    @rule(id=tickets, changes=decisions, undo_seconds=st.sampled_from((0.0, 0.0, 10.0)))
    def decide(self, id: str, changes: tuple[Change, ...], undo_seconds: float) -> None:
        if self.desk.shown(id) is not None:
            self.decided.append(self.desk.decides(id, *changes, undo_seconds=undo_seconds))

    @precondition(lambda self: len(self.decided) < 12)
    @rule()
    def create(self) -> None:
        op = self.desk.decides("", Create("new", "words", "c1"))
        self.decided += [op, self.desk.decides(op.ticket.id, Note("about it"))]

    @rule(id=tickets, happens=meanwhile)
    def something_happens(self, id: str, happens: Meanwhile) -> None:
        if self.is_writable(id):
            happens(self.helpdesk, id)

    @rule(id=tickets, changes=decisions, lost=st.sampled_from((Trouble.ARRIVES_LATE, Trouble.ANSWER_LOST)))
    def lose_an_answer(self, id: str, changes: tuple[Change, ...], lost: Trouble) -> None:
        """A try to send is lost, and the next follows at once."""
        self.decide(id, changes, 0.0)
        self.push([lost], [])
        self.push([], [])

    @rule(id=tickets, changes=decisions, trouble=st.sampled_from(TROUBLES), happens=meanwhile)
    def race(self, id: str, changes: tuple[Change, ...], trouble: Trouble, happens: Meanwhile) -> None:
        """Something happens between two tries to send."""
        self.decide(id, changes, 0.0)
        self.push([trouble], [])
        self.decide(id, changes, 0.0)
        self.something_happens(id, happens)
        self.push([], [])

    @rule(id=tickets, changes=decisions, second=st.sampled_from((Trouble.NEVER_LEFT, Trouble.LIMITED)))
    def regret(self, id: str, changes: tuple[Change, ...], second: Trouble) -> None:
        """A request is on its way, a second one is refused, and then the agent wants it back."""
        self.decide(id, changes, 0.0)
        self.push([Trouble.ARRIVES_LATE], [])
        self.push([second], [])
        self.recall(len(self.decided) - 1)
        self.push([], [])

    @rule(id=tickets, changes=decisions, happens=meanwhile)
    def decide_on_a_log_with_holes(self, id: str, changes: tuple[Change, ...], happens: Meanwhile) -> None:
        """The row of a ticket is new, what was said is not here yet."""
        self.something_happens(id, happens)
        self.desk.clock.advance(60)
        self.pull([], [Trouble.ANSWER_LOST])
        self.decide(id, changes, 0.0)
        self.push([], [])

    @precondition(lambda self: len(self.decided) > 8)
    @rule()
    def ticket_closes(self) -> None:
        if self.is_writable("3"):
            self.helpdesk.changes("3", status=Status.CLOSED)

    @precondition(lambda self: len(self.decided) > 8)
    @rule()
    def ticket_is_deleted(self) -> None:
        if "2" in self.helpdesk.tickets:
            self.helpdesk.deletes("2")

    @rule(is_down=st.sampled_from((False, False, True)), repeats=st.booleans())
    def line(self, is_down: bool, repeats: bool) -> None:
        self.desk.provider.is_down = is_down
        self.desk.provider.repeats_old_copies = repeats

    @rule(seconds=st.sampled_from((5, 30, 400)))
    def time_passes(self, seconds: int) -> None:
        self.desk.clock.advance(seconds)

    @rule(sending=troubles, finding=troubles)
    def push(self, sending: list[Trouble | None], finding: list[Trouble | None]) -> None:
        self.desk.provider.troubles.update(send=list(sending), find=list(finding))
        self.attempt(self.desk.engine.push)

    @rule(reading=troubles, filling=troubles)
    def pull(self, reading: list[Trouble | None], filling: list[Trouble | None]) -> None:
        self.desk.provider.troubles.update(changes=list(reading), detail=list(filling))
        self.attempt(self.desk.engine.pull)

    @rule(id=tickets)
    def wish(self, id: str) -> None:
        self.desk.store.desktop.want("ticket", Ref(ACCOUNT, id), self.desk.clock.now)
        self.attempt(self.desk.engine.serve)

    @rule(step=st.integers(0, 40), troubles=troubles)
    def crash(self, step: int, troubles: list[Trouble | None]) -> None:
        self.restart(Fuse(step).burn)
        self.desk.provider.troubles["send"] = list(troubles)
        try:
            self.attempt(self.desk.engine.pull_and_serve)
        except* Crash:
            pass
        self.restart()

    @rule(pick=st.integers(0, 100))
    def recall(self, pick: int) -> None:
        if self.decided:
            op = self.decided[pick % len(self.decided)]
            if self.desk.store.outbox.recall(op, self.desk.clock.now):
                self.recalled.add(op.id)

    @rule(pick=st.integers(0, 100))
    def retry(self, pick: int) -> None:
        stuck = [op for op in self.desk.store.outbox.pending() if op.state in (OpState.HELD, OpState.FAILED)]
        if stuck:
            op = stuck[pick % len(stuck)]
            self.desk.store.outbox.retry(op, self.desk.shown(op.ticket.id), self.desk.clock.now)

    @rule(pick=st.integers(0, 100))
    def drop(self, pick: int) -> None:
        stuck = [op for op in self.desk.store.outbox.pending() if op.state in (OpState.HELD, OpState.FAILED)]
        if stuck and self.desk.store.outbox.drop(stuck[pick % len(stuck)]):
            self.recalled.add(stuck[pick % len(stuck)].id)

    @invariant()
    def shown_is_the_fold(self) -> None:
        self.desk.check_fold()

    @invariant()
    def nothing_is_lost_and_what_was_taken_back_never_leaves(self) -> None:
        for op in self.decided:
            state, times = self.desk.state(op), self.helpdesk.times_done(op.id)
            assert times <= 1
            assert (state == "dropped") == (op.id in self.recalled)
            if state == "sent":
                assert times == 1
            if state in ("dropped", "held", "failed", "queued"):
                assert times == 0

    def restart(self, step: Callable[[], None] = lambda: None) -> None:
        self.desk.store.close()
        self.desk.start(step)

    def is_writable(self, id: str) -> bool:
        ticket = self.helpdesk.tickets.get(id)
        return ticket is not None and ticket.status is not Status.CLOSED

    def teardown(self) -> None:
        try:
            if hasattr(self, "desk"):
                self.comes_together()
                self.desk.store.close()
        finally:
            self.runner.close()
            shutil.rmtree(self.folder)

    def comes_together(self) -> None:
        """The line is good again, for as long as it takes."""
        self.restart()
        for _round in range(3):
            self.desk.clock.advance(600)
            self.runner.run(self.settle())
        self.shown_is_the_fold()
        self.nothing_is_lost_and_what_was_taken_back_never_leaves()
        self.check_both_sides()

    async def settle(self) -> None:
        await self.desk.engine.push()
        await self.desk.engine.pull()
        await self.desk.engine.push()

    def check_both_sides(self) -> None:
        """Everything that could leave has left, in order, and the copies are the same."""
        first_of: dict[Ref, Op] = {}
        for op in self.desk.store.outbox.pending():
            first_of.setdefault(op.ticket, op)
        assert all(op.state in PENDING - {OpState.QUEUED, OpState.SENDING} for op in first_of.values())
        for id, theirs in self.helpdesk.tickets.items():
            ours = self.desk.store.mirror.ticket(Ref(ACCOUNT, id))
            assert ours is not None
            for name in ("version", "status", "subject", "assignee", "group", "tags", "priority", "fields"):
                assert getattr(ours, name) == getattr(theirs, name), name
        decided = [op.id for op in self.decided]
        for ref in {op.ticket for op in self.helpdesk.done}:
            done = [decided.index(op.id) for op in self.helpdesk.done if op.ticket == ref]
            assert done == sorted(done)


TestShift = Shift.TestCase
TestShift.settings = settings(
    max_examples=90,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
