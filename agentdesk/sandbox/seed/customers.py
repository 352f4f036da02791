"""Customers: invented people with a way of writing, and the companies some of them work for."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from agentdesk.sandbox.dataset import Doc, Language
from agentdesk.sandbox.seed import ids
from agentdesk.sandbox.seed.stamps import DAY, stamp
from agentdesk.sandbox.seed.words import Words, words

_TONES = ("polite",) * 9 + ("plain",) * 8 + ("curt",) * 3
_TICKETS_PER_COMPANY = 120


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as the threads need them."""

    id: int
    language: Language
    name: str
    family: str
    first: str
    reading: str
    email: str
    phone: str
    region: str
    tone: str
    card: str
    plan: int
    since: int
    company: str
    organization_id: int | None

    @property
    def words(self) -> Words:
        """The words this customer speaks and is spoken to with."""
        return words(self.language)


def companies(languages: Sequence[Language], tickets: int, created: int, chance: Random) -> list[Doc]:
    """The organizations customers may belong to."""
    organizations = []
    for n in range(max(6, tickets // _TICKETS_PER_COMPANY)):
        people = words(languages[n % len(languages)]).people
        stem = people["company"][n // len(languages) % len(people["company"])]
        form = people["company_form"][n // len(languages) // len(people["company"]) % len(people["company_form"])]
        branch = n // len(languages) // (len(people["company"]) * len(people["company_form"]))
        organizations.append(
            {
                "id": ids.ORGANIZATIONS + n,
                "name": form.format(stem=stem) + (f" {branch + 1}" if branch else ""),
                "domain_names": [],
                "details": "",
                "notes": "",
                "group_id": None,
                "tags": ["b2b"] if chance.random() < 0.7 else ["b2b", "vip"],
                "organization_fields": {},
                "created_at": stamp(created),
                "updated_at": stamp(created),
            }
        )
    return organizations


def invent(n: int, language: Language, now: int, organizations: Sequence[Doc], chance: Random) -> Customer:
    """The nth customer; the number in the address keeps it unique."""
    people = words(language).people
    family, reading, roman = chance.choice(people["family"]).split("|")
    first, first_reading, first_roman = chance.choice(people["given"]).split("|")
    email = chance.choice(people["email"]).format(family=roman, given=first_roman, n=n)
    organization = chance.choice(organizations) if chance.random() < 0.12 else None
    return Customer(
        id=ids.CUSTOMERS + n,
        language=language,
        name=f"{family} {first}" if reading else f"{first} {family}",
        family=family,
        first=first,
        reading=f"{reading} {first_reading}".strip(),
        email=email,
        phone=_phone(people["phone"], chance),
        region=chance.choice(people["region"]),
        tone=chance.choice(_TONES),
        card=f"{chance.randrange(10_000):04d}",
        plan=chance.randrange(4),
        since=now - chance.randrange(560, 1900) * DAY,
        company=(organization or chance.choice(organizations))["name"],
        organization_id=organization["id"] if organization else None,
    )


def _phone(reserved: Sequence[str], chance: Random) -> str:
    start = chance.choice(reserved)
    return f"+{int(start[1:]) + chance.randrange(100 if start.startswith('+1') else 10_000)}"


def user(customer: Customer, chance: Random) -> Doc:
    """The customer as a Zendesk user."""
    said = customer.words
    phone_known = chance.random() < 0.6
    identities = [{"type": "email", "value": customer.email, "verified": True, "primary": True}]
    if phone_known:
        identities.append({"type": "phone_number", "value": customer.phone, "verified": True, "primary": False})
    return {
        "id": customer.id,
        "name": customer.name,
        "email": customer.email,
        "role": "end-user",
        "verified": True,
        "phone": customer.phone if phone_known else None,
        "identities": identities,
        "locale": said.people["locale"],
        "iana_time_zone": said.people["time_zone"],
        "organization_id": customer.organization_id,
        "notes": chance.choice(said.people["notes"]) if chance.random() < 0.15 else "",
        "details": chance.choice(said.people["details"]) if chance.random() < 0.3 else "",
        "tags": ["vip"] if chance.random() < 0.04 else [],
        "user_fields": {
            "plan": said.shop["plan"][customer.plan],
            "since": stamp(customer.since)[:10],
            "region": customer.region,
            "furigana": customer.reading or None,
            "lifetime_value": int(chance.lognormvariate(10.2, 0.9))
            if customer.language == "ja"
            else int(chance.lognormvariate(5.4, 0.9)),
        },
        "created_at": stamp(customer.since),
        "updated_at": stamp(customer.since),
    }
