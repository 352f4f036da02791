"""Threads: one ticket written out, from the first message to where it stands now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.seed import ids
from agentdesk.sandbox.seed.customers import Customer
from agentdesk.sandbox.seed.enclosures import enclosure
from agentdesk.sandbox.seed.facts import Facts, facts, order_number, price
from agentdesk.sandbox.seed.plans import Plan
from agentdesk.sandbox.seed.stamps import DAY, stamp
from agentdesk.sandbox.seed.team import Agent, Team
from agentdesk.sandbox.seed.words import Phrases, Words, reasons, say

About = Mapping[str, Phrases]

_PRIORITIES = ("urgent", "high", "normal", "low", None)
_COURSES = {
    "new": ("open",) * 5 + ("open chase",),
    "open": (
        "open take",
        "open chase",
        "open ask answer",
        "open ask answer",
        "open ask answer note holding chase",
        "open ask answer note chase",
    ),
    "pending": ("open ask", "open ask", "open ask answer ask", "open note ask answer note solve"),
    "hold": ("open ask answer note holding", "open holding", "open ask answer holding note"),
    "solved": (
        "open solve",
        "open solve",
        "open note solve",
        "open ask answer solve",
        "open ask answer note solve thanks",
        "open ask chase answer solve",
        "open chase ask answer note holding solve thanks welcome",
        "open ask answer solve thanks",
        "open holding note solve",
        "open chase solve thanks done",
        "open ask answer note holding chase note solve thanks done",
    ),
}
_PRAISE = ("open ask", "open ask", "open ask answer welcome")
_LONG_COURSE = 120  # letters; a long thread wanders through every case of its reason
_ASKED = ("answer", "chase", "thanks", "reopen")
_STATUS_AFTER = {"ask": "pending", "holding": "hold", "solve": "solved", "done": "solved", "welcome": "solved"}
_PICTURED = {
    "return": ("写真", "photo"),
    "exchange": ("不良", "faulty"),
    "crash": ("画面を添付", "Screenshot attached"),
}


@dataclass(slots=True)
class Thread:
    """A ticket while it is being written: where it stands, what was said and what was changed."""

    customer: Customer
    channel: str
    group: str
    status: str = "new"
    assignee: Agent | None = None
    comments: list[Doc] = field(default_factory=list)
    changes: list[Doc] = field(default_factory=list)

    @property
    def words(self) -> Words:
        """The words of the customer's language."""
        return self.customer.words

    def hear(self, at: int, body: str, **extra: Any) -> None:
        """The customer writes; a ticket that waited for them opens again."""
        self._add(self.customer.id, at, body, self._customer_via(called="data" in extra), extra)
        if self.status in ("pending", "hold", "solved"):
            self.become(at, self.customer.id, "open")

    def tell(
        self, at: int, agent: Agent, body: str, *, public: bool = True, status: str | None = None, **extra: Any
    ) -> None:
        """An agent replies or notes, and may set the status with it."""
        self._add(
            agent.id,
            at,
            body,
            {"channel": "chat" if self.channel == "chat" and public else "web", "source": _NOWHERE},
            extra,
            public,
        )
        if status:
            self.become(at, agent.id, status)

    def assign(self, at: int, agent: Agent, by: int) -> None:
        """The ticket gets another owner."""
        self._change(at, by, "assignee_id", self.assignee.id if self.assignee else None, agent.id)
        self.assignee = agent
        if self.status == "new":
            self.become(at, by, "open")

    def release(self, at: int, by: int) -> None:
        """The ticket loses its owner."""
        if self.assignee:
            self._change(at, by, "assignee_id", self.assignee.id, None)
            self.assignee = None

    def move(self, at: int, group: str, by: int) -> None:
        """The ticket goes to another group."""
        if group != self.group:
            self._change(at, by, "group_id", ids.GROUPS[self.group], ids.GROUPS[group])
            self.group = group

    def become(self, at: int, by: int, status: str) -> None:
        """The ticket gets another status."""
        if status != self.status:
            self._change(at, by, "status", self.status, status)
            self.status = status

    def _change(self, at: int, by: int, name: str, before: object, after: object) -> None:
        change: Doc = {
            "created_at": stamp(at),
            "author_id": by,
            "field_name": name,
            "previous_value": before,
            "value": after,
        }
        if by == ids.SYSTEM:
            change["via"] = {"channel": "rule", "source": _NOWHERE}
        self.changes.append(change)

    def _add(self, author: int, at: int, body: str, via: Doc, extra: Doc, public: bool = True) -> None:
        comment: Doc = {
            "author_id": author,
            "created_at": stamp(at),
            "body": body,
            "public": public,
            "via": via,
            **extra,
        }
        self.comments.append(comment)

    def _customer_via(self, *, called: bool) -> Doc:
        """The way a message came; after a call the customer writes mails."""
        if self.channel not in ("email", "voice") or called:
            return {"channel": self.channel, "source": _NOWHERE}
        customer = self.customer
        return {
            "channel": "email",
            "source": {
                "from": {"address": customer.email, "name": customer.name},
                "to": {"address": self.words.shop["shop_address"]},
                "rel": None,
            },
        }

    def ticket(self, id: int, subject: str, **fields: Any) -> Doc:
        """The ticket as it stands now, in the shape of the Zendesk API."""
        first, last = self.comments[0], self.comments[-1]["created_at"]
        if self.changes:
            last = max(last, self.changes[-1]["created_at"])
        ticket: Doc = {
            "id": id,
            "subject": subject,
            "raw_subject": subject,
            "description": first["body"],
            "status": self.status,
            "priority": None,
            "type": None,
            "via": first["via"],
            "requester_id": self.customer.id,
            "submitter_id": first["author_id"],
            "assignee_id": self.assignee.id if self.assignee else None,
            "group_id": ids.GROUPS[self.group],
            "organization_id": self.customer.organization_id,
            "ticket_form_id": ids.FORMS,
            "tags": [],
            "custom_fields": [],
            "satisfaction_rating": {"score": "unoffered"},
            "created_at": first["created_at"],
            "updated_at": last,
            "comments": self.comments,
            "changes": self.changes,
        }
        return {**ticket, **fields}


