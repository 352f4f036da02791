"""Hearing: a question as it was asked, read as a query where it is one, else as its words.

People paste what customers write, and customers write `?`, `(`, `:` and `"` without meaning a query. Three rules:

- *Told* is what has the marks of a sentence (a question mark, a full stop, a comma, a line break, a 「quotation」 amid
  other words, many words): signs mean nothing there, unless a field stands among them with a value that it takes.
- What does not read as a query is looked for as words, and `problem` says why it did not read.
- A slip in what can only be a query (`status:opne`, `stauts:open`) is refused, so that nobody takes words for a filter.
"""

import re
from dataclasses import replace
from typing import Final

from agentdesk.errors import FilterError
from agentdesk.filters.fields import FIELD_SIGN, field_named
from agentdesk.filters.question import And, Compare, Filter, Node, Phrase, Word
from agentdesk.filters.reading import LONGEST, OPERATORS, parse
from agentdesk.filters.signs import folded
from agentdesk.record import record

_MARKED: Final = re.compile(r"[?？!！](?=$|[\s\"'”’」』）)\]])|。|\n(?=.*\S)")
_PAUSED: Final = re.compile(r"、|(?<=\w\w)[.,;](?=\s)")
_WITHOUT_LAST: Final = re.compile(r"\s[-－−][^\s.,;、]+\s*$")
"""Nobody's sentence ends in a word with a minus; a query does."""
_QUOTED_INSIDE: Final = re.compile(r"[^\s(（:：=<>＜＞-][「『]|[」』][^\s)）]")
_QUOTED_WHOLE: Final = re.compile(r"\s*[「『][^」』]{15,}[」』]\s*")
_GROUPED: Final = re.compile('[("「『（“]')
_PARTING: Final = re.compile(r"[()\[\]{}<>\"“”„「」『』（）【】［］＂＜＞：]+")
"""Signs that never stand within a word; others may, as in 10:30 or an address."""
_MANY_WORDS: Final = 9
_FEW_WORDS: Final = 4
"""Who writes more of them and slips in a sign was telling, not filtering."""


@record
class Heard:
    """A question, and why the text did not read as a query where it did not."""

    question: Filter
    problem: FilterError | None = None


def hear(text: str) -> Heard:
    """What a text asks for; raises `FilterError` for a slip in what can only be meant as a query."""
    looked_at = text[:LONGEST]
    has_fields = any(map(_is_field, FIELD_SIGN.finditer(looked_at)))
    is_told = _is_told(looked_at)
    try:
        question = parse(text)
    except FilterError as error:
        if error.is_slip and not is_told and len(text.split()) <= _FEW_WORDS:
            raise
        return Heard(_in_words(text), error if has_fields or not is_told else None)
    return Heard(_in_words(text) if is_told and not has_fields else _with_number_as_word(question))


def _is_field(sign: re.Match[str]) -> bool:
    return field_named(folded(sign["name"])) is not None and bool(sign.string[sign.end() : sign.end() + 1].strip())


def _is_told(text: str) -> bool:
    if _MARKED.search(text) or _QUOTED_INSIDE.search(text) or _QUOTED_WHOLE.fullmatch(text):
        return True
    if _WITHOUT_LAST.search(text):
        return False
    if _PAUSED.search(text):
        return True
    pieces = text.split()
    if not OPERATORS.isdisjoint(pieces) or _GROUPED.search(text):
        return False
    return len(pieces) >= _MANY_WORDS or ("NOT" in pieces and len(pieces) > _FEW_WORDS)


def _in_words(text: str) -> Filter:
    """Every word of the text, none of its signs obeyed."""
    kept = text[:LONGEST]
    pieces = _PARTING.sub(" ", kept).split() or kept.split()
    words = [Word(piece) for piece in pieces if piece not in OPERATORS] or [Word(piece) for piece in pieces]
    return Filter(words[0] if len(words) == 1 else And(tuple(words)), text=text)


def _with_number_as_word(question: Filter) -> Filter:
    """The same question, `#123` among words being one of them: an order, and not the number of a ticket."""
    match question.where:
        case And(parts) if re.search(r"(?:^|\s)[#＃]\d", question.text) and any(
            isinstance(part, Word | Phrase) for part in parts
        ):
            return replace(question, where=And(tuple(map(_as_word, parts))))
        case _:
            return question


def _as_word(part: Node) -> Node:
    match part:
        case Compare("number", ":", str(number)):
            return Word(f"#{number}")
        case _:
            return part
