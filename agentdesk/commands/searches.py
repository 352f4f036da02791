"""Searching from the shell."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from agentdesk.answers import Answer, most
from agentdesk.commands.answering import as_far_as_can_be, needs_ticket, one_ticket, say_taken
from agentdesk.commands.context import Choice, Context
from agentdesk.commands.effort import scored
from agentdesk.commands.registry import Query, commands
from agentdesk.errors import Refused, StoreError
from agentdesk.filters import Filter, mentions
from agentdesk.i18n import _
from agentdesk.text.safe import safe_line

if TYPE_CHECKING:
    from agentdesk.filters.hearing import Heard
    from agentdesk.store.search import Hit, HitKind

ALIASES = "aliases.txt"
KINDS: "tuple[HitKind, ...]" = ("article", "ticket", "customer")
LIMIT = 20


@commands.add("search", scope="shell", in_shell=True, is_recorded=False)
async def search(cx: Context, query: Query, *, kind: str = "", limit: int = LIMIT) -> Answer:
    """Search articles, tickets and customers, best first."""
    if kind and kind not in KINDS:
        raise Refused(_("There is no kind {kind!r}. Choose one of: {names}.", kind=kind, names=", ".join(KINDS)))
    from agentdesk.filters.hearing import hear  # late: the first paint hears no question

    limit = most(limit)
    heard = hear(query)
    await as_far_as_can_be(cx, cx.desk.index())
    if mentions(heard.question, "effort"):
        await scored(cx)
    say_taken(cx, heard.question)
    now = cx.now()
    # nobody types on: the last word is a beginning only where as a word it finds nothing
    hits = _found(cx, heard.question, kind, limit, now) or _found(cx, query, kind, limit, now)
    with suppress(StoreError):  # what was found is told on a full disk, too
        await cx.desk.write(lambda store: store.search.vocabulary.searched(query, bool(hits), now))
    results = [
        {
            "kind": hit.kind,
            "account": hit.ref.account,
            "id": hit.ref.id,
            "title": hit.title,
            "snippet": hit.passage.text,
            "score": round(hit.score, 6),
        }
        for hit in hits
    ]
    return Answer(
        {"query": query, "results": results},
        headings=(_("Kind"), _("Id"), _("Title"), _("Found")),
        rows=[[hit.kind, cx.desk.clear_name(hit.ref), hit.title, hit.passage.text] for hit in hits],
        nothing=_("Nothing is found for {query!r}.", query=query),
        hint="\n".join(_hints(cx, heard, kind)),
    )


def _hints(cx: Context, heard: "Heard", kind: str) -> Iterator[str]:
    """What to know about the answer: how the query was taken, and which extra has no part in it yet."""
    if heard.problem:
        yield _("Looked for the words: {reason}", reason=safe_line(str(heard.problem)))
    if kind in ("", "article"):
        for name, count in cx.desk.store.search.meaning.behind().items():
            yield _(
                "{name} has {count} articles to read before it helps. agentdesk sync reads them.",
                name=name,
                count=count,
            )


def _found(cx: Context, query: Filter | str, kind: str, limit: int, now: datetime) -> "list[Hit]":
    kinds = tuple(one for one in KINDS if kind in ("", one))
    search = cx.desk.store.search
    return search.search(query, kinds=kinds, limit=limit, now=now, account=cx.account or None, is_typed=False)[:limit]


@commands.add("ticket similar", scope=("ticket", "shell"), when=needs_ticket, in_shell=True, is_recorded=False)
async def similar(cx: Context, *, limit: int = 5) -> Answer | None:
    """Show open tickets that may be the same as this one, and solved ones like it."""
    this, limit = one_ticket(cx).ticket, most(limit)
    if not cx.front.has_screen:  # behind a screen the sync indexes
        await as_far_as_can_be(cx, cx.desk.index())
    store = cx.desk.store
    same = store.search.duplicates(this.ref, limit=limit)
    solved = store.search.similar_solved(this.ref, limit=limit)
    document: list[dict[str, object]] = [
        {
            "state": "duplicate", "account": one.ref.account, "id": one.ref.id, "title": one.subject,
            "score": round(one.nearness, 6),
        }
        for one in same
    ]  # fmt: skip
    document += [
        {
            "state": "solved", "account": hit.ref.account, "id": hit.ref.id, "title": hit.title,
            "score": round(hit.score, 6),
        }
        for hit in solved
    ]  # fmt: skip
    states = {"duplicate": _("possible duplicate"), "solved": _("solved before")}
    nothing = _("Nothing is found for {query!r}.", query=this.subject)
    rows = [[states[str(one["state"])], str(one["id"]), str(one["title"])] for one in document]
    if not cx.front.has_screen:
        return Answer(document, headings=(_("Kind"), _("Id"), _("Title")), rows=rows, nothing=nothing)
    if not rows:
        raise Refused(nothing)
    choices = [Choice(str(place), safe_line(title), state) for place, (state, _id, title) in enumerate(rows)]
    chosen = await cx.front.choose(_("Tickets"), choices)
    if chosen is not None:
        cx.front.screen.show_ticket([*(one.ref for one in same), *(hit.ref for hit in solved)][int(chosen)])
    return None


@commands.add("alias list", scope="shell", in_shell=True, is_recorded=False)
async def list_aliases(cx: Context) -> Answer:
    """List the team's words for one thing, and what searches that were reworded propose."""
    vocabulary = cx.desk.store.search.vocabulary
    words = vocabulary.words()
    document: list[dict[str, object]] = [
        {"state": "held", "words": list(group), "times": None} for group in words.groups
    ]
    document += [
        {"state": "proposed", "words": [one.query, one.reworded], "times": one.times}
        for one in vocabulary.candidates()
        if not one.is_accepted
    ]
    states = {"held": _("held"), "proposed": _("proposed")}
    rows = [
        [states[str(one["state"])], " = ".join(one["words"]), str(one["times"] or "")]  # type: ignore[arg-type]  # words
        for one in document
    ]
    rows += [[_("cannot be read"), problem, ""] for problem in words.problems]
    return Answer(document, headings=(_("State"), _("Line for {file}", file=ALIASES), _("Times")), rows=rows)


@commands.add("alias accept", scope="shell", in_shell=True, is_recorded=False)
async def accept_alias(cx: Context, query: str) -> Answer:
    """Let what a search was reworded to count for it from now on."""
    accepted = await cx.desk.write(lambda store: store.search.vocabulary.accept(query))
    if not accepted:
        raise Refused(_("Nothing is proposed for {query!r}. See: agentdesk alias list", query=query))
    lines = [f"{one.query} = {one.reworded}" for one in accepted]
    path = str(cx.desk.folders.config / ALIASES)
    told = _("This holds on this desk. To share it, add to {path}:", path=path)
    return Answer([{"words": [one.query, one.reworded]} for one in accepted], text="\n".join([told, *lines]))
