"""The shell's words: Click speaks the agent's language, and no option is without a sentence."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from agentdesk.cli import _shell
from agentdesk.config import Config
from agentdesk.paths import Folders


def leaves(command: click.Command) -> list[click.Command]:
    """Every command below a group."""
    if not isinstance(command, click.Group):
        return [command]
    context = click.Context(command)
    children = (command.get_command(context, name) for name in command.list_commands(context))
    return [leaf for child in children if child is not None for leaf in leaves(child)]


def test_every_option_of_the_shell_says_what_it_does(tmp_path: Path) -> None:
    shell = _shell(Folders(tmp_path / "config", tmp_path / "data", tmp_path / "logs"), Config())

    silent = [
        (command.name, option.name)
        for command in leaves(shell)
        for option in command.params
        if isinstance(option, click.Option) and not option.help and not option.hidden
    ]

    assert silent == []


@pytest.mark.parametrize(("language", "word"), [("en", "Usage:"), ("ja", "使い方:")])
def test_click_speaks_the_language_of_the_configuration(tmp_path: Path, language: str, word: str) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text(f'language = "{language}"\n', encoding="utf-8")

    told = subprocess.run(
        [sys.executable, "-m", "agentdesk", "ticket", "--help"],
        env={**os.environ, "AGENTDESK_HOME": str(tmp_path), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    assert told.stdout.startswith(word)
