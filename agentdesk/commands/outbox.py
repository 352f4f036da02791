"""The outbox: what has not left yet, what was held, and what to do about it."""

from typing import assert_never

from agentdesk import i18n
from agentdesk.answers import Answer, most, op_document
from agentdesk.columns import link_words, priority_word, status_word
from agentdesk.commands.context import Context
from agentdesk.commands.registry import commands
from agentdesk.errors import Refused
from agentdesk.i18n import _, listed, plural
from agentdesk.model import (
    Assign,
    Change,
    Create,
    Field,
    FieldValue,
    Link,
    Merge,
    Note,
    Op,
    OpState,
    Ref,
    Relation,
    Reply,
    SetField,
    SetPriority,
    SetStatus,
    SetSubject,
    Tag,
    Transfer,
    Unlink,
    Untag,
    first_words,
)
from agentdesk.store.store import Store
from agentdesk.store.uploads import Progress
from agentdesk.text.safe import safe_line, safe_text
from agentdesk.text.width import truncate

SHORT_ID = 8
BODY_CELLS = 40


@commands.add("outbox list", scope="shell", in_shell=True, is_recorded=False)
async def list_outbox(cx: Context, *, all: bool = False, limit: int = 200) -> Answer:
    """List what has not arrived yet, oldest first; with --all also what has."""
    outbox, limit = cx.desk.store.outbox, most(limit)
    ops = list(reversed(outbox.recent(limit))) if all else outbox.pending(cx.account)[:limit]
    ops = [op for op in ops if cx.account in (None, op.ticket.account)]
    return Answer(
        [op_document(op) for op in ops],
        headings=(_("Id"), _("Ticket"), _("State"), _("Since"), _("What"), _("Why")),
        rows=[
            [
                op.id[:SHORT_ID],
                cx.desk.clear_name(op.ticket),
                state_word(op.state),
                i18n.stamp(op.created_at),
                what(op, cx.desk.store),
                op.reason,
            ]
            for op in ops
        ],
    )


@commands.add("outbox show", scope="shell", in_shell=True, is_recorded=False)
async def show_op(cx: Context, id: str) -> Answer:
    """Show one decision whole: its changes, its words, and why it is where it is."""
    op = _named(cx, id)
    body = op.message.body if op.message else ""
    lines = [
        f"{op.id}  #{cx.desk.clear_name(op.ticket)}  {state_word(op.state)}",
        op.reason,
        what(op, cx.desk.store),
        "",
        body,
    ]
    return Answer(op_document(op), text=safe_text("\n".join(lines)))


@commands.add("outbox retry", scope="outbox", keys={"R": "", "!": "--anyway"}, in_shell=True)
async def retry(cx: Context, *ids: str, anyway: bool = False) -> None:
    """Let what was held or failed try again; with --anyway also what may have arrived already."""
    await _tried_again(cx, _chosen(cx, ids), anyway=anyway)


async def _tried_again(cx: Context, ops: list[Op], *, anyway: bool = False) -> bool:
    """Queue decisions again; False when the agent would rather not."""
    if anyway and not await _twice_is_fine(cx, ops):
        return False
    now = cx.now()

    def again(store: Store) -> None:
        for op in ops:
            row = store.queries.ticket(op.ticket)
            store.outbox.retry(op, row.ticket if row else None, now, anyway=anyway)

    await cx.desk.write(again)
    cx.ops.extend(ops)
    cx.front.say(plural("{n} decision tries again.", "{n} decisions try again.", len(ops)), "good")
    return True


async def _twice_is_fine(cx: Context, ops: list[Op]) -> bool:
    """Does the agent take the risk that somebody gets a message twice? Asked only where there is one."""
    doubtful = [op for op in ops if op.state is OpState.DOUBT]
    if not doubtful:
        return True
    if any(isinstance(op.message, Reply | Create) for op in doubtful):
        return await cx.front.confirm(
            _("It may have arrived already: then the customer gets it twice. Look at the ticket first. Send it anyway?")
        )
    return await cx.front.confirm(
        _("It may have arrived already: then it is on the ticket twice. Look at the ticket first. Send it anyway?")
    )


@commands.add("outbox edit", scope="outbox", keys="e", in_shell=True)
async def edit(cx: Context, id: str = "") -> None:
    """Take a message back into its composer, to change it."""
    op = _chosen(cx, (id,) if id else ())[0]
    now = cx.now()
    if not await cx.desk.write(lambda store: store.outbox.recall(op, now)):
        raise Refused(_("It may have left already. Look at the ticket before you write again."))
    cx.ops.append(op)
    cx.front.say(_("Back in the draft; nothing has left."), "good")
    cx.front.reopen(op)


@commands.add("outbox drop", scope="outbox", keys="d", in_shell=True)
async def drop(cx: Context, *ids: str) -> None:
    """Give decisions up for good, words included."""
    draft = None if ids else cx.front.screen.loose_draft()
    if draft is None:
        await _dropped(cx, _chosen(cx, ids))
    elif await cx.front.confirm(_("Give up this draft, words included?")):
        given_up = draft

        def forget(store: Store) -> None:
            store.drafts.forget(given_up.ticket, given_up.kind)
            store.spool.release(given_up.uploads)

        await cx.desk.write(forget)
        cx.front.say(_("Dropped."))


@commands.add("outbox copy", scope="outbox", keys="y", is_recorded=False)
async def copy(cx: Context) -> None:
    """Copy its words to the clipboard."""
    draft = cx.front.screen.loose_draft()
    message = None if draft else _chosen(cx, ())[0].message
    words = draft.body if draft else message.body if message else ""
    if not words:
        raise Refused(_("It has no words to copy."))
    cx.front.screen.copy(words)
    cx.front.say(_("Copied. Where the terminal does not take it, Enter shows the words."), "good")


