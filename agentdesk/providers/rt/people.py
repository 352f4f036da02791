"""The people of a Request Tracker: who is staff, and what everybody is called.

Who is privileged is told of one user at a time. So it is asked only where nothing else tells: owners of tickets and
writers of comments are staff, and those whom tickets name as their requestors are taken for customers until then.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from agentdesk.errors import Rejected
from agentdesk.model import Identity, Person, Ref, Role
from agentdesk.providers.documents import Doc, flag, moment, text, whole
from agentdesk.providers.rt.client import RtClient
from agentdesk.text.safe import safe_line

NOBODY = "Nobody"
SYSTEM = frozenset({"RT_System", NOBODY, ""})
REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """What lists tell of somebody; `was_asked` says that there is no more to be had."""

    name: str = ""
    email: str = ""
    was_asked: bool = False


class Directory:
    """Everybody who was mentioned, by user name, and by the number that the log names owners with."""

    def __init__(self, client: RtClient) -> None:
        self._client = client
        self._met: OrderedDict[str, Acquaintance] = OrderedDict()
        self._staff: set[str] = set()
        self._names: dict[str, str] = {}

    def learn(self, doc: Doc, *, is_staff: bool = False, was_asked: bool = False) -> None:
        """Remember the user in a document."""
        user = user_name(doc)
        if user in SYSTEM:
            return
        if is_staff or is_privileged(doc):
            self._staff.add(user)
        known = self._met.get(user, Acquaintance())
        self._met[user] = Acquaintance(
            safe_line(text(doc, "RealName")) or known.name,
            safe_line(text(doc, "EmailAddress")) or known.email,
            was_asked or known.was_asked,
        )
        self._met.move_to_end(user)
        if len(self._met) > REMEMBERED:
            self._met.popitem(last=False)

    def staff(self) -> set[str]:
        """The user names of everybody who is known to be staff."""
        return set(self._staff)

    async def meet(self, users: Iterable[str]) -> None:
        """Ask about those who have never been mentioned: one request each, once."""
        for user in sorted(set(users) - SYSTEM - self._staff):
            if user not in self._met:
                await self.user(user)

    async def meet_number(self, number: str) -> None:
        """Find out whom a number names: one request, once."""
        if number not in self._names:
            self._names[number] = user_name(await self.user(number)) or number

    def user_of(self, number: str) -> str | None:
        """The user whom a number names, None for nobody."""
        user = self._names.get(number, number)
        return None if user in SYSTEM or user == "0" else user

    async def user(self, name: str) -> Doc:
        """One user's document, empty when this account may not see it."""
        try:
            doc = await self._client.get(f"/user/{quote(name, safe='@')}")
        except Rejected:
            doc = {}
        self.learn(doc or {"id": name}, was_asked=True)
        return doc

    def called(self, user: str) -> str:
        """What a person is called."""
        return self._met.get(user, Acquaintance()).name or user

    def role(self, user: str) -> Role:
        if user in SYSTEM:
            return Role.SYSTEM
        return Role.AGENT if user in self._staff else Role.CUSTOMER

    async def card(self, account: str, user: str) -> Person:
        """Somebody's card, asked for when only the user name is known."""
        known = self._met.get(user, Acquaintance())
        doc = {} if known.was_asked or (known.name and known.email) else await self.user(user)
        return self.person(account, doc or {"id": user})

    def person(self, account: str, doc: Doc) -> Person:
        """The user in a document as a person, with what was learnt before where the document is silent."""
        user = user_name(doc)
        known = self._met.get(user, Acquaintance())
        email = safe_line(text(doc, "EmailAddress")) or known.email or (user if "@" in user else "")
        updated = moment(doc, "LastUpdated")
        return Person(
            ref=Ref(account, user),
            name=safe_line(text(doc, "RealName")) or self.called(user),
            role=self.role(user),
            identities=(Identity("email", email, verified=True),) if email else (),
            language=text(doc, "Lang").replace("_", "-").partition("-")[0].lower(),
            zone=safe_line(text(doc, "Timezone")),
            signature=text(doc, "Signature"),
            active=text(doc, "Disabled") in ("", "0"),
            created_at=moment(doc, "Created"),
            stamp=int(updated.timestamp()) if updated else 0,
        )


def is_privileged(doc: Doc) -> bool:
    """A user's own document says that this is an agent; lists leave it empty."""
    return bool(flag(doc, "Privileged") or whole(doc, "Privileged"))


def user_name(doc: Doc) -> str:
    """The user name in a document: lists have it as `Name` or as `id`, where one user's own `id` is a number."""
    id = doc.get("id")
    return safe_line(text(doc, "Name") or (id if isinstance(id, str) else ""))
