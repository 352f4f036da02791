"""The README's table of commands, written from the registry: `python -m tests.readme` brings it up to date."""

from pathlib import Path

from agentdesk.commands import load
from agentdesk.commands.registry import Command

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- commands: written by tests/readme.py -->\n", "<!-- /commands -->"


def table() -> str:
    """Every command with its keys, as a Markdown table."""
    rows = [_row(command) for command in sorted(load(), key=lambda command: command.name)]
    return "\n".join(["| command | keys | shell | does |", "| --- | --- | --- | --- |", *rows]) + "\n"


def _row(command: Command) -> str:
    keys = " ".join(f"`{key}`" for key in command.keys)
    shell = "yes" if command.in_shell else ""
    return f"| `{command.usage}` | {keys} | {shell} | {command.source_help} |"


def with_table(text: str) -> str:
    """The README's text with the table as it should be."""
    before, begin, rest = text.partition(BEGIN)
    _old, end, after = rest.partition(END)
    assert begin, "the README has lost the mark before its table"
    assert end, "the README has lost the mark after its table"
    return before + begin + table() + end + after


if __name__ == "__main__":
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
