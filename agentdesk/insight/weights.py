"""The team's weights: the file `effort.txt`, one weight a line, edited in place.

    transfers = 1.5        # points for each change of team
    転送 = 1.5             # the same
    longest wait = 1       # points for a day
    effort 4 = 3.5         # from so many points on

What the file does not say holds as shipped. A line that cannot be read is left out and told; the others hold.
"""

import unicodedata
from dataclasses import fields, replace
from difflib import get_close_matches
from itertools import pairwise
from typing import Final, NamedTuple

from agentdesk.i18n import _
from agentdesk.insight.effort import Weights

MOST: Final = 1_000.0
_JAPANESE: Final = {
    "contacts": "問い合わせ",
    "transfers": "転送",
    "reassignments": "担当変更",
    "switches": "経路変更",
    "reopens": "再オープン",
    "asked_again": "聞き直し",
    "longest_wait": "最長の待ち",
    "total_wait": "待ちの合計",
    "most_for_waits": "待ちの上限",
    "effort_2": "労力2",
    "effort_3": "労力3",
    "effort_4": "労力4",
    "effort_5": "労力5",
}
_NAMES: Final = {spelled: name for name, other in _JAPANESE.items() for spelled in (name.replace("_", " "), other)}
_LEVELS: Final = tuple(f"effort_{level}" for level in range(2, 6))


class Read(NamedTuple):
    """The weights that a file gives, and what is wrong with it, line by line."""

    weights: Weights
    problems: tuple[str, ...] = ()


def weights_of(text: str, name: str) -> Read:
    """The weights in the text of a file called so."""
    found: dict[str, float] = {}
    lines: dict[str, int] = {}
    problems: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        plain = unicodedata.normalize("NFKC", line).partition("#")[0].strip()
        if not plain:
            continue
        word, equals, value = (part.strip() for part in plain.partition("="))
        weight = _NAMES.get(" ".join(word.casefold().replace("_", " ").split()))
        amount = _amount(value)
        if not equals:
            problem = _('{file}, line {number}: write "transfers = 1"; there is no = here.', file=name, number=number)
        elif weight is None:
            problem = _unknown(word, name, number)
        elif amount is None:
            problem = _(
                "{file}, line {number}: {value!r} is no number from 0 to {most}.",
                file=name, number=number, value=value, most=int(MOST),
            )  # fmt: skip
        elif weight in found:
            problem = _(
                "{file}, line {number}: {word} is said in line {other} already.",
                file=name, number=number, word=word, other=lines[weight],
            )  # fmt: skip
        else:
            found[weight], lines[weight] = amount, number
            continue
        problems.append(problem)
    return _rising(found, lines, problems, name)


def text_of(weights: Weights) -> str:
    """The weights as a file says them, each with what it means."""
    about = {
        "contacts": _("points each time the customer came back"),
        "transfers": _("points for each change of team"),
        "reassignments": _("points for each change of colleague"),
        "switches": _("points each time the customer came another way"),
        "reopens": _("points each time it was opened again"),
        "asked_again": _("points for each question already answered"),
        "longest_wait": _("points for a day of the longest wait"),
        "total_wait": _("points for a day of all waits"),
        "most_for_waits": _("more points than this no waiting gives"),
        **dict.fromkeys(_LEVELS, _("from so many points on")),
    }
    lines = [(f"{name.replace('_', ' ')} = {getattr(weights, name):g}", about[name]) for name in _JAPANESE]
    return "".join(f"{line:<24} # {told}\n" for line, told in lines)


def _amount(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value <= MOST else None  # nan is not


def _unknown(word: str, name: str, number: int) -> str:
    near = get_close_matches(word.casefold(), _NAMES, n=1, cutoff=0.6)
    if near:
        return _(
            "{file}, line {number}: there is no weight {word!r}. Did you mean {near}?",
            file=name, number=number, word=word, near=near[0],
        )  # fmt: skip
    known = ", ".join(one.name.replace("_", " ") for one in fields(Weights))
    return _(
        "{file}, line {number}: there is no weight {word!r}. Choose one of: {known}.",
        file=name, number=number, word=word, known=known,
    )  # fmt: skip


def _rising(found: dict[str, float], lines: dict[str, int], problems: list[str], name: str) -> Read:
    """The weights, without levels that are lower than the one below them."""
    while True:
        weights = replace(Weights(), **found)
        wrong = next(
            (pair for pair in pairwise(_LEVELS) if getattr(weights, pair[0]) > getattr(weights, pair[1])), None
        )
        if wrong is None:
            return Read(weights, tuple(problems))
        said = wrong[1] if wrong[1] in found else wrong[0]
        problems.append(
            _(
                "{file}, line {number}: each effort needs at least as many points as the one below it.",
                file=name,
                number=lines[said],
            )
        )
        del found[said]
