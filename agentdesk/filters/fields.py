"""The table of everything that may stand before a colon; parsing, suggestions and completion are derived from it."""

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple

from agentdesk.filters.signs import folded
from agentdesk.i18n import _, active
from agentdesk.model import Priority, Status

FIELD_SIGN = re.compile(r"(?<!\w)(?P<name>[^\W\d][\w-]*)(?P<op>:?(?:<=|>=|[<>=≤≥])|:)(?!//)")
"""A field and how its value is compared, as they stand in a query: `status:`, `waiting>`."""


class FieldKind(Enum):
    """What may stand behind a field's colon."""

    NAME = "name"
    CHOICE = "choice"
    ORDERED = "ordered"
    NUMBER = "number"
    SPAN = "span"
    MOMENT = "moment"


class FieldWord(NamedTuple):
    """One word that may stand before a colon.

    `values` names what can stand behind it: all there is for a choice (in order, for an ordered one), and for a name
    only the words with a meaning of their own. Each value lists its other spellings.
    """

    name: str
    kind: FieldKind
    about: Callable[[], str]
    aliases: tuple[str, ...] = ()
    values: Mapping[str, tuple[str, ...]] = MappingProxyType({})


STATUSES: Mapping[str, tuple[str, ...]] = {
    Status.NEW: ("新規",),
    Status.OPEN: ("対応中", "オープン"),
    Status.PENDING: ("お客様待ち", "保留中", "返信待ち", "ペンディング"),
    Status.HOLD: ("on-hold", "待機中", "保留"),
    Status.SOLVED: ("解決", "解決済み", "resolved"),
    Status.CLOSED: ("終了", "完了", "クローズ"),
}
PRIORITIES: Mapping[str, tuple[str, ...]] = {
    Priority.LOW: ("低", "低い"),
    Priority.NORMAL: ("通常", "中", "普通"),
    Priority.HIGH: ("高", "高い"),
    Priority.URGENT: ("緊急", "至急"),
}
CHANNELS: Mapping[str, tuple[str, ...]] = {
    "email": ("mail", "メール"),
    "web": ("form", "フォーム", "ウェブ"),
    "chat": ("messages", "チャット"),
    "phone": ("call", "電話"),
    "sms": (),
    "social": ("sns", "ソーシャル"),
    "line": ("ライン",),
    "twitter": ("x",),
    "portal": ("ポータル",),
    "api": (),
    "other": ("その他",),
}
"""What each takes in of the channels that the helpdesks know is said in `model.CHANNELS_OF`."""
ME: Mapping[str, tuple[str, ...]] = {
    "me": ("自分", "私"),
    "none": ("nobody", "unassigned", "なし", "未定", "未割り当て"),
}
NONE: Mapping[str, tuple[str, ...]] = {"none": ("なし",)}
SORTS: Mapping[str, tuple[str, ...]] = {
    "wait": ("waiting", "待ち"),
    "updated": ("更新",),
    "created": ("作成",),
    "due": ("sla", "期限"),
    "priority": ("優先", "優先度"),
    "effort": ("労力", "手間"),
}
EFFORTS: Mapping[str, tuple[str, ...]] = dict.fromkeys("12345", ())
_FIELDS = (
    FieldWord("from", FieldKind.NAME, lambda: _("who wrote a message"), ("差出人", "送信者")),
    FieldWord("to", FieldKind.NAME, lambda: _("whom we answered"), ("宛先", "宛て")),
    FieldWord("tag", FieldKind.NAME, lambda: _("a tag"), ("tags", "タグ"), NONE),
    FieldWord("status", FieldKind.ORDERED, lambda: _("the status"), ("状態", "ステータス"), STATUSES),
    FieldWord("priority", FieldKind.ORDERED, lambda: _("the priority"), ("優先", "優先度"), PRIORITIES),
    FieldWord("group", FieldKind.NAME, lambda: _("the team"), ("queue", "team", "グループ", "チーム", "部署"), NONE),
    FieldWord("assignee", FieldKind.NAME, lambda: _("the colleague who has it"), ("担当", "担当者"), ME),
    FieldWord("channel", FieldKind.NAME, lambda: _("how it came in"), ("via", "チャネル", "経路"), CHANNELS),
    FieldWord("customer", FieldKind.NAME, lambda: _("the customer"), ("requester", "お客様", "顧客", "依頼者")),
    FieldWord("org", FieldKind.NAME, lambda: _("the customer's organization"), ("organization", "組織", "会社"), NONE),
    FieldWord("account", FieldKind.NAME, lambda: _("the helpdesk account"), ("アカウント",)),
    FieldWord("number", FieldKind.NAME, lambda: _("the ticket's number"), ("id", "番号")),
    FieldWord("subject", FieldKind.NAME, lambda: _("words in the subject"), ("title", "件名")),
    FieldWord("lang", FieldKind.NAME, lambda: _("the language of an article or customer"), ("language", "言語")),
    FieldWord("article", FieldKind.NAME, lambda: _("an article, or tickets it was sent in"), ("記事",)),
    FieldWord("view", FieldKind.NAME, lambda: _("a list kept by the helpdesk"), ("ビュー",)),
    FieldWord(
        "has",
        FieldKind.CHOICE,
        lambda: _("what belongs to it"),
        ("有り", "あり"),
        {
            "attachment": ("attachments", "file", "添付"),
            "draft": ("下書き",),
            "held": ("送信保留",),
            "snoozed": ("スヌーズ",),
            "unsent": ("送信待ち",),
        },
    ),
    FieldWord(
        "is",
        FieldKind.CHOICE,
        lambda: _("what it is"),
        ("は",),
        {
            "unsolved": ("未解決",),
            "waiting": ("待ち", "返信待たせ"),
            "unassigned": ("未割り当て", "担当なし"),
            "mine": ("自分", "自分の担当"),
            "urgent": ("緊急",),
            "promised": ("約束",),
            "held": ("送信保留",),
            "snoozed": ("スヌーズ",),
            "unread": ("未読",),
        },
    ),
    FieldWord("reason", FieldKind.NAME, lambda: _("why the customer wrote"), ("理由", "問い合わせ理由", "用件"), NONE),
    FieldWord("before", FieldKind.MOMENT, lambda: _("last changed before"), ("until", "以前", "まで")),
    FieldWord("after", FieldKind.MOMENT, lambda: _("last changed since"), ("since", "以降", "から")),
    FieldWord("created", FieldKind.MOMENT, lambda: _("when it began"), ("作成", "作成日")),
    FieldWord("updated", FieldKind.MOMENT, lambda: _("when it last changed"), ("更新", "更新日")),
    FieldWord("due", FieldKind.MOMENT, lambda: _("when an answer is due"), ("期日",)),
    FieldWord("waiting", FieldKind.SPAN, lambda: _("how long the customer has waited"), ("wait", "待ち")),
    FieldWord("sla", FieldKind.SPAN, lambda: _("time until an answer is due"), ("期限",)),
    FieldWord("bounce", FieldKind.NUMBER, lambda: _("how often it was passed on"), ("bounces", "回", "たらい回し")),
    FieldWord(
        "effort",
        FieldKind.NUMBER,
        lambda: _("the customer's effort so far, 1 (little) to 5"),
        ("労力", "手間", "お客様の手間", "ces"),
        EFFORTS,
    ),
)
FIELDS: Mapping[str, FieldWord] = {entry.name: entry for entry in _FIELDS}


