"""The fields: what a ticket can hold, its forms, and the statuses an account has."""

import json

from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.problems import invalid
from agentdesk.sandbox.records import Database

CATEGORIES = ("new", "open", "pending", "hold", "solved")
BRAND_ID = 900_000_000_001
BRAND_NAME = "Desk"

_SYSTEM = (
    ("subject", "Subject"), ("description", "Description"), ("status", "Status"), ("tickettype", "Type"),
    ("priority", "Priority"), ("group", "Group"), ("assignee", "Assignee"), ("custom_status", "Ticket status"),
)  # fmt: skip


def custom_statuses(stamp: str) -> list[Doc]:
    """The default status of each category; their ids are 1 to 5."""
    labels = {"new": "New", "open": "Open", "pending": "Pending", "hold": "On-hold", "solved": "Solved"}
    customers = {"new": "Open", "open": "Open", "pending": "Awaiting your reply", "hold": "Open", "solved": "Solved"}
    return [
        {
            "id": number,
            "status_category": category,
            "agent_label": labels[category],
            "raw_agent_label": labels[category],
            "end_user_label": customers[category],
            "raw_end_user_label": customers[category],
            "description": "",
            "raw_description": "",
            "end_user_description": "",
            "raw_end_user_description": "",
            "active": True,
            "default": True,
            "created_at": stamp,
            "updated_at": stamp,
        }
        for number, category in enumerate(CATEGORIES, start=1)
    ]


def status_id(status: str) -> int:
    """The custom status that a plain status has; closed keeps that of solved."""
    return CATEGORIES.index(status) + 1 if status in CATEGORIES else len(CATEGORIES)


class Fields:
    """What tickets can hold besides their text."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.fields = db.shelf("ticket_fields")
        self.forms = db.shelf("ticket_forms")

    def brands(self) -> list[Doc]:
        """The id and name of every brand, the first one first."""
        return [{"id": BRAND_ID, "name": BRAND_NAME}, *json.loads(self.db.setting("brands") or "[]")]

    def ensure_system_fields(self) -> None:
        """Make the fields every account has."""
        have = {field["type"] for field in self.fields.where()}
        for position, (kind, title) in enumerate(_SYSTEM):
            if kind not in have:
                made = self.new_field({"type": kind, "title": title, "position": position, "removable": False})
                self.fields.put(made)

    def new_field(self, fields: Doc) -> Doc:
        """A whole ticket field from what is known."""
        stamp = self.db.stamp()
        title = str(fields.get("title") or "Field")
        whole: Doc = {
            "id": None, "type": "text", "title": title, "raw_title": title, "description": "", "raw_description": "",
            "position": 9999, "active": True, "required": False, "collapsed_for_agents": False,
            "regexp_for_validation": None, "title_in_portal": title, "raw_title_in_portal": title,
            "visible_in_portal": False, "editable_in_portal": False, "required_in_portal": False, "tag": None,
            "created_at": stamp, "updated_at": stamp, "removable": True, "key": None, "agent_description": None,
        }  # fmt: skip
        if fields.get("type") in ("tagger", "multiselect"):
            whole["custom_field_options"] = []
        return whole | fields

    def new_form(self, fields: Doc) -> Doc:
        """A whole ticket form from what is known."""
        stamp = self.db.stamp()
        name = str(fields.get("name") or "Form")
        whole: Doc = {
            "id": None, "name": name, "raw_name": name, "display_name": name, "raw_display_name": name,
            "end_user_visible": True, "position": 0, "ticket_field_ids": [], "active": True, "default": False,
            "in_all_brands": True, "restricted_brand_ids": [], "end_user_conditions": [], "agent_conditions": [],
            "created_at": stamp, "updated_at": stamp,
        }  # fmt: skip
        return whole | fields

    def custom(self) -> dict[int, Doc]:
        """The fields that are not part of every account, by id."""
        return {field["id"]: field for field in self.fields.where() if field["removable"]}

    def merged(self, old: list[Doc], sent: object) -> list[Doc]:
        """The custom fields of a ticket after those sent are put over the old ones; 422 for a value it cannot hold."""
        known = self.custom()
        values = {row["id"]: row["value"] for row in old}
        for field_id in known:
            values.setdefault(field_id, None)
        for field_id, value in _pairs(sent):
            if field_id in known:
                values[field_id] = _checked(known[field_id], value)
        return [{"id": field_id, "value": value} for field_id, value in sorted(values.items())]

    def tags_of(self, custom_fields: list[Doc]) -> set[str]:
        """The tags that drop-down, multi-select and tick-box values stand for."""
        known = self.custom()
        tags: set[str] = set()
        for row in custom_fields:
            field, value = known.get(row["id"], {}), row["value"]
            if field.get("type") == "tagger" and value:
                tags.add(str(value))
            elif field.get("type") == "multiselect" and isinstance(value, list):
                tags.update(map(str, value))
            elif field.get("type") == "checkbox" and value and field.get("tag"):
                tags.add(str(field["tag"]))
        return tags

    def check_required(self, ticket: Doc) -> None:
        """Refuse with 422 to solve a ticket that misses a field its form requires."""
        form = self.forms.find(ticket["ticket_form_id"])
        asked = set(form["ticket_field_ids"]) if form else None
        values = {row["id"]: row["value"] for row in ticket["custom_fields"]}
        for field_id, field in self.custom().items():
            empty = values.get(field_id) in (None, "", [], False)
            if field["required"] and field["active"] and empty and (asked is None or field_id in asked):
                raise invalid(base=f"{field['title']}: is required when solving a ticket")


def _pairs(sent: object) -> list[tuple[int, object]]:
    rows = sent.items() if isinstance(sent, dict) else ()
    if isinstance(sent, list):
        rows = {row.get("id"): row.get("value") for row in sent if isinstance(row, dict)}.items()
    return [(int(field_id), value) for field_id, value in rows if str(field_id).isdigit()]


def _checked(field: Doc, value: object) -> object:
    if value in (None, ""):
        return None
    options = {option["value"] for option in field.get("custom_field_options") or ()}
    chosen = value if isinstance(value, list) else [value]
    wrong = [one for one in chosen if one not in options] if options else []
    if wrong:
        raise invalid(base=f"{field['title']}: {wrong[0]} is not a valid option")
    return value
