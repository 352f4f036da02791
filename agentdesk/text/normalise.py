"""One spelling for words that people spell in several ways, for searching; never for showing.

Carried by rules: case, half and full width, compatibility forms (NFKC); hyphens and dashes; a hyphen between katakana
read as ー; ーー as ー; the ー that ends a katakana word of four characters or more (サーバー = サーバ, but コピー
stays); ヴァ as バ and small katakana vowels as large ones (ウェブ = ウエブ, ヴァイオリン = バイオリン); 出来ない as
できない; okurigana of common compound verbs (申し込み = 申込み = 申しこみ = 申込, 問い合わせ = 問合せ, 支払い = 支払).
Not carried: ー inside compounds (サーバーエラー and サーバエラー differ), readings (解約 and かいやく), synonyms,
variants of kanji, and a part of a compound that ends in its okurigana (申し does not find 申し込み). Hiragana and
katakana stay apart here, because runs of hiragana are grammar; `kana_twin` is for asking both.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from agentdesk.text.graphemes import clusters, is_plain


class Normal(NamedTuple):
    """Normalised text, and for each of its characters the place in the original that it stands for."""

    text: str
    starts: list[int]
    ends: list[int]


_DASHES: Final = {ord(dash): "-" for dash in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2500\u30a0\u02d7"} | {
    0x301C: "~"
}
_DASH: Final = re.compile(f"[{''.join(map(re.escape, map(chr, _DASHES)))}]")
_READ_AS_LONG: Final = re.compile(r"(?<=[ァ-ヺ])-(?=[ァ-ヺ])")
_LONG: Final = re.compile("ー+")
_VOICED: Final = re.compile("[ﾞﾟ]")
_V: Final = {"ヴァ": "バァ", "ヴィ": "ビィ", "ヴェ": "ベェ", "ヴォ": "ボォ"}
_V_SOUNDS: Final = re.compile("|".join(_V))
_V_LEFT: Final = re.compile("(?<=[バビベボ])[ァィェォ]")
_TO_LARGE: Final = str.maketrans("ァィゥェォヴ", "アイウエオブ")
_SMALL: Final = re.compile("[ァィゥェォヴ]")  # to look first takes a tenth of what to translate does
# Kana where a kanji is as common, of the same length so that places stay.
_KANJI_OR_KANA: Final = (
    (re.compile("出来(?=[るなまたてずれ])"), "でき"),
    (re.compile("(?<=申し)こ(?=[みむんめま])"), "込"),
    (re.compile("(?<=取り)け(?=[しさすせ])"), "消"),
)
_HIRAGANA_WORD: Final = re.compile("[ぁ-ゖー]*[ぁ-ゖ][ぁ-ゖー]*")
_KATAKANA_WORD: Final = re.compile("[ァ-ヶー]*[ァ-ヶ][ァ-ヶー]*")
_TO_KATAKANA: Final = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}
_TO_HIRAGANA: Final = {kata: hira for hira, kata in _TO_KATAKANA.items()}
_KATAKANA: Final = re.compile("[ァ-ヺー]{3}")
# The verbs that make up compounds in support mail, each with the kana that may be left out after it.
_FIRST_VERBS: Final = (
    "申:し 取:り 払:い 問:い 引:き,っ 受:け 振:り 貸:し 売:り 買:い 乗:り,っ 切:り 入:れ 打:ち 組:み 割:り 立:て,ち"
    " 繰:り 差:し 積:み 書:き 読:み 貼:り 埋:め 呼:び 締:め 持:ち 届:け 折:り 押:し 送:り 待:ち 追:い 付:け 張:り"
    " 使:い 借:り 掛:け 聞:き 行:き 話:し 下:げ 開:け 巻:き 見: 支: 手: 仕: 値: 前: 後: 先: 着: 元:"
)
_SECOND_VERBS: Final = (
    "込:み 消:し 戻:し 合:わせ,せ,い 落:とし,し 取:り 払:い 付:け 扱:い 出:し 替:え 引:き 越:し 換:え 立:て 切:り,れ"
    " 渡:し 上:げ 下:げ 返:し 続:き 積:もり,り 直:し 分:け 入:れ 置:き 放:し 継:ぎ 寄:せ 会:い 違:い 帰:り 外:し 組:み"
)
_FIRST: Final = {verb[0]: ("", *verb[2:].split(",")) for verb in _FIRST_VERBS.split()}
_SECOND: Final = {verb[0]: tuple(verb[2:].split(",")) for verb in _SECOND_VERBS.split()}
_COMPOUND: Final = re.compile(
    f"([{''.join(_FIRST)}])([{''.join(sorted(set(''.join(map(''.join, _FIRST.values())))))}]?)([{''.join(_SECOND)}])"
)


def normalise(text: str) -> str:
    """Return the text in the one spelling under which it is indexed and looked up."""
    if text.isascii():
        return text.lower()
    return _enlarged(_without(folded := _folded(_spelled(text)), _dropped(folded)))


def normalise_with_places(text: str) -> Normal:
    """Return the normalised text with the place in the original of each character, for highlighting."""
    if text.isascii():
        return Normal(text.lower(), list(range(len(text))), list(range(1, len(text) + 1)))
    folded, starts, ends = _placed(text)
    folded = _folded(folded)
    dropped = _dropped(folded)
    for first, last in reversed(dropped):
        ends[first - 1] = ends[last - 1]
        del starts[first:last], ends[first:last]
    return Normal(_enlarged(_without(folded, dropped)), starts, ends)


def _placed(text: str) -> tuple[str, list[int], list[int]]:
    """Return the text spelled alike, and where each of its characters begins and ends in the original."""
    spelled = _spelled(text)
    if len(spelled) == len(text) and unicodedata.is_normalized("NFKC", text):
        return spelled, list(range(len(text))), list(range(1, len(text) + 1))
    if _is_one_by_one(text):
        pieces = list(map(_spelled_unit, text))
        sources = [at for at, piece in enumerate(pieces) for _char in piece]
        return "".join(pieces), sources, [at + 1 for at in sources]
    pieces = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _units(text):
        piece = _spelled_unit(text[start:end])
        pieces.append(piece)
        starts += [start] * len(piece)
        ends += [end] * len(piece)
    return "".join(pieces), starts, ends


def kana_twin(normal: str) -> str | None:
    """Return a word all of hiragana in katakana, and the other way round; None for any other word."""
    if _HIRAGANA_WORD.fullmatch(normal):
        return normal.translate(_TO_KATAKANA)
    return normal.translate(_TO_HIRAGANA) if _KATAKANA_WORD.fullmatch(normal) else None


def _folded(spelled: str) -> str:
    """Return the text with as many characters, where what differs in single ones is the same."""
    folded = _V_SOUNDS.sub(lambda found: _V[found[0]], _READ_AS_LONG.sub("ー", spelled))
    for written, meant in _KANJI_OR_KANA:
        folded = written.sub(meant, folded)
    return folded


def _dropped(folded: str) -> list[tuple[int, int]]:
    """Return the places of what is left out, in their order."""
    places = {*_long_vowels(folded), *(found.span() for found in _V_LEFT.finditer(folded))}
    found = _COMPOUND.search(folded)
    while found:
        first, kana, second = found.groups()
        if kana in _FIRST[first]:
            places.add(found.span(2))
            places.update(_tails(folded, found.end(), _SECOND[second]))
        found = _COMPOUND.search(folded, found.start(3))
    return sorted(place for place in places if place[0] < place[1])


def _tails(folded: str, at: int, tails: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    while tail := next((tail for tail in tails if folded.startswith(tail, at)), ""):
        yield at, at + len(tail)
        at += len(tail)


def _long_vowels(folded: str) -> Iterator[tuple[int, int]]:
    for run in _LONG.finditer(folded):
        start, end = run.span()
        ends_long_word = (
            _KATAKANA.fullmatch(folded, max(start - 3, 0), start) and not "ァ" <= folded[end : end + 1] <= "ヺ"
        )
        yield start if ends_long_word else start + 1, end


def _without(text: str, places: list[tuple[int, int]]) -> str:
    if not places:
        return text
    edges = [0, *(edge for place in places for edge in place), len(text)]
    return "".join(text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))


def _spelled(text: str) -> str:
    """Return the text with width, case and compatibility forms folded; folding again changes nothing."""
    once = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    twice = unicodedata.normalize("NFKC", once.casefold())
    return twice.translate(_DASHES) if _DASH.search(twice) else twice


def _enlarged(folded: str) -> str:
    """Return the text with its small katakana large."""
    return folded.translate(_TO_LARGE) if _SMALL.search(folded) else folded


@lru_cache(8_192)
def _spelled_unit(unit: str) -> str:
    """Return one character and what belongs to it in the same way: there are not many different ones."""
    return _spelled(unit)


def _is_one_by_one(text: str) -> bool:
    """Can every character be normalised alone?"""
    return not _VOICED.search(text) and is_plain(text)


def _units(text: str) -> Iterator[tuple[int, int]]:
    """Yield the parts that can be normalised one by one: a half-width voicing mark goes with the kana before."""
    waiting: tuple[int, int] | None = None
    for cluster in clusters(text):
        if waiting and _VOICED.match(text, cluster.start):
            waiting = (waiting[0], cluster.end)
            continue
        if waiting:
            yield waiting
        waiting = (cluster.start, cluster.end)
    if waiting:
        yield waiting
