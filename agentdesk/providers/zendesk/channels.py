"""Channels: Zendesk's `via`, a word or a number or a title, and the channel it is for us."""

from agentdesk.providers.documents import as_text, document, inner, text

_WORDS = {
    "web": "web_form",
    "web form": "web_form",
    "web_form": "web_form",
    "dropbox": "web_form",
    "closed_ticket": "web_form",
    "closed ticket": "web_form",
    "email": "email",
    "mail": "email",
    "recovered_from_suspended_tickets": "email",
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
    "sunshine_conversations_twitter_dm": "twitter_x",
    "forum": "forum",
    "topic": "forum",
    "chat": "chat",
    "chat_transcript": "chat",
    "chat_offline_message": "chat",
    "voice": "voice",
    "phone": "voice",
    "phone call (incoming)": "voice",
    "phone call (outbound)": "voice",
    "phone_call_inbound": "voice",
    "phone_call_outbound": "voice",
    "api_phone_call_inbound": "voice",
    "api_phone_call_outbound": "voice",
    "voicemail": "voicemail",
    "api_voicemail": "voicemail",
    "sms": "sms",
    "text_message": "sms",
    "text message": "sms",
    "facebook": "facebook",
    "facebook_post": "facebook",
    "facebook post": "facebook",
    "facebook_message": "facebook",
    "facebook message": "facebook",
    "facebook_messenger": "facebook",
    "sunshine_conversations_facebook_messenger": "facebook",
    "instagram_dm": "instagram",
    "whatsapp": "whatsapp",
    "line": "line",
    "telegram": "telegram",
    "web_widget": "widget",
    "web widget": "widget",
    "answer_bot_for_web_widget": "widget",
    "mobile": "messaging",
    "iphone": "messaging",
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
    27: "web_form",
    29: "chat",
    30: "twitter_x",
    33: "voicemail",
    34: "voice",
    35: "voice",
    37: "sms",
    38: "facebook",
    41: "facebook",
    44: "voicemail",
    45: "voice",
    46: "voice",
    48: "widget",
    49: "messaging",
    50: "portal",
    56: "messaging",
    57: "sms",
}
_INCOMING = frozenset(
    {
        *("33", "34", "44", "45"),
        *("phone call (incoming)", "phone_call_inbound", "api_phone_call_inbound"),
        *("voicemail", "api_voicemail"),
    }
)
_OUTGOING = frozenset({"35", "46", "phone call (outbound)", "phone_call_outbound", "api_phone_call_outbound"})


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
