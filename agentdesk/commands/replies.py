"""Writing to customers and colleagues."""

from datetime import timedelta

from agentdesk.commands.answering import deciding, needs_ticket, one_ticket
from agentdesk.commands.context import Context
from agentdesk.commands.files import copies
from agentdesk.commands.registry import commands
from agentdesk.errors import Refused
from agentdesk.files import path_of
from agentdesk.i18n import _
from agentdesk.model import Change, Note, Reply, SetStatus, Status, TicketRow, Upload


@commands.add("ticket reply", scope="ticket", keys="r", when=needs_ticket, undo="window", in_shell=True)
async def reply(cx: Context, text: str = "", *, status: str = "", attach: tuple[str, ...] = ()) -> None:
    """Write to the customer; without text the composer opens."""
    await _write(cx, "reply", text, status, attach)


@commands.add("ticket note", scope="ticket", keys="m", when=needs_ticket, undo="window", in_shell=True)
async def note(cx: Context, text: str = "", *, status: str = "", attach: tuple[str, ...] = ()) -> None:
    """Write a note that only colleagues see; without text the composer opens."""
    await _write(cx, "note", text, status, attach)


async def _write(cx: Context, kind: str, text: str, status: str, attach: tuple[str, ...]) -> None:
    paths = [path_of(path) for path in attach]
    if not text.strip():
        one_ticket(cx)
        cx.front.screen.compose("note" if kind == "note" else "reply")
        if paths:
            cx.front.say(await cx.front.screen.attach(paths), "good")
        return
    also: tuple[Change, ...] = (SetStatus(status_named(status)),) if status else ()

    def changes(row: TicketRow) -> tuple[Change, ...]:
        files = tuple(uploads[row.ticket.ref.account])
        return (Note(text, files) if kind == "note" else Reply(cx.desk.wording.signed(row, text), uploads=files), *also)

    uploads: dict[str, list[Upload]] = {}
    try:
        for account in dict.fromkeys(row.ticket.ref.account for row in cx.tickets):
            uploads[account] = await copies(cx.desk, account, paths)
        await deciding(cx, changes, hold=timedelta(seconds=cx.hold_seconds))
    finally:
        if paths:  # what no decision names after all is not kept
            await cx.desk.write(lambda store: store.spool.release(one for files in uploads.values() for one in files))


def status_named(word: str) -> Status:
    """The status a word means; raises `Refused` naming those there are."""
    try:
        return Status(word.casefold())
    except ValueError:
        names = ", ".join(status.value for status in Status)
        raise Refused(_("There is no status {word!r}. Choose one of: {names}.", word=word, names=names)) from None


@commands.add("send", scope="composer", keys="ctrl+s", undo="window")
async def send_pending(cx: Context) -> None:
    """Send a reply and wait for the customer (pending), or add a note and leave the status as it is."""
    await cx.front.screen.send("pending")


@commands.add("send open", scope="composer", keys="alt+s", undo="window")
async def send_open(cx: Context) -> None:
    """Send, and leave the status as it is."""
    await cx.front.screen.send(None)


@commands.add("send solved", scope="composer", keys="ctrl+d", undo="window")
async def send_solved(cx: Context) -> None:
    """Send, and mark the ticket as solved."""
    await cx.front.screen.send("solved")


@commands.add("review", scope="composer", keys="ctrl+r", is_recorded=False)
async def review(cx: Context) -> None:
    """Look at exactly what would leave."""
    cx.front.screen.review()


@commands.add("template", scope=("composer", "ticket"), keys="ctrl+t")
async def template(cx: Context, text: str = "") -> None:
    """Insert a prepared answer, its placeholders filled."""
    await cx.front.screen.insert_template(text or None)


@commands.add("keep fields", scope="composer", keys="alt+x")
async def keep_fields(cx: Context) -> None:
    """Leave out what a prepared answer would change besides its words."""
    await cx.front.screen.keep_fields()


@commands.add("editor", scope="composer", keys="ctrl+e", is_recorded=False)
async def editor(cx: Context) -> None:
    """Write in your own editor ($VISUAL or $EDITOR)."""
    cx.front.screen.edit_outside()


@commands.add("copy to", scope="composer", keys="ctrl+y")
async def copy_to(cx: Context, text: str = "") -> None:
    """Say who gets a copy of this reply, by address."""
    await cx.front.screen.set_copies(text or None)
