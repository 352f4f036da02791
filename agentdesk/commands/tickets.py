"""Tickets: listing and showing them, and everything that changes one without writing to anybody."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import NoReturn

from agentdesk import i18n
from agentdesk.answers import Answer, event_document, most, ticket_document
from agentdesk.columns import COLUMNS, link_words, priority_word, status_word
from agentdesk.commands.answering import (
    allowed,
    as_far_as_can_be,
    deciding,
    needs_ticket,
    no_account,
    one_ticket,
    say_taken,
)
from agentdesk.commands.context import Choice, Context
from agentdesk.commands.effort import effort_document, scored, told_effort
from agentdesk.commands.happenings import Names, kind_word, what_changed
from agentdesk.commands.outbox import change_words
from agentdesk.commands.registry import Query, commands
from agentdesk.commands.replies import status_named
from agentdesk.commands.times import moment
from agentdesk.errors import Refused
from agentdesk.filters import has_words, mentions, parse, within
from agentdesk.i18n import _
from agentdesk.model import (
    STAFF,
    Assign,
    Change,
    Field,
    FieldValue,
    Person,
    Priority,
    Ref,
    SetField,
    SetPriority,
    SetStatus,
    SetSubject,
    Status,
    Tag,
    TicketRow,
    Transfer,
    Untag,
)
from agentdesk.store.desktop import Mark
from agentdesk.text.safe import safe_line, safe_text

NOT_OFFERED = (Status.NEW, Status.CLOSED)
"""Nobody makes a ticket new again, and a closed one takes no more words: that has to be typed."""
SHELL_COLUMNS = ("number", "status", "priority", "wait", "customer", "subject", "assignee", "group", "tags")


@commands.add("ticket list", scope="shell", in_shell=True, is_recorded=False)
async def list_tickets(cx: Context, query: Query = "is:unsolved", *, limit: int = 0) -> Answer:
    """List the tickets that a query finds, those who wait longest first."""
    queries, now = cx.desk.store.queries, cx.now()
    question = within(parse(query), cx.account)
    if mentions(question, "reason"):
        await as_far_as_can_be(cx, cx.desk.reason())
    elif has_words(question.where):
        await as_far_as_can_be(cx, cx.desk.index_words())
    if mentions(question, "effort") and not await scored(cx):
        cx.front.say(_("The effort of older tickets is still being worked out; agentdesk sync goes on with it."))
    keys = queries.keys(question, now=now, limit=most(limit))
    rows = queries.rows(keys)
    say_taken(cx, question)
    names = ("account", *SHELL_COLUMNS) if cx.desk.has_several_accounts and not cx.account else SHELL_COLUMNS
    shown = [COLUMNS[name] for name in names]
    return Answer(
        [ticket_document(row) for row in rows],
        headings=tuple(column.title() for column in shown),
        rows=[[column.text(row, now) for column in shown] for row in rows],
        nothing=_("No ticket answers this query.") if cx.desk.accounts() else no_account(),
    )


@commands.add("ticket show", scope=("ticket", "shell"), when=needs_ticket, in_shell=True, is_recorded=False)
async def show_ticket(cx: Context) -> Answer:
    """Show a ticket with everything that happened to it."""
    await scored(cx)
    row = cx.desk.store.queries.ticket(one_ticket(cx).ticket.ref) or one_ticket(cx)
    events = cx.desk.store.queries.events(row.ticket.ref)
    entries = cx.desk.store.efforts.ledger(row.ticket.ref, cx.now())
    document = ticket_document(row) | {
        "effort_ledger": effort_document(cx, row.ticket, entries),
        "events": [event_document(event) for event in events],
    }
    facts = (status_word(row.ticket.status), row.requester_name, row.reason)
    lines = [f"#{row.ticket.number}  {row.ticket.subject}", "  ".join(filter(None, facts))]
    lines += [
        *map(link_words, row.ticket.links),
        told_effort(row.ticket, entries),
        "",
    ]
    names = Names(cx.desk.store)
    for event in events:
        words = event.body or what_changed(event, names)
        lines += [f"{i18n.stamp(event.at)}  {event.author_name}  {kind_word(event)}", words, ""]
    return Answer(document, text=safe_text("\n".join(lines)))


@commands.add("ticket assign", scope="ticket", keys="a", when=needs_ticket, undo="yes", in_shell=True)
async def assign(cx: Context, to: str = "") -> None:
    """Assign the selected tickets to a colleague, to me, or to none."""
    to = to or await cx.front.choose(_("Assign to"), _colleagues(cx), otherwise="me") or ""
    if to:
        done = _assigned(cx, cx.tickets[0], to) if len(cx.tickets) == 1 else ""
        await deciding(cx, lambda row: (Assign(agent_id(cx, row, to)),), done=done)


def _assigned(cx: Context, row: TicketRow, to: str) -> str:
    """What to say of one ticket that was given to a colleague, or to nobody."""
    agent = agent_id(cx, row, to)
    person = cx.desk.store.queries.person(Ref(row.ticket.ref.account, agent)) if agent else None
    return _("Assigned to {name}.", name=person.name if person else to) if agent else _("Assigned to nobody.")


@commands.add("ticket take", scope="ticket", keys="I", when=needs_ticket, undo="yes", in_shell=True)
async def take(cx: Context) -> None:
    """Assign the selected tickets to me."""
    await deciding(cx, lambda row: (Assign(agent_id(cx, row, "me")),), done=_("The ticket is yours."))


@commands.add("ticket transfer", scope="ticket", keys="v", when=needs_ticket, undo="yes", in_shell=True)
async def transfer(cx: Context, team: str = "") -> None:
    """Move the selected tickets to another team."""
    team = team or await cx.front.choose(_("Move to the team"), _teams(cx)) or ""
    if team:
        name = _team_name(cx, team)
        await deciding(cx, lambda row: (Transfer(team_id(cx, row, team)),), done=_("Moved to {name}.", name=name))


@commands.add("ticket status", scope="ticket", keys="s", when=needs_ticket, undo="yes", in_shell=True)
async def set_status(cx: Context, status: str = "") -> None:
    """Set the status: open, pending, hold, solved."""
    offered = [one for one in Status if one not in NOT_OFFERED and allowed(cx, [SetStatus(one)])]
    choices = [Choice(one.value, status_word(one), one.value) for one in offered]
    status = status or await cx.front.choose(_("Status"), choices) or ""
    if status:
        wanted = status_named(status)
        await deciding(cx, (SetStatus(wanted),), done=_("Status: {status}.", status=status_word(wanted)))


@commands.add("ticket solve", scope="ticket", keys="S", when=needs_ticket, undo="yes", in_shell=True)
async def solve(cx: Context) -> None:
    """Mark the selected tickets as solved."""
    await deciding(cx, (SetStatus(Status.SOLVED),), done=_("Solved."))


@commands.add("ticket priority", scope="ticket", keys="p", when=needs_ticket, undo="yes", in_shell=True)
async def set_priority(cx: Context, priority: str = "") -> None:
    """Set the priority: low, normal, high, urgent, or none."""
    choices = [Choice(one.value, priority_word(one), one.value) for one in reversed(Priority)]
    priority = priority or await cx.front.choose(_("Priority"), choices) or ""
    if priority:
        wanted = priority_named(priority)
        done = _("Priority: {word}.", word=priority_word(wanted) or _("none"))
        await deciding(cx, (SetPriority(wanted),), done=done)


@commands.add("ticket tag", scope="ticket", keys="t", when=needs_ticket, undo="yes", in_shell=True)
async def tag(cx: Context, *tags: str) -> None:
    """Add tags; a tag with a minus sign in front is removed."""
    if not tags:
        choices = [Choice(one, one) for one in cx.desk.store.queries.tags()]
        tags = tuple((await cx.front.choose(_("Tag"), choices, free=True) or "").split())
    tags = tuple(one for one in " ".join(tags).replace(",", " ").split() if one.strip("+-"))
    if tags:
        changes = [Untag(one[1:]) if one.startswith("-") else Tag(one.removeprefix("+")) for one in tags]
        signed = [f"{'-' if isinstance(change, Untag) else '+'}{change.tag}" for change in changes]
        await deciding(cx, changes, done=_("Tags: {tags}.", tags=safe_line(" ".join(signed))))


@commands.add("ticket untag", scope="ticket", keys="T", when=needs_ticket, undo="yes", in_shell=True)
async def untag(cx: Context, *tags: str) -> None:
    """Remove tags."""
    if not tags:
        present = dict.fromkeys(one for row in cx.tickets for one in row.ticket.tags)
        tags = tuple((await cx.front.choose(_("Remove tag"), [Choice(one, one) for one in present]) or "").split())
    if tags:
        await deciding(cx, [Untag(one) for one in tags], done=_("Tags removed: {tags}.", tags=" ".join(tags)))


@commands.add("ticket set", scope="ticket", keys="e", when=needs_ticket, undo="yes", in_shell=True)
async def set_fields(cx: Context, *assignments: str) -> None:
    """Set fields: field=value ..., for status, priority, assignee, group, subject, tags and the account's own."""
    if not assignments:
        await cx.front.screen.command_line("ticket set ")
        return
    pairs = [_pair(one) for one in assignments]
    account = cx.tickets[0].ticket.ref.account
    wanted = [change_words(change, account, cx.desk.store) for change in _changes(cx, cx.tickets[0], pairs)]
    done = _("Changed: {what}.", what=safe_line(", ".join(wanted)))
    await deciding(cx, lambda row: _changes(cx, row, pairs), done=done)


