"""The promised quality of contact reasons, on the demo's tickets without their field of reasons."""

from pathlib import Path

import pytest

from agentdesk.sandbox.dataset import Language
from agentdesk.store.meaning import Wanted
from agentdesk.store.store import opened
from tests.bench.reasons import figures, measured

TICKETS = 300


@pytest.mark.parametrize("language", ["ja", "en"])
def test_most_tickets_have_a_reason_and_mostly_the_right_one(language: Language, tmp_path: Path) -> None:
    with opened(tmp_path / "cache.db") as store:
        found = measured(store, language, TICKETS, Wanted())

    assert found.coverage >= 0.6
    assert found.purity >= 0.8


def test_groups_are_measured_by_pairs() -> None:
    same, mixed = [(1, "a")] * 5 + [(2, "b")] * 5, [(1, "a"), (1, "b")] * 5

    assert figures(same) == (2, 1.0, 1.0, 1.0)
    assert figures(mixed).purity == 0.5
    assert figures([*same, (None, "a")]).coverage == 10 / 11
