"""The guide: asks a person in the shell for what an account needs, and tries each answer before the next question.

Where nobody can be asked, what was given has to do, and the first thing that is wrong ends it.
"""

import asyncio
import sys
from dataclasses import replace
from typing import Literal, Protocol

from agentdesk import setup, tokens
from agentdesk.access import USUAL, Access
from agentdesk.commands.context import Tone
from agentdesk.desk import Desk
from agentdesk.errors import AgentdeskError, ConfigError, Offline, Refused, Unauthorized
from agentdesk.helpdesks import open_provider
from agentdesk.i18n import _
from agentdesk.providers.base import Greeting
from agentdesk.record import record
from agentdesk.store.desktop import Account

Way = Literal["browser", "token", "command", "env"]


class NoAnswer(AgentdeskError):
    """There is nobody who could be asked, or they went away."""


class Asker(Protocol):
    """Who stands between the guide and the person: the part of `Front` that it needs."""

    def say(self, text: str, tone: Tone = "plain") -> None: ...

    async def ask(self, question: str, *, default: str = "", is_secret: bool = False) -> str | None: ...

    @property
    def can_ask(self) -> bool: ...


@record
class Given:
    """What was said on the command line."""

    provider: str = ""
    url: str = ""
    user: str = ""
    browser: bool = False
    token_env: str = ""
    token_command: str = ""
    token_stdin: bool = False
    access: Access = USUAL

    @property
    def is_about_the_line(self) -> bool:
        """Was something said that leaves the way of signing in as it is?"""
        return bool(self.url or self.user or self.access.document())

    @property
    def ways(self) -> list[Way]:
        """The ways of signing in that were named."""
        named: dict[Way, object] = {
            "browser": self.browser,
            "token": self.token_stdin,
            "command": self.token_command.strip(),
            "env": self.token_env,
        }
        return [way for way, is_named in named.items() if is_named]


@record
class Ready:
    """An account that can be kept, with the secret that belongs into the keyring and what signing in showed, if any."""

    account: Account
    secret: str = ""
    greeting: Greeting | None = None
    doubt: str = ""