def field_named(name: str) -> FieldWord | None:
    """The field of a folded name, or of another spelling of it."""
    known = FIELDS.get(name)
    return known or next((entry for entry in _FIELDS if name in entry.aliases), None)


def unknown_field(name: str) -> str:
    """What is said of a field that there is not, with the nearest one that there is."""
    near = _nearest_field(name)
    if near:
        return _("There is no field {name}. Did you mean {near}?", name=name, near=f"{near}:")
    return _("There is no field {name}. Put it in quotes to look for the words.", name=name)


def is_misspelt_field(name: str) -> bool:
    """Is a field meant that there is not, or whose name is spelled otherwise?"""
    return _nearest_field(name) is not None


def _nearest_field(name: str) -> str | None:
    known = [spelling for entry in _FIELDS for spelling in (entry.name, *entry.aliases)]
    return next(iter(get_close_matches(folded(name), [*known, "sort"], n=1, cutoff=0.7)), None)


def unknown_value(field: str, value: str, values: Mapping[str, tuple[str, ...]]) -> str:
    """What is said of a value that a field does not take."""
    near = nearest_value(value, values)
    if near:
        return _("{field}: knows no {value}. Did you mean {near}?", field=field, value=value, near=near)
    known = ", ".join(_told(str(name), others) for name, others in values.items())
    return _("{field}: knows no {value}. Choose one of: {known}.", field=field, value=value, known=known)


def _told(name: str, others: tuple[str, ...]) -> str:
    """A value as the agent would type it: in Japanese where that is spoken and the value has such a name."""
    return next((one for one in others if not one.isascii()), name) if active().code == "ja" else name


def nearest_value(value: str, values: Mapping[str, tuple[str, ...]]) -> str | None:
    """The spelling of a value that another one is nearly; None where it is like none."""
    known = [spelling for name, others in values.items() for spelling in (name, *others)]
    return next(iter(get_close_matches(folded(value), known, n=1, cutoff=0.5)), None)


def meaning(value: str, values: Mapping[str, tuple[str, ...]]) -> str | None:
    """The value that a spelling stands for; None where none of these has it."""
    wanted = folded(value)
    return next((str(name) for name, others in values.items() if wanted == name or wanted in others), None)
