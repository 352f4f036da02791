"""The signs of the chrome, each with an ASCII twin for terminals and readers that cannot show it.

Only characters that every terminal font has, and no emoji. The ASCII table is used where ambiguous characters take two
cells, on the Linux console, and for screen readers (`ACCESSIBLE`).
"""

import os
from collections.abc import Mapping
from typing import NamedTuple

from agentdesk.ui import linear


class Glyphs(NamedTuple):
    """One sign for each meaning, all of them one cell wide (`ellipsis` may be more)."""

    cursor: str = "▌"
    selected: str = "✓"
    unread: str = "•"
    rule: str = "─"
    bar_done: str = "━"
    bar_rest: str = "─"
    up: str = "↑"
    down: str = "↓"
    arrow: str = "›"
    ellipsis: str = "…"
    is_ascii: bool = False


PRETTY = Glyphs()
ASCII = Glyphs(
    cursor=">",
    selected="x",
    unread="*",
    rule="-",
    bar_done="#",
    bar_rest=".",
    up="^",
    down="v",
    arrow=">",
    ellipsis="..",
    is_ascii=True,
)


def glyphs(*, ambiguous_wide: bool, environment: Mapping[str, str] = os.environ) -> Glyphs:
    """The table that this terminal can show."""
    is_plain = ambiguous_wide or environment.get("TERM") == "linux" or linear.is_wanted(environment)
    return ASCII if is_plain else PRETTY
