"""The people mentioned so far: names and roles that an audit or an export leaves out."""

from collections import OrderedDict
from collections.abc import Iterable

from agentdesk.model import STAFF, Role
from agentdesk.providers.documents import Doc, text
from agentdesk.providers.zendesk.reading import role_from
from agentdesk.text.safe import safe_line

REMEMBERED = 50_000
_SYSTEM_AUTHORS = frozenset({"-1", "0"})


class Known:
    """The name and role of everybody who was mentioned, newest kept; colleagues are never forgotten."""

    def __init__(self) -> None:
        self._staff: dict[str, tuple[str, Role]] = {}
        self._customers: OrderedDict[str, str] = OrderedDict()
        self._met_staff = False

    def learn(self, user: Doc) -> None:
        """Remember a user."""
        id, name, role = text(user, "id"), safe_line(text(user, "name", "email")), role_from(user)
        if role in STAFF:
            self._staff[id] = (name, role)
            return
        self._staff.pop(id, None)
        self._customers[id] = name
        self._customers.move_to_end(id)
        if len(self._customers) > REMEMBERED:
            self._customers.popitem(last=False)

    @property
    def has_staff(self) -> bool:
        """Colleagues have been read, so that whoever is not among them is a customer."""
        return self._met_staff

    def meet_staff(self, users: Iterable[Doc]) -> None:
        """Remember all colleagues."""
        for user in users:
            self.learn(user)
        self._met_staff = True

    def __contains__(self, id: str) -> bool:
        return id in self._staff or id in self._customers or id in _SYSTEM_AUTHORS

    def author(self, id: str | None) -> tuple[str, Role]:
        """Name and role of an author; nobody in particular is the helpdesk itself."""
        if id is None or id in _SYSTEM_AUTHORS:
            return "", Role.SYSTEM
        return self._staff.get(id) or (self._customers.get(id, ""), Role.CUSTOMER)
