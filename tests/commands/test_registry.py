"""The registry: what a command line means, and what is found wrong at start."""

import pytest

from agentdesk.commands import load
from agentdesk.commands.context import Context
from agentdesk.commands.registry import Arguments, Registry, bind, parse, run_line
from agentdesk.errors import Refused

from .conftest import Line


async def _reply(cx: Context, text: str = "", *, status: str = "", urgent: bool = False) -> None:
    """Write to somebody."""


async def _name(cx: Context, name: str, *tags: str, limit: int = 5) -> None:
    """Name something."""


async def _pair(cx: Context, first: str = "", second: str = "") -> None:
    """Put two together."""


def registry() -> Registry:
    made = Registry()
    made.add("reply")(_reply)
    made.add("name")(_name)
    made.add("name all")(_name)
    made.add("pair")(_pair)
    return made


def parsed(line: str) -> Arguments:
    return parse(*registry().split(line))


def test_two_commands_of_one_name_fail_at_start() -> None:
    made = registry()

    with pytest.raises(AssertionError, match="two commands are named 'reply'"):
        made.add("reply")(_reply)


def test_a_command_without_help_fails_at_start() -> None:
    async def silent(cx: Context) -> None: ...

    with pytest.raises(AssertionError, match="no help"):
        Registry().add("silent")(silent)


def test_every_command_has_help_and_a_usage_that_begins_with_its_name() -> None:
    for command in load():
        assert command.help.endswith("."), command.name
        assert command.usage.startswith(command.name), command.name


def test_the_longest_name_wins() -> None:
    assert registry().split("name all x")[0].name == "name all"
    assert registry().split("name al x")[0].name == "name"


def test_an_unknown_command_suggests_the_nearest() -> None:
    with pytest.raises(Refused, match="Did you mean 'reply'"):
        registry().split("repyl")


def test_words_keep_together_in_quotation_marks() -> None:
    assert parsed("name 'a b' c \"d e\"").positional == ("a b", "c", "d e")


def test_a_lone_quotation_mark_is_text() -> None:
    assert parsed("name it's").positional == ("it's",)


def test_text_is_taken_as_it_stands() -> None:
    assert parsed("reply He said  \"yes\", it's 'fine'").positional == ("He said  \"yes\", it's 'fine'",)


@pytest.mark.parametrize("line", ["reply --status pending Hello  there", "reply --status=pending Hello  there"])
def test_options_stand_in_front_of_text(line: str) -> None:
    found = parsed(line)

    assert found.positional == ("Hello  there",)
    assert found.named == {"status": "pending"}


def test_a_flag_in_front_of_text_takes_no_value() -> None:
    assert parsed("reply --urgent now") == Arguments(("now",), {"urgent": True})


@pytest.mark.parametrize("line", ["reply Hello --status pending", "reply Hello --status=pending", "reply --status"])
def test_an_option_is_never_said_to_the_customer(line: str) -> None:
    with pytest.raises(Refused, match=r"reply \[--status STATUS\] \[--urgent\] \[TEXT\]"):
        parsed(line)


def test_after_two_dashes_everything_is_text() -> None:
    assert parsed("reply --urgent -- --status is an option").positional == ("--status is an option",)
    assert bind(registry().split("name")[0], ["--", "--limit", "3"]).positional == ("--limit", "3")


@pytest.mark.parametrize(
    ("line", "positional", "named"),
    [
        ("name --name x a b", ("x", "a", "b"), {}),
        ("name a --name=x b", ("x", "a", "b"), {}),
        ("pair --first x", ("x",), {}),
        ("pair --second y", (), {"second": "y"}),
        ("pair x --second y", ("x", "y"), {}),
        ("pair --first x y", ("x", "y"), {}),
    ],
)
def test_a_word_may_be_given_by_its_name(line: str, positional: tuple[str, ...], named: dict[str, str]) -> None:
    assert parsed(line) == Arguments(positional, named)


def test_a_word_given_by_name_and_by_place_is_refused() -> None:
    with pytest.raises(Refused, match=r"Type it like this: pair \[FIRST\] \[SECOND\]"):
        parsed("pair x y --second z")


def test_numbers_are_read_and_anything_else_is_refused() -> None:
    assert parsed("name x --limit 7").named == {"limit": 7}
    for wrong in ("--7", "many", "7.5", "1" * 30):
        with pytest.raises(Refused, match="Type it like this: name NAME"):
            parsed(f"name x --limit {wrong}")


def test_a_missing_word_is_refused_with_the_usage() -> None:
    with pytest.raises(Refused, match=r"name NAME \[TAGS...\] \[--limit LIMIT\]"):
        parsed("name")


async def test_a_command_that_cannot_run_says_why(line: Line) -> None:
    with pytest.raises(Refused, match="Put the cursor on a ticket first"):
        await line("ticket solve")


async def test_a_line_runs_the_command_it_names(line: Line) -> None:
    made = registry()
    found: list[str] = []

    @made.add("say")
    async def say(cx: Context, text: str) -> None:
        """Say it."""
        found.append(text)

    await run_line("say  two  words ", await line("account list"), made)

    assert found == ["two  words"]
