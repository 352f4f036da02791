"""The composer: where a reply or a note is written, bound to its ticket for ever.

Every keystroke is on its way to the disk at most `SAVE_SECONDS` after the first one that was not. The helpdesk appends
the agent's signature itself, so none is added here: a customer never gets two.
"""

import re
import shlex
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widgets import TextArea

from agentdesk.commands.files import described, limits_words
from agentdesk.commands.outbox import change_words
from agentdesk.desk import Desk, effective
from agentdesk.errors import AgentdeskError, Refused
from agentdesk.i18n import _, listed, plural
from agentdesk.model import Article, Canned, Change, Ref, Status, TicketRow, Upload, first_words
from agentdesk.steps import Around, steps_of, together
from agentdesk.store.drafts import Draft, DraftKind
from agentdesk.templates import placeholders, render
from agentdesk.text.safe import safe_line
from agentdesk.ui.leaving import Leaving
from agentdesk.ui.painting import Span, Tone
from agentdesk.ui.pane import Pane, RunLine
from agentdesk.ui.uploads import Uploads
from agentdesk.ui.widgets.drafts import Drafts
from agentdesk.ui.widgets.editor import Editor, typed
from agentdesk.ui.widgets.enclosed import Enclosed
from agentdesk.ui.widgets.frame import FrameLine
from agentdesk.ui.widgets.lines import joined
from agentdesk.ui.widgets.outside import edited_outside

SAVE_SECONDS = 0.1
AGAIN_SECONDS = 1.0
SLOW_SECONDS = 0.5
_ADDRESS = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+\.[^\s@,;<>\"]+")


