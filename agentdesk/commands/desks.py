"""The desk itself: its health and its data."""

import sqlite3
import sys
from collections.abc import Iterator

from agentdesk import __version__, i18n, tokens
from agentdesk.answers import Answer
from agentdesk.columns import COLUMNS
from agentdesk.commands.context import Context
from agentdesk.commands.keys import key_map
from agentdesk.commands.outbox import state_word
from agentdesk.commands.registry import commands
from agentdesk.errors import ConfigError, Refused
from agentdesk.extras import install_line
from agentdesk.i18n import LANGUAGES, _, active, plural
from agentdesk.model import OpState
from agentdesk.saved_queues import load_saved
from agentdesk.store import reasons
from agentdesk.store.reason_rules import FILE


@commands.add("refresh", keys="ctrl+r", is_recorded=False)
async def refresh(cx: Context) -> None:
    """Ask the helpdesk for what is new, now."""
    cx.desk.refresh()
    cx.front.say(_("Asking for what is new."))


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
    yield _check(_("contents"), ", ".join(_counted(name, count) for name, count in counts.items()))
    yield _check(_("language"), f"{active().code} ({', '.join(LANGUAGES)})")
    stuck = {state_word(state): count for state, count in store.outbox.counts().items() if state is not OpState.QUEUED}
    told = ", ".join(_("{state} {n}", state=state, n=count) for state, count in stuck.items())
    yield _check(_("outbox"), told or _("nothing stuck"))
    for account in cx.desk.accounts():
        weather = store.desktop.weather(account.name)
        synced = i18n.stamp(weather.synced_at) if weather and weather.synced_at else _("never")
        state = weather.state if weather else "fresh"
        told = f"{account.provider} {account.url} {_line_word(state)}, {_('synced')} {synced}"
        yield _check(account.name, told, state not in ("unauthorized", "broken"))
    yield _check(_("keyring"), *_keyring())
    yield _check(_("the team's words"), *_vocabulary(cx))
    yield _check(_("contact reasons"), *_reasons(cx))
    if wrong := cx.desk.store.efforts.file().problems:
        yield _check(_("weights of effort"), " ".join(wrong), False)
    if problems := load_saved(cx.desk.folders.queues).problems:
        yield _check(_("saved queues"), " ".join(problems), False)
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
    unknown = next((name for name in config.accounts if name not in names), None)
    if unknown is not None:
        return _("[account.{name}]: there is no such account. See: agentdesk account list", name=unknown), False
    return str(cx.desk.folders.config_file), True


def _counted(table: str, count: int) -> str:
    match table:
        case "ticket":
            return plural("{n} ticket", "{n} tickets", count)
        case "event":
            return plural("{n} event", "{n} events", count)
        case "person":
            return plural("{n} person", "{n} people", count)
        case _:
            return plural("{n} article", "{n} articles", count)


def _line_word(state: str) -> str:
    """How the line to a helpdesk is, in the agent's language."""
    words = {
        "fresh": _("not synced yet"),
        "online": _("online"),
        "offline": _("offline"),
        "limited": _("asked to wait"),
        "unauthorized": _("signed out"),
        "broken": _("stopped"),
    }
    return words.get(state, state)


_COUNTED = ("ticket", "event", "person", "article")


def _check(name: str, told: str, ok: bool = True) -> dict[str, object]:
    return {"name": name, "ok": ok, "told": told}


def _vocabulary(cx: Context) -> tuple[str, bool]:
    """How many words the team's files hold, or what is wrong with them."""
    words = cx.desk.store.search.vocabulary.words()
    counts = _("{groups} groups of words, {silent} silent words", groups=len(words.groups), silent=len(words.silent))
    return " ".join(words.problems) or counts, not words.problems


def _reasons(cx: Context) -> tuple[str, bool]:
    """How many reasons tickets have, or what is wrong with the team's file of them."""
    problems = cx.desk.store.search.reasoning.problems()
    count, path = len(reasons.names(cx.desk.store.db)), str(cx.desk.folders.config / FILE)
    return " ".join(problems) or _("{n} in use; names of your own go into {path}", n=count, path=path), not problems


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
            told = _("not installed; it finds {brings}: {line}", brings=brings, line=install_line(extra))
        yield _check(f"[{extra}]", told)
    if not all(is_installed for _extra, _maker, is_installed, _is_on, _brings in extras):
        line = install_line(*(extra for extra, *_rest in extras))
        told = _("together they find most: {line}", line=line)
        yield _check(_("all extras"), told)


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
