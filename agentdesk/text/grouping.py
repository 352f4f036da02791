"""Grouping: what texts are about by the words they share, and which of many are about the same.

A text is its telling words, each weighed by how rare it is among all (a word of the title half as much again), as a
vector of length one; how near two are is the cosine. Words are what can carry a reason: Latin words without their
endings, runs of katakana whole, kanji in pairs, and one kanji with the kana that follows it (届か of 届かない). Words
with digits, and words that many texts have, say nothing.

Groups grow around the texts that have most like them, settle around their middles in a few rounds, and join where their
middles are alike. The same texts in the same order give the same groups. The cost is that of comparing texts that share
a word: two thousand take about two seconds, which is why `grouped` yields now and then.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Generator, Iterable, Mapping, Sequence
from math import log, sqrt
from typing import Final, NamedTuple

from agentdesk.text.normalise import normalise

Vector = Mapping[str, float]
"""Words with their weights; the squares of the weights add up to one."""
TITLE_WEIGHT: Final = 1.5
TITLE_TELLS: Final = 3
READ_CHARACTERS: Final = 1_500
RARE_FROM: Final = 3
COMMON_SHARE: Final = 0.25
COMMON_FROM: Final = 10
MANY_OF_CHANNEL: Final = 10
CHANNEL_SHARE: Final = 0.6
MOST_WORDS: Final = 40
MOST_IN_MIDDLE: Final = 60
LEAST_MEMBERS: Final = 5
NEAR: Final = 0.25
"""From this cosine on a text belongs to the group that is forming."""
JOINS: Final = 0.2
"""From this cosine on a text belongs to a group that has formed: its middle is steadier than any member."""
ALIKE: Final = 0.3
ROUNDS: Final = 4
TEXTS_AT_ONCE: Final = 50
_WORD: Final = "[^\\W\\d_ぁ-ゖァ-ヺー一-鿿々〆]{2,}|[ァ-ヺー]{2,}|(?P<kanji>[一-鿿々〆]+)(?P<tail>[ぁ-ゖ]{0,4})"
_PARTICLES: Final = "をがはにのでともへかまよやしさなだ"
"""What may follow a noun; other kana are the ending of a verb whose kanji stands last."""
_ENDINGS: Final = ("ing", "ed", "es", "s")
_LEAST_STEM: Final = 3
_NEGATION: Final = re.compile("[か-ゖ]?(?:ない|ません|れない|えない|けない)")
_SPEAKERS: Final = re.compile(
    r"^\s*(?:(?:agent|operator|support|担当者?|オペレーター|サポート)\s*[:：].*$|(?:caller|customer|お客様)\s*[:：])",
    re.MULTILINE | re.IGNORECASE,
)
_FUNCTION_WORDS: Final = """
about after again all also and any are been before but can cannot could did does don for from get got had has have
hello here how into isn its just like may more much must not now one only our out please should some still such tell
than thank thanks that the their them then there these they this those too very want was way were what when where
which while who why will with would yet you your
"""
_GRAMMAR: Final = frozenset(_FUNCTION_WORDS.split())
"""English words that carry no reason in any text; the Japanese ones are kana, which are not read."""
_LETTER_WORDS: Final = "容赦 世話 手数 恐縮 失礼 何卒 御社 貴社 弊社 客様 問合 質問 連絡 先日 本日 昨日 今日"
_MANNERS: Final = frozenset(_LETTER_WORDS.split())
"""Japanese words that stand in letters about anything."""


class Words(NamedTuple):
    """The words of one text with their weights, and how each was spelled, for showing."""

    weights: Mapping[str, float]
    spelled: Mapping[str, str]


class Wordbook(NamedTuple):
    """Of so many texts, how many have each word."""

    total: int
    texts: Mapping[str, int]

    def vector(self, words: Mapping[str, float]) -> Vector:
        """A text among those the book was made of; empty where none of its words tells anything."""
        most = max(COMMON_SHARE * self.total, COMMON_FROM)
        told = {
            word: weight * log(1 + self.total / count)
            for word, weight in words.items()
            if (count := self.texts.get(word)) is not None and count <= most
        }
        return _long_one(sorted(told.items(), key=lambda one: (-one[1], one[0]))[:MOST_WORDS])


def words_of(title: str, body: str) -> Words:
    """The words of a text; what the agent says in the minutes of a call is left out."""
    weights: dict[str, float] = {}
    spelled: dict[str, str] = {}
    for weight, text in ((1.0, _SPEAKERS.sub("", body)[:READ_CHARACTERS]), (TITLE_WEIGHT, title)):
        for word, shown in _words(normalise(text)):
            weights[word] = max(weights.get(word, 0.0), weight)
            if shown:
                spelled[word] = shown
    return Words(weights, spelled)


def is_cjk(text: str) -> bool:
    """Is a text mostly in kana or kanji? One of these says as much as three Latin letters."""
    japanese, latin = len(re.findall("[ぁ-ゖァ-ヺ一-鿿]", text)), len(re.findall("[A-Za-z]", text))
    return japanese * 3 > latin


def _words(normal: str) -> Iterable[tuple[str, str]]:
    """The words of normalised text, each with its spelling."""
    for match in re.finditer(_WORD, normal):
        kanji, tail = match["kanji"], match["tail"]
        if kanji is None:
            word = match[0]
            if word not in _GRAMMAR and (not word.isascii() or len(word) >= _LEAST_STEM):
                yield _stem(word), word
        elif len(kanji) == 1:
            ending = _NEGATION.match(tail)
            if tail:
                yield kanji + tail[0], kanji + (ending[0] if ending else "")
        else:
            is_verb = len(kanji) > 2 and tail and tail[0] not in _PARTICLES
            noun = kanji[:-1] if is_verb else kanji
            for at in range(len(kanji) - 1):
                if (pair := kanji[at : at + 2]) not in _MANNERS:
                    yield pair, noun if at + 2 <= len(noun) else ""


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.isascii() and word.endswith(ending) and len(word) - len(ending) >= _LEAST_STEM:
            return word.removesuffix(ending)
    return word


def wordbook(texts: Sequence[Iterable[str]], channels: Sequence[str] = ()) -> Wordbook:
    """The book of the words of some texts; those that nearly no text has are left out.

    So are those that most texts of one channel have, where it is said by which each came: `call summary` is what the
    helpdesk writes over every call.
    """
    counts, by_channel = Counter[str](), Counter(channels)
    of_channel: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for place, words in enumerate(texts):
        once = set(words)
        counts.update(once)
        if channels:
            of_channel[channels[place]].update(once)
    every_time = {
        word
        for channel, said in of_channel.items()
        for word, count in said.items()
        if by_channel[channel] >= MANY_OF_CHANNEL and count >= CHANNEL_SHARE * by_channel[channel]
    }
    return Wordbook(
        len(texts),
        {word: count for word, count in sorted(counts.items()) if count >= RARE_FROM and word not in every_time},
    )


def cosine(one: Vector, other: Vector) -> float:
    """How near two texts are: 0 for nothing in common, 1 for the same."""
    few, many = (one, other) if len(one) <= len(other) else (other, one)
    return sum(weight * many.get(word, 0.0) for word, weight in few.items())


def nearest(vector: Vector, middles: Sequence[Vector], least: float = JOINS) -> int | None:
    """The group that a text belongs to, by the middles of the groups; None where none is near."""
    best = max(range(len(middles)), key=lambda place: (cosine(vector, middles[place]), -place), default=None)
    return best if best is not None and cosine(vector, middles[best]) >= least else None


def middle(vectors: Iterable[Vector]) -> Vector:
    """What some texts have in common."""
    total: defaultdict[str, float] = defaultdict(float)
    for vector in vectors:
        for word, weight in vector.items():
            total[word] += weight
    return _long_one(sorted(total.items(), key=lambda one: (-one[1], one[0]))[:MOST_IN_MIDDLE])


def _long_one(words: Sequence[tuple[str, float]]) -> Vector:
    length = sqrt(sum(weight * weight for _word, weight in words))
    return {word: weight / length for word, weight in words if weight > 0} if length > 0 else {}


def grouped(vectors: Sequence[Vector]) -> Generator[None, None, list[list[int]]]:
    """Which of these texts are about the same: the places of each group's texts, the largest group first.

    Yields after each hundredth of a second or so of work; the groups are the generator's value.
    """
    among = _Among(vectors)
    groups = yield from _grown(among)
    for _round in range(ROUNDS):
        groups = yield from _settled(among, [among.middle(group) for group in groups])
        groups = yield from _joined(among, groups)
    return sorted(groups, key=lambda group: (-len(group), group))


class _Among:
    """Some texts, and which of them have a word."""

    def __init__(self, vectors: Sequence[Vector]) -> None:
        self.vectors = vectors
        self._having: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, vector in enumerate(vectors):
            for word, weight in vector.items():
                self._having[word].append((place, weight))

    def near(self, vector: Vector) -> dict[int, float]:
        """The texts that share a word with this one, with their cosines."""
        found: defaultdict[int, float] = defaultdict(float)
        for word, weight in vector.items():
            for place, other in self._having.get(word, ()):
                found[place] += weight * other
        return found

    def middle(self, places: Iterable[int]) -> Vector:
        return middle(self.vectors[place] for place in places)


def _grown(among: _Among) -> Generator[None, None, list[list[int]]]:
    """First groups, around the texts that have most like them."""
    crowd = []
    for place, vector in enumerate(among.vectors):
        crowd.append(sum(near for near in among.near(vector).values() if near >= NEAR))
        if place % TEXTS_AT_ONCE == 0:
            yield
    taken: set[int] = set()
    groups: list[list[int]] = []
    for turn, place in enumerate(sorted(range(len(crowd)), key=lambda one: (-crowd[one], one))):
        if turn % TEXTS_AT_ONCE == 0:
            yield
        if place in taken:
            continue
        group: list[int] = []
        centre = among.vectors[place]
        for _step in range(2):
            group = [one for one, near in among.near(centre).items() if near >= NEAR and one not in taken]
            if len(group) < LEAST_MEMBERS:
                break
            centre = among.middle(group)
        else:
            taken.update(group)
            groups.append(group)
    return groups


def _settled(among: _Among, middles: Sequence[Vector]) -> Generator[None, None, list[list[int]]]:
    """Each text in the group whose middle is nearest to it, where one is near; groups of too few are given up."""
    best: dict[int, tuple[float, int]] = {}
    for group, centre in enumerate(middles):
        yield
        for place, near in among.near(centre).items():
            if near >= NEAR and near > best.get(place, (0.0, 0))[0]:
                best[place] = near, group
    groups: list[list[int]] = [[] for _centre in middles]
    for place in sorted(best):
        groups[best[place][1]].append(place)
    return [group for group in groups if len(group) >= LEAST_MEMBERS]


def _joined(among: _Among, groups: list[list[int]]) -> Generator[None, None, list[list[int]]]:
    """Groups whose middles are alike as one, the most alike first."""
    groups, middles = list(groups), [among.middle(group) for group in groups]
    near = {(a, b): cosine(middles[a], middles[b]) for b in range(len(groups)) for a in range(b)}
    gone: set[int] = set()
    while near:
        yield
        (first, second), alike = max(near.items(), key=lambda one: (one[1], one[0]))
        if alike < ALIKE:
            break
        groups[first] = sorted(groups[first] + groups[second])
        middles[first] = among.middle(groups[first])
        gone.add(second)
        near = {pair: value for pair, value in near.items() if second not in pair}
        for other in range(len(groups)):
            if other not in gone and other != first:
                near[min(first, other), max(first, other)] = cosine(middles[first], middles[other])
    return [group for place, group in enumerate(groups) if place not in gone]


def telling(group: Sequence[Words], centre: Vector, most: int) -> list[str]:
    """The words that say best what a group's texts are about, as its texts spell them, the most telling first.

    Those of their titles come before others: a title says in short what somebody wants.
    """
    titled = Counter(word for text in group for word, weight in text.weights.items() if weight == TITLE_WEIGHT)
    worth = {word: weight * (len(group) + TITLE_TELLS * titled[word]) for word, weight in centre.items()}
    shown: list[str] = []
    for word in sorted(worth, key=lambda one: (-worth[one], one)):
        spelled = Counter(text.spelled[word] for text in group if word in text.spelled)
        best = min(spelled, key=lambda one: (-spelled[one], one), default="")
        if len(best) > 1 and not any(best in other or other in best for other in shown):
            shown.append(best)
            if len(shown) == most:
                break
    return shown