_NOWHERE: Doc = {"from": {}, "to": {}, "rel": None}


def write(
    id: int, plan: Plan, team: Team, now: int, chance: Random, course: str = "", owner: Agent | None = None
) -> Doc:
    """The whole ticket of a plan, along a given course or one that fits its status."""
    known = facts(plan, chance)
    group: str = reasons()[plan.reason]["group"]
    owner = owner or _owner(plan, team, chance)
    start = group if chance.random() < 0.6 and not course else "support"
    thread = Thread(plan.customer, plan.channel, start)
    every = thread.words.reasons[plan.reason]
    cases = (every,) if len(course) > _LONG_COURSE else thread.words.cases[plan.reason]
    about = cases[int(chance.random() * len(cases))]
    _Course(thread, plan, known, about, owner, team, chance).run(course)
    if plan.status == "closed":
        thread.become(min(plan.ended + 4 * DAY, now), ids.SYSTEM, "closed")
    return thread.ticket(
        id,
        _subject(plan, about, known, chance),
        priority=chance.choices(_PRIORITIES, reasons()[plan.reason]["priority"])[0],
        type="problem" if plan.reason == "crash" else "question" if plan.reason == "howto" else None,
        tags=[
            *reasons()[plan.reason]["tags"],
            *(["vip"] if plan.customer.organization_id and chance.random() < 0.2 else []),
        ],
        custom_fields=custom_fields(plan, thread.status),
        satisfaction_rating=_rating(plan, now, chance),
    )


def custom_fields(plan: Plan, status: str) -> list[Doc]:
    """The values of our own ticket fields."""
    refunded = plan.reason in ("refund", "double_charge", "return") and status in ("solved", "closed")
    amount = price(plan) if plan.customer.language == "ja" else price(plan) / 100
    return [
        {"id": ids.ORDER_FIELD, "value": order_number(plan)},
        {"id": ids.PRODUCT_FIELD, "value": plan.customer.words.shop["product_key"][plan.product]},
        {"id": ids.REASON_FIELD, "value": plan.reason},
        {"id": ids.REFUND_FIELD, "value": str(amount) if refunded else None},
    ]


