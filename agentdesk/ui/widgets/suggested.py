"""What is suggested beside a ticket, as numbered entries under headings, or the one of them that is being read."""

from collections.abc import Sequence
from typing import TypeAlias, assert_never

from agentdesk.i18n import _, day, day_with_year, number
from agentdesk.model import Article, Canned, Event
from agentdesk.record import record
from agentdesk.store.duplicates import Duplicate
from agentdesk.store.search import Hit, Suggestion
from agentdesk.text.safe import safe_line, safe_text
from agentdesk.text.width import cell_width, truncate
from agentdesk.text.wrap import wrap
from agentdesk.ui.marking import marked, next_match, standing_at
from agentdesk.ui.painting import Span, ends
from agentdesk.ui.widgets.lines import Line, Lines, line

Entry: TypeAlias = Suggestion | Hit | Canned | Event | Duplicate
Read: TypeAlias = Article | Canned | Event
"""What can be read in the pane and put into a reply; an event is one of our own public replies."""
WORDS_READ = 400


@record
class Answer:
    """What was found for a question.

    Articles (with their use where known), solved tickets, prepared answers, what this customer was answered before, and
    tickets that may be the same; `language` is the customer's, and what is in another one is marked. Days of
    another year than `year` are shown with it. While the index is being filled, the answer is not `whole`.
    """

    question: object
    articles: tuple[Suggestion, ...] = ()
    similar: tuple[Hit, ...] = ()
    prepared: tuple[Canned, ...] = ()
    earlier: tuple[Event, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    problem: str = ""
    language: str = ""
    year: int = 0
    whole: bool = True

    def entries(self) -> tuple[Entry, ...]:
        """Everything in the order in which it is shown."""
        return (*self.articles, *self.similar, *self.prepared, *self.earlier, *self.duplicates)


class KnowledgeList(Lines):
    """The numbered entries, or what is being read."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = Answer(None)
        self.reading: Read | None = None
        self.heading = ""
        self.sought: tuple[str, ...] = ()
        self.match: int | None = None

    def next_match(self, step: int) -> bool:
        """Go to the next (or previous) line of what is read with what was sought; False where nothing is marked."""
        lines = [shown.parts for shown in self.lines()] if self.reading is not None else []
        self.match = next_match(lines, self.match, step)
        if self.match is None:
            return False
        if not self.top <= self.match < self.top + self.size.height:
            self.scroll_lines(self.match - self.size.height // 4 - self.top)
        self.refresh()
        return True

    def lines(self) -> list[Line]:
        if self._built_for != self.size.width:
            self.match = None  # its line is another one at another width
        return super().lines()

    def rebuild(self, *, keep_place: bool = True) -> None:
        super().rebuild(keep_place=keep_place)
        self.match = None

    def line_at(self, y: int) -> Line | None:
        shown = super().line_at(y)
        if shown is None or self._top_within(self.top) + y != self.match:
            return shown
        return Line(standing_at(shown.parts), shown.entry)

    def build(self, width: int) -> list[Line]:
        match self.reading:
            case None:
                return self._entry_lines(width)
            case Article() as article:
                return self._article_lines(article, width)
            case Canned() as canned:
                keys = _("w puts it into the reply, its gaps filled.")
                return _text_lines(canned.title, _("Prepared answer"), canned.body, keys, width)
            case Event() as reply:
                keys = _("w puts it into the reply. Enter opens its ticket.")
                told = _(
                    "{agent} to the customer, {day}", agent=safe_line(reply.author_name), day=day_with_year(reply.at)
                )
                return _text_lines(told, _("Our reply"), reply.body, keys, width)
            case _:
                assert_never(self.reading)

    def is_chosen(self, shown: Line) -> bool:
        return shown.entry is not None and shown.entry == self.cursor  # the field above moves it too

    def _entry_lines(self, width: int) -> list[Line]:
        answer = self.answer
        lines = [line((self.heading, "dim"))]
        if answer.problem:
            lines.append(line((answer.problem, "late")))
        elif not answer.articles:
            lines += [line((text, "dim")) for text in wrap(_nothing_fits(answer), max(width, 8))]
        headings = (
            (answer.articles, ""),
            (answer.similar, _("Solved before, like this")),
            (answer.prepared, _("Prepared answers")),
            (answer.earlier, _("Answered to this customer before")),
            (answer.duplicates, _("Possibly the same ticket")),
        )
        entry = 0
        for entries, heading in headings:
            if heading and entries:
                lines += [line(), line((heading, "dim"))]
            for one in entries:
                lines.append(Line(tuple(self._row(entry, one, width)), entry))
                entry += 1
        return lines

    def _row(self, entry: int, one: Entry, width: int) -> Sequence[Span]:
        lead: Span = (f"{number(entry + 1)} ", "dim")
        match one:
            case Suggestion():
                return _article_row(lead, one, self.answer.language, width)
            case Hit():
                return [lead, (truncate(safe_line(one.title), max(4, width - 4)), "plain")]
            case Canned():
                return [lead, (truncate(safe_line(one.title), max(4, width - 4)), "plain")]
            case Event():
                when = day(one.at) if one.at.year == self.answer.year else day_with_year(one.at)
                words = " ".join(safe_line(one.body[:WORDS_READ]).split())
                return ends([lead, (words, "plain")], [(f"  {when}", "dim")], width)
            case Duplicate():
                text = f"#{safe_line(one.number)} {safe_line(one.subject)}"
                return [lead, (truncate(text, max(4, width - 4)), "plain")]
            case _:
                assert_never(one)

    def _article_lines(self, article: Article, width: int) -> list[Line]:
        room = max(8, width - 2)
        lines = [line((text, "strong")) for text in wrap(safe_line(article.title), room)]
        marks = [article.language, safe_line(article.section)]
        lines.append(line(("  ".join(mark for mark in marks if mark), "dim")))
        if article.internal:
            lines.append(line((_("INTERNAL: never for customers"), "note")))
        if why := self._why(article):
            lines += [line((text, "dim")) for text in wrap(why, room)]
        lines.append(line())
        body = safe_text(article.body)
        lines += map(Line, marked(wrap(body, room, keep_prefix=True), body, self.sought, "plain"))
        if article.url:
            lines += [line(), *(line((text, "dim")) for text in wrap(safe_line(article.url, ascii_only=True), room))]
        keys = _("F says what is wrong with it.")
        return [*lines, line(), *(line((text, "dim")) for text in wrap(keys, room))]

    def _why(self, article: Article) -> str:
        """What use taught about an article, in words."""
        one = next((one for one in self.answer.articles if one.hit.ref == article.ref), None)
        if one is None or not one.inserted:
            return ""
        used, solved = number(one.inserted), number(one.solved)
        if one.is_for_such:
            return _("Sent {used} times for such tickets, solved {solved}.", used=used, solved=solved)
        return _("Sent {used} times, solved {solved}.", used=used, solved=solved)


def _nothing_fits(answer: Answer) -> str:
    if isinstance(answer.question, str):
        return _("No article fits. Other words may find one; D drafts one from this ticket.")
    return _("No article fits. ctrl+k searches; D drafts one from this ticket.")


def _text_lines(title: str, mark: str, body: str, keys: str, width: int) -> list[Line]:
    room = max(8, width - 2)
    return [
        *(line((text, "strong")) for text in wrap(safe_line(title), room)),
        line((mark, "dim")),
        line(),
        *(line(text) for text in wrap(safe_text(body).strip(), room, keep_prefix=True)),
        line(),
        *(line((text, "dim")) for text in wrap(keys, room)),
    ]


def _article_row(lead: Span, one: Suggestion, spoken: str, width: int) -> Sequence[Span]:
    marks: list[Span] = []
    if one.hit.internal:
        marks.append((f"  {_('internal')}", "note"))
    if one.inserted:
        used = _("solved {solved}/{used}", solved=number(one.solved), used=number(one.inserted))
        marks.append((f"  {used}", "dim"))
    language = one.hit.language.partition("-")[0]
    is_other = bool(spoken) and language != spoken.partition("-")[0]
    marks.append((f"  {language:2}", "soon" if is_other else "dim"))
    room = max(4, width - 4 - sum(cell_width(text) for text, _tone in marks))
    return ends([lead, (truncate(safe_line(one.hit.title), room), "plain")], marks, width)
