"""Saved queues: queries that are kept, changed, renamed, deleted and listed."""

from agentdesk import saved_queues
from agentdesk.answers import Answer
from agentdesk.commands.context import Context
from agentdesk.commands.registry import Query, commands
from agentdesk.errors import FilterError, Refused
from agentdesk.filters import parse, within
from agentdesk.i18n import _


@commands.add("queue save", is_recorded=False, in_shell=True)
async def save(cx: Context, name: str = "", *, query: Query = "") -> None:
    """Keep a query, or the one that is shown, as a queue of your own."""
    asked = query.strip() or cx.front.screen.shown_query()
    _check(asked)
    wanted = name.strip() or (await cx.front.ask(_("Name of the queue for: {query}", query=asked)) or "").strip()
    if not wanted:
        return
    if cx.desk.queue(wanted) is not None:
        raise Refused(_("There is a queue {name!r} already. Choose another name.", name=wanted))
    path = saved_queues.save_queue(cx.desk.folders.queues, wanted, asked)
    if cx.front.has_screen:
        cx.front.screen.queues_changed()
    cx.front.say(_("{name} is a queue now. Its file is yours: {path}", name=wanted, path=str(path)), "good")


@commands.add("queue edit", is_recorded=False, in_shell=True)
async def edit(cx: Context, query: Query = "", *, name: str = "") -> None:
    """Let a queue that was saved, or the one that is shown, show another query."""
    queue = saved_queues.changeable(cx.desk.folders.queues, _named(cx, name))
    if not query.strip():
        await cx.front.screen.command_line(f"queue edit --name {_quoted(queue.name)} {queue.filter}")
        return
    _check(query)
    path = saved_queues.change_queue(cx.desk.folders.queues, queue.name, query.strip())
    if cx.front.has_screen:
        cx.front.screen.queues_changed()
    cx.front.say(_("{name} shows {query} now: {path}", name=queue.title, query=query.strip(), path=str(path)), "good")


@commands.add("queue rename", is_recorded=False, in_shell=True)
async def rename(cx: Context, to: str = "", *, name: str = "") -> None:
    """Call a queue that was saved, or the one that is shown, otherwise."""
    queue = saved_queues.changeable(cx.desk.folders.queues, _named(cx, name))
    wanted = to.strip() or (await cx.front.ask(_("New name of {name}", name=queue.title), default=queue.title) or "")
    if not wanted or wanted == queue.name:
        return
    if cx.desk.queue(wanted) is not None:
        raise Refused(_("There is a queue {name!r} already. Choose another name.", name=wanted))
    path = saved_queues.rename_queue(cx.desk.folders.queues, queue.name, wanted)
    if cx.front.has_screen:
        cx.front.screen.queues_changed()
    cx.front.say(_("{name} is called {wanted} now: {path}", name=queue.title, wanted=wanted, path=str(path)), "good")


@commands.add("queue delete", is_recorded=False, in_shell=True)
async def delete(cx: Context, name: str = "") -> None:
    """Delete a queue that was saved, or the one that is shown."""
    queue = saved_queues.saved(cx.desk.folders.queues, _named(cx, name))
    if not await cx.front.confirm(
        _("Delete the queue {name}? It shows: {query}", name=queue.title, query=queue.filter)
    ):
        return
    gone = saved_queues.delete_queue(cx.desk.folders.queues, queue.name)
    if cx.front.has_screen:
        cx.front.screen.queues_changed()
    cx.front.say(_("{name} is deleted. It showed: {query}", name=gone.title, query=gone.filter), "good")


@commands.add("queue list", scope="shell", is_recorded=False, in_shell=True)
async def list_queues(cx: Context) -> Answer:
    """List the queues, their queries, how many tickets they have, and what is wrong with saved ones."""
    queries, now = cx.desk.store.queries, cx.now()
    document: list[dict[str, object]] = [
        {
            "name": one.name, "title": one.title, "filter": one.filter,
            "tickets": queries.count(within(parse(one.filter), cx.account), now=now),
        }
        for one in cx.desk.queues()
    ]  # fmt: skip
    for problem in saved_queues.load_saved(cx.desk.folders.queues).problems:
        cx.front.say(problem, "bad")
    headings = (_("Queue"), _("Title"), _("Query"), _("Tickets"))
    return Answer(document, headings=headings, rows=[[str(value) for value in one.values()] for one in document])


def _named(cx: Context, name: str) -> str:
    """The name that was given, else that of the queue that is shown."""
    wanted = name.strip() or (cx.front.screen.shown_queue() if cx.front.has_screen else "")
    if not wanted:
        names = ", ".join(one.name for one in saved_queues.load_saved(cx.desk.folders.queues).queues)
        raise Refused(_("Which queue? Saved ones: {names}", names=names or _("none")))
    return wanted


def _check(query: str) -> None:
    try:
        parse(query)
    except FilterError as error:
        raise Refused(_("This query does not read: {reason}", reason=str(error))) from error


def _quoted(name: str) -> str:
    mark = "'" if '"' in name else '"'
    return f"{mark}{name}{mark}"
