"""The desk itself: its accounts, its health, its data."""

import sqlite3
import sys
from collections.abc import Iterator, Mapping

from agentdesk import __version__, tokens
from agentdesk.answers import Answer, iso
from agentdesk.commands.context import Context
from agentdesk.commands.registry import commands
from agentdesk.errors import ConfigError, Refused
from agentdesk.i18n import LANGUAGES, _, active
from agentdesk.model import OpState
from agentdesk.store.desktop import Account

SHOWN_ROWS = 1000


@commands.add("refresh", keys="ctrl+r", is_recorded=False)
async def refresh(cx: Context) -> None:
    """Ask the helpdesk for what is new, now."""
    cx.desk.refresh()
    cx.front.say(_("Asking for what is new."))


@commands.add("account add", scope="shell", in_shell=True, is_recorded=False)
async def add_account(
    cx: Context,
    name: str,
    *,
    provider: str = "zendesk",
    url: str = "",
    user: str = "",
    token_env: str = "",
    token_command: str = "",
    token_stdin: bool = False,
) -> Answer:
    """Add an account, or give an existing one new credentials."""
    from agentdesk.helpdesks import provider_names  # late: reads the installed packages

    if provider not in provider_names():
        names = ", ".join(provider_names())
        raise Refused(_("There is no provider {name!r}. Choose one of: {names}.", name=provider, names=names))
    if not url.startswith(("https://", "http://")):
        raise Refused(_("--url is the address of the helpdesk, such as https://acme.zendesk.com"))
    source = _token_source(name, token_env, token_command, token_stdin)
    position = len(cx.desk.accounts())
    account = Account(name, provider, url.rstrip("/"), user, source, position=position)
    await cx.desk.write(lambda store: store.desktop.put_account(account))
    cx.front.say(_("Added {name}. Next: agentdesk sync --account {name}", name=name), "good")
    return Answer(_account_document(account))


def _token_source(name: str, token_env: str, token_command: str, token_stdin: bool) -> str:
    """Where the token will be found at each use; one that is typed goes to the keyring."""
    if token_env:
        return f"env:{token_env}"
    if token_command:
        return f"command:{token_command}"
    if not token_stdin and sys.stdin.isatty():
        import getpass  # late: only for a person who types a token

        token = getpass.getpass(_("API token (kept in the system keyring): "))
    else:
        token = sys.stdin.readline().strip()
    if not token:
        raise Refused(_("No token. Use --token-env NAME, --token-command 'COMMAND' or --token-stdin."))
    tokens.keep(name, token)
    return tokens.KEYRING


@commands.add("account list", scope="shell", in_shell=True, is_recorded=False)
async def list_accounts(cx: Context) -> Answer:
    """List the accounts of this desk, the default one first."""
    accounts = cx.desk.accounts()
    return Answer(
        [_account_document(account) for account in accounts],
        headings=(_("Account"), _("Provider"), _("Address"), _("User"), _("Token")),
        rows=[[one.name, one.provider, one.url, one.user, one.token_source.partition(":")[0]] for one in accounts],
    )


@commands.add("account check", scope="shell", in_shell=True, is_recorded=False)
async def check_account(cx: Context, name: str = "") -> Answer:
    """Sign in and say what the account can do."""
    accounts = [one for one in cx.desk.accounts() if not name or one.name == name]
    if not accounts:
        raise Refused(_("There is no account {name!r}. See: agentdesk account list", name=name))
    documents: list[dict[str, object]] = []
    async with cx.desk.open_providers(accounts) as providers:
        for provider in providers:
            greeting = await provider.greet()
            traits = greeting.traits
            documents.append(
                {
                    "account": provider.account,
                    "me": greeting.me.name,
                    "role": greeting.me.role.value,
                    "concurrency": traits.concurrency.value,
                    "exactly_once": traits.can_find_sent,
                    "history": traits.history,
                    "knowledge": traits.knowledge,
                }
            )
    return Answer(documents, text="\n".join(_told(one) for one in documents))


def _told(found: Mapping[str, object]) -> str:
    lines = [
        _("{account}: signed in as {me} ({role}).", **found),
        _("Replies are sent exactly once.") if found["exactly_once"] else _("A lost answer has to be asked about."),
        _("Whole history.") if found["history"] else _("Not an administrator: history of tickets as they are opened."),
    ]
    return "\n  ".join(lines)


