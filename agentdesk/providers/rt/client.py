"""The client: Request Tracker's ways of speaking HTTP over the shared client.

Answers to writes are arrays, errors are `{"message": ...}`, a token is sent as `Authorization: token T`, and searches
that are too long for an address are sent as POST.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence

import httpx

from agentdesk.errors import Forbidden, Gone, ProviderError, Rejected
from agentdesk.i18n import _
from agentdesk.providers.documents import LIST, Doc, text, texts, values
from agentdesk.providers.http import Answer, Auth, Call, Client, Parameters, Secret
from agentdesk.text.safe import safe_line

LONGEST_WORDS = 400
_TOKEN = re.compile(r"\d+-(\d+)-[0-9a-fA-F]+")

Body = Doc | Sequence[Doc]


class Credentials(Auth):
    """A token, or a password when what is given does not look like one of Request Tracker's tokens.

    `user` is the name the agent gave. Where there is none, the token itself tells its owner's number.
    """

    def __init__(self, user: str, secret: Secret) -> None:
        super().__init__(self._word, secret)
        self._user = user
        self._owner = ""

    def _word(self, secret: str) -> str:
        if (token := _TOKEN.fullmatch(secret)) or not self._user:
            self._owner = token[1] if token else ""
            return f"token {secret}"
        self._owner = ""
        return "Basic " + base64.b64encode(f"{self._user}:{secret}".encode()).decode("ascii")

    async def owner(self) -> str:
        """The name or the number of the user whom these credentials belong to; empty when nothing tells."""
        await self.header()
        return self._owner or self._user


class RtClient(Client):
    """Requests to one Request Tracker."""

    async def read(self, path: str, parameters: Parameters | None = None, *, urgent: bool = False) -> Answer:
        """The answer at a path, with its headers."""
        return await self._answer(Call("GET", self._url(path, parameters), urgent=urgent))

    async def search(self, path: str, parameters: Parameters, terms: Sequence[Doc], *, urgent: bool = False) -> Doc:
        """What a search by JSON terms finds; it is sent as POST, since addresses are cut at about 8000 characters."""
        content = _encoded(terms)
        headers = {"Content-Type": "application/json"}
        call = Call("POST", self._url(path, parameters), urgent=urgent, headers=headers, body=lambda: content)
        return (await self._answer(call)).doc

    async def change(
        self, method: str, path: str, body: Body, headers: Mapping[str, str] | None = None
    ) -> tuple[Doc, str]:
        """Write once; what was answered, and its words on one line.

        The words are in the user's own language and a success may carry a failure, so nothing is concluded from them.
        """
        content = _encoded(body)
        sent = {**(headers or {}), "Content-Type": "application/json"}
        answer = await self._answer(Call(method, self._url(path), urgent=True, headers=sent, body=lambda: content))
        return answer.doc, words_from(answer.doc)


def _encoded(body: Body) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def words_from(doc: Doc) -> str:
    """What the helpdesk said in an answer, on one line."""
    said = [text(doc, "message")]
    for entry in values(doc, LIST):
        said += texts(entry[1:] if isinstance(entry, list) else [entry])
    return safe_line(" ".join(words for words in said if words))[:LONGEST_WORDS]


def refusal(account: str, answer: Answer) -> ProviderError | None:
    """The error that an answer means, with the helpdesk's own words; None leaves it to the common rules."""
    words = words_from(answer.doc)
    if not words:
        return None
    sentence = _("{account}: the helpdesk said: {words}", account=account, words=words)
    match answer.status:
        case httpx.codes.FORBIDDEN:
            return Forbidden(sentence)
        case httpx.codes.NOT_FOUND:
            return Gone(sentence)
        case httpx.codes.BAD_REQUEST | httpx.codes.METHOD_NOT_ALLOWED | httpx.codes.UNSUPPORTED_MEDIA_TYPE:
            return Rejected(sentence)
        case _:
            return None
