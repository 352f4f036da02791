"""What several provider tests share: one live Request Tracker for all of them, where one is wanted."""

from collections.abc import Iterator

import pytest

from tests.providers import rt_server
from tests.providers.rt_live import served


@pytest.fixture(scope="session")
def rt_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rt_server.Desk]:
    """A served Request Tracker for the whole session; its tests are left out, visibly, where none is wanted."""
    yield from served(tmp_path_factory.mktemp("rt"))
