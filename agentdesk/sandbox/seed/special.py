"""Special tickets: the customer with the richest history, and the rare threads that a desk must survive.

Each carries `external_id` `seed:NAME`. The texts lie in `mails.toml` of each language and in `hostile.toml`; what is
too large to keep in a file is made here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from agentdesk.sandbox.dataset import Doc, Language
from agentdesk.sandbox.seed import ids
from agentdesk.sandbox.seed.customers import Customer, invent, user
from agentdesk.sandbox.seed.dice import dice
from agentdesk.sandbox.seed.enclosures import enclosure
from agentdesk.sandbox.seed.facts import facts
from agentdesk.sandbox.seed.plans import Plan, purchase
from agentdesk.sandbox.seed.stamps import DAY, HOUR, MINUTE, stamp
from agentdesk.sandbox.seed.team import Team
from agentdesk.sandbox.seed.threads import Thread, custom_fields, write
from agentdesk.sandbox.seed.words import Toml, read, words

FEWEST_TICKETS = 60
_FEWEST_FOR_STAR = 12
_HUGE_BYTES = 5 * 1024 * 1024
_MAILS = ("gmail", "outlook", "plain-quote", "newsletter")
_STAR: dict[Language, tuple[str, str, str, str]] = {
    "ja": ("田中 美咲", "田中", "美咲", "misaki.tanaka@example.jp"),
    "en": ("Dana Fox", "Fox", "Dana", "dana.fox@example.com"),
}


@dataclass(frozen=True, slots=True)
class Special:
    """A special ticket to be: its name, its plan and the course it takes, if it takes one."""

    name: str
    plan: Plan
    course: str = ""
    tags: tuple[str, ...] = ()
    mine: bool = False
    priority: str | None = None


# name, reason, channel, status, age, age of the last step, course, priority
_STORY = (
    ("star-praise", "praise", "email", "closed", 410 * DAY, 409 * DAY, "open ask answer welcome", None),
    (
        "star-late",
        "late",
        "email",
        "closed",
        46 * DAY,
        41 * DAY,
        "open chase ask answer note holding chase solve",
        "high",
    ),
    ("star-chat", "howto", "chat", "closed", 24 * DAY, 24 * DAY - 19 * MINUTE, "open ask answer solve", None),
    ("star-call", "late", "voice", "solved", 6 * DAY, 5 * DAY, "open note solve thanks welcome", "normal"),
    ("star-waiting", "unknown_charge", "email", "new", 3 * DAY + 5 * HOUR, 3 * DAY + 5 * HOUR, "open", "urgent"),
    ("star-mine", "refund", "web", "open", 3 * DAY + 4 * HOUR, 3 * DAY + 2 * HOUR, "open note chase", "high"),
)
_THREADS = (
    (
        "bounced-1",
        "unknown_charge",
        "email",
        "open",
        26 * HOUR,
        50 * MINUTE,
        "open pass:billing pass:support chase pass:billing chase",
        "high",
    ),
    (
        "bounced-2",
        "double_charge",
        "web",
        "open",
        30 * HOUR,
        3 * HOUR,
        "open pass:technical note pass:billing pass:technical pass:billing chase",
        "high",
    ),
    (
        "bounced-3",
        "late",
        "email",
        "solved",
        9 * DAY,
        3 * DAY,
        "open pass:logistics pass:support ask answer pass:logistics chase solve",
        "normal",
    ),
    ("reopened-1", "crash", "email", "open", 5 * DAY, 2 * HOUR, "open ask answer solve thanks done reopen", "normal"),
    (
        "reopened-2",
        "refund",
        "web",
        "solved",
        20 * DAY,
        2 * DAY,
        "open solve reopen ask answer solve reopen note solve thanks welcome",
        "high",
    ),
    (
        "long-200",
        "lost",
        "email",
        "open",
        60 * DAY,
        70 * MINUTE,
        "open" + " ask answer note holding chase" * 39 + " ask answer ask answer",
        "high",
    ),
    (
        "long-60",
        "crash",
        "email",
        "pending",
        30 * DAY,
        5 * HOUR,
        "open" + " ask answer note ask answer" * 11 + " note ask answer ask",
        "normal",
    ),
    (
        "long-30",
        "tone",
        "web",
        "open",
        12 * DAY,
        4 * HOUR,
        "open" + " ask answer holding chase" * 7 + " chase",
        "urgent",
    ),
)


def cast(
    languages: Sequence[Language], tickets: int, known: int, organizations: Sequence[Doc], now: int, chance: Random
) -> list[Special]:
    """The special tickets a desk of this size has; their customers are numbered after those already known."""
    if tickets < _FEWEST_FOR_STAR:
        return []
    star = _star(invent(known, languages[0], now, organizations, chance))
    story = [_planned(line, star, now, chance) for line in _STORY]
    if tickets < FEWEST_TICKETS:
        return story
    guests = _guests(known + 1, languages, organizations, now, chance)
    threads = [_planned(line, next(guests), now, chance) for line in _THREADS]
    mails = [_alone(name, next(guests), now, age, chance) for age, name in enumerate([*_MAILS, "attachments"], 1)]
    hostile = [
        _alone(name, _disguised(next(guests), entry), now, age, chance, ("hostile",))
        for age, (name, entry) in enumerate(_hostile().items(), 6)
    ]
    return [*story, *threads, *mails, *hostile]


def _guests(
    first: int, languages: Sequence[Language], organizations: Sequence[Doc], now: int, chance: Random
) -> Iterator[Customer]:
    n = first
    while True:
        yield invent(n, languages[n % len(languages)], now, organizations, chance)
        n += 1


def _star(customer: Customer) -> Customer:
    name, family, first, email = _STAR[customer.language]
    reading = "たなか みさき" if customer.language == "ja" else ""
    return replace(customer, name=name, family=family, first=first, reading=reading, email=email, tone="polite")


def _planned(
    line: tuple[str, str, str, str, int, int, str, str | None], customer: Customer, now: int, chance: Random
) -> Special:
    name, reason, channel, status, age, last, course, priority = line
    created = now - age
    plan = Plan(customer, reason, channel, status, created, now - last, *purchase(reason, created, chance))
    tags = (name.rsplit("-", 1)[0],) if not name.startswith("star") else ()
    return Special(name, plan, course, tags, name == "star-mine", priority)


def _alone(name: str, customer: Customer, now: int, age: int, chance: Random, tags: tuple[str, ...] = ()) -> Special:
    created = now - age * 47 * MINUTE
    plan = Plan(customer, "billing", "email", "new", created, created, *purchase("billing", created, chance))
    return Special(name, plan, tags=tags)


def _disguised(customer: Customer, entry: Toml) -> Customer:
    return replace(customer, name=entry["name"]) if "name" in entry else customer


def _hostile() -> dict[str, Toml]:
    return read("hostile.toml")


def users(specials: Sequence[Special], chance: Random) -> list[Doc]:
    """The customers of the special tickets; about the one with the richest history most is known."""
    customers = {special.plan.customer.id: special.plan.customer for special in specials}
    docs = [user(customer, chance) for customer in customers.values()]
    return [_well_known(specials[0].plan.customer, docs[0]), *docs[1:]] if docs else []


def _well_known(star: Customer, doc: Doc) -> Doc:
    phone: Doc = {"type": "phone_number", "value": star.phone, "verified": True, "primary": False}
    return {
        **doc,
        "phone": star.phone,
        "identities": [doc["identities"][0], phone],
        "notes": star.words.people["star_notes"],
        "tags": ["vip"],
    }


def tickets(specials: Sequence[Special], team: Team, now: int, seed: int) -> Iterator[Doc]:
    """Every special ticket, written out."""
    for id, special in enumerate(specials, ids.TICKETS):
        chance = dice(seed * 1_000_003 + id)
        ticket = _along_its_course(id, special, team, now, chance) if special.course else _single(id, special, chance)
        ticket["external_id"] = f"seed:{special.name}"
        ticket["tags"] = [*ticket["tags"], *special.tags]
        yield ticket


def _along_its_course(id: int, special: Special, team: Team, now: int, chance: Random) -> Doc:
    ticket = write(id, special.plan, team, now, chance, special.course, team.me if special.mine else None)
    ticket["priority"] = special.priority
    if special.name == "star-late":
        ratings = special.plan.customer.words.speech["rating"]
        at = special.plan.ended + DAY
        ticket["satisfaction_rating"] = {
            "score": "bad",
            "comment": ratings["bad"][0].say(chance, {}),
            "reason": ratings["reason"][0].say(chance, {}),
            "created_at": stamp(at),
        }
    return ticket


def _single(id: int, special: Special, chance: Random) -> Doc:
    """A ticket of one message."""
    plan = special.plan
    thread = Thread(plan.customer, plan.channel, "support")
    subject, body, extra = _message(special, chance)
    thread.hear(plan.created, body, **extra)
    return thread.ticket(id, subject, custom_fields=custom_fields(plan, "new"))


def _message(special: Special, chance: Random) -> tuple[str, str, Doc]:
    customer = special.plan.customer
    if special.name in _hostile():
        entry = _hostile()[special.name]
        html = {"html_body": entry["html"]} if "html" in entry else {}
        return entry["subject"] * entry.get("subject_times", 1), _grown(special.name, entry["body"]), html
    mail = read(customer.language, "mails.toml")[special.name]
    known = {**facts(special.plan, chance), "agent": words(customer.language).people["agents"][1]["name"]}
    extra: Doc = {"html_body": mail["html"].format_map(known)} if "html" in mail else {}
    if special.name == "attachments":
        extra["attachments"] = [enclosure(kind, customer.language) for kind in ("png", "csv", "pdf", "txt")]
    return mail["subject"].format_map(known), mail["text"].format_map(known), extra


def _grown(name: str, body: str) -> str:
    """The body at its full size: some are too large to keep in a file."""
    match name:
        case "five-megabytes":
            return body * (_HUGE_BYTES // len(body.encode()) + 1)
        case "one-long-line":
            return body * 4000
        case "combining-flood":
            return "".join(letter + "\u0301\u0316\u0353\u0489" * 40 for letter in body)
        case _:
            return body
