"""The account as a probe finds it: who we are there, and what this Request Tracker has."""

from collections.abc import Sequence
from dataclasses import dataclass

from agentdesk.errors import Forbidden, Rejected, Unauthorized
from agentdesk.i18n import _
from agentdesk.model import Person
from agentdesk.providers.documents import Doc, documents, text, whole
from agentdesk.providers.http import Parameters
from agentdesk.providers.rt.api import PAGE, Api, is_last
from agentdesk.providers.rt.client import Credentials
from agentdesk.providers.rt.people import Directory, is_privileged
from agentdesk.providers.rt.reading import TAGS, Reader
from agentdesk.providers.rt.statuses import Statuses

QUEUES: Parameters = {"fields": "Name", "per_page": PAGE}
QUEUES_ASKED = 5
"""Queues whose fields are asked for one by one."""
TICKET_FIELDS = "RT::Queue-RT::Ticket"


@dataclass(frozen=True, slots=True)
class Account:
    """What reading and writing depend on; `sees_all` is False where rights hide queues, so that pages have holes."""

    name: str
    me: Person
    reader: Reader
    queues: tuple[Doc, ...]
    fields: tuple[Doc, ...]
    has_articles: bool
    sees_all: bool

    @property
    def user(self) -> str:
        return self.me.ref.id


async def probed(api: Api, credentials: Credentials, people: Directory, statuses: Statuses) -> Account:
    """The account, as four requests find it."""
    client = api.client
    me = await _me(api, credentials, people)
    queues = await client.get("/queues/all", QUEUES, urgent=True)
    seen = documents(queues, "items") if is_last(queues) else await api.listed("/queues/all", QUEUES)
    fields = [field for field in await _ticket_fields(api, seen) if text(field, "Disabled") in ("", "0")]
    tags = (text(field, "id") for field in fields if _takes_tags(field))
    return Account(
        name=client.account,
        me=me,
        reader=Reader(client.account, people, statuses, next(tags, None)),
        queues=tuple(seen),
        fields=tuple(fields),
        has_articles=await _has_articles(api),
        sees_all=whole(queues, "total") is not None,
    )


async def _me(api: Api, credentials: Credentials, people: Directory) -> Person:
    client = api.client
    owner = await credentials.owner()
    if not owner:
        raise Unauthorized(
            _("{account}: this token does not say whose it is. Name the user of the account.", account=client.account)
        )
    user = await people.user(owner)
    if not user:
        raise Unauthorized(
            _("{account}: {user} is not known to {host}.", account=client.account, user=owner, host=client.host)
        )
    person = people.person(client.account, user)
    if not is_privileged(user):
        raise Forbidden(
            _("{account}: {name} is not an agent on this helpdesk.", account=client.account, name=person.name)
        )
    return person


async def _ticket_fields(api: Api, queues: Sequence[Doc]) -> list[Doc]:
    """The custom fields of tickets that this user may see; with rights in single queues only, those of these queues."""
    asked = {"fields": "Name,Type,MaxValues,SortOrder,Disabled"}
    try:
        found = await api.searched("/customfields", asked, [{"field": "LookupType", "value": TICKET_FIELDS}])
    except Rejected:
        found = []
    if found:
        return found
    ids = [text(queue, "id") for queue in queues[:QUEUES_ASKED]]
    by_queue = [field for id in ids for field in await api.listed(f"/queue/{id}/customfields", asked)]
    return list({text(field, "id"): field for field in by_queue}.values())


def _takes_tags(field: Doc) -> bool:
    return (
        text(field, "Name").casefold() == TAGS and text(field, "Type") == "Freeform" and whole(field, "MaxValues") == 0
    )


async def _has_articles(api: Api) -> bool:
    try:
        found = await api.client.get("/classes/all", {"per_page": 1}, urgent=True)
        return bool(documents(found, "items"))
    except Rejected:
        return False
