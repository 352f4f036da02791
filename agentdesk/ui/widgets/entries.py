"""How events read on a timeline: each as a few lines of toned text at a width.

Pure of Textual. A message of any size costs what is shown of it: the first `FIRST_CHARACTERS`, more on request. What
customers and their mail programs wrote passes through `text.safe` before it becomes a line.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from agentdesk import i18n
from agentdesk.columns import channel_word
from agentdesk.commands.happenings import Names, what_changed
from agentdesk.files import size_word
from agentdesk.i18n import _, plural
from agentdesk.model import Attachment, Event, Kind, Op, OpState, Ref, Role
from agentdesk.record import record
from agentdesk.text.quotes import Block, fold
from agentdesk.text.quotes import Kind as Fold
from agentdesk.text.safe import safe_line, safe_text
from agentdesk.text.snippet import highlight
from agentdesk.text.width import cell_width, pad, truncate
from agentdesk.text.wrap import wrap
from agentdesk.ui.marking import has_match, marked
from agentdesk.ui.painting import Span, Tone
from agentdesk.ui.widgets.lines import Line, joined, line
from agentdesk.ui.widgets.words import call_length, rating_word, role_word

FIRST_CHARACTERS = 6_000
MORE_CHARACTERS = 24_000
MOST_HTML = 60_000
WIDEST = 108
BODY_INDENT = 3
BARS: Mapping[Kind, tuple[str, Tone]] = {Kind.NOTE: ("┃", "note"), Kind.REPLY: ("│", "reply")}
_RICH = re.compile(r"<(?:a|table|ul|ol|li|blockquote|img|h[1-6]|pre)\b", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s<>\"'、。）」』】\u3000]+")


@record
class LinkShown:
    """A link of a message: its number there, where it leads, and whether its label names another place."""

    number: int
    url: str
    is_misleading: bool = False


@record
class Words:
    """The words of a message as they can be shown, its links, and how many characters are left out."""

    text: str
    links: tuple[LinkShown, ...] = ()
    hidden: int = 0


HtmlReader = Callable[[str], Words]


def html_reader() -> HtmlReader:
    """The reader of HTML mail; loading it takes tens of milliseconds, so it is asked for off the UI loop."""
    from agentdesk.text.html import html_to_text  # late: 40-70 ms, and many tickets hold no HTML

    def read(html: str) -> Words:
        found = html_to_text(html)
        links = {link.number: LinkShown(link.number, link.url, link.is_misleading) for link in found.links}
        return Words(found.text, tuple(links.values()))

    return read


def words_of(event: Event, shown: int, read_html: HtmlReader | None) -> Words:
    """At most `shown` characters of a message, safe to draw."""
    is_rich = bool(event.html) and len(event.html) <= MOST_HTML and _RICH.search(event.html) is not None
    if is_rich and read_html is not None:
        words = read_html(event.html)
        return Words(words.text[:shown], words.links, max(0, len(words.text) - shown))
    text = safe_text(event.body[:shown]).strip("\n")
    urls = dict.fromkeys(match[0].rstrip(".,;:!?)") for match in _ADDRESS.finditer(text))
    links = tuple(LinkShown(number, url) for number, url in enumerate(urls, start=1))
    return Words(text, links, max(0, len(event.body) - shown))


@record
class View:
    """How a timeline is shown at the moment: its width, who is called what, which parts are unfolded."""

    width: int
    names: Names
    read_html: HtmlReader | None
    states: Mapping[str, str]
    subjects: Mapping[Ref, str]  # the tickets' titles where the timeline is a customer's, else empty
    sought: tuple[str, ...] = ()  # the tokens of the search that led here


@dataclass(slots=True)
class Unfolding:
    """What of one message is open: so many characters, and its quotes."""

    shown: int = FIRST_CHARACTERS
    quotes: bool = False


@record
class Entry:
    """One event as it is drawn."""

    lines: tuple[Line, ...]
    links: tuple[LinkShown, ...] = ()
    hidden: int = 0
    folded: int = 0

    @property
    def matches(self) -> list[int]:
        """The lines with something that was sought."""
        return [number for number, shown in enumerate(self.lines) if has_match(shown.parts)]


MESSAGES = frozenset({Kind.CUSTOMER, Kind.REPLY, Kind.NOTE, Kind.CALL})


def entry_of(event: Event, view: View, unfolding: Unfolding) -> Entry:
    """An event as lines; messages end with an empty line."""
    match event.kind:
        case Kind.CHANGE:
            return Entry((_one_line(event, what_changed(event, view.names), view),))
        case Kind.RATING:
            return _short_entry(event, view, _rating_parts(event))
        case Kind.OUTSIDE:
            return _short_entry(event, view, ((safe_line(str(event.data.get("source") or _("outside"))), "accent"),))
        case _:
            return _message(event, view, unfolding)


def _one_line(event: Event, words: str, view: View) -> Line:
    who = safe_line(event.author_name)
    by = _("changed by {name}", name=who) if who else ""
    parts = joined([(i18n.clock(event.at), "dim"), (words, "dim"), (by, "dim"), (_place(event, view), "dim")])
    return _cut(line("   ", *parts), view.width)


def _short_entry(event: Event, view: View, parts: tuple[Span, ...]) -> Entry:
    """A rating, or something outside: what it is, then the words that came with it."""
    head = joined([(i18n.clock(event.at), "dim"), *parts, (_place(event, view), "dim")])
    source = safe_text(event.body[:FIRST_CHARACTERS])
    body = marked(wrap(source, _text_width(view.width)), source, view.sought, "plain") if event.body else []
    url = safe_line(str(event.data.get("url") or ""))
    links = (LinkShown(1, url),) if _ADDRESS.fullmatch(url) else ()
    lines = [_cut(line("   ", *head), view.width), *(line(" " * BODY_INDENT + "  ", *parts) for parts in body)]
    lines += _link_lines(links, "   ", "plain", view.width)
    return Entry((*lines, line()), links)


def _rating_parts(event: Event) -> tuple[Span, ...]:
    reason = safe_line(str(event.data.get("reason") or ""))
    return (_("Rating"), "strong"), rating_word(event.data.get("score")), (reason, "dim")


def _message(event: Event, view: View, unfolding: Unfolding) -> Entry:
    bar, tone = BARS.get(event.kind, (" ", "plain"))
    margin: tuple[Span, ...] = ((f" {bar} ", tone),)
    width = _text_width(view.width)
    words = words_of(event, unfolding.shown, view.read_html)
    folded = 0
    lines = [_cut(Line((*margin, *_head(event, view))), view.width)]
    for block in fold(words.text):
        if _is_folded(block, unfolding):
            folded += 1
            is_found = bool(view.sought) and bool(highlight(block.text, view.sought))
            lines.append(Line((*margin, ("  ", "plain"), (_fold_words(block), "match" if is_found else "dim"))))
        else:
            quiet: Tone = "plain" if block.kind in (Fold.TEXT, Fold.FORWARD) else "dim"
            source = block.text.removesuffix("\n")
            texts = marked(wrap(source, width, keep_prefix=True), source, view.sought, quiet)
            lines += [Line((*margin, ("  ", "plain"), *parts)) for parts in texts]
    while len(lines) > 1 and not lines[-1].plain.strip(f" {bar}"):
        lines.pop()
    if words.hidden:
        lines.append(Line((*margin, ("  ", "plain"), (_("-- this message goes on: Enter shows more --"), "accent"))))
    lines += _attachment_lines(event.attachments, margin, view.width)
    lines += _link_lines(words.links, f" {bar} ", tone, view.width)
    return Entry((*lines, line()), words.links, words.hidden, folded)


def _head(event: Event, view: View) -> tuple[Span, ...]:
    who = (
        safe_line(event.author_name)
        or view.names.person(event.ref.account, event.author)
        or role_word(event.author_role)
    )
    is_sent_from_here = event.kind is Kind.REPLY and event.channel == "api"
    is_plain = event.provisional or event.channel == "other" or is_sent_from_here
    channel = "" if is_plain else channel_word(event.channel, event.channel_raw)
    words: list[Span] = [(i18n.clock(event.at), "dim"), (safe_line(who), "strong")]
    match event.kind:
        case Kind.NOTE:
            words.append((_("INTERNAL NOTE"), "note"))
        case Kind.REPLY:
            bot = _("automatic reply") if event.author_role in (Role.BOT, Role.SYSTEM) else _("public reply")
            words += [(bot, "reply"), (channel, "dim")]
        case Kind.CALL:
            words += [(_call_words(event), "accent")]
        case _:
            words += [(_("customer"), "accent"), (channel, "dim")]
    words.append((_place(event, view), "dim"))
    if event.op is not None and event.op in view.states:
        words.append((view.states[event.op], "soon"))
    elif event.provisional:
        words.append((_("not sent yet"), "soon"))
    return joined(words)


def _call_words(event: Event) -> str:
    seconds = event.data.get("seconds")
    length = call_length(timedelta(seconds=seconds)) if isinstance(seconds, int | float) and seconds else ""
    way = _("incoming call") if event.data.get("direction") == "in" else _("outgoing call")
    return f"{way} {length}".rstrip()


def _place(event: Event, view: View) -> str:
    """The ticket an event belongs to, where the timeline is a customer's."""
    subject = view.subjects.get(Ref(event.ref.account, event.ticket or ""))
    return "" if subject is None else safe_line(subject)


