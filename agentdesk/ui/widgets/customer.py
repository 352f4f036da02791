"""The customer's card: who this is, before the first word."""

from datetime import date, datetime, timedelta
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError

from agentdesk import i18n
from agentdesk.columns import MUCH_EFFORT, channel_word
from agentdesk.desk import Desk
from agentdesk.i18n import _, listed, plural, spoken
from agentdesk.model import Event, FieldValue, Kind, Ref, Ticket, TicketRow
from agentdesk.store.customers import Bond
from agentdesk.store.queries import Card
from agentdesk.text.safe import safe_line, safe_text
from agentdesk.text.width import cell_width, pad, truncate
from agentdesk.text.wrap import wrap
from agentdesk.ui.painting import Span, Tone
from agentdesk.ui.pane import RunLine, TicketWanted
from agentdesk.ui.widgets.lines import Line, LinesPane, joined, line
from agentdesk.ui.widgets.words import customer_name, rating_word

RECENT = 8
LABEL_CELLS = 12
WORDS_READ = 200
DAYS_OF_YEAR = 365
HAPPENINGS = frozenset({Kind.CUSTOMER, Kind.CALL, Kind.RATING, Kind.OUTSIDE, Kind.REPLY})


class CustomerPane(LinesPane):
    """Who the customer of a ticket is, what they already told us, and what happened lately."""

    NAME: ClassVar[Literal["customer"]] = "customer"

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.desk = desk
        self.row: TicketRow | None = None
        self._card: Card | None = None
        self._recent: list[Event] = []
        self._effort = ""
        self._effort_of: Ticket | None = None

    def show(self, row: TicketRow | None) -> None:
        """Show the customer of a ticket, or nobody."""
        is_same = _customer_of(row) is not None and _customer_of(row) == _customer_of(self.row)
        self.row = row
        self._read(keep_place=is_same)

    def reload(self) -> None:
        self._read(keep_place=True)

    def enter(self) -> None:
        """Open what the effort comes from, or the ticket of the happening under the cursor."""
        if self._effort and self.cursor == 0:
            self.post_message(RunLine("ticket effort"))
            return
        place = None if self.cursor is None else self.cursor - bool(self._effort)
        event = self._recent[place] if place is not None and place < len(self._recent) else None
        if event is not None and event.ticket:
            self.post_message(TicketWanted(Ref(event.ref.account, event.ticket), event.ref))

    def _read(self, *, keep_place: bool) -> None:
        before = self._card, self._recent, self._effort
        self._card, self._recent, self._effort = None, [], self._effort_words()
        if (person := _customer_of(self.row)) is not None:
            self._card = self.desk.store.queries.card(person)
            self._recent = self.desk.store.queries.timeline(
                person, kinds=HAPPENINGS, limit=RECENT, most_characters=WORDS_READ
            )
        if before != (self._card, self._recent, self._effort):
            self.rebuild(keep_place=keep_place)

    def _effort_words(self) -> str:
        """What the ticket has cost its customer, where that is more than very little."""
        ticket = None if self.row is None else self.row.ticket
        if ticket == self._effort_of:
            return self._effort
        self._effort_of = ticket
        from agentdesk.insight.effort import LOWEST  # late: the first paint tells no effort
        from agentdesk.insight.telling import effort_line

        if ticket is None or ticket.effort is None or ticket.effort == LOWEST:
            return ""
        return effort_line(ticket.effort, *self.desk.store.efforts.summed(ticket.ref, self.desk.clock()))

    def build(self, width: int) -> list[Line]:
        if self.row is None:
            return [line((_("No customer to show."), "dim"))]
        if self._card is None:
            return [line((customer_name(safe_line(self.row.requester_name)), "strong"))]
        card = self._card
        return [
            *self._who(card, width),
            *self._effort_lines(width),
            line(),
            *self._facts(card, width),
            *self._lately(width),
        ]

    def _effort_lines(self, width: int) -> list[Line]:
        """The effort of this ticket, which opens what it comes from."""
        if self.row is None or not self._effort:
            return []
        tone: Tone = "soon" if (self.row.ticket.effort or 0) >= MUCH_EFFORT else "dim"
        told = _("{effort} (uncalibrated)", effort=self._effort)
        return [line((text, tone), entry=0) for text in wrap(told, max(8, width - 1))]

    def _who(self, card: Card, width: int) -> list[Line]:
        person = card.person
        lines = [line((customer_name(safe_line(person.name)), "strong"))]
        fields = [_field_word(name, value) for name, value in person.fields.items()]
        plain = [safe_line(card.organization.name) if card.organization else "", *fields]
        lines += [line(text) for text in _flowed([text for text in plain if text], width)]
        counts = [f"{channel_word(channel)} {count}" for channel, count in card.channels.items()]
        lines += [line((text, "dim")) for text in _flowed(counts, width)]
        if card.unsolved > 1:
            lines.append(line((plural("{n} ticket is open", "{n} tickets are open", card.unsolved), "soon")))
        return [*lines, *self._one_customer(card, width)]

    def _one_customer(self, card: Card, width: int) -> list[Line]:
        """Why several records are this customer, or stand apart, and which others could be."""
        names = {one.ref: safe_line(one.name) for one in card.people}
        told: list[Span] = []
        for bond in card.circle.bonds:
            who = f"{self._home(bond.other)}: {names.get(bond.other, safe_line(bond.other.id))}"
            told.append((f"= {who}  {bond_words(bond)}", "dim"))
        if card.circle.apart_since is not None:
            told.append((_("separated by you on {day}", day=i18n.day_with_year(card.circle.apart_since)), "dim"))
        for bond, person in card.offers:
            who = f"{self._home(bond.other)}: {safe_line(person.name)}"
            words = _("perhaps the same: {who}, same unverified address {address}", who=who, address=bond.address)
            told.append((f"? {safe_line(words)}  :customer join", "soon"))
        return [line((text, tone)) for words, tone in told for text in wrap(words, max(8, width - 1))]

    def _home(self, record: Ref) -> str:
        return safe_line(self.desk.config.badge(record.account).label)

    def _facts(self, card: Card, width: int) -> list[Line]:
        person, now = card.person, self.desk.clock()
        facts = [
            (safe_line(identity.kind), safe_line(identity.value)) for one in card.people for identity in one.identities
        ]
        words = {"email": _("mail"), "phone": _("phone")}
        rows: list[tuple[str, str]] = [(words.get(kind, kind), value) for kind, value in dict.fromkeys(facts)]
        rows.append((_("language"), _language(person.language)))
        rows.append((_("their time"), _their_time(person.zone, now)))
        if card.first_seen is not None:
            rows.append((_("since"), f"{i18n.day_with_year(card.first_seen)}  {_age(now - card.first_seen)}"))
        rows.append((_("tags"), safe_line(" ".join(person.tags))))
        lines: list[Line] = []
        for label, value in rows:
            for number, text in enumerate(wrap(value, max(8, width - LABEL_CELLS - 1)) if value else []):
                lines.append(line((pad("" if number else label, LABEL_CELLS), "dim"), text))
        if person.notes.strip():
            lines.append(line())
            lines += [line((text, "soon")) for text in wrap(safe_text(person.notes.strip()), max(8, width - 1))]
        return lines

    def _is_elsewhere(self, event: Event) -> bool:
        """Did it happen in another account than the ticket's?"""
        return self.row is not None and event.ref.account != self.row.ticket.ref.account

    def _lately(self, width: int) -> list[Line]:
        """The newest happenings, each on one line."""
        if not self._recent:
            return []
        lines = [line(), line((_("Lately"), "dim"))]
        now = self.desk.clock()
        for entry, event in enumerate(self._recent, start=int(bool(self._effort))):
            day = _near_day(event.at, now)
            what = _happening(event)
            room = width - cell_width(day) - 2 - sum(cell_width(text) for text, _tone in what)
            if self._is_elsewhere(event):
                home = f"{safe_line(self.desk.config.badge(event.ref.account).short)}  "
                what, room = ((home, "dim"), *what), room - cell_width(home)
            words = truncate(safe_line(event.body[:WORDS_READ]), max(0, room - 3))
            lines.append(line((day, "dim"), ("  ", "plain"), *what, ("  ", "plain"), words, entry=entry))
        return lines


