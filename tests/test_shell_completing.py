"""How the shell goes on with a query that is being typed."""

from pathlib import Path

import pytest

from agentdesk.exchange import Page
from agentdesk.model import Person, Ref, Role, Team
from agentdesk.store.store import opened

from .shell import Shell

PEOPLE = (
    Person(Ref("acme", "7"), "Aiko Archer", Role.AGENT),
    Person(Ref("acme", "8"), "Ben", Role.AGENT),
    Team(Ref("acme", "t1"), "Billing"),
)


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["search", "stat"], ["status:"]),
        (["search", "a -group:b"], ["a -group:Billing"]),
        (["search", "assignee:b"], ["assignee:Ben"]),
        (["ticket", "list", "assignee:ai"], ['assignee:"Aiko Archer"']),
        (["queue", "save", "mine", "--query", "assignee:b"], ["assignee:Ben"]),
        (["queue", "save", "assignee:b"], []),
        (["sql", "assignee:b"], []),
        (["ticket", "li"], ["link", "list"]),
    ],
)
def test_a_query_goes_on_with_what_is_in_use(tmp_path: Path, words: list[str], offered: list[str]) -> None:
    assert completed(tmp_path, "zsh", words) == offered


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["search", "assignee", ":", "b"], ["Ben"]),
        (["search", "assignee", ":"], ["Ben", r"\"Aiko\ Archer\""]),
        (["search", "assignee", ":", "ai"], [r"\"Aiko\ Archer\""]),
        (["search", "assignee:ai"], [r"assignee:\"Aiko\ Archer\""]),
    ],
)
def test_bash_gets_what_follows_the_colon_it_cuts_at(tmp_path: Path, words: list[str], offered: list[str]) -> None:
    assert sorted(one for one in completed(tmp_path, "bash", words) if one not in ("me", "none")) == sorted(offered)


def completed(home: Path, name: str, words: list[str]) -> list[str]:
    """What a shell is offered for the last of the words."""
    (home / "data").mkdir()
    with opened(home / "data" / "agentdesk.db") as store:
        store.mirror.take(Page(PEOPLE, ""))
    quoted = " ".join(f"'{word}'" if " " in word else word for word in ["agentdesk", *words])
    asked = {"_AGENTDESK_COMPLETE": f"{name}_complete", "COMP_WORDS": quoted, "COMP_CWORD": str(len(words))}
    said = Shell(home, **asked)()
    lines = said.out.splitlines()
    return (
        [line.partition(",")[2] for line in lines]
        if name == "bash"
        else [line.replace("\\:", ":") for line in lines[1::3]]
    )
