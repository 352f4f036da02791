"""The README says what the program does."""

from agentdesk.commands import load
from tests.readme import README, with_table


def test_the_table_of_commands_is_the_registry() -> None:
    text = README.read_text(encoding="utf-8")

    assert text == with_table(text), "run: python -m tests.readme"


def test_every_command_is_in_the_readme() -> None:
    text = README.read_text(encoding="utf-8")

    assert [command.name for command in load() if f"`{command.name}" not in text] == []


def test_the_pictures_of_the_readme_are_there() -> None:
    text = README.read_text(encoding="utf-8")
    pictures = [part.partition(")")[0] for part in text.split("](")[1:] if part.partition(")")[0].endswith(".svg")]

    assert pictures
    assert [picture for picture in pictures if not (README.parent / picture).exists()] == []
