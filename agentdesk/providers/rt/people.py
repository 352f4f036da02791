"""The people of a Request Tracker: who is staff, and what everybody is called.

Who is privileged is told of one user at a time. So it is asked only where nothing else tells: owners of tickets and
writers of comments are staff, an account that is named like a mail address was made by a customer's mail.
"""

from collections import OrderedDict
from collections.abc import Iterable
from urllib.parse import quote

from agentdesk.errors import Rejected
from agentdesk.model import Identity, Person, Ref, Role
from agentdesk.providers.documents import Doc, documents, flag, moment, text, whole
from agentdesk.providers.rt.client import RtClient
from agentdesk.text.safe import safe_line

NOBODY = "Nobody"
SYSTEM = frozenset({"RT_System", NOBODY, ""})
REMEMBERED = 50_000


class Directory:
    """Everybody who was mentioned, by user name, and by the number that the log names owners with."""

    def __init__(self, client: RtClient) -> None:
        self._client = client
        self._staff: dict[str, str] = {}
        self._others: OrderedDict[str, str] = OrderedDict()
        self._numbers: dict[str, str] = {}

    def learn(self, doc: Doc) -> None:
        """Remember the name in a user's document; whether it is staff only where the document says so."""
        name = user_name(doc)
        if name in SYSTEM:
            return
        called = safe_line(text(doc, "RealName")) or name
        if name in self._staff or flag(doc, "Privileged") or whole(doc, "Privileged"):
            self._staff[name] = called if text(doc, "RealName") else self._staff.get(name, called)
            return
        self._others[name] = called if text(doc, "RealName") else self._others.get(name, called)
        self._others.move_to_end(name)
        if len(self._others) > REMEMBERED:
            self._others.popitem(last=False)

    def staff(self) -> set[str]:
        """The user names of everybody who is known to be staff."""
        return set(self._staff)

    def meet_staff(self, doc: Doc) -> None:
        """Remember somebody who did what only staff may do."""
        name = user_name(doc)
        if name not in SYSTEM and name not in self._staff:
            self._staff[name] = safe_line(text(doc, "RealName")) or self._others.pop(name, name)

    async def meet(self, names: Iterable[str]) -> None:
        """Ask about those who are neither known nor named like a customer: one request each, once."""
        for name in sorted(set(names) - SYSTEM):
            if name not in self._staff and name not in self._others:
                if "@" in name:
                    self.learn({"id": name})
                else:
                    await self.user(name)

    async def number(self, id: str) -> str:
        """The user name behind a number, asked for once; the number itself where nobody tells."""
        if id not in self._numbers:
            doc = await self.user(id)
            self._numbers[id] = user_name(doc) if doc else id
        return self._numbers[id]

    def name_of(self, number: str) -> str | None:
        """The user name behind a number that was asked for; None for nobody."""
        name = self._numbers.get(number, number)
        return None if name in SYSTEM or name == "0" else name

    async def user(self, name: str) -> Doc:
        """One user's document, empty when this account may not see it."""
        try:
            doc = await self._client.get(f"/user/{quote(name, safe='@')}")
        except Rejected:
            self._others.setdefault(name, name)
            return {}
        doc = {**doc, "id": user_name(doc)}
        self.learn(doc)
        return doc

    def called(self, name: str) -> str:
        """What a person is called."""
        return self._staff.get(name) or self._others.get(name, name)

    def role(self, name: str) -> Role:
        if name in SYSTEM:
            return Role.SYSTEM
        return Role.AGENT if name in self._staff else Role.CUSTOMER

    async def customer(self, account: str, name: str) -> Person:
        """The card of somebody, asked for when only the user name is known."""
        if name in self._staff or (name in self._others and self._others[name] != name):
            return self.person(account, {"id": name})
        return self.person(account, await self.user(name) or {"id": name})

    def person(self, account: str, doc: Doc) -> Person:
        """A user as a person; an account without an address is known by its name alone."""
        name = user_name(doc)
        email = safe_line(text(doc, "EmailAddress")) or (name if "@" in name else "")
        updated = moment(doc, "LastUpdated")
        return Person(
            ref=Ref(account, name),
            name=safe_line(text(doc, "RealName")) or self.called(name),
            role=self.role(name),
            identities=(Identity("email", email, verified=True),) if email else (),
            language=text(doc, "Lang").replace("_", "-").partition("-")[0].lower(),
            zone=text(doc, "Timezone"),
            signature=text(doc, "Signature"),
            active=text(doc, "Disabled") in ("", "0"),
            created_at=moment(doc, "Created"),
            stamp=int(updated.timestamp()) if updated else 0,
        )


def user_name(doc: Doc) -> str:
    """The user name in a document: lists have it as `Name` or as `id`, where one user's own `id` is a number."""
    return safe_line(text(doc, "Name") or (text(doc, "id") if not isinstance(doc.get("id"), int) else ""))


def number_in(doc: Doc) -> str:
    """A user's number, from its own document or from its link to itself."""
    links = (link for link in documents(doc, "_hyperlinks") if text(link, "ref") == "self")
    return next((text(link, "id") for link in links), "")
