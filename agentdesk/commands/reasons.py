"""Why customers write: contact reasons, counted."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from agentdesk.answers import Answer
from agentdesk.commands.answering import as_far_as_can_be, say_taken
from agentdesk.commands.context import Choice, Context
from agentdesk.commands.registry import Query, commands
from agentdesk.errors import Refused
from agentdesk.filters import parse, within
from agentdesk.filters.completing import written
from agentdesk.filters.narrowing import with_part
from agentdesk.i18n import _
from agentdesk.text.safe import safe_line
from agentdesk.text.width import cell_width, pad

DAYS = 30
MOST_DAYS = 3_650
if TYPE_CHECKING:
    from agentdesk.store.reason_counts import ReasonCount, Trend

REASON, NONE = "reason", "none"


@commands.add("reason list", scope="app", in_shell=True, is_recorded=False)
async def list_reasons(cx: Context, query: Query = "", *, days: int = DAYS) -> Answer | None:
    """Count why customers wrote of late, and what is rising or falling."""
    from agentdesk.store.reason_counts import counts  # late: the first paint counts no reasons

    if not 1 <= days <= MOST_DAYS:
        raise Refused(_("--days is how long the period is, from 1 to {most}.", most=MOST_DAYS))
    question = within(parse(query), cx.account)
    if not cx.front.has_screen:
        await as_far_as_can_be(cx, cx.desk.reason())
    say_taken(cx, question)
    for problem in cx.desk.store.search.reasoning.problems():
        cx.front.say(problem, "bad")
    now, period, me = cx.now(), timedelta(days=days), cx.desk.my_ids()
    found = await cx.desk.note(lambda store: counts(store.db, question, now=now, period=period, me=me))
    if cx.front.has_screen:
        await _choose(cx, found, query, days)
        return None
    return Answer(
        [_document(one) for one in found],
        headings=(_("Reason"), _("Tickets"), _("Share"), _("Before"), _("Trend"), _("Such as"), _("By")),
        rows=[_row(cx, one) for one in found],
        nothing=_nothing(days),
    )


async def _choose(cx: Context, found: "Sequence[ReasonCount]", query: str, days: int) -> None:
    """Let the agent look at the counts, and open the tickets of one."""
    counted = [one for one in found if one.tickets]
    if not counted:
        cx.front.say(_nothing(days))
        return
    title = _("Contact reasons, {days} days (tickets, share, the {days} days before)", days=days)
    choices = [Choice(one.name or NONE, _name(one), hint) for one, hint in zip(counted, _hints(counted), strict=True)]
    chosen = await cx.front.choose(title, choices)
    if chosen is not None:
        part = with_part(query, f"{REASON}:{written(chosen)}")
        cx.front.screen.show_queue(with_part(part, f"created:{days}d"))


def _hints(counted: "Sequence[ReasonCount]") -> list[str]:
    """The counts and trends, in columns."""
    table = [
        (str(one.tickets), f"{one.share:.0%}", str(one.before), trend_word(one.trend) if one.trend else "")
        for one in counted
    ]
    widths = [max(cell_width(row[place]) for row in table) for place in range(4)]
    return [
        "  ".join(
            (
                *(pad(word, width, align="right") for word, width in zip(row[:3], widths, strict=False)),
                pad(row[3], widths[3]),
            )
        )
        for row in table
    ]


def _nothing(days: int) -> str:
    return _("No ticket of the last {days} days answers this query.", days=2 * days)


def _name(one: "ReasonCount") -> str:
    return safe_line(one.name) or _("no reason")


def trend_word(trend: "Trend") -> str:
    match trend:
        case "rising":
            return _("rising")
        case "falling":
            return _("falling")
        case "steady":
            return _("steady")


def _source_words(one: "ReasonCount") -> str:
    """What makes tickets have a reason, in words."""
    match one.source:
        case "team":
            return _("your team")
        case "field":
            return _("the helpdesk")
        case "found":
            return _("words: {words}", words=" ".join(map(safe_line, one.words)))
        case _:
            return ""


def _row(cx: Context, one: "ReasonCount") -> list[str]:
    return [
        _name(one),
        str(one.tickets),
        f"{one.share:.0%}",
        str(one.before),
        trend_word(one.trend) if one.trend else "",
        " ".join(cx.desk.clear_name(ref) for ref in one.examples),
        _source_words(one),
    ]


def _document(one: "ReasonCount") -> dict[str, object]:
    return {
        "reason": one.name or None,
        "source": one.source or None,
        "words": list(one.words),
        "tickets": one.tickets,
        "share": round(one.share, 4),
        "before": one.before,
        "trend": one.trend,
        "examples": [{"account": ref.account, "id": ref.id} for ref in one.examples],
    }