async def _dropped(cx: Context, ops: list[Op]) -> bool:
    """Give decisions up; False when the agent would rather not."""
    question = plural("Give up {n} decision, words included?", "Give up {n} decisions, words included?", len(ops))
    if not await cx.front.confirm(question):
        return False
    dropped = await cx.desk.write(lambda store: [_drop(store, op) for op in ops])
    if not all(dropped):
        raise Refused(_("It is on its way and cannot be dropped any more."))
    cx.ops.extend(ops)
    cx.front.say(_("Dropped."))
    return True


def _drop(store: Store, op: Op) -> bool:
    """Give a decision up, the copies of its files too."""
    is_dropped = store.outbox.drop(op)
    if is_dropped:
        store.spool.release(op.uploads)
    return is_dropped


@commands.add("held keep", scope="held", keys="k")
async def held_keep(cx: Context) -> None:
    """Send it as it is."""
    await _tried_again(cx, _chosen(cx, ()))
    cx.front.screen.back()


@commands.add("held anyway", scope="held", keys="!")
async def held_anyway(cx: Context) -> None:
    """Send it even if it may have arrived already."""
    if await _tried_again(cx, _chosen(cx, ()), anyway=True):
        cx.front.screen.back()


@commands.add("held edit", scope="held", keys="e")
async def held_edit(cx: Context) -> None:
    """Take it back into the composer."""
    await edit(cx)


@commands.add("held drop", scope="held", keys="d")
async def held_drop(cx: Context) -> None:
    """Give it up."""
    if await _dropped(cx, _chosen(cx, ())):
        cx.front.screen.back()


def _chosen(cx: Context, ids: tuple[str, ...]) -> list[Op]:
    """The decisions named, or the one the screen shows."""
    if ids:
        return [_named(cx, id) for id in ids]
    op = cx.front.screen.held()
    if op is None:
        raise Refused(_("Choose a line of the outbox first."))
    return [op]


def _named(cx: Context, id: str) -> Op:
    op = cx.desk.store.outbox.get(id)
    if op is None:
        raise Refused(_("There is no one decision {id!r} in the outbox. See: agentdesk outbox list", id=id))
    return op


def state_word(state: OpState) -> str:
    """The state in the agent's language."""
    words = {
        OpState.QUEUED: _("waiting to leave"),
        OpState.SENDING: _("leaving"),
        OpState.SENT: _("sent"),
        OpState.HELD: _("held"),
        OpState.FAILED: _("failed"),
        OpState.DOUBT: _("in doubt"),
        OpState.DROPPED: _("dropped"),
    }
    return words[state]


def upload_words(progress: Progress) -> str:
    """How far the files of what waits to leave are."""
    at = min(progress.done + 1, progress.files)
    return _("uploading {n} of {files}, {percent} %", n=at, files=progress.files, percent=progress.percent)


def what(op: Op, store: Store) -> str:
    """What a decision does, on one line in the agent's language, and how far its files are."""
    words = [change_words(change, op.ticket.account, store) for change in op.changes]
    if op.uploads:
        progress = store.uploads.progress([op.id])
        count = len(op.uploads)
        words.append(upload_words(progress) if progress else plural("{n} file", "{n} files", count))
    return safe_line(listed(words))


def change_words(change: Change, account: str, store: Store) -> str:
    """What one change does, in the agent's language: `Status: pending`."""
    match change:
        case Reply(body):
            return _said(_("public reply"), truncate(first_words(body), BODY_CELLS))
        case Note(body):
            return _said(_("INTERNAL NOTE"), truncate(first_words(body), BODY_CELLS))
        case Create(subject):
            return _said(_("new ticket"), subject)
        case SetStatus(status):
            return _said(_("Status"), status_word(status))
        case SetPriority(priority):
            return _said(_("Priority"), priority_word(priority) or _("none"))
        case SetSubject(subject):
            return _said(_("Subject"), subject)
        case Assign(agent):
            person = store.queries.person(Ref(account, agent)) if agent else None
            return _said(_("Assignee"), person.name if person else agent or _("nobody"))
        case Transfer(group):
            names = {team.ref.id: team.name for team in store.queries.teams(account)}
            return _said(_("Team"), names.get(group, group))
        case Tag(tag) | Untag(tag):
            return _("Tags: {tags}", tags=f"{'+' if isinstance(change, Tag) else '-'}{tag}")
        case SetField(name, value):
            field = next((one for one in store.queries.fields(account) if one.ref.id == name), None)
            return _said(field.label if field else name, _value_words(value, field))
        case Link() | Unlink() | Merge():
            return _link_words(change)
        case _:
            assert_never(change)


def _value_words(value: FieldValue, field: Field | None) -> str:
    """A field's value as the helpdesk labels it."""
    labels = {option.value: option.label for option in field.options} if field else {}
    match value:
        case None | "" | ():
            return _("none")
        case bool():
            return _("yes") if value else _("no")
        case tuple():
            return listed(labels.get(one, one) for one in value)
        case _:
            return labels.get(str(value), str(value))


def _link_words(change: Link | Unlink | Merge) -> str:
    match change:
        case Link():
            return link_words(change)
        case Unlink(relation, to):
            return _("no longer: {link}", link=link_words(Link(relation, to)))
        case Merge(into):
            return link_words(Link(Relation.MERGED_INTO, into))


def _said(name: str, value: str) -> str:
    return _("{field}: {new}", field=name, new=value)