@commands.add("ticket snooze", scope="ticket", keys="z", when=needs_ticket, undo="yes")
async def snooze(cx: Context, text: str = "") -> None:
    """Keep the ticket out of the queues until a time: 2h, 17:00, tomorrow; `none` wakes it."""
    text = text or await _time_chosen(cx, _("Snooze until"))
    if text:
        until = _until(text, cx.now())
        await _mark(cx, "snoozed_until", until)
        cx.front.say(_("Snoozed until {time}.", time=i18n.stamp(until)) if until else _("Awake again."))


@commands.add("ticket promise", scope="ticket", keys="P", when=needs_ticket, undo="yes")
async def promise(cx: Context, text: str = "") -> None:
    """Remember until when the customer was promised word: 2h, 17:00, tomorrow; `none` when it is kept."""
    text = text or await _time_chosen(cx, _("Promised for"))
    if text:
        until = _until(text, cx.now())
        await _mark(cx, "promised_at", until)
        cx.front.say(_("Promised for {time}.", time=i18n.stamp(until)) if until else _("The promise is kept."))


async def _mark(cx: Context, column: Mark, until: datetime | None) -> None:
    refs, now = [row.ticket.ref for row in cx.tickets], cx.now()
    await cx.desk.write(lambda store: store.desktop.mark(column, refs, until, now))


