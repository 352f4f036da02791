"""A small helpdesk with a clock in hand, and a client of it in process."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from agentdesk.sandbox.app import create_app
from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.faults import Faults
from agentdesk.sandbox.limits import Limits, unlimited
from agentdesk.sandbox.state import Helpdesk

BASE = "http://desk.test/api/v2"


@dataclass
class Hands:
    """A clock that stands still until it is moved."""

    now: datetime = field(default_factory=lambda: datetime(2026, 5, 4, 9, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Desk:
    """A helpdesk with an administrator, an agent, a customer and two groups."""

    helpdesk: Helpdesk
    clock: Hands
    admin: Doc
    agent: Doc
    customer: Doc
    support: Doc
    billing: Doc

    def ticket(self, **fields: object) -> int:
        """The id of a new ticket from the customer."""
        whole = {"subject": "Parcel late", "comment": {"body": "Where is it?"}} | fields
        return int(self.helpdesk.tickets.create(whole, self.customer)[0]["id"])

    def client(
        self, who: Doc | None = None, *, faults: Faults | None = None, limits: Limits | None = None
    ) -> httpx.AsyncClient:
        """A client signed in as somebody, the administrator by default."""
        signed = self.helpdesk.credentials((who or self.admin)["id"])
        app = create_app(self.helpdesk, faults, limits or unlimited())
        auth = (f"{signed.user}/token", signed.token)
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE, auth=auth)


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def desk(clock: Hands) -> Desk:
    helpdesk = Helpdesk(clock=clock, export_lag=timedelta(0))
    people = helpdesk.people
    admin = people.create_user({"name": "Ana Owner", "email": "ana@desk.example", "role": "admin"})
    agent = people.create_user({"name": "Ken Agent", "email": "ken@desk.example", "role": "agent"})
    customer = people.create_user({"name": "Hana Mori", "email": "hana@example.com", "phone": "+81 3 1234 5678"})
    support = people.groups.put(people.new_group({"name": "Support"}))
    billing = people.groups.put(people.new_group({"name": "Billing"}))
    for user in (admin, agent):
        fields = {"user_id": user["id"], "group_id": support["id"], "default": True}
        people.memberships.put(people.new_membership(fields))
    return Desk(helpdesk, clock, admin, agent, customer, support, billing)


@pytest.fixture
async def api(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    async with desk.client() as client:
        yield client


@pytest.fixture
async def agent_api(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    async with desk.client(desk.agent) as client:
        yield client
