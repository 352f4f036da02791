"""How tickets, comments and audits are shown, with what was asked to be sent along."""

from collections.abc import Callable

from agentdesk.sandbox import shapes
from agentdesk.sandbox.calls import Call
from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.jobs import status_of
from agentdesk.sandbox.paging import Listing, Rows, Stored
from agentdesk.sandbox.records import Query, marks
from agentdesk.sandbox.tickets import LIVE

TICKET_SORTS = ("updated_at", "id", "status", "created_at")
_OFFSET_SORTS = ("priority", "subject", "assignee_id", "group_id", "requester_id")


def tickets(call: Call, rows: list[Doc]) -> list[Doc]:
    """The tickets, with the sideloads that sit inside a ticket."""
    shown = [shapes.ticket(row, call.base) for row in rows]
    includes = call.includes()
    if "metric_sets" in includes:
        sets = call.desk.metric_sets(rows)
        for ticket in shown:
            ticket["metric_set"] = metric_set(call, sets[ticket["id"]])
    if "slas" in includes:
        clocks = call.desk.slas(rows)
        for ticket in shown:
            ticket["slas"] = clocks[ticket["id"]]
    if "comment_count" in includes:
        ids = [row["id"] for row in rows]
        sql = f"SELECT ticket_id, count(*) FROM comments WHERE ticket_id IN ({marks(ids)}) GROUP BY ticket_id"
        counts = dict(call.desk.db.run(sql, ids))
        for ticket in shown:
            ticket["comment_count"] = counts.get(ticket["id"], 0)
    return shown


def metric_set(call: Call, metrics: Doc) -> Doc:
    """A metric set with its address."""
    return metrics | {"url": f"{call.base}/ticket_metrics/{metrics['id']}.json"}


def ticket(call: Call, row: Doc) -> Doc:
    """One ticket."""
    return tickets(call, [row])[0]


def sideloads(call: Call, rows: list[Doc]) -> Doc:
    """The arrays sent beside tickets: users, groups, organizations, forms, metric sets."""
    includes, people = call.includes(), call.desk.people
    found: Doc = {}
    if "users" in includes:
        ids = {row[key] for row in rows for key in ("requester_id", "submitter_id", "assignee_id")}
        ids |= {user_id for row in rows for user_id in row["collaborator_ids"]}
        found["users"] = users(call, people.users.many(sorted(one for one in ids if one is not None)))
    if "groups" in includes:
        groups = people.groups.many(row["group_id"] for row in rows)
        found["groups"] = [shapes.plain("group", group, call.base) for group in groups]
    if "organizations" in includes:
        organizations = people.organizations.many(row["organization_id"] for row in rows)
        found["organizations"] = [shapes.organization(one, call.base) for one in organizations]
    if "ticket_forms" in includes:
        forms = call.desk.fields.forms.many(row["ticket_form_id"] for row in rows)
        found["ticket_forms"] = [shapes.plain("ticket_form", form, call.base) for form in forms]
    if "metric_sets" in includes:
        found["metric_sets"] = [metric_set(call, one) for one in call.desk.metric_sets(rows).values()]
    return found


def ticket_list(call: Call, query: Query = LIVE, *, sort: str = "id", rows: Rows | None = None) -> Listing:
    """A list of tickets."""
    return Listing(
        "tickets",
        rows or Stored(call.desk.tickets.tickets, query),
        lambda found: tickets(call, found),
        lambda found: sideloads(call, found),
        TICKET_SORTS,
        _OFFSET_SORTS,
        sort,
    )


def users(call: Call, rows: list[Doc]) -> list[Doc]:
    """The users."""
    return [shapes.user(row, call.base) for row in rows]


def comments(call: Call, rows: list[Doc]) -> list[Doc]:
    """The comments, with their attachments."""
    ids = [attachment_id for row in rows for attachment_id in row["attachment_ids"]]
    by_id = {one["id"]: one for one in call.desk.uploads.attachments.many(ids)}
    return [
        shapes.comment(row, [by_id[one] for one in row["attachment_ids"] if one in by_id], call.base) for row in rows
    ]


def audits(call: Call, rows: list[Doc]) -> list[Doc]:
    """The audits, with the words of their comments."""
    whole = call.desk.tickets.whole_audits(rows)
    words = [event for audit in whole for event in audit["events"] if "attachment_ids" in event]
    shown = {row["id"]: row for row in comments(call, words)}
    return [_audit(audit, lambda event: shown.get(event["id"], event)) for audit in whole]


def _audit(audit: Doc, show: Callable[[Doc], Doc]) -> Doc:
    kept = {name: value for name, value in audit.items() if name not in ("seq", "generated_timestamp")}
    return kept | {"events": [show(event) for event in audit["events"]]}


def job(call: Call, kind: str, rows: list[Doc]) -> Doc:
    """The answer to bulk work: the job that will do it."""
    return {"job_status": job_status(call, call.desk.jobs.start(kind, rows, call.user))}


def job_status(call: Call, job: Doc) -> Doc:
    """A job with its address."""
    return status_of(job) | {"url": f"{call.base}/job_statuses/{job['key']}.json"}
