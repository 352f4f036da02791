"""A JSON document from outside, read tolerantly: what is missing, null or of the wrong type reads as nothing.

The documentation of a helpdesk says "never null"; its servers disagree. So every look goes through these.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

Doc = Mapping[str, object]
NOTHING: Doc = {}
LIST = "list"
"""Where the entries of an answer that is an array stand in its document."""


def document(value: object) -> Doc:
    """The value as an object, empty when it is none."""
    return value if isinstance(value, dict) else NOTHING


def inner(doc: Doc, *keys: str) -> Doc:
    """The object at the end of this path."""
    for key in keys:
        doc = document(doc.get(key))
    return doc


def documents(doc: Doc, key: str) -> list[Doc]:
    """The objects in a list; what else stands in it is left out."""
    return [entry for entry in values(doc, key) if isinstance(entry, dict)]


def values(doc: Doc, key: str) -> list[object]:
    value = doc.get(key)
    return value if isinstance(value, list) else []


def text(doc: Doc, *keys: str) -> str:
    """The first of these that is a text with something in it; numbers count as their digits."""
    return next((words for key in keys if (words := as_text(doc.get(key)))), "")


def as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""


def identifier(doc: Doc, key: str) -> str | None:
    """An id as text, None when there is none."""
    return as_text(doc.get(key)) or None


def identifiers(doc: Doc, key: str) -> tuple[str, ...]:
    """The entries of a list as texts."""
    return texts(values(doc, key))


def texts(entries: Iterable[object]) -> tuple[str, ...]:
    return tuple(words for entry in entries if (words := as_text(entry)))


def whole(doc: Doc, key: str) -> int | None:
    """A whole number, also when it came as text."""
    value = doc.get(key)
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return int(value)
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else None


def flag(doc: Doc, key: str, otherwise: bool = False) -> bool:
    """A yes or no, also when it came as text."""
    value = doc.get(key)
    if isinstance(value, bool):
        return value
    return value.lower() == "true" if isinstance(value, str) and value else otherwise


def moment(doc: Doc, key: str) -> datetime | None:
    """A time in aware UTC from ISO 8601 or from seconds or milliseconds since 1970."""
    value = doc.get(key)
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if value > _MILLISECONDS_BEGIN else value, UTC)
        if isinstance(value, str) and value:
            parsed = datetime.fromisoformat(value)
            return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


_MILLISECONDS_BEGIN = 100_000_000_000
"""Seconds since 1970 stay below this until the year 5138."""
