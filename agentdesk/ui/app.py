"""The app: one main screen over one desk, and one place where every key becomes a command line."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.binding import BindingType
from textual.driver import Driver
from textual.filter import ANSIToTruecolor, LineFilter
from textual.screen import Screen
from textual.theme import Theme
from textual.timer import Timer

from agentdesk.commands import load
from agentdesk.commands.context import Choice, Tone
from agentdesk.commands.keys import key_map
from agentdesk.commands.registry import Pane as PaneName
from agentdesk.desk import Desk
from agentdesk.errors import ConfigError
from agentdesk.i18n import _
from agentdesk.model import Op, TicketRow
from agentdesk.text.keys import ascii_key
from agentdesk.ui import linear
from agentdesk.ui.background import Background
from agentdesk.ui.frontend import Frontend
from agentdesk.ui.glyphs import glyphs
from agentdesk.ui.hints import bulk_hints, chord_hints, pane_hints
from agentdesk.ui.keyboard import Begun, Broken, Keyboard, Run, is_text, key_name
from agentdesk.ui.pane import Pane, RunLine, TicketWanted
from agentdesk.ui.place import Place
from agentdesk.ui.prompt import Prompt
from agentdesk.ui.running import Runner
from agentdesk.ui.screens.desk import DeskScreen
from agentdesk.ui.screens.titled import StandingWanted
from agentdesk.ui.theme import load_theme
from agentdesk.ui.watch import Watch
from agentdesk.ui.widgets.command_line import CommandLine
from agentdesk.ui.widgets.footer import Footer

HERE = Path(__file__).parent
CHORD_SECONDS = 0.4
SIDE_SECONDS, WORK_SECONDS, SYNC_SECONDS = 0.1, 0.2, 0.5
"""How long each step of the furnishing leaves the keys to themselves: 0.8 s from the first paint to the sync."""
PLACE_SECONDS = 0.5
SIGNALLED = 128
"""A program that a signal ended says so in its exit code: this and the signal's number."""
FALLBACK_THEME = "dark"
FEW_COLOURS = ("standard", "windows")
"""What Rich calls the terminals that show sixteen colours."""
SHOW_CURSOR, HIDE_CURSOR = "\x1b[?25h", "\x1b[?25l"


