"""A short `kill -9` campaign on the installed program; `tests/bench/kills.py` runs a long one."""

import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are a POSIX thing; Windows terminals are not tested", allow_module_level=True)

from tests.bench.kills import shift


def test_no_word_is_lost_or_sent_twice_by_kills_at_random_moments(tmp_path: Path) -> None:
    done = shift(tmp_path, kills=4, seed=4)

    assert done.kills == 4
    assert done.faults == []