class Guide:
    """One account on its way to be kept."""

    def __init__(self, desk: Desk, asker: Asker, given: Given) -> None:
        self._desk = desk
        self._asker = asker
        self._given = given
        if len(given.ways) > 1:
            raise Refused(_("Say one of --browser, --token-env, --token-command and --token-stdin."))

    async def address(self, name: str) -> Account:
        """The account with its address and its kind of helpdesk."""
        access = self._given.access
        known = setup.new_account(self._desk, name) if name else None
        url = self._given.url or (known.url if known else "")
        while True:
            try:
                url = setup.address(url or await self._asked(_("Address of the helpdesk, such as acme.zendesk.com")))
                provider = self._given.provider or (known.provider if known else "") or await self._kind(url, access)
                break
            except (Refused, Offline, ConfigError) as error:
                await self._wrong(error, url)
                url = ""
        if known is None:
            known = await self._named(url)
        found = access if access.document() or not known.url else known.access
        return replace(known, provider=provider, url=url, user=self._given.user or known.user, access=found)

    async def _kind(self, url: str, access: Access) -> str:
        self._say(_("Looking who is at {url} ...", url=url))
        try:
            provider = await setup.provider_at(url, access)
        except (Offline, Refused):
            if self._asker.can_ask:
                raise
            return "zendesk"  # a script may add what cannot be reached yet
        self._say(_("Found: {provider}.", provider=provider), "good")
        return provider

    async def _named(self, url: str) -> Account:
        taken = [one.name for one in self._desk.accounts()]
        offered = setup.name_for(url, taken)
        while True:
            name = await self._asked(_("A short name for this account"), default=offered)
            try:
                account = setup.new_account(self._desk, name)
            except Refused as error:
                await self._wrong(error, name)
                continue
            if not account.url:
                return account
            self._say(_("There is an account {name!r} already.", name=name), "bad")

    async def credentials(self, account: Account) -> Ready:
        """The account with a way of signing in that was tried."""
        await self._check_provider(account)
        ways = self._given.ways
        if not ways and self._given.is_about_the_line and tokens.is_known(account.token_source):
            return Ready(account, greeting=await setup.greeted(self._desk, account))
        while True:
            way = ways.pop() if ways else await self._way(account)
            try:
                return await self._tried(account, way)
            except (Refused, ConfigError, Offline, Unauthorized) as error:
                if not self._asker.can_ask:
                    raise
                self._say(setup.reason(error, account.name), "bad")
                await self._asked(_("Enter tries again"), may_be_empty=True)

    async def _check_provider(self, account: Account) -> None:
        """Raise what would stop the account from ever being opened."""
        await open_provider(replace(account, token_source=tokens.SIGNED_OUT)).close()

    async def _way(self, account: Account) -> Way:
        """How the person wants to sign in; a system without a keyring leaves two ways."""
        if not self._asker.can_ask:
            raise Refused(
                _("No token. Use --token-env NAME, --token-command 'COMMAND' or --token-stdin, or --browser.")
            )
        offered: list[tuple[Way, str]] = []
        if setup.has_browser_sign_in(account.provider):
            offered.append(("browser", _("with the browser")))
        if tokens.has_keyring():
            offered.append(("token", _("with a token, kept in the system keyring")))
        else:
            self._say(tokens.no_keyring())
        offered += [
            ("command", _("with a token that a command prints, such as: pass show desk")),
            ("env", _("with a token in an environment variable")),
        ]
        for number, (_way, told) in enumerate(offered, start=1):
            self._say(f"  {number}  {told}")
        while True:
            answer = await self._asked(_("How do you want to sign in?"), default="1")
            if answer.isdecimal() and 1 <= int(answer) <= len(offered):
                return offered[int(answer) - 1][0]

    async def _tried(self, account: Account, way: Way) -> Ready:
        match way:
            case "browser":
                return await self._by_browser(account)
            case "token":
                if not tokens.has_keyring():
                    raise ConfigError(tokens.no_keyring())
                account = await self._with_user(account)
                secret = await self._typed_token()
                account = replace(account, token_source=tokens.KEYRING)
            case "command":
                account, secret = await self._with_user(account), ""
                command = self._given.token_command or await self._asked(_("The command that prints the token"))
                account = replace(account, token_source=f"command:{command}")
            case "env":
                account, secret = await self._with_user(account), ""
                variable = self._given.token_env or await self._asked(_("The variable that holds the token"))
                account = replace(account, token_source=f"env:{variable}")
        return await self._signed_in(account, secret, secret)

    async def _by_browser(self, account: Account) -> Ready:
        if not tokens.has_keyring():
            raise ConfigError(tokens.no_keyring_for_browser())
        self._say(setup.registration_words(account))
        account = replace(account, user="", token_source=tokens.OAUTH)
        paste = self._pasted if self._asker.can_ask else None
        pair = await setup.with_browser(account, self._show_page, paste)
        return await self._signed_in(account, pair.packed(), pair.access)

    def _show_page(self, url: str, is_open: bool) -> None:
        if is_open:
            self._say(_("Your browser shows the sign-in page. If it does not, open:"))
        else:
            self._say(_("Open this page in a browser, on any machine:"))
        self._say(f"  {url}")

    async def _pasted(self) -> str:
        return await self._asked(_("If the browser cannot come back here, paste the address it ended at"))

    async def _with_user(self, account: Account) -> Account:
        if account.user or not self._asker.can_ask:
            return account
        asked = _("Your e-mail address or name there (empty when the token alone is enough)")
        return replace(account, user=await self._asked(asked, may_be_empty=True))

    async def _typed_token(self) -> str:
        if self._given.token_stdin:
            typed = sys.stdin.readline().strip()
        else:
            typed = await self._asked(_("Token (it is not shown)"), is_secret=True)
        if not typed:
            raise Refused(_("No token. Use --token-env NAME, --token-command 'COMMAND' or --token-stdin."))
        return typed

    async def _signed_in(self, account: Account, kept: str, secret: str) -> Ready:
        """What signing in shows; a script may keep what cannot be tried yet, a person is told to mend it."""
        if not secret:
            try:
                secret = await asyncio.to_thread(tokens.secret, account.token_source, account.name)
            except ConfigError as error:
                return self._doubtful(Ready(account, kept), error)
        self._say(_("Signing in to {url} ...", url=account.url))
        try:
            greeting = await setup.greeted(self._desk, account, secret)
        except Offline as error:
            return self._doubtful(Ready(account, kept), error)
        return Ready(replace(account, me=greeting.me.ref.id), kept, greeting)

    def _doubtful(self, ready: Ready, error: AgentdeskError) -> Ready:
        if self._asker.can_ask:
            raise error
        return replace(ready, doubt=str(error))

    async def _asked(
        self, question: str, *, default: str = "", is_secret: bool = False, may_be_empty: bool = False
    ) -> str:
        """What the person answers; raises `NoAnswer` where nobody can be asked."""
        while True:
            answer = await self._asker.ask(question, default=default, is_secret=is_secret)
            if answer is None:
                raise NoAnswer(_("Nobody can be asked here. Give every option: {usage}", usage=USAGE))
            if answer or may_be_empty:
                return answer

    async def _wrong(self, error: AgentdeskError, about: str) -> None:
        """Say what is wrong with an answer, where there can be another one; else raise it."""
        if not self._asker.can_ask:
            raise error
        self._say(setup.reason(error, about), "bad")

    def _say(self, words: str, tone: Tone = "plain") -> None:
        self._asker.say(words, tone)


USAGE = "agentdesk account add NAME --url URL --user USER --token-command COMMAND"
