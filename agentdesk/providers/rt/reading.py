"""Reading: Request Tracker's JSON made into our tickets, teams, fields and articles, one function for each kind.

Every number is a text, an unset date is the beginning of 1970, and a field without a value may hold `[null]`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from agentdesk.model import Article, Canned, Field, FieldValue, Option, Priority, Ref, Status, Team, Ticket, View
from agentdesk.providers.documents import Doc, as_text, documents, inner, moment, text, texts, values, whole
from agentdesk.providers.rt.links import links_from
from agentdesk.providers.rt.people import NOBODY, Directory, user_name
from agentdesk.providers.rt.statuses import Statuses
from agentdesk.text.html import html_to_text
from agentdesk.text.safe import safe_line, safe_text

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SLA, DUE, PRIORITY, TIME_WORKED = "SLA", "Due", "Priority", "TimeWorked"
COLUMNS = {SLA: "text", DUE: "date", PRIORITY: "int", TIME_WORKED: "int"}
"""Columns of a ticket that we keep as fields, beside the custom ones which have numbers."""
TAGS = "tags"
"""A ticket field of this name (in any case) that takes many values is our tags: Request Tracker has none of its own."""
CONTENT = "Content"

_LEVELS = ((88, Priority.URGENT), (63, Priority.HIGH), (38, Priority.NORMAL), (1, Priority.LOW))
NUMBERS = {None: 0, Priority.LOW: 25, Priority.NORMAL: 50, Priority.HIGH: 75, Priority.URGENT: 100}
_TYPES = {"Text": "multiline", "Wikitext": "multiline", "HTML": "multiline", "Date": "date", "DateTime": "date"}
CHOICES = frozenset({"Select", "Combobox"})


@dataclass(frozen=True, slots=True)
class Reader:
    """What reading depends on: the account, the people and statuses that were met, and the field that holds tags."""

    account: str
    people: Directory
    statuses: Statuses
    tags: str | None = None

    def ticket(self, doc: Doc, version: str = "") -> Ticket:
        """A ticket as one answer shows it."""
        created = moment(doc, "Created") or EPOCH
        updated = moment(doc, "LastUpdated") or created
        raw = safe_line(text(doc, "Status"))
        status = self.statuses.status(raw)
        customers = [user_name(person) for person in documents(doc, "Requestor")]
        owner = user_name(inner(doc, "Owner"))
        due = set_moment(doc, "Due")
        own = custom_values(doc)
        return Ticket(
            ref=Ref(self.account, text(doc, "id")),
            number=text(doc, "id"),
            subject=safe_line(text(doc, "Subject")),
            status=status,
            created_at=created,
            updated_at=updated,
            status_raw=raw,
            priority=priority_from(text(doc, PRIORITY)),
            channel="email" if user_name(inner(doc, "Creator")) in customers else "other",
            requester=customers[0] if customers else None,
            assignee=None if owner in ("", NOBODY) else owner,
            group=text(inner(doc, "Queue"), "id") or None,
            tags=tuple(own.get(self.tags or "", ())),
            fields=self._fields(doc, own),
            due_at=due,
            due_metric="due" if due else "",
            version=version,
            stamp=int(updated.timestamp()),
            waiting_since=created if status is Status.NEW else None,
            links=links_from(doc),
        )

    def _fields(self, doc: Doc, own: dict[str, tuple[str, ...]]) -> dict[str, FieldValue]:
        found: dict[str, FieldValue] = {
            id: several if len(several) > 1 else (several[0] if several else None)
            for id, several in own.items()
            if id != self.tags
        }
        due = set_moment(doc, DUE)
        found[SLA] = safe_line(text(doc, SLA)) or None
        found[DUE] = due.isoformat() if due else None
        found[PRIORITY] = whole(doc, PRIORITY) or 0
        found[TIME_WORKED] = whole(doc, TIME_WORKED) or 0
        return found


def custom_values(doc: Doc) -> dict[str, tuple[str, ...]]:
    """The values of the custom fields by the field's number."""
    return {
        text(field, "id"): tuple(safe_text(words) for words in texts(values(field, "values")))
        for field in documents(doc, "CustomFields")
    }


def set_moment(doc: Doc, key: str) -> datetime | None:
    """A date, None when it is not set."""
    at = moment(doc, key)
    return at if at and at > EPOCH else None


def priority_from(number: str) -> Priority | None:
    """The level that a number stands for: 0 is none, and the hundred is cut at 38, 63 and 88."""
    value = int(number) if number.isascii() and number.isdigit() else 0
    return next((level for least, level in _LEVELS if value >= least), None)


def team_from(doc: Doc, account: str) -> Team:
    return Team(Ref(account, text(doc, "id")), safe_line(text(doc, "Name")))


def field_from(doc: Doc, account: str, options: Sequence[str], position: int) -> Field:
    """A custom field of tickets."""
    kind, is_many = text(doc, "Type"), whole(doc, "MaxValues") != 1
    choice = "multichoice" if is_many else "choice"
    return Field(
        ref=Ref(account, text(doc, "id")),
        label=safe_line(text(doc, "Name")),
        type=choice if kind in CHOICES else _TYPES.get(kind, "text"),
        options=tuple(Option(value, safe_line(value)) for value in options),
        position=position,
    )


def column_from(name: str, account: str, position: int) -> Field:
    """A column of every ticket as a field."""
    return Field(Ref(account, name), name, COLUMNS[name], position=position)


def article_from(doc: Doc, account: str) -> Article:
    """An article: its words are those of its custom fields, the one named Content first and without a heading."""
    body, html = _article_words(doc)
    updated = moment(doc, "LastUpdated")
    return Article(
        ref=Ref(account, text(doc, "id")),
        title=safe_line(text(doc, "Name", "Summary")),
        body=body,
        html=html,
        section=safe_line(text(inner(doc, "Class"), "Name")),
        labels=texts([safe_line(text(doc, "Summary"))]),
        updated_at=updated,
        stamp=int(updated.timestamp()) if updated else 0,
    )


def canned_from(article: Article) -> Canned:
    """An article that the helpdesk offers to include in replies, as a prepared answer."""
    return Canned(article.ref, article.title, article.body)


def _article_words(doc: Doc) -> tuple[str, str]:
    parts: list[str] = []
    html = ""
    fields = sorted(documents(doc, "CustomFields"), key=lambda field: text(field, "name") != CONTENT)
    for field in fields:
        words = "\n".join(as_text(value) for value in values(field, "values") if as_text(value))
        if not words:
            continue
        if words.lstrip().startswith("<"):
            html, words = html or words, html_to_text(words).text
        name = text(field, "name")
        parts.append(words if name == CONTENT else f"{safe_line(name)}\n{words}")
    return safe_text("\n\n".join(parts) or text(doc, "Summary")), html


def view_from(doc: Doc, account: str, position: int, tickets: Iterable[str]) -> View:
    """A saved search; those that come with Request Tracker are named `Search - My Tickets`."""
    name = text(doc, "Name").removeprefix("Search - ")
    title = name if name and name != "SavedSearch" else text(doc, "Description")
    return View(Ref(account, text(doc, "id")), safe_line(title), position, tuple(tickets))
