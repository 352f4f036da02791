"""Asking: what a reply asks a customer to tell, and what customers told, in Japanese and English.

Four facts are known: order number, mail address, telephone number, postal address. In doubt nothing is found: a reply
asks only where the fact is what is to be told ("注文番号をお知らせください", "could you send us your order number?"),
not where it is merely named, said, or told to be kept, and not where it is a new one that is wanted. Quoted history
is left out on both sides.
"""

import re
import unicodedata
from enum import StrEnum
from functools import cache
from typing import Final

from agentdesk.text.quotes import Kind, fold


class Fact(StrEnum):
    """Something that a customer is asked for."""

    ORDER = "order number"
    EMAIL = "mail address"
    PHONE = "phone number"
    ADDRESS = "address"


LONGEST_READ: Final = 8_000
"""So many characters of a message are read."""
_SIGNS: Final = {
    Fact.ORDER: ("番号", "order n", "order i", "order #", "オーダー"),
    Fact.EMAIL: ("アドレス", "mail address"),
    Fact.PHONE: ("番号", "phone number"),
    Fact.ADDRESS: ("住所", "address"),
}
"""Without one of these, in lower case, a fact is not asked for."""
_TELLING: Final = (
    *(
        "知らせ",
        "教",
        "連絡",
        "返信",
        "返答",
        "記入",
        "提示",
        "送り",
        "聞かせ",
        "頂戴",
        "伺",
        "うかが",
        "しょうか",
        "すか",
    ),
    *("please", "kindly", "could", "can", "would", "will you", "need", "may i", "may we", "what"),
)
"""Without one of these nothing is asked for: most replies need no closer look."""

_NAMED_JA: Final = {
    Fact.ORDER: r"(?:注文|オーダー)(?:の)?(?:番号|No\.?|ID)",
    Fact.EMAIL: r"(?:メール|Eメール|E-mail)(?:の)?アドレス",
    Fact.PHONE: r"(?:電話|携帯)(?:の)?番号",
    Fact.ADDRESS: r"住所",
}
_KINDS_EN: Final = ("postal", "delivery", "shipping", "billing", "home")
_NAMED_EN: Final = {
    Fact.ORDER: r"order (?:number|no\b|id\b|#)",
    Fact.EMAIL: r"(?<!\bour )(?<!\bthis )(?<!\bnew )(?<!to the )e-?mail address",
    Fact.PHONE: r"(?<!\bour )(?<!\bthis )(?<!\bnew )(?:tele)?phone number",
    Fact.ADDRESS: r"(?<!\bour )(?<!\bthis )(?<!\bnew )(?<!mail )(?<!web )"
    + "".join(rf"(?<!\bnew {kind} )" for kind in _KINDS_EN)
    + rf"(?:(?:{'|'.join(_KINDS_EN)}) )?address",
}
_NOT_NEW_JA: Final = "(?<!新しい)(?<!新しい[ごお])(?<!新)"
_TELL_JA: Final = (
    r"(?:お知らせ|教え|お教え|ご教示|ご連絡|ご返信|ご返答|ご記入|ご提示|お送り|お聞かせ|頂戴|お伺い|伺っ|うかがっ)"
    r"[^。\n]{0,8}?(?:くださ|下さ|いただ|頂|願|でしょうか|ますか|ませんか|宜し|よろし|たく)"
)
_ASK_EN: Final = (
    r"(?:(?:please|kindly|could you|can you|would you|will you)[^.?!\n]{0,40}?"
    r"\b(?:provide|send|give|share|tell|confirm|include|reply with|let (?:us|me) know)"
    r"|\b(?:may|can|could) (?:i|we) (?:please )?have|\b(?:we|i)(?:'ll| will| would)? (?:still |also )?need"
    r"|\bwhat(?:'s| is| was))"
)
_BEFORE: Final = 120
"""An English question stands within so many characters before the fact it is about."""
_GIVEN: Final = {
    Fact.ORDER: r"(?i:注文|オーダー|\border\b|\bpurchase\b)[^\n]{0,20}?(?<![\d/-])(?!(?:19|20)\d\d-)"
    r"(?:[A-Za-z]{1,5}-?)?\d[\d-]{2,18}\d(?![\d/年月日円])",
    Fact.EMAIL: r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+",
    Fact.PHONE: r"(?<![\d-])(?:\+\d{1,3}[ -]?\(?\d{1,4}\)?|0\d{1,4})[ -]\d{2,4}[ -]\d{3,4}(?![\d-])"
    r"|(?i:電話|携帯|\btel\b|\bphone\b|\bmobile\b)[^\n\d]{0,12}(?:\+?\d{10,13})(?!\d)",
    Fact.ADDRESS: r"〒? ?\d{3}-\d{4}(?![\d-])[^\n]{0,4}[都道府県市区町村\u4e00-\u9fff]"
    r"|(?:東京都|北海道|(?:京都|大阪)府|[\u4e00-\u9fff]{2,3}県)[^\n。]{1,8}?[市区町村郡]"
    r"|\b\d{1,5} (?:[A-Z][\w'.]* ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Way|Court|Ct)\b",
}


