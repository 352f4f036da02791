"""Links: making one ticket part of another, and saying how tickets stand to each other."""

from collections.abc import Sequence
from datetime import timedelta

from agentdesk.columns import link_words, relation_word
from agentdesk.commands.answering import allowed, check_allowed, deciding, needs_ticket, one_ticket
from agentdesk.commands.context import Choice, Context
from agentdesk.commands.registry import commands
from agentdesk.errors import Refused
from agentdesk.i18n import _, plural
from agentdesk.model import Link, Merge, Ref, Relation, Status, TicketRow, Unlink

OFFERED = 30
SETTABLE = tuple(one for one in Relation if one not in (Relation.MERGED_INTO, Relation.MERGED_FROM))


@commands.add("ticket merge", scope="ticket", keys="M", when=needs_ticket, undo="window", in_shell=True)
async def merge(cx: Context, into: str = "") -> None:
    """Make the selected tickets part of another one, for ever."""
    for row in cx.tickets:
        check_allowed(cx, row, [Merge(into)])
    into = into or await cx.front.choose(_("Merge into the ticket"), _candidates(cx), free=True) or ""
    if not into:
        return
    target = _target(cx, into)
    if target.ticket.status is Status.CLOSED:
        raise Refused(_("Ticket {number} is closed: nothing can be merged into it.", number=target.ticket.number))
    if any(row.ticket.ref == target.ticket.ref for row in cx.tickets):
        raise Refused(_("A ticket cannot be merged into itself."))
    if await cx.front.confirm(_question(cx, target)):
        done = _("Merges into #{number}. Once it has left, it cannot be taken back.", number=target.ticket.number)
        await deciding(cx, (Merge(target.ticket.ref.id),), hold=timedelta(seconds=cx.hold_seconds), done=done)


@commands.add("ticket link", scope="ticket", when=needs_ticket, undo="yes", in_shell=True)
async def link(cx: Context, relation: str = "", to: str = "") -> None:
    """Link tickets to another one: refers-to, referred-by, depends-on, needed-by, parent, child."""
    offered = [one for one in SETTABLE if allowed(cx, [Link(one, to)])]
    if not offered:
        raise Refused(_("Tickets cannot be linked on this helpdesk."))
    choices = [Choice(one.value, relation_word(one), one.value) for one in offered]
    relation = relation or await cx.front.choose(_("How does it stand to the other ticket?"), choices) or ""
    if not relation:
        return
    wanted = _relation_named(relation, offered)
    to = to or await cx.front.choose(_("Link to the ticket"), _candidates(cx), free=True) or ""
    if to:
        target = _target(cx, to).ticket
        linked = Link(wanted, target.ref.id)
        await deciding(cx, (linked,), done=_("Linked: {link}.", link=link_words(linked)))


@commands.add("ticket unlink", scope="ticket", when=needs_ticket, undo="yes", in_shell=True)
async def unlink(cx: Context, relation: str = "", to: str = "") -> None:
    """Take a link of the ticket away."""
    links = [one for one in one_ticket(cx).ticket.links if one.relation in SETTABLE]
    if not links:
        raise Refused(_("This ticket has no links that could be taken away."))
    if not (relation and to):
        choices = [Choice(f"{one.relation.value} {one.to}", link_words(one)) for one in links]
        chosen = await cx.front.choose(_("Take away the link"), choices) or ""
        relation, _space, to = chosen.partition(" ")
    if not to:
        return
    gone = Link(_relation_named(relation, SETTABLE), to.removeprefix("#"))
    if gone not in links:
        raise Refused(_("There is no such link. Choose one of: {links}.", links=", ".join(map(link_words, links))))
    await deciding(cx, (Unlink(gone.relation, gone.to),), done=_("No longer linked: {link}.", link=link_words(gone)))


def _question(cx: Context, target: TicketRow) -> str:
    """What merging does, in words, before it is done."""
    count = len(cx.tickets)
    question = plural(
        "Merge this ticket into #{number} “{subject}”? This cannot be undone.",
        "Merge {n} tickets into #{number} “{subject}”? This cannot be undone.",
        count,
        number=target.ticket.number,
        subject=target.ticket.subject,
    )
    others = {row.requester_name for row in cx.tickets if row.ticket.requester != target.ticket.requester}
    if not others:
        return question
    names = ", ".join(sorted(others))
    return f"{question}\n" + _("It is from another customer, who may then get copies: {names}.", names=names)


def _candidates(cx: Context) -> list[Choice]:
    """Other tickets of the same customers on the same helpdesk, those that are still open first."""
    mine = {row.ticket.ref for row in cx.tickets}
    found: dict[str, TicketRow] = {}
    for row in cx.tickets:
        ref = row.ticket.ref
        if row.ticket.requester:
            for other in cx.desk.store.queries.tickets_of(Ref(ref.account, row.ticket.requester), OFFERED):
                if other.ticket.ref not in mine and other.ticket.ref.account == ref.account:
                    found[other.ticket.number] = other
    rows = sorted(
        (row for row in found.values() if row.ticket.status is not Status.CLOSED),
        key=lambda row: row.ticket.is_unsolved,
        reverse=True,
    )
    return [Choice(row.ticket.number, f"#{row.ticket.number}  {row.ticket.subject}") for row in rows]


def _target(cx: Context, text: str) -> TicketRow:
    """The other ticket that a word names; raises `Refused` where it lives on another helpdesk."""
    account = cx.tickets[0].ticket.ref.account
    target = cx.desk.ticket(text, account)
    if any(row.ticket.ref.account != target.ticket.ref.account for row in cx.tickets):
        raise Refused(_("Tickets of different accounts cannot be linked or merged."))
    return target


def _relation_named(word: str, offered: Sequence[Relation]) -> Relation:
    """The relation that a word means; raises `Refused` naming those there are."""
    found = next((one for one in offered if one.value == word.casefold()), None)
    if found is None:
        names = ", ".join(one.value for one in offered)
        raise Refused(_("There is no relation {word!r}. Choose one of: {names}.", word=word, names=names))
    return found
