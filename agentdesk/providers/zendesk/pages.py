"""Pages: what an answer holds, made into our items and cut so that each part is written in one go.

Reading a page twice is harmless, so all parts but the last of an answer carry the cursor from before it.
"""

import asyncio
import json
from collections.abc import Iterator, Sequence

from agentdesk.model import Item, Ref
from agentdesk.providers.base import Page
from agentdesk.providers.documents import Doc, document, documents, inner, text
from agentdesk.providers.zendesk.account import Account
from agentdesk.providers.zendesk.api import metrics_by_ticket
from agentdesk.providers.zendesk.people import Known
from agentdesk.providers.zendesk.reading import is_deleted, organization_from, person_from, ticket_from

ITEMS_IN_PAGE = 100


def cursor_of(cursor: str | None) -> Doc:
    """The JSON object in a cursor, empty when there is none or it is not ours."""
    try:
        return document(json.loads(cursor or "{}"))
    except ValueError:
        return {}


def cut(
    items: Sequence[Item],
    before: str,
    after: str,
    *,
    more: bool,
    gone: tuple[Ref, ...] = (),
    total: int | None = None,
) -> Iterator[Page]:
    """The items of one answer as pages of a writable size."""
    for start in range(0, max(len(items) - ITEMS_IN_PAGE, 0), ITEMS_IN_PAGE):
        yield Page(tuple(items[start : start + ITEMS_IN_PAGE]), before, more=True, total=total)
    rest = (len(items) - 1) // ITEMS_IN_PAGE * ITEMS_IN_PAGE if items else 0
    yield Page(tuple(items[rest:]), after, more=more, gone=gone, total=total)


async def tickets_in(doc: Doc, account: Account, known: Known) -> tuple[list[Item], tuple[Ref, ...]]:
    """The tickets of an answer after the people around them, and those that are deleted."""
    return await asyncio.to_thread(_tickets_in, doc, account, known)


def _tickets_in(doc: Doc, account: Account, known: Known) -> tuple[list[Item], tuple[Ref, ...]]:
    single = inner(doc, "ticket")
    found = documents(doc, "tickets") + ([single] if single else [])
    metrics = metrics_by_ticket(doc)
    items = people_in(doc, account.name, known)
    items += [
        ticket_from(entry, account.name, metrics.get(text(entry, "id"), {}), account.labels)
        for entry in found
        if text(entry, "id") and not is_deleted(entry)
    ]
    return items, tuple(Ref(account.name, text(entry, "id")) for entry in found if is_deleted(entry))


def people_in(doc: Doc, account: str, known: Known) -> list[Item]:
    """The organizations and users that came along with an answer."""
    users = [user for user in documents(doc, "users") if text(user, "id")]
    for user in users:
        known.learn(user)
    items: list[Item] = [organization_from(entry, account) for entry in documents(doc, "organizations")]
    return items + [person_from(user, account) for user in users]
