"""The README says what the program does."""

import re
from dataclasses import fields
from pathlib import Path

from agentdesk.commands import load
from agentdesk.config import Config
from agentdesk.config import load as load_config
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


def test_every_setting_is_in_the_readme() -> None:
    text = README.read_text(encoding="utf-8")
    written = {"queues": "[[queue]]", "accounts": "[account.", "account": "[account]", "keys": "[keys]"}

    missing = [one.name for one in fields(Config) if written.get(one.name, f"{one.name} =") not in text]
    assert [name for name in missing if f"[{name}]" not in text] == []  # extras are named as what is installed


def test_the_configuration_of_the_readme_is_understood(tmp_path: Path) -> None:
    text = README.read_text(encoding="utf-8")
    section = text[text.index("## Configuration") : text.index("## Writing a provider")]
    blocks = re.findall(r"```toml\n(.*?)```", section, re.DOTALL)
    (tmp_path / "config.toml").write_text("\n".join(blocks), encoding="utf-8")

    config = load_config(tmp_path / "config.toml")

    assert config.account == "acme"
    assert config.badge("acme", "Acme Outlet").short == "OUT"
