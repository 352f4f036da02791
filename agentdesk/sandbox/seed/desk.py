"""The desk: ticket fields, forms, macros, views and SLA policies, named in every language that is spoken."""

from collections.abc import Sequence

from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.seed import ids
from agentdesk.sandbox.seed.words import Toml, Words, reasons

_SYSTEM_FIELDS = ("subject", "description", "status", "tickettype", "priority", "group", "assignee")
_TARGETS = {"urgent": (30, 240), "high": (60, 480), "normal": (240, 1440), "low": (480, 2880)}
_UNSOLVED: Doc = {"field": "status", "operator": "less_than", "value": "solved"}


def ticket_fields(said: Sequence[Words], created_at: str) -> list[Doc]:
    """The system's fields and our own: order number, product, contact reason, refund amount."""
    products = said[0].shop["product_key"]
    own = [
        (ids.ORDER_FIELD, "text", "order", []),
        (ids.PRODUCT_FIELD, "tagger", "product", [(key, _both(said, "product", n)) for n, key in enumerate(products)]),
        (ids.REASON_FIELD, "tagger", "reason", [(key, _both(said, "reason", key)) for key in reasons()]),
        (ids.REFUND_FIELD, "decimal", "refund", []),
    ]
    system: list[tuple[int, str, str, list[tuple[str, str]]]] = [
        (ids.SUBJECT_FIELD + n, name, name, []) for n, name in enumerate(_SYSTEM_FIELDS)
    ]
    return [
        {
            "id": id,
            "type": type,
            "title": _both(said, "field", name),
            "raw_title": _both(said, "field", name),
            "description": "",
            "position": n,
            "active": True,
            "required": False,
            "removable": id >= ids.ORDER_FIELD,
            "regexp_for_validation": None,
            "created_at": created_at,
            "updated_at": created_at,
            "custom_field_options": [
                {"id": id * 100 + m, "name": label, "raw_name": label, "value": value, "default": False}
                for m, (value, label) in enumerate(options)
            ],
        }
        for n, (id, type, name, options) in enumerate([*system, *own])
    ]


def ticket_forms(said: Sequence[Words], created_at: str) -> list[Doc]:
    """A form for everything, and one for orders."""
    system = [ids.SUBJECT_FIELD + n for n in range(len(_SYSTEM_FIELDS))]
    orders = [*system, ids.ORDER_FIELD, ids.PRODUCT_FIELD, ids.REASON_FIELD, ids.REFUND_FIELD]
    return [
        {
            "id": ids.FORMS + n,
            "name": _both(said, "field", name),
            "display_name": _both(said, "field", name),
            "position": n,
            "active": True,
            "default": n == 0,
            "end_user_visible": True,
            "ticket_field_ids": fields,
            "created_at": created_at,
            "updated_at": created_at,
        }
        for n, (name, fields) in enumerate((("form", [*system, ids.REASON_FIELD]), ("order_form", orders)))
    ]


def macros(said: Sequence[Words], created_at: str) -> list[Doc]:
    """Ready answers and steps, in each language."""
    entries = [entry for each in said for entry in each.shop["macros"]]
    return [
        {
            "id": ids.MACROS + n,
            "title": entry["title"],
            "raw_title": entry["title"],
            "active": True,
            "position": n,
            "description": None,
            "restriction": None,
            "actions": _actions(entry),
            "created_at": created_at,
            "updated_at": created_at,
        }
        for n, entry in enumerate(entries)
    ]


def _actions(entry: Toml) -> list[Doc]:
    text = entry.get("text")
    says: list[Doc] = [
        {"field": "comment_value", "value": text},
        {"field": "comment_mode_is_public", "value": str(entry.get("public", True)).lower()},
    ]
    changes: list[Doc] = [
        {"field": name, "value": str(ids.GROUPS[value]) if name == "group_id" else value}
        for name, value in entry["actions"]
    ]
    return [*(says if text else []), *changes]


def views(said: Sequence[Words], created_at: str) -> list[Doc]:
    """The queues a desk looks at all day."""
    urgent: list[Doc] = [{"field": "priority", "operator": "is", "value": value} for value in ("urgent", "high")]
    pending: Doc = {"field": "status", "operator": "is", "value": "pending"}
    solved: Doc = {"field": "status", "operator": "is", "value": "solved"}
    mine: Doc = {"field": "assignee_id", "operator": "is", "value": "current_user"}
    nobody: Doc = {"field": "assignee_id", "operator": "is", "value": ""}
    wanted: list[tuple[str, list[Doc], list[Doc]]] = [
        (_both(said, "view", "mine"), [_UNSOLVED, mine], []),
        (_both(said, "view", "unassigned"), [_UNSOLVED, nobody], []),
        (_both(said, "view", "urgent"), [_UNSOLVED], urgent),
        (_both(said, "view", "all"), [_UNSOLVED], []),
        (_both(said, "view", "pending"), [pending], []),
        (_both(said, "view", "recent"), [solved], []),
    ]
    for key, id in ids.GROUPS.items():
        title = " / ".join(each.shop["view"]["group"].format(group=each.shop["group"][key]) for each in said)
        in_group: Doc = {"field": "group_id", "operator": "is", "value": str(id)}
        wanted.append((title, [_UNSOLVED, in_group], []))
    return [
        {
            "id": ids.VIEWS + n,
            "title": title,
            "raw_title": title,
            "active": True,
            "position": n,
            "description": "",
            "restriction": None,
            "conditions": {"all": all_of, "any": any_of},
            "execution": {
                "group_by": None,
                "group_order": "asc",
                "sort_by": "updated_at",
                "sort_order": "asc",
                "columns": [
                    {"id": name} for name in ("status", "subject", "requester", "updated", "priority", "assignee")
                ],
            },
            "created_at": created_at,
            "updated_at": created_at,
        }
        for n, (title, all_of, any_of) in enumerate(wanted)
    ]


def slas(said: Sequence[Words], created_at: str) -> list[Doc]:
    """Targets in minutes by priority; complaints are answered twice as fast."""
    complaint: Doc = {"all": [{"field": "current_tags", "operator": "includes", "value": "complaint"}], "any": []}
    policies: list[tuple[str, Doc, int]] = [("complaint", complaint, 2), ("standard", {"all": [], "any": []}, 1)]
    return [
        {
            "id": ids.SLAS + n,
            "title": _both(said, "sla", name),
            "description": "",
            "position": n,
            "filter": filter,
            "policy_metrics": [
                {"priority": priority, "metric": metric, "target": minutes // faster, "business_hours": False}
                for priority, (reply, resolution) in _TARGETS.items()
                for metric, minutes in (
                    ("first_reply_time", reply),
                    ("next_reply_time", reply),
                    ("requester_wait_time", resolution),
                )
            ],
            "created_at": created_at,
            "updated_at": created_at,
        }
        for n, (name, filter, faster) in enumerate(policies)
    ]


def _both(said: Sequence[Words], table: str, key: str | int) -> str:
    names = (each.shop[table][key] for each in said)
    return " / ".join(dict.fromkeys(str(name) for name in names))
