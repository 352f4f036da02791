"""Files: what came with a ticket, listed and saved; what goes with a message, attached and taken off again."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from agentdesk import i18n
from agentdesk.answers import Answer, attachment_document, iso
from agentdesk.commands.answering import needs_ticket, one_ticket
from agentdesk.commands.context import Choice, Context
from agentdesk.commands.registry import commands
from agentdesk.desk import Desk
from agentdesk.errors import Refused
from agentdesk.files import arriving, free_place, named_files, path_of, safe_name, size_word, too_many, type_of
from agentdesk.i18n import _
from agentdesk.model import Attachment, Event, Ref, Upload
from agentdesk.record import record


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


@commands.add("ticket attachments", scope=("ticket", "shell"), when=needs_ticket, in_shell=True, is_recorded=False)
async def list_files(cx: Context) -> Answer:
    """List the files that came with a ticket, numbered."""
    found = enclosures(cx.desk, one_ticket(cx).ticket.ref)
    rows = [
        [
            str(number),
            one.attachment.name,
            size_word(one.attachment.size),
            one.attachment.type,
            i18n.stamp(one.event.at),
            one.event.author_name,
        ]
        for number, one in enumerate(found, start=1)
    ]
    documents = [
        {"number": number, "event": one.event.ref.id, "at": iso(one.event.at), **attachment_document(one.attachment)}
        for number, one in enumerate(found, start=1)
    ]
    headings = (_("No."), _("Name"), _("Size"), _("Type"), _("When"), _("From"))
    return Answer(documents, headings=headings, rows=rows)


@commands.add("attachment save", scope=("ticket", "shell"), when=needs_ticket, in_shell=True, is_recorded=False)
async def save_files(cx: Context, *files: str, to: str = ".", force: bool = False) -> Answer:
    """Save files of a ticket, by number or name, or all; what is there already is overwritten only with --force."""
    chosen = _chosen(enclosures(cx.desk, one_ticket(cx).ticket.ref), files)
    folder = path_of(to)
    if not await asyncio.to_thread(folder.is_dir):
        raise Refused(_("There is no folder {path}.", path=str(folder)))
    saved: dict[Path, Enclosure] = {}
    for one in chosen:
        place = folder / safe_name(one.attachment.name)
        if place in saved:
            place = free_place(folder, one.attachment.name)
        elif place.exists() and not force:
            raise Refused(_("{path} is there already. --force overwrites it.", path=str(place)))
        saved[place] = one
        await saved_at(cx.desk, one, place, overwrite=force)
    rows = [[str(place), size_word(one.attachment.size)] for place, one in saved.items()]
    documents = [{"path": str(place), **attachment_document(one.attachment)} for place, one in saved.items()]
    return Answer(documents, headings=(_("Saved as"), _("Size")), rows=rows)


@record
class Enclosure:
    """An attachment and the message it came with."""

    attachment: Attachment
    event: Event


def enclosures(desk: Desk, ticket: Ref) -> list[Enclosure]:
    """The files of a ticket that the helpdesk has, oldest first."""
    events = desk.store.queries.events(ticket)
    return [Enclosure(one, event) for event in events if not event.provisional for one in event.attachments]


def _chosen(found: list[Enclosure], wanted: Sequence[str]) -> list[Enclosure]:
    """The files that numbers and names mean; raises `Refused` naming those there are."""
    if not found:
        raise Refused(_("No files came with this ticket."))
    chosen = found if not wanted else []
    for word in wanted:
        by_number = found[int(word) - 1 : int(word)] if word.isascii() and word.isdigit() and int(word) else []
        mine = [one for one in found if one.attachment.name == word] or by_number
        if not mine:
            names = ", ".join(one.attachment.name for one in found)
            raise Refused(_("No file {name!r} came with this ticket. There are: {names}.", name=word, names=names))
        chosen += mine
    return chosen


async def saved_at(
    desk: Desk,
    one: Enclosure,
    place: Path,
    *,
    overwrite: bool = False,
    told: Callable[[int], None] = lambda _bytes: None,
) -> None:
    """Fetch a file and give it its name once it is whole, telling how many bytes have come.

    Raises `Refused` in words where the disk does not take it; a half file is never left.
    """
    come = 0
    try:
        with arriving(place, overwrite=overwrite) as file:

            def take(piece: bytes) -> None:
                nonlocal come
                if file.closed:
                    return  # cancelled here; the last piece was on its way already
                file.write(piece)
                come += len(piece)
                told(come)

            await desk.fetch(one.event.ref.account, one.attachment, take)
    except FileExistsError as error:
        raise Refused(_("{path} is there already.", path=str(place))) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise Refused(_("{path} cannot be written: {reason}.", path=str(place), reason=reason)) from error


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
