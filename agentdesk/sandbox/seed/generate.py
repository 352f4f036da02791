"""Generate: the whole dataset for a seed, a size, a language and a moment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Literal

from agentdesk.sandbox.dataset import Dataset, Doc, Language
from agentdesk.sandbox.seed import customers, desk, ids, knowledge, special, team
from agentdesk.sandbox.seed.dice import dice
from agentdesk.sandbox.seed.plans import Plan, plans
from agentdesk.sandbox.seed.special import Special
from agentdesk.sandbox.seed.stamps import DAY, stamp
from agentdesk.sandbox.seed.team import Team
from agentdesk.sandbox.seed.threads import write
from agentdesk.sandbox.seed.touchpoints import earlier_life, touchpoints
from agentdesk.sandbox.seed.words import words

_TICKETS_PER_CUSTOMER = 2.6


@dataclass(frozen=True, slots=True)
class Tickets:
    """The tickets, written anew each time they are walked through, so that any number of them fits in memory."""

    seed: int
    now: int
    plans: Sequence[Plan]
    specials: Sequence[Special]
    team: Team

    def __len__(self) -> int:
        return len(self.plans) + len(self.specials)

    def __iter__(self) -> Iterator[Doc]:
        yield from special.tickets(self.specials, self.team, self.now, self.seed)
        chance = dice(self.seed)
        for id, plan in enumerate(self.plans, ids.TICKETS + len(self.specials)):
            chance.seed(self.seed * 1_000_003 + id)
            yield write(id, plan, self.team, self.now, chance)


def generate(seed: int, tickets: int, lang: Literal["ja", "en", "both"], now: datetime) -> Dataset:
    """A believable helpdesk; the same arguments give the same data."""
    languages: tuple[Language, ...] = ("ja", "en") if lang == "both" else (lang,)
    moment, chance = int(now.timestamp()), dice(seed)
    began = stamp(moment - 900 * DAY)
    said = [words(code) for code in languages]
    staff = team.team(languages)
    organizations = customers.companies(languages, tickets, moment - 800 * DAY, chance)
    count = max(8, int(tickets / _TICKETS_PER_CUSTOMER))
    people = [customers.invent(n, languages[n % len(languages)], moment, organizations, chance) for n in range(count)]
    specials = special.cast(languages, tickets, len(people), organizations, moment, chance)
    drawn = plans(tickets - len(specials), people, moment, chance)
    return Dataset(
        users=[
            *team.users(staff, began),
            *(customers.user(each, chance) for each in people),
            *special.users(specials, chance),
        ],
        organizations=organizations,
        groups=team.groups(said, began),
        memberships=team.memberships(staff, began),
        ticket_fields=desk.ticket_fields(said, began),
        ticket_forms=desk.ticket_forms(said, began),
        macros=desk.macros(said, began),
        views=desk.views(said, began),
        slas=desk.slas(said, began),
        categories=knowledge.categories(languages, moment),
        sections=knowledge.sections(languages, moment),
        articles=knowledge.articles(languages, moment, staff.me.id),
        user_events=[*_events([*(each.plan for each in specials), *drawn], chance)],
        tickets=Tickets(seed, moment, drawn, specials, staff),
    )


def _events(drawn: Sequence[Plan], chance: Random) -> Iterator[Doc]:
    for plan in drawn:
        yield from earlier_life(plan, chance)
        yield from touchpoints(plan, chance)
