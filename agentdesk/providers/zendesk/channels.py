"""Channels: Zendesk's `via`, a word or a number or a title, and the channel it is for us."""

from agentdesk.providers.documents import as_text, document, inner, text

_WORDS = {
    "web": "web_form",
    "web form": "web_form",
    "web_form": "web_form",
    "email": "email",
    "mail": "email",
    "api": "api",
    "web service": "api",
    "web_service": "api",
    "rule": "rule",
    "automation": "rule",
    "trigger": "rule",
    "system": "rule",
    "admin setting": "rule",
    "merge": "internal",
    "linked_problem": "internal",
    "linked problem": "internal",
    "side_conversation": "internal",
    "twitter": "twitter_x",
    "twitter_dm": "twitter_x",
    "twitter_favorite": "twitter_x",
    "x_corp_social": "twitter_x",
    "forum": "forum",
    "chat": "chat",
    "chat_transcript": "chat",
    "voice": "voice",
    "phone": "voice",
    "phone call (incoming)": "voice",
    "phone call (outbound)": "voice",
    "voicemail": "voicemail",
    "sms": "sms",
    "facebook": "facebook",
    "facebook_messenger": "facebook",
    "instagram_dm": "instagram",
    "whatsapp": "whatsapp",
    "line": "line",
    "telegram": "telegram",
    "web_widget": "widget",
    "web widget": "widget",
    "answer_bot_for_web_widget": "widget",
    "mobile": "messaging",
    "mobile_sdk": "messaging",
    "native_messaging": "messaging",
    "sunshine_conversations_api": "messaging",
    "help_center": "portal",
    "help center": "portal",
    "helpcenter": "portal",
}
_NUMBERS = {
    0: "web_form",
    4: "email",
    5: "api",
    8: "rule",
    9: "internal",
    15: "messaging",
    17: "web_form",
    19: "internal",
    20: "web_form",
    21: "email",
    23: "twitter_x",
    24: "forum",
    26: "twitter_x",
    29: "chat",
    30: "twitter_x",
    33: "voicemail",
    34: "voice",
    35: "voice",
    38: "facebook",
    41: "facebook",
    48: "widget",
    49: "messaging",
    57: "sms",
}
_INCOMING = frozenset({"34", "33", "phone call (incoming)", "voicemail"})
_OUTGOING = frozenset({"35", "phone call (outbound)"})


def channel_from(via: object) -> tuple[str, str]:
    """Our channel and Zendesk's own word for it; `via` is an object, or the bare word of the exports."""
    raw = as_text(document(via).get("channel") if isinstance(via, dict) else via)
    if raw.isascii() and raw.isdigit():
        return _NUMBERS.get(int(raw), "other"), raw
    word = raw.lower()
    return ("portal" if word.startswith("answer_bot") and word not in _WORDS else _WORDS.get(word, "other")), raw


def direction_from(via: object) -> str:
    """`in` or `out` for a call whose way Zendesk tells, or an empty text."""
    raw = channel_from(via)[1].lower()
    relation = text(inner(document(via), "source"), "rel").lower()
    if raw in _INCOMING or relation in ("inbound", "voicemail"):
        return "in"
    return "out" if raw in _OUTGOING or relation == "outbound" else ""
