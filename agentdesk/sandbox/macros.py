"""The macros: what applying one would change on a ticket, with its placeholders filled in."""

from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.fields import CATEGORIES
from agentdesk.sandbox.people import People
from agentdesk.sandbox.problems import invalid
from agentdesk.sandbox.prose import fill, html_of, text_of
from agentdesk.sandbox.records import Database

_FIELDS = frozenset(
    (
        "status",
        "priority",
        "type",
        "group_id",
        "assignee_id",
        "subject",
        "ticket_form_id",
        "custom_status_id",
        "brand_id",
    )
)


class Macros:
    """The macros of the account."""

    def __init__(self, db: Database, people: People) -> None:
        self.db = db
        self.people = people
        self.shelf = db.shelf("macros")

    def new_macro(self, fields: Doc) -> Doc:
        """A whole macro from the fields that are known."""
        stamp = self.db.stamp()
        title = str(fields.get("title") or "")
        whole: Doc = {
            "id": None, "title": title, "raw_title": title, "active": True, "position": 9999, "description": None,
            "actions": [], "restriction": None, "default": False, "created_at": stamp, "updated_at": stamp,
        }  # fmt: skip
        return whole | fields

    def save(self, fields: Doc, macro_id: int | None = None) -> Doc:
        """The new or changed macro; 422 without a title or actions."""
        before: Doc = self.shelf.get(macro_id) if macro_id is not None else {}
        known: Doc = {
            name: fields[name]
            for name in ("title", "active", "position", "description", "actions", "restriction")
            if name in fields
        }
        macro = self.new_macro({**before, **known, "updated_at": self.db.stamp()})
        macro["raw_title"] = macro["title"]
        if not macro["title"]:
            raise invalid(title="Title: cannot be blank")
        if not macro["actions"]:
            raise invalid(actions="Actions: cannot be blank")
        return self.shelf.put(macro)

    def apply(self, macro: Doc, ticket: Doc | None, me: Doc, base: str) -> Doc:
        """What the macro would set: ticket fields, and a comment under `comment`; nothing is saved."""
        changed: Doc = {}
        comment: Doc = {}
        tags = list(ticket["tags"]) if ticket else []
        custom = {row["id"]: row["value"] for row in ticket["custom_fields"]} if ticket else {}
        for action in macro["actions"]:
            field, value = str(action["field"]), action["value"]
            if field in ("comment_value", "comment_value_html"):
                text = str(value[-1] if isinstance(value, list) else value)
                filled = fill(text, lambda name: self.placeholder(name, ticket, me, base))
                html = filled if field.endswith("html") else html_of(filled)
                comment |= {"body": text_of(filled) if field.endswith("html") else filled, "html_body": html}
            elif field == "comment_mode_is_public":
                comment["public"] = str(value).lower() == "true"
            elif field in ("set_tags", "current_tags", "remove_tags"):
                words = value if isinstance(value, list) else str(value).split()
                kept = [] if field == "set_tags" else [tag for tag in tags if tag not in words]
                tags = kept + ([] if field == "remove_tags" else words)
                changed["tags"] = sorted(set(tags))
            elif field.startswith("custom_fields_"):
                custom[int(field.removeprefix("custom_fields_"))] = value
                changed["custom_fields"] = [{"id": key, "value": custom[key]} for key in sorted(custom)]
            elif field in _FIELDS:
                changed[field] = self._value(field, value, me)
        if "custom_fields" in changed:
            changed["fields"] = changed["custom_fields"]
        if "status" in changed and changed["status"] in CATEGORIES:
            changed["custom_status_id"] = CATEGORIES.index(changed["status"]) + 1
        if comment.get("body") is not None:
            comment.setdefault("public", True)
            changed["comment"] = {**comment, "scoped_body": [["all", comment["body"]]]}
        return changed

    def _value(self, field: str, value: object, me: Doc) -> object:
        if value == "current_user":
            return me["id"]
        if value == "current_groups":
            return next(iter(self.people.group_ids(me["id"])), None)
        text = str(value)
        if field == "subject":
            return text
        return int(text) if text.isdigit() else value or None

    def placeholder(self, name: str, ticket: Doc | None, me: Doc, base: str) -> str:
        """The words a placeholder such as `ticket.requester.first_name` stands for; empty when unknown."""
        noun, _, rest = name.partition(".")
        if noun == "current_user":
            return _of_user(me, rest)
        if noun != "ticket" or ticket is None:
            return ""
        person, _, detail = rest.partition(".")
        if person in ("requester", "assignee", "submitter"):
            user = self.people.users.find(ticket[f"{person}_id"])
            return _of_user(user, detail) if user else ""
        if rest.startswith("ticket_field_"):
            values = {str(row["id"]): row["value"] for row in ticket["custom_fields"]}
            return str(values.get(rest.split("_")[2]) or "")
        if person in ("group", "organization"):
            shelf = self.people.groups if person == "group" else self.people.organizations
            named = shelf.find(ticket[f"{person}_id"])
            return str(named["name"]) if named else ""
        words: dict[str, str] = {
            "id": str(ticket["id"]),
            "title": ticket["subject"],
            "subject": ticket["subject"],
            "description": ticket["description"],
            "status": ticket["status"].capitalize(),
            "priority": (ticket["priority"] or "").capitalize(),
            "url": f"{base.removeprefix('http://')}/agent/tickets/{ticket['id']}",
            "link": f"{base}/agent/tickets/{ticket['id']}",
            "tags": " ".join(ticket["tags"]),
            "external_id": ticket["external_id"] or "",
            "created_at": ticket["created_at"],
            "updated_at": ticket["updated_at"],
            "account": "AgentDesk",
        }
        return words.get(rest, "")


def _of_user(user: Doc, detail: str) -> str:
    first, _, last = str(user["name"]).partition(" ")
    words = {"name": user["name"], "first_name": first, "last_name": last, "": user["name"]}
    value = words.get(detail, user.get(detail))
    return value if isinstance(value, str) else "" if value is None else str(value)
