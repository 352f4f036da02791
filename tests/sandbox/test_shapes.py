"""What the helpdesk serves, against the names and types that Zendesk's description of its API gives its objects.

The table says for each object which names it has and of what type: i integer, s text, b truth, t time, o object,
l list, li list of integers, ls list of texts; `?` where null may stand. Names the description does not know are fine.
"""

import re

import httpx
import pytest

from agentdesk.sandbox.dataset import Doc

from .conftest import Desk

OBJECTS = {
    "ticket": """
        id:i url:s external_id:s? created_at:t updated_at:t generated_timestamp:i type:s? subject:s raw_subject:s
        description:s priority:s? status:s custom_status_id:i recipient:s? requester_id:i submitter_id:i assignee_id:i?
        organization_id:i? group_id:i? collaborator_ids:li follower_ids:li email_cc_ids:li forum_topic_id:i?
        problem_id:i? has_incidents:b is_public:b due_at:t? tags:ls custom_fields:l fields:l satisfaction_rating:o?
        sharing_agreement_ids:li followup_ids:li ticket_form_id:i? brand_id:i allow_channelback:b allow_attachments:b
        from_messaging_channel:b via:o""",
    "comment": """
        id:i type:s author_id:i body:s html_body:s plain_body:s public:b attachments:l audit_id:i via:o created_at:t
        metadata:o""",
    "audit": "id:i ticket_id:i created_at:t author_id:i metadata:o events:l via:o",
    "metrics": """
        id:i url:s ticket_id:i created_at:t updated_at:t group_stations:i assignee_stations:i reopens:i replies:i
        assignee_updated_at:t? requester_updated_at:t status_updated_at:t initially_assigned_at:t? assigned_at:t?
        solved_at:t? latest_comment_added_at:t custom_status_updated_at:t reply_time_in_minutes:o
        reply_time_in_seconds:o first_resolution_time_in_minutes:o full_resolution_time_in_minutes:o
        agent_wait_time_in_minutes:o requester_wait_time_in_minutes:o on_hold_time_in_minutes:o""",
    "user": """
        id:i url:s name:s email:s? created_at:t updated_at:t time_zone:s iana_time_zone:s phone:s?
        shared_phone_number:b? photo:o? locale_id:i locale:s organization_id:i? role:s verified:b external_id:s?
        tags:ls alias:s? active:b shared:b shared_agent:b last_login_at:t? two_factor_auth_enabled:b? signature:s?
        details:s? notes:s? role_type:i? custom_role_id:i? moderator:b ticket_restriction:s? only_private_comments:b
        restricted_agent:b suspended:b default_group_id:i? report_csv:b user_fields:o""",
    "identity": """
        id:i url:s user_id:i type:s value:s verified:b verified_at:t? verification_method:s primary:b created_at:t
        updated_at:t undeliverable_count:i deliverable_state:s""",
    "organization": """
        id:i url:s name:s shared_tickets:b shared_comments:b external_id:s? created_at:t updated_at:t domain_names:ls
        details:s? notes:s? group_id:i? tags:ls organization_fields:o""",
    "organization_membership": """
        id:i url:s user_id:i organization_id:i organization_name:s default:b? view_tickets:b created_at:t
        updated_at:t""",
    "group": "id:i url:s name:s description:s default:b deleted:b is_public:b created_at:t updated_at:t",
    "group_membership": "id:i url:s user_id:i group_id:i default:b created_at:t updated_at:t",
    "view": """
        id:i title:s active:b position:i description:s? default:b restriction:o? conditions:o execution:o created_at:t
        updated_at:t""",
    "macro": """
        id:i url:s title:s active:b position:i description:s? default:b restriction:o? actions:l created_at:t
        updated_at:t""",
    "ticket_field": """
        id:i url:s type:s title:s raw_title:s description:s raw_description:s position:i active:b required:b
        collapsed_for_agents:b regexp_for_validation:s? title_in_portal:s raw_title_in_portal:s visible_in_portal:b
        editable_in_portal:b required_in_portal:b tag:s? created_at:t updated_at:t removable:b agent_description:s?
        agent_can_edit:b creator_user_id:i creator_app_name:s?""",
    "custom_status": """
        id:i status_category:s agent_label:s raw_agent_label:s end_user_label:s raw_end_user_label:s description:s
        raw_description:s end_user_description:s raw_end_user_description:s active:b default:b created_at:t
        updated_at:t""",
    "brand": """
        id:i url:s name:s brand_url:s subdomain:s has_help_center:b help_center_state:s active:b default:b is_deleted:b
        logo:o? ticket_form_ids:li signature_template:s host_mapping:s? created_at:t updated_at:t""",
    "locale": "id:i url:s locale:s name:s created_at:t updated_at:t",
    "upload": "token:s attachment:o attachments:l",
    "attachment": """
        id:i url:s file_name:s content_url:s mapped_content_url:s content_type:s size:i width:i? height:i? inline:b
        deleted:b malware_access_override:b malware_scan_result:s thumbnails:l""",
    "job_status": "id:s url:s job_type:s total:i? progress:i? status:s message:s? results:l?",
    "activity": """
        id:i url:s title:s verb:s user_id:i actor_id:i created_at:t updated_at:t object:o target:o user:o actor:o""",
    "skip": "id:i ticket_id:i user_id:i reason:s? created_at:t updated_at:t",
    "logged": "id:s type:s created_at:t author:o content:o attachments:l metadata:o reference:s",
    "related": "followup_source_ids:ls from_archive:b incidents:i topic_id:s? twitter:o?",
}

