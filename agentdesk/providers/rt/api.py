"""The API: Request Tracker's paths, searches and pages.

Totals may be null, and entries that this user may not see are dropped after paging: so only an empty page is the last
one where the helpdesk does not say. Dates stand in no search: they would be read in the user's own time zone.
"""

import json
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from agentdesk.errors import Rejected
from agentdesk.providers.documents import Doc, documents, text, whole
from agentdesk.providers.http import Parameters
from agentdesk.providers.rt.client import RtClient

PAGE = 100
"""More is cut to this silently."""
TRANSACTION = "ObjectId,Type,Creator,Created,Field,OldValue,NewValue,Data"
PERSON = "Name,RealName,EmailAddress"
_TICKET = (
    "Subject,Status,Priority,SLA,Created,LastUpdated,Due,TimeWorked,Type,Queue,Owner,Requestor,Creator,CustomFields"
)
WIDENED: dict[str, str | int | tuple[str, ...]] = {
    "fields": _TICKET,
    "fields[Owner]": PERSON,
    "fields[Requestor]": PERSON,
}
_PART = "TransactionId,ContentType,Filename,ContentLength,Headers,Created"


@dataclass(frozen=True, slots=True)
class Copy:
    """One ticket as served: its document, and the version that a conflict-safe write must present."""

    doc: Doc
    version: str

    @property
    def id(self) -> str:
        return text(self.doc, "id")

    @property
    def offered(self) -> tuple[str, ...]:
        """The status words that the helpdesk offers this user now."""
        links = documents(self.doc, "_hyperlinks")
        return tuple(text(link, "to") for link in links if text(link, "ref") == "lifecycle")

    def offers(self, name: str) -> bool:
        """The helpdesk offers this user to do `name` (correspond, comment) with the ticket."""
        return any(text(link, "ref") == name for link in documents(self.doc, "_hyperlinks"))


class Api:
    """Reading tickets, transactions, parts and lists."""

    def __init__(self, client: RtClient) -> None:
        self.client = client

    async def ticket(self, id: str, *, urgent: bool = False) -> Copy:
        """One ticket; one that was merged answers with the other's document."""
        answer = await self.client.read(f"/ticket/{quote(id)}", {"fields[Owner]": PERSON}, urgent=urgent)
        return Copy(answer.doc, answer.headers.get("etag", "").strip('"'))

    async def tickets(self, query: str, **more: str | int) -> Doc:
        """A page of tickets by TicketSQL, with the people around them."""
        return await self.client.get("/tickets", {"query": query, "per_page": PAGE, **WIDENED, **more})

    async def transactions(self, query: str, **more: str | int) -> list[Doc]:
        """A page of transactions by TransactionSQL, oldest first."""
        asked = {"per_page": PAGE, "orderby": "id", "order": "ASC", **more}
        widened = {"fields": TRANSACTION, "fields[Creator]": PERSON}
        return documents(await self.client.get("/transactions", {"query": query, **asked, **widened}), "items")

    async def history(self, ticket: Copy, after: str = "") -> list[Doc]:
        """The transactions of a ticket, oldest first; its version is the id of the newest and so tells the end."""
        asked: Parameters = {"fields": TRANSACTION, "fields[Creator]": PERSON}
        if after:
            asked = {**asked, "query": json.dumps([{"field": "id", "operator": ">", "value": after}])}
        found: dict[str, Doc] = {}
        async for page in self.pages(f"/ticket/{quote(ticket.id)}/history", asked):
            found |= {text(entry, "id"): entry for entry in page}
            if ticket.version in found:
                break
        return sorted(found.values(), key=lambda entry: whole(entry, "id") or 0)

    async def texts(self, transactions: Sequence[str]) -> list[Doc]:
        """The text parts of these transactions with their content, which for other parts would be mojibake."""
        return await self._parts(transactions, f"{_PART},Content", {"operator": "STARTSWITH", "value": "text/"})

    async def files(self, transactions: Sequence[str]) -> list[Doc]:
        """The other parts of these transactions, without their content."""
        return await self._parts(transactions, _PART, {"operator": "NOT LIKE", "value": "text/"})

    async def _parts(self, transactions: Sequence[str], fields: str, kind: Doc) -> list[Doc]:
        found: list[Doc] = []
        for start in range(0, len(transactions), PAGE):
            terms: list[Doc] = [
                {"field": "TransactionId", "value": id, "entry_aggregator": "OR"}
                for id in transactions[start : start + PAGE]
            ]
            terms.append({"field": "ContentType", **kind})
            found += await self.searched("/attachments", {"fields": fields}, terms)
        return sorted(found, key=lambda part: whole(part, "id") or 0)

    async def marked(self, ticket: str, op: str) -> list[Doc]:
        """The parts of a ticket's messages that carry an op's mark."""
        terms = json.dumps([{"field": "Headers", "operator": "LIKE", "value": op}])
        asked: Parameters = {"query": terms, "fields": f"{_PART},Content", "per_page": PAGE}
        found = await self.client.get(f"/ticket/{quote(ticket)}/attachments", asked, urgent=True)
        return documents(found, "items")

    async def searched(
        self, path: str, parameters: Parameters, terms: Sequence[Doc], most: int | None = None
    ) -> list[Doc]:
        """Everything that a search by JSON terms finds, or its first `most` pages.

        What is searched for here may be seen, so few entries are dropped from a page: one half empty is the last.
        """
        found: list[Doc] = []
        page = 1
        while True:
            doc = await self.client.search(path, {"per_page": PAGE, "page": page, **parameters}, terms)
            found += documents(doc, "items")
            if is_last(doc) or len(documents(doc, "items")) < PAGE // 2 or page == most:
                return found
            page += 1

    async def pages(self, path: str, parameters: Parameters | None = None) -> AsyncGenerator[list[Doc], None]:
        """All pages of a list; one that comes again is its end too."""
        page = 1
        before: list[Doc] | None = None
        while True:
            doc = await self.client.get(path, {"per_page": PAGE, "page": page, **(parameters or {})})
            entries = documents(doc, "items")
            if entries == before:
                return
            yield entries
            if is_last(doc):
                return
            page, before = page + 1, entries

    async def listed(self, path: str, parameters: Parameters | None = None) -> list[Doc]:
        """Every entry of a list that this user may not have: then there are none."""
        try:
            return [entry async for page in self.pages(path, parameters) for entry in page]
        except Rejected:
            return []


def is_last(doc: Doc) -> bool:
    """No page follows this one: the number of pages says so, or the page is empty."""
    pages = whole(doc, "pages")
    page = whole(doc, "page") or 1
    if pages is not None:
        return page >= pages
    return not documents(doc, "items")


def quoted(words: str) -> str:
    """Words as TicketSQL wants them written."""
    escaped = words.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def any_of(ids: Iterable[str]) -> str:
    """The TicketSQL that finds these tickets."""
    return " OR ".join(f"id = {id}" for id in ids)
