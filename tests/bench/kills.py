"""How `kill -9` at random moments fares: `python -m tests.bench.kills [KILLS] [SEED]` prints numbers.

The installed program works on a served helpdesk in a pseudo-terminal. A person who cannot be stopped types, steps back
in the line, sends, turns to another ticket; at a random moment the program is killed, and at the next start everything
is compared with what was typed: the draft of `LATEST_SECONDS` before or newer, its caret, the ticket, and every message
that was sent, once. The program ends with 1 when anything was not as it has to be.
"""

import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.terminal import PROGRAM, Terminal

LATEST_SECONDS = 0.25
LIFE_SECONDS = 2.5
SETTLED_SECONDS = 0.6
TOKEN = "DESK_TOKEN"  # the name of a variable, no secret
CONFIGURATION = "undo_seconds = 1\nlanguage = 'en'\n"
OPEN_COMPOSER = "PUBLIC REPLY"
SENT = "takes it back"
STEP_BACK = "\x1b[D"
_NUMBER = re.compile(r"#(\d{5,})")
_MARK = re.compile(r"<\d+>")


@dataclass(frozen=True)
class Served:
    """A helpdesk in a process of its own, and who may enter."""

    url: str
    user: str
    token: str


@contextmanager
def served(data: Path, *words: str) -> Iterator[Served]:
    """`agentdesk sandbox` over a file, for the length of the block."""
    command = [str(PROGRAM), "sandbox", "--data", str(data), *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None, "a pipe was asked for"
        try:
            told = json.loads(process.stdout.readline())
            yield Served(told["url"], told["user"], told["token"])
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()


def shell(home: Path, helpdesk: Served, *words: str) -> str:
    """What a shell command on this desk prints."""
    environment = {**os.environ, "AGENTDESK_HOME": str(home), TOKEN: helpdesk.token, "LANG": "C.UTF-8"}
    done = subprocess.run([str(PROGRAM), *words], env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def settle_in(home: Path, helpdesk: Served) -> None:
    """A desk with an account on the helpdesk and a filled cache."""
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text(CONFIGURATION)
    shell(
        home, helpdesk, "account", "add", "acme", "--url", helpdesk.url, "--user", helpdesk.user, "--token-env", TOKEN
    )
    shell(home, helpdesk, "sync")


class Killed(Exception):
    """The program's time was over."""


class Doomed(Terminal):
    """A terminal whose program is killed at a moment, whatever it is doing then."""

    ends_at = float("inf")
    killed_at = 0.0

    def press(self, *keys: str) -> None:
        self._look_at_the_clock()
        super().press(*keys)

    def _read(self, seconds: float) -> None:
        super()._read(min(seconds, 0.01))
        self._look_at_the_clock()

    def _look_at_the_clock(self) -> None:
        if time.monotonic() >= self.ends_at:
            self.ends_at, self.killed_at = float("inf"), time.monotonic()
            self.kill()
            raise Killed


@dataclass
class Message:
    """What was typed for one ticket, at each moment; `sending_at` is when the key to send it was pressed."""

    text: str = ""
    caret: int = 0
    states: list[tuple[float, str, int]] = field(default_factory=list)
    sending_at: float | None = None

    def __post_init__(self) -> None:
        self._note(0.0)

    def type(self, char: str) -> None:
        self.text = self.text[: self.caret] + char + self.text[self.caret :]
        self.caret += 1
        self._note(time.monotonic())

    def step_back(self) -> None:
        self.caret = max(0, self.caret - 1)
        self._note(time.monotonic())

    def _note(self, at: float) -> None:
        self.states.append((at, self.text, self.caret))

    def allowed(self, killed_at: float) -> list[tuple[str, int]]:
        """The states that may be found after a kill: the last one old enough, and all after it."""
        first = max(at for at, state in enumerate(self.states) if state[0] <= killed_at - LATEST_SECONDS)
        return [(text, caret) for _when, text, caret in self.states[first:]]

    def age(self, text: str, killed_at: float) -> float:
        """How old, in seconds, the oldest key is that is missing from `text`."""
        later = [when for when, known, _caret in self.states if when and len(known) > len(text)]
        return killed_at - min(later, default=killed_at)


class Shift:
    """A person at work who is cut off again and again."""

    def __init__(self, home: Path, helpdesk: Served, seed: int) -> None:
        self.home, self.helpdesk = home, helpdesk
        self.chance = random.Random(seed)
        self.faults: list[str] = []
        self.sent: list[str] = []
        self.messages: dict[str, Message] = {}
        self.ticket = ""
        self.at_since: float | None = None
        self.is_open = False
        self.marks = self.keys = self.sends = self.kills = 0

    def turn(self) -> None:
        """Start, look whether all is there, work, and be killed."""
        with Doomed(home=self.home, DESK_TOKEN=self.helpdesk.token) as desk:
            self._resume(desk)
            desk.ends_at = time.monotonic() + self.chance.uniform(0.05, LIFE_SECONDS)
            try:
                while True:
                    self._act(desk)
            except Killed:
                self.kills += 1
        self.is_open = self.at_since is not None and self.at_since <= desk.killed_at - LATEST_SECONDS
        self._compare(desk.killed_at)

    # Working

    def _resume(self, desk: Doomed) -> None:
        if self.is_open:
            try:
                desk.sees(f"#{self.ticket}", OPEN_COMPOSER, _end(self.messages[self.ticket].text))
            except AssertionError as error:
                self.faults.append(f"not restored: {error}")
        desk.sees("AgentDesk")
        desk.watch(SETTLED_SECONDS)
        if not self.messages:
            desk.press(":", "queue is:unsolved", "enter")
            desk.watch(SETTLED_SECONDS)
        if OPEN_COMPOSER not in desk.text:
            if not _number(desk):
                desk.press("enter")
            self._write(desk)
        self._is_at(desk)

    def _write(self, desk: Doomed) -> None:
        desk.sees("Esc", "#")
        desk.press("r")
        desk.sees(OPEN_COMPOSER)

    def _is_at(self, desk: Doomed) -> None:
        self.ticket, self.at_since = _number(desk), time.monotonic()
        self.messages.setdefault(self.ticket, Message())

    def _act(self, desk: Doomed) -> None:
        message, roll = self.messages[self.ticket], self.chance.random()
        if roll < 0.05 and message.text:
            self._send(desk, message)
        elif roll < 0.08:
            self.at_since = None
            while _number(desk):
                desk.press("escape")
                desk.watch(0.2)
            desk.press(self.chance.choice("jk"), "enter")
            self._write(desk)
            self._is_at(desk)
        elif roll < 0.16 and message.text:
            for _step in range(self.chance.randint(1, 6)):
                desk.press(STEP_BACK)
                message.step_back()
            desk.watch(self.chance.uniform(0, 0.3))
        else:
            self._type(desk, message)

    def _type(self, desk: Doomed, message: Message) -> None:
        self.marks += 1
        for char in f"<{self.marks}>{self.chance.choice([' ', ' word ', ' 日本語 ', chr(10)])}":
            desk.press("enter" if char == "\n" else char)
            message.type(char)
            self.keys += 1
            desk.watch(self.chance.uniform(0.005, 0.05))

    def _send(self, desk: Doomed, message: Message) -> None:
        self.at_since = None
        desk.press("ctrl+s")
        message.sending_at = time.monotonic()
        desk.sees(SENT)
        self.sent.append(message.text)
        self.sends += 1
        self.messages[self.ticket] = Message()
        desk.press("r")
        desk.sees(OPEN_COMPOSER)
        self._is_at(desk)

    # Comparing

    def _compare(self, killed_at: float) -> None:
        with sqlite3.connect(self.home / "data" / "agentdesk.db") as db:
            (health,) = db.execute("PRAGMA integrity_check").fetchone()
            drafts = {
                ticket: (body, caret) for ticket, body, caret in db.execute("SELECT ticket, body, caret FROM draft")
            }
            decided = [changes for (changes,) in db.execute("SELECT changes FROM op WHERE state <> 'dropped'")]
        db.close()
        if health != "ok":
            self.faults.append(f"broken database: {health}")
        bodies = [body for changes in decided for body in _bodies(json.loads(changes))]
        for ticket, message in self.messages.items():
            self._compare_message(ticket, message, drafts.get(ticket, ("", 0)), bodies, killed_at)
        typed = Counter(_MARK.findall("\n".join([*self.sent, *(message.text for message in self.messages.values())])))
        found = Counter(_MARK.findall("\n".join([*bodies, *(text for text, _caret in drafts.values())])))
        if twice := found - typed:
            self.faults.append(f"more often on the desk than typed: {sorted(twice)}")
        self.faults += [f"sent and gone: {text!r}" for text in self.sent if bodies.count(text) != 1]

    def _compare_message(
        self, ticket: str, message: Message, draft: tuple[str, int], bodies: list[str], killed_at: float
    ) -> None:
        if message.sending_at is not None and message.text in bodies:
            self.sent.append(message.text)
            self.sends += 1
            self.messages[ticket] = Message()
            if draft[0]:
                self.faults.append(f"sent and still a draft: {draft[0]!r}")
            return
        if message.sending_at is not None and message.sending_at < killed_at - LATEST_SECONDS:
            self.faults.append(f"not queued {killed_at - message.sending_at:.2f} s after the key: {message.text!r}")
        allowed = message.allowed(killed_at)
        if draft[0] not in {text for text, _caret in allowed}:
            age = message.age(draft[0], killed_at)
            self.faults.append(f"lost: typed {message.text!r}, found {draft[0]!r}, missing since {age:.2f} s")
        elif draft[0] and draft not in allowed:
            self.faults.append(f"caret: at {draft[1]}, was at {message.caret} in {message.text!r}")
        self.messages[ticket] = Message(*draft)

    def compare_with_helpdesk(self) -> None:
        """Let everything leave, and see that it arrived once."""
        deadline = time.monotonic() + 30
        while True:
            shell(self.home, self.helpdesk, "sync")
            waiting = json.loads(shell(self.home, self.helpdesk, "outbox", "list", "--json"))
            if not any(op["state"] in ("queued", "sending") for op in _list(waiting)) or time.monotonic() > deadline:
                break
        stuck = Counter(op["state"] for op in _list(waiting))
        if stuck:
            self.faults.append(f"did not leave: {dict(stuck)}")
        arrived = self._arrived()
        missing = [text for text in self.sent if arrived.count(text.strip()) != 1]
        self.faults += [f"on the helpdesk {arrived.count(text.strip())} times: {text!r}" for text in missing]

    def _arrived(self) -> list[str]:
        found: list[str] = []
        with httpx.Client(
            base_url=self.helpdesk.url, auth=(f"{self.helpdesk.user}/token", self.helpdesk.token)
        ) as client:
            for number in self.messages:
                answer = client.get(f"/api/v2/tickets/{number}/comments.json").raise_for_status().json()
                found += [comment["plain_body"].strip() for comment in answer["comments"]]
        return found


def _end(text: str) -> str:
    """The end of a text that no line break of the screen can cut."""
    words = text.split("\n")[-1].split()
    return words[-1][-1:] if words else ""


def _number(desk: Doomed) -> str:
    """The number of the open ticket, or nothing."""
    found = _NUMBER.search(desk.text)
    return found[1] if found else ""


def _bodies(changes: object) -> Iterator[str]:
    """Every message text in the changes of a decision."""
    if isinstance(changes, dict):
        yield from (str(value) for name, value in changes.items() if name == "body")
        for value in changes.values():
            yield from _bodies(value)
    elif isinstance(changes, list):
        for value in changes:
            yield from _bodies(value)


def _list(answer: object) -> list[dict[str, str]]:
    if isinstance(answer, dict):
        answer = next(value for value in answer.values() if isinstance(value, list))
    assert isinstance(answer, list), "outbox list answers with a list"
    return answer


def shift(folder: Path, kills: int, seed: int) -> Shift:
    """A shift of so many kills; its `faults` say what was wrong."""
    with served(folder / "helpdesk.db", "--tickets", "40", "--lang", "en", "--quiet-time") as helpdesk:
        settle_in(folder / "home", helpdesk)
        person = Shift(folder / "home", helpdesk, seed)
        for _kill in range(kills):
            person.turn()
        person.compare_with_helpdesk()
    return person


def main() -> None:
    """Run one shift and print what came of it."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as folder:
        done = shift(Path(folder), kills, seed)
    for fault in done.faults:
        sys.stdout.write(f"{fault}\n")
    sys.stdout.write(f"{done.kills} kills, {done.keys} keys, {done.sends} sent, {len(done.faults)} faults\n")
    sys.exit(1 if done.faults else 0)


if __name__ == "__main__":
    main()
