"""The first line: where I am at the left, what the machine is doing at the right."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from textual.strip import Strip
from textual.widget import Widget

from agentdesk.commands.outbox import upload_words
from agentdesk.i18n import _, clock, day, number, plural, spoken
from agentdesk.model import STUCK, OpState
from agentdesk.record import record
from agentdesk.store.desktop import PREPARING, Weather
from agentdesk.store.uploads import Progress
from agentdesk.ui.glyphs import Glyphs
from agentdesk.ui.painting import Painter, Span, Tone, ends, fitted

BAR_CELLS = 12
MOST_NAMED = 3
"""With more accounts than this, those whose line is well are not named one by one."""
AGES = (10, 20, 30, 40, 50)


@record
class Standing:
    """Everything the title bar says: the place, the line to each helpdesk by its account, the outbox, the time.

    `is_first` leaves the right half empty: its dates and spans take Babel, 20 ms that the first paint does without.
    """

    account: str
    place: str
    count: int | None
    lines: tuple[tuple[str, Weather | None], ...]
    outbox: dict[OpState, int]
    now: datetime
    uploading: Progress | None = None
    is_first: bool = False


class TitleBar(Widget):
    """One line that changes only when something did."""

    def __init__(self, signs: Glyphs, *, id: str) -> None:
        super().__init__(id=id)
        self.signs = signs
        self.painter = Painter(self)
        self._standing: Standing | None = None
        self._spans: list[Span] = []

    def show(self, standing: Standing) -> None:
        """Say where things stand; painted only if it reads differently."""
        self._standing = standing
        self._say_again()

    def on_resize(self) -> None:
        self._say_again()

    def _say_again(self) -> None:
        spans = self._said(self.size.width) if self.size.width else []  # a new screen has no width yet
        if spans != self._spans:
            self._spans = spans
            self.refresh()

    def _said(self, width: int) -> list[Span]:
        standing = self._standing
        if standing is None:
            return []
        is_wide = width >= 110
        left: list[Span] = [(" ", "plain")]
        if is_wide:
            left += [("AgentDesk", "accent"), ("   ", "plain")]
        left += [(standing.account, "dim"), ("  ", "plain"), (standing.place, "strong")]
        if standing.count is not None:
            left.append((f"  {number(standing.count)}", "dim"))
        if standing.is_first:
            return ends(left, [], width)
        moving = outbox_spans(standing.outbox, standing.uploading)
        right = [*sync_spans(standing, self.signs, is_wide=is_wide), *moving]
        moment = f"{day(standing.now)} {clock(standing.now)}" if is_wide else clock(standing.now)
        right += [(f"   {moment} ", "dim")]
        if fitted(right) > width - 20:
            right = [*sync_spans(standing, self.signs, is_wide=False), *moving, (" ", "plain")]
        return ends(left, right, width)

    def render_line(self, y: int) -> Strip:
        return self.painter.strip(self._spans, self.size.width) if y == 0 else Strip.blank(self.size.width)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self.painter.forget()


def outbox_spans(counts: dict[OpState, int], uploading: Progress | None) -> list[Span]:
    """How many decisions wait to leave, how far their files are, and how many decisions need the agent."""
    waiting = counts.get(OpState.QUEUED, 0) + counts.get(OpState.SENDING, 0)
    held = sum(counts.get(state, 0) for state in STUCK)
    spans: list[Span] = []
    if uploading is not None:
        spans.append((f"   {upload_words(uploading)}", "plain"))
    elif waiting:
        spans.append(("   " + plural("{n} to send", "{n} to send", waiting), "plain"))
    if held:
        spans.append(("   " + plural("{n} held", "{n} held", held), "late"))
    return spans


def sync_spans(standing: Standing, signs: Glyphs, *, is_wide: bool) -> Sequence[Span]:
    """How the line to each helpdesk is, in words; of several that are well, one word where there is little room."""
    if len(standing.lines) < 2:
        return _line_spans(standing.lines[0][1] if standing.lines else None, standing.now, signs, is_wide=is_wide)
    told: list[Span] = []
    ill = [(name, weather) for name, weather in standing.lines if not _is_well(weather)]
    well = [(name, weather) for name, weather in standing.lines if _is_well(weather)]
    if not is_wide and len(ill) > 1:
        return [_not_in_step([name for name, _weather in ill])]
    named = [*ill, *(well if is_wide and ill and len(standing.lines) <= MOST_NAMED else [])]
    for name, weather in named:
        spans = _line_spans(weather, standing.now, signs, is_wide=False)
        told += [("  " if told else "", "plain"), (f"{name} ", "strong" if (name, weather) in ill else "dim"), *spans]
    if well and len(named) < len(standing.lines):
        oldest = min((weather for _name, weather in well if weather), key=_synced_at)
        told += [("  ", "plain"), (_("others fine"), "dim")] if ill else [_synced(oldest, standing.now)]
    return told


def _not_in_step(names: Sequence[str]) -> Span:
    """Several lines that are ill, in few words."""
    if len(names) > MOST_NAMED:
        return plural("{n} account not in step", "{n} accounts not in step", len(names)), "soon"
    return _("{names} not in step", names=", ".join(names)), "soon"


def _is_well(weather: Weather | None) -> bool:
    """Has this line been read once, and does nothing stand in its way?"""
    return weather is not None and weather.state in ("fresh", "online") and weather.synced_at is not None


def _synced_at(weather: Weather) -> datetime:
    return weather.synced_at or weather.since


def _line_spans(weather: Weather | None, now: datetime, signs: Glyphs, *, is_wide: bool) -> Sequence[Span]:
    """How one line to a helpdesk is."""
    if weather is None:
        return [(_("not synced yet"), "dim")]
    match weather.state:
        case "offline":
            safe = " " + _("(your work is safe)") if is_wide else ""
            return [(_("offline since {time}", time=clock(weather.since)) + safe, "soon")]
        case "limited":
            until = clock(weather.until) if weather.until else clock(now)
            return [(_("the helpdesk asks us to wait until {time}", time=until), "soon")]
        case "unauthorized":
            return [(_("signed out: run account sign-in"), "late")]
        case "broken":
            return [(_("sync stopped: {reason}", reason=weather.message), "late")]
        case "fresh" | "online":
            if weather.phase and (weather.total or weather.done) and weather.synced_at is None:
                return _first_sync(weather, signs, is_wide=is_wide)
            return [_synced(weather, now)]


def _first_sync(weather: Weather, signs: Glyphs, *, is_wide: bool) -> list[Span]:
    words = _phase(weather.phase)
    if not weather.total or weather.done > weather.total:
        return [(_("first sync: {what} {n}", what=words, n=number(weather.done)), "plain")]
    share = weather.done / weather.total
    done = round(share * BAR_CELLS)
    counted = _("first sync: {what} {n} of {total}", what=words, n=number(weather.done), total=number(weather.total))
    bar: list[Span] = [(signs.bar_done * done, "accent"), (signs.bar_rest * (BAR_CELLS - done), "faint")]
    return [(f"{counted} ", "plain"), *bar] if is_wide else [*bar, (f" {round(share * 100)}%", "plain")]


def _phase(phase: str) -> str:
    words = {
        "people": _("people"),
        "fields": _("fields"),
        "tickets": _("tickets"),
        "canned": _("templates"),
        "views": _("views"),
        "articles": _("articles"),
        "customers": _("customers"),
        "events": _("conversations"),
        "logs": _("conversations"),
    }
    return words.get(phase, phase)


def _synced(weather: Weather, now: datetime) -> Span:
    if weather.synced_at is None:
        return _("Preparing the demo's helpdesk") if weather.phase == PREPARING else _("connecting"), "dim"
    age = max(now - weather.synced_at, timedelta(0))
    seconds = int(age.total_seconds())
    if seconds < 5:
        return _("synced just now"), "dim"
    if seconds < 60:
        steps = max(step for step in (5, *AGES) if step <= seconds)
        return plural("synced {n} s ago", "synced {n} s ago", steps), "dim"
    tone: Tone = "dim" if seconds < 300 else "soon"
    return _("synced {span} ago", span=spoken(age)), tone
