"""Files that go with a message: attached by path, taken off again."""

from collections.abc import Sequence
from pathlib import Path

from agentdesk.commands.context import Choice, Context
from agentdesk.commands.registry import commands
from agentdesk.desk import Desk
from agentdesk.errors import Refused
from agentdesk.files import named_files, size_word, too_many, type_of
from agentdesk.i18n import _
from agentdesk.model import Upload


@commands.add("attach", scope="composer", keys="ctrl+o")
async def attach(cx: Context, text: str = "") -> None:
    """Send files along: one path, or several; a path can be pasted or dropped, too."""
    if not text.strip():
        await cx.front.screen.command_line("attach ")
        return
    cx.front.say(await cx.front.screen.attach(named_files(text)), "good")


@commands.add("detach", scope="composer", keys="alt+o")
async def detach(cx: Context, text: str = "") -> None:
    """Take a file off the message again, by its name."""
    files = cx.front.screen.attached()
    if not files:
        raise Refused(_("No file goes with this message."))
    if not text and len(files) > 1:
        choices = [Choice(one.name, one.name, size_word(one.size)) for one in files]
        text = await cx.front.choose(_("Take off"), choices) or ""
        if not text:
            return
    name = text or files[0].name
    cx.front.screen.detach(name)
    cx.front.say(_("{file} does not go along any more.", file=name), "good")


async def copies(desk: Desk, account: str, paths: Sequence[Path], present: Sequence[Upload] = ()) -> list[Upload]:
    """Our own copies of files for a message that has some already; raises `Refused`, keeping none, if one cannot go."""
    taken: list[Upload] = []
    reason = too_many(desk.store.desktop.limits(account), account, len(present) + len(paths))
    if reason is not None:
        raise Refused(reason)
    try:
        for path in paths:
            upload = await desk.copied(path, account)
            twin = next((one for one in (*present, *taken) if one.digest == upload.digest), None)
            taken.append(upload)
            if twin is not None:
                raise Refused(_("{file} is attached already, as {name}.", file=upload.name, name=twin.name))
    except Refused:
        await desk.write(lambda store: store.spool.release(taken))
        raise
    return taken


def described(upload: Upload) -> str:
    """A file in words: its name, size and type."""
    return f"{upload.name} ({size_word(upload.size)}, {type_of(upload.name)})"


def limits_words(desk: Desk, account: str) -> str:
    """What the account takes of files, in words."""
    limits = desk.store.desktop.limits(account)
    return _("{account} takes files up to {most} each.", account=account, most=size_word(limits.max_bytes))
