"""From an account to the provider that talks to its helpdesk.

Providers are plugins: the entry points `agentdesk.providers` name a class `P` with `P.credentials(user, secret)` and
`P(account, url, auth, access=...)`. It may also have `P.is_at(client)`, which tells whether a helpdesk of its kind
answers at an address, and `P.OAUTH`, the `Endpoints` for signing in with the browser. The demo's account is the same
provider over the embedded helpdesk in this process.
"""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Protocol, cast

from agentdesk import locks, tokens
from agentdesk.access import USUAL, Access
from agentdesk.errors import ConfigError, Unauthorized
from agentdesk.i18n import _
from agentdesk.paths import folders
from agentdesk.providers.base import Provider
from agentdesk.providers.http import Anonymous, Client
from agentdesk.providers.oauth import Endpoints, Renewing, SignIn, Vault
from agentdesk.store.desktop import Account

GROUP = "agentdesk.providers"
IsAt = Callable[[Client], Awaitable[bool]]


class ProviderFactory(Protocol):
    """What an entry point must load to: the provider's class."""

    def credentials(self, user: str, secret: tokens.Secret) -> object: ...

    def __call__(self, account: str, url: str, auth: object, *, access: Access = USUAL) -> Provider: ...


@contextlib.asynccontextmanager
async def open_providers(
    accounts: Sequence[Account], broken: Callable[[str, ConfigError], None] | None = None, data: Path | None = None
) -> AsyncIterator[Sequence[Provider]]:
    """The providers of these accounts, closed afterwards; one that cannot be opened is told to `broken`, or raised.

    `data` is the folder of the desk, where sign-ins are locked while they are renewed.
    """
    providers = []
    for account in accounts:
        try:
            providers.append(open_provider(account, data=data))
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


def open_provider(account: Account, secret: tokens.Secret | None = None, data: Path | None = None) -> Provider:
    """The provider of an account, not yet signed in; raises `ConfigError` where none has that name.

    A `secret` that was just typed takes the place of the one that is kept.
    """
    factory = _factory(account.provider)
    if secret is None and account.token_source == tokens.OAUTH:
        auth: object = Renewing(sign_in(account), vault(account.name, data or folders().data))
    else:
        auth = factory.credentials(account.user, secret or (lambda: _secret(account)))
    return factory(account.name, account.url, auth, access=account.access)


def sign_in(account: Account) -> SignIn:
    """Signing in to an account with the browser; raises `ConfigError` where its provider has no such way."""
    endpoints = browser_sign_in(account.provider)
    if endpoints is None:
        raise ConfigError(_("{provider} has no sign-in with the browser. Use a token.", provider=account.provider))
    return SignIn(account.name, account.url, endpoints, account.access)


def browser_sign_in(provider: str) -> Endpoints | None:
    """Where a provider's sign-in with the browser is, if it has one."""
    found = getattr(_factory(provider), "OAUTH", None)
    return found if isinstance(found, Endpoints) else None


def vault(account: str, data: Path) -> Vault:
    """Where an account's pair of tokens is kept, with the lock of the desk in `data`."""
    return Vault(
        read=lambda: tokens.secret(tokens.OAUTH, account),
        keep=partial(tokens.keep, account),
        locked=lambda: locks.held(data / "locks" / f"{account}.lock"),
    )


async def recognised(url: str, access: Access) -> str:
    """The name of the provider whose helpdesk answers at an address; empty when none says so. Raises `Offline`."""
    client = Client(url, url, Anonymous(), access=access)
    try:
        for point in sorted(entry_points(group=GROUP)):
            is_at: IsAt | None = getattr(_loaded(point), "is_at", None)
            if is_at is not None and await is_at(client):
                return point.name
    finally:
        await client.close()
    return ""


def _factory(provider: str) -> ProviderFactory:
    found = entry_points(group=GROUP, name=provider)
    if not found:
        names = ", ".join(provider_names())
        raise ConfigError(_("There is no provider {name!r}. Choose one of: {names}.", name=provider, names=names))
    return _loaded(next(iter(found)))


def _loaded(point: EntryPoint) -> ProviderFactory:
    return cast(ProviderFactory, point.load())  # entry points are untyped; this is their contract


def _secret(account: Account) -> str:
    """The account's secret; one that cannot be had is as good as refused, so it raises `Unauthorized`."""
    try:
        return tokens.secret(account.token_source, account.name)
    except ConfigError as error:
        raise Unauthorized(str(error)) from None
