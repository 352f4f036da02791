"""The pages of a list, by cursor or by offset, with Zendesk's limits."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlencode

from agentdesk.sandbox.calls import Call
from agentdesk.sandbox.conditions import rank
from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.problems import bad_page
from agentdesk.sandbox.records import ALL, Query, Shelf, Value

MAX_SIZE = 100
MAX_DEPTH = 10_000

Show = Callable[[list[Doc]], list[Doc]]


class Rows(Protocol):
    """Records that can be counted and cut into pages."""

    def count(self) -> int:
        """How many there are."""
        ...

    def slice(self, sort: str, descending: bool, offset: int, limit: int) -> list[Doc]:
        """A stretch of them."""
        ...

    def beyond(self, sort: str, descending: bool, mark: list[Value] | None, limit: int) -> list[Doc]:
        """Those that come after a mark of (sort value, id)."""
        ...

    def mark(self, sort: str, row: Doc) -> list[Value]:
        """The mark of a record."""
        ...


@dataclass(frozen=True, slots=True)
class Stored:
    """The records of a query on a shelf."""

    shelf: Shelf
    query: Query = ALL

    def count(self) -> int:
        """How many there are."""
        return self.shelf.count(self.query)

    def slice(self, sort: str, descending: bool, offset: int, limit: int) -> list[Doc]:
        """A stretch of them."""
        way = "DESC" if descending else "ASC"
        return self.shelf.where(self.query, f"{rank(sort)} {way}, id {way}", limit, offset)

    def beyond(self, sort: str, descending: bool, mark: list[Value] | None, limit: int) -> list[Doc]:
        """Those that come after a mark."""
        way, sign = ("DESC", "<") if descending else ("ASC", ">")
        query = self.query
        if mark is not None:
            query = query.and_(f"({sort}, id) {sign} (?, ?)", *mark)
        return self.shelf.where(query, f"{sort} {way}, id {way}", limit)

    def mark(self, sort: str, row: Doc) -> list[Value]:
        """The mark of a record."""
        return [row[sort], row["id"]]


@dataclass(frozen=True, slots=True)
class Listed:
    """Records that were computed; their marks are their places."""

    rows: list[Doc] = field(default_factory=list)

    def count(self) -> int:
        """How many there are."""
        return len(self.rows)

    def slice(self, sort: str, descending: bool, offset: int, limit: int) -> list[Doc]:
        """A stretch of them; a sort they do not have leaves their order."""
        rows = self.rows
        if all(row.get(sort) is not None for row in rows):
            rows = sorted(rows, key=lambda row: row[sort], reverse=descending)
        return rows[offset : offset + limit]

    def beyond(self, sort: str, descending: bool, mark: list[Value] | None, limit: int) -> list[Doc]:
        """Those that come after a mark."""
        rows = self.rows[::-1] if descending else self.rows
        if mark is None:
            return rows[:limit]
        place = next((at for at, row in enumerate(rows) if self.mark(sort, row) == mark), -1)
        return rows[place + 1 :][:limit]

    def mark(self, sort: str, row: Doc) -> list[Value]:
        """The mark of a record."""
        return [str(row.get("id") or row.get("name") or row.get("key"))]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that a path answers with: its name in the JSON, its records, how they are shown and sorted."""

    key: str
    rows: Rows
    show: Show
    beside: Callable[[list[Doc]], Doc] | None = None
    cursor_sorts: tuple[str, ...] = ("id", "created_at", "updated_at")
    offset_sorts: tuple[str, ...] = ()
    sort: str = "id"
    descending: bool = False
    cursor_only: bool = False


def answer(call: Call, listing: Listing) -> Doc:
    """The page of a list that was asked for."""
    by_cursor = any(name.startswith("page[") for name in call.query)
    if by_cursor or listing.cursor_only:
        return _by_cursor(call, listing)
    return _by_offset(call, listing)


def cut(call: Call, limit: int = MAX_SIZE) -> tuple[int, int]:
    """The page number and size of offset paging; 400 beyond the depth that Zendesk serves."""
    number, size = _whole(call, "page", 1), min(limit, _whole(call, "per_page", limit))
    if number < 1 or size < 1:
        raise bad_page("InvalidPaginationParameter", "Invalid pagination parameter", "page must be a positive number")
    return number, size


