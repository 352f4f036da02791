"""The agent's words for what a timeline and a card name: people, ratings and spans."""

from datetime import timedelta
from typing import Literal

from agentdesk.i18n import _, active, number
from agentdesk.model import Role, TicketRow
from agentdesk.text.safe import safe_line


def role_word(role: Role) -> str:
    words = {
        Role.CUSTOMER: _("customer"),
        Role.AGENT: _("agent"),
        Role.ADMIN: _("agent"),
        Role.BOT: _("bot"),
        Role.SYSTEM: _("system"),
    }
    return words[role]


def rating_word(score: object) -> tuple[str, Literal["good", "late", "accent"]]:
    """What a rating says, and its tone; a score of the helpdesk's own is shown as it is."""
    word = safe_line(str(score or ""))
    if word.startswith("good"):
        return _("satisfied"), "good"
    return (_("not satisfied"), "late") if word.startswith("bad") else (word, "accent")


def customer_name(name: str) -> str:
    """A customer as an agent speaks of them: with 様 in Japanese."""
    if not name:
        return _("unknown customer")
    return f"{name} 様" if active().code == "ja" else name


def assignee_word(row: TicketRow) -> str:
    return row.assignee_name or (row.ticket.assignee or _("unassigned"))


def call_length(span: timedelta) -> str:
    """How long a call took: `48 s` or `6 min 12 s`."""
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    if not minutes:
        return _("{seconds} s", seconds=seconds)
    return _("{minutes} min {seconds} s", minutes=number(minutes), seconds=seconds)
