"""Moving: the cursor, the pages, the panes, and from ticket to ticket."""

from agentdesk.commands.context import Context
from agentdesk.commands.registry import commands


@commands.add("move down", keys=("j", "down"), is_recorded=False)
async def move_down(cx: Context, lines: int = 1) -> None:
    """Move down."""
    cx.front.screen.move(lines)


@commands.add("move up", keys=("k", "up"), is_recorded=False)
async def move_up(cx: Context, lines: int = 1) -> None:
    """Move up."""
    cx.front.screen.move(-lines)


@commands.add("page down", keys=("pagedown", "space", "ctrl+f"), is_recorded=False)
async def page_down(cx: Context) -> None:
    """Move down by a screenful."""
    cx.front.screen.page(1)


@commands.add("page up", keys=("pageup", "b", "ctrl+b"), is_recorded=False)
async def page_up(cx: Context) -> None:
    """Move up by a screenful."""
    cx.front.screen.page(-1)


@commands.add("move top", keys=("g g", "home"), is_recorded=False)
async def move_top(cx: Context) -> None:
    """Go to the first line."""
    cx.front.screen.edge("top")


@commands.add("move bottom", keys=("G", "end"), is_recorded=False)
async def move_bottom(cx: Context) -> None:
    """Go to the last line."""
    cx.front.screen.edge("bottom")


@commands.add("open", keys=("enter", "l", "right"), is_recorded=False)
async def open_this(cx: Context) -> None:
    """Open what the cursor is on."""
    cx.front.screen.enter()


@commands.add("back", scope=("app", "composer", "held"), keys="escape", is_recorded=False)
async def back(cx: Context) -> None:
    """Go one step back, losing nothing."""
    cx.front.screen.back()


@commands.add("pane next", keys="tab", is_recorded=False)
async def pane_next(cx: Context) -> None:
    """Give the keys to the next pane."""
    cx.front.screen.turn(1)


@commands.add("pane previous", keys="shift+tab", is_recorded=False)
async def pane_previous(cx: Context) -> None:
    """Give the keys to the previous pane."""
    cx.front.screen.turn(-1)


@commands.add("next", scope="ticket", keys="n", is_recorded=False)
async def next_ticket(cx: Context) -> None:
    """Open the next ticket that needs me."""
    await cx.front.screen.next_ticket(1)


@commands.add("previous", scope="ticket", keys="N", is_recorded=False)
async def previous_ticket(cx: Context) -> None:
    """Open the previous ticket of the queue."""
    await cx.front.screen.next_ticket(-1)


@commands.add("message next", scope="reading", keys="]", is_recorded=False)
async def message_next(cx: Context) -> None:
    """Go to the next message."""
    cx.front.screen.next_message(1)


@commands.add("message previous", scope="reading", keys="[", is_recorded=False)
async def message_previous(cx: Context) -> None:
    """Go to the previous message."""
    cx.front.screen.next_message(-1)


@commands.add("match next", keys="}", is_recorded=False)
async def match_next(cx: Context) -> None:
    """Go to the next of the words that the search led here by."""
    cx.front.screen.next_match(1)


@commands.add("match previous", keys="{", is_recorded=False)
async def match_previous(cx: Context) -> None:
    """Go to the previous of the words that the search led here by."""
    cx.front.screen.next_match(-1)


@commands.add("select", scope="list", keys="x", is_recorded=False)
async def select(cx: Context) -> None:
    """Select this ticket, or let it go."""
    cx.front.screen.select("this")


@commands.add("select all", scope="list", keys="X", is_recorded=False)
async def select_all(cx: Context) -> None:
    """Select every ticket of this queue."""
    cx.front.screen.select("all")


@commands.add("select none", scope="list", keys="ctrl+x", is_recorded=False)
async def select_none(cx: Context) -> None:
    """Let all selected tickets go."""
    cx.front.screen.select("none")
