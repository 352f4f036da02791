"""Effort: what a ticket has cost its customer, and by which weights that is told."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from agentdesk.answers import Answer, iso
from agentdesk.commands.answering import needs_ticket, one_ticket
from agentdesk.commands.context import Choice, Context
from agentdesk.commands.registry import commands
from agentdesk.errors import Refused, StoreError
from agentdesk.i18n import _, number, stamp
from agentdesk.model import Ticket
from agentdesk.store import weighed

if TYPE_CHECKING:
    from agentdesk.insight.effort import Entry

# `insight` comes in late, where it is used: the first paint tells no effort.


@commands.add("ticket effort", scope="ticket", when=needs_ticket, in_shell=True, is_recorded=False)
async def ticket_effort(cx: Context) -> Answer | None:
    """Show what the ticket has cost its customer, and go to what shows it."""
    from agentdesk.insight.telling import entry_words

    ticket = one_ticket(cx).ticket
    await scored(cx)
    ticket = _as_kept(cx, ticket)
    entries = cx.desk.store.efforts.ledger(ticket.ref, cx.now())
    told = told_effort(ticket, entries)
    if not cx.front.has_screen:
        rows = [[stamp(entry.at), entry_words(entry), entry.event.id] for entry in entries]
        return Answer(effort_document(cx, ticket, entries), (_("When"), told, _("Event")), rows, nothing=told)
    if not entries:
        raise Refused(_("Nothing has happened on this ticket yet."))
    choices = [Choice(str(place), entry_words(entry), stamp(entry.at)) for place, entry in enumerate(entries)]
    chosen = await cx.front.choose(told, choices)
    if chosen is not None:
        cx.front.screen.show_ticket(ticket.ref, entries[int(chosen)].event)
    return None


@commands.add("effort weights", scope="shell", in_shell=True, is_recorded=False)
async def weights(cx: Context) -> Answer:
    """Show by which weights effort is told, where their file is, and how effort goes with ratings."""
    from agentdesk.insight.weights import text_of

    await scored(cx)
    efforts = cx.desk.store.efforts
    read, path = efforts.file(), cx.desk.folders.config / weighed.FILE
    rated = efforts.calibration()
    document = {
        "file": str(path),
        "weights": asdict(efforts.weights()),
        "problems": list(read.problems),
        "calibrated": False,
        "ratings": [{"rating": one.rating, "effort": round(one.mean, 2), "n": one.n} for one in rated],
    }
    told = [
        str(path) if path.exists() else _("{path} (not there: this is what holds without it)", path=str(path)),
        _("uncalibrated: no answers to a survey of effort are here"),
        *(
            _("tickets rated {rating}: effort {mean} on average, n = {n}",
              rating=_("good") if one.rating == "good" else _("bad"), mean=number(round(one.mean, 2)), n=number(one.n))
            for one in rated
        ),
        *read.problems,
    ]  # fmt: skip
    text = "".join(f"# {words}\n" for words in told) + "\n" + text_of(efforts.weights())
    return Answer(document, text=text, failed=bool(read.problems))


async def scored(cx: Context) -> bool:
    """Let every effort be brought up to date; False where some are left, or the disk (which is said) is full."""
    try:
        return await cx.desk.score()
    except StoreError as error:
        cx.front.say(str(error), "bad")
        return False


def effort_document(cx: Context, ticket: Ticket, entries: "Sequence[Entry]") -> dict[str, object]:
    """A ticket's effort with its ledger `entries` as data; waits in seconds."""
    from agentdesk.insight.effort import points, tally

    found = tally(entries)
    return {
        "effort": ticket.effort,
        "points": points(found, cx.desk.store.efforts.weights()),
        "calibrated": False,
        **found._asdict(),
        "entries": [_entry_document(entry) for entry in entries],
    }


def _entry_document(entry: "Entry") -> dict[str, object]:
    from agentdesk.insight.effort import Burden
    from agentdesk.insight.telling import entry_words

    document: dict[str, object] = {
        "burden": entry.burden.value,
        "event": entry.event.id,
        "at": iso(entry.at),
        "told": entry_words(entry),
    }
    if entry.what:
        document["what"] = entry.what
    if entry.burden is Burden.ASKED_AGAIN:
        document["times"] = entry.times
    if entry.burden is Burden.WAIT:
        document |= {"seconds": int(entry.span.total_seconds()), "is_over": entry.runs_since is None}
    return document


def _as_kept(cx: Context, ticket: Ticket) -> Ticket:
    """The ticket as the cache has it now."""
    row = cx.desk.store.queries.ticket(ticket.ref)
    return row.ticket if row else ticket


def told_effort(ticket: Ticket, entries: "Sequence[Entry]") -> str:
    """A ticket's effort with its ledger on one line."""
    from agentdesk.insight.effort import tally
    from agentdesk.insight.telling import effort_line

    if ticket.effort is None:
        return _("effort unknown: nothing of the ticket is read yet")
    return f"{effort_line(ticket.effort, tally(entries), entries)}  ({_('uncalibrated')})"