def _customer_of(row: TicketRow | None) -> Ref | None:
    """The customer's record in the ticket's account."""
    if row is None or row.ticket.requester is None:
        return None
    return Ref(row.ticket.ref.account, row.ticket.requester)


def bond_words(bond: Bond) -> str:
    """Why two records are one customer."""
    if bond.kind == "hand":
        assert bond.at is not None, "what was decided by hand was decided at some time"
        return _("joined by you on {day}", day=i18n.day_with_year(bond.at))
    return _("same verified address {address}", address=safe_line(bond.address))


def _happening(event: Event) -> tuple[Span, ...]:
    match event.kind:
        case Kind.RATING:
            return joined([(_("rating"), "accent"), rating_word(event.data.get("score"))], " ")
        case Kind.OUTSIDE:
            return ((safe_line(str(event.data.get("kind") or _("outside"))), "accent"),)
        case Kind.REPLY:
            return ((_("we answered"), "reply"),)
        case _:
            return ((channel_word(event.channel, event.channel_raw), "accent"),)


def _near_day(at: datetime, now: datetime) -> str:
    """A day at a glance: the time today, `yesterday`, else the date."""
    days = (i18n.local(now).date() - i18n.local(at).date()).days
    if days == 0:
        return pad(i18n.clock(at), 5)
    return _("yesterday") if days == 1 else i18n.local(at).strftime("%m/%d" if days < 300 else "%Y-%m")


