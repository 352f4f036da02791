"""One helpdesk with three tickets, and a desk that has read them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from .desk import Desk
from .helpdesk import Clock, Helpdesk


@pytest.fixture
def helpdesk() -> Helpdesk:
    helpdesk = Helpdesk()
    for id in ("1", "2", "3"):
        helpdesk.opens(id)
    return helpdesk


@pytest.fixture
async def desk(tmp_path: Path, helpdesk: Helpdesk) -> AsyncIterator[Desk]:
    desk = Desk(tmp_path / "desk.db", helpdesk, Clock())
    await desk.engine.pull()
    yield desk
    desk.store.close()