@commands.add("account remove", scope="shell", in_shell=True, is_recorded=False)
async def remove_account(cx: Context, name: str, *, unsent: bool = False) -> Answer:
    """Forget an account and its cache; --unsent also gives up what has not left."""
    if cx.desk.store.desktop.account(name) is None:
        raise Refused(_("There is no account {name!r}. See: agentdesk account list", name=name))
    outbox = cx.desk.store.outbox
    waiting = len(outbox.pending(name)) + sum(draft.ticket.account == name for draft in outbox.drafts())
    if waiting and not unsent:
        raise Refused(
            _("{name} still has {n} unsent messages or drafts. Send them, or say --unsent.", name=name, n=waiting)
        )
    account = cx.desk.store.desktop.account(name)
    await cx.desk.write(lambda store: store.desktop.remove_account(name))
    if account is not None and account.token_source == tokens.KEYRING:
        tokens.forget(name)
    return Answer({"removed": name}, text=_("Removed {name}.", name=name))


def _account_document(account: Account) -> dict[str, object]:
    return {
        "name": account.name,
        "provider": account.provider,
        "url": account.url,
        "user": account.user,
        "token_source": account.token_source.partition(":")[0],
    }


@commands.add("doctor", scope="shell", in_shell=True, is_recorded=False)
async def doctor(cx: Context) -> Answer:
    """Look this desk over: files, versions, accounts, what is on and what is wrong."""
    checks = list(_checks(cx))
    document = {
        "version": __version__,
        "ok": all(check["ok"] for check in checks),
        "checks": checks,
    }
    lines = [f"{'ok ' if check['ok'] else '!! '} {check['name']}: {check['told']}" for check in checks]
    return Answer(document, text="\n".join(lines), failed=not document["ok"])


def _checks(cx: Context) -> Iterator[dict[str, object]]:
    store = cx.desk.store
    yield _check("AgentDesk", f"{__version__}, Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}")
    yield _check(_("configuration"), str(cx.desk.folders.config_file))
    (verdict,) = store.db.execute("PRAGMA quick_check(1)").fetchone()
    size = cx.desk.folders.database.stat().st_size
    yield _check(_("cache"), f"{cx.desk.folders.database} ({size // 1024} KiB): {verdict}", verdict == "ok")
    counts = {name: store.db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in _COUNTED}  # noqa: S608 (our own table names)
    yield _check(_("contents"), ", ".join(f"{count} {name}" for name, count in counts.items()))
    yield _check(_("language"), f"{active().code} ({', '.join(LANGUAGES)})")
    stuck = {state.value: count for state, count in store.outbox.counts().items() if state is not OpState.QUEUED}
    yield _check(_("outbox"), ", ".join(f"{count} {state}" for state, count in stuck.items()) or _("nothing stuck"))
    for account in cx.desk.accounts():
        weather = store.desktop.weather(account.name)
        synced = iso(weather.synced_at) if weather and weather.synced_at else _("never")
        state = weather.state if weather else "fresh"
        told = f"{account.provider} {account.url} {state}, {_('synced')} {synced}"
        yield _check(account.name, told, state not in ("unauthorized", "broken"))
    yield _check("keyring", *_keyring())


_COUNTED = ("ticket", "event", "person", "article")


def _check(name: str, told: str, ok: bool = True) -> dict[str, object]:
    return {"name": name, "ok": ok, "told": told}


def _keyring() -> tuple[str, bool]:
    """What the keyring says; having none is told, not wrong: tokens may come from a command."""
    try:
        tokens.secret(tokens.KEYRING, "doctor")
    except ConfigError as error:
        usable = "--token-command" not in str(error)
        return (_("there is one") if usable else _("none; use --token-command or --token-env"), True)
    return _("there is one"), True


@commands.add("sql", scope="shell", in_shell=True, is_recorded=False)
async def sql(cx: Context, query: str) -> Answer:
    """Ask the cache in SQL, reading only."""
    path = cx.desk.folders.database
    db = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        db.execute("PRAGMA query_only = ON")
        found = db.execute(query)
        names = [column[0] for column in found.description or ()]
        rows = found.fetchmany(SHOWN_ROWS)
    except sqlite3.Error as error:
        raise Refused(_("SQLite: {reason}", reason=str(error))) from error
    finally:
        db.close()
    return Answer(
        [dict(zip(names, row, strict=True)) for row in rows],
        headings=tuple(names),
        rows=[[str(value) for value in row] for row in rows],
    )
