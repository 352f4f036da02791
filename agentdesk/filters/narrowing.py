"""Narrowing: a condition put into a query as it is typed, or taken out of it again."""

import re

from agentdesk.errors import FilterError
from agentdesk.filters.question import Or
from agentdesk.filters.reading import parse


def has_part(text: str, part: str) -> bool:
    """Does the condition stand in the query as it is typed?"""
    return re.search(_standing(part), text) is not None


def with_part(text: str, part: str) -> str:
    """The query with a condition that must hold besides, or without it where it stands there already."""
    if has_part(text, part):
        return re.sub(r"\s+", " ", re.sub(_standing(part), "", text)).strip()
    asked = text.strip()
    return f"({asked}) {part}" if asked and _is_either(asked) else f"{asked} {part}".strip()


def _standing(part: str) -> str:
    return rf"(?:^|(?<=\s)){re.escape(part)}(?=\s|$)"


def _is_either(text: str) -> bool:
    try:
        return isinstance(parse(text).where, Or)
    except FilterError:
        return False
