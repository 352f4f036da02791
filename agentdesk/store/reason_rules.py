"""The team's own reasons: a file with `name = what tickets say` on each line, which wins over everything found.

    返金 = 返金 OR 返品 OR tag:refund       # the first line that fits a ticket names it
    late parcel = "where is my" OR (parcel late)

What stands behind the = is asked in the language of filters; only what a ticket is about may be asked, not how it
stands. `#` begins a comment. A line that cannot be read is left out and told; the others hold.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from agentdesk.errors import FilterError
from agentdesk.filters import And, Compare, Filter, Node, Not, Or, parse
from agentdesk.i18n import _
from agentdesk.record import record

FILE: Final = "reasons.txt"
FIELDS: Final = ("tag", "subject", "channel", "group", "org", "lang", "customer", "account")
"""What may be asked beside words: all that is noted when it changes."""


@record
class Rule:
    """A reason's name, and the filter that a ticket meets to have it."""

    name: str
    query: Filter


def rules(path: Path) -> tuple[list[Rule] | None, list[str]]:
    """The rules in a file, none where there is none, and what is wrong with it, in words.

    None instead of rules for a file that is there and cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        return None, [_("{path} cannot be read: {reason}.", path=str(path), reason=str(error))]
    return rules_of(text)


def rules_of(text: str) -> tuple[list[Rule], list[str]]:
    """The rules in the text of the file, and what is wrong with it, with the numbers of the lines."""
    found: list[Rule] = []
    problems: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        told = line.partition("#")[0].replace("＝", "=", 1).strip()
        if not told:
            continue
        name, equals, asked = (part.strip() for part in told.partition("="))
        problem = _problem(name, equals, asked, [rule.name for rule in found])
        if problem:
            problems.append(_("{file}, line {number}: {problem}", file=FILE, number=number, problem=problem))
        else:
            found.append(Rule(name, parse(asked)))
    return found, problems


def _problem(name: str, equals: str, asked: str, taken: Sequence[str]) -> str | None:
    """What is wrong with a line."""
    if not (name and equals and asked):
        return _('write "name = words".')
    if name in taken:
        return _("{name} is named twice; join the two with OR.", name=name)
    try:
        where = parse(asked).where
    except FilterError as error:
        return str(error)
    if where == And():
        return _('write "name = words".')
    other = next((field for field in _asked_fields(where) if field not in FIELDS), None)
    if other:
        fields = ", ".join(f"{field}:" for field in FIELDS)
        return _("{field}: does not say what a ticket is about; use words, or {fields}.", field=other, fields=fields)
    return None


def _asked_fields(where: Node) -> list[str]:
    match where:
        case Compare(field):
            return [field]
        case And(parts) | Or(parts):
            return [field for part in parts for field in _asked_fields(part)]
        case Not(part):
            return _asked_fields(part)
        case _:
            return []
