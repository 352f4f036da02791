"""Sending: an op leaves once, and its words can be found again.

**How exactly-once works here.** Request Tracker honours no idempotency key, refuses `If-Match` on messages, and may
close the connection after it has recorded a message (its answer holds words that it does not encode). So

1. every message we write carries our op id in the stored content type of its part (`marks`), and `find` asks the ticket
   for parts with that mark: one request, exact, whoever else wrote the same words;
2. messages go by the bulk path, the one that encodes its answers, so that trap is not stepped into;
3. a try that follows another (`op.attempts`) asks for the mark before it writes words, whatever the first try's fate;
4. fields are set by a PUT with `If-Match`, and setting them twice is setting them once;
5. after an answer was lost, `find` waits until the helpdesk has had `SETTLING` to finish before it says no.

**An op that needs several calls** goes in this order: fields (under `If-Match`), then the ticket is read to see that
they are as wanted, then words and status in one message, then the ticket is read again. A success on the wire may carry
a failure, in the user's own language, so only what is read counts. Refused fields stop the op before any words leave.
When the words have left and the status did not follow, the op is in doubt with a sentence that says so, never failed:
an op that failed gives its words back to be sent again.

**Where it cannot hold.** Between reading the ticket and writing a message a colleague may act (a third of a second,
often less): `If-Match` guards fields only. A message that the server records later than `SETTLING` after the connection
broke would be sent twice.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from agentdesk.errors import CannotTell, Conflict, Forbidden, Gone, Offline, Rejected
from agentdesk.i18n import _
from agentdesk.model import (
    Assign,
    Change,
    Create,
    Event,
    Link,
    Merge,
    Note,
    Op,
    Ref,
    Reply,
    SetField,
    SetStatus,
    Ticket,
    Transfer,
    Unlink,
)
from agentdesk.providers.base import Receipt
from agentdesk.providers.documents import Doc, documents, inner, moment, text
from agentdesk.providers.http import Parameters, Sleep
from agentdesk.providers.rt import writing
from agentdesk.providers.rt.account import Account
from agentdesk.providers.rt.api import Api, Copy, quoted
from agentdesk.providers.rt.feed import ON_TICKETS
from agentdesk.providers.rt.histories import Histories
from agentdesk.providers.rt.links import link_values, merge_in
from agentdesk.providers.rt.log import events_from, is_message
from agentdesk.providers.rt.marks import op_from
from agentdesk.providers.rt.people import user_name
from agentdesk.providers.rt.statuses import Statuses
from agentdesk.providers.sending import nothing_sent
from agentdesk.text.safe import safe_line

SETTLING = timedelta(seconds=5)
CLOCK_SKEW = timedelta(hours=1)
"""How wrong this machine's clock may be against the helpdesk's when a new ticket is looked for."""
_KINDS = {"correspond": "Correspond", "comment": "Comment"}


class HalfDone(CannotTell):
    """The words have left, but not everything that was decided with them is done."""


class Sending:
    """Carries ops to the helpdesk and looks up what arrived."""

    def __init__(self, api: Api, histories: Histories, statuses: Statuses, sleep: Sleep) -> None:
        self._api = api
        self._histories = histories
        self._statuses = statuses
        self._sleep = sleep
        self._lost: dict[str, datetime] = {}
        self._sees_notes = False

    async def send(self, account: Account, op: Op, server: Ticket | None) -> Receipt:
        """Do the op, words last."""
        try:
            receipt = await self._sent(account, op, server)
        except Offline as error:
            if error.arrived:
                self._lost[op.id] = self._api.client.clock()
            raise
        self._lost.pop(op.id, None)
        return receipt

    async def _sent(self, account: Account, op: Op, server: Ticket | None) -> Receipt:
        if isinstance(op.message, Create):
            return await self._create(account, op, op.message)
        if op.merge:
            return await self._merge(account, op, op.merge, server)
        words = writing.words_of(op)
        with nothing_sent():
            before = await self._unmoved(account, op, server)
            files = await self._checked(account, before, words)
            word = self._word(account, op, before)
            arrived = await self._marked(op.ticket.id, op) if words and op.attempts else []
        await self._set_fields(account, op, before, word, words)
        if arrived:
            was_set = await self._complete(account, op, arrived)
            return await self._receipt(account, op, "", is_done=was_set)
        said = ""
        if words:
            message = writing.message_document(op, words, files, word)
            try:
                _doc, said = await self._api.client.change("POST", f"/tickets/bulk/{words.kind}", [message])
            except Rejected as error:
                raise Rejected(
                    f"{error} {self._done(op, [change for change in op.changes if _is_last(change)])}"
                ) from error
        return await self._receipt(account, op, said)

    async def find(self, account: Account, op: Op) -> Receipt | None:
        """Did an earlier send of this op arrive? Words that did, without the status they came with, are completed."""
        receipt = await self._found(account, op)
        lost = self._lost.get(op.id)
        if receipt is None and lost is not None:
            await self._sleep(max(0.0, (lost + SETTLING - self._api.client.clock()).total_seconds()))
            receipt = await self._found(account, op)
        self._lost.pop(op.id, None)
        return receipt

    async def _found(self, account: Account, op: Op) -> Receipt | None:
        if isinstance(op.message, Create):
            ticket = await self._created(account, op, op.message)
            return await self._new_receipt(account, op, ticket) if ticket else None
        if op.merge:
            return await self._merged(account, op, op.merge)
        if op.message is None:
            copy = await self._histories.copy(op.ticket, urgent=True)
            ticket_now = account.reader.ticket(copy.doc, copy.version)
            if writing.undone(op, ticket_now):
                return None
            return Receipt(ticket_now, await self._linked(account, op, copy))
        parts = await self._marked(op.ticket.id, op)
        if not parts:
            await self._check_sight(account, op)
            return None
        was_set = await self._complete(account, op, parts)
        return await self._receipt(account, op, "", is_done=was_set)

    async def _unmoved(self, account: Account, op: Op, server: Ticket | None) -> Copy:
        """The ticket as it is now, when it is still the copy that the op was judged on."""
        now = await self._histories.copy(op.ticket, urgent=True)
        if server is None:
            return now
        moved = moment(now.doc, "LastUpdated") != server.updated_at
        if (server.version != now.version) if server.version else moved:
            raise Conflict(_("{account}: somebody else changed the ticket first.", account=account.name))
        return now

    async def _checked(self, account: Account, before: Copy, words: writing.Words | None) -> list[bytes]:
        """The files of a message that the helpdesk offers this user to write."""
        if words is None:
            return []
        if not before.offers(words.kind):
            raise Forbidden(
                _("{account}: you may not write this in ticket #{number}.", account=account.name, number=before.id)
            )
        if not words.body.strip() and not words.uploads:
            raise Rejected(_("{account}: an empty message is not sent.", account=account.name))
        return await asyncio.to_thread(writing.contents, words.uploads, account.name)

    async def _set_fields(
        self, account: Account, op: Op, before: Copy, word: str | None, words: writing.Words | None
    ) -> None:
        """Set what is not as wanted, and see that it is; a status that goes with words is left to them."""
        was = account.reader.ticket(before.doc)
        missing = [change for change in writing.undone(op, was) if not (words and isinstance(change, SetStatus))]
        if any(isinstance(change, Transfer) for change in missing):
            missing = [*missing, *(change for change in op.changes if isinstance(change, Assign))]
        doc = writing.fields_of(missing, was, account.reader)
        if cc := writing.copied(op, before):
            doc["Cc"] = cc
        if any(isinstance(change, SetStatus) for change in missing):
            doc["Status"] = word
        if not doc:
            return
        guard = {"If-Match": f'"{before.version}"'} if before.version else {}
        _doc, said = await self._api.client.change("PUT", f"/ticket/{before.id}", doc, guard)
        now = account.reader.ticket((await self._histories.copy(op.ticket, urgent=True)).doc)
        if refused := [
            change for change in missing if change in writing.undone(op, now) and not _moved(change, was, now)
        ]:
            raise Rejected(self._refused(account, op, refused, said))

    def _refused(self, account: Account, op: Op, refused: Sequence[Change], said: str) -> str:
        """The sentence about what was not done, with what was and with the helpdesk's own words."""
        names = {"account": account.name, "changes": writing.said(refused), "words": said}
        sentence = _("{account}: the helpdesk did not take this: {changes}. It said: {words}", **names)
        return f"{sentence} {self._done(op, refused)}".strip()

    def _done(self, op: Op, refused: Sequence[Change]) -> str:
        """The sentence about the part of an op that was done, empty when that is none of it."""
        missing = [change for change in op.changes if change in refused or (op.message and _is_last(change))]
        done = [change for change in op.changes if change not in missing]
        return _("Done: {changes}.", changes=writing.said(done)) if done else ""

    def _word(self, account: Account, op: Op, before: Copy) -> str | None:
        """The lifecycle's word for the status the op ends with."""
        status = writing.status_of(op)
        if status is None:
            return None
        word = self._statuses.word(status, text(before.doc, "Status"), before.offered)
        if word is None:
            offered = ", ".join(safe_line(one) for one in before.offered) or "-"
            raise Rejected(
                _(
                    "{account}: this queue has no status like “{status}”; from here it offers: {offered}.",
                    account=account.name,
                    status=status.value,
                    offered=offered,
                )
            )
        return word

    async def _check_sight(self, account: Account, op: Op) -> None:
        """Raise `CannotTell` for a note where nothing shows that this account may see notes at all."""
        if not isinstance(op.message, Note) or self._sees_notes:
            return
        found = await self._api.transactions(f"Type = 'Comment' AND {ON_TICKETS}", order="DESC", per_page=10)
        self._sees_notes = bool(found)
        if not found:
            raise CannotTell(
                _(
                    "{account}: this account sees no notes, so nothing shows whether yours arrived.",
                    account=account.name,
                )
            )

    async def _complete(self, account: Account, op: Op, parts: list[Doc]) -> bool:
        """Set the status that words of ours should have brought, unless it was set (True) or others wrote since."""
        status = writing.status_of(op)
        copy = await self._histories.copy(op.ticket, urgent=True)
        if status is None or account.reader.ticket(copy.doc).status is status:
            return True
        later = await self._api.history(copy, after=text(parts[0], "TransactionId"))
        for entry in later:
            was_us = user_name(inner(entry, "Creator")) == account.user
            if was_us and text(entry, "Type") == "Status" and self._statuses.status(text(entry, "NewValue")) is status:
                return True
        if not any(is_message(entry) for entry in later):
            doc = {"Status": self._word(account, op, copy)}
            await self._api.client.change("PUT", f"/ticket/{copy.id}", doc, {"If-Match": f'"{copy.version}"'})
        return False

    async def _receipt(self, account: Account, op: Op, said: str, *, is_done: bool = False) -> Receipt:
        """The ticket as it is now, and the event of our words, which must be there."""
        copy = await self._histories.copy(op.ticket, urgent=True)
        ticket = account.reader.ticket(copy.doc, copy.version)
        linked = await self._linked(account, op, copy)
        if op.message is None:
            return Receipt(ticket, linked)
        events = self._events(account, op, await self._message(op, op.ticket.id))
        if not events:
            await self._check_sight(account, op)
            raise Rejected(self._refused(account, op, [change for change in op.changes if _is_last(change)], said))
        self._sees_notes = self._sees_notes or isinstance(op.message, Note)
        missing = [change for change in writing.undone(op, ticket) if isinstance(change, SetStatus)]
        if missing and not is_done:
            raise HalfDone(self._half(account, missing, said))
        return Receipt(ticket, (*linked, *events))

    async def _linked(self, account: Account, op: Op, copy: Copy) -> tuple[Event, ...]:
        """The events of the links that an op makes or takes away, from which the cache knows a ticket's links."""
        if not any(isinstance(change, Link | Unlink) for change in op.changes):
            return ()
        entries = await self._api.history(copy, after=op.seen.version if op.seen else "")
        return tuple(await self._histories.events(account, [entry for entry in entries if link_values(entry)]))

    def _half(self, account: Account, missing: Sequence[Change], said: str) -> str:
        """The sentence for words that have left while something else did not follow."""
        return _(
            "{account}: your message has arrived, but this was not done: {changes}. {words}",
            account=account.name,
            changes=writing.said(missing),
            words=said,
        ).strip()

    async def _message(self, op: Op, ticket: str) -> list[Doc]:
        """All parts of the message that carries the op's mark."""
        parts = await self._marked(ticket, op)
        message = op.message
        if not parts or isinstance(message, Create) or message is None or not message.uploads:
            return parts
        transaction = text(parts[0], "TransactionId")
        texts = [part for part in parts if not text(part, "Filename")]
        return [*texts, *await self._api.files([transaction])]

    async def _marked(self, ticket: str, op: Op) -> list[Doc]:
        return [part for part in await self._api.marked(ticket, op.id) if op_from(text(part, "Headers")) == op.id]

    def _events(self, account: Account, op: Op, parts: list[Doc], ticket: str = "") -> list[Event]:
        """The event of our own message, as its transaction will show it."""
        if not parts:
            return []
        words = writing.words_of(op)
        entry = {
            "id": text(parts[0], "TransactionId"),
            "Type": _KINDS[words.kind] if words else "Create",
            "Creator": {"id": account.user},
            "Created": text(parts[0], "Created"),
            "ObjectId": ticket or op.ticket.id,
        }
        return events_from([entry], parts, account.reader)

    async def _merge(self, account: Account, op: Op, merge: Merge, server: Ticket | None) -> Receipt:
        """Make the ticket a part of the other one, unless it is that already: merging twice is merging once."""
        with nothing_sent():
            if receipt := await self._merged(account, op, merge):
                return receipt
            before = await self._unmoved(account, op, server)
        guard = {"If-Match": f'"{before.version}"'} if before.version else {}
        _doc, said = await self._api.client.change("PUT", f"/ticket/{before.id}", {"MergeInto": merge.into}, guard)
        receipt = await self._merged(account, op, merge)
        if receipt is None:
            raise Rejected(self._refused(account, op, op.changes, said))
        return receipt

    async def _merged(self, account: Account, op: Op, merge: Merge) -> Receipt | None:
        """The ticket that this one is a part of now, None while it is none; raises `Gone` where it is another's."""
        now = await self._api.ticket(op.ticket.id, urgent=True)
        if now.id == op.ticket.id:
            return None
        target = await self._api.ticket(merge.into, urgent=True)
        if target.id != now.id:
            raise Gone(_("{ticket} was merged into #{other}.", ticket=str(op.ticket), other=now.id))
        entries = [entry for entry in await self._api.history(now) if merge_in(entry) == (op.ticket.id, now.id)]
        return Receipt(
            account.reader.ticket(now.doc, now.version), tuple(await self._histories.events(account, entries))
        )

    async def _create(self, account: Account, op: Op, create: Create) -> Receipt:
        """Make the ticket, unless an earlier try has: that is always asked first, since nothing else prevents two."""
        with nothing_sent():
            if earlier := await self._created(account, op, create):
                return await self._new_receipt(account, op, earlier)
            if not create.public:
                raise Rejected(
                    _("{account}: Request Tracker sends the first message to the customer.", account=account.name)
                )
            ticket = writing.create_document(op, create, account.reader, _queue(account, op), self._first_word(op))
        doc, said = await self._api.client.change("POST", "/ticket", ticket)
        id = text(doc, "id")
        if not id:
            raise Rejected(self._refused(account, op, list(op.changes), said))
        return await self._new_receipt(account, op, id, said)

    def _first_word(self, op: Op) -> str | None:
        """The word for the status of a new ticket, whose lifecycle nothing shows yet."""
        status = writing.status_of(op)
        return self._statuses.word(status, "", ()) if status else None

    async def _created(self, account: Account, op: Op, create: Create) -> str | None:
        """The ticket that this op made: one of ours with its subject, whose first message carries its mark."""
        subject = quoted(safe_line(create.subject).strip())
        query = f"Creator = {quoted(account.user)} AND Subject = {subject}"
        asked: Parameters = {"query": query, "orderby": "id", "order": "DESC", "per_page": 20, "fields": "Created"}
        found = await self._api.client.get("/tickets", asked, urgent=True)
        for entry in documents(found, "items"):
            at = moment(entry, "Created")
            if at and at >= op.created_at - CLOCK_SKEW and await self._marked(text(entry, "id"), op):
                return text(entry, "id")
        return None

    async def _new_receipt(self, account: Account, op: Op, id: str, said: str = "") -> Receipt:
        copy = await self._histories.copy(Ref(account.name, id), urgent=True)
        ticket = account.reader.ticket(copy.doc, copy.version)
        is_ours = user_name(inner(copy.doc, "LastUpdatedBy")) in (account.user, "RT_System")
        if is_ours and (missing := writing.undone(op, ticket)):
            raise HalfDone(self._half(account, missing, said))
        return Receipt(ticket, tuple(self._events(account, op, await self._message(op, id), id)))


def _is_last(change: Change) -> bool:
    """A change that leaves with the words, after everything else."""
    return isinstance(change, Reply | Note | SetStatus)


def _moved(change: Change, before: Ticket, after: Ticket) -> bool:
    """A custom field took on a value, though in another form than we wrote it."""
    return isinstance(change, SetField) and before.fields.get(change.field) != after.fields.get(change.field)


def _queue(account: Account, op: Op) -> str:
    """The queue of a new ticket: the one the op names, else the helpdesk's first."""
    named = [change.group for change in op.changes if isinstance(change, Transfer)]
    known = [text(queue, "id") for queue in account.queues]
    if not named and not known:
        raise Gone(_("{account}: you see no queue that a ticket could be made in.", account=account.name))
    return named[-1] if named else min(known, key=int)