async def _time_chosen(cx: Context, title: str) -> str:
    words = ("1h", "3h", "17:00", _("tomorrow"), _("none"))
    return await cx.front.choose(title, [Choice(word, word) for word in words], free=True) or ""


def _until(text: str, now: datetime) -> datetime | None:
    return None if text in ("none", _("none")) else moment(text, now)


def _colleagues(cx: Context) -> list[Choice]:
    queries = cx.desk.store.queries
    names = {account: [one.name for one in queries.people(account, STAFF) if one.active] for account in _accounts(cx)}
    return [Choice("me", _("me")), Choice("none", _("nobody")), *_told_apart(cx, names)]


def _teams(cx: Context) -> list[Choice]:
    queries = cx.desk.store.queries
    return _told_apart(cx, {account: [team.name for team in queries.teams(account)] for account in _accounts(cx)})


def _accounts(cx: Context) -> list[str]:
    """The accounts that the tickets live in."""
    return list(dict.fromkeys(row.ticket.ref.account for row in cx.tickets))


def _told_apart(cx: Context, names: Mapping[str, list[str]]) -> list[Choice]:
    """Names of several accounts to choose from, those that all accounts have first; others say where they are."""
    homes: dict[str, list[str]] = {}
    for account, known in names.items():
        for name in known:
            homes.setdefault(name, []).append(cx.desk.config.badge(account).label)
    everywhere = [Choice(name, name) for name, found in homes.items() if len(found) == len(names)]
    somewhere = [Choice(name, name, ", ".join(found)) for name, found in homes.items() if len(found) < len(names)]
    return [*everywhere, *somewhere]


def _team_name(cx: Context, word: str) -> str:
    """What the team that a word means is called where the first ticket lives; the word itself where there is none."""
    teams = cx.desk.store.queries.teams(cx.tickets[0].ticket.ref.account)
    return next((team.name for team in teams if word.casefold() in (team.ref.id, team.name.casefold())), word)


def agent_id(cx: Context, row: TicketRow, word: str) -> str | None:
    """The id of the colleague a word means (me, none, an id, an address, a name); raises `Refused`."""
    account = row.ticket.ref.account
    if word.casefold() in ("none", "nobody", "-", _("nobody")):
        return None
    if word.casefold() in ("me", _("me")):
        me = cx.desk.my_ids().get(account)
        if me is None:
            raise Refused(_("Who you are on {account} is not known yet. Run: agentdesk sync", account=account))
        return me
    return _matching(word, cx.desk.store.queries.people(account, STAFF)).ref.id


