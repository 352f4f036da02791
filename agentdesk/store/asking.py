"""Asking: what a query asks of the search, read off its filter."""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from agentdesk.filters import And, Compare, Filter, Node, Not, Or, Phrase, Word, terms
from agentdesk.filters.hearing import hear
from agentdesk.store.words import SHORTEST_BEGINNING, any_of, expression, spellings
from agentdesk.text.normalise import normalise
from agentdesk.text.segment import segment, telling

FEW_WORDS = 3
SENTENCE_WORDS = 4
SENTENCE_TOKENS = 12
LONGEST_PARTICLE = 2
WORD_TOKENS, SHORT_WORD_TOKENS = 5, 3
PARTICLE = (
    "を|(?<=[ァ-ヺー\u3400-\u9fff])[のとにはがでもへや](?=[ァ-ヺ\u3400-\u9fff])|(?<=[ぁ-ん])の(?=[ァ-ヺ\u3400-\u9fff])"
)
"""What makes two words of a run of Japanese."""
KATAKANA = "[ァ-ヺー]+"
"""One word, however long."""


def typed(text: str) -> Filter:
    """The filter of a text whose last word may not be complete."""
    question = hear(text).question
    if not text or text[-1].isspace():
        return question
    match question.where:
        case Word(word, False) if _is_begun(text, word):
            return replace(question, where=Word(word, is_prefix=True))
        case And((*others, Word(word, False))) if _is_begun(text, word):
            return replace(question, where=And((*others, Word(word, is_prefix=True))))
        case _:
            return question


def with_whole_words(question: Filter, is_common: Callable[[Word], bool]) -> Filter:
    """The same question, what is still being typed taken as a word if it is one or two Latin letters or `is_common`."""
    match question.where:
        case Word(word, True) if _is_short(word) or (word.isascii() and is_common(Word(word))):
            return replace(question, where=Word(word))
        case And((*others, Word(word, True))) if _is_short(word) or (word.isascii() and is_common(Word(word))):
            return replace(question, where=And((*others, Word(word))))
        case _:
            return question


def _is_short(word: str) -> bool:
    return word.isascii() and len(word) < SHORTEST_BEGINNING


def _is_begun(text: str, word: str) -> bool:
    return len(word) > 1 and text.endswith(word)


def begun(term: Word | Phrase) -> Word:
    """The term as the beginning of what is looked for."""
    return Word(term.text, is_prefix=True)


def tokens(asked: Iterable[Word | Phrase]) -> list[str]:
    """The telling tokens of terms, each once."""
    given = list(asked)
    ways = [way for term in given for way in _ways_to_write(term, is_alone=len(given) == 1)]
    return list(dict.fromkeys(telling([token for way in ways for token in segment(way)])))


def _ways_to_write(term: Word | Phrase, *, is_alone: bool) -> list[str]:
    """The ways to write a term; a few kana between other words are grammar, and stay as they are."""
    ways = spellings(term)
    return ways if is_alone or len(ways[0]) > LONGEST_PARTICLE else ways[:1]


def of_articles(
    where: Node, is_known: Callable[[str], bool], telling_apart: Callable[[list[str]], list[str]]
) -> str | None:
    """Any of the words, all of the phrases, none of what is negated; None when no word is asked.

    A word that `is_known` as it stands is not taken as a beginning too beside others, where it would count double. Nor
    must a phrase stand in what answers a sentence, which is asked for its words that tell articles apart.
    """
    asked = terms(where)
    demanded = [] if is_sentence(where) else [term for term in asked if isinstance(term, Phrase)]
    phrases = [part for term in demanded if (part := expression(term))]
    found = tokens([term for term in asked if isinstance(term, Word) or not phrases])
    prefixes = [part for term in _begun_words(asked, found, is_known) if (part := expression(term))]
    anyway = telling_apart(found) or found if is_sentence(where) else found
    anything = " OR ".join([*phrases, *([any_of(anyway)] if anyway else []), *prefixes])
    wanted = " AND ".join([*phrases, f"({anything})"]) if phrases else anything
    if not wanted:
        return None
    absent = [part for term in _negated(where) if (part := expression(term))]
    return f"({wanted}) NOT ({' OR '.join(absent)})" if absent else wanted


