"""What a start, a row and a ticket cost: `python -m tests.bench.start [ROUNDS]` prints CPU milliseconds and ratios.

Each round takes every measure once, so that a busy machine is as busy for all of them; the least of the rounds is
held against the least. CPU is that of the whole process, threads included, by the kernel's clock for it (Linux). A
start ends when the list stands and a key has been answered; the measure is an empty Textual application that has
answered one.
"""

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median

from agentdesk.paths import folders
from tests.bench.kills import Served, served, settle_in
from tests.terminal import PATIENCE_SECONDS, Terminal

HERE = Path(__file__).parent
ROUNDS = 10
TICKETS = "1000"
BELL = b"\x07"
AT_REST_SECONDS = 4.0
"""By then the sync has been round, and what comes after the first paint is there."""
STEPS = 40
STEP_SECONDS = 1 / 30
OPENED_SECONDS = 0.6
REMEMBERED_SECONDS = 1.5
LIST_STANDS = "nobody"
SHORT, LONG = 5, 200
"""Messages of the tickets that are opened."""

Figures = dict[str, list[float]]


class Metered(Terminal):
    """A terminal that knows what its program has used."""

    @property
    def cpu(self) -> float:
        """CPU milliseconds so far, of all threads."""
        return time.clock_gettime((~self.pid << 3) | 2) * 1000  # CPUCLOCK_SCHED of another process

    @property
    def megabytes(self) -> float:
        """What the program has in memory now."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def answers(self, key: str) -> None:
        """Press a key and wait until anything is painted for it."""
        before = len(self.output)
        self.press(key)
        self.reaches(lambda: len(self.output) > before)

    def reaches(self, there: Callable[[], bool]) -> None:
        """Take in what is painted until something holds."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not there():
            assert time.monotonic() < end, f"waited in vain; the screen is:\n{self.text}"
            self.watch(0.002)


class Bench:
    """A desk with a filled cache, the demo beside it, and the figures so far."""

    def __init__(self, home: Path, helpdesk: Served) -> None:
        self._home = home
        self._helpdesk = helpdesk
        self.figures: Figures = {}

    def note(self, name: str, value: float) -> None:
        self.figures.setdefault(name, []).append(value)

    def round(self) -> None:
        """Take every measure once."""
        self.note("start, empty", self._start_of_empty())
        for name, words in (("account", ()), ("demo", ("demo", "--lang", "en"))):
            with Metered(*words, home=self._home, DESK_TOKEN=self._helpdesk.token) as desk:
                desk.sees(LIST_STANDS)
                painted = desk.cpu
                desk.answers("down")
                self.note(f"start, {name}", desk.cpu)
                self.note(f"  to the list, {name}", painted)
                desk.watch(AT_REST_SECONDS)
                self.note(f"  {AT_REST_SECONDS:.0f} s on, {name}", desk.cpu)
                self.note(f"memory MB, {name}", desk.megabytes)
                if name == "account":
                    self._work(desk)
        with Metered(home=self._home, program=(sys.executable, str(HERE / "bare_lines.py"))) as lines:
            lines.sees("a customer")
            lines.watch(0.5)
            self.note("row, bare", self._row(lines))

    def _start_of_empty(self) -> float:
        with Metered(home=self._home, program=(sys.executable, str(HERE / "bare_empty.py"))) as empty:
            empty.reaches(lambda: BELL in empty.output)
            empty.answers("x")
            return empty.cpu

    def _work(self, desk: Metered) -> None:
        """Go down the list, open a short ticket and a long one, and leave the desk as it was."""
        self.note("row, account", self._row(desk))
        for messages in (SHORT, LONG):
            desk.press(":", f"queue number:{self._number(messages)}", "enter")
            desk.watch(1)
            before = desk.cpu
            desk.press("enter")
            desk.watch(OPENED_SECONDS)
            self.note(f"open, {messages} messages", desk.cpu - before)
            desk.press("escape")
            desk.watch(0.5)
        desk.press(":", "queue waiting", "enter")
        desk.watch(REMEMBERED_SECONDS)

    def _number(self, messages: int) -> str:
        """The number of the ticket that has nearest to so many messages."""
        nearest = "SELECT number FROM ticket ORDER BY abs(messages - ?), number LIMIT 1"
        with closing(sqlite3.connect(folders({"AGENTDESK_HOME": str(self._home)}).database)) as db:
            return str(db.execute(nearest, (messages,)).fetchone()[0])

    def _row(self, terminal: Metered) -> float:
        """CPU of one row down, the key held."""
        before = terminal.cpu
        for _step in range(STEPS):
            terminal.press("down")
            terminal.watch(STEP_SECONDS)
        return (terminal.cpu - before) / STEPS


RATIOS = (
    ("start, account", "start, empty", 1.6),
    ("start, demo", "start, empty", 1.6),
    ("row, account", "row, bare", 1.5),
    ("open, 200 messages", "open, 5 messages", 1.2),
)
"""What is held against what, and the most that is wanted."""


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder) / "helpdesk.db", "--tickets", TICKETS) as helpdesk,
    ):
        home = Path(folder) / "home"
        settle_in(home, helpdesk)
        bench = Bench(home, helpdesk)
        _fill_the_demo(home)
        for _round in range(rounds):
            bench.round()
    for name, values in bench.figures.items():
        print(f"{name:28} least {min(values):8.1f}   median {median(values):8.1f}")
    for name, measure, most in RATIOS:
        ratio = min(bench.figures[name]) / min(bench.figures[measure])
        print(f"{name} / {measure}: {ratio:.2f} (at most {most})")


def _fill_the_demo(home: Path) -> None:
    with Terminal("demo", "--lang", "en", home=home) as demo:
        demo.sees("synced")


if __name__ == "__main__":
    main()
