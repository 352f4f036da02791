"""The helpdesk: one SQLite file with everything in it, who may sign in, and what can happen to it."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import assert_never

from agentdesk.sandbox import metrics
from agentdesk.sandbox.dataset import (
    AgentActs,
    CustomerReply,
    Doc,
    Happening,
    Language,
    LivingView,
    NewTicket,
    OpenTicket,
    Outside,
    Person,
    Script,
)
from agentdesk.sandbox.fields import Fields
from agentdesk.sandbox.helpcenter import HelpCenter
from agentdesk.sandbox.jobs import Jobs
from agentdesk.sandbox.macros import Macros
from agentdesk.sandbox.oauth import Access, OAuth
from agentdesk.sandbox.people import STAFF, People
from agentdesk.sandbox.problems import invalid
from agentdesk.sandbox.records import Clock, Database, Query, dumps, marks
from agentdesk.sandbox.tickets import Tickets, via_of
from agentdesk.sandbox.uploads import Uploads
from agentdesk.sandbox.work import work_of

# A script sees this many of the newest open tickets and of the customers.
_VIEW_SIZE = 200
# So many tickets may have their histories remembered.
_REMEMBERED = 5000


@dataclass(frozen=True, slots=True)
class Credentials:
    """How one person signs in: Basic `user/token` with the token, or the bearer alone."""

    user: str
    token: str
    bearer: str


def utc_now() -> datetime:
    """The time of the machine."""
    return datetime.now(UTC)


class Helpdesk:
    """A whole helpdesk in one SQLite file (in memory without a path); exports hide the newest `export_lag`."""

    def __init__(
        self, path: Path | None = None, *, clock: Clock = utc_now, export_lag: timedelta = timedelta(seconds=60)
    ) -> None:
        self.db = Database(path, clock)
        self.export_lag = export_lag
        self.people = People(self.db)
        self.fields = Fields(self.db)
        self.uploads = Uploads(self.db)
        self.tickets = Tickets(self.db, self.people, self.fields, self.uploads)
        self.macros = Macros(self.db, self.people)
        self.help_center = HelpCenter(self.db)
        self.views = self.db.shelf("views")
        self.policies = self.db.shelf("slas")
        self.metric_events = self.db.shelf("metric_events")
        self.oauth = OAuth(self.db, self.people)
        self._pasts: dict[tuple[int, int], metrics.History] = {}
        self.jobs = Jobs(self.db, work_of(self.tickets, self.people), self.people.users.get)
        with self.db.atomic():
            self.fields.ensure_system_fields()
            self.oauth.ensure_client()

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    # Who may sign in

    def admin(self) -> Doc:
        """The first administrator; made when there is none."""
        found = self.people.users.first(Query("role = 'admin' AND active AND email IS NOT NULL"))
        if found is None:
            with self.db.atomic():
                owner = {"name": "Desk Owner", "email": "owner@desk.example", "role": "admin", "verified": True}
                found = self.people.create_user(owner)
        return found

    def credentials(self, user_id: int | None = None) -> Credentials:
        """How an agent signs in; the administrator without an id. The same in every run over the same file."""
        user = self.people.users.get(user_id) if user_id is not None else self.admin()
        assert user["role"] in STAFF, "customers do not sign in to the API"
        with self.db.atomic():
            token = self._secret("token")
            bearer = self._secret(f"bearer {user['id']}")
        return Credentials(user["email"], token, bearer)

    def _secret(self, name: str) -> str:
        known = self.db.setting(name)
        if known is None:
            known = secrets.token_urlsafe(30)
            self.db.remember(name, known)
        return known

    def by_token(self, email: str, token: str) -> Doc | None:
        """The agent whose e-mail and API token these are; any agent may use the account's token, as in Zendesk."""
        known = self.db.setting("token")
        if known is None or not secrets.compare_digest(known.encode(), token.encode()):
            return None
        return self._staff(self.people.by_identity(email))

    def by_bearer(self, bearer: str) -> tuple[Doc, Access] | None:
        """The agent whose access token this is, and what it may be used for; one that never ends may do everything."""
        sql = "SELECT name FROM setting WHERE value = ? AND name LIKE 'bearer %'"
        row = self.db.run(sql, (bearer,)).fetchone()
        access = Access(int(row[0].split()[1]), ("read", "write")) if row else self.oauth.access(bearer)
        user = self._staff(self.people.users.find(access.user_id)) if access else None
        return (user, access) if user and access else None

    def _staff(self, user: Doc | None) -> Doc | None:
        return user if user and user["role"] in STAFF and user["active"] and not user["suspended"] else None

    # Metrics

    def metric_sets(self, tickets: list[Doc]) -> dict[int, Doc]:
        """The metric set of each ticket, by ticket."""
        pasts = self.histories(tickets)
        return {ticket["id"]: metrics.metric_set(ticket, pasts[ticket["id"]]) for ticket in tickets}

    def slas(self, tickets: list[Doc]) -> dict[int, Doc]:
        """The live SLA state of each ticket, by ticket."""
        policies, now = self.policies.where(order="position, id"), self.db.now()
        pasts = self.histories(tickets)
        return {
            ticket["id"]: metrics.slas(ticket, pasts[ticket["id"]], metrics.policy_for(ticket, policies), now)
            for ticket in tickets
        }

    def histories(self, tickets: list[Doc]) -> dict[int, metrics.History]:
        """What happened to each ticket, by ticket; those of tickets that did not change since are remembered."""
        if len(self._pasts) > _REMEMBERED:
            self._pasts.clear()
        known = {ticket["id"]: self._pasts.get((ticket["id"], ticket["seq"])) for ticket in tickets}
        new = [ticket for ticket in tickets if known[ticket["id"]] is None]
        for ticket, past in zip(new, self._read_histories(new), strict=True):
            known[ticket["id"]] = self._pasts[ticket["id"], ticket["seq"]] = past
        return {ticket_id: past for ticket_id, past in known.items() if past is not None}

    def _read_histories(self, tickets: list[Doc]) -> list[metrics.History]:
        staff = {row[0] for row in self.db.run("SELECT id FROM users WHERE role IN ('agent', 'admin')")}
        audits: dict[int, list[Doc]] = {ticket["id"]: [] for ticket in tickets}
        ids = tuple(audits)
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            for audit in self.tickets.audits.where(Query(f"ticket_id IN ({marks(part)})", part), "ticket_id, id"):
                audits[audit["ticket_id"]].append(audit)
        return [metrics.history(ticket, audits[ticket["id"]], staff.__contains__) for ticket in tickets]

    def measure_some(self, most: int = 50) -> bool:
        """Compute the metric events of some tickets that changed since they were last asked for; True when more did."""
        with self.db.atomic():
            done = int(self.db.setting("metrics") or -1)
            changed = self.tickets.tickets.where(Query("seq > ?", (done,)), "seq", limit=most)
            if not changed:
                return False
            self._measure(changed)
            self.db.remember("metrics", str(changed[-1]["seq"]))
            return len(changed) == most

    def _measure(self, changed: list[Doc]) -> None:
        policies, now, pasts = self.policies.where(order="position, id"), self.db.now(), self.histories(changed)
        ids = tuple(ticket["id"] for ticket in changed)
        self.db.run(f"DELETE FROM metric_events WHERE ticket_id IN ({marks(ids)})", ids)
        events = [
            event | {"generated_timestamp": _epoch(event), "seq": event["id"]}
            for ticket in changed
            for event in metrics.metric_events(ticket, pasts[ticket["id"]], metrics.policy_for(ticket, policies), now)
        ]
        # The rows get ids in order: by the events' own, which are scattered, SQLite would be slow.
        self.db.run_many(
            "INSERT INTO metric_events(doc, ticket_id, generated_timestamp, seq) VALUES (?, ?, ?, ?)",
            ((dumps(one), one["ticket_id"], one["generated_timestamp"], one["seq"]) for one in events),
        )

    # What happens by itself

    def view(self) -> LivingView:
        """What a script may look at before it decides what happens next."""
        query = Query("status IN ('new', 'open', 'pending', 'hold')")
        rows = self.tickets.tickets.where(query, "updated_at DESC, id DESC", limit=_VIEW_SIZE)
        requesters = {user["id"]: user for user in self.people.users.many(row["requester_id"] for row in rows)}
        customers = self.people.users.where(Query("role = 'end-user' AND active"), "id DESC", limit=_VIEW_SIZE)
        return LivingView(
            now=self.db.now(),
            tickets=tuple(_open_ticket(row, requesters[row["requester_id"]]) for row in rows),
            agents=tuple(map(_person, self.people.staff())),
            customers=tuple(map(_person, customers)),
        )

    def tick(self, script: Script) -> Happening:
        """Let the next thing of a script happen; also moves queued jobs on."""
        happening = script.next(self.view())
        self.apply(happening)
        self.jobs.step()
        return happening

    def apply(self, happening: Happening) -> int:
        """Let something happen, through the same doors as the API; the id of the ticket or event it made or changed."""
        with self.db.atomic():
            match happening:
                case NewTicket():
                    return self.submit(happening)
                case CustomerReply():
                    return self.reply(happening)
                case AgentActs():
                    return self._act(happening)
                case Outside():
                    fields: Doc = {
                        "type": happening.type,
                        "source": happening.source,
                        "description": happening.description,
                        "properties": dict(happening.properties),
                    }
                    return int(self.people.add_event(happening.user_id, fields)["id"])
                case _:
                    assert_never(happening)

    def submit(self, new: NewTicket) -> int:
        """The id of the ticket a customer opens."""
        requester = self.people.resolve(dict(new.requester))
        fields: Doc = {
            "subject": new.subject,
            "comment": {"body": new.body, "html_body": new.html_body, "public": True},
            "requester_id": requester["id"],
            "priority": new.priority,
            "tags": list(new.tags),
            "custom_fields": [{"id": field_id, "value": value} for field_id, value in new.custom_fields],
        }
        if new.group_id is not None:
            fields["group_id"] = new.group_id
        ticket, _ = self.tickets.create(fields, requester, _from(new.channel, requester))
        return int(ticket["id"])

    def reply(self, happening: CustomerReply) -> int:
        """The id of the ticket the requester answered on; a follow-up when that one is closed."""
        ticket = self.tickets.live(happening.ticket_id)
        requester = self.people.users.get(ticket["requester_id"])
        comment = {"body": happening.body, "html_body": happening.html_body, "public": True}
        via = _from(happening.channel, requester)
        if ticket["status"] == "closed":
            source = {"via_followup_source_id": ticket["id"], "subject": f"Re: {ticket['subject']}"}
            made, _ = self.tickets.create({**source, "comment": comment}, requester, via)
            return int(made["id"])
        self.tickets.update(ticket["id"], {"comment": comment}, requester, via)
        return happening.ticket_id

    def _act(self, happening: AgentActs) -> int:
        agent = self.people.users.get(happening.agent_id)
        if agent["role"] not in STAFF:
            raise invalid(author="Author: is not an agent")
        fields: Doc = dict(happening.changes)
        if happening.comment:
            fields["comment"] = {"body": happening.comment, "public": happening.public}
        self.tickets.update(happening.ticket_id, fields, agent, via_of("web"))
        return happening.ticket_id


def _from(channel: str, requester: Doc) -> Doc:
    if channel != "email":
        return via_of(channel)
    sender = {"address": requester["email"], "name": requester["name"]}
    return via_of("email", **{"from": sender, "to": {"name": "Support", "address": "support@desk.example"}})


def _language(user: Doc) -> Language:
    return "ja" if str(user["locale"] or "").lower().startswith("ja") else "en"


def _person(user: Doc) -> Person:
    return Person(user["id"], user["name"], user["email"], _language(user))


def _open_ticket(ticket: Doc, requester: Doc) -> OpenTicket:
    return OpenTicket(
        ticket["id"], ticket["subject"], ticket["status"], ticket["channel"], requester["id"], requester["name"],
        ticket["assignee_id"], ticket["group_id"], tuple(ticket["tags"]), _language(requester),
        ticket["status"] in ("new", "open"),
    )  # fmt: skip


def _epoch(event: Doc) -> int:
    return int(datetime.fromisoformat(event["time"]).timestamp())