class AgentDesk(App[None]):
    """The desk in a terminal."""

    CSS_PATH = [HERE / "agentdesk.tcss", HERE / "ticket.tcss"]  # noqa: RUF012 (Textual annotates it)
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, desk: Desk, *, syncs: bool = True) -> None:
        super().__init__()
        self.desk = desk
        self.furnished = asyncio.Event()
        self.exit_code = 0
        self.wants_demo = False
        self.has_few_colours = False
        self._syncs = syncs
        self._shows_caret = desk.config.show_caret
        if linear.is_wanted():
            self._shows_caret = True
            self.animation_level = "none"
            self.add_class(linear.CLASS)
        self.signs = glyphs(ambiguous_wide=desk.config.ambiguous_wide)
        self.registry = load()
        self.keyboard = Keyboard(key_map(self.registry, desk.config.keys))
        self.background = Background(desk.folders.database)
        self.main = DeskScreen(desk, self.background, self.signs)
        self.watch_store = Watch(desk, self.main, self.background)
        self.place = Place(desk, self.main)
        self.main.on_standing = self.place.reopen
        self.front = Frontend(self)
        self.prompt = Prompt(self.main, self.registry)
        self.runner = Runner(self, self.registry, self.front)
        self._chord: Timer | None = None
        self._theme_problem = self._dress()

    def _dress(self) -> str:
        """Put on the configured theme; the answer is what is wrong with it, or nothing."""
        try:
            theme, problem = load_theme(self.desk.config.theme, self.desk.folders.themes), ""
        except ConfigError as error:
            theme, problem = load_theme(FALLBACK_THEME, self.desk.folders.themes), str(error)
        self._wear(theme)
        return problem

    def _wear(self, theme: Theme) -> None:
        """Put on the first theme before anything is styled: setting it as one changes it would style all twice."""
        self.register_theme(theme)
        self.set_reactive(AgentDesk.theme, theme.name)
        self.set_class(theme.dark, "-dark-mode")
        self.set_class(not theme.dark, "-light-mode")
        self.add_class(f"-theme-{theme.name}")
        self.stylesheet.set_variables(self.get_css_variables())

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Those of Textual's that change anything here: our themes need no values for a terminal's own colours.

        Every line of every widget beside a row is asked at each key, which was a tenth of its cost.
        """
        return [one for one in super().get_line_filters() if not isinstance(one, ANSIToTruecolor)]

    def get_default_screen(self) -> Screen[None]:
        return self.main

    def get_driver_class(self) -> type[Driver]:
        """Our own hold on the terminal, where Textual's would end or stall the desk."""
        if sys.platform == "win32" or os.environ.get("TEXTUAL_DRIVER"):
            return super().get_driver_class()
        from agentdesk.ui.terminal import Terminal  # late: it cannot be imported on Windows

        return Terminal

    def on_mount(self) -> None:
        self.place.restore()
        self.watch_store.begin()
        self.main.tickets.on_selected = self.show_hints
        if not self.is_headless:
            self._heed_signals()
        self.call_after_refresh(self._furnish)

    def _heed_signals(self) -> None:
        """Leave in an orderly way when the system ends the program, or the terminal's window closes under it."""
        if sys.platform == "win32":
            return  # no signal handlers on its event loop; what was typed is safe all the same
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._told_to_leave, number)

    def _told_to_leave(self, number: int) -> None:
        if not self.exit_code:
            self.exit_code = SIGNALLED + number
            self.run_worker(self.leave(), group="leave")

    async def _furnish(self) -> None:
        """Bring in, after the first paint, what it did not need: step by step, so that a key never waits for all."""
        if self._theme_problem:
            self.say(self._theme_problem, "bad")
        self.show_hints()
        if self.is_headless:
            await self._furnish_side()
        else:
            self.set_timer(SIDE_SECONDS, self._furnish_side)

    async def _furnish_side(self) -> None:
        self.watch_store.count()
        await self.main.furnish_side()
        if self.is_headless:
            await self._begin_work()
        else:
            self.set_timer(WORK_SECONDS, self._begin_work)

    async def _begin_work(self) -> None:
        await self.main.furnish_work()
        self.set_interval(PLACE_SECONDS, self.place.save_at_rest)
        if self._syncs and self.is_headless:
            self._begin_sync()
        elif self._syncs:
            self.set_timer(SYNC_SECONDS, self._begin_sync)
        self.furnished.set()
        if not self.desk.accounts():
            self.run_worker(self._welcome(), group="welcome")

    async def _welcome(self) -> None:
        """Offer what can be done on a desk that has no account."""
        ways = [
            Choice("add", _("Add an account"), _("Zendesk, Request Tracker ...")),
            Choice("demo", _("Look around in the demo"), _("living data, no network")),
        ]
        match await self.front.choose(_("Welcome. This desk has no account yet."), ways):
            case "add":
                await self.run_line("account add")
            case "demo":
                self.wants_demo = True
                await self.leave()

    def _begin_sync(self) -> None:
        self.desk.start_sync()
        gc.freeze()  # what is there by now stays, so that collections during the shift stay short
        gc.enable()  # whoever starts us may have saved its share of the start (a sixth)

    # Words

    def say(self, text: str, tone: Tone = "plain") -> None:
        """Show one sentence at the foot of the main screen, or of whatever is in front of it."""
        self._footer().say(text, tone)

    def _footer(self) -> Footer:
        """The footer of the screen in front; a dialog has none, and the main screen's is seen below it."""
        footer = getattr(self.screen, "footer", None)
        return footer if isinstance(footer, Footer) else self.main.footer

    def show_hints(self) -> None:
        """Name the keys that matter in the pane that has them."""
        pane = self.pane()
        footer = getattr(self.screen, "footer", None)
        if pane is not None and footer is not None:
            selected = len(self.main.tickets.selected) if pane.NAME == "list" else 0
            keys = self.keyboard.keys
            composer = self.main.work.composer if self.main.work is not None else None
            kind, waits = (composer.kind, composer.can_wait) if composer else ("reply", True)
            hints = pane_hints(pane.NAME, keys, kind, waits, is_marked=pane.is_marked)
            footer.show_hints(bulk_hints(selected, keys) if selected else hints)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.show_hints()
        self._show_caret()
        linear.keep_still(event.widget)

    def _show_caret(self) -> None:
        """Let the terminal show its own cursor where it is wanted: in text fields (IME), or everywhere (braille)."""
        if self._shows_caret and self._driver is not None and not self.is_headless:
            is_shown = self._is_typing() or self.has_class(linear.CLASS)
            self._driver.write(SHOW_CURSOR if is_shown else HIDE_CURSOR)

    # Keys

    async def on_event(self, event: events.Event) -> None:
        """Offer every key to the commands first, but leave text to the field that is being typed in."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self.main.stands.wait()  # what is typed ahead of the first paint is meant for what will be there
            if await self._taken(event):
                return
        await super().on_event(event)

    async def _taken(self, event: events.Key) -> bool:
        pane = self.pane_name()
        self._key_pressed()
        if pane is None and (twin := dialog_twin(event)) is not None and not self._is_typing():
            await super().on_event(twin)
            return True
        if pane is None or (self._is_typing() and (pane != "composer" or is_text(event.key, event.character))):
            return False
        return await self._press(pane, event)

    async def on_key(self, event: events.Key) -> None:
        """A key that no text field wanted: what is not text may still be a command's."""
        pane = self.pane_name()
        if pane is not None and self._is_typing() and not is_text(event.key, event.character):
            await self._press(pane, event)

    async def _press(self, pane: PaneName, event: events.Key) -> bool:
        match self.keyboard.press(pane, key_name(event.key, event.character)):
            case Run(line):
                await self.runner.run(line)
            case Begun(_key, follow):
                self._chord = self.set_timer(CHORD_SECONDS, lambda: self._show_chord(follow))
            case Broken(chord):
                if not chord.endswith(" escape"):
                    self.say(_("{keys} is not a command here. ? shows the keys.", keys=chord), "bad")
            case None:
                return False
        return True

    def _key_pressed(self) -> None:
        self.main.footer.key_pressed()
        if self._chord is not None:
            self._chord.stop()
            self._chord = None
            self.show_hints()

    def _show_chord(self, follow: dict[str, str]) -> None:
        self._footer().show_hints(chord_hints(follow, self.registry, self.main.queues.queues), whole=True)

    def _is_typing(self) -> bool:
        """Has a text field the keys?"""
        return self.focused is not None and hasattr(self.focused, "cursor_screen_offset")

    def pane(self) -> Pane | None:
        """The pane that has the keys; None in a dialog."""
        lineage = self.focused.ancestors_with_self if self.focused is not None else ()
        return next((widget for widget in lineage if isinstance(widget, Pane)), None)

    def pane_name(self) -> PaneName | None:
        """The name of the pane that has the keys."""
        pane = self.pane()
        return pane.NAME if pane is not None else None

    def pop_screen(self) -> AwaitComplete:
        """Take away what is in front of the desk; nothing where a key that was pressed twice did so before."""
        return super().pop_screen() if len(self.screen_stack) > 1 else AwaitComplete()

    # Commands

    @on(StandingWanted)
    def _standing_wanted(self, _message: StandingWanted) -> None:
        self.watch_store.show_standing()

    @on(TicketWanted)
    def _ticket_wanted(self, message: TicketWanted) -> None:
        row = self.desk.store.queries.ticket(message.ticket)
        if row is None:
            self.say(_("This ticket is not in the cache."), "bad")
            return
        while self.screen is not self.main:
            self.pop_screen()
        self.main.open_ticket(row, message.event, message.sought)
        self.show_hints()

    @on(RunLine)
    async def _run_line(self, message: RunLine) -> None:
        await self.runner.run(message.line)

    @on(CommandLine.Typed)
    async def _typed(self, message: CommandLine.Typed) -> None:
        await self.prompt.close()
        if message.line:
            await self.runner.run(message.line)

    @on(CommandLine.Left)
    async def _left(self, _message: CommandLine.Left) -> None:
        await self.prompt.close()

    async def run_line(self, line: str) -> None:
        """Run a command line as if it had been typed."""
        await self.runner.run(line)

    def tickets(self) -> tuple[TicketRow, ...]:
        """The tickets that a command is about: the selected ones, the open one, or the one under the cursor."""
        if self.main.open_row is None and self.main.tickets.selected:
            return self.main.tickets.chosen()
        row = self.main.current()
        return (row,) if row is not None else ()

    def held_op(self) -> Op | None:
        """The decision that the screen in front is about."""
        op = getattr(self.screen, "op", None)
        return op if isinstance(op, Op) else None

    async def leave(self) -> None:
        """Close the desk; everything is kept as it is."""
        await self.place.save_last()
        if self.main.work is not None:
            self.main.work.composer.close()
            for worker in [one for one in self.workers if one.group == "drafts"]:
                await worker.wait()
        self.exit()

    def action_help_quit(self) -> None:
        self.say(_("ctrl+q closes the desk."))


def dialog_twin(event: events.Key) -> events.Key | None:
    """The key that a full-width or kana letter stands for, as dialogs bind it; None for every other key."""
    letter = ascii_key(event.character or "")
    return events.Key(letter, letter) if letter is not None and letter.isalnum() else None


def run(desk: Desk, demo: Callable[[], Desk] | None = None) -> None:
    """Open the desk in this terminal until the person leaves, or would rather see the demo's."""
    app = AgentDesk(desk)
    app.has_few_colours = app.console.color_system in FEW_COLOURS
    app.run()
    asyncio.run(_close(app))
    if app.wants_demo and demo is not None:
        run(demo())
    sys.exit(app.exit_code)


async def _close(app: AgentDesk) -> None:
    app.background.close()
    await app.desk.close()
