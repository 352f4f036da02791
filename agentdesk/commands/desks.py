"""The desk itself: its accounts, its health, its data."""

import re
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from agentdesk import __version__, tokens
from agentdesk.answers import Answer, iso
from agentdesk.columns import COLUMNS
from agentdesk.commands.context import Context
from agentdesk.commands.keys import key_map
from agentdesk.commands.registry import commands
from agentdesk.errors import ConfigError, Refused
from agentdesk.i18n import LANGUAGES, _, active
from agentdesk.model import OpState
from agentdesk.store.desktop import Account


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
    provider: str = "",
    url: str = "",
    user: str = "",
    token_env: str = "",
    token_command: str = "",
    token_stdin: bool = False,
) -> Answer:
    """Add an account, or give an existing one new credentials."""
    if not re.fullmatch(r"\w[\w.-]*", name):
        raise Refused(_("An account's name is letters, digits, dots and dashes, not {name!r}.", name=name))
    new = Account(name, "zendesk", "", "", "", position=len(cx.desk.accounts()))
    known = cx.desk.store.desktop.account(name) or new
    address = _address(url or known.url)
    account = replace(known, provider=provider or known.provider, url=address, user=user or known.user)
    await _check_opens(account)
    account = replace(account, token_source=_token_source(name, token_env, token_command, token_stdin))
    await cx.desk.write(lambda store: store.desktop.put_account(account))
    if known.token_source == tokens.KEYRING != account.token_source:
        tokens.forget(name)
    cx.front.say(_("Added {name}. Next: agentdesk sync --account {name}", name=name), "good")
    return Answer(_account_document(account))


def _address(url: str) -> str:
    """The address as it is kept: never with a password in it, because it is shown."""
    found = urlsplit(url)
    if found.scheme not in ("https", "http") or not found.hostname:
        raise Refused(_("--url is the address of the helpdesk, such as https://acme.zendesk.com"))
    if "@" in found.netloc:
        raise Refused(_("--url must not contain a user or a password. Use --user, and one of the --token options."))
    return url.rstrip("/")


async def _check_opens(account: Account) -> None:
    """Raise what would stop the account from ever being opened, before it is kept."""
    from agentdesk.helpdesks import open_providers  # late: loads the provider

    async with open_providers([account]):
        pass


def _token_source(name: str, token_env: str, token_command: str, token_stdin: bool) -> str:
    """Where the token will be found at each use; one that is typed goes to the keyring."""
    if sum(map(bool, (token_env, token_command.strip(), token_stdin))) > 1:
        raise Refused(_("Say one of --token-env, --token-command and --token-stdin."))
    if token_env:
        return f"env:{token_env}"
    if token_command.strip():
        return f"command:{token_command}"
    token = _typed_token(token_stdin)
    if not token:
        raise Refused(_("No token. Use --token-env NAME, --token-command 'COMMAND' or --token-stdin."))
    tokens.keep(name, token)
    return tokens.KEYRING


def _typed_token(piped: bool) -> str:
    """The token from a pipe, or from a person who is asked for it without an echo; empty where neither is."""
    if piped:
        return sys.stdin.readline().strip()
    if not sys.stdin.isatty():
        return ""
    import getpass  # late: only for a person who types a token

    return getpass.getpass(_("API token (kept in the system keyring): ")).strip()


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
    account = cx.desk.store.desktop.account(name)
    if account is None:
        raise Refused(_("There is no account {name!r}. See: agentdesk account list", name=name))
    outbox = cx.desk.store.outbox
    waiting = len(outbox.pending(name)) + sum(draft.ticket.account == name for draft in outbox.drafts())
    if waiting and not unsent:
        raise Refused(
            _("{name} still has {n} unsent messages or drafts. Send them, or say --unsent.", name=name, n=waiting)
        )
    await cx.desk.write(lambda store: store.desktop.remove_account(name))
    if account.token_source == tokens.KEYRING:
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
    yield _check(_("configuration"), *_configuration(cx))
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
    yield from _extras(cx)


def _configuration(cx: Context) -> tuple[str, bool]:
    """What the configuration names that is not there, or its file when all is well."""
    config = cx.desk.config
    try:
        key_map(commands, config.keys)
    except ConfigError as error:
        return str(error), False
    strange = next((name for name in config.columns if name not in COLUMNS), None)
    if strange is not None:
        known = ", ".join(COLUMNS)
        return _("columns: there is no {name!r}. Choose from: {names}.", name=strange, names=known), False
    names = [account.name for account in cx.desk.accounts()]
    if config.account is not None and config.account not in names:
        return _("account: there is no {name!r}. See: agentdesk account list", name=config.account), False
    return str(cx.desk.folders.config_file), True


_COUNTED = ("ticket", "event", "person", "article")


def _check(name: str, told: str, ok: bool = True) -> dict[str, object]:
    return {"name": name, "ok": ok, "told": told}


def _extras(cx: Context) -> Iterator[dict[str, object]]:
    """Each extra of the search: on and how far it has read, off, or what it would bring."""
    from agentdesk.store.meaning import installed  # late: 30 ms

    has, on, meaning = installed(), cx.desk.extras(), cx.desk.store.search.meaning
    extras = (
        ("ja", "sudachi", has.analyser, on.analyser, _("Japanese by its dictionary words, in any spelling (198 MB)")),
        ("semantic", "use", "use" in has.encoders, "use" in on.encoders, _("what is meant, across languages (105 MB)")),
        (
            "e5",
            "e5",
            "e5" in has.encoders,
            "e5" in on.encoders,
            _("what is meant, finer and slower to read in (95 MB)"),
        ),
    )
    for extra, maker, is_installed, is_on, brings in extras:
        if is_on:
            articles, tickets = meaning.made(maker)
            told = _("on; it has read {articles} articles and {tickets} tickets", articles=articles, tickets=tickets)
        elif is_installed:
            told = _("installed, and switched off in the configuration")
        else:
            told = _(
                "not installed; it finds {brings}: pip install 'agentdesk-terminal[{extra}]'",
                brings=brings,
                extra=extra,
            )
        yield _check(f"[{extra}]", told)


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
    db = sqlite3.connect(f"{cx.desk.folders.database.resolve().as_uri()}?mode=ro", uri=True)
    try:
        db.execute("PRAGMA query_only = ON")
        db.set_authorizer(_reading_only)
        found = db.execute(query)
        names = [column[0] for column in found.description or ()]
        rows = found.fetchall()
    except sqlite3.Error as error:
        raise Refused(_("SQLite: {reason}", reason=str(error))) from error
    finally:
        db.close()
    return Answer(
        [dict(zip(names, row, strict=True)) for row in rows],
        headings=tuple(names),
        rows=[["" if value is None else str(value) for value in row] for row in rows],
    )


def _reading_only(action: int, *_about: str | None) -> int:
    """Keep to the cache's own file: attaching is how other files are written."""
    return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_ATTACH else sqlite3.SQLITE_OK