def _begun_words(asked: list[Word | Phrase], found: Collection[str], is_known: Callable[[str], bool]) -> Iterable[Word]:
    """The words that may only be beginnings."""
    for term in asked:
        if isinstance(term, Word) and term.is_prefix and _is_a_word(term, found):
            whole = expression(Word(term.text))
            if len(asked) == 1 or whole is None or not is_known(whole):
                yield term


def all_at_once(where: Node) -> str | None:
    """The few words of a query all at once; None for a sentence, a condition or nothing."""
    asked = _parts(where)
    if any(isinstance(given, Word) and not _is_a_word(given, ()) for given in asked):
        return None
    words = [[part for one in _ways(given) if (part := expression(one))] for given in asked]
    if not all(words) or not 0 < len(words) <= FEW_WORDS:
        return None
    return " AND ".join(f"({' OR '.join(ways)})" for ways in words)


def _parts(where: Node) -> list[Node]:
    """What must hold all at once, parentheses taken away."""
    return [one for part in where.parts for one in _parts(part)] if isinstance(where, And) else [where]


def _ways(where: Node) -> list[Word | Phrase]:
    """A word in the ways that the team says it; empty for a condition."""
    match where:
        case Word() | Phrase():
            return [where]
        case Or(parts) if all(isinstance(one, Word | Phrase) for one in parts):
            return terms(where)
        case _:
            return []


def said(where: Node) -> str:
    """The words of a query that asks for nothing but words and fields, as one text; empty for any other."""
    parts = _parts(where)
    words = [ways for one in parts if (ways := _ways(one))]
    if len(words) + sum(isinstance(one, Compare) for one in parts) < len(parts):
        return ""
    return " ".join(ways[0].text for ways in words)


def is_sentence(where: Node) -> bool:
    """Is this somebody's own sentence, of which no ticket need have every word?"""
    parts = _parts(where)
    words = [one for one in parts if isinstance(one, Word)]
    count = sum(len(segment(one.text)) for one in words)
    is_asked = any(one.text.endswith(("?", "？")) for one in words[-1:])
    return bool(said(where)) and (is_asked or len(words) > SENTENCE_WORDS or count > SENTENCE_TOKENS)


def has_many_words(text: str) -> bool:
    """Is this too much to be names and key words alone?"""
    return len(segment(text)) > SENTENCE_WORDS


def is_asian(text: str) -> bool:
    """Is any of this written in Chinese characters, kana or hangul?"""
    return any(char > _LAST_OF_EUROPE for char in text)


_LAST_OF_EUROPE = "\u2e7f"


def is_one_word(where: Node) -> bool:
    """Was this, found as it stands, meant as one word? Then its parts alone are no answer."""
    ways = _ways(where)
    return bool(ways) and all(isinstance(one, Word) and _is_a_word(one, ()) for one in ways)


def _is_a_word(term: Word, others: Collection[str]) -> bool:
    """Is this one word, and not a run of Japanese as long as a sentence, nor grammar between other tokens?"""
    found = segment(term.text)
    is_long = len(found) > WORD_TOKENS and not re.fullmatch(KATAKANA, normalise(term.text))
    if "/" in term.text or is_long or (len(found) > SHORT_WORD_TOKENS and re.search(PARTICLE, term.text)):
        return False
    return not others or not set(found).isdisjoint(others)


def _negated(where: Node) -> list[Word | Phrase]:
    match where:
        case Not(part):
            return terms(part)
        case And(parts) | Or(parts):
            return [term for part in parts for term in _negated(part)]
        case _:
            return []


def besides_words(where: Node) -> Node:
    """What a filter demands besides its words."""
    match where:
        case Word() | Phrase():
            return And()
        case And(parts):
            kept = tuple(part for one in parts if (part := besides_words(one)) != And())
            return kept[0] if len(kept) == 1 else And(kept)
        case Or(parts):
            kept = tuple(besides_words(one) for one in parts)
            return And() if And() in kept else Or(kept)
        case _:
            return where