def _matching(word: str, people: list[Person]) -> Person:
    wanted = word.casefold()
    exact = [one for one in people if wanted in (one.ref.id, one.name.casefold(), one.address("email").casefold())]
    found = exact or [one for one in people if wanted in one.name.casefold()]
    if len(found) == 1:
        return found[0]
    names = ", ".join(one.name for one in (found or people)[:8])
    raise Refused(_("There is no one colleague {word!r}. Choose one of: {names}.", word=word, names=names))


def team_id(cx: Context, row: TicketRow, word: str) -> str:
    """The id of the team a word means (an id or a name); raises `Refused`."""
    teams = cx.desk.store.queries.teams(row.ticket.ref.account)
    for team in teams:
        if word.casefold() in (team.ref.id, team.name.casefold()):
            return team.ref.id
    names = ", ".join(team.name for team in teams)
    raise Refused(_("There is no team {word!r}. Choose one of: {names}.", word=word, names=names))


def priority_named(word: str) -> Priority | None:
    """The priority a word means, None for `none`; raises `Refused` naming those there are."""
    if word.casefold() in ("none", "-"):
        return None
    try:
        return Priority(word.casefold())
    except ValueError:
        names = ", ".join(priority.value for priority in Priority)
        raise Refused(_("There is no priority {word!r}. Choose one of: {names}.", word=word, names=names)) from None


def _pair(assignment: str) -> tuple[str, str]:
    name, equals, value = assignment.partition("=")
    if not equals or not name:
        raise Refused(_("Write it as field=value, not {text!r}.", text=assignment))
    return name, value


def _changes(cx: Context, row: TicketRow, pairs: list[tuple[str, str]]) -> list[Change]:
    return [change for name, value in pairs for change in _change(cx, row, name, value)]


def _change(cx: Context, row: TicketRow, name: str, value: str) -> list[Change]:
    match name.casefold():
        case "status":
            return [SetStatus(status_named(value))]
        case "priority":
            return [SetPriority(priority_named(value))]
        case "assignee":
            return [Assign(agent_id(cx, row, value))]
        case "group" | "team" | "queue":
            return [Transfer(team_id(cx, row, value))]
        case "subject":
            return [SetSubject(value)]
        case "tags":
            wanted = [one for one in value.replace(",", " ").split() if one]
            gone: list[Change] = [Untag(one) for one in row.ticket.tags if one not in wanted]
            return gone + [Tag(one) for one in wanted]
        case _:
            return [_field_change(cx, row, name, value)]


def _field_change(cx: Context, row: TicketRow, name: str, value: str) -> SetField:
    fields = cx.desk.store.queries.fields(row.ticket.ref.account)
    field = next((one for one in fields if name.casefold() in (one.ref.id, one.label.casefold())), None)
    if field is None:
        names = ", ".join(["status", "priority", "assignee", "group", "subject", "tags", *(f.label for f in fields)])
        raise Refused(_("There is no field {name!r}. Choose one of: {names}.", name=name, names=names))
    return SetField(field.ref.id, _field_value(field, value))


def _field_value(field: Field, value: str) -> FieldValue:
    """The value as the field's type wants it, choices by value or label; an empty one clears the field."""
    if not value:
        return None
    try:
        match field.type:
            case "bool":
                return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}[value.casefold()]
            case "int":
                return int(value)
            case "decimal":
                return float(Decimal(value)) if Decimal(value).is_finite() else _no_value(field, value)
            case "date":
                return date.fromisoformat(value).isoformat()
            case "choice":
                return _option(field, value)
            case "multichoice":
                return tuple(_option(field, one) for one in value.split(","))
            case _:
                return value
    except (KeyError, ValueError, InvalidOperation):
        _no_value(field, value)


def _option(field: Field, word: str) -> str:
    """The value of the option that a word names; any word where the helpdesk does not list them."""
    wanted = word.strip().casefold()
    found = next((one for one in field.options if wanted in (one.value.casefold(), one.label.casefold())), None)
    if field.options and found is None:
        _no_value(field, word)
    return found.value if found else word.strip()


def _no_value(field: Field, value: str) -> NoReturn:
    if not field.options:
        raise Refused(_("{field} does not take {value!r}.", field=field.label, value=value)) from None
    names = ", ".join(option.label for option in field.options)
    raise Refused(
        _("{field} does not take {value!r}. Choose one of: {names}.", field=field.label, value=value, names=names)
    ) from None
