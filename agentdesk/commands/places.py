"""Going places: queues, the outbox, the customer, the knowledge, help."""

from agentdesk.commands.context import Choice, Context
from agentdesk.commands.registry import Query, commands
from agentdesk.errors import Refused
from agentdesk.i18n import _


@commands.add(
    "queue",
    keys={
        "g w": "waiting",
        "g x": "urgent",
        "g m": "mine",
        "g u": "unassigned",
        "g b": "breaching",
        "g p": "promised",
        "g z": "snoozed",
        "g h": "held",
        "g a": "all",
    },
    is_recorded=False,
)
async def queue(cx: Context, query: Query = "") -> None:
    """Show a queue, or the tickets that a query finds."""
    if not query:
        choices = [Choice(one.name, one.title, one.filter) for one in cx.desk.queues()]
        query = await cx.front.choose(_("Queue"), choices, free=True) or ""
    if query:
        cx.front.screen.show_queue(query)


ALL_ACCOUNTS = "all"


def needs_several_accounts(cx: Context) -> str | None:
    return (
        None if cx.desk.has_several_accounts else _("This desk has one account only. To add another, run: account add")
    )


@commands.add("account", keys="g s", when=needs_several_accounts, is_recorded=False)
async def account(cx: Context, name: str = "") -> None:
    """Switch between all accounts and one of them: all, or the account's name."""
    desk = cx.desk
    labels = {one.name: desk.config.badge(one.name).label for one in desk.accounts()}
    if not name:
        choices = [Choice(one, label, one if label != one else "") for one, label in labels.items()]
        name = await cx.front.choose(_("Account"), [Choice(ALL_ACCOUNTS, _("all accounts")), *choices]) or ""
    if not name:
        return
    wanted = next((one for one, label in labels.items() if name.casefold() in (one.casefold(), label.casefold())), None)
    if wanted is None and name.casefold() not in (ALL_ACCOUNTS, _("all accounts")):
        raise Refused(_("There is no account {name!r}. Choose one of: {names}.", name=name, names=", ".join(labels)))
    await cx.front.screen.show_account(wanted)


@commands.add("filter", scope="list", keys="f", is_recorded=False)
async def filter_list(cx: Context) -> None:
    """Type a query that says which tickets to list."""
    await cx.front.screen.command_line("queue ")


@commands.add("outbox", keys="g o", is_recorded=False)
async def show_outbox(cx: Context) -> None:
    """Show what has not left yet, and what was held and why."""
    cx.front.screen.show_outbox()


@commands.add("drafts", keys="g d", is_recorded=False)
async def show_drafts(cx: Context) -> None:
    """Show the replies and notes that were begun and not sent."""
    cx.front.screen.show_drafts()


@commands.add("queues", keys="g q", is_recorded=False)
async def show_queues(cx: Context) -> None:
    """Give the keys to the list of queues."""
    cx.front.screen.focus_pane("queues")


@commands.add("customer", scope="ticket", keys="c", is_recorded=False)
async def show_customer(cx: Context) -> None:
    """Give the keys to the customer's card."""
    cx.front.screen.focus_pane("customer")


@commands.add("timeline", scope="ticket", keys="C", is_recorded=False)
async def whole_customer(cx: Context) -> None:
    """Turn between this ticket and everything the customer ever did."""
    cx.front.screen.whole_customer()


@commands.add("timeline filter", scope="reading", keys="f", is_recorded=False)
async def filter_timeline(cx: Context, what: str = "") -> None:
    """Show only some of the timeline: all, messages, public, or one channel."""
    cx.front.screen.filter_timeline(what)


@commands.add("quotes", scope="reading", keys=">", is_recorded=False)
async def fold_quotes(cx: Context) -> None:
    """Unfold quoted text, or fold it again."""
    cx.front.screen.fold_quotes()


@commands.add("link", scope="reading", keys="o", is_recorded=False)
async def open_link(cx: Context, number: int = 0) -> None:
    """Open a numbered link, after showing where it leads."""
    cx.front.screen.open_link(number or None)


@commands.add("attachments", scope="ticket", keys="A", is_recorded=False)
async def attachments(cx: Context) -> None:
    """List this ticket's attachments, to save or open them."""
    cx.front.screen.attachments()


@commands.add("knowledge", scope=("ticket", "composer"), keys="ctrl+k", is_recorded=False)
async def knowledge(cx: Context, query: str = "") -> None:
    """Give the keys to the knowledge, or search it."""
    cx.front.screen.search_knowledge(query)


@commands.add("find", keys="/", is_recorded=False)
async def find(cx: Context, query: Query = "") -> None:
    """Search everything: articles, tickets, customers, commands."""
    cx.front.screen.search(query)


@commands.add("command", keys=":", is_recorded=False)
async def command_line(cx: Context) -> None:
    """Type a command."""
    await cx.front.screen.command_line("")


@commands.add("palette", scope=("app", "composer"), keys="ctrl+p", is_recorded=False)
async def palette(cx: Context) -> None:
    """Find a command by what it does."""
    cx.front.screen.show_palette()


@commands.add("help", scope="app", keys=("?", "f1"), is_recorded=False)
async def show_help(cx: Context) -> None:
    """Show the keys that work here."""
    cx.front.screen.show_help()


@commands.add("help composer", scope="composer", keys="f1", is_recorded=False)
async def show_composer_help(cx: Context) -> None:
    """Show the keys of the composer."""
    cx.front.screen.show_help()


@commands.add("theme", is_recorded=False)
async def theme(cx: Context, name: str) -> None:
    """Change the colours for now; `theme` in the configuration keeps them."""
    cx.front.screen.set_theme(name)


@commands.add("quit", scope=("app", "composer"), keys="ctrl+q", is_recorded=False)
async def leave(cx: Context) -> None:
    """Close the desk; everything is kept as it is."""
    cx.front.screen.leave()
