"""The account as a probe finds it: who we are there, and what we may read."""

from dataclasses import dataclass, field
from datetime import timedelta

from agentdesk.errors import Forbidden, RateLimited, Rejected, Unauthorized
from agentdesk.i18n import _
from agentdesk.model import STAFF, Person
from agentdesk.providers.documents import inner, text, whole
from agentdesk.providers.zendesk.api import HELP_CENTER, INCREMENTAL, Api
from agentdesk.providers.zendesk.people import Known
from agentdesk.providers.zendesk.reading import person_from

PROBE_AGE = timedelta(hours=1)
MAX_UPLOAD_BYTES = 50 * 1024 * 1024
"""What Zendesk takes where the account's settings do not say."""


@dataclass(frozen=True, slots=True)
class Account:
    """What reading depends on; `labels` names the custom statuses by id."""

    name: str
    me: Person
    is_admin: bool
    has_knowledge: bool
    groups: tuple[str, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)
    total: int | None = None
    max_upload_bytes: int = MAX_UPLOAD_BYTES


async def probed(api: Api, known: Known) -> Account:
    """The account, as seven requests find it; `users/me` alone proves nothing, it also greets strangers."""
    client = api.client
    user = inner(await client.get("/users/me", urgent=True), "user")
    if not whole(user, "id"):
        words = _("{account}: {host} does not know these credentials.", account=client.account, host=client.host)
        raise Unauthorized(words)
    me = person_from(user, client.account)
    if me.role not in STAFF:
        raise Forbidden(_("{account}: {name} is not an agent on this helpdesk.", account=client.account, name=me.name))
    known.learn(user)
    count = await client.get("/tickets/count", urgent=True)
    return Account(
        name=client.account,
        me=me,
        is_admin=await _has_exports(api, text(user, "role")),
        has_knowledge=await api.is_allowed("/help_center/articles.json", {"per_page": 1}, HELP_CENTER),
        groups=await _groups(api, me),
        labels=await _labels(api),
        total=whole(inner(count, "count"), "value"),
        max_upload_bytes=await _max_upload_bytes(api),
    )


async def _has_exports(api: Api, role: str) -> bool:
    since = int((api.client.clock() - PROBE_AGE).timestamp())
    try:
        return await api.is_allowed("/incremental/tickets/cursor", {"start_time": since, "per_page": 1}, INCREMENTAL)
    except RateLimited:
        return role == "admin"


async def _max_upload_bytes(api: Api) -> int:
    """How big a file may be, as the account's settings say."""
    try:
        settings = inner(await api.client.get("/account/settings", urgent=True), "settings")
    except Rejected:
        return MAX_UPLOAD_BYTES
    return whole(inner(settings, "limits"), "attachment_size") or MAX_UPLOAD_BYTES


async def _groups(api: Api, me: Person) -> tuple[str, ...]:
    found = await api.optional(f"/users/{me.ref.id}/group_memberships", "group_memberships", urgent=True)
    return tuple(text(entry, "group_id") for entry in found)


async def _labels(api: Api) -> dict[str, str]:
    """The agents' words for the custom statuses; the standard ones keep their own."""
    found = await api.optional("/custom_statuses", "custom_statuses", urgent=True)
    return {text(entry, "id"): text(entry, "agent_label") for entry in found if entry.get("default") is not True}
