"""Taking back, and doing again."""

from agentdesk.commands.context import Context
from agentdesk.commands.outbox import change_words
from agentdesk.commands.registry import commands
from agentdesk.errors import Refused
from agentdesk.i18n import _, plural
from agentdesk.store.store import Store
from agentdesk.store.undoing import Undone
from agentdesk.text.safe import safe_line


@commands.add("undo", scope="app", keys="u", in_shell=True, is_recorded=False)
async def undo(cx: Context) -> None:
    """Take back the last thing you did."""
    undone = await cx.desk.undo()
    if not (undone.recalled or undone.reversed or undone.marked or undone.parted):
        raise Refused(_overtaken(undone, cx.desk.store) or _told(undone))
    cx.ops += [*undone.recalled, *undone.reversed]
    cx.front.say(_overtaken(undone, cx.desk.store) or _told(undone))
    message = next((op for op in undone.recalled if op.message is not None), None)
    if message is not None and len(undone.recalled) == 1:
        cx.front.reopen(message)


def _overtaken(undone: Undone, store: Store) -> str:
    """What stays because somebody changed it since, and what of the rest was undone; nothing where nothing stays."""
    words = dict.fromkeys(change_words(change, op.ticket.account, store) for op, change in undone.overtaken)
    if not words:
        return ""
    what = safe_line(", ".join(words))
    if undone.reversed or undone.recalled:
        return _("Undone, but for what was changed again since and stays as it is now: {what}.", what=what)
    return _("Not undone, because it was changed again since: {what}. Look at the ticket.", what=what)


def _told(undone: Undone) -> str:
    if undone.recalled and not undone.reversed and not undone.left:
        return plural("Taken back before it left.", "{n} decisions taken back before they left.", len(undone.recalled))
    if any(op.merge for op in undone.left):
        return _("The tickets are merged, and that cannot be taken back.")
    if undone.left and undone.reversed:
        return _("The message has left and cannot be taken back; the changes with it are undone.")
    if undone.left:
        return _("The message has left and cannot be taken back.")
    if undone.parted:
        return _("The customers are as before.")
    count = len(undone.reversed) + len(undone.recalled) + undone.marked
    return plural("Undone.", "Undone on {n} tickets.", count) if count else _("There is nothing to take back.")


@commands.add("repeat", scope="ticket", keys=".", is_recorded=False)
async def repeat(cx: Context) -> None:
    """Do the last command again, on this ticket."""
    await cx.front.screen.repeat()
