"""What the command line may become."""

from collections.abc import Sequence

import pytest

from agentdesk.commands import load
from agentdesk.filters.completing import Name
from agentdesk.ui.completing import completions

AGENTS = (Name("Aiko Archer"), Name("Ben"))


def known(field: str, begun: str) -> Sequence[Name]:
    return [one for one in AGENTS if field == "assignee" and one.text.casefold().startswith(begun)]


def offered(line: str) -> list[str]:
    """The whole lines that are offered for one that is begun."""
    found = completions(load(), line, len(line), known)
    return [line[: one.start] + one.text + line[one.end :] for one in found]


@pytest.mark.parametrize("name", ["find", "queue", "queue edit", "reason list", "search", "ticket list"])
def test_a_query_goes_on_behind_every_command_that_takes_one(name: str) -> None:
    assert offered(f"{name} tag:vip stat") == [f"{name} tag:vip status:"]
    assert offered(f"{name} assignee:b") == [f"{name} assignee:Ben"]


@pytest.mark.parametrize("line", ["sql stat", "alias accept stat", "reply stat", "queue save stat"])
def test_other_text_is_no_query(line: str) -> None:
    assert offered(line) == []


def test_a_query_goes_on_in_an_option_where_it_needs_no_other_quotation_marks() -> None:
    assert offered("queue save vip --query stat") == ["queue save vip --query status:"]
    assert offered('queue save vip --query="tag:vip assignee:b') == ['queue save vip --query="tag:vip assignee:Ben']
    assert offered("queue save vip --query 'assignee:a") == ['queue save vip --query \'assignee:"Aiko Archer"']
    assert offered("queue save vip --query assignee:a") == []
    assert offered("queue save vip --query 'tag:vip' stat") == []


def test_the_words_of_a_field_are_offered_to_the_command_that_sets_it() -> None:
    assert offered("ticket priority ") == [
        f"ticket priority {one}" for one in ("urgent", "high", "normal", "low", "none")
    ]
    assert offered("ticket status so") == ["ticket status solved"]
    assert offered("ticket assign me") == ["ticket assign me"]
