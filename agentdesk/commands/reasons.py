"""Why customers write: contact reasons, counted."""

from collections.abc import Sequence
from datetime import timedelta

from agentdesk.answers import Answer
from agentdesk.commands.answering import say_taken
from agentdesk.commands.context import Context
from agentdesk.commands.registry import commands
from agentdesk.errors import Refused
from agentdesk.filters import parse, within
from agentdesk.i18n import _
from agentdesk.store.reason_counts import ReasonCount, Trend, counts
from agentdesk.text.safe import safe_line
from agentdesk.text.width import cell_width, pad, truncate

DAYS = 30
MOST_DAYS = 3_650
SHOWN = 5
"""So many columns have room on a narrow screen."""
MOST_CELLS = 40


@commands.add("reason list", scope="app", in_shell=True, is_recorded=False)
async def list_reasons(cx: Context, query: str = "", *, days: int = DAYS) -> Answer:
    """Count why customers wrote of late, and what is rising or falling."""
    if not 1 <= days <= MOST_DAYS:
        raise Refused(_("--days is how long the period is, from 1 to {most}.", most=MOST_DAYS))
    question = within(parse(query), cx.account)
    if not cx.front.has_screen:
        await cx.desk.reason()
    store = cx.desk.store
    say_taken(cx, question)
    for problem in store.search.reasoning.problems():
        cx.front.say(problem, "bad")
    now, period, me = cx.now(), timedelta(days=days), cx.desk.my_ids()
    found = await cx.desk.note(lambda store: counts(store.db, question, now=now, period=period, me=me))
    headings = (_("Reason"), _("Tickets"), _("Share"), _("Before"), _("Trend"), _("Such as"), _("By"))
    table = [_row(cx, one) for one in found]
    return Answer(
        [_document(one) for one in found],
        headings=headings,
        rows=table,
        text=_lines([headings[:SHOWN], *(row[:SHOWN] for row in table)]) if cx.front.has_screen else "",
        nothing=_("No ticket of the last {days} days answers this query.", days=2 * days),
    )


def trend_word(trend: Trend) -> str:
    match trend:
        case "rising":
            return _("rising")
        case "falling":
            return _("falling")
        case "steady":
            return _("steady")


def _source_words(one: ReasonCount) -> str:
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


def _row(cx: Context, one: ReasonCount) -> list[str]:
    return [
        safe_line(one.name) or _("no reason"),
        str(one.tickets),
        f"{one.share:.0%}",
        str(one.before),
        trend_word(one.trend) if one.trend else "",
        " ".join(cx.desk.clear_name(ref) for ref in one.examples),
        _source_words(one),
    ]


def _document(one: ReasonCount) -> dict[str, object]:
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


def _lines(table: Sequence[Sequence[str]]) -> str:
    """A table of names, numbers and trends as lines of text."""
    widths = [min(max(cell_width(row[place]) for row in table), MOST_CELLS) for place in range(len(table[0]))]
    lines = []
    for row in table:
        name, *numbers, trend = map(truncate, row, widths)
        counted = (pad(number, width, align="right") for number, width in zip(numbers, widths[1:-1], strict=True))
        lines.append("  ".join((pad(name, widths[0]), *counted, trend)))
    return "\n".join(lines)