@cache
def _asks_ja(fact: Fact) -> re.Pattern[str]:
    """A Japanese question for a fact; made when first needed, as all of these: 9 ms that most starts do not pay."""
    return re.compile(
        rf"{_NOT_NEW_JA}{_NAMED_JA[fact]}(?:[(（][^)）\n。]{{0,40}}[)）])?"
        rf"(?:(?:と、[^。\n]{{0,80}}?|(?:または|もしくは|[^。\nでにへまがは]){{0,24}})を[^。\n]{{0,24}}?{_TELL_JA}"
        r"|は(?![^。\n]*(?:間違|正し|よろし))[^。\n]{0,16}?(?:でしょうか|ですか|ますか))",
        re.IGNORECASE,
    )


@cache
def _named_en(fact: Fact) -> re.Pattern[str]:
    return re.compile(rf"\b{_NAMED_EN[fact]}", re.IGNORECASE)


@cache
def _asks_en() -> re.Pattern[str]:
    """How an English question goes before it comes to the fact."""
    return re.compile(rf"{_ASK_EN}[^.?!\n]{{0,60}}$", re.IGNORECASE)


@cache
def _given(fact: Fact) -> re.Pattern[str]:
    return re.compile(_GIVEN[fact])


def asked(body: str) -> frozenset[Fact]:
    """The facts that a reply asks the customer to tell."""
    low = body.lower()
    if not any(word in low for word in _TELLING):
        return frozenset()
    facts = [fact for fact in Fact if _asks(fact, body, low)]
    if not facts:
        return frozenset()
    found: set[Fact] = set()
    for sentence in _SENTENCES.split(_fresh(body)):
        asks = {fact for fact in facts if _asks(fact, sentence, sentence.lower())}
        found |= asks - told(sentence) if asks else asks
    return frozenset(found)


def _asks(fact: Fact, text: str, low: str) -> bool:
    """Does a text ask for a fact? `low` is the same in lower case."""
    signs = [sign for sign in _SIGNS[fact] if sign in low]
    if any(not sign.isascii() for sign in signs) and _asks_ja(fact).search(text):
        return True
    named = _named_en(fact).finditer(text) if any(sign.isascii() for sign in signs) else ()
    return any(_asks_en().search(text[max(0, name.start() - _BEFORE) : name.start()]) for name in named)


def given(body: str) -> frozenset[Fact]:
    """The facts that a customer's message tells."""
    return frozenset(told(_fresh(body)))


def told(text: str) -> set[Fact]:
    """The facts that a text without quotes and full-width signs holds."""
    return {fact for fact in Fact if _given(fact).search(text)}


_SENTENCES: Final = re.compile(r"(?<=[。！？!?\n])|(?<=\. )")


def _fresh(body: str) -> str:
    """What a message says itself, in half-width signs."""
    plain = unicodedata.normalize("NFKC", body[:LONGEST_READ])
    return "".join(block.text for block in fold(plain) if block.kind in (Kind.TEXT, Kind.SIGNATURE))
