"""The contract as pytest collects it for `--agentdesk-provider NAME`; see `contract_plugin`."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from importlib.metadata import entry_points
from typing import Protocol, cast

import pytest
import pytest_asyncio

from agentdesk.providers import contract_plugin
from agentdesk.providers.contract import Account, OtherSide, ProviderContract

GROUP = "agentdesk.contract"


class Sides(Protocol):
    """What an entry point must load to."""

    def __call__(self, account: Account) -> AbstractAsyncContextManager[OtherSide]: ...


def sides(name: str) -> Sides:
    """What makes the other side of this provider's helpdesk; a run where there is none ends here."""
    found = entry_points(group=GROUP, name=name)
    if not found:
        known = ", ".join(sorted(entry_points(group=GROUP).names)) or "-"
        pytest.exit(f'No entry point "{name}" in the group {GROUP}. There are: {known}.', pytest.ExitCode.USAGE_ERROR)
    return cast(Sides, next(iter(found)).load())  # entry points are untyped; this is their contract


class TestContract(ProviderContract):
    """Every promise, on the provider that was named."""

    @pytest_asyncio.fixture
    async def other(self, request: pytest.FixtureRequest) -> AsyncGenerator[OtherSide, None]:
        config = request.config
        named = {key: contract_plugin.setting(config, key) for key in ("url", "user")}
        account = Account(**named, token=contract_plugin.token())
        async with sides(config.getoption("--agentdesk-provider"))(account) as side:
            yield side
