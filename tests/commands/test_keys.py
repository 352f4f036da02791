"""The key map: what each key runs in each pane, and conflicts told at start."""

import pytest

from agentdesk.commands import load
from agentdesk.commands.context import Context
from agentdesk.commands.keys import key_map
from agentdesk.commands.registry import PANES, Registry
from agentdesk.errors import ConfigError


async def _nothing(cx: Context, text: str = "") -> None:
    """Do nothing."""


def registry() -> Registry:
    made = Registry()
    made.add("up", scope="app", keys="k")(_nothing)
    made.add("assign", scope="ticket", keys={"a": "", "A": "me"})(_nothing)
    made.add("go", scope="app", keys={"g u": "up", "g d": "down"})(_nothing)
    made.add("type", scope="composer", keys="k")(_nothing)
    made.add("report", scope="shell", in_shell=True)(_nothing)
    return made


def test_the_shipped_keys_have_one_meaning_each() -> None:
    keys = key_map(load())

    assert keys.line("list", "j") == "move down"


def test_one_key_for_two_commands_in_overlapping_scopes_fails_at_start() -> None:
    made = registry()
    made.add("down", scope="list", keys="k")(_nothing)

    with pytest.raises(ConfigError, match=r"'down'.*'up'|'up'.*'down'"):
        key_map(made)


def test_one_key_for_two_commands_of_one_scope_fails_at_start() -> None:
    made = registry()
    made.add("down", scope="app", keys="k")(_nothing)

    with pytest.raises(AssertionError, match="'up' and 'down'"):
        key_map(made)


def test_a_key_that_begins_a_chord_cannot_be_a_command() -> None:
    with pytest.raises(ConfigError, match=r"\[keys\] g would mean 'up', but g u means 'go up'"):
        key_map(registry(), {"g": "up"})


def test_scopes_that_never_meet_share_a_key() -> None:
    keys = key_map(registry())

    assert (keys.line("list", "k"), keys.line("composer", "k")) == ("up", "type")


def test_a_key_gives_its_arguments() -> None:
    assert key_map(registry()).line("list", "A") == "assign me"


def test_chords_are_found_by_their_first_key() -> None:
    assert key_map(registry()).chords("list", "g") == {"u": "go up", "d": "go down"}


def test_a_key_of_ones_own_takes_the_place_of_the_shipped_one() -> None:
    keys = key_map(registry(), {"k": "assign ben", "ctrl+j": "go somewhere else"})

    assert keys.line("list", "k") == "assign ben"
    assert keys.line("composer", "k") == "type"
    assert keys.of("go somewhere else") == ("ctrl+j",)


def test_an_empty_line_takes_a_key_away() -> None:
    keys = key_map(registry(), {"k": ""})

    assert [keys.line(pane, "k") for pane in PANES] == [None] * len(PANES)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("asign me", "Did you mean 'assign'"),
        ("report", "works in the shell only"),
    ],
)
def test_a_line_that_cannot_be_run_by_key_is_told_with_its_key(line: str, said: str) -> None:
    with pytest.raises(ConfigError, match=rf"\[keys\] ctrl\+j: .*{said}"):
        key_map(registry(), {"ctrl+j": line})
