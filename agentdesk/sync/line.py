"""The line to a helpdesk as every reader of the cache sees it: its state, and how far a pull has come.

Progress is written at most `WRITES_A_SECOND` times a second; a change of state at once.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from agentdesk.store import Store
from agentdesk.store.desktop import Weather, WeatherState
from agentdesk.sync.disk import Disk

WRITES_A_SECOND = 5
_GAP = timedelta(seconds=1 / WRITES_A_SECOND)

Clock = Callable[[], datetime]


class Line:
    """Reports the weather of one account."""

    def __init__(self, account: str, disk: Disk, clock: Clock) -> None:
        self.account = account
        self._disk = disk
        self._clock = clock
        self._weather: Weather | None = None
        self._written_at: datetime | None = None

    async def becomes(self, state: WeatherState, message: str = "", until: datetime | None = None) -> None:
        """The state changed, or was confirmed."""
        weather = await self._known()
        if (weather.state, weather.message, weather.until) != (state, message, until):
            await self._write(replace(weather, state=state, since=self._clock(), message=message, until=until))

    async def progress(self, phase: str, done: int, total: int | None) -> None:
        """Something is being read: `done` of `total` so far."""
        self._weather = replace(await self._known(), phase=phase, done=done, total=total)
        if self._written_at is None or self._clock() - self._written_at >= _GAP:
            await self._write(self._weather)

    async def finished(self) -> None:
        """Everything was read up to now."""
        now = self._clock()
        calm = replace(await self._known(), state="online", message="", until=None, synced_at=now)
        await self._write(replace(calm, phase="", done=0, total=None))

    async def _known(self) -> Weather:
        if self._weather is None:
            found = await self._disk.do(lambda store: store.desktop.weather(self.account))
            self._weather = found or Weather(self.account, "fresh", self._clock())
        return self._weather

    async def _write(self, weather: Weather) -> None:
        def report(store: Store) -> Weather | None:
            store.desktop.report(weather)
            return store.desktop.weather(self.account)

        self._weather = await self._disk.do(report)
        self._written_at = self._clock()
