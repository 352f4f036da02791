"""The contract, run by the Request Tracker provider against a live server (AGENTDESK_RT=1)."""

from collections.abc import AsyncGenerator

import pytest

from agentdesk.providers.contract import OtherSide, ProviderContract
from tests.providers import rt_server
from tests.providers.rt_live import live


class TestAsAgent(ProviderContract):
    @pytest.fixture
    async def other(self, rt_desk: rt_server.Desk) -> AsyncGenerator[OtherSide, None]:
        async with live(rt_desk) as side:
            yield side


class TestAsAJapaneseAgent(ProviderContract):
    """Request Tracker breaks off its own answers to this agent, and reads her dates in another zone."""

    @pytest.fixture
    async def other(self, rt_desk: rt_server.Desk) -> AsyncGenerator[OtherSide, None]:
        async with live(rt_desk, "haruka") as side:
            yield side
