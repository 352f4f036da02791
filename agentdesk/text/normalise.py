"""One spelling for words that people spell in several ways, for searching; never for showing.

Carried by rules:

- case, half and full width, compatibility forms (NFKC); variation selectors; hyphens and dashes; 1,000 = 1000;
  a voicing mark that no kana takes is dropped (あ゙ = あ);
- e-mail = email and Wi-Fi = WiFi, but no other hyphen is dropped;
- ー: a hyphen between katakana is read as one, ーー is one, one between Latin letters or digits is a hyphen (USBーC);
  the one that ends a katakana word of four characters or more is dropped (サーバー = サーバ, but コピー stays), and
  inside compounds that of the commonest words (サーバーエラー = サーバエラー); an index needs `long_endings` too;
- katakana: a dot between them is dropped (クレジット・カード), ヴァ is バ, small vowels are large (ウェブ = ウエブ),
  ヶ and ヵ too, with か, カ and 箇 after a number (3ヶ月 = 3か月 = 3カ月); ヰヱゐゑ are イエいえ;
- signs of repetition (佐々木 = 佐佐木, いすゞ = いすず) and old and rare forms of kanji (`agentdesk.text.kanji`);
- 出来ない = できない; okurigana of common compound verbs and nouns (申し込み = 申込み = 申しこみ = 申込, 問い合わせ =
  問いあわせ = 問合せ, 支払い = 支払, 届け先 = 届先), one half of which may be in kana where it is one character.

Not carried: readings (解約 and かいやく, 子供 and こども), other kanji for one word (切り替え and 切り換え), synonyms,
numbers in kanji (三千 and 3000) and in words of counting (一つ and 1つ), telephone numbers without their hyphens, other
ways to spell a foreign word (メール and メイル), ー inside rarer compounds, and a part of a compound that ends in its
okurigana (申し does not find 申し込み). Hiragana and katakana stay apart here, because runs of hiragana are grammar;
`kana_twin` is for asking both.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from agentdesk.text.graphemes import clusters, is_plain
from agentdesk.text.kanji import in_use


class Normal(NamedTuple):
    """Normalised text, and for each of its characters the place in the original that it stands for."""

    text: str
    starts: list[int]
    ends: list[int]


_DASHES: Final = {ord(dash): "-" for dash in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2500\u30a0\u02d7"} | {
    0x301C: "~"
}
_DASH: Final = re.compile(f"[{''.join(map(re.escape, map(chr, _DASHES)))}]")
# In all of these what stands in a text most rarely comes first, a look back included: so they are searched for quickly.
_SELECTOR: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_READ_AS_LONG: Final = re.compile("-(?<=[ァ-ヺ]-)(?=[ァ-ヺ])")
_READ_AS_HYPHEN: Final = re.compile("ー(?<=[0-9a-z]ー)ー*(?=[0-9a-z])")
_THOUSANDS: Final = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9]|,[0-9])")
_HAS_THOUSANDS: Final = re.compile(",(?<=[0-9],)(?=[0-9]{3})")
_LETTER_HYPHEN: Final = re.compile("-(?=[a-z])(?:(?<=(?<![a-z0-9])[a-z]-)|(?<=(?<![a-z0-9])wi-))")
_DOT: Final = re.compile("・(?<=[ァ-ヺー]・)(?=[ァ-ヺ])")
_LONG: Final = re.compile("ー+")
_GOES_ON: Final = re.compile("・?[ァ-ヺ]")
_SHORTENED: Final = re.compile("ー(?![ァ-ヺー])(?<=[ァ-ヺー]([ァ-ヺ]{2})ー)")
# Words whose ー may be missing inside a compound too.
_STEMS: Final = frozenset(
    (
        "サーバ ユーザ コンピュータ プリンタ ブラウザ フォルダ ルータ モニタ メーカ センタ ドライバ"
        " アダプタ スキャナ フィルタ ヘッダ フッタ ポインタ カウンタ タイマ マネージャ メンバ オーナ"
        " パートナ カスタマ オーダ リーダ ライタ スピーカ ヘルパ デザイナ ディーラ バイヤ ベンダ"
        " プレーヤ プレイヤ エディタ コントローラ コネクタ バッテリ カテゴリ メモリ ライブラリ"
        " ギャラリ エントリ ディレクトリ プロパティ セキュリティ アクセサリ インストーラ スライダ"
        " フォロワ"
    )
    .translate(str.maketrans("ァィゥェォ", "アイウエオ"))
    .split()
)
_STEM_ENDS: Final = frozenset(stem[-1] for stem in _STEMS) | {"ァ", "ィ"}
_STEM_LENGTHS: Final = sorted({len(stem) for stem in _STEMS})
_VOICED: Final = re.compile("[ﾞﾟ]")
_LEFT_VOICING: Final = re.compile("[\u3099\u309a]")
_V: Final = {"ヴァ": "バァ", "ヴィ": "ビィ", "ヴェ": "ベェ", "ヴォ": "ボォ"}
_V_SOUNDS: Final = re.compile("|".join(_V))
_V_LEFT: Final = re.compile("[ァィェォ](?<=[バビベボ].)")
_TO_LARGE: Final = str.maketrans("ァィゥェォヴヵヶヰヱゐゑ", "アイウエオブカケイエいえ")
_SMALL: Final = re.compile("[ァィゥェォヴヵヶヰヱゐゑ]")  # to look first takes a tenth of what to translate does
_AGAIN: Final = re.compile("([\u3400-\u9fff])(々+)|([ぁ-ゖ])([ゝゞ]+)|([ァ-ヺ])([ヽヾ]+)")
# Kana where a kanji is as common, of the same length so that places stay.
_KANJI_OR_KANA: Final = (
    (re.compile("出来(?=[るなまたてずれ])"), "でき"),
    (re.compile("こ(?<=[申振払書読打組割持差埋絞積取][しりいきみちめ]こ)(?=[みむんめま])"), "込"),
    (re.compile("け(?<=取りけ)(?=[しさすせ])"), "消"),
    (re.compile("と(?<=受けと)(?=[りらるれっ])"), "取"),
    (re.compile("あ(?<=[問打待組詰][いちみめ]あ)(?=わ[せさし])"), "合"),
    (re.compile("と(?=り[消替扱寄付])(?<![ひふ]と)"), "取"),
    (re.compile("く(?=り[返越])"), "繰"),
    (re.compile("づ(?<=[片気近]づ)(?=[けかいきく])"), "付"),
    (re.compile("[かヵカ箇個](?=[月所国年条])(?<=[0-9一二三四五六七八九十百千数何半].)"), "ケ"),
)
_HIRAGANA_WORD: Final = re.compile("[ぁ-ゖー]*[ぁ-ゖ][ぁ-ゖー]*")
_KATAKANA_WORD: Final = re.compile("[ァ-ヶー]*[ァ-ヶ][ァ-ヶー]*")
_TO_KATAKANA: Final = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}
_TO_HIRAGANA: Final = {kata: hira for hira, kata in _TO_KATAKANA.items()}
_KATAKANA: Final = re.compile("[ァ-ヺー]{3}")
# The verbs that make up compounds in support mail, each with the kana that may be left out after it.
_FIRST_VERBS: Final = (
    "申:し 取:り 払:い 問:い 引:き,っ 受:け 振:り 貸:し 売:り 買:い 乗:り,っ 切:り 入:れ 打:ち 組:み 割:り 立:て,ち"
    " 繰:り 差:し 積:み 書:き 読:み 貼:り 埋:め 呼:び 締:め 持:ち 届:け 折:り 押:し 送:り 待:ち 追:い 付:け 張:り 使:い"
    " 借:り 掛:け 聞:き 行:き 話:し 下:げ,り 開:け 巻:き 置:き 詰:め 絞:り 閉:じ 言:い 並:び,べ 作:り 飲:み 溶:け 折:り"
    " 落:し 忘:れ 戻:し,り 包:み 宛:て 代: 横: 片: 見: 支: 手: 仕: 値: 前: 後: 先: 着: 元:"
)
_SECOND_VERBS: Final = (
    "込:み 消:し 戻:し 合:わせ,せ,い 落:とし,し 取:り 払:い 付:け 扱:い 出:し 替:え 引:き 越:し 換:え 立:て 切:り,れ"
    " 渡:し 上:げ 下:げ 返:し 続:き 積:もり,り 直:し 分:け 入:れ 置:き 放:し 継:ぎ 寄:せ 会:い 違:い 帰:り 外:し 組:み"
    " 当:て 畳:み 物: 先: 場: 名: 値: 主: 紙: 配:"
)
_FIRST: Final = {verb[0]: ("", *verb[2:].split(",")) for verb in _FIRST_VERBS.split()}
_SECOND: Final = {verb[0]: tuple(filter(None, verb[2:].split(","))) for verb in _SECOND_VERBS.split()}
_COMPOUND: Final = re.compile(
    f"([{''.join(_FIRST)}])([{''.join(sorted(set(''.join(map(''.join, _FIRST.values())))))}]?)([{''.join(_SECOND)}])"
)


def normalise(text: str) -> str:
    """Return the text in the one spelling under which it is indexed and looked up."""
    if text.isascii():
        lower = text.lower()
        return _without(lower, list(_joining(lower)))
    return _enlarged(_without(folded := _folded(_spelled(text)), _dropped(folded)))


def normalise_with_places(text: str) -> Normal:
    """Return the normalised text with the place in the original of each character, for highlighting."""
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
    if len(spelled) == len(text) and unicodedata.is_normalized("NFKC", text) and not _SELECTOR.search(text):
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
        return normalise(normal.translate(_TO_KATAKANA))
    return normal.translate(_TO_HIRAGANA) if _KATAKANA_WORD.fullmatch(normal) else None


def long_endings(text: str) -> set[str]:
    """The ends of katakana words whose ー the one spelling leaves out: エラー of サーバーエラー is a word itself."""
    if "ー" not in text and "ｰ" not in text:
        return set()
    return {
        f"{_enlarged(found[1])}ー" for found in _SHORTENED.finditer(_DOT.sub("", unicodedata.normalize("NFKC", text)))
    }


def _folded(spelled: str) -> str:
    """Return the text with as many characters, where what differs in single ones is the same."""
    if spelled.isascii():
        return spelled
    folded = _READ_AS_HYPHEN.sub(lambda run: "-" * len(run[0]), _READ_AS_LONG.sub("ー", in_use(spelled)))
    if any(sign in folded for sign in "々ゝゞヽヾ"):
        folded = _AGAIN.sub(_repeated, folded)
    folded = _V_SOUNDS.sub(lambda found: _V[found[0]], folded)
    for written, meant in _KANJI_OR_KANA:
        folded = written.sub(meant, folded)
    return folded


def _repeated(found: re.Match[str]) -> str:
    """A character and as many more of it as its signs of repetition say, each voiced or not as its sign is."""
    char, signs = (part for part in found.groups() if part)
    if signs[0] == "々":
        return char * (1 + len(signs))
    plain = unicodedata.normalize("NFD", char)[0]
    voiced = unicodedata.normalize("NFC", f"{plain}\u3099")
    return char + "".join(voiced[0] if sign in "ゞヾ" else plain for sign in signs)


def _dropped(folded: str) -> list[tuple[int, int]]:
    """Return the places of what is left out, in their order."""
    places = set(_joining(folded))
    if not folded.isascii():
        places.update(_long_vowels(folded))
        places.update(found.span() for left in (_V_LEFT, _DOT) for found in left.finditer(folded))
        places.update(_okurigana(folded))
    return sorted(place for place in places if place[0] < place[1])


def _joining(folded: str) -> Iterator[tuple[int, int]]:
    """Commas in long numbers, and the hyphens of words that many write without."""
    if "," in folded and _HAS_THOUSANDS.search(folded):
        for number in _THOUSANDS.finditer(folded):
            yield from ((at, at + 1) for at in range(*number.span()) if folded[at] == ",")
    if "-" in folded:
        yield from (found.span() for found in _LETTER_HYPHEN.finditer(folded))


def _okurigana(folded: str) -> Iterator[tuple[int, int]]:
    found = _COMPOUND.search(folded)
    while found:
        first, kana, second = found.groups()
        if kana in _FIRST[first]:
            yield found.span(2)
            yield from _tails(folded, found.end(), _SECOND[second])
        found = _COMPOUND.search(folded, found.start(3))


def _tails(folded: str, at: int, tails: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    while tail := next((tail for tail in tails if folded.startswith(tail, at)), ""):
        yield at, at + len(tail)
        at += len(tail)


def _long_vowels(folded: str) -> Iterator[tuple[int, int]]:
    for run in _LONG.finditer(folded):
        start, end = run.span()
        is_dropped = _ends_in_stem(folded, start) if _GOES_ON.match(folded, end) else _ends_long_word(folded, start)
        yield start if is_dropped else start + 1, end


def _ends_long_word(folded: str, end: int) -> bool:
    before = folded[max(end - 4, 0) : end]
    return _KATAKANA.fullmatch(before.replace("・", "")[-3:]) is not None


def _ends_in_stem(folded: str, end: int) -> bool:
    """Does a word of which the ー may be missing end there?"""
    if folded[max(end - 1, 0) : end] not in _STEM_ENDS:
        return False
    return any(_enlarged(folded[max(end - length, 0) : end]) in _STEMS for length in _STEM_LENGTHS)


def _without(text: str, places: list[tuple[int, int]]) -> str:
    if not places:
        return text
    edges = [0, *(edge for place in places for edge in place), len(text)]
    return "".join(text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))


def _spelled(text: str) -> str:
    """Return the text with width, case and compatibility forms folded; folding again changes nothing."""
    spelled = unicodedata.normalize("NFKC", _SELECTOR.sub("", text))
    if _LEFT_VOICING.search(spelled):
        spelled = unicodedata.normalize("NFKC", _LEFT_VOICING.sub("", spelled))  # what it stood between may join
    for _turn in range(2):
        if (folded := spelled.casefold()) == spelled:
            break
        spelled = unicodedata.normalize("NFKC", folded)
    return spelled.translate(_DASHES) if _DASH.search(spelled) else spelled


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
