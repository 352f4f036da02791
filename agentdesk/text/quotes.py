"""The parts of a mail body: fresh words, quoted history, forwarded mail, signatures.

Folding must never hide what a customer has just written, so a doubt is decided for showing:
- `>` lines are quotes, with the line above that says who wrote them; words between them stay fresh.
- After `-----Original Message-----`, 差出人: and their kin, all the rest is history, but only below fresh words; a mail
  that begins so is a forward.
- `-- ` begins a signature of at most 20 lines; a ruled line does near the end, if only an address, a number or a
  company follows.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import groupby
from typing import Final

from agentdesk.record import record


class Kind(StrEnum):
    """What a part of a mail body is."""

    TEXT = "text"
    QUOTE = "quote"
    SIGNATURE = "signature"
    FORWARD = "forward"


@record
class Block:
    """Neighbouring lines of one kind, with their line ends: the texts of all blocks make up the body."""

    kind: Kind
    text: str

    @property
    def lines(self) -> int:
        """How many lines it takes."""
        return len(self.text.removesuffix("\n").split("\n"))


def fold(text: str) -> list[Block]:
    """Return the parts of a mail body in their order; joined, they are the body again."""
    lines = _LINES.findall(text)
    kinds = [Kind.QUOTE if _MARKED.match(line) else Kind.TEXT for line in lines]
    _join_blank_lines(lines, kinds)
    _mark_history(lines, kinds)
    for start, end in _fresh_runs(kinds):
        _mark_signature(lines, kinds, start, end)
    paired = groupby(zip(kinds, lines, strict=True), key=lambda pair: pair[0])
    return [Block(kind, "".join(line for _, line in run)) for kind, run in paired]


SIGNATURE_LINES: Final = 20

_LINES: Final = re.compile(r"[^\n]*\n|[^\n]+")
_MARKED: Final = re.compile(r" {0,3}[>＞]")
_DATE: Final = re.compile(
    r"\d{4}[年/.-]\s?\d{1,2}[月/.-]\s?\d{1,2}|\d{1,2}[./ ]\s?\w{3,9}[./ ]?\s?\d{4}"
    r"|\w{3,9}\.? \d{1,2},? \d{4}|\d{1,2}/\d{1,2}/\d{2,4}"
)
_WROTE: Final = re.compile(r"\b(?:wrote|writes|said)\b|書きました|のメール|のメッセージ")
_ADDRESSED: Final = re.compile(
    r"[^\s<>@]@[\w.-]+>?\s*(?:wrote|(?:さん|様)?(?:は書きました|のメール|のメッセージ))?\s*[:：]$"
)
_COLONS: Final = (":", "：")
_FORWARDED: Final = re.compile(
    r"\s*(?:-{2,}\s*(?:Forwarded [Mm]essage|転送メッセージ|転送されたメッセージ|Weitergeleitete Nachricht)[^\n]*"
    r"|Begin forwarded message:)\s*"
)
_DIVIDER: Final = re.compile(
    r"\s*-{2,}\s*(?:Original (?:Message|Appointment)|元のメッセージ|Original-Nachricht|Reply message)\s*-{2,}\s*",
    re.IGNORECASE,
)
_FROM: Final = re.compile(r"[\s*]*(?:From|差出人|送信者|Von|De)\s?\*?[:：]\*?\s?\S")
_HEADER: Final = re.compile(
    r"[\s*]*(?:From|Sent|Date|To|Cc|Subject|差出人|送信者|送信日時|送信日|日時|日付|宛先|件名|Von|Gesendet|An|Betreff)\s?\*?[:：]"
)
_RULE: Final = frozenset("━─＝=＊*－―‐-_ー☆★◇◆□■●○・.～~+…∞♪/＿ ")
_CONTACT: Final = re.compile(
    r"[^\s@]@[\w-]+\.\w|https?://|www\.|\b(?:TEL|Tel|Phone|Mobile|FAX|Fax|Inc\.|Ltd|GmbH)(?![a-z])"
    r"|電話|携帯|〒|株式会社|有限会社|合同会社|（株）|㈱|\d{2,4}-\d{2,4}-\d{3,4}"
)
_OPENING: Final = re.compile(r"[^\n]{0,20}(?:[-_*]{2}|\d{2}|On\b|From|差出人|送信者|Von|De\b|Begin|\w{3} \d)")
_LONGEST_OPENING: Final = 400


def _join_blank_lines(lines: list[str], kinds: list[Kind]) -> None:
    """Let blank lines between two quoted lines belong to the quote."""
    last = None
    for at, (line, kind) in enumerate(zip(lines, kinds, strict=True)):
        if kind is Kind.QUOTE:
            if last is not None:
                kinds[last:at] = [Kind.QUOTE] * (at - last)
            last = at
        elif line.strip():
            last = None


def _mark_history(lines: list[str], kinds: list[Kind]) -> None:
    """Mark the lines that say who wrote a quote, and the history that is not marked by `>`."""
    is_below_words = False
    for at, line in enumerate(lines):
        if kinds[at] is Kind.QUOTE or not line.strip():
            continue
        opening = _opening(lines, at)
        if opening is None:
            is_below_words = True
            continue
        kind, height, is_certain = opening
        body = next((n for n in range(at + height, len(lines)) if lines[n].strip()), len(lines))
        if body < len(lines) and kinds[body] is Kind.QUOTE:
            kinds[at:body] = [Kind.QUOTE] * (body - at)
        elif is_certain:
            kinds[at:] = [kind if is_below_words else Kind.FORWARD] * (len(lines) - at)
            return
        else:
            is_below_words = True


def _opening(lines: list[str], at: int) -> tuple[Kind, int, bool] | None:
    """Return what a line opens, how many lines tall the opening is, and whether it needs no `>` below it to be one."""
    line = lines[at]
    if len(line) > _LONGEST_OPENING or not (_OPENING.match(line) or line.rstrip().endswith(_COLONS)):
        return None
    if _FORWARDED.fullmatch(line):
        return Kind.FORWARD, 1 + _headers(lines, at + 1), True
    if _DIVIDER.fullmatch(line) or (_is_rule(line) and _headers(lines, at + 1) > 2):
        return Kind.QUOTE, 1 + _headers(lines, at + 1), True
    if _FROM.match(line) and (height := _headers(lines, at)) > 2:
        return Kind.QUOTE, height, True
    joined = ""
    for height, part in enumerate(lines[at : at + 3], start=1):
        joined = f"{joined} {part.strip()}".strip()
        if joined.endswith(_COLONS):
            is_addressed = bool(_ADDRESSED.search(joined))
            is_certain = is_addressed and bool(_DATE.search(joined, 0, 40))
            return (Kind.QUOTE, height, is_certain) if is_addressed or _WROTE.search(joined) else None
        if not _DATE.search(joined, 0, 40) or len(joined) > _LONGEST_OPENING:
            return None
    return None


def _is_rule(line: str) -> bool:
    """Say whether a line is nothing but a drawn rule."""
    drawn = line.strip()
    return len(drawn) >= 5 and _RULE.issuperset(drawn)


def _headers(lines: list[str], at: int) -> int:
    """Return how many lines from here are the headers of a mail."""
    end = at
    while end < len(lines) and end - at < 12 and (_HEADER.match(lines[end]) or (end == at and not lines[end].strip())):
        end += 1
    return end - at


def _fresh_runs(kinds: list[Kind]) -> Iterator[tuple[int, int]]:
    start = 0
    for kind, run in groupby(list(kinds)):
        end = start + len(list(run))
        if kind is Kind.TEXT:
            yield start, end
        start = end


def _mark_signature(lines: list[str], kinds: list[Kind], start: int, end: int) -> None:
    """Mark the signature that ends a run of fresh lines, if there is one beyond doubt."""
    for at in range(max(start, end - SIGNATURE_LINES - 1), end):
        line = lines[at].rstrip("\n")
        rest = lines[at + 1 : end]
        if line == "-- " or (line == "--" and _is_contact(rest)) or (_is_rule(line) and _is_contact(rest)):
            kinds[at:end] = [Kind.SIGNATURE] * (end - at)
            return


def _is_contact(rest: list[str]) -> bool:
    """Say whether lines below a ruler are short and tell how to reach somebody, with nothing that asks or tells."""
    words = [line.strip() for line in rest if line.strip() and not _is_rule(line)]
    spoken = any(word.endswith(("。", "？", "?", "！", "か", "ください")) or len(word) > 80 for word in words)
    return 1 <= len(words) <= 10 and not spoken and any(map(_CONTACT.search, words))