def _is_folded(block: Block, unfolding: Unfolding) -> bool:
    if unfolding.quotes or block.kind in (Fold.TEXT, Fold.FORWARD):
        return False
    return block.lines > 1 or block.kind is Fold.SIGNATURE


def _fold_words(block: Block) -> str:
    if block.kind is Fold.SIGNATURE:
        return plural("[signature, {n} line]", "[signature, {n} lines]", block.lines)
    return "> " + plural("[quoted, {n} line]", "[quoted, {n} lines]", block.lines)


def _attachment_lines(attachments: tuple[Attachment, ...], margin: tuple[Span, ...], width: int) -> Iterator[Line]:
    for attachment in attachments:
        size = size_word(attachment.size)
        name = truncate(safe_line(attachment.name), max(8, width - BODY_INDENT - 22))
        words: tuple[Span, ...] = (
            (_("attachment"), "dim"),
            ("  ", "plain"),
            (name, "accent"),
            (f"  {size}", "dim"),
        )
        yield _cut(Line((*margin, ("  ", "plain"), *words)), width)


def _link_lines(links: tuple[LinkShown, ...], margin: str, tone: Tone, width: int) -> Iterator[Line]:
    for link in links:
        warning = f"  {_('leads elsewhere than it says')}" if link.is_misleading else ""
        number = pad(f"[{link.number}]", 4)
        room = width - cell_width(margin) - 8 - cell_width(warning)
        url = truncate(safe_line(link.url, ascii_only=True), max(8, room))
        yield _cut(line((margin, tone), (f"  {number} ", "dim"), (url, "dim"), (warning, "late")), width)


