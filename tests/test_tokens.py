"""Secrets: found at each use, kept in the keyring or nowhere, never in a file or an error."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from keyring.backends import fail, null

from agentdesk import tokens
from agentdesk.errors import ConfigError, Unauthorized
from agentdesk.helpdesks import open_provider
from agentdesk.store.desktop import Account

from .safes import PlainFile, Safe, in_use
from .shell import Shell

SECRET = "s3cr3t-of-the-desk"
ADD = ("account", "add", "acme", "--url", "http://127.0.0.1:9", "--user", "aiko@acme.example")


@pytest.fixture
def safe() -> Iterator[Safe]:
    with in_use(Safe()) as safe:
        yield safe


@pytest.fixture(params=[fail.Keyring, null.Keyring, PlainFile])
def unsafe(request: pytest.FixtureRequest) -> Iterator[None]:
    with in_use(request.param()):
        yield


def printing(folder: Path, text: str, code: int = 0) -> str:
    """A command that prints the text."""
    script = folder / "show.py"
    script.write_text(f"import sys\nsys.stdout.write({text!r})\nsys.stderr.write({text!r})\nsys.exit({code})\n")
    return f'"{sys.executable}" "{script}"'


def test_a_token_is_found_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_TOKEN", SECRET)

    assert tokens.secret("env:DESK_TOKEN", "acme") == SECRET


def test_a_token_is_the_first_line_a_command_prints(tmp_path: Path) -> None:
    assert tokens.secret(f"command:{printing(tmp_path, SECRET + chr(10) + 'user: aiko')}", "acme") == SECRET


def test_a_token_is_kept_in_the_keyring_and_forgotten(safe: Safe) -> None:
    tokens.keep("acme", SECRET)
    assert tokens.secret("keyring", "acme") == SECRET

    tokens.forget("acme")
    tokens.forget("acme")
    with pytest.raises(ConfigError, match="No token for the account acme in keyring"):
        tokens.secret("keyring", "acme")


def test_desks_with_homes_of_their_own_never_read_each_other_s_tokens(
    tmp_path: Path, safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENTDESK_HOME", str(tmp_path / "one"))
    tokens.keep("acme", "the one")
    monkeypatch.setenv("AGENTDESK_HOME", str(tmp_path / "other"))

    with pytest.raises(ConfigError):
        tokens.secret(tokens.KEYRING, "acme")

    tokens.keep("acme", "the other")
    monkeypatch.setenv("AGENTDESK_HOME", str(tmp_path / "one"))
    assert tokens.secret(tokens.KEYRING, "acme") == "the one"


@pytest.mark.usefixtures("unsafe")
def test_without_a_safe_keyring_nothing_is_kept_and_the_way_out_is_said() -> None:
    with pytest.raises(ConfigError, match="--token-command"):
        tokens.keep("acme", SECRET)


@pytest.mark.parametrize(
    "source", ["env:NOT_SET_ANYWHERE", "command:", "command:  ", "command:'", "command:/none", "x:y"]
)
def test_a_token_that_cannot_be_had_names_the_account(source: str) -> None:
    with pytest.raises(ConfigError, match="acme"):
        tokens.secret(source, "acme")


@pytest.mark.parametrize("code", [0, 3])
def test_an_error_of_a_command_carries_nothing_that_it_printed(tmp_path: Path, code: int) -> None:
    command = printing(tmp_path, "" if code == 0 else SECRET, code)

    with pytest.raises(ConfigError) as error:
        tokens.secret(f"command:{command}", "acme")

    assert SECRET not in str(error.value)
    assert error.value.__cause__ is None


@pytest.mark.parametrize("way", ["env", "command", "stdin"])
def test_no_secret_is_in_any_file_after_an_account_is_added(tmp_path: Path, safe: Safe, way: str) -> None:
    shell = Shell(tmp_path / "home", DESK_TOKEN=SECRET)
    words = {
        "env": ("--token-env", "DESK_TOKEN"),
        "command": ("--token-command", printing(tmp_path, SECRET)),
        "stdin": ("--token-stdin",),
    }[way]

    added = shell(*ADD, *words, stdin=f"{SECRET}\n")
    checked = shell("account", "check")

    assert added.code == 0
    assert SECRET not in added.out + added.err + checked.out + checked.err
    for file in (tmp_path / "home").rglob("*"):
        assert not file.is_file() or SECRET.encode() not in file.read_bytes(), file
    assert (SECRET in safe.kept.values()) is (way == "stdin")


@pytest.mark.usefixtures("unsafe")
def test_a_typed_token_without_a_keyring_adds_no_account(tmp_path: Path) -> None:
    shell = Shell(tmp_path)

    found = shell(*ADD, "--token-stdin", stdin=f"{SECRET}\n")

    assert found.code == 1
    assert "--token-command" in found.err
    assert SECRET not in found.err
    assert shell("account", "list", "--json").document == []


def test_an_account_that_moves_away_from_the_keyring_leaves_nothing_in_it(tmp_path: Path, safe: Safe) -> None:
    shell = Shell(tmp_path)
    shell(*ADD, "--token-stdin", stdin=SECRET)

    shell("account", "add", "acme", "--token-env", "DESK_TOKEN")

    assert safe.kept == {}


def test_a_removed_account_leaves_nothing_in_the_keyring(tmp_path: Path, safe: Safe) -> None:
    shell = Shell(tmp_path)
    shell(*ADD, "--token-stdin", stdin=SECRET)

    shell("account", "remove", "acme")

    assert safe.kept == {}


async def test_a_missing_token_counts_as_refused_credentials() -> None:
    provider = open_provider(Account("acme", "zendesk", "https://acme.example", "aiko", "env:NOT_SET_ANYWHERE"))

    with pytest.raises(Unauthorized, match="NOT_SET_ANYWHERE"):
        await provider.greet()

    await provider.close()
