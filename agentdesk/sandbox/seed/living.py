"""Living: what happens next in a helpdesk that is already full: customers write, answer and order; colleagues work."""

from datetime import datetime, timedelta
from typing import Literal

from agentdesk.sandbox.dataset import (
    AgentActs,
    CustomerReply,
    Happening,
    Language,
    LivingView,
    NewTicket,
    OpenTicket,
    Outside,
    Person,
)
from agentdesk.sandbox.seed import ids
from agentdesk.sandbox.seed.customers import Customer
from agentdesk.sandbox.seed.dice import dice
from agentdesk.sandbox.seed.facts import Facts, facts, order_number
from agentdesk.sandbox.seed.plans import Plan
from agentdesk.sandbox.seed.stamps import DAY
from agentdesk.sandbox.seed.touchpoints import article_viewed, order_placed, parcel_late, payment_failed
from agentdesk.sandbox.seed.words import Phrases, reasons, say, words

FIRST_LEFT_ALONE = timedelta(minutes=15)
"""So long nobody but the agent touches the ticket that has waited longest: it is what a first look begins with."""
_CHANNELS = ("email", "email", "email", "web", "chat")
_TONES = ("polite", "polite", "plain", "plain", "curt")
_KNOWN_OF_A_THREAD = frozenset(("name", "family", "first", "agent", "due"))
_OUTSIDE = (order_placed, order_placed, order_placed, parcel_late, payment_failed, article_viewed)


