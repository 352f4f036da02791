"""The tickets: their fields, comments and audits, and what a change to one brings about."""

from collections.abc import Callable, Iterable
from copy import deepcopy

from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.fields import BRAND_ID, CATEGORIES, Fields, status_id
from agentdesk.sandbox.people import STAFF, People
from agentdesk.sandbox.problems import invalid, missing, not_found, update_conflict
from agentdesk.sandbox.prose import text_of
from agentdesk.sandbox.records import Database, Query, moment
from agentdesk.sandbox.uploads import Uploads

STATUSES = (*CATEGORIES, "closed")
PRIORITIES = ("low", "normal", "high", "urgent")
TYPES = ("problem", "incident", "question", "task")
LIVE = Query("status != 'deleted'")
MAX_COMMENTS = 5000

_NEW_TICKET: Doc = {
    "id": None, "external_id": None, "via": None, "created_at": None, "updated_at": None, "generated_timestamp": 0,
    "type": None, "subject": "", "raw_subject": "", "description": "", "priority": None, "status": "new",
    "custom_status_id": 1, "recipient": None, "requester_id": None, "submitter_id": None, "assignee_id": None,
    "organization_id": None, "group_id": None, "collaborator_ids": [], "follower_ids": [], "email_cc_ids": [],
    "forum_topic_id": None, "problem_id": None, "has_incidents": False, "is_public": True, "due_at": None, "tags": [],
    "custom_fields": [], "satisfaction_rating": None, "sharing_agreement_ids": [], "followup_ids": [],
    "ticket_form_id": None, "brand_id": BRAND_ID, "allow_channelback": False, "allow_attachments": True,
    "from_messaging_channel": False, "support_type": "agent", "satisfaction_probability": None,
    "channel": "api", "solved_at": None, "deleted_at": None, "followup_source_id": None,
}  # fmt: skip

# Fields a change may set as they are, and those whose difference makes an audit event.
_PLAIN = ("subject", "recipient", "external_id", "due_at", "brand_id")
_AUDITED = (
    "subject", "requester_id", "organization_id", "group_id", "assignee_id", "type", "priority", "status",
    "custom_status_id", "due_at", "problem_id", "ticket_form_id", "brand_id", "external_id", "tags",
)  # fmt: skip


def via_of(channel: str, **source: object) -> Doc:
    """The `via` of something that came by a channel."""
    whole: Doc = {"from": {}, "to": {}, "rel": None}
    return {"channel": channel, "source": whole | source}


def system_metadata() -> Doc:
    """What Zendesk notes about the client of a change; ours is always this machine."""
    return {"client": "AgentDesk sandbox", "ip_address": "127.0.0.1", "location": None}