class Composer(Pane, can_focus=False, can_focus_children=True):
    """A reply or a note being written, in a frame that says who will read it."""

    NAME: ClassVar[Literal["composer"]] = "composer"

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.desk = desk
        self.field = Editor(before_undo=self._undo_drop)
        self.row: TicketRow | None = None
        self.kind: DraftKind = "reply"
        self.to = ""
        self.cc: tuple[str, ...] = ()
        self._uploads = Uploads(desk, on_copying=self._show_frame)
        self.besides: tuple[Change, ...] = ()
        self._top, self._notice, self._bottom = FrameLine(), FrameLine(id="notice"), FrameLine()
        self._enclosed = Enclosed()
        self._pasted: str | None = None
        self._kept, self._kept_caret = "", 0
        self._drafts = Drafts(desk)
        self._saving: Timer | None = None
        self._problem = ""
        self._seen: TicketRow | None = None
        self._left: tuple[Draft, Leaving] | None = None
        self._warned = self._is_gone = False

    def compose(self) -> ComposeResult:
        yield self._top
        yield self._notice
        yield self.field
        yield self._enclosed
        yield self._bottom

    # What is being written

    @property
    def is_open(self) -> bool:
        return self.row is not None

    @property
    def text(self) -> str:
        return self.field.text

    def open(self, row: TicketRow, kind: DraftKind) -> None:
        """Write to a ticket; what was begun for it is there, and what was begun elsewhere is kept there."""
        if self.row is not None and self.row.ticket.ref == row.ticket.ref and self.kind == kind:
            self.screen.set_focus(self.field)
            return
        self._put_away()
        self.row, self.kind = row, kind
        self._seen, self._warned, self._is_gone = row, False, False
        self.to = self._recipient(row)
        self.set_class(kind == "note", "-note")
        self.add_class("-open")
        self._show_draft(self._drafts.get(row.ticket.ref, kind))
        self.screen.set_focus(self.field)

    def close(self) -> None:
        """Put the text away, safe on disk, and show no composer."""
        self._put_away()
        self.row = None
        self.remove_class("-open")

    def reload(self) -> None:
        """Read the store again: a message may have come in, or one of ours may have been taken back."""
        if self.row is None:
            return
        known = self.desk.store.queries.ticket(self.row.ticket.ref)
        self._is_gone = known is None
        self.row = known or self.row
        draft = self._drafts.get(self.row.ticket.ref, self.kind)
        is_begun = self._saving is not None or self.text != self._kept
        if not is_begun and typed(draft.body) != self.text:
            self._show_draft(draft)
        self._show_frame()

    def insert(self, text: str) -> None:
        """Put text at the caret."""
        self._needs_open()
        self.field.put(text)

    def insert_article(self, article: Article, how: str) -> None:
        """Put an article into the message, as a link or as text; an internal one never into a public reply."""
        row = self._needs_open()
        ref, now = row.ticket.ref, self.desk.clock()
        if article.ref.account != ref.account:
            badge = self.desk.config.badge
            raise Refused(
                _(
                    "{title!r} is of {other}; this ticket lives in {home}.",
                    title=safe_line(article.title),
                    other=badge(article.ref.account).label,
                    home=badge(ref.account).label,
                )
            )
        if article.internal and self.kind == "reply":
            raise Refused(
                _("{title!r} is for colleagues only and cannot go into a public reply.", title=safe_line(article.title))
            )
        if how == "link" and not article.url:
            raise Refused(_("{title!r} has no address to link to.", title=safe_line(article.title)))
        self.field.put(f"{article.title}\n{article.url}\n" if how == "link" else f"{article.body.strip()}\n")
        wanted: Literal["link", "text"] = "link" if how == "link" else "text"
        self.run_worker(
            self.desk.write(lambda store: store.desktop.inserted(ref, article.ref.id, wanted, now)), group="inserted"
        )

    def templates(self) -> list[Canned]:
        """The prepared texts that may go into this message."""
        found = self.desk.wording.templates(self._needs_open())
        return [one for one in found if one.public or self.kind == "note"]

    async def insert_template(self, name: str) -> str:
        """Insert a prepared text by its title (or the beginning of it), with its placeholders filled and its steps.

        The answer says what it changes besides, and which of its steps are not known here; empty for words alone.
        """
        row = self._needs_open()
        wanted = name.casefold()
        found = [one for one in self.templates() if one.title.casefold().startswith(wanted)]
        exact = [one for one in found if one.title.casefold() == wanted] or found
        if not exact:
            raise Refused(_("There is no prepared text {name!r} for this message.", name=name))
        self.field.begin_paragraph()
        start = self.field.caret
        rendered = render(exact[0].body, self.desk.wording.facts(row))
        self.field.put(rendered.text)
        if rendered.missing:
            self.field.go_to(start + rendered.missing[0].start)
        steps = steps_of(exact[0], row.ticket, self._around(row.ticket.ref.account))
        self._change_besides(together(self.besides, steps.changes))
        told = [_("With it: {what}. alt+x leaves that out.", what=self.besides_words())] if self.effects else []
        unknown = safe_line(", ".join(steps.unknown))
        return " ".join([*told, *([_("Not known here: {steps}.", steps=unknown)] if unknown else [])])

    def _around(self, account: str) -> Around:
        queries, me = self.desk.store.queries, self.desk.my_ids().get(account)
        teams = tuple(team.ref.id for team in queries.teams(account) if me in team.members)
        return Around(me, teams, {field.ref.id: field for field in queries.fields(account)})

    @property
    def effects(self) -> tuple[Change, ...]:
        """Of what leaves with the words, what changes the ticket as it is now."""
        return effective(self._needs_open().ticket, self.besides)

    def besides_words(self) -> str:
        """What changes with the words, in the agent's language."""
        row = self._needs_open()
        words = [change_words(one, row.ticket.ref.account, self.desk.store) for one in self.effects]
        return safe_line(listed(words))

    def keep_fields(self, besides: Sequence[Change] | None = None) -> None:
        """Let the words leave without these changes (None: without any)."""
        self._needs_open()
        gone = self.besides if besides is None else besides
        self._change_besides(tuple(one for one in self.besides if one not in gone))

    def bring_along(self, changes: Sequence[Change]) -> None:
        """Let these changes leave with the words."""
        self._change_besides(together(self.besides, changes))

    def _change_besides(self, changes: tuple[Change, ...]) -> None:
        self.besides = changes
        self._save_soon()
        self._show_frame()

    def first_words_of(self, canned: Canned) -> str:
        """How a prepared text begins in this message; what cannot be filled yet is left as a gap."""
        text = render(canned.body, self.desk.wording.facts(self._needs_open())).text
        for gap in reversed(placeholders(text)):
            text = f"{text[: gap.start]}…{text[gap.end :]}"
        return first_words(text)

    def set_copies(self, addresses: str) -> None:
        """Set who gets a copy; raises `Refused` for what is not an address."""
        self._needs_open()
        if self.kind == "note":
            raise Refused(_("Only colleagues read a note; it goes to nobody by mail."))
        given = [one for one in re.split(r"[\s,;、，]+", addresses) if one]
        wrong = [one for one in given if not _ADDRESS.fullmatch(one)]
        if wrong:
            raise Refused(_("{address!r} is not a mail address.", address=wrong[0]))
        self.cc = tuple(dict.fromkeys(given))
        self._save_soon()
        self._show_frame()

    # What goes with it

    @property
    def uploads(self) -> tuple[Upload, ...]:
        """The files that go with the message."""
        return self._uploads.files

    async def attach(self, paths: Sequence[Path]) -> str:
        """Send files along, as they are now; the answer says what goes with the message, and the account's limits.

        Raises `Refused`, in words, where one cannot go; then none does.
        """
        row, kind = self._needs_open(), self.kind
        account = row.ticket.ref.account
        pasted, self._pasted = self._pasted, None
        taken = await self._uploads.copied(account, paths)
        self._take_along(row, kind, taken)
        sentence = _("Goes along: {files}.", files=", ".join(described(upload) for upload in taken))
        if pasted is None:
            self._uploads.settle()
            return f"{sentence} {limits_words(self.desk, account)}"
        self._uploads.dropped(pasted, taken)
        return f"{sentence} {_('ctrl+z makes it text again.')}"

    def _take_along(self, row: TicketRow, kind: DraftKind, taken: Sequence[Upload]) -> None:
        """Put files with the message they were meant for, wherever the agent writes by now."""
        if self.row is not None and self.row.ticket.ref == row.ticket.ref and self.kind == kind:
            self._uploads.add(taken)
        else:
            draft = self._drafts.get(row.ticket.ref, kind)
            self._drafts.put(replace(draft, uploads=(*draft.uploads, *taken)))
        self.run_worker(self._save(), group="drafts")

    def detach(self, name: str) -> None:
        """Take the file of this name off the message."""
        self._needs_open()
        self._uploads.take_off(name)
        self._save_soon()
        self._show_frame()

    @on(Editor.Dropped)
    def _files_dropped(self, event: Editor.Dropped) -> None:
        """Paths were pasted, as a terminal does for files that are dropped on it."""
        event.stop()
        if self.row is not None:
            self._pasted = event.text
            self.post_message(RunLine(f"attach {shlex.join(str(path) for path in event.paths)}"))

    def _undo_drop(self) -> bool:
        """Make files that were just pasted text again; False where that was not the last thing done."""
        pasted = self._uploads.undo_drop()
        if pasted is None:
            return False
        self._save_soon()
        self._show_frame()
        self.field.put(pasted)
        return True

    def edit_outside(self) -> None:
        """Write in the agent's own editor, and take over what they saved there."""
        number = self._needs_open().ticket.number
        written = edited_outside(self.app, self.text, f"{self.kind}-{re.sub('[^0-9A-Za-z]', '', number)}")
        if written != self.text:
            self.field.put_all(written)

    # Leaving

    @property
    def can_wait(self) -> bool:
        """Does what is sent set the ticket to wait for its customer? A note, which they never see, leaves the status.

        So does a reply on a helpdesk that has no such status.
        """
        if self.kind == "note":
            return False
        traits = self.row and self.desk.store.desktop.traits(self.row.ticket.ref.account)
        return not traits or Status.PENDING in traits.statuses

    def leaving(self, status: str | None = None) -> Leaving:
        """Exactly what would leave now; raises `Refused`, the caret on the spot, where it must not."""
        row = self._needs_open()
        if row.ticket.status is Status.CLOSED:
            raise Refused(_("Ticket {number} is closed and takes no more messages.", number=row.ticket.number))
        body = self.text
        if body.strip() and self.kind == "reply":
            body = self.desk.wording.signed(row, body)
        if not body.strip():
            raise Refused(_("There is nothing to send yet."))
        missing = placeholders(body)
        if missing:
            self.field.go_to(missing[0].start)
            raise Refused(_("{name} has no value. Fill it in before this leaves.", name=missing[0].name))
        self._uploads.check(row.ticket.ref.account)
        cc = self.cc if self.kind == "reply" else ()
        to_be = None if status is None or (status == Status.PENDING and not self.can_wait) else Status(status)
        sender = self.desk.wording.sender(row)
        return Leaving(self.kind, body, self.to, sender, cc, self.uploads, to_be, self.besides)

    async def send(self, status: str | None) -> str:
        """Queue the message; the answer is a sentence on what happens now.

        Where the customer wrote again meanwhile, the first try is refused, so that the agent has seen it.
        """
        leaving = self.leaving(status)
        row = self.desk.store.queries.ticket(self._needs_open().ticket.ref) or self._needs_open()
        if leaving.kind == "reply" and self._is_newer(row) and not self._warned:
            self._warned = True
            self._show_frame()
            raise Refused(_("The customer wrote again while you were writing. Read it; sending once more sends this."))
        hold = self.desk.config.undo_seconds
        draft = self._draft(row)
        self._left = draft, leaving
        self._leave_empty()
        try:
            with self._drafts.leaving(row.ticket.ref, leaving.kind):
                await self.desk.decide([row], leaving.changes, hold=timedelta(seconds=hold))
        except AgentdeskError:
            self._put_back(row, draft)
            raise
        what = _("The note") if leaving.kind == "note" else _("The reply")
        return plural(
            "{what} leaves in {n} s. u takes it back.", "{what} leaves in {n} s. u takes it back.", hold, what=what
        )

    def _put_back(self, row: TicketRow, draft: Draft) -> None:
        """Show again what the disk did not take, before what was begun since."""
        begun = self.text if self.row is not None and self.row.ticket.ref == draft.ticket else ""
        self._drafts.put(replace(draft, body=f"{draft.body}\n\n{begun}" if begun else draft.body))
        self.row = None
        self.open(row, draft.kind)
        self._save_soon()

    def _leave_empty(self) -> None:
        """Show no composer, before the words are a decision: a slow disk must not swallow what is typed meanwhile."""
        self._stop_timer()
        self.row = None
        self.field.show("", 0)
        self._kept, self.cc, self.besides, self._uploads.files = "", (), (), ()
        self.remove_class("-open")

    def _is_newer(self, row: TicketRow) -> bool:
        """Has a customer message come that is newer than what was there when the composer opened?

        A ticket whose messages had not been read yet is taken as of its last change on the helpdesk.
        """
        assert self._seen is not None, "an open composer has seen its ticket"
        seen = self._seen.ticket.last_customer_message or self._seen.ticket.updated_at
        newest = row.ticket.last_customer_message
        return newest is not None and newest > seen

    # Keeping

    @on(TextArea.Changed)
    def _text_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        if self.row is not None and self.text != self._kept:
            self._uploads.settle()
            self._save_soon()

    @on(TextArea.SelectionChanged)
    def _caret_moved(self, event: TextArea.SelectionChanged) -> None:
        event.stop()
        if self.row is not None and self.text and self.field.caret != self._kept_caret:
            self._save_soon()

    def _save_soon(self) -> None:
        if self._saving is None and self.row is not None:
            self._saving = self.set_timer(SAVE_SECONDS, self._save)

    async def _save(self) -> None:
        """Write what is not on disk yet; where that fails, say so and try again."""
        self._stop_timer()
        if self.row is not None:
            self._drafts.put(self._draft(self.row))
        slow = self.set_timer(SLOW_SECONDS, self._show_frame)
        try:
            await self._write()
        except AgentdeskError as error:
            self._problem = safe_line(str(error))
            self._saving = self.set_timer(AGAIN_SECONDS, self._save)
        else:
            self._problem = ""
        slow.stop()
        self._show_frame()

    async def _write(self) -> None:
        for draft in await self._drafts.write():
            if self.row is not None and (draft.ticket, draft.kind) == (self.row.ticket.ref, self.kind):
                self._kept, self._kept_caret = draft.body, draft.caret

    async def flush(self) -> None:
        """Have everything on disk before going on; the last thing to do before the program ends."""
        self._put_away()
        await self._write()

    async def on_unmount(self) -> None:
        await self.flush()

    def _put_away(self) -> None:
        """Start writing what is not on disk yet."""
        is_unsaved = self._saving is not None or self.text != self._kept
        self._stop_timer()
        if self.row is not None and is_unsaved:
            self._drafts.put(self._draft(self.row))
            self._kept = self.text
            if self.is_attached and self.app.is_running:
                self.run_worker(self._save(), group="drafts")

    def _stop_timer(self) -> None:
        if self._saving is not None:
            self._saving.stop()
            self._saving = None

    def _draft(self, row: TicketRow) -> Draft:
        now = self.desk.clock()
        return Draft(row.ticket.ref, self.kind, self.text, now, self.cc, self.uploads, self.field.caret, self.besides)

    def _as_before(self, draft: Draft) -> Draft:
        """A message that was taken back as it was before a key sent it, without the status of that key."""
        if self._left is None:
            return draft
        before, leaving = self._left
        is_back = (draft.ticket, draft.kind, draft.body) == (before.ticket, before.kind, leaving.body)
        if not is_back or draft.changes != leaving.changes[1:]:
            return draft
        self._left = None
        self._drafts.put(before)
        self.run_worker(self._save(), group="drafts")
        return before

    def _show_draft(self, draft: Draft) -> None:
        draft = self._as_before(draft)
        self.cc, self.besides, self._uploads.files = draft.cc, draft.changes, draft.uploads
        self.field.show(draft.body, draft.caret)
        self._kept, self._kept_caret = self.text, self.field.caret
        self._problem = ""
        self._show_frame()

    # The frame

    def _show_frame(self) -> None:
        if self.row is None:
            return
        is_note = self.kind == "note"
        tone: Tone = "note" if is_note else "reply"
        rule = "━" if is_note else "─"
        left, right, low_left, low_right = "┏┓┗┛" if is_note else "┌┐└┘"
        self._top.show(self._heading(tone), f"{left}{rule}{right}", tone)
        self._notice.set_class(self._is_gone or self._is_newer(self.row), "-shown")
        side = "┃" if is_note else "│"
        words = _("The customer wrote again while you were writing.")
        if self._is_gone:
            words = _("{ticket} was deleted on the helpdesk.", ticket=f"#{self.row.ticket.number}")
        self._notice.show(((words, "soon"),), f"{side} {side}", tone)
        self._enclosed.show(self.uploads, self._uploads.coming, side, tone)
        self._bottom.show(self._state(self.row), f"{low_left}{rule}{low_right}", tone)

    def _heading(self, tone: Tone) -> tuple[Span, ...]:
        if self.kind == "note":
            return joined([(_("INTERNAL NOTE"), tone), (_("only colleagues read this"), "plain")])
        words: list[Span] = [(_("PUBLIC REPLY"), tone), (_("to {who}", who=self.to), "plain")]
        if self.row is not None and (home := self.desk.wording.home(self.row)):
            words.append((_("from {home}", home=safe_line(home)), self.desk.wording.badge(self.row).tone))
        if self.cc:
            words.append((_("copy to {who}", who=", ".join(self.cc)), "soon"))
        return joined(words)

    def _state(self, row: TicketRow) -> tuple[Span, ...]:
        words: list[Span] = []
        if self._problem:
            words.append((_("NOT SAVED: {reason}", reason=self._problem), "late"))
        elif self._drafts.is_waiting(row.ticket.ref, self.kind):
            words.append((_("saving"), "dim"))
        elif self._kept:
            words.append((_("draft saved"), "dim"))
        else:
            words.append((_("empty"), "dim"))
        besides: list[Span] = [(_("with it: {what}", what=self.besides_words()), "soon")] if self.effects else []
        return joined([*words, *besides])

    def _recipient(self, row: TicketRow) -> str:
        """Whom a reply reaches, as an address where we know one."""
        ticket = row.ticket
        person = self.desk.store.queries.person(Ref(ticket.ref.account, ticket.requester)) if ticket.requester else None
        if person is None:
            return safe_line(row.requester_name) or _("nobody we know")
        return safe_line(person.address("email") or person.address("phone") or person.name)

    def _needs_open(self) -> TicketRow:
        if self.row is None:
            raise Refused(_("Open a reply or a note first."))
        return self.row
