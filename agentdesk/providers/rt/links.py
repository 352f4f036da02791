"""Links: how tickets stand to each other, in Request Tracker's three vocabularies: pages, transactions and writes.

A merged ticket is gone: its number answers with the other's document, and its transactions stand in the other's
history. The merge is logged on both, so of the two only the one that stood on the merged ticket is shown.
"""

from collections.abc import Iterable

from agentdesk.model import LINK, Link, Ref, Relation
from agentdesk.providers.documents import Doc, documents, text
from agentdesk.text.safe import safe_line

_IN_PAGES = {
    "refers-to": Relation.REFERS_TO,
    "referred-to-by": Relation.REFERRED_BY,
    "depends-on": Relation.DEPENDS_ON,
    "depended-on-by": Relation.NEEDED_BY,
    "parent": Relation.PARENT,
    "child": Relation.CHILD,
}
_IN_LOG = {
    "RefersTo": Relation.REFERS_TO,
    "ReferredToBy": Relation.REFERRED_BY,
    "DependsOn": Relation.DEPENDS_ON,
    "DependedOnBy": Relation.NEEDED_BY,
    "MemberOf": Relation.PARENT,
    "HasMember": Relation.CHILD,
}
WRITTEN = {
    Relation.REFERS_TO: "RefersTo",
    Relation.REFERRED_BY: "ReferredToBy",
    Relation.DEPENDS_ON: "DependsOn",
    Relation.NEEDED_BY: "DependedOnBy",
    Relation.PARENT: "Parent",
    Relation.CHILD: "Child",
}
"""What `Add...` and `Delete...` are followed by when a ticket is written."""
MERGED = "MergedInto"


def links_from(ticket: Doc) -> tuple[Link, ...]:
    """The links on a ticket's own page; lists do not show them."""
    named = [(_IN_PAGES.get(text(link, "ref")), link) for link in documents(ticket, "_hyperlinks")]
    found = [(relation, text(link, "id") or safe_line(text(link, "_url"))) for relation, link in named if relation]
    return tuple(Link(relation, to) for relation, to in found)


def link_values(entry: Doc) -> tuple[str, str, str] | None:
    """A transaction about a link as the field, the old and the new value of an event; None for any other."""
    old, new = _end(text(entry, "OldValue")), _end(text(entry, "NewValue"))
    field = text(entry, "Field")
    if field == MERGED:
        return f"{LINK}{Relation.MERGED_FROM.value}", "", text(entry, "ObjectId")
    relation = _IN_LOG.get(field)
    return (f"{LINK}{relation.value}", old, new) if relation else None


def merge_in(entry: Doc) -> tuple[str, str] | None:
    """The numbers of the ticket that this transaction ended and of the one it became part of."""
    source, target = text(entry, "ObjectId"), _end(text(entry, "NewValue"))
    return (source, target) if text(entry, "Field") == MERGED and source != target else None


def is_echo(entry: Doc) -> bool:
    """A merge as it is logged a second time, on the ticket that stays."""
    return text(entry, "Field") == MERGED and merge_in(entry) is None


def merges_in(entries: Iterable[Doc], account: str) -> tuple[tuple[Ref, Ref], ...]:
    """The merges in these transactions, in order."""
    found = [merge for entry in entries if (merge := merge_in(entry))]
    return tuple((Ref(account, source), Ref(account, target)) for source, target in found)


def _end(value: str) -> str:
    """The ticket's number in `fsck.com-rt://host/ticket/42`; any other address as it is."""
    return safe_line(value.rpartition("/ticket/")[2] if value.startswith("fsck.com-rt://") else value)