def event_value(value: object) -> object:
    """A field's value as audits write it: ids and numbers as text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Tickets:
    """Every ticket of the helpdesk, with its comments and audits."""

    def __init__(self, db: Database, people: People, fields: Fields, uploads: Uploads) -> None:
        self.db = db
        self.people = people
        self.fields = fields
        self.uploads = uploads
        self.tickets = db.shelf("tickets")
        self.comments = db.shelf("comments")
        self.audits = db.shelf("audits")
        self.ratings = db.shelf("ratings")

    # Reading

    def live(self, ticket_id: int) -> Doc:
        """The ticket; a 404 problem when there is none or it was deleted."""
        ticket = self.tickets.get(ticket_id)
        if ticket["status"] == "deleted":
            raise not_found()
        return ticket

    def comments_of(self, ticket_id: int) -> Query:
        """The comments of a ticket."""
        return Query("ticket_id = ?", (ticket_id,))

    def whole_audits(self, audits: list[Doc]) -> list[Doc]:
        """The audits with the text of their comments put in place."""
        comments = self.comments.many(
            event["id"] for audit in audits for event in audit["events"] if event["type"] in ("Comment", "VoiceComment")
        )
        by_id = {comment["id"]: comment for comment in comments}
        return [{**audit, "events": [by_id.get(event["id"], event) for event in audit["events"]]} for audit in audits]

    def new_ticket(self, fields: Doc) -> Doc:
        """A whole ticket from the fields that are known."""
        stamp = self.db.stamp()
        blank = {name: [] if value == [] else value for name, value in _NEW_TICKET.items()}
        ticket: Doc = blank | {"created_at": stamp, "updated_at": stamp} | fields
        ticket["via"] = ticket["via"] or via_of("api")
        ticket["channel"] = str(ticket["via"]["channel"])
        return ticket

    # Writing

    def create(self, fields: Doc, actor: Doc, via: Doc | None = None) -> tuple[Doc, Doc]:
        """The new ticket and its first audit."""
        comment = _comment_of(fields) or _comment_of({"comment": fields.get("description")})
        if comment is None:
            raise invalid(base="Description: cannot be blank")
        requester = self._requester(fields, actor)
        before = self.new_ticket({"via": via or fields.get("via"), "custom_fields": self.fields.merged([], [])})
        ticket = deepcopy(before)
        submitter = int(fields.get("submitter_id") or comment.get("author_id") or actor["id"])
        ticket |= {"requester_id": requester["id"], "submitter_id": submitter}
        ticket["organization_id"] = requester["organization_id"]
        ticket["id"] = self.tickets.new_id()
        self._set_fields(ticket, fields, actor)
        self._follow_up(ticket, fields)
        comment = self._new_comment(ticket, {"author_id": submitter, **comment}, actor)
        body = comment["body"]
        subject = ticket["subject"] or _first_line(body)
        ticket |= {"description": body, "subject": subject, "raw_subject": subject, "is_public": comment["public"]}
        self._lifecycle(ticket, before, fields, comment, actor)
        ticket["custom_status_id"] = ticket["custom_status_id"] or status_id(ticket["status"])
        return self._save(ticket, before, comment, fields, actor)

    def update(self, ticket_id: int, fields: Doc, actor: Doc, via: Doc | None = None) -> tuple[Doc, Doc]:
        """The changed ticket and the audit of the change; 409 for an outdated safe update, 422 for a closed ticket."""
        before = self.writable(ticket_id, fields)
        ticket = deepcopy(before)
        self._set_fields(ticket, fields, actor)
        sent = _comment_of(fields)
        comment = self._new_comment(ticket, sent, actor, via) if sent else None
        if comment and comment["public"]:
            ticket["is_public"] = True
        self._lifecycle(ticket, before, fields, comment, actor)
        return self._save(ticket, before, comment, fields, actor, via)

    def writable(self, ticket_id: int, fields: Doc) -> Doc:
        """The ticket, when it may be changed and is as new as a safe update demands."""
        ticket = self.live(ticket_id)
        if ticket["status"] == "closed":
            raise invalid(status="Status: closed prevents ticket update")
        if str(fields.get("safe_update")).lower() == "true":
            stamp = fields.get("updated_stamp")
            if not stamp:
                raise missing("updated_stamp")
            try:
                fresh = moment(str(stamp)).replace(microsecond=0) == moment(ticket["updated_at"])
            except ValueError:
                fresh = False
            if not fresh:
                raise update_conflict()
        return ticket

    def set_tags(self, ticket_id: int, mode: str, fields: Doc, actor: Doc) -> list[str]:
        """The ticket's tags after some were set, added or removed."""
        tags = tags_in(fields.get("tags"))
        key = {"set": "tags", "add": "additional_tags", "remove": "remove_tags"}[mode]
        safe: Doc = {name: fields[name] for name in ("safe_update", "updated_stamp") if name in fields}
        ticket, _ = self.update(ticket_id, {key: tags, **safe}, actor)
        return list(ticket["tags"])

    def delete(self, ticket_id: int, actor: Doc) -> None:
        """Put a ticket among the deleted ones; the export tells of it."""
        ticket = self.live(ticket_id)
        stamp = self.db.stamp()
        gone = {"status": "deleted", "deleted_at": stamp, "previous_state": ticket["status"], "deleter": actor["id"]}
        self.tickets.put(ticket | gone | {"updated_at": stamp})

    def restore(self, ticket_id: int) -> None:
        """Bring a deleted ticket back as it was."""
        ticket = self.tickets.get(ticket_id)
        if ticket["status"] != "deleted" or ticket.get("is_scrubbed"):
            raise not_found()
        back = {"status": ticket["previous_state"], "deleted_at": None, "updated_at": self.db.stamp()}
        self.tickets.put(ticket | back)

    def forget(self, ticket_id: int) -> None:
        """Scrub a deleted ticket for good; the export still tells that it was there."""
        ticket = self.tickets.get(ticket_id)
        if ticket["status"] != "deleted" or ticket.get("is_scrubbed"):
            raise not_found()
        for comment in self.comments.where(self.comments_of(ticket_id)):
            for attachment_id in comment["attachment_ids"]:
                self.uploads.forget(attachment_id)
            self.comments.remove(comment["id"])
        for audit in self.audits.where(Query("ticket_id = ?", (ticket_id,))):
            self.audits.remove(audit["id"])
        scrubbed: Doc = {"subject": "SCRUBBED", "raw_subject": "SCRUBBED", "description": "SCRUBBED", "tags": []}
        scrubbed |= {"custom_fields": [], "is_scrubbed": True, "updated_at": self.db.stamp()}
        self.tickets.put(ticket | scrubbed)

    def mark_as_spam(self, ticket_id: int, actor: Doc) -> None:
        """Delete a ticket and suspend who sent it."""
        ticket = self.live(ticket_id)
        requester = self.people.users.get(ticket["requester_id"])
        if requester["role"] in STAFF:
            raise invalid(base="Requester: agents cannot be suspended")
        self.people.users.put({**requester, "suspended": True, "updated_at": self.db.stamp()})
        self.delete(ticket_id, actor)

    def check_mergeable(self, target_id: int, source_ids: Iterable[int]) -> None:
        """Refuse with 422 a merge into a solved ticket, or of solved or the same tickets."""
        if self.live(target_id)["status"] in ("solved", "closed"):
            raise invalid(base="The target ticket is solved or closed")
        for source_id in source_ids:
            if source_id == target_id or self.live(source_id)["status"] in ("solved", "closed"):
                raise invalid(base=f"Ticket {source_id} cannot be merged")

    def merge(self, target_id: int, source_id: int, order: Doc, actor: Doc) -> None:
        """Close one ticket in favour of another, with a comment on both."""
        target, source = self.live(target_id), self.live(source_id)
        told_target = {
            "body": order.get("target_comment") or f'Request #{source_id} "{source["subject"]}" was closed and merged.',
            "public": bool(order.get("target_comment_is_public")),
        }
        told_source = {
            "body": order.get("source_comment") or f"Closed and merged into request #{target_id}.",
            "public": bool(order.get("source_comment_is_public")),
        }
        via = via_of("api", rel="merge", **{"from": {"ticket_id": source_id, "subject": source["subject"]}})
        into = via_of("api", rel="merge", to={"ticket_id": target_id, "subject": target["subject"]})
        ccs = [{"user_id": source["requester_id"]}] if source["requester_id"] != target["requester_id"] else []
        self.update(target_id, {"comment": told_target, "email_ccs": ccs}, actor, via)
        change = {"comment": told_source, "status": "closed", "additional_tags": ["closed_by_merge"]}
        self.update(source_id, change, actor, into)

    def rate(self, ticket_id: int, score: str, comment: str | None, reason: str | None = None) -> Doc:
        """The satisfaction rating a requester gives."""
        ticket = self.writable(ticket_id, {})
        requester = self.people.users.get(ticket["requester_id"])
        stamp = self.db.stamp()
        rating = {
            "id": None, "assignee_id": ticket["assignee_id"], "group_id": ticket["group_id"],
            "requester_id": ticket["requester_id"], "ticket_id": ticket_id, "score": score, "comment": comment,
            "reason": reason, "reason_id": None, "reason_code": None, "created_at": stamp, "updated_at": stamp,
        }  # fmt: skip
        before = self.ratings.first(Query("ticket_id = ?", (ticket_id,)))
        if before:
            rating |= {"id": before["id"], "created_at": before["created_at"]}
        self.ratings.put(rating)
        ticket["satisfaction_rating"] = {
            "score": score, "id": rating["id"], "comment": comment, "reason": reason, "reason_id": None
        }  # fmt: skip
        event = {"type": "SatisfactionRating", "score": score, "assignee_id": ticket["assignee_id"], "body": comment}
        self._record(ticket, [event], requester, via_of("web"))
        return rating

    def make_private(self, ticket_id: int, comment_id: int, actor: Doc) -> None:
        """Hide a public comment from the customer."""
        ticket = self.writable(ticket_id, {})
        comment = self.comments.get(comment_id)
        if comment["ticket_id"] != ticket_id:
            raise not_found()
        if comment["public"]:
            self.comments.put({**comment, "public": False})
            event = {"type": "CommentPrivacyChange", "comment_id": comment_id, "public": False}
            self._record(ticket, [event], actor, via_of("api"))

    def redact(self, comment_id: int, text: str) -> Doc:
        """The comment with every occurrence of a text blacked out, for good."""
        comment = self.comments.get(comment_id)
        ticket = self.writable(comment["ticket_id"], {})
        black = "▇" * len(text)
        changed = {
            name: comment[name].replace(text, black) for name in ("body", "html_body") if text and comment.get(name)
        }
        saved = self.comments.put(comment | changed)
        first = self.comments.first(self.comments_of(ticket["id"]))
        if first and first["id"] == comment_id:
            ticket["description"] = saved["body"]
        self.tickets.put(ticket | {"updated_at": self.db.stamp()})
        return saved

    # How a change is put together

    def _requester(self, fields: Doc, actor: Doc) -> Doc:
        if isinstance(fields.get("requester"), dict):
            return self.people.resolve(fields["requester"])
        if fields.get("requester_id"):
            requester = self.people.users.find(int(fields["requester_id"]))
            if requester is None or not requester["active"]:
                raise invalid(requester="Requester: is not a valid user")
            return requester
        return actor

    def _set_fields(self, ticket: Doc, fields: Doc, actor: Doc) -> None:
        for name in _PLAIN:
            if name in fields:
                ticket[name] = fields[name]
        ticket["raw_subject"] = ticket["subject"]
        if "requester" in fields or "requester_id" in fields:
            requester = self._requester(fields, actor)
            ticket |= {"requester_id": requester["id"], "organization_id": requester["organization_id"]}
        for name, allowed in (("status", STATUSES), ("priority", PRIORITIES), ("type", TYPES)):
            if fields.get(name) and fields[name] not in allowed:
                raise invalid(**{name: f"{name.capitalize()}: {fields[name]} is not included in the list"})
        for name in ("priority", "type"):
            if name in fields:
                ticket[name] = fields[name] or None
        self._set_links(ticket, fields)
        self._set_status(ticket, fields)
        self._set_owner(ticket, fields)
        self._set_tags(ticket, fields)
        self._set_copies(ticket, fields)

    def _set_links(self, ticket: Doc, fields: Doc) -> None:
        if "organization_id" in fields:
            if fields["organization_id"] and self.people.organizations.find(int(fields["organization_id"])) is None:
                raise invalid(organization="Organization: is invalid")
            ticket["organization_id"] = fields["organization_id"]
        if "problem_id" in fields:
            problem = self.tickets.find(fields["problem_id"])
            if fields["problem_id"] and (problem is None or problem["type"] != "problem"):
                raise invalid(problem_id="Problem: is not a valid problem ticket")
            ticket |= {"problem_id": fields["problem_id"], "type": "incident" if problem else ticket["type"]}
            if problem and not problem["has_incidents"]:
                self.tickets.put(problem | {"has_incidents": True})
        if fields.get("ticket_form_id"):
            if self.fields.forms.find(int(fields["ticket_form_id"])) is None:
                raise invalid(ticket_form_id="Ticket form: is invalid")
            ticket["ticket_form_id"] = int(fields["ticket_form_id"])

    def _set_status(self, ticket: Doc, fields: Doc) -> None:
        status = fields.get("status") or ticket["status"]
        custom = fields.get("custom_status_id")
        if custom is not None:
            if custom not in range(1, len(CATEGORIES) + 1):
                raise invalid(custom_status_id="Ticket status: is invalid")
            category = CATEGORIES[custom - 1]
            if fields.get("status") and fields["status"] != category:
                raise invalid(custom_status_id="Ticket status: does not belong to the status category")
            status = category
        if status == "new" and ticket["status"] != "new":
            raise invalid(status="Status: a ticket cannot become new again")
        ticket |= {"status": status, "custom_status_id": status_id(status)}

    def _set_owner(self, ticket: Doc, fields: Doc) -> None:
        group_id = fields.get("group_id", ticket["group_id"])
        if fields.get("group_id") and self.people.groups.find(int(fields["group_id"])) is None:
            raise invalid(group="Group: is invalid")
        assignee_id = fields.get("assignee_id", ticket["assignee_id"])
        if fields.get("assignee_email"):
            found = self.people.by_identity(fields["assignee_email"])
            assignee_id = found["id"] if found else -1
        named = "assignee_id" in fields or "assignee_email" in fields
        if assignee_id and named:
            agent = self.people.users.find(int(assignee_id))
            if agent is None or agent["role"] not in STAFF or not agent["active"]:
                raise invalid(assignee="Assignee: is invalid")
        groups = self.people.group_ids(int(assignee_id)) if assignee_id else []
        if assignee_id and group_id not in groups:
            if named and fields.get("group_id"):
                raise invalid(assignee="Assignee: is not a member of the group")
            if named:
                group_id = groups[0] if groups else group_id
            elif "group_id" in fields:
                assignee_id = None
        ticket |= {"group_id": group_id, "assignee_id": assignee_id}

    def _set_tags(self, ticket: Doc, fields: Doc) -> None:
        tags = set(tags_in(fields["tags"])) if "tags" in fields else set(ticket["tags"])
        tags |= set(tags_in(fields.get("additional_tags")))
        tags -= set(tags_in(fields.get("remove_tags")))
        if "custom_fields" in fields or "fields" in fields:
            before = self.fields.tags_of(ticket["custom_fields"])
            sent = fields["custom_fields"] if "custom_fields" in fields else fields["fields"]
            ticket["custom_fields"] = self.fields.merged(ticket["custom_fields"], sent)
            after = self.fields.tags_of(ticket["custom_fields"])
            tags = tags - (before - after) | after
        if tags != set(ticket["tags"]):
            ticket["tags"] = sorted(tags)

    def _set_copies(self, ticket: Doc, fields: Doc) -> None:
        for name, key in (("email_ccs", "email_cc_ids"), ("followers", "follower_ids")):
            for entry in fields.get(name) or ():
                email, user_id = entry.get("user_email"), entry.get("user_id")
                found = self.people.resolve({"id": user_id, "email": email, "name": entry.get("user_name") or email})
                others = [known for known in ticket[key] if known != found["id"]]
                ticket[key] = others if entry.get("action") == "delete" else [*others, found["id"]]
        for entry in fields.get("additional_collaborators") or fields.get("collaborators") or ():
            person = entry if isinstance(entry, dict) else {"id": entry} if isinstance(entry, int) else {"email": entry}
            ticket["email_cc_ids"] = [*ticket["email_cc_ids"], self.people.resolve(person)["id"]]
        if "collaborator_ids" in fields:
            ticket["email_cc_ids"] = list(fields["collaborator_ids"] or ())
        ticket["collaborator_ids"] = list(dict.fromkeys([*ticket["email_cc_ids"], *ticket["follower_ids"]]))

    def _follow_up(self, ticket: Doc, fields: Doc) -> None:
        if not fields.get("via_followup_source_id"):
            return
        source = self.live(int(fields["via_followup_source_id"]))
        if source["status"] != "closed":
            raise invalid(base="A follow-up needs a closed ticket")
        ticket["via"] = via_of("api", rel="follow_up", **{"from": {"ticket_id": source["id"]}})
        ticket["followup_source_id"] = source["id"]
        self.tickets.put(source | {"followup_ids": [*source["followup_ids"], ticket["id"]]})

    def _new_comment(self, ticket: Doc, sent: Doc, actor: Doc, via: Doc | None = None) -> Doc:
        author = self.people.users.find(int(sent.get("author_id") or actor["id"]))
        if author is None:
            raise invalid(author="Author: is invalid")
        html = sent.get("html_body")
        body = str(text_of(html) if html else sent.get("body") or "")
        attachments = self.uploads.take(list(sent.get("uploads") or ()))
        if not body.strip() and not attachments:
            raise invalid(comment="Comment: cannot be blank")
        first = self.comments.first(self.comments_of(ticket["id"]))
        if first and self.comments.count(self.comments_of(ticket["id"])) >= MAX_COMMENTS:
            raise invalid(base="This ticket has reached the limit of comments")
        public = sent.get("public")
        if public is None:
            public = first["public"] if first else True
        return {
            "id": self.comments.new_id(),
            "type": sent.get("type") or "Comment",
            "ticket_id": ticket["id"],
            "author_id": author["id"],
            "body": body,
            "html_body": html,
            "public": author["role"] not in STAFF or str(public).lower() == "true",
            "attachment_ids": attachments,
            "via": via or (ticket["via"] if first is None else via_of("api")),
            **({"data": sent["data"]} if "data" in sent else {}),
        }

    def _lifecycle(self, ticket: Doc, before: Doc, fields: Doc, comment: Doc | None, actor: Doc) -> None:
        """Move the status by itself: a first answer opens, a customer's reply reopens, solving needs an owner."""
        if not (fields.get("status") or fields.get("custom_status_id")):
            author = self.people.users.get(comment["author_id"]) if comment else None
            answered = comment is not None and comment["public"] and author is not None and author["role"] in STAFF
            written = before["id"] is not None
            begun = ticket["status"] == "new" and (ticket["assignee_id"] or (answered and written))
            asked_again = author and author["role"] == "end-user" and ticket["status"] in ("pending", "hold", "solved")
            if begun or asked_again:
                ticket["status"] = "open"
        if ticket["status"] == "solved" != before["status"]:
            self.fields.check_required(ticket)
            ticket["solved_at"] = self.db.stamp()
        if ticket["status"] in ("pending", "hold", "solved") and not ticket["assignee_id"] and actor["role"] in STAFF:
            groups = self.people.group_ids(actor["id"])
            ticket["assignee_id"] = actor["id"]
            ticket["group_id"] = ticket["group_id"] if ticket["group_id"] in groups else next(iter(groups), None)
        ticket["custom_status_id"] = status_id(ticket["status"])

    def _save(
        self, ticket: Doc, before: Doc, comment: Doc | None, fields: Doc, actor: Doc, via: Doc | None = None
    ) -> tuple[Doc, Doc]:
        created = before["id"] is None
        events: list[Doc] = []
        if comment:
            shown = {name: comment[name] for name in ("id", "type", "public", "author_id")}
            events.append(shown)
        events += _differences(before, ticket, self._emails)
        events += [{"type": "AgentMacroReference", "macro_id": macro_id} for macro_id in fields.get("macro_ids") or ()]
        if comment and comment["public"] and actor["role"] in STAFF and not created:
            events.append(_notification(ticket))
        custom = fields.get("metadata") if isinstance(fields.get("metadata"), dict) else {}
        via = via or (ticket["via"] if created else via_of("api"))
        audit = self._record(ticket, events, actor, via, custom)
        if comment:
            metadata = {"system": system_metadata(), "custom": audit["metadata"]["custom"]}
            self.comments.put(
                {**comment, "audit_id": audit["id"], "created_at": audit["created_at"], "metadata": metadata}
            )
        if ticket["status"] == "solved" != before["status"] and ticket["type"] == "problem":
            self._solve_incidents(ticket["id"], actor)
        return ticket, self.whole_audits([audit])[0]

    def _record(self, ticket: Doc, events: list[Doc], actor: Doc, via: Doc, custom: Doc | None = None) -> Doc:
        """Save the ticket with an audit; a change that changes nothing and says nothing leaves no trace."""
        audit: Doc = {
            "id": self.audits.new_id(),
            "ticket_id": ticket["id"],
            "created_at": self.db.stamp(),
            "author_id": actor["id"],
            "metadata": {"system": system_metadata(), "custom": custom or {}},
            "via": via,
            "events": [{"id": event.get("id") or self.comments.new_id(), **event} for event in events],
        }
        if events:
            ticket["updated_at"] = self.db.stamp()
            self.tickets.put(ticket)
        if events or custom:
            self.audits.put(audit)
        return audit

    def _solve_incidents(self, problem_id: int, actor: Doc) -> None:
        query = LIVE.and_("problem_id = ? AND status NOT IN ('solved', 'closed')", problem_id)
        for incident in self.tickets.where(query):
            self.update(incident["id"], {"status": "solved"}, actor, via_of("linked_problem"))

    def _emails(self, user_ids: list[int]) -> list[str]:
        return [user["email"] or user["name"] for user in self.people.users.many(user_ids)]


