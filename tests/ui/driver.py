"""A desk to drive with keys, in sentences an agent would understand.

async with opened_desk(tmp_path, some_tickets()) as desk:
    await desk.press("j", "enter")
    desk.sees("Where is my parcel?")
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from textual.pilot import Pilot

from agentdesk import i18n
from agentdesk.config import Config
from agentdesk.desk import Desk
from agentdesk.exchange import Page
from agentdesk.model import Event, Item, Kind, Person, Priority, Ref, Role, Status, Ticket
from agentdesk.paths import Folders
from agentdesk.store.desktop import Account, Weather
from agentdesk.ui.app import AgentDesk

ACCOUNT = "acme"
ME = "7"
NOW = datetime(2026, 11, 24, 0, 41, tzinfo=UTC)
NAMES = ("田中 美咲", "Dana Fox", "佐々木 亮", "Léa Martin", "高橋 健", "Omar Haddad")
SUBJECTS = (
    "身に覚えのない請求",
    "Where is my parcel?",
    "解約したい",
    "Change my address",
    "ログインできない",
    "Refund still missing",
)
WIDE, NARROW = (160, 48), (80, 24)


def people() -> list[Item]:
    """Six customers, and the agents aiko (who is driving) and ben."""
    customers = [Person(Ref(ACCOUNT, str(100 + at)), name, Role.CUSTOMER) for at, name in enumerate(NAMES)]
    return [*customers, Person(Ref(ACCOUNT, ME), "aiko", Role.AGENT), Person(Ref(ACCOUNT, "8"), "ben", Role.AGENT)]


def ticket(number: int, **values: object) -> Ticket:
    """An open ticket whose customer has waited `number` times ten minutes less than the first one's."""
    at = NOW - timedelta(hours=6) + timedelta(minutes=10 * number)
    plain = Ticket(
        ref=Ref(ACCOUNT, str(number)),
        number=str(53_000 + number),
        subject=SUBJECTS[(number - 1) % len(SUBJECTS)],
        status=Status.OPEN,
        created_at=at,
        updated_at=at,
        priority=Priority.NORMAL,
        requester=str(100 + (number - 1) % len(NAMES)),
        version="v1",
        stamp=1,
    )
    return replace(plain, **values)  # type: ignore[arg-type]  # each test names real fields


def question(of: Ticket, body: str = "Please help me.", minutes_later: int = 0) -> Event:
    """What the customer wrote on a ticket."""
    return Event(
        ref=Ref(ACCOUNT, f"{of.ref.id}-{minutes_later}"),
        kind=Kind.CUSTOMER,
        at=of.created_at + timedelta(minutes=minutes_later),
        ticket=of.ref.id,
        customer=of.requester,
        author=of.requester,
        author_name=NAMES[int(of.requester or 100) - 100],
        author_role=Role.CUSTOMER,
        channel="email",
        body=body,
    )


def tickets(count: int) -> list[Item]:
    """So many open tickets, each with one question, and the people in them."""
    made = [ticket(number) for number in range(1, count + 1)]
    return [*people(), *made, *(question(one) for one in made)]