def _owner(plan: Plan, team: Team, chance: Random) -> Agent:
    able = team.able[plan.customer.language, reasons()[plan.reason]["group"]]
    others = able[1:] if len(able) > 1 and able[0] is team.me and chance.random() < 0.6 else able
    return others[int(chance.random() * len(others))]


def _subject(plan: Plan, about: About, known: Facts, chance: Random) -> str:
    said = plan.customer.words
    if plan.channel == "voice":
        return say(said.speech["call"]["subject"], chance, known)
    return say(about["subject"], chance, known)


def _rating(plan: Plan, now: int, chance: Random) -> Doc:
    if plan.status not in ("solved", "closed") or chance.random() < 0.5:
        return {"score": "unoffered"}
    at = plan.ended + DAY
    if at > now or chance.random() < 0.4:
        return {"score": "offered"}
    happy = chance.random() < (0.35 if plan.reason in ("tone", "refund", "late") else 0.82)
    ratings = plan.customer.words.speech["rating"]
    rating = {
        "score": "good" if happy else "bad",
        "comment": say(ratings["good" if happy else "bad"], chance, {}),
        "created_at": stamp(at),
    }
    return rating if happy else {**rating, "reason": say(ratings["reason"], chance, {})}


@dataclass(slots=True)
class _Course:
    """The course a thread takes, step by step, spread between its first and its last moment."""

    thread: Thread
    plan: Plan
    known: Facts
    about: About
    owner: Agent
    team: Team
    chance: Random
    answered: bool = False
    noted: bool = False

    def run(self, course: str) -> None:
        """Write every step of the course, or of one that fits the status."""
        status = "solved" if self.plan.status == "closed" else self.plan.status
        options = _PRAISE if self.plan.reason == "praise" and status == "solved" else _COURSES[status]
        steps = (course or options[int(self.chance.random() * len(options))]).split()
        for step, at in zip(steps, self._moments(len(steps)), strict=True):
            self._step(step, at)
        if self.thread.status != status:
            self.thread.become(self.plan.ended, self.owner.id, status)

    def _moments(self, count: int) -> list[int]:
        """The first step when the plan begins, the last when it ends, the others between."""
        plan, draw = self.plan, self.chance.random
        between = sorted(plan.created + int((plan.ended - plan.created) * draw()) for _ in range(count - 2))
        return [plan.created] if count == 1 else [plan.created, *between, plan.ended]

    def _step(self, step: str, at: int) -> None:
        thread, owner = self.thread, self.owner
        if step == "open":
            self._open(at)
        elif step in _ASKED:
            thread.hear(at, self._customer_says(step))
        elif step.startswith("pass:"):
            self._pass_on(step.removeprefix("pass:"), at)
        else:
            self._take(at)
            if step == "note":
                thread.tell(at, owner, self._note(), public=False)
            elif step != "take":
                status = "pending" if step == "solve" and self.plan.status == "pending" else _STATUS_AFTER[step]
                thread.tell(at, owner, self._agent_says(step), status=status, **self._enclosed(step))

    def _take(self, at: int) -> None:
        """The owner takes the ticket before the first thing they do."""
        if self.thread.assignee is None:
            self.known["agent"] = self.owner.name
            if self.thread.group not in self.owner.groups or not self.thread.changes:
                self.thread.move(at, reasons()[self.plan.reason]["group"], self.owner.id)
            self.thread.assign(at, self.owner, self.owner.id)

    def _pass_on(self, group: str, at: int) -> None:
        """The ticket goes to another group with a note, and to somebody there."""
        thread, before = self.thread, self.owner
        able = self.team.able[thread.customer.language, group]
        known = {**self.known, "to": thread.words.shop["group"][group]}
        thread.tell(at, before, say(thread.words.speech["agent"]["handover"], self.chance, known), public=False)
        thread.move(at, group, before.id)
        self.owner = next((agent for agent in able if agent is not before and agent is not self.team.me), able[0])
        thread.assign(at, self.owner, before.id)
        self.known["agent"], self.answered = self.owner.name, False

    def _open(self, at: int) -> None:
        thread = self.thread
        if thread.channel == "voice":
            _call(thread, self.about, self.known, self.owner, at, self.chance)
        elif thread.channel == "chat":
            hello = say(thread.words.speech["chat"]["hello"], self.chance, self.known)
            thread.hear(at, hello)
            thread.hear(at, self._say("curt" if self.chance.random() < 0.4 else "opening"))
        else:
            body = self._customer_says("open")
            thread.hear(at, body, **self._pictured(body))

    def _say(self, kind: str) -> str:
        return say(self.about[kind], self.chance, self.known)

    def _customer_says(self, step: str) -> str:
        customer, chance = self.thread.customer, self.chance
        manner = customer.words.speech[f"customer.{customer.tone}"]
        if step == "reopen":
            return say(customer.words.speech["again"]["reopen"], chance, self.known)
        if step in ("chase", "thanks"):
            return say(manner[step], chance, self.known)
        if step == "answer":
            return self._say("answer")
        if self.plan.reason == "praise":
            return self._say("opening") + f"\n\n{customer.name}"
        if customer.tone == "curt":
            return self._say("curt") + say(manner["closing"], chance, self.known)
        detail = self._say("detail") if self.about["detail"] and chance.random() < 0.5 else ""
        space = "" if customer.language == "ja" or not detail else " "
        body = self._say("opening") + space + detail
        return say(manner["greeting"], chance, self.known) + body + say(manner["closing"], chance, self.known)

    def _note(self) -> str:
        """What was found out, and after that what is waited for."""
        if self.noted:
            return say(self.thread.words.speech["agent"]["wait_note"], self.chance, self.known)
        self.noted = True
        return self._say("note")

    def _agent_says(self, step: str) -> str:
        manner = self.thread.words.speech["agent"]
        body = self._say(step) if step in ("ask", "solve") else say(manner[step], self.chance, self.known)
        if self.thread.channel == "chat":
            return body
        if step in ("welcome", "done") or self.plan.reason == "praise":
            short, sign = say(manner["short"], self.chance, self.known), say(manner["sign"], self.chance, self.known)
            return short + body + sign
        greeting = say(manner["again" if self.answered else "greeting"], self.chance, self.known)
        self.answered = True
        return greeting + body + say(manner["closing"], self.chance, self.known)

    def _pictured(self, body: str) -> Doc:
        if any(word in body for word in _PICTURED.get(self.plan.reason, ())):
            return {"attachments": [enclosure("png", self.thread.customer.language)]}
        return {}

    def _enclosed(self, step: str) -> Doc:
        if step == "solve" and self.plan.reason == "receipt":
            return {"attachments": [enclosure("pdf", self.thread.customer.language)]}
        return {}


