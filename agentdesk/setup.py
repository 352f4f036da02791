"""Setting accounts up: the steps that the shell and the screens share, each of which says what it found in words.

An address is read and its helpdesk recognised; signing in is tried before anything is kept; what the account can and
cannot do is told in sentences; a secret goes to the keyring and the account to the cache, in this order.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

from agentdesk import loopback, tokens
from agentdesk.access import Access
from agentdesk.desk import Desk
from agentdesk.errors import AgentdeskError, Offline, Refused, StoreError, Unauthorized
from agentdesk.files import size_word
from agentdesk.helpdesks import browser_sign_in, open_provider, recognised, sign_in, vault
from agentdesk.i18n import _
from agentdesk.providers.base import Concurrency, Greeting, Traits
from agentdesk.providers.oauth import Pair, unpacked
from agentdesk.providers.tls import issuer
from agentdesk.record import record
from agentdesk.store.desktop import Account
from agentdesk.sync.lease import new_holder, taken

BROWSER_LASTS = timedelta(minutes=5)
SETUP_LASTS = timedelta(seconds=30)
"""So long nobody else may sync an account that is being renamed or removed, should this program be killed."""
ZENDESK_DOMAIN = ".zendesk.com"

Ask = Callable[[str], Awaitable[str]]
Say = Callable[[str], None]


@record
class Promise:
    """One thing that an account can do, or cannot."""

    holds: bool
    told: str


def address(typed: str) -> str:
    """The address as it is kept: whole, and never with a password in it, because it is shown. Raises `Refused`."""
    words = typed.strip()
    if words and "://" not in words and not re.search(r"[\s@]", words):
        words = f"https://{words}"
    try:
        found = urlsplit(words)
        port_is_good = found.port is None or found.port > 0
    except ValueError:
        found, port_is_good = urlsplit(""), False
    if found.scheme not in ("https", "http") or not found.hostname or not port_is_good:
        raise Refused(_("This is not the address of a helpdesk. It looks like https://acme.zendesk.com"))
    if "@" in found.netloc:
        raise Refused(_("The address must not contain a user or a password; you will be asked for them."))
    return words.partition("?")[0].partition("#")[0].rstrip("/")


def name_for(url: str, taken: Sequence[str]) -> str:
    """A short name to offer for the account at an address."""
    host = urlsplit(url).hostname or "desk"
    is_number = re.fullmatch(r"[\d.:]+", host)
    labels = [one for one in host.split(".") if one not in ("www", "support", "help", "helpdesk", "rt", "tickets")]
    plain = "desk" if is_number or not labels else labels[0]
    count, name = 2, plain
    while name in taken:
        name, count = f"{plain}{count}", count + 1
    return name


def check_name(name: str) -> None:
    """Raise `Refused` for a name that commands could not tell from an id, or a file system not hold."""
    if not re.fullmatch(r"\w[\w.-]{0,63}", name):
        raise Refused(_("An account's name is letters, digits, dots and dashes, not {name!r}.", name=name))


async def provider_at(url: str, access: Access) -> str:
    """The name of the provider for the helpdesk at an address; raises `Refused` where none knows it, or `Offline`."""
    if (urlsplit(url).hostname or "").endswith(ZENDESK_DOMAIN):
        return "zendesk"
    try:
        name = await recognised(url, access)
    except Offline as error:
        raise Offline(await _explained(error, url), error.arrived) from None
    if not name:
        raise Refused(
            _(
                "{host} answers, but not like a helpdesk that AgentDesk knows. Check the address, or say which it is "
                "with --provider.",
                host=urlsplit(url).netloc,
            )
        )
    return name


async def _explained(error: Offline, url: str) -> str:
    """The words of an error, and who signed a certificate that is not trusted."""
    if "--ca-file" not in str(error):
        return str(error)
    found = urlsplit(url)
    by = await asyncio.to_thread(issuer, found.hostname or "", found.port or 443)
    return _("{reason} (It says to be signed by: {issuer}.)", reason=str(error), issuer=by) if by else str(error)


async def greeted(desk: Desk, account: Account, secret: tokens.Secret | None = None) -> Greeting:
    """Sign in as the account would, with a secret that is not kept yet if there is one; raises why it cannot."""
    provider = open_provider(account, secret, desk.folders.data)
    try:
        return await provider.greet()
    except Offline as error:
        raise Offline(await _explained(error, account.url), error.arrived) from None
    finally:
        await provider.close()


def has_browser_sign_in(provider: str) -> bool:
    """Can one sign in to this kind of helpdesk with the browser, and keep what comes of it?"""
    return browser_sign_in(provider) is not None and tokens.has_keyring()


def registration_words(account: Account) -> str:
    """What an administrator has to register once, so that the browser may be used."""
    signing = sign_in(account)
    return _(
        "Your helpdesk needs an OAuth client for AgentDesk, which an administrator makes once: kind public, "
        "identifier {client}, redirect URL {url}",
        client=signing.client_id,
        url=f"http://{loopback.HOST}:{signing.redirect_port}{loopback.PATH}",
    )


async def with_browser(
    account: Account,
    show: Callable[[str, bool], None],
    paste: Callable[[], Awaitable[str]] | None = None,
    lasts: timedelta = BROWSER_LASTS,
) -> Pair:
    """Sign in with the browser: `show` is given the page's address and whether a browser opened it.

    What `paste` gives (the address that the browser ended at) counts like the browser itself, for those whose browser
    is on another machine. Raises `Refused` when the time is up or the person said no.
    """
    signing = sign_in(account)
    async with loopback.listening(signing.redirect_port) as callback:
        if paste is None and not callback.is_listening:
            raise Refused(_("Port {port} of this machine is taken by another program.", port=signing.redirect_port))
        challenge = signing.challenge(callback.redirect_uri)
        ways = [asyncio.ensure_future(callback.code(challenge.state))]  # before the page is there to come back
        try:
            show(challenge.url, await asyncio.to_thread(loopback.open_browser, challenge.url))
            if paste is not None:
                ways.append(asyncio.ensure_future(_pasted(paste, challenge.state)))
            done, _left = await asyncio.wait(ways, timeout=lasts.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
            if not done:
                raise Refused(_("Nobody signed in in time. Begin again."))
            code = next(iter(done)).result()
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
    return await signing.redeem(challenge, code)


async def _pasted(paste: Callable[[], Awaitable[str]], state: str) -> str:
    return loopback.pasted_code(await paste(), state)


def promises(greeting: Greeting) -> list[Promise]:
    """What the account can and cannot do, in sentences."""
    traits = greeting.traits
    exact = traits.concurrency is Concurrency.EXACT
    return [
        Promise(True, _("Replies are exactly-once, also when an answer is lost."))
        if traits.can_find_sent
        else Promise(False, _("When an answer is lost nobody can tell whether the reply arrived: you will be asked.")),
        Promise(True, _("A change that somebody else made meanwhile is noticed before yours is sent."))
        if exact
        else Promise(False, _("No conflict detection: of two changes in the same moment, the later one stays.")),
        Promise(True, _("The whole history of tickets is read."))
        if traits.history
        else Promise(False, _("Not an administrator: history is limited to tickets that change or that you open.")),
        Promise(True, _("The knowledge base can be searched."))
        if traits.knowledge
        else Promise(False, _("No knowledge base that this account may read.")),
        *_small_promises(traits),
    ]


def _small_promises(traits: Traits) -> list[Promise]:
    found = [Promise(True, _("Files of up to {size} can be sent.", size=size_word(traits.max_upload_bytes)))]
    if not traits.has_tags:
        found.append(Promise(False, _("Tickets have no tags here.")))
    if not traits.can_close:
        found.append(Promise(False, _("Tickets are solved, not closed, from here.")))
    return found


async def keep(desk: Desk, account: Account, secret: str = "") -> None:
    """Keep an account and its secret, which is in the keyring before the account says so."""
    known = desk.store.desktop.account(account.name)
    if secret:
        await asyncio.to_thread(tokens.keep, account.name, secret)
    async with desk.without_sync():
        await desk.write(lambda store: store.desktop.put_account(account))
    if known is not None and tokens.is_kept(known.token_source) and not tokens.is_kept(account.token_source):
        await asyncio.to_thread(tokens.forget, account.name)


def new_account(desk: Desk, name: str) -> Account:
    """The account of this name, or an empty one that would come last."""
    check_name(name)
    return desk.store.desktop.account(name) or Account(name, "", "", "", "", position=len(desk.accounts()))


async def rename(desk: Desk, old: str, new: str) -> None:
    """Give an account another name: its cache, its outbox and its secret go with it; all of it or nothing."""
    account = desk.account(old)
    check_name(new)
    if desk.store.desktop.account(new) is not None:
        raise Refused(_("There is an account {name!r} already.", name=new))
    is_kept = tokens.is_kept(account.token_source)
    async with vault(old, desk.folders.data).locked(), _alone(desk, old):
        if is_kept:
            secret = await asyncio.to_thread(tokens.secret, account.token_source, old)
            await asyncio.to_thread(tokens.keep, new, secret)
        try:
            await desk.write(lambda store: store.desktop.rename_account(old, new))
        except StoreError:
            if is_kept:
                await asyncio.to_thread(tokens.forget, new)
            raise
    if is_kept:
        await asyncio.to_thread(tokens.forget, old)


async def remove(desk: Desk, name: str, *, keep_cache: bool = False) -> str:
    """Forget an account and its secret, and its cache and unsent work unless that is kept for a later sign-in.

    A sign-in with the browser is ended at the helpdesk too; why that could not be is returned, empty when all is well.
    """
    account = desk.account(name)
    async with _alone(desk, name):
        if keep_cache:
            left = replace(account, token_source=tokens.SIGNED_OUT)
            await desk.write(lambda store: store.desktop.put_account(left))
        else:
            await desk.write(lambda store: store.desktop.remove_account(name))
    if not tokens.is_kept(account.token_source):
        return ""
    left_open = await _ended(desk, account) if account.token_source == tokens.OAUTH else ""
    await asyncio.to_thread(tokens.forget, name)
    return left_open


async def _ended(desk: Desk, account: Account) -> str:
    """End a sign-in at the helpdesk; why it could not be ended, or nothing."""
    try:
        async with vault(account.name, desk.folders.data).locked():
            kept = await asyncio.to_thread(tokens.secret, tokens.OAUTH, account.name)
            signing, pair = sign_in(account), unpacked(kept, account.name)
            try:
                await signing.revoke(pair)
            except Unauthorized:  # the access token is past its time, and only a good one can end the sign-in
                await signing.revoke(await signing.renew(pair))
    except Unauthorized:
        return ""  # it has ended already
    except AgentdeskError as error:
        return str(error)
    return ""


def unsent(desk: Desk, name: str) -> int:
    """How many messages and drafts of an account have not left."""
    begun = sum(draft.ticket.account == name for draft in desk.store.drafts.all())
    return len(desk.store.outbox.pending(name)) + begun


@asynccontextmanager
async def _alone(desk: Desk, name: str) -> AsyncIterator[None]:
    """Nobody syncs the account for the length of the block; raises `Refused` where another program does."""
    holder, now = new_holder(), desk.clock()
    async with desk.without_sync():
        if not await desk.write(lambda store: taken(store, name, holder, now, SETUP_LASTS)):
            raise Refused(_("{name} is being synced by another program. End that first.", name=name))
        try:
            yield
        finally:
            await desk.write(lambda store: store.desktop.drop_lease(name, holder))


def reason(error: AgentdeskError, account: str) -> str:
    """An error in words for somebody who is setting this account up, and knows its name."""
    return str(error).removeprefix(f"{account}: ")
