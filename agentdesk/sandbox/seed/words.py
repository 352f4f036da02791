"""Words: the prose of one language, read from its TOML files.

A phrase is text with choices `[one|other]` and slots `{order}`. Choices are cut apart once, when the files are read, so
that saying a phrase is a join and a format. Prose holds no brackets and braces of its own, macros aside (`{{...}}`).
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from time import gmtime
from typing import Any

from agentdesk.sandbox.dataset import Language

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

Toml = dict[str, Any]  # Any: a TOML table of prose, lists and numbers


@dataclass(frozen=True, slots=True)
class Phrase:
    """One way to say something."""

    parts: tuple[tuple[str, ...], ...]
    slots: frozenset[str]

    def say(self, chance: Random, facts: Mapping[str, str]) -> str:
        """The phrase with choices made and slots filled."""
        draw = chance.random
        text = "".join([part[0] if len(part) == 1 else part[int(draw() * len(part))] for part in self.parts])
        return text.format_map(facts) if "{" in text else text


Phrases = tuple[Phrase, ...]


def say(phrases: Phrases, chance: Random, facts: Mapping[str, str]) -> str:
    """One of the phrases, said."""
    return phrases[int(chance.random() * len(phrases))].say(chance, facts)


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that is said, sold and named in one language."""

    code: Language
    people: Toml
    shop: Toml
    event: Mapping[str, str]
    labels: Mapping[str, str]
    speech: Mapping[str, Mapping[str, Phrases]]
    reasons: Mapping[str, Mapping[str, Phrases]]
    cases: Mapping[str, tuple[Mapping[str, Phrases], ...]]

    def date(self, moment: int) -> str:
        """The day as people write it."""
        return _date(self.shop["date"], (moment + self.people["utc_offset_hours"] * 3600) // 86400)

    def amount(self, price: int) -> str:
        """The price as people write it."""
        text: str = self.shop["amount"].format(n=price if self.code == "ja" else price / 100)
        return text


@cache
def words(code: Language) -> Words:
    """The words of a language."""
    speech = read(code, "speech.toml")
    call = speech["call"]
    tree = {
        "agent": speech["agent"],
        "again": speech["again"],
        "chat": speech["chat"],
        "rating": speech["rating"],
        "call": {name: said for name, said in call.items() if isinstance(said, list)},
        **{f"customer.{tone}": said for tone, said in speech["customer"].items()},
    }
    about = _compiled(read(code, "reasons.toml"))
    return Words(
        code=code,
        people=read(code, "people.toml"),
        shop=read(code, "shop.toml"),
        event=speech["event"],
        labels={name: said for name, said in call.items() if isinstance(said, str)},
        speech=_compiled(tree),
        reasons=about,
        cases={reason: _cases(said, reasons()[reason].get("cases", {})) for reason, said in about.items()},
    )


@cache
def reasons() -> Mapping[str, Toml]:
    """What is common to all languages about each contact reason."""
    return read("reasons.toml")


def read(*path: str) -> Toml:
    """A TOML file that lies beside this module."""
    return tomllib.loads(files(__package__).joinpath(*path).read_text(encoding="utf-8"))


def phrase(text: str) -> Phrase:
    """The text cut into what is fixed and what is chosen."""
    parts = [tuple(piece.split("|")) if n % 2 else (piece,) for n, piece in enumerate(_CHOICE.split(text))]
    return Phrase(tuple(part for part in parts if part != ("",)), frozenset(_SLOT.findall(text)))


def _cases(said: Mapping[str, Phrases], fits: Mapping[str, str]) -> tuple[Mapping[str, Phrases], ...]:
    """The phrases of a reason once per case, each time only those that fit it."""
    letters = sorted({letter for each in fits.values() for letter in each} - {" ", "*"}) or ["a"]
    return tuple(
        {
            kind: _fitting(phrases, fits.get(kind, ""), case) or (() if kind == "detail" else phrases)
            for kind, phrases in said.items()
        }
        for case in letters
    )


def _fitting(phrases: Phrases, fits: str, case: str) -> Phrases:
    if not fits:
        return phrases
    return tuple(phrase for phrase, fit in zip(phrases, fits.split(), strict=True) if fit == "*" or case in fit)


def _compiled(tree: Mapping[str, Mapping[str, list[str]]]) -> dict[str, dict[str, Phrases]]:
    return {name: {kind: tuple(map(phrase, said)) for kind, said in kinds.items()} for name, kinds in tree.items()}


@cache
def _date(form: str, day: int) -> str:
    _, month, of_month, *_ = gmtime(day * 86400)
    return form.format(month=month, month_name=_MONTHS[month - 1], day=of_month)
