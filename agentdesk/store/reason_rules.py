"""The team's own reasons: a file with `name = what tickets say` on each line, which wins over everything found.

    返金 = 返金 OR 返品 OR tag:refund       # the first line that fits a ticket names it
    late parcel = "where is my" OR (parcel late)

What stands behind the = is asked in the language of filters; only what a ticket is about may be asked, not how it
stands. `#` begins a comment, at the beginning of a line or behind a space. A line that cannot be read is left out and
told; the others hold.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from agentdesk.errors import FilterError
from agentdesk.filters import And, Filter, fields_in, parse
from agentdesk.filters.signs import TWINS
from agentdesk.i18n import _
from agentdesk.record import record

FILE: Final = "reasons.txt"
FIELDS: Final = ("tag", "subject", "channel", "group", "org", "lang", "customer", "account")
"""What may be asked beside words: all that is noted when it changes."""
_COMMENT: Final = re.compile(r'"[^"]*"|「[^」]*」|『[^』]*』|(?:^|(?<=\s))#')
"""Where a comment begins, or else something in quotes."""


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
        told = _without_comment(line).replace("＝", "=", 1).strip()
        if not told:
            continue
        match _read(told, [rule.name for rule in found]):
            case Rule() as rule:
                found.append(rule)
            case problem:
                problems.append(_("{file}, line {number}: {problem}", file=FILE, number=number, problem=problem))
    return found, problems


def _without_comment(line: str) -> str:
    """A line up to its comment; `C#` and what stands in quotes is none."""
    begin = next((match.start() for match in _COMMENT.finditer(line.translate(TWINS)) if match[0] == "#"), None)
    return line[:begin]


def _read(told: str, taken: Sequence[str]) -> Rule | str:
    """The rule that a line says, or what is wrong with it."""
    name, equals, asked = (part.strip() for part in told.partition("="))
    if not (name and equals and asked):
        return _('write "name = words".')
    if name in taken:
        return _("{name} is named twice; join the two with OR.", name=name)
    try:
        query = parse(asked)
    except FilterError as error:
        return str(error)
    if query.where == And():
        return _('write "name = words".')
    other = next((field for field in fields_in(query.where) if field not in FIELDS), None)
    if other:
        fields = ", ".join(f"{field}:" for field in FIELDS)
        return _("{field}: does not say what a ticket is about; use words, or {fields}.", field=other, fields=fields)
    return Rule(name, query)
