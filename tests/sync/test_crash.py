"""The engine is stopped before and after every call of the helpdesk and every write, and started again each time."""

import copy
import shutil
from pathlib import Path

import pytest

from agentdesk.errors import ProviderError
from agentdesk.model import Create, Note, Op, Reply, SetStatus, Status, Tag

from .desk import Desk
from .helpdesk import Clock, Helpdesk, Trouble


class Crash(BaseException):
    """The process is killed; nothing of ours may catch this."""


class Fuse:
    """Ends everything from step `last` on."""

    def __init__(self, last: int) -> None:
        self.left = last

    def burn(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Crash


class Morning:
    """A helpdesk with some tickets, and an agent who decided about all of them while colleagues were at work."""

    def __init__(self, path: Path) -> None:
        self.helpdesk = Helpdesk()
        self.clock = Clock()
        self.decided: list[Op] = []
        self.desk = Desk(path, self.helpdesk, self.clock)

    async def begins(self) -> None:
        for id in ("1", "2", "3"):
            self.helpdesk.opens(id)
        await self.desk.engine.pull()
        self.decided = [
            self.desk.decides("1", Reply("hello"), SetStatus(Status.PENDING)),
            self.desk.decides("1", Note("told them")),
            self.desk.decides("2", Tag("vip")),
            self.desk.decides("2", SetStatus(Status.SOLVED)),
            self.desk.decides("3", Reply("too late")),
        ]
        create = self.desk.decides("", Create("Parcel", "Where is it?", "c1"))
        self.decided += [create, self.desk.decides(create.ticket.id, Note("called"))]
        self.helpdesk.changes("2", subject="clearer")
        self.helpdesk.writes("3")
        self.helpdesk.opens("4")
        self.clock.advance(60)
        self.desk.store.close()

    def again(self, path: Path) -> "Morning":
        """The same morning once more, in another file."""
        shutil.copy(self.desk.path, path)
        twin = copy.copy(self)
        twin.helpdesk, twin.clock = copy.deepcopy(self.helpdesk), copy.copy(self.clock)
        twin.desk = Desk(path, twin.helpdesk, twin.clock)
        return twin

    async def round(self) -> None:
        self.desk.provider.troubles["send"] = [None, Trouble.ANSWER_LOST, None, Trouble.ARRIVES_LATE]
        for work in (self.desk.engine.push, self.desk.engine.pull_and_serve, self.desk.engine.serve):
            try:
                await work()
            except ProviderError:
                await work()

    async def is_cut_short(self, step: int) -> bool:
        """Start afresh and work until the given step; False when the round ended before it."""
        self.desk.store.close()
        fuse = Fuse(step)
        self.desk.start(fuse.burn)
        try:
            await self.round()
        except* Crash:  # several workers may have been at it
            pass
        return fuse.left < 0

    async def ends(self) -> None:
        """A last round that nothing disturbs."""
        self.desk.store.close()
        self.desk.start()
        self.clock.advance(60)
        await self.desk.engine.push()
        await self.desk.engine.pull()


def check(morning: Morning) -> None:
    """Exactly once, nothing lost, in order, and shown as it is."""
    decided = morning.decided
    assert [morning.desk.state(op) for op in decided] == ["sent", "sent", "sent", "sent", "held", "sent", "sent"]
    assert [morning.helpdesk.times_done(op.id) for op in decided] == [1, 1, 1, 1, 0, 1, 1]
    order = [op.id for op in morning.helpdesk.done]
    for earlier, later in ((0, 1), (2, 3), (5, 6)):
        assert order.index(decided[earlier].id) < order.index(decided[later].id)
    morning.desk.check_fold()
    assert morning.desk.shown("4") is not None
    provisional = morning.desk.store.db.execute("SELECT body FROM event WHERE provisional").fetchall()
    assert provisional == [("too late",)]


@pytest.fixture
async def first(tmp_path: Path) -> Morning:
    morning = Morning(tmp_path / "first.db")
    await morning.begins()
    return morning


async def test_a_crash_at_any_step_loses_nothing_and_repeats_nothing(first: Morning, tmp_path: Path) -> None:
    step = 0
    is_cut_short = True
    while is_cut_short:
        morning = first.again(tmp_path / f"{step}.db")

        is_cut_short = await morning.is_cut_short(step)
        morning.desk.check_fold()
        await morning.ends()

        check(morning)
        morning.desk.store.close()
        step += 1
    assert step > 60


@pytest.mark.parametrize("stride", [3, 7, 11, 23])
async def test_crash_after_crash_still_comes_to_its_end(first: Morning, tmp_path: Path, stride: int) -> None:
    morning = first.again(tmp_path / "again.db")
    for number in range(12):
        await morning.is_cut_short(stride + number)
        morning.desk.check_fold()

    await morning.ends()

    check(morning)
    morning.desk.store.close()