def _differences(before: Doc, after: Doc, emails: Callable[[list[int]], list[str]]) -> list[Doc]:
    """The audit events of a change, by comparing the ticket before and after; Create events for a new one."""
    created = before["id"] is None
    pairs = [(name, before[name], after[name]) for name in _AUDITED]
    old = {row["id"]: row["value"] for row in before["custom_fields"]}
    pairs += [(str(row["id"]), old.get(row["id"]), row["value"]) for row in after["custom_fields"]]
    events: list[Doc] = []
    for name, was, becomes in pairs:
        if created and (becomes not in (None, [], "") and (was != becomes or name in ("status", "subject"))):
            events.append({"type": "Create", "field_name": name, "value": event_value(becomes)})
        elif not created and was != becomes:
            values = {"value": event_value(becomes), "previous_value": event_value(was)}
            events.append({"type": "Change", "field_name": name, **values})
    for key, kind, word in (
        ("email_cc_ids", "EmailCcChange", "email_ccs"),
        ("follower_ids", "FollowersChange", "followers"),
    ):
        if before[key] != after[key]:
            lists = {f"previous_{word}": emails(before[key]), f"current_{word}": emails(after[key])}
            events.append({"type": kind, **lists})
    return events


def _notification(ticket: Doc) -> Doc:
    rule = {"id": 900_000_000_101, "title": "Notify requester and CCs of comment update"}
    return {
        "type": "NotificationWithCcs",
        "via": via_of("rule", rel="trigger", **{"from": {"deleted": False, **rule}}),
        "subject": f"[{ticket['id']}] {ticket['subject']}",
        "body": "{{ticket.comments_formatted}}",
        "recipients": [ticket["requester_id"], *ticket["email_cc_ids"]],
    }


def _comment_of(fields: Doc) -> Doc | None:
    comment = fields.get("comment")
    if isinstance(comment, str):
        comment = {"body": comment}
    if not isinstance(comment, dict):
        return None
    if comment.get("value") and not comment.get("body"):
        comment = {**comment, "body": comment["value"]}
    wordless = not (comment.get("body") or comment.get("html_body") or comment.get("uploads"))
    return None if wordless else comment


def tags_in(sent: object) -> list[str]:
    """The tags in what was sent: a list, or words in one text."""
    words = sent.replace(",", " ").split() if isinstance(sent, str) else sent if isinstance(sent, list) else []
    return [str(word).strip().lower().replace(" ", "_") for word in words if str(word).strip()]


def _first_line(body: str) -> str:
    return body.strip().split("\n", 1)[0][:150]
