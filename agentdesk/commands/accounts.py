"""Accounts: added, signed in to, listed, checked, renamed and removed.

What talks to a helpdesk is imported by the functions that do: the first paint of the desk does without it.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from agentdesk.access import Access
from agentdesk.answers import Answer
from agentdesk.commands.answering import no_account
from agentdesk.commands.context import Choice, Context
from agentdesk.commands.registry import commands
from agentdesk.errors import AgentdeskError, Offline, Refused, Unauthorized
from agentdesk.i18n import _
from agentdesk.model import Role
from agentdesk.providers.base import Greeting, sign_in_again
from agentdesk.store.desktop import Account

if TYPE_CHECKING:
    from agentdesk.commands.guide import Ready


@commands.add("account add", scope="app", in_shell=True, is_recorded=False)
async def add_account(
    cx: Context,
    name: str = "",
    *,
    provider: str = "",
    url: str = "",
    user: str = "",
    browser: bool = False,
    token_env: str = "",
    token_command: str = "",
    token_stdin: bool = False,
    ca_file: str = "",
    insecure_http: bool = False,
    client_id: str = "",
    redirect_port: int = 0,
) -> Answer | None:
    """Add an account: asks for what is not said, and checks it as it goes."""
    if cx.front.has_screen:
        cx.front.screen.set_up_account(name)
        return None
    from agentdesk.commands.guide import Given, Guide  # late: see above

    access = Access(ca_file, insecure_http, client_id, redirect_port)
    given = Given(provider, url, user, browser, token_env, token_command, token_stdin, access)
    guide = Guide(cx.desk, cx.front, given)
    account = await guide.address(name)
    return await _kept(cx, await guide.credentials(account))


@commands.add("account sign-in", scope="app", in_shell=True, is_recorded=False)
async def sign_in_account(
    cx: Context,
    name: str = "",
    *,
    browser: bool = False,
    token_env: str = "",
    token_command: str = "",
    token_stdin: bool = False,
) -> Answer | None:
    """Sign in to an account again, with new credentials."""
    from agentdesk.commands.guide import Given, Guide  # late: see above

    account = cx.desk.account(await _named(cx, name))
    if cx.front.has_screen:
        cx.front.screen.set_up_account(account.name)
        return None
    given = Given(browser=browser, token_env=token_env, token_command=token_command, token_stdin=token_stdin)
    return await _kept(cx, await Guide(cx.desk, cx.front, given).credentials(account))


async def _kept(cx: Context, ready: "Ready") -> Answer:
    from agentdesk import setup  # late: see above

    account = ready.account
    await setup.keep(cx.desk, account, ready.secret)
    if ready.doubt:
        cx.front.say(
            _("{name} is kept, but could not be tried: {reason}", name=account.name, reason=ready.doubt), "bad"
        )
    cx.front.say(_("Added {name}. Next: agentdesk sync --account {name}", name=account.name), "good")
    document = account_document(account)
    if ready.greeting is None:
        return Answer(document)
    found = greeting_document(account, ready.greeting)
    return Answer({**document, **found}, text=told(account.name, ready.greeting))


async def _named(cx: Context, name: str) -> str:
    """The account that was named, the only one, or the one that is chosen."""
    accounts = cx.desk.accounts()
    if name or not accounts:
        return name or ""
    if len(accounts) == 1:
        return accounts[0].name
    chosen = await cx.front.choose(_("Which account?"), [Choice(one.name, one.name, one.url) for one in accounts])
    if chosen is None:
        raise Refused(_("No account was chosen."))
    return chosen


@commands.add("account list", scope="app", in_shell=True, is_recorded=False)
async def list_accounts(cx: Context) -> Answer | None:
    """List the accounts of this desk, the default one first."""
    if cx.front.has_screen:
        cx.front.screen.show_accounts()
        return None
    accounts = cx.desk.accounts()
    return Answer(
        [account_document(account) for account in accounts],
        headings=(_("Account"), _("Provider"), _("Address"), _("User"), _("Token")),
        rows=[[one.name, one.provider, one.url, one.user, one.token_source.partition(":")[0]] for one in accounts],
    )


@commands.add("account check", scope="app", in_shell=True, is_recorded=False)
async def check_account(cx: Context, name: str = "") -> Answer:
    """Sign in to every account, or to one, and say what it can and cannot do."""
    accounts = [cx.desk.account(name)] if name else cx.desk.accounts()
    if not accounts:
        raise Refused(no_account())
    documents: list[dict[str, object]] = []
    good: list[str] = []
    errors: list[AgentdeskError] = []
    for account in accounts:
        try:
            greeting = await greeted(cx, account)
        except AgentdeskError as error:
            errors.append(error)
            words = f"{error} {sign_in_again(account.name)}" if isinstance(error, Unauthorized) else str(error)
            documents.append({"account": account.name, "ok": False, "error": words})
            cx.front.say(words, "bad")
        else:
            documents.append({"ok": True, **greeting_document(account, greeting)})
            good.append(told(account.name, greeting))
    return Answer(documents, text="\n".join(good), failed=bool(errors), unreachable=_all_offline(errors))


def _all_offline(errors: Sequence[AgentdeskError]) -> bool:
    return bool(errors) and all(isinstance(error, Offline) for error in errors)


async def greeted(cx: Context, account: Account) -> Greeting:
    """What an account's helpdesk says to its credentials."""
    async with cx.desk.open_providers([account]) as providers:
        return await providers[0].greet()