TESTS = {
    "i": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "s": lambda value: isinstance(value, str),
    "b": lambda value: isinstance(value, bool),
    "t": lambda value: isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value) is not None,
    "o": lambda value: isinstance(value, dict),
    "l": lambda value: isinstance(value, list),
    "li": lambda value: isinstance(value, list) and all(isinstance(one, int) for one in value),
    "ls": lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value),
}


def wrong(noun: str, doc: Doc) -> list[str]:
    """The names of an object that are missing or of another type."""
    pairs = [word.split(":") for word in OBJECTS[noun].split()]
    return [f"{noun}.{name}" for name, kind in pairs if not fits(kind, doc.get(name, ...))]


def fits(kind: str, value: object) -> bool:
    """Whether a value is of a type of the table."""
    return (value is None and kind.endswith("?")) or bool(TESTS[kind.rstrip("?")](value))


async def served(desk: Desk, api: httpx.AsyncClient) -> dict[str, Doc]:
    """One object of every kind, as it is served."""
    organization = desk.helpdesk.people.create_organization({"name": "Mori"})["id"]
    desk.helpdesk.people.join(desk.customer["id"], organization)
    ticket = desk.ticket(assignee_id=desk.admin["id"])
    desk.helpdesk.tickets.update(ticket, {"comment": {"body": "still?"}}, desk.customer)
    upload = (await api.post("/uploads?filename=a.txt", content=b"x", headers={"Content-Type": "text/plain"})).json()
    made = await api.post("/macros", json={"macro": {"title": "A", "actions": [{"field": "status", "value": "open"}]}})
    skip = await api.post("/skips", json={"skip": {"ticket_id": ticket, "reason": "busy"}})
    view = await api.post("/views", json={"view": {"title": "All", "all": [{"field": "status", "value": "open"}]}})
    job = await api.put(f"/tickets/update_many?ids={ticket}", json={"ticket": {"priority": "low"}})

    async def first(path: str, key: str) -> Doc:
        return dict((await api.get(path)).json()[key][0])

    return {
        "ticket": (await api.get(f"/tickets/{ticket}")).json()["ticket"],
        "comment": await first(f"/tickets/{ticket}/comments", "comments"),
        "audit": await first(f"/tickets/{ticket}/audits", "audits"),
        "metrics": (await api.get(f"/tickets/{ticket}/metrics")).json()["ticket_metric"],
        "user": (await api.get(f"/users/{desk.customer['id']}")).json()["user"],
        "identity": await first(f"/users/{desk.customer['id']}/identities", "identities"),
        "organization": await first("/organizations", "organizations"),
        "organization_membership": await first("/organization_memberships", "organization_memberships"),
        "group": await first("/groups", "groups"),
        "group_membership": await first("/group_memberships", "group_memberships"),
        "view": view.json()["view"],
        "macro": made.json()["macro"],
        "ticket_field": await first("/ticket_fields", "ticket_fields"),
        "custom_status": await first("/custom_statuses", "custom_statuses"),
        "brand": await first("/brands", "brands"),
        "locale": await first("/locales", "locales"),
        "upload": upload["upload"],
        "attachment": upload["upload"]["attachment"],
        "job_status": job.json()["job_status"],
        "activity": await first("/activities", "activities"),
        "skip": skip.json()["skip"],
        "logged": await first(f"/tickets/{ticket}/conversation_log", "events"),
        "related": (await api.get(f"/tickets/{ticket}/related")).json(),
    }


async def test_every_object_has_the_names_and_types_of_the_description(desk: Desk, api: httpx.AsyncClient) -> None:
    objects = await served(desk, api)

    assert objects.keys() == OBJECTS.keys()
    assert [name for noun, doc in objects.items() for name in wrong(noun, doc)] == []


async def test_what_was_made_is_named_in_the_location(api: httpx.AsyncClient) -> None:
    ticket = await api.post("/tickets", json={"ticket": {"comment": {"body": "hello"}}})
    user = await api.post("/users", json={"user": {"name": "Ito", "email": "ito@example.jp"}})

    assert ticket.headers["location"] == ticket.json()["ticket"]["url"]
    assert user.headers["location"] == user.json()["user"]["url"]


@pytest.mark.parametrize("path", ["/tickets", "/users", "/tickets/{id}/comments", "/tickets/{id}/audits", "/tags"])
async def test_pages_have_the_envelope_of_their_kind(desk: Desk, api: httpx.AsyncClient, path: str) -> None:
    path = path.format(id=desk.ticket(tags=["a"]))

    offset = (await api.get(f"{path}?per_page=1")).json()
    cursor = (await api.get(f"{path}?page[size]=1")).json()

    assert [fits("i", offset["count"]), fits("s?", offset["next_page"]), fits("s?", offset["previous_page"])] == [
        True
    ] * 3
    assert cursor["meta"].keys() == {"has_more", "after_cursor", "before_cursor"}
    assert cursor["links"].keys() == {"next", "prev"}


async def test_all_audits_of_the_account_have_a_cursor_of_their_own(desk: Desk, api: httpx.AsyncClient) -> None:
    tickets = [desk.ticket(), desk.ticket()]

    first = (await api.get("/ticket_audits.json?limit=1")).json()
    second = (await api.get(f"/ticket_audits.json?limit=1&cursor={first['after_cursor']}")).json()

    assert [page["audits"][0]["ticket_id"] for page in (first, second)] == tickets[::-1]
    assert "cursor=" in first["after_url"]
