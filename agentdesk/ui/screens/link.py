"""Where a link leads, shown before it is opened."""

import asyncio
import webbrowser
from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import urlsplit

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from agentdesk.i18n import _
from agentdesk.text.safe import safe_line
from agentdesk.text.wrap import wrap
from agentdesk.ui.widgets.entries import LinkShown
from agentdesk.ui.widgets.lines import FixedLines, Line, Lines, line

SCHEMES = frozenset({"http", "https", "mailto"})


class LinkList(Lines):
    """The links of a message with the whole of their addresses."""

    def __init__(self, links: Sequence[LinkShown]) -> None:
        super().__init__()
        self.shown = links
        self.cursor = 0

    def build(self, width: int) -> list[Line]:
        lines: list[Line] = []
        for entry, link in enumerate(self.shown):
            host = safe_line(urlsplit(link.url).hostname or link.url, ascii_only=True)
            lines.append(line((f"[{link.number}] ", "dim"), (host, "strong"), entry=entry))
            lines += [line("    ", (text, "dim"), entry=entry) for text in wrap(link.url, max(8, width - 6))]
            if link.is_misleading:
                lines.append(line("    ", (_("This leads elsewhere than its text says."), "late"), entry=entry))
        return lines


class OpenLink(ModalScreen[None]):
    """Asks before a link is opened in the browser."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", show=False),
        Binding("escape,q", "dismiss", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
    ]

    def __init__(self, links: Sequence[LinkShown]) -> None:
        super().__init__()
        self.list = LinkList(links)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield FixedLines(line((_("Open this link?"), "strong")))
            yield self.list
            yield FixedLines(line((_("Enter opens it in the browser   Esc leaves it"), "dim")))

    def on_mount(self) -> None:
        self.set_focus(self.list)

    def action_move(self, rows: int) -> None:
        self.list.move(rows)

    async def action_open(self) -> None:
        link = self.list.shown[self.list.cursor or 0]
        self.dismiss()
        if urlsplit(link.url).scheme.lower() in SCHEMES:
            await asyncio.to_thread(webbrowser.open, link.url)