def greeting_document(account: Account, greeting: Greeting) -> dict[str, object]:
    """What signing in showed, as data."""
    from agentdesk import setup  # late: see above

    traits = greeting.traits
    return {
        "account": account.name,
        "me": greeting.me.name,
        "role": greeting.me.role.value,
        "concurrency": traits.concurrency.value,
        "exactly_once": traits.can_find_sent,
        "history": traits.history,
        "knowledge": traits.knowledge,
        "can": [one.told for one in setup.promises(greeting) if one.holds],
        "cannot": [one.told for one in setup.promises(greeting) if not one.holds],
    }


def told(name: str, greeting: Greeting) -> str:
    """What signing in showed, as lines to read."""
    from agentdesk import setup  # late: see above

    role = _("administrator") if greeting.me.role is Role.ADMIN else _("agent")
    first = _("{account}: signed in as {me} ({role}).", account=name, me=greeting.me.name, role=role)
    marks: Mapping[bool, str] = {True: "+", False: "-"}
    return "\n".join([first, *(f"  {marks[one.holds]} {one.told}" for one in setup.promises(greeting))])


@commands.add("account rename", scope="app", in_shell=True, is_recorded=False)
async def rename_account(cx: Context, old: str, new: str = "") -> Answer:
    """Give an account another name; its cache, its unsent work and its sign-in go with it."""
    from agentdesk import setup  # late: see above

    new = new or await cx.front.ask(_("New name for {name}", name=old), default=old) or ""
    await setup.rename(cx.desk, old, new)
    if cx.desk.config.account == old or old in cx.desk.config.accounts:
        path = str(cx.desk.folders.config_file)
        cx.front.say(_("{path} still says {old}. Change it to {new} there.", path=path, old=old, new=new), "bad")
    cx.front.say(_("{old} is now called {new}.", old=old, new=new), "good")
    return Answer({"renamed": old, "to": new})


@commands.add("account remove", scope="app", in_shell=True, is_recorded=False)
async def remove_account(cx: Context, name: str, *, unsent: bool = False, keep_cache: bool = False) -> Answer:
    """Forget an account: asks what to do with its cache and its unsent work (--keep-cache, --unsent)."""
    from agentdesk import setup  # late: see above

    cx.desk.account(name)
    if not (unsent or keep_cache):
        keep_cache = await _keeps_cache(cx, name, setup.unsent(cx.desk, name))
    left_open = await setup.remove(cx.desk, name, keep_cache=keep_cache)
    if left_open:
        words = _("The helpdesk still knows the sign-in ({reason}). End it there, among your apps.", reason=left_open)
        cx.front.say(words, "bad")
    if keep_cache:
        words = _("{name} is signed out; its cache and its unsent work stay until you sign in again.", name=name)
        cx.front.say(words, "good")
        return Answer({"signed_out": name})
    cx.front.say(_("Removed {name}.", name=name), "good")
    return Answer({"removed": name})


async def _keeps_cache(cx: Context, name: str, waiting: int) -> bool:
    """Does the person want to sign out only? Raises `Refused` where they would rather not do either, or cannot say."""
    if not (cx.front.has_screen or cx.front.can_ask):
        if waiting:
            words = _(
                "{name} still has {n} unsent messages or drafts. Send them, or say --unsent.", name=name, n=waiting
            )
            raise Refused(words)
        return False
    lost = _("its cache and {n} unsent messages and drafts are deleted", n=waiting) if waiting else _("with its cache")
    choices = [
        Choice("keep", _("Sign out, and keep everything for later")),
        Choice("remove", _("Remove it: {lost}", lost=lost)),
    ]
    chosen = await cx.front.choose(_("What shall become of {name}?", name=name), choices)
    if chosen is None:
        raise Refused(_("{name} stays as it is.", name=name))
    return chosen == "keep"


def account_document(account: Account) -> dict[str, object]:
    """An account as data, without anything secret."""
    return {
        "name": account.name,
        "provider": account.provider,
        "url": account.url,
        "user": account.user,
        "token_source": account.token_source.partition(":")[0],
    }