def _call(thread: Thread, about: About, known: Facts, agent: Agent, at: int, chance: Random) -> None:
    """A phone call: what was said as text, and the line's own facts."""
    said, known = thread.words, {**known, "agent": agent.name}
    lines = [
        (said.labels["agent"], say(said.speech["call"]["pickup"], chance, known)),
        (said.labels["caller"], say(said.speech["call"]["customer"], chance, known)),
        (said.labels["caller"], say(about["opening"], chance, known)),
        (said.labels["agent"], say(said.speech["agent"]["holding"], chance, known)),
        (said.labels["agent"], say(said.speech["call"]["closing"], chance, known)),
    ]
    transcript = "\n".join(f"{who}: {line}" for who, line in lines)
    seconds = 60 + int(chance.random() * 700)
    thread.hear(
        at,
        f"{said.labels['summary']}\n{lines[2][1]}\n\n{transcript}",
        type="VoiceComment",
        data={
            "from": thread.customer.phone,
            "to": "+81300000000" if said.code == "ja" else "+12125550199",
            "call_duration": seconds,
            "started_at": stamp(at - seconds),
            "answered_by_id": agent.id,
            "answered_by_name": agent.name,
            "location": thread.customer.region,
            "line_type": "phone",
            "recorded": True,
            "recording_url": None,
            "transcription_text": transcript,
            "call_id": at % 1_000_000,
        },
    )
