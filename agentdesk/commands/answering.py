"""What commands about tickets share: which tickets they mean, how they decide, and what they say afterwards."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from agentdesk.commands.context import Context
from agentdesk.commands.outbox import change_words
from agentdesk.errors import Refused, StoreError
from agentdesk.filters import Filter
from agentdesk.i18n import _, plural
from agentdesk.model import Change, Op, Ref, Status, TicketRow


def needs_ticket(cx: Context) -> str | None:
    return None if cx.tickets else _("Put the cursor on a ticket first.")


def no_account() -> str:
    """What to do where there is no account yet."""
    return _("No account yet. Add one: agentdesk account add")


async def as_far_as_can_be(cx: Context, indexing: Awaitable[None]) -> None:
    """Let the search index be brought up to date; where the disk does not take it, say so and how far it is."""
    try:
        await indexing
    except StoreError as error:
        cx.front.say(str(error), "bad")
        progress = cx.desk.store.search.progress()
        if progress is not None:
            cx.front.say(progress.words)


def say_taken(cx: Context, question: Filter) -> None:
    """Say which misspelt names of a query were taken for which others."""
    for one in cx.desk.store.queries.taken(question):
        cx.front.say(one.words)


def one_ticket(cx: Context) -> TicketRow:
    """The one ticket the command is about; raises `Refused` for none or several."""
    if len(cx.tickets) != 1:
        raise Refused(_("This works on one ticket at a time; {n} are selected.", n=len(cx.tickets)))
    return cx.tickets[0]


def allowed(cx: Context, changes: Sequence[Change]) -> list[Change]:
    """Those of the changes that the helpdesk of any of the command's tickets can do."""
    told = [cx.desk.store.desktop.traits(account) for account in {row.ticket.ref.account for row in cx.tickets}]
    return [change for change in changes if any(traits is None or traits.allows(change) for traits in told)]


def check_allowed(cx: Context, row: TicketRow, changes: Sequence[Change]) -> Sequence[Change]:
    """The changes; raises `Refused` for one that the ticket's helpdesk cannot do."""
    account = row.ticket.ref.account
    traits = cx.desk.store.desktop.traits(account)
    for change in changes:
        if traits is not None and not traits.allows(change):
            words = change_words(change, account, cx.desk.store)
            raise Refused(_("{home} cannot do this: {change}.", home=cx.desk.config.badge(account).label, change=words))
    return changes


def _sorted_out(
    tickets: Sequence[TicketRow], changes: Callable[[TicketRow], Sequence[Change]]
) -> tuple[list[TicketRow], dict[Ref, Sequence[Change]], dict[str, tuple[int, str]]]:
    """The tickets that can be changed, with their changes; and by account how many cannot, and why.

    Raises `Refused` where no account can.
    """
    wanted: dict[Ref, Sequence[Change]] = {}
    refused: dict[str, Refused] = {}
    for row in tickets:
        try:
            wanted[row.ticket.ref] = changes(row)
        except Refused as error:
            refused.setdefault(row.ticket.ref.account, error)
    able = [row for row in tickets if row.ticket.ref.account not in refused]
    if refused and not able:
        raise next(iter(refused.values()))
    counts = {account: sum(row.ticket.ref.account == account for row in tickets) for account in refused}
    return able, wanted, {account: (counts[account], str(error)) for account, error in refused.items()}


async def deciding(
    cx: Context,
    changes: Sequence[Change] | Callable[[TicketRow], Sequence[Change]],
    *,
    hold: timedelta = timedelta(0),
    done: str = "",
) -> list[Op]:
    """Queue the changes for the command's tickets and say so; `done` is the sentence for one ticket.

    Raises `Refused` for closed tickets, which helpdesks change no more. Of tickets in several accounts, those of an
    account that cannot do it are left as they are, and the sentence says why; where none can, that is the refusal.
    """
    for row in cx.tickets:
        if row.ticket.status is Status.CLOSED:
            raise Refused(
                _("Ticket {number} is closed and cannot be changed. Open a new one.", number=row.ticket.number)
            )

    def possible(row: TicketRow) -> Sequence[Change]:
        return check_allowed(cx, row, changes(row) if callable(changes) else changes)

    able, wanted, left_out = _sorted_out(cx.tickets, possible)
    ops = await cx.desk.decide(able, lambda row: wanted[row.ticket.ref], hold=hold)
    cx.ops.extend(ops)
    if left_out:
        told = [plural("{n} ticket changed. u takes it back.", "{n} tickets changed. u takes it back.", len(ops))]
        told += [
            plural(
                "{n} ticket of {home} is as it was: {why}",
                "{n} tickets of {home} are as they were: {why}",
                count,
                home=cx.desk.config.badge(account).label,
                why=why,
            )
            for account, (count, why) in left_out.items()
        ]
        cx.front.say(" ".join(told), "bad")
    elif not ops:
        cx.front.say(_("Nothing to change: it is so already."))
    elif len(cx.tickets) > 1:
        cx.front.say(plural("{n} ticket changed. u takes it back.", "{n} tickets changed. u takes it back.", len(ops)))
    elif done:
        cx.front.say(done, "good")
    return ops