class DeskDriver:
    """A running desk under test."""

    def __init__(self, app: AgentDesk, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def desk(self) -> Desk:
        return self.app.desk

    async def press(self, *keys: str) -> None:
        """Press keys one after the other; a character or a Textual key name each."""
        for key in keys:
            await self.pilot.press(key)
        await self.settles()

    async def types(self, text: str) -> None:
        """Type a text, character by character."""
        await self.press(*(_key(char) for char in text))

    async def runs(self, line: str) -> None:
        """Run a command line as if it had been typed after `:`."""
        await self.app.run_line(line)
        await self.settles()

    async def arrives(self, *items: Item) -> None:
        """Let the helpdesk bring something."""
        await self.desk.write(lambda store: store.mirror.take(Page(tuple(items), "")))
        await self.settles()

    async def settles(self) -> None:
        """Wait until nothing is being run, read or painted."""
        for _round in range(2):
            await self.pilot.pause()
            await self.app.runner.settled()
            await self.app.main.listing.settled()
            await self.app.watch_store.settled()
        if self.app.main.is_following:
            self.app.main.follow()
        await self.pilot.pause()

    async def resizes(self, size: tuple[int, int]) -> None:
        """Make the terminal another size."""
        await self.pilot.resize_terminal(*size)
        await self.settles()

    @property
    def text(self) -> str:
        """The whole screen as text."""
        return "\n".join(line.rstrip() for line in self.lines)

    @property
    def lines(self) -> list[str]:
        """The screen's lines."""
        width, height = self.app.size
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip).ljust(width) for strip in strips[:height]]

    @property
    def marked(self) -> list[str]:
        """What is marked on the screen as sought, from the top; in square brackets where the reader stands."""
        _width, height = self.app.size
        strips = self.app.screen._compositor.render_strips()[:height]
        pieces = [piece for strip in strips for piece in strip if piece.style is not None and piece.style.underline]
        return [f"[{piece.text}]" if piece.style and piece.style.reverse else piece.text for piece in pieces]

    def sees(self, *words: str) -> None:
        """Everything named is on the screen."""
        for word in words:
            assert word in self.text, f"{word!r} is not on the screen:\n{self.text}"

    def sees_not(self, *words: str) -> None:
        """Nothing named is on the screen."""
        for word in words:
            assert word not in self.text, f"{word!r} is on the screen:\n{self.text}"

    def line_of(self, word: str) -> str:
        """The first line of the screen with this word."""
        return next((line for line in self.lines if word in line), "")

    def cursor_is_on(self, word: str) -> None:
        """The list's cursor is on a line with this word."""
        row = self.app.main.tickets.current()
        assert row is not None, "the list has no cursor"
        shown = f"{row.ticket.number} {row.requester_name} {row.ticket.subject}"
        assert word in shown, f"the cursor is on {shown!r}, not on {word!r}"

    def has_keys(self, pane: str) -> None:
        """This pane has the keys."""
        assert self.app.pane_name() == pane, f"{self.app.pane_name()!r} has the keys, not {pane!r}"


@asynccontextmanager
async def opened_desk(
    folder: Path,
    items: Iterable[Item] = (),
    *,
    size: tuple[int, int] = WIDE,
    config: Config | None = None,
    language: str = "en",
    weather: Weather | None = None,
    also: Iterable[tuple[Account, Weather]] = (),
    app: type[AgentDesk] = AgentDesk,
    is_new: bool = False,
) -> AsyncIterator[DeskDriver]:
    """A desk on a cache with these items, open and quiet; nothing is synced. Opening it again keeps the cache.

    `also` are accounts beside the first, each with how its line is; a desk that `is_new` has none at all.
    """
    before = i18n.active()
    i18n.use(language, UTC)
    folders = Folders(folder / "config", folder / "data", folder / "logs")
    desk = Desk(folders, config or Config(), clock=lambda: NOW)
    first = Account(ACCOUNT, "zendesk", "https://acme.example", "aiko@acme.example", "none", ME)
    line = weather or Weather(ACCOUNT, "online", NOW, synced_at=NOW - timedelta(seconds=12))
    for account, its_line in () if is_new else ((first, line), *also):
        desk.store.desktop.put_account(account)
        desk.store.desktop.report(its_line)
    desk.store.mirror.take(Page(tuple(items), ""))
    screen = app(desk, syncs=False)
    try:
        async with screen.run_test(size=size) as pilot:
            driver = DeskDriver(screen, pilot)
            await screen.furnished.wait()
            await driver.settles()
            yield driver
            await screen.place.save()
    finally:
        screen.background.close()
        await desk.close()
        i18n.use(before.code, before.zone)


def _key(char: str) -> str:
    return {" ": "space", "\n": "enter"}.get(char, char)
