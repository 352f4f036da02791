"""The shapes: records as the API shows them, with their addresses and without what only we need to know."""

from urllib.parse import quote

from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.prose import html_of

_OURS = frozenset(
    ("seq", "channel", "solved_at", "previous_state", "deleter", "deleted_at", "followup_source_id", "is_scrubbed")
)
_LISTS = {
    "ticket": "tickets", "user": "users", "organization": "organizations", "group": "groups", "macro": "macros",
    "view": "views", "ticket_field": "ticket_fields", "ticket_form": "ticket_forms", "sla": "slas/policies",
    "membership": "group_memberships", "custom_status": "custom_statuses", "rating": "satisfaction_ratings",
}  # fmt: skip


def plain(noun: str, doc: Doc, base: str) -> Doc:
    """A record with its address."""
    return {"url": f"{base}/{_LISTS[noun]}/{doc['id']}.json", **doc}


def ticket(doc: Doc, base: str) -> Doc:
    """A ticket; `fields` is the same list as `custom_fields`."""
    kept = {name: value for name, value in doc.items() if name not in _OURS}
    return {
        "url": f"{base}/tickets/{doc['id']}.json",
        **kept,
        "encoded_id": f"AD{doc['id']:06d}-DESK",
        "fields": doc["custom_fields"],
    }


def user(doc: Doc, base: str) -> Doc:
    """A user."""
    kept = {name: value for name, value in doc.items() if name not in ("seq", "generated_timestamp", "identities")}
    return {"url": f"{base}/users/{doc['id']}.json", **kept}


def organization(doc: Doc, base: str) -> Doc:
    """An organization."""
    kept = {name: value for name, value in doc.items() if name not in ("seq", "generated_timestamp", "deleted_at")}
    return {"url": f"{base}/organizations/{doc['id']}.json", **kept}


def identity(doc: Doc, base: str) -> Doc:
    """An identity of a user."""
    return {"url": f"{base}/users/{doc['user_id']}/identities/{doc['id']}.json", **doc}


def ticket_field(doc: Doc, base: str) -> Doc:
    """A ticket field; its options are numbered."""
    whole: Doc = {
        "agent_can_edit": True,
        "creator_user_id": -1,
        "creator_app_name": None,
        **plain("ticket_field", doc, base),
    }
    if "custom_field_options" in doc:
        rows = enumerate(doc["custom_field_options"])
        whole["custom_field_options"] = [field_option(doc["id"], place, one, base) for place, one in rows]
    return whole


def field_option(field_id: int, place: int, doc: Doc, base: str) -> Doc:
    """One choice of a drop-down or multi-select field."""
    address = f"{base}/ticket_fields/{field_id}/options/{doc['id']}.json" if doc.get("id") else None
    return {"url": address, "position": place, "raw_name": doc["name"], **doc}


def attachment(doc: Doc, base: str) -> Doc:
    """An attachment, with where its bytes are."""
    root = base.removesuffix("/api/v2")
    address = f"{root}/attachments/token/{doc['token']}/?name={quote(doc['file_name'], safe='')}"
    kept = {name: value for name, value in doc.items() if name != "token"}
    links = {"content_url": address, "mapped_content_url": address}
    return {"url": f"{base}/attachments/{doc['id']}.json", **kept, **links}


def comment(doc: Doc, attachments: list[Doc], base: str) -> Doc:
    """A comment, its words three ways."""
    kept = {name: value for name, value in doc.items() if name not in ("ticket_id", "attachment_ids", "audit_id")}
    html = doc["html_body"] or html_of(doc["body"])
    return kept | {
        "html_body": html,
        "plain_body": doc["body"],
        "attachments": [attachment(one, base) for one in attachments],
        "audit_id": doc.get("audit_id"),
    }


def article(doc: Doc, base: str) -> Doc:
    """An article of the Help Center."""
    root, locale = base.removesuffix("/api/v2"), doc["locale"]
    return {
        "url": f"{base}/help_center/{locale}/articles/{doc['id']}.json",
        "html_url": f"{root}/hc/{locale}/articles/{doc['id']}",
        **doc,
    }


def place(noun: str, doc: Doc, base: str) -> Doc:
    """A category or a section of the Help Center; `noun` is its plural."""
    root, locale = base.removesuffix("/api/v2"), doc["locale"]
    return {
        "url": f"{base}/help_center/{locale}/{noun}/{doc['id']}.json",
        "html_url": f"{root}/hc/{locale}/{noun}/{doc['id']}",
        **doc,
    }
