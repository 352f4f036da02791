"""Filters: the one language in which queues, search, macros and the shell ask for tickets.

    words "a phrase" -not  A OR B  (A B) OR C  status:open,pending  priority>=high  waiting>2h  after:昨日  sort:wait

Words stand side by side for "and". `fields` is the table of everything that may stand before a colon, `reading` makes
a `question` of a text, `times` knows how times are typed, `completing` how a word may go on. Full-width signs count
as their ASCII twins; offsets in errors are offsets in the text as typed.
"""

from agentdesk.filters.fields import FIELDS, PRIORITIES, STATUSES, FieldKind
from agentdesk.filters.question import (
    ALL,
    And,
    Compare,
    Filter,
    Node,
    Not,
    Operator,
    Or,
    Phrase,
    Sort,
    Word,
    both,
    compares,
    fields_in,
    has_words,
    mentions,
    plain,
    sorted_by,
    terms,
    within,
)
from agentdesk.filters.reading import parse
from agentdesk.filters.signs import folded
from agentdesk.filters.times import Ago, At, Back, Day, DaysBack, Month, Weekday, When, day_after, moment

__all__ = [
    "ALL",
    "FIELDS",
    "PRIORITIES",
    "STATUSES",
    "Ago",
    "And",
    "At",
    "Back",
    "Compare",
    "Day",
    "DaysBack",
    "FieldKind",
    "Filter",
    "Month",
    "Node",
    "Not",
    "Operator",
    "Or",
    "Phrase",
    "Sort",
    "Weekday",
    "When",
    "Word",
    "both",
    "compares",
    "day_after",
    "fields_in",
    "folded",
    "has_words",
    "mentions",
    "moment",
    "parse",
    "plain",
    "sorted_by",
    "terms",
    "within",
]
