"""Hints: which keys the footer names in a pane, and what follows a key that begins a chord."""

from collections.abc import Mapping, Sequence

from agentdesk.commands.keys import KeyMap
from agentdesk.commands.registry import Pane, Registry
from agentdesk.config import Queue
from agentdesk.errors import Refused
from agentdesk.i18n import _, plural
from agentdesk.store.drafts import DraftKind
from agentdesk.ui.widgets.footer import Hint

KEY_SIGNS: Mapping[str, str] = {
    "enter": "Enter",
    "escape": "Esc",
    "tab": "Tab",
    "space": "Space",
    "pagedown": "PgDn",
    "pageup": "PgUp",
}


def shown_key(key: str) -> str:
    """A key as people write it: `Enter`, `g u`."""
    return " ".join(KEY_SIGNS.get(one, one) for one in key.split(" "))


def send_words(kind: DraftKind, can_wait: bool) -> dict[str, str]:
    """What each command that sends does with a message of this kind; can its ticket be set to wait for an answer?"""
    if kind == "note":
        return {"send": _("add the note"), "send open": _("add the note"), "send solved": _("add the note, solved")}
    pending = _("send, pending") if can_wait else _("send")
    return {"send": pending, "send open": _("send"), "send solved": _("send, solved")}


def _marked(pane: Pane) -> Sequence[tuple[str, str]]:
    """What can be done where words are marked as sought."""
    leave = ("back", _("take the marks away") if pane == "reading" else _("back"))
    return [("match next", _("next match")), ("match previous", _("previous match")), leave]


def _lines(pane: Pane, kind: DraftKind, can_wait: bool) -> Sequence[tuple[str, str]]:
    rest = [("find", _("search")), ("command", _("command")), ("help", _("keys"))]
    match pane:
        case "list":
            return [("open", _("open it")), ("next", _("next")), ("select", _("select")), *rest]
        case "reading":
            return [
                ("ticket reply", _("reply")),
                ("ticket note", _("note")),
                ("next", _("next")),
                ("back", _("back")),
                *rest,
            ]
        case "composer":
            return [
                ("send", send_words(kind, can_wait)["send"]),
                ("send solved", send_words(kind, can_wait)["send solved"]),
                ("template", _("template")),
                ("back", _("back")),
                ("review", _("look at it")),
                ("attach", _("attach a file")),
            ]
        case "knowledge":
            return [
                ("article link", _("insert link")),
                ("article text", _("insert text")),
                ("article flag", _("it is wrong")),
                ("article draft", _("draft one")),
                ("back", _("back")),
                *rest,
            ]
        case "outbox":
            return [
                ("open", _("open it")),
                ("outbox retry", _("try again")),
                ("outbox edit", _("edit")),
                ("outbox drop", _("drop")),
                ("outbox retry --anyway", _("in doubt: send anyway")),
                ("back", _("back")),
            ]
        case "held":
            return [
                ("held keep", _("send as it is")),
                ("held edit", _("edit")),
                ("held drop", _("drop")),
                ("held anyway", _("in doubt: send anyway")),
                ("back", _("later (it stays in the outbox)")),
            ]
        case "page":
            return [("back", _("back")), ("move down", _("down")), ("page down", _("a screenful down")), *rest]
        case "queues" | "customer":
            return [("open", _("open it")), ("pane next", _("next pane")), ("back", _("back")), *rest]


def pane_hints(
    pane: Pane, keys: KeyMap, kind: DraftKind = "reply", can_wait: bool = True, *, is_marked: bool = False
) -> list[Hint]:
    """The keys that matter in a pane; `kind` is what the composer writes, and `can_wait` whether it can set pending.

    Where words are marked as sought (`is_marked`), the keys that go from one to the next come first.
    """
    first = _marked(pane) if is_marked else ()
    lines = {**dict(first), **dict(_lines(pane, kind, can_wait)), **dict(first)}
    found = [(keys.of(line), label) for line, label in lines.items()]
    return [(shown_key(_first(bound)), label) for bound, label in found if bound]


def bulk_hints(selected: int, keys: KeyMap) -> list[Hint]:
    """How many tickets are selected, and the keys that change them all."""
    lines = [
        ("ticket assign", _("Assignee")),
        ("ticket tag", _("Tags")),
        ("ticket status", _("Status")),
        ("ticket priority", _("Priority")),
        ("back", _("back")),
    ]
    found = [(keys.of(line), label) for line, label in lines]
    count = plural("{n} selected", "{n} selected", selected)
    return [(count, ""), *((shown_key(_first(bound)), label) for bound, label in found if bound)]


def _first(bound: Sequence[str]) -> str:
    return next((key for key in bound if len(key) > 1), bound[0]) if "enter" in bound else bound[0]


def chord_hints(follow: Mapping[str, str], registry: Registry, queues: Sequence[Queue]) -> list[Hint]:
    """What may follow a key, with what it does."""
    titles = {queue.name: queue.title for queue in queues}
    return [(shown_key(key), line_label(line, registry, titles)) for key, line in follow.items()]


def line_label(line: str, registry: Registry, titles: Mapping[str, str]) -> str:
    """A command line in few words: a queue by its title, a place by its name, anything else by what it does."""
    try:
        command, rest = registry.split(line)
    except Refused:
        return line
    match command.name:
        case "queue":
            return titles.get(rest, rest)
        case "outbox":
            return _("Outbox")
        case "drafts":
            return _("Drafts")
        case "queues":
            return _("Queues")
        case "account":
            return _("Accounts")
        case "move top":
            return _("first line")
        case _:
            return command.help.rstrip(".。")
