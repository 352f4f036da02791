"""What happened to a ticket, in the agent's language: kinds of events, and changes with names for their ids."""

import re
from datetime import datetime
from typing import Final

from agentdesk import i18n
from agentdesk.columns import link_change_words, priority_word, status_word
from agentdesk.i18n import _
from agentdesk.model import Event, Field, Kind, Priority, Ref, Status
from agentdesk.store import Store
from agentdesk.text.safe import safe_line

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)


class Names:
    """Names for the ids that field changes carry, remembered for as long as a timeline is shown."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[tuple[str, str, str], str] = {}
        self._fields: dict[str, dict[str, Field]] = {}
        self._teams: dict[str, dict[str, str]] = {}

    def value(self, account: str, field: str, value: str | None) -> str:
        """What a field's value says to a person."""
        if not value:
            return value_word(field, value)
        key = (account, field, value)
        if key not in self._known:
            self._known[key] = safe_line(self._look_up(account, field, value))
        return self._known[key]

    def field(self, account: str, field: str) -> str:
        """What a field is called."""
        known = self._account_fields(account).get(field)
        return safe_line(known.label) if known and known.label != field else field_word(field)

    def person(self, account: str, id: str | None) -> str:
        return self.value(account, "assignee", id) if id else ""

    def _look_up(self, account: str, field: str, value: str) -> str:
        queries = self._store.queries
        match field:
            case "assignee" | "requester":
                person = queries.person(Ref(account, value))
                return person.name if person else value
            case "group":
                if account not in self._teams:
                    self._teams[account] = {team.ref.id: team.name for team in queries.teams(account)}
                return self._teams[account].get(value, value)
            case "organization":
                organization = queries.organization(Ref(account, value))
                return organization.name if organization else value
        known = self._account_fields(account).get(field)
        options = {option.value: option.label for option in known.options} if known else {}
        return options.get(value) or value_word(field, value)

    def _account_fields(self, account: str) -> dict[str, Field]:
        if account not in self._fields:
            self._fields[account] = {field.ref.id: field for field in self._store.queries.fields(account)}
        return self._fields[account]


def what_changed(event: Event, names: Names) -> str:
    """What a field change did, on one line in the agent's language."""
    account, field = event.ref.account, event.field
    if linked := link_change_words(event):
        return linked
    if field == "tags":
        old, new = set((event.old or "").split()), set((event.new or "").split())
        moved = [*(f"+{tag}" for tag in sorted(new - old)), *(f"-{tag}" for tag in sorted(old - new))]
        return _("Tags: {tags}", tags=" ".join(moved))
    new_value = names.value(account, field, event.new)
    if not event.old:
        return _("{field}: {new}", field=names.field(account, field), new=new_value)
    old_value = names.value(account, field, event.old)
    if field == "group":
        return _("Routed from {old} to {new}", old=old_value, new=new_value)
    return _("{field}: from {old} to {new}", field=names.field(account, field), old=old_value, new=new_value)


def kind_word(event: Event) -> str:
    """What kind of happening this is."""
    words = {
        Kind.CUSTOMER: _("customer"),
        Kind.REPLY: _("public reply"),
        Kind.NOTE: _("internal note"),
        Kind.CALL: _("phone"),
        Kind.RATING: _("Rating"),
        Kind.CHANGE: _("change"),
        Kind.OUTSIDE: _("outside"),
    }
    return words.get(event.kind, event.kind.value)


def field_word(field: str) -> str:
    """The name of a ticket's own field, or the field's id where it has none."""
    words = {
        "status": _("Status"),
        "priority": _("Priority"),
        "group": _("Team"),
        "assignee": _("Assignee"),
        "subject": _("Subject"),
        "requester": _("Customer"),
        "organization": _("Organization"),
        "tags": _("Tags"),
        "type": _("Type"),
        "brand": _("Brand"),
        "form": _("Form"),
        "Due": _("Due"),
    }
    return words.get(field, field)


def value_word(field: str, value: str | None) -> str:
    """A field's value in words; names are somebody else's to resolve."""
    if value is None or value == "":
        return _("none")
    match field:
        case "status" if value in set(Status):
            return status_word(Status(value))
        case "priority" if value in set(Priority):
            return priority_word(Priority(value))
        case _ if _MOMENT.fullmatch(value):
            return _moment_word(value)
        case _:
            return value


def _moment_word(value: str) -> str:
    """A time as people write it, in the agent's zone; one that no calendar has stays as it came."""
    try:
        return i18n.stamp(datetime.fromisoformat(value))
    except ValueError:
        return value
