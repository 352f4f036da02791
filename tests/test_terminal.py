"""The installed program, in a real terminal, as an agent uses it."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are a POSIX thing; Windows terminals are not tested", allow_module_level=True)

from tests.terminal import PROGRAM, Terminal

DEMO = ("demo", "--tickets", "40", "--lang")


def shell(home: Path, *words: str) -> str:
    """What a shell command on the demo's desk prints."""
    done = subprocess.run(
        [str(PROGRAM), "--demo", *words],
        env={"AGENTDESK_HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_a_reply_is_written_sent_and_taken_back(tmp_path: Path) -> None:
    with Terminal(*DEMO, "en", home=tmp_path) as desk:
        desk.sees("Waiting longest", "Dana Fox")
        desk.press("enter")
        desk.sees("#2000", "r reply")
        desk.press("r")
        desk.sees("PUBLIC REPLY", "dana.fox@example.com")
        desk.press("We are looking into it.")
        desk.sees("We are looking into it.", "saved")
        desk.press("ctrl+s")
        desk.sees("takes it back")
        desk.press("u")
        desk.sees("Taken back")
        desk.press("escape", "ctrl+q")
        assert desk.ends() == 0

    assert "We are looking into it." in shell(tmp_path, "sql", "SELECT body FROM draft")


def test_what_was_typed_survives_kill_minus_nine(tmp_path: Path) -> None:
    with Terminal(*DEMO, "ja", home=tmp_path) as desk:
        desk.sees("田中 美咲")
        desk.press("enter")
        desk.sees("#2000")
        desk.press("r")
        desk.sees("tanaka")
        desk.press("田中様\rお調べいたします。")
        desk.sees("お調べいたします。", "下書き保存済み")
        desk.kill()

    with Terminal(*DEMO, "ja", home=tmp_path) as again:
        again.sees("#2000", "田中様", "お調べいたします。")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, None])
def test_a_desk_that_is_told_to_end_keeps_the_last_key(tmp_path: Path, number: signal.Signals | None) -> None:
    with Terminal(*DEMO, "en", home=tmp_path) as desk:
        desk.sees("Waiting longest", "Dana Fox")
        desk.press("enter")
        desk.sees("Esc")
        desk.press("r")
        desk.sees("PUBLIC REPLY")
        desk.press("We are looking into it!")
        desk.sees("into it!")
        if number is None:
            assert desk.hang_up() == 128 + signal.SIGHUP
        else:
            desk.signal(number)
            assert desk.ends() == 128 + number

    assert "We are looking into it!" in shell(tmp_path, "sql", "SELECT body FROM draft")


def test_a_desk_whose_terminal_vanished_without_a_signal_ends(tmp_path: Path) -> None:
    with Terminal(*DEMO, "en", home=tmp_path, is_controlling=False) as desk:
        desk.sees("Waiting longest", "Dana Fox")
        desk.press("enter")
        desk.sees("Esc")
        desk.press("r")
        desk.sees("PUBLIC REPLY")
        desk.press("We are looking into it!")
        desk.sees("into it!")

        assert desk.hang_up() == 128 + signal.SIGHUP

    assert "We are looking into it!" in shell(tmp_path, "sql", "SELECT body FROM draft")


def test_bytes_that_are_no_text_leave_the_desk_open_and_the_rest_readable(tmp_path: Path) -> None:
    with Terminal(*DEMO, "en", home=tmp_path) as desk:
        desk.sees("Waiting longest", "Dana Fox")
        desk.press("enter")
        desk.sees("Esc")
        desk.press("r")
        desk.sees("PUBLIC REPLY")
        desk.send("見".encode() + "申込".encode("shift_jis"))
        desk.send(b"\x1b[99999999999999999999u\x1b[1114112u")
        desk.sees("見")
        desk.send("込み".encode()[:2])
        desk.send("込み".encode()[2:] + b" whole")

        desk.sees("見", "込み whole")


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (160, 48)])
def test_hostile_text_reaches_neither_the_terminal_nor_the_shell(tmp_path: Path, columns: int, rows: int) -> None:
    with Terminal("demo", "--tickets", "80", "--lang", "en", home=tmp_path, columns=columns, rows=rows) as desk:
        desk.sees("Waiting longest", "Dana Fox")
        desk.press(":", "queue tag:hostile is:unsolved", "enter")
        desk.sees("tag:hostile is:unsolved  12", "DROP TABLE")
        for _ticket in range(12):
            desk.press("enter")
            desk.sees("r reply")
            desk.press("escape")  # alone: a letter right behind it would be read as alt and the letter
            desk.sees("Enter open it")
            desk.press("j")
        desk.press("ctrl+q")
        desk.ends()

        assert b"owned" not in desk.output.replace(b"]0;owned", b"") or b"\x1b]0;owned" not in desk.output
        assert b"\x1b]52" not in desk.output
        assert "\u202e".encode() not in desk.output

    printed = shell(tmp_path, "ticket", "list", "tag:hostile")
    assert "\x1b" not in printed
    assert "\u202e" not in printed
