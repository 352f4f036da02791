"""From an account to the provider that talks to its helpdesk.

Providers are plugins: the entry points `agentdesk.providers` name a class `P` with `P.credentials(user, secret)` and
`P(account, url, auth)`. The demo's account is the same provider over the embedded helpdesk in this process.
"""

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from importlib.metadata import entry_points
from typing import Protocol, cast

from agentdesk import tokens
from agentdesk.errors import ConfigError, Unauthorized
from agentdesk.i18n import _
from agentdesk.providers.base import Provider
from agentdesk.store.desktop import Account

GROUP = "agentdesk.providers"


class ProviderFactory(Protocol):
    """What an entry point must load to: the provider's class."""

    def credentials(self, user: str, secret: tokens.Secret) -> object: ...

    def __call__(self, account: str, url: str, auth: object, *, allow_insecure: bool = False) -> Provider: ...


@contextlib.asynccontextmanager
async def open_providers(
    accounts: Sequence[Account], broken: Callable[[str, ConfigError], None] | None = None
) -> AsyncIterator[Sequence[Provider]]:
    """The providers of these accounts, closed afterwards; one that cannot be opened is told to `broken`, or raised."""
    providers = []
    for account in accounts:
        try:
            providers.append(open_provider(account))
        except ConfigError as error:
            if broken is None:
                raise
            broken(account.name, error)
    try:
        yield providers
    finally:
        for provider in providers:
            await provider.close()


def provider_names() -> list[str]:
    """The names that `account add --provider` takes."""
    return sorted(point.name for point in entry_points(group=GROUP))


def open_provider(account: Account) -> Provider:
    """The provider of an account, not yet signed in; raises `ConfigError` where none has that name."""
    found = entry_points(group=GROUP, name=account.provider)
    if not found:
        names = ", ".join(provider_names())
        raise ConfigError(
            _("There is no provider {name!r}. Choose one of: {names}.", name=account.provider, names=names)
        )
    factory = cast(ProviderFactory, next(iter(found)).load())  # entry points are untyped; this is their contract
    auth = factory.credentials(account.user, lambda: _secret(account))
    return factory(account.name, account.url, auth)


def _secret(account: Account) -> str:
    """The account's secret; one that cannot be had is as good as refused, so it raises `Unauthorized`."""
    try:
        return tokens.secret(account.token_source, account.name)
    except ConfigError as error:
        raise Unauthorized(str(error)) from None
