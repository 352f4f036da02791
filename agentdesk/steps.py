"""Steps: what a prepared answer changes on the ticket besides its words, as changes of ours.

A helpdesk names its macros' actions in words of its own (`CannedAction`); Zendesk's are the known ones: `status`,
`priority`, `subject`, `assignee_id`, `group_id`, `set_tags`, `current_tags` (which adds), `remove_tags` and
`custom_fields_ID`. What has no change of ours is named, never guessed at.
"""

from collections.abc import Iterable, Mapping

from agentdesk.model import (
    Assign,
    Canned,
    CannedAction,
    Change,
    Field,
    FieldValue,
    Priority,
    SetField,
    SetPriority,
    SetStatus,
    SetSubject,
    Status,
    Tag,
    Ticket,
    Transfer,
    Untag,
)
from agentdesk.record import record

_SETTABLE = (Status.OPEN, Status.PENDING, Status.HOLD, Status.SOLVED)
_MINE = "current_user"
_MY_TEAMS = "current_groups"
_FIELD = ("custom_fields_", "ticket_fields_")


@record
class Around:
    """What the steps of a prepared answer refer to: the agent, their teams, and the account's fields by id."""

    me: str | None
    my_teams: tuple[str, ...] = ()
    fields: Mapping[str, Field] | None = None


@record
class Steps:
    """The changes of a prepared answer, and the actions that have none, in the helpdesk's words."""

    changes: tuple[Change, ...]
    unknown: tuple[str, ...] = ()


def steps_of(canned: Canned, ticket: Ticket, around: Around) -> Steps:
    """What a prepared answer changes on a ticket; a move to a team comes first, as it takes the assignee away."""
    changes: list[Change] = []
    unknown: list[str] = []
    for action in canned.actions:
        found = _changes(action, ticket, around)
        if found is None:
            unknown.append(action.field)
        else:
            changes = list(together(changes, found))
    changes.sort(key=lambda change: not isinstance(change, Transfer))
    return Steps(tuple(changes), tuple(dict.fromkeys(unknown)))


def together(before: Iterable[Change], later: Iterable[Change]) -> tuple[Change, ...]:
    """Changes with later ones, each of which takes the place of an earlier one about the same thing."""
    kept = {_about(change): change for change in before}
    for change in later:
        kept.pop(_about(change), None)
        kept[_about(change)] = change
    return tuple(kept.values())


def _about(change: Change) -> tuple[object, ...]:
    """What a change is about: of two about the same thing, only the later one counts."""
    match change:
        case Tag(tag) | Untag(tag):
            return Tag, tag
        case SetField(name):
            return SetField, name
        case _:
            return (type(change),)


def _changes(action: CannedAction, ticket: Ticket, around: Around) -> list[Change] | None:
    """The changes of one action, or None where it has none of ours."""
    value = action.value[-1].strip() if action.value else ""
    tags = " ".join(action.value).split()
    match action.field:
        case "status":
            return [SetStatus(Status(value))] if value in _SETTABLE else None
        case "priority":
            return [SetPriority(Priority(value))] if value in set(Priority) else None
        case "subject":
            return [SetSubject(value)] if value and "{" not in value else None
        case "assignee_id":
            return _assigned(value, around.me)
        case "group_id":
            team = next(iter(around.my_teams), "") if value == _MY_TEAMS else value
            return [Transfer(team)] if team else None
        case "current_tags":
            return [Tag(tag) for tag in tags]
        case "remove_tags":
            return [Untag(tag) for tag in tags]
        case "set_tags":
            return [*(Untag(tag) for tag in ticket.tags if tag not in tags), *(Tag(tag) for tag in tags)]
        case name if name.startswith(_FIELD):
            return _field_set(name.rpartition("_")[2], action.value, around.fields or {})
        case _:
            return None


def _assigned(value: str, me: str | None) -> list[Change] | None:
    if value == _MINE:
        return [Assign(me)] if me else None
    return [Assign(value or None)]


def _field_set(name: str, values: tuple[str, ...], fields: Mapping[str, Field]) -> list[Change] | None:
    field = fields.get(name)
    if field is None:
        return None
    last = values[-1] if values else ""
    value: FieldValue
    try:
        match field.type:
            case "bool":
                value = last.casefold() == "true"
            case "int":
                value = int(last) if last else None
            case "decimal":
                value = float(last) if last else None
            case "multichoice":
                value = tuple(values)
            case _:
                value = last or None
    except ValueError:
        return None
    return [SetField(name, value)]
