"""What commands about tickets share: which tickets they mean, how they decide, and what they say afterwards."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from agentdesk.commands.context import Context
from agentdesk.errors import Refused
from agentdesk.i18n import _, plural
from agentdesk.model import Change, Op, Status, TicketRow


def needs_ticket(cx: Context) -> str | None:
    return None if cx.tickets else _("Put the cursor on a ticket first.")


def one_ticket(cx: Context) -> TicketRow:
    """The one ticket the command is about; raises `Refused` for none or several."""
    if len(cx.tickets) != 1:
        raise Refused(_("This works on one ticket at a time; {n} are selected.", n=len(cx.tickets)))
    return cx.tickets[0]


async def deciding(
    cx: Context,
    changes: Sequence[Change] | Callable[[TicketRow], Sequence[Change]],
    *,
    hold: timedelta = timedelta(0),
    done: str = "",
) -> list[Op]:
    """Queue the changes for the command's tickets and say so; `done` is the sentence for one ticket.

    Raises `Refused` for closed tickets, which helpdesks change no more.
    """
    for row in cx.tickets:
        if row.ticket.status is Status.CLOSED:
            raise Refused(
                _("Ticket {number} is closed and cannot be changed. Open a new one.", number=row.ticket.number)
            )
    ops = await cx.desk.decide(cx.tickets, changes, hold=hold)
    cx.ops.extend(ops)
    if not ops:
        cx.front.say(_("Nothing to change: it is so already."))
    elif len(cx.tickets) > 1:
        cx.front.say(plural("{n} ticket changed. u takes it back.", "{n} tickets changed. u takes it back.", len(ops)))
    elif done:
        cx.front.say(done, "good")
    return ops
