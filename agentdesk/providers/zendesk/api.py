"""The API: Zendesk's paths and pages over the shared client."""

from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass

import httpx

from agentdesk.errors import Rejected
from agentdesk.providers.documents import Doc, document, documents, flag, inner, text, values
from agentdesk.providers.http import Client, Parameters

PAGE = 100
"""The most that cursor and offset paging give at once; also the most ids that may be asked for together."""
HELP_CENTER = "help-center"
INCREMENTAL = "api:incremental"
VIEWS = "api:views"
EXPORT_PAGE = 500
"""Half of what an export gives at once: a larger answer takes longer to parse than a screen may wait."""
EXPORTS_TO_SPARE = 100
"""An account that may ask for more export pages a minute than this gets them in small ones."""
SIDELOADS = "users,groups,organizations,metric_sets,slas,comment_count"


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of a list, and the cursor of the next one."""

    doc: Doc
    next: str | None


class Api:
    """Reading lists and exports."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def slice(
        self, path: str, parameters: Parameters, after: str | None, *, kind: str = "api", urgent: bool = False
    ) -> Slice:
        """The page of a list after a cursor; a list that knows no cursors is paged by number (`#2`)."""
        asked: dict[str, str | int | tuple[str, ...]] = {"page[size]": PAGE, **parameters}
        if after and after.startswith("#"):
            del asked["page[size]"]
            asked |= {"per_page": PAGE, "page": int(after[1:])}
        elif after:
            asked["page[after]"] = after
        doc = await self.client.get(path, asked, kind=kind, urgent=urgent)
        return Slice(doc, _next(doc, after))

    async def slices(
        self, path: str, parameters: Parameters | None = None, *, kind: str = "api", urgent: bool = False
    ) -> AsyncGenerator[Doc, None]:
        """All pages of a list."""
        after: str | None = None
        while True:
            found = await self.slice(path, parameters or {}, after, kind=kind, urgent=urgent)
            yield found.doc
            if found.next is None or found.next == after:
                return
            after = found.next

    async def listed(
        self, path: str, key: str, parameters: Parameters | None = None, *, kind: str = "api", urgent: bool = False
    ) -> list[Doc]:
        """Every entry of a list."""
        pages = self.slices(path, parameters, kind=kind, urgent=urgent)
        return [entry async for page in pages for entry in documents(page, key)]

    async def optional(
        self, path: str, key: str, parameters: Parameters | None = None, *, kind: str = "api", urgent: bool = False
    ) -> list[Doc]:
        """Every entry of a list that this role or plan may not have: then there are none."""
        try:
            return await self.listed(path, key, parameters, kind=kind, urgent=urgent)
        except Rejected:
            return []

    def export_page(self) -> int:
        """How many records to ask of an export at once."""
        total = self.client.limits.total(INCREMENTAL)
        return PAGE if total is not None and total > EXPORTS_TO_SPARE else EXPORT_PAGE

    async def tickets(self, ids: Iterable[str]) -> Doc:
        """Up to a hundred tickets by id, with the people around them."""
        return await self.client.get("/tickets/show_many", {"ids": ",".join(ids), "include": SIDELOADS})

    async def ticket(self, id: str, urgent: bool = False) -> Doc:
        """One ticket with the people around it."""
        return await self.client.get(f"/tickets/{id}", {"include": SIDELOADS}, urgent=urgent)

    async def is_allowed(self, path: str, parameters: Parameters, kind: str) -> bool:
        """This role and plan may read the path."""
        try:
            await self.client.get(path, parameters, kind=kind, urgent=True)
        except Rejected as error:
            return type(error) is Rejected  # it was understood, and only the question was found wanting
        return True


def _next(doc: Doc, after: str | None) -> str | None:
    """The cursor of the next page, None after the last."""
    meta = inner(doc, "meta")
    if meta:
        return (text(meta, "after_cursor") or None) if flag(meta, "has_more") else None
    if text(doc, "next_page"):
        return f"#{int(after[1:]) + 1 if after and after.startswith('#') else 2}"
    return None


def parameters_of(url: str) -> Mapping[str, str]:
    """The parameters in an address that an export names as its next; the address itself is not followed."""
    try:
        return dict(httpx.URL(url).params)
    except httpx.InvalidURL:
        return {}


def metrics_by_ticket(doc: Doc) -> dict[str, Doc]:
    """The metric sets of an answer, wherever they stand in it."""
    found = {text(entry, "ticket_id"): entry for entry in documents(doc, "metric_sets")}
    for ticket in [*documents(doc, "tickets"), inner(doc, "ticket")]:
        if own := document(ticket.get("metric_set")) or document(ticket.get("metric_sets")):
            found[text(ticket, "id")] = own
    return found


def ids(doc: Doc, key: str) -> list[str]:
    return [text(entry, "id") for entry in documents(doc, key)]


def is_last(doc: Doc, key: str) -> bool:
    """An export is at its end for now: it says so, or its page is not full."""
    if "end_of_stream" in doc:
        return flag(doc, "end_of_stream")
    return not text(doc, "next_page") or len(values(doc, key)) < PAGE
