"""Accounts, health and SQL, through the shell."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agentdesk.model import Ref
from agentdesk.store.drafts import Draft
from agentdesk.store.store import opened
from tests.shell import Shell

ADD = (
    "account",
    "add",
    "acme",
    "--provider",
    "zendesk",
    "--url",
    "https://acme.example",
    "--user",
    "aiko@acme.example",
)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "home")


def test_an_account_is_added_listed_and_removed(shell: Shell) -> None:
    assert shell(*ADD, "--token-env", "TOKEN").code == 0
    (account,) = shell("account", "list", "--json").document
    assert account == {
        "name": "acme",
        "provider": "zendesk",
        "url": "https://acme.example",
        "user": "aiko@acme.example",
        "token_source": "env",
    }

    assert shell("account", "remove", "acme").code == 0
    assert shell("account", "list", "--json").document == []
    assert shell("account", "remove", "acme").code == 1


def test_new_credentials_keep_the_address_and_the_place_of_an_account(shell: Shell) -> None:
    shell(*ADD, "--token-env", "TOKEN")
    shell("account", "add", "second", "--provider", "zendesk", "--url", "https://b.example", "--token-env", "TOKEN")

    assert shell("account", "add", "acme", "--token-command", "pass show acme").code == 0

    first, second = shell("account", "list", "--json").document
    assert (first["name"], first["url"], first["token_source"]) == ("acme", "https://acme.example", "command")
    assert second["name"] == "second"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--url", "ftp://acme.example", "--token-env", "T"), "not the address of a helpdesk"),
        (("--url", "https://me:hunter2@acme.example", "--token-env", "T"), "must not contain a user or a password"),
        (("--url", "http://acme.example", "--token-env", "T"), "https"),
        (("--url", "https://acme.example", "--provider", "zzz", "--token-env", "T"), "There is no provider 'zzz'"),
        (("--url", "https://acme.example"), "No token"),
        (("--url", "https://acme.example", "--token-stdin"), "No token"),
        (("--url", "https://acme.example", "--token-env", "T", "--token-stdin"), "Say one of"),
    ],
)
def test_an_account_that_could_not_work_is_not_kept(shell: Shell, words: tuple[str, ...], said: str) -> None:
    found = shell("account", "add", "acme", *(() if "--provider" in words else ("--provider", "zendesk")), *words)

    assert found.code == 1
    assert said in found.err
    assert "hunter2" not in found.err
    assert shell("account", "list", "--json").document == []


def test_a_name_that_commands_could_not_tell_from_an_id_is_refused(shell: Shell) -> None:
    assert shell("account", "add", "a:1,b", "--url", "https://a.example", "--token-env", "T").code == 1


def test_an_account_without_a_token_says_so_when_it_is_checked(shell: Shell) -> None:
    shell(*ADD, "--token-env", "NOT_SET_ANYWHERE")

    found = shell("account", "check")

    assert found.code == 1
    assert "No token for the account acme in env:NOT_SET_ANYWHERE" in found.err


def test_one_account_that_cannot_sign_in_does_not_hide_the_summary(shell: Shell) -> None:
    shell(*ADD, "--token-env", "NOT_SET_ANYWHERE")

    found = shell("sync", "--json")

    assert found.code == 1
    assert found.document["accounts"][0]["account"] == "acme"
    assert "No token" in found.err


def test_an_account_with_unsent_work_is_not_removed_by_mistake(shell: Shell) -> None:
    shell(*ADD, "--token-env", "TOKEN")
    with opened(shell.home / "data" / "agentdesk.db") as store:
        store.drafts.save(Draft(Ref("acme", "1"), "reply", "half a", datetime.now(UTC)))

    refused = shell("account", "remove", "acme")

    assert (refused.code, "1 unsent" in refused.err) == (1, True)
    assert shell("account", "remove", "acme", "--unsent", "--json").document == {"removed": "acme"}


def test_the_doctor_finds_an_empty_desk_well(shell: Shell) -> None:
    found = shell("doctor", "--json")

    assert found.code == 0
    assert found.document["ok"] is True
    assert {"name", "ok", "told"} == set(found.document["checks"][0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('account = "nobody"', "no 'nobody'"),
        ('columns = ["wait", "colour"]', "no 'colour'"),
        ("[keys]\ng = 'quit'", "[keys] g would mean 'quit'"),
    ],
)
def test_the_doctor_names_what_the_configuration_gets_wrong(shell: Shell, text: str, said: str) -> None:
    (shell.home / "config").mkdir(parents=True)
    (shell.home / "config" / "config.toml").write_text(text, encoding="utf-8")

    found = shell("doctor", "--json")

    assert (found.code, found.document["ok"]) == (1, False)
    assert said in next(check["told"] for check in found.document["checks"] if not check["ok"])


def test_sql_answers_and_writes_nothing(shell: Shell, tmp_path: Path) -> None:
    assert shell("sql", "select 1 as a, x'00ff' as b, null as c", "--json").document == [
        {"a": 1, "b": "00ff", "c": None}
    ]
    assert shell("sql", "--jsonl", "values (1), (2)").lines == [{"column1": 1}, {"column1": 2}]
    assert shell("sql", "select", "1").code == 0
    for write in (
        "delete from op",
        "drop table op",
        "pragma user_version = 9",
        "create temp table x (y)",
        f"attach '{tmp_path / 'other.db'}' as other",
        f"vacuum into '{tmp_path / 'copy.db'}'",
        "select 1; select 2",
        "selec",
    ):
        found = shell("sql", write)
        assert (found.code, found.out) == (1, ""), write
        assert found.err.startswith("SQLite: "), write
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home"]


def test_sql_works_below_a_folder_that_is_named_from_here(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.home.mkdir()
    monkeypatch.chdir(shell.home)
    shell.environment["AGENTDESK_HOME"] = "desk?#"

    assert shell("sql", "select 1 as a", "--json").document == [{"a": 1}]


def test_json_is_one_document(shell: Shell) -> None:
    for words in (("account", "list"), ("doctor",), ("outbox", "list"), ("ticket", "list")):
        json.loads(shell(*words, "--json").out)
