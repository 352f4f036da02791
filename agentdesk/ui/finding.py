"""Finding: what a question that is being typed finds, read beside the loop in steps, the quickest first."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from agentdesk.commands.registry import Command, commands
from agentdesk.errors import FilterError
from agentdesk.filters.completing import Completion, complete
from agentdesk.filters.hearing import hear
from agentdesk.i18n import _, number
from agentdesk.model import Canned
from agentdesk.record import record
from agentdesk.store import Store
from agentdesk.store.facets import Facet
from agentdesk.store.indexing import Progress
from agentdesk.store.meant import Taken
from agentdesk.store.search import Hit
from agentdesk.store.why import Why
from agentdesk.text.normalise import normalise
from agentdesk.text.safe import safe_line
from agentdesk.ui.matching import best
from agentdesk.ui.painting import Span
from agentdesk.ui.widgets.lines import joined

MOST = 30
ResultKind = Literal["ticket", "article", "customer", "template", "command"]
KINDS: tuple[ResultKind, ...] = ("ticket", "article", "customer", "template", "command")
Result = Hit | Canned | Command


@record
class Problem:
    """Why a question does not read, and at which character."""

    text: str
    at: int


@record
class Answers:
    """What a question found: results by kind, how the last word may go on, and, a little later, how tickets divide.

    `tickets` is how many there are in all, None until that is known. Beside a `problem`, what is found is found by the
    words alone.
    """

    question: str
    found: Mapping[ResultKind, Sequence[Result]]
    completions: tuple[Completion, ...] = ()
    problem: Problem | None = None
    progress: Progress | None = None
    tickets: int | None = None
    facets: tuple[Facet, ...] = ()
    taken: tuple[Taken, ...] = ()

    def count(self) -> int:
        return sum(len(results) for results in self.found.values())


class Seeker:
    """Answers questions for one opening of Find; its prepared answers are read once."""

    def __init__(self, account: str | None, prepared: Callable[[Store], Iterable[Canned]]) -> None:
        self._account = account
        self._read_prepared = prepared
        self._prepared: list[tuple[str, Canned]] | None = None

    def answers(self, store: Store, question: str, caret: int, now: datetime) -> Answers:
        """What a question finds, without the counts."""
        known = complete(question, caret, store.queries.names) if _is_begun(question[:caret]) else []
        ways = tuple(one for one in known if one.text != question[one.start : one.end])
        if not question.strip():
            return Answers(question, {})
        try:
            heard = hear(question)
            hits = store.search.search(question, now=now, limit=MOST, account=self._account)
        except FilterError as error:
            return Answers(question, {}, ways, Problem(safe_line(str(error)), error.at))
        found: dict[ResultKind, Sequence[Result]] = {
            "ticket": [hit for hit in hits if hit.kind == "ticket"],
            "article": [hit for hit in hits if hit.kind == "article"],
            "customer": [hit for hit in hits if hit.kind == "customer"],
            "template": self._templates(store, question),
            "command": best(question, commands, lambda one: f"{one.name} {one.help}")[:MOST],
        }
        problem = heard.problem
        hint = Problem(safe_line(str(problem)), problem.at) if problem else None
        taken = tuple(store.search.taken(heard.question))
        return Answers(question, found, ways, hint, progress=store.search.progress(), taken=taken)

    def counted(self, store: Store, answers: Answers, now: datetime) -> Answers:
        """The same answers, with how many tickets there are and how they divide."""
        hits = [one for one in answers.found.get("ticket", ()) if isinstance(one, Hit)]
        if not hits:
            return replace(answers, tickets=0)
        count, facets = store.search.divided(answers.question, hits, now=now, account=self._account)
        return replace(answers, tickets=count, facets=tuple(facets))

    def _templates(self, store: Store, question: str) -> list[Canned]:
        """The prepared answers with every word that was typed, those with all of them in the title first."""
        if self._prepared is None:
            self._prepared = [(normalise(f"{one.title}\n{one.body}"), one) for one in self._read_prepared(store)]
        words = normalise(question).split()
        found = [one for text, one in self._prepared if all(word in text for word in words)]
        return sorted(found, key=lambda one: not all(word in normalise(one.title) for word in words))[:MOST]


def _is_begun(before: str) -> bool:
    """Has the word before the caret begun? Every field at once, behind each word, would hide what there is to know."""
    return bool(before) and not before[-1].isspace()


def why_words(why: Why) -> tuple[Span, ...]:
    """Why something was found, in a few words each."""
    facts: list[Span] = []
    if why.words:
        facts.append((_("Found by: {words}", words=_listed(why.words)), "plain"))
    for asked, found in why.variants:
        facts.append(
            (_("{found}, another writing of {asked}", found=safe_line(found), asked=safe_line(asked)), "plain")
        )
    for asked, found in why.aliases:
        facts.append(
            (_("{found}, your team's word for {asked}", found=safe_line(found), asked=safe_line(asked)), "plain")
        )
    for asked, found in why.names:
        facts.append((_("{asked}: did you mean {found}?", found=safe_line(found), asked=safe_line(asked)), "soon"))
    if why.missing and why.is_by_meaning:
        facts.append((_("None of the words is in it; it means something alike."), "soon"))
    elif why.missing:
        facts.append((_("Not in it: {words}", words=_listed(why.missing)), "soon"))
    if why.sent:
        used = _(
            "Sent {used} times for such tickets, solved {solved}.", used=number(why.sent), solved=number(why.solved)
        )
        facts.append((used, "good"))
    return joined(facts, "   ")


def _listed(words: Sequence[str]) -> str:
    return ", ".join(safe_line(word) for word in words)
