"""Refusals: the four shapes in which Zendesk says no, and the error each one is for us."""

import httpx

from agentdesk.errors import Conflict, Forbidden, Gone, ProviderError, RateLimited, Rejected, Unauthorized
from agentdesk.i18n import _
from agentdesk.providers.documents import Doc, document, documents, inner, text, values
from agentdesk.providers.http import Answer
from agentdesk.text.safe import safe_line

LONGEST_WORDS = 400
BUSY_SECONDS = 2.0
"""Another write to the same record was under way; nothing was applied."""


class Repeated(Rejected):
    """A create was seen before under the same key, with another body: some earlier send arrived."""


def refusal(account: str, answer: Answer) -> ProviderError | None:
    """The error an answer of Zendesk's means, with its own words; None leaves it to the common rules."""
    words = words_from(answer.doc)
    code = text(answer.doc, "error")
    if code == "IdempotentRequestError":
        return Repeated(_("{account}: an earlier try of this ticket arrived.", account=account))
    if answer.status == httpx.codes.CONFLICT:
        if code == "UpdateConflict":
            return Conflict(_("{account}: somebody else changed the ticket first.", account=account))
        return RateLimited(_("{account}: the ticket is being changed right now.", account=account), BUSY_SECONDS)
    if not words or answer.status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return None
    sentence = _("{account}: the helpdesk said: {words}", account=account, words=words)
    match answer.status:
        case httpx.codes.UNAUTHORIZED:
            return Unauthorized(sentence)
        case httpx.codes.FORBIDDEN:
            return Forbidden(sentence)
        case httpx.codes.NOT_FOUND | httpx.codes.GONE:
            return Gone(sentence)
        case _:
            return Rejected(sentence)


def words_from(doc: Doc) -> str:
    """What the helpdesk says is wrong, on one line."""
    found = [*_detailed(document(doc.get("details"))), *_listed(doc), text(doc, "description")]
    titled = inner(doc, "error")
    found += [text(titled, "message", "title"), text(doc, "error_description"), text(doc, "error", "message")]
    said = [words for words in found if words]
    details = [words for words in _detailed(document(doc.get("details"))) if words]
    return safe_line(" ".join(dict.fromkeys(details)) if details else (said[0] if said else ""))[:LONGEST_WORDS]


def _detailed(details: Doc) -> list[str]:
    """One sentence for each field of `details`, whose values are lists of objects or of texts."""
    found: list[str] = []
    for name in details:
        for reason in values(details, name):
            words = text(document(reason), "description", "message") or (reason if isinstance(reason, str) else "")
            found.append(words if name == "base" or name.lower() in words.lower() else f"{name}: {words}")
    return found


def _listed(doc: Doc) -> list[str]:
    return [text(error, "detail", "title", "code") for error in documents(doc, "errors")]