class Living:
    """A script for the embedded helpdesk: one happening after another, the same for the same seed and views."""

    def __init__(self, seed: int, lang: Literal["ja", "en", "both"]) -> None:
        self._chance = dice(seed)
        self._languages: tuple[Language, ...] = ("ja", "en") if lang == "both" else (lang,)
        self._began: datetime | None = None

    def next(self, view: LivingView) -> Happening:
        """The next happening, given what the helpdesk looks like now."""
        draw = self._chance.random()
        self._began = self._began or view.now
        is_early = view.now - self._began < FIRST_LEFT_ALONE
        free = [ticket for ticket in view.tickets if not (is_early and ticket.id == ids.STAR_WAITING)]
        understood = [ticket for ticket in free if _matters(ticket)]
        answered = [each for each in understood if not each.customer_waits and each.status in ("pending", "hold")]
        waiting = [each for each in understood if each.customer_waits]
        colleagues = view.agents[1:]
        if draw < 0.3 and answered:
            return self._reply(self._chance.choice(answered), view)
        if draw < 0.62 and waiting and colleagues:
            return self._work(self._chance.choice(waiting), colleagues, view)
        if draw < 0.75 and view.customers:
            return self._outside(self._chance.choice(view.customers), view)
        if draw < 0.8 and waiting:
            return self._chase(self._chance.choice(waiting), view)
        return self._new(view)

    def _new(self, view: LivingView) -> NewTicket:
        """A customer, usually a known one, writes about something."""
        known = [person for person in view.customers if person.language in self._languages]
        person = self._chance.choice(known) if known and self._chance.random() < 0.8 else self._stranger()
        plan = self._plan(person, view)
        slots, said = facts(plan, self._chance), words(person.language)
        manner = said.speech[f"customer.{plan.customer.tone}"]
        kind = "curt" if plan.customer.tone == "curt" else "opening"
        about = self._chance.choice(said.cases[plan.reason])
        body = say(manner["greeting"], self._chance, slots) + say(about[kind], self._chance, slots)
        return NewTicket(
            requester={"id": person.id} if person.id else {"name": person.name, "email": person.email},
            subject=say(about["subject"], self._chance, slots),
            body=body + say(manner["closing"], self._chance, slots),
            channel=plan.channel,
            tags=tuple(reasons()[plan.reason]["tags"]),
            group_id=ids.GROUPS[reasons()[plan.reason]["group"]],
            custom_fields=((ids.ORDER_FIELD, order_number(plan)), (ids.REASON_FIELD, plan.reason)),
        )

    def _stranger(self) -> Person:
        language = self._chance.choice(self._languages)
        people = words(language).people
        family, reading, roman = self._chance.choice(people["family"]).split("|")
        first, _, first_roman = self._chance.choice(people["given"]).split("|")
        name = f"{family} {first}" if reading else f"{first} {family}"
        number = self._chance.randrange(100_000, 1_000_000)
        return Person(
            0, name, self._chance.choice(people["email"]).format(family=roman, given=first_roman, n=number), language
        )

    def _plan(self, person: Person, view: LivingView) -> Plan:
        """A matter for this customer, as if it had been planned."""
        chance, now = self._chance, int(view.now.timestamp())
        kinds = list(reasons())
        reason = chance.choices(kinds, [reasons()[kind]["weight"] for kind in kinds])[0]
        ordered, order = now - chance.randrange(1, 12) * DAY, 10_000_000 + chance.randrange(89_999_999)
        channel = chance.choice(_CHANNELS)
        return Plan(self._customer(person), reason, channel, "new", now, now, ordered, order, chance.randrange(20))

    def _customer(self, person: Person) -> Customer:
        """What a thread needs to know of a person; card, region and tone stay the same for the same person."""
        own, people = dice(person.id or person.name), words(person.language).people
        family, first = _names(person)
        return Customer(
            id=person.id,
            language=person.language,
            name=person.name,
            family=family,
            first=first,
            reading="",
            email=person.email or "",
            phone=own.choice(people["phone"]),
            region=own.choice(people["region"]),
            tone=own.choice(_TONES),
            card=f"{own.randrange(10_000):04d}",
            plan=own.randrange(4),
            since=0,
            company=own.choice(people["company"]),
            organization_id=None,
        )

    def _reply(self, ticket: OpenTicket, view: LivingView) -> CustomerReply:
        """The customer answers what an agent wrote, or says thanks."""
        slots, said = self._slots(ticket, view), words(ticket.language)
        tone = dice(ticket.requester_id).choice(_TONES)
        answers = _fitting(said.reasons[_reason(ticket)]["answer"])
        phrases = answers if answers and self._chance.random() < 0.6 else said.speech[f"customer.{tone}"]["thanks"]
        return CustomerReply(ticket.id, say(phrases, self._chance, slots), _channel(ticket))

    def _chase(self, ticket: OpenTicket, view: LivingView) -> CustomerReply:
        tone = dice(ticket.requester_id).choice(_TONES)
        phrases = words(ticket.language).speech[f"customer.{tone}"]["chase"]
        return CustomerReply(ticket.id, say(phrases, self._chance, self._slots(ticket, view)), _channel(ticket))

    def _work(self, ticket: OpenTicket, colleagues: tuple[Person, ...], view: LivingView) -> AgentActs:
        """A colleague takes, notes, answers or solves; nobody touches a ticket that belongs to somebody else."""
        speaking = [agent for agent in colleagues if agent.language == ticket.language] or list(colleagues)
        own = [agent for agent in speaking if agent.id == ticket.assignee_id]
        if ticket.assignee_id is not None and not own:
            return AgentActs(ticket.id, self._chance.choice(speaking).id, self._note(ticket, view), public=False)
        agent = own[0] if own else self._chance.choice(speaking)
        draw = self._chance.random()
        if not own and draw < 0.35:
            return AgentActs(ticket.id, agent.id, changes={"assignee_id": agent.id, "status": "open"})
        if draw < 0.5:
            return AgentActs(ticket.id, agent.id, self._note(ticket, view), public=False)
        kind, status = ("ask", "pending") if draw < 0.8 else ("solve", "solved")
        changes = {"status": status} if own else {"status": status, "assignee_id": agent.id}
        return AgentActs(ticket.id, agent.id, self._answer(ticket, agent, kind, view), changes=changes)

    def _note(self, ticket: OpenTicket, view: LivingView) -> str:
        return say(words(ticket.language).speech["agent"]["wait_note"], self._chance, self._slots(ticket, view))

    def _answer(self, ticket: OpenTicket, agent: Person, kind: str, view: LivingView) -> str:
        slots = {**self._slots(ticket, view), "agent": agent.name}
        said = words(ticket.language)
        manner = said.speech["agent"]
        body = say(_fitting(said.reasons[_reason(ticket)][kind]) or manner["holding"], self._chance, slots)
        return say(manner["greeting"], self._chance, slots) + body + say(manner["closing"], self._chance, slots)

    def _outside(self, person: Person, view: LivingView) -> Outside:
        event = self._chance.choice(_OUTSIDE)(self._plan(person, view))
        return Outside(person.id, event["type"], event["source"], event["description"], event["properties"])

    def _slots(self, ticket: OpenTicket, view: LivingView) -> Facts:
        """What is surely true of a thread that somebody else began."""
        person = Person(ticket.requester_id, ticket.requester_name, None, ticket.language)
        family, first = _names(person)
        due = words(ticket.language).date(int(view.now.timestamp()) + 2 * DAY)
        return {"name": person.name, "family": family, "first": first, "agent": "", "due": due}


def _names(person: Person) -> tuple[str, str]:
    """Family and given name, by the order of the language."""
    before, _, after = person.name.partition(" ")
    return (before, after or before) if person.language == "ja" else (after or before, before)


def _matters(ticket: OpenTicket) -> list[str]:
    """The contact reasons a ticket may be about, by its tags; none for what nobody could answer sensibly."""
    return [reason for reason in reasons() if set(reasons()[reason]["tags"]) & set(ticket.tags)]


def _channel(ticket: OpenTicket) -> str:
    """How the customer answers; after a call they write a mail."""
    return "email" if ticket.channel == "voice" else ticket.channel


def _reason(ticket: OpenTicket) -> str:
    """The contact reason whose tags the ticket carries most of."""
    return max(reasons(), key=lambda reason: len(set(reasons()[reason]["tags"]) & set(ticket.tags)))


def _fitting(phrases: Phrases) -> Phrases:
    """The phrases that claim nothing we cannot know of a thread."""
    return tuple(phrase for phrase in phrases if phrase.slots <= _KNOWN_OF_A_THREAD)
