"""Pages: the cursors in them, and whole lists as one."""

import json
from collections.abc import Sequence

from agentdesk.model import Item
from agentdesk.providers.base import Page
from agentdesk.providers.documents import Doc, document


def cursor_of(cursor: str | None) -> Doc:
    """The JSON object in a cursor, empty when there is none or it is not ours."""
    try:
        return document(json.loads(cursor or "{}"))
    except ValueError:
        return {}


def listed(items: Sequence[Item]) -> Page:
    """A list that was read whole and needs no cursor."""
    return Page(tuple(items), "{}")
