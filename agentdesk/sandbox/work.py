"""The work: what one row of each kind of job does."""

from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.jobs import Work
from agentdesk.sandbox.people import People
from agentdesk.sandbox.problems import missing, not_found
from agentdesk.sandbox.tickets import Tickets


def work_of(tickets: Tickets, people: People) -> dict[str, Work]:
    """What jobs can do to tickets and people, by kind."""
    return {**_ticket_work(tickets), **_people_work(people)}


def _ticket_work(tickets: Tickets) -> dict[str, Work]:
    def update(row: Doc, actor: Doc) -> Doc:
        ticket, _ = tickets.update(int(row["id"]), row["fields"], actor)
        return _done(ticket["id"], "update")

    def create(row: Doc, actor: Doc) -> Doc:
        ticket, _ = tickets.create(row["fields"], actor)
        return _done(ticket["id"], "create") | {"account_id": 1}

    def delete(row: Doc, actor: Doc) -> Doc:
        tickets.delete(int(row["id"]), actor)
        return _done(row["id"], "delete")

    def forget(row: Doc, _actor: Doc) -> Doc:
        tickets.forget(int(row["id"]))
        return _done(row["id"], "delete")

    def spam(row: Doc, actor: Doc) -> Doc:
        tickets.mark_as_spam(int(row["id"]), actor)
        return _done(row["id"], "delete")

    def merge(row: Doc, actor: Doc) -> Doc:
        tickets.check_mergeable(row["target_id"], [row["id"]])
        tickets.merge(row["target_id"], row["id"], row["order"], actor)
        return _done(row["id"], "merge")

    return {"update": update, "create": create, "delete": delete, "forget": forget, "spam": spam, "merge": merge}


def _people_work(people: People) -> dict[str, Work]:
    def user_create(row: Doc, _actor: Doc) -> Doc:
        return _done(people.create_user(row["fields"])["id"], "create")

    def user_set(row: Doc, _actor: Doc) -> Doc:
        user, is_new = people.create_or_update(row["fields"])
        return _done(user["id"], "create" if is_new else "update")

    def user_update(row: Doc, _actor: Doc) -> Doc:
        return _done(people.update_user(int(row["id"]), row["fields"])["id"], "update")

    def user_delete(row: Doc, _actor: Doc) -> Doc:
        return _done(people.delete_user(int(row["id"]))["id"], "delete")

    def organization_create(row: Doc, _actor: Doc) -> Doc:
        return _done(people.create_organization(row["fields"])["id"], "create")

    def organization_update(row: Doc, _actor: Doc) -> Doc:
        return _done(people.update_organization(int(row["id"]), row["fields"])["id"], "update")

    def organization_delete(row: Doc, _actor: Doc) -> Doc:
        people.delete_organization(int(row["id"]))
        return _done(row["id"], "delete")

    def membership_create(row: Doc, _actor: Doc) -> Doc:
        fields = row["fields"]
        if not fields.get("user_id") or not fields.get("organization_id"):
            raise missing("user_id" if not fields.get("user_id") else "organization_id")
        return _done(people.join(int(fields["user_id"]), int(fields["organization_id"]))["id"], "create")

    def membership_delete(row: Doc, _actor: Doc) -> Doc:
        user = people.users.get(int(row["id"]))
        if user["organization_id"] is None:
            raise not_found()
        people.leave(user["id"])
        return _done(row["id"], "delete")

    return {
        "user_create": user_create, "user_set": user_set, "user_update": user_update, "user_delete": user_delete,
        "organization_create": organization_create, "organization_update": organization_update,
        "organization_delete": organization_delete, "membership_create": membership_create,
        "membership_delete": membership_delete,
    }  # fmt: skip


def _done(record_id: object, action: str) -> Doc:
    words = {"update": "Updated", "create": "Created", "delete": "Deleted", "merge": "Merged"}
    return {"id": record_id, "action": action, "status": words[action]}
