"""What would leave, exactly: shown before it is sent."""

import asyncio
import unicodedata
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from agentdesk.commands.files import described
from agentdesk.commands.outbox import change_words
from agentdesk.i18n import _
from agentdesk.model import Change, SetStatus, Upload
from agentdesk.store import Store
from agentdesk.store.spool import original
from agentdesk.text.safe import safe_line
from agentdesk.text.width import pad
from agentdesk.text.wrap import wrap
from agentdesk.ui.hints import send_words
from agentdesk.ui.leaving import Leaving
from agentdesk.ui.painting import Span
from agentdesk.ui.pane import RunLine
from agentdesk.ui.widgets.composer import Composer
from agentdesk.ui.widgets.lines import FixedLines, Line, Lines, keys_line, line

LABEL_CELLS = 12
SHOWN = {"\t": "→   ", "\u3000": "□", "\u00a0": "⍽"}


def visible(text: str) -> str:
    """A line as it leaves, with what nobody can see made visible; spaces at its end too."""
    end = len(text.rstrip(" "))
    return "".join(map(_shown, text[:end])) + "·" * (len(text) - end)


def _shown(char: str) -> str:
    if char in SHOWN:
        return SHOWN[char]
    is_unseen = unicodedata.category(char) in ("Cf", "Cc", "Co", "Cn", "Zl", "Zp") and char != "\u200d"
    return f"<{ord(char):04X}>" if is_unseen else char


def _step_words(change: Change, account: str, store: Store) -> str:
    """What a change that leaves with the words does; a status gives way to the key that sends."""
    words = safe_line(change_words(change, account, store))
    return _("{what} (with alt+s)", what=words) if isinstance(change, SetStatus) else words


def _since_then(upload: Upload) -> str:
    """What became of a file since it was attached, when that is worth knowing."""
    match original(upload):
        case "changed":
            return _("{file} was changed since you attached it. It leaves as it was then.", file=upload.name)
        case "gone":
            return _("{file} is not where you took it from any more. Our copy of it leaves.", file=upload.name)
        case _:
            return ""


class Letter(Lines):
    """The message with everything around it."""

    def __init__(self, leaving: Leaving, subject: str, signature: str, besides: Sequence[str] = ()) -> None:
        super().__init__()
        self.leaving = leaving
        self.besides = besides
        self.changed: Sequence[str] = ()
        self.subject = subject
        self.signature = signature

    async def look_at_originals(self) -> None:
        """Say which files are not what they were when they were attached; reading them may take a while."""
        told = await asyncio.to_thread(lambda: [_since_then(upload) for upload in self.leaving.uploads])
        self.changed = [words for words in told if words]
        if self.changed:
            self.rebuild()
            self.refresh(layout=True)

    def build(self, width: int) -> list[Line]:
        leaving = self.leaving
        is_note = leaving.kind == "note"
        visibility: Span = (_("INTERNAL: only colleagues read this"), "note") if is_note else (_("PUBLIC"), "reply")
        facts: list[tuple[str, Span]] = [
            (_("Ticket"), (self.subject, "plain")),
            (_("Visibility"), visibility),
            (_("From"), (safe_line(leaving.sender), "strong")),
            (_("To"), (_("colleagues") if is_note else leaving.to, "strong")),
            (_("Copy to"), (", ".join(leaving.cc), "soon")),
        ]
        facts += [(_("File"), (described(one), "accent")) for one in leaving.uploads]
        facts += [(_("With it"), (words, "accent")) for words in self.besides]
        lines = [line((pad(label, LABEL_CELLS), "dim"), value) for label, value in facts if value[0]]
        for words in self.changed:
            lines += [
                line(pad("", LABEL_CELLS), (text, "soon")) for text in wrap(words, max(8, width - LABEL_CELLS - 2))
            ]
        lines.append(line())
        for paragraph in leaving.body.split("\n"):
            lines += [line("  ", text) for text in wrap(visible(paragraph), max(8, width - 4))]
        if self.signature and not is_note:
            lines += [line(), line((_("The helpdesk adds below:"), "dim"))]
            lines += [line("  ", (safe_line(text), "dim")) for text in self.signature.splitlines()]
        return lines


class Review(ModalScreen[None]):
    """Exactly what would leave from the composer, then send or go on writing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,e,q", "dismiss", show=False),
        Binding("ctrl+s", "send('send')", show=False),
        Binding("alt+s", "send('send open')", show=False),
        Binding("ctrl+d", "send('send solved')", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("pagedown,space", "leaf(1)", show=False),
        Binding("pageup", "leaf(-1)", show=False),
    ]

    def __init__(self, composer: Composer) -> None:
        super().__init__()
        assert composer.row is not None, "only an open composer is reviewed"
        ticket = composer.row.ticket
        me = composer.desk.wording.me(ticket.ref.account)
        subject = f"#{ticket.number} {safe_line(ticket.subject)}"
        leaving = composer.leaving()
        besides = [_step_words(one, ticket.ref.account, composer.desk.store) for one in composer.effects]
        self._can_wait = composer.can_wait
        self.letter = Letter(leaving, subject, me.signature if me else "", besides)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield FixedLines(line((_("This is exactly what leaves"), "strong")), line())
            yield self.letter
            yield FixedLines(line(), self._keys())

    def _keys(self) -> Line:
        words = send_words(self.letter.leaving.kind, self._can_wait)
        sending = {"ctrl+s": words["send"], "alt+s": words["send open"], "ctrl+d": words["send solved"]}
        if sending["ctrl+s"] == sending["alt+s"]:
            del sending["alt+s"]
        return keys_line({**sending, "e": _("edit")})

    def on_mount(self) -> None:
        self.set_focus(self.letter)
        if self.letter.leaving.uploads:
            self.run_worker(self.letter.look_at_originals(), group="originals", exclusive=True)

    def action_move(self, rows: int) -> None:
        self.letter.move(rows)

    def action_leaf(self, pages: int) -> None:
        self.letter.page(pages)

    def action_send(self, command: str) -> None:
        self.dismiss()
        self.app.post_message(RunLine(command))