def _text_width(width: int) -> int:
    return max(8, min(width, WIDEST) - BODY_INDENT - 4)  # two cells stay free for the scroll bar


def _cut(shown: Line, width: int) -> Line:
    """The line, ended with an ellipsis where it is too long."""
    parts: list[Span] = []
    room = width - 2
    for text, tone in shown.parts:
        fitting = truncate(text, room)
        parts.append((fitting, tone))
        room -= cell_width(fitting)
        if fitting != text or room <= 0:
            break
    return Line(tuple(parts), shown.entry)


def state_words(op: Op, seconds_left: int) -> str:
    """What becomes of a message that has not arrived yet."""
    match op.state:
        case OpState.QUEUED if seconds_left > 0:
            return plural("leaves in {n} s, u takes it back", "leaves in {n} s, u takes it back", seconds_left)
        case OpState.QUEUED:
            return _("waiting to leave")
        case OpState.SENDING:
            return _("being sent")
        case OpState.HELD:
            return _("HELD: {reason}", reason=safe_line(op.reason))
        case OpState.FAILED:
            return _("FAILED: {reason}", reason=safe_line(op.reason))
        case OpState.DOUBT:
            return _("IN DOUBT: {reason}", reason=safe_line(op.reason))
        case OpState.SENT | OpState.DROPPED:
            return ""