def address(call: Call, **changed: object) -> str:
    """The address of this list with some parameters changed; None removes one."""
    names = {name.replace("__", "[") + "]" if "__" in name else name: value for name, value in changed.items()}
    query = {name: value for name, value in {**call.query, **names}.items() if value is not None}
    return f"{call.root}{call.path}?{urlencode(query)}"


def encode(mark: object) -> str:
    """An opaque cursor."""
    return base64.urlsafe_b64encode(json.dumps(mark, ensure_ascii=False).encode()).decode()


def decode(cursor: str) -> list[Value]:
    """The mark in an opaque cursor; 400 for anything else."""
    try:
        mark = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except ValueError as error:
        raise _bad_cursor() from error
    if not isinstance(mark, list):
        raise _bad_cursor()
    return mark


def offset_body(call: Call, key: str, rows: list[Doc], count: int, number: int, size: int) -> Doc:
    """The envelope of a page by offset."""
    more = number * size < count
    return {
        key: rows,
        "count": count,
        "next_page": address(call, page=number + 1) if more else None,
        "previous_page": address(call, page=number - 1) if number > 1 else None,
    }


def _by_offset(call: Call, listing: Listing) -> Doc:
    number, size = cut(call)
    if number * size > MAX_DEPTH and number > 1:
        detail = "Offset pagination is limited to the first 10000 records; use cursor pagination"
        raise bad_page("InvalidPaginationDepth", "Invalid pagination depth", detail)
    sort, descending = call.query.get("sort_by", ""), call.query.get("sort_order", "asc") == "desc"
    if sort not in (*listing.cursor_sorts, *listing.offset_sorts):
        wanted = call.query.get("sort", "")
        named = wanted.lstrip("-") in listing.cursor_sorts
        sort = wanted.lstrip("-") if named else listing.sort
        flipped = call.query.get("sort_order") == "desc"
        descending = wanted.startswith("-") if named else listing.descending or flipped
    rows = listing.rows.slice(sort, descending, (number - 1) * size, size)
    body = offset_body(call, listing.key, listing.show(rows), listing.rows.count(), number, size)
    return body | (listing.beside(rows) if listing.beside else {})


def _by_cursor(call: Call, listing: Listing) -> Doc:
    size = _whole(call, "page[size]", MAX_SIZE)
    if not 1 <= size <= MAX_SIZE:
        detail = f"page[size] must be between 1 and {MAX_SIZE}"
        raise bad_page("InvalidPaginationParameter", "Invalid pagination parameter", detail)
    wanted = call.query.get("sort", "")
    sort, descending = wanted.lstrip("-"), wanted.startswith("-")
    if wanted and sort not in listing.cursor_sorts:
        detail = f"sort is not valid: {wanted}"
        raise bad_page("InvalidPaginationParameter", "Invalid pagination parameter", detail)
    if not wanted:
        sort, descending = listing.sort, listing.descending
    before, after = call.query.get("page[before]"), call.query.get("page[after]")
    mark = decode(before or after or "") if before or after else None
    rows = listing.rows.beyond(sort, descending != bool(before), mark, size + 1)
    more, rows = len(rows) > size, rows[:size]
    if before:
        rows.reverse()
    first = encode(listing.rows.mark(sort, rows[0])) if rows else None
    last = encode(listing.rows.mark(sort, rows[-1])) if rows else None
    forward = bool(rows) and (more or bool(before))
    backward = bool(rows) and (bool(after) or (bool(before) and more))
    body: Doc = {
        listing.key: listing.show(rows),
        "meta": {"has_more": more, "after_cursor": last, "before_cursor": first},
        "links": {
            "next": address(call, page__after=last, page__before=None) if forward else None,
            "prev": address(call, page__before=first, page__after=None) if backward else None,
        },
    }
    return body | (listing.beside(rows) if listing.beside else {})


def _whole(call: Call, name: str, default: int) -> int:
    text = call.query.get(name) or str(default)
    if not text.lstrip("-").isdigit() or len(text) > 12:
        raise bad_page("InvalidPaginationParameter", "Invalid pagination parameter", f"{name} must be a number")
    return int(text)


def _bad_cursor() -> Exception:
    return bad_page("InvalidPaginationParameter", "Invalid pagination parameter", "the cursor is not valid")