def _flowed(words: list[str], width: int) -> list[str]:
    """Words with two spaces between, on as few lines as they fit."""
    lines: list[str] = []
    for word in words:
        if lines and cell_width(lines[-1]) + 2 + cell_width(word) < width:
            lines[-1] = f"{lines[-1]}  {word}"
        else:
            lines.append(truncate(word, max(1, width - 1)))
    return lines


def _field_word(name: str, value: FieldValue) -> str:
    """What a customer's own field says; numbers and dates say nothing alone, so its name stands before them."""
    match value:
        case None | bool():
            return ""
        case tuple():
            return safe_line(listed(value))
        case _:
            word = safe_line(str(value))
            if any(char.isalpha() for char in word) or not word:
                return word
            return f"{_field_label(name)} {_dated(word)}"


def _field_label(name: str) -> str:
    """What a field is called: those that most helpdesks have in the agent's language, the others by their own name."""
    labels = {"since": _("customer since"), "lifetime_value": _("lifetime value")}
    return labels.get(name, safe_line(name.replace("_", " ")))


def _dated(word: str) -> str:
    """A date as the agent's language writes it; anything else as it came."""
    try:
        return i18n.date_with_year(date.fromisoformat(word)) if "-" in word else word
    except ValueError:
        return word


def _age(span: timedelta) -> str:
    """How long a customer has been one, at a glance."""
    years = span.days // DAYS_OF_YEAR
    return plural("{n} year", "{n} years", years) if years else spoken(span)


def _language(code: str) -> str:
    """A language's name in the agent's language."""
    if not code:
        return ""
    try:
        name = Locale.parse(code.replace("-", "_")).get_display_name(i18n.active().code)
    except (UnknownLocaleError, ValueError):
        name = None
    return name or safe_line(code)


def _their_time(zone: str, now: datetime) -> str:
    """The customer's time of day now, with their zone; empty where it is unknown."""
    try:
        return f"{now.astimezone(ZoneInfo(zone)).strftime('%H:%M')}  {safe_line(zone)}" if zone else ""
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return safe_line(zone)
