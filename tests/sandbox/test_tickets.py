"""What happens to a ticket when it is made and changed over the API."""

import httpx
import pytest

from agentdesk.sandbox.tickets import STATUSES

from .conftest import Desk


async def test_a_ticket_is_made_with_its_first_comment_and_a_create_audit(api: httpx.AsyncClient) -> None:
    sent = {"subject": "Login", "comment": {"body": "I cannot log in"}, "priority": "high", "tags": ["vip"]}

    answer = await api.post("/tickets.json", json={"ticket": sent})

    made = answer.json()["ticket"]
    assert answer.status_code == 201
    assert (made["description"], made["status"], made["priority"]) == ("I cannot log in", "new", "high")
    assert made["fields"] == made["custom_fields"]
    events = answer.json()["audit"]["events"]
    assert [event["body"] for event in events if event["type"] == "Comment"] == ["I cannot log in"]
    assert {event["field_name"] for event in events if event["type"] == "Create"} >= {"subject", "priority", "status"}


async def test_comment_ids_equal_the_event_ids_of_their_audits(desk: Desk, api: httpx.AsyncClient) -> None:
    ticket = desk.ticket()
    await api.put(f"/tickets/{ticket}", json={"ticket": {"comment": {"body": "On its way", "public": True}}})

    comments = (await api.get(f"/tickets/{ticket}/comments")).json()["comments"]
    audits = (await api.get(f"/tickets/{ticket}/audits")).json()["audits"]

    told = {event["id"]: audit["id"] for audit in audits for event in audit["events"] if event["type"] == "Comment"}
    assert {comment["id"]: comment["audit_id"] for comment in comments} == told


async def test_an_agents_first_public_answer_opens_a_new_ticket(desk: Desk, api: httpx.AsyncClient) -> None:
    ticket = desk.ticket()

    note = await api.put(f"/tickets/{ticket}", json={"ticket": {"comment": {"body": "hm", "public": False}}})
    reply = await api.put(f"/tickets/{ticket}", json={"ticket": {"comment": {"body": "Hello", "public": True}}})

    assert note.json()["ticket"]["status"] == "new"
    assert reply.json()["ticket"]["status"] == "open"


@pytest.mark.parametrize("status", ["pending", "hold", "solved"])
async def test_a_customers_reply_reopens(desk: Desk, api: httpx.AsyncClient, status: str) -> None:
    ticket = desk.ticket()
    await api.put(f"/tickets/{ticket}", json={"ticket": {"status": status}})

    desk.helpdesk.tickets.update(ticket, {"comment": {"body": "Still nothing"}}, desk.customer)

    assert desk.helpdesk.tickets.live(ticket)["status"] == "open"


async def test_an_omitted_public_inherits_the_first_comment(desk: Desk, api: httpx.AsyncClient) -> None:
    public = desk.ticket()
    sent = {"subject": "x", "comment": {"body": "internal", "public": False}}
    private = (await api.post("/tickets", json={"ticket": sent})).json()["ticket"]["id"]

    for ticket, expected in ((public, True), (private, False)):
        await api.put(f"/tickets/{ticket}", json={"ticket": {"comment": {"body": "more"}}})
        comments = (await api.get(f"/tickets/{ticket}/comments")).json()["comments"]
        assert comments[-1]["public"] is expected


async def test_a_safe_update_with_an_old_stamp_applies_nothing(desk: Desk, api: httpx.AsyncClient) -> None:
    ticket = desk.ticket()
    stamp = desk.helpdesk.tickets.live(ticket)["updated_at"]
    desk.clock.pass_(seconds=1)
    await api.put(f"/tickets/{ticket}", json={"ticket": {"priority": "low"}})
    safe = {"comment": {"body": "late", "public": True}, "safe_update": True, "updated_stamp": stamp}

    answer = await api.put(f"/tickets/{ticket}", json={"ticket": safe})

    assert (answer.status_code, answer.json()["error"]) == (409, "UpdateConflict")
    assert len((await api.get(f"/tickets/{ticket}/comments")).json()["comments"]) == 1


async def test_a_safe_update_with_the_right_stamp_is_applied(desk: Desk, api: httpx.AsyncClient) -> None:
    ticket = desk.ticket()
    stamp = desk.helpdesk.tickets.live(ticket)["updated_at"]

    answer = await api.put(
        f"/tickets/{ticket}", json={"ticket": {"status": "open", "safe_update": True, "updated_stamp": stamp}}
    )

    assert answer.json()["ticket"]["status"] == "open"


async def test_the_metadata_of_an_update_is_found_in_its_audit(desk: Desk, api: httpx.AsyncClient) -> None:
    ticket = desk.ticket()
    await api.put(f"/tickets/{ticket}", json={"ticket": {"priority": "low", "metadata": {"agentdesk_op": "op-1"}}})

    latest = (await api.get(f"/tickets/{ticket}/audits?sort=-created_at&page[size]=10")).json()["audits"]

    assert "op-1" in [audit["metadata"]["custom"].get("agentdesk_op") for audit in latest]


async def test_a_closed_ticket_refuses_every_write(desk: Desk, api: httpx.AsyncClient) -> None:
    ticket = desk.ticket()
    await api.put(f"/tickets/{ticket}", json={"ticket": {"status": "closed"}})

    answers = [
        await api.put(f"/tickets/{ticket}", json={"ticket": {"comment": {"body": "x", "public": True}}}),
        await api.put(f"/tickets/{ticket}/tags", json={"tags": ["late"]}),
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert "closed prevents ticket update" in answers[0].json()["details"]["status"][0]["description"]


async def test_a_create_is_replayed_by_its_idempotency_key_for_two_hours(desk: Desk, api: httpx.AsyncClient) -> None:
    sent = {"ticket": {"subject": "Once", "comment": {"body": "only"}}}
    headers = {"Idempotency-Key": "k1"}

    first = await api.post("/tickets", json=sent, headers=headers)
    again = await api.post("/tickets", json=sent, headers=headers)
    other = await api.post("/tickets", json={"ticket": {"comment": {"body": "else"}}}, headers=headers)
    desk.clock.pass_(hours=2)
    late = await api.post("/tickets", json=sent, headers=headers)

    assert (first.headers["x-idempotency-lookup"], again.headers["x-idempotency-lookup"]) == ("miss", "hit")
    assert again.json() == first.json()
    assert (other.status_code, other.json()["error"]) == (400, "IdempotentRequestError")
    assert late.json()["ticket"]["id"] != first.json()["ticket"]["id"]


async def test_a_ticket_cannot_become_new_again(desk: Desk, api: httpx.AsyncClient) -> None:
    ticket = desk.ticket()
    await api.put(f"/tickets/{ticket}", json={"ticket": {"status": "open"}})

    answer = await api.put(f"/tickets/{ticket}", json={"ticket": {"status": "new"}})

    assert (answer.status_code, list(answer.json()["details"])) == (422, ["status"])
    assert STATUSES[0] == "new"


async def test_a_custom_status_of_another_category_is_refused(desk: Desk, api: httpx.AsyncClient) -> None:
    ticket = desk.ticket()

    answer = await api.put(f"/tickets/{ticket}", json={"ticket": {"status": "open", "custom_status_id": 3}})

    assert answer.status_code == 422


async def test_solving_needs_the_required_fields(desk: Desk, api: httpx.AsyncClient) -> None:
    field = desk.helpdesk.fields.new_field({"type": "text", "title": "Order number", "required": True})
    field_id = desk.helpdesk.fields.fields.put(field)["id"]
    ticket = desk.ticket()

    bare = await api.put(f"/tickets/{ticket}", json={"ticket": {"status": "solved"}})
    filled = {"status": "solved", "custom_fields": [{"id": field_id, "value": "A-1"}]}
    solved = await api.put(f"/tickets/{ticket}", json={"ticket": filled})

    assert "Order number" in bare.json()["details"]["base"][0]["description"]
    assert solved.json()["ticket"]["status"] == "solved"


async def test_moving_a_ticket_to_another_group_takes_its_owner_away(desk: Desk, api: httpx.AsyncClient) -> None:
    ticket = desk.ticket()
    await api.put(f"/tickets/{ticket}", json={"ticket": {"assignee_id": desk.agent["id"]}})

    moved = await api.put(f"/tickets/{ticket}", json={"ticket": {"group_id": desk.billing["id"]}})

    assert (moved.json()["ticket"]["assignee_id"], moved.json()["ticket"]["group_id"]) == (None, desk.billing["id"])


async def test_solving_a_problem_solves_its_incidents(desk: Desk, api: httpx.AsyncClient) -> None:
    problem, incident = desk.ticket(type="problem"), desk.ticket()
    await api.put(f"/tickets/{incident}", json={"ticket": {"problem_id": problem}})

    await api.put(f"/tickets/{problem}", json={"ticket": {"status": "solved"}})

    assert (await api.get(f"/tickets/{incident}")).json()["ticket"]["status"] == "solved"


async def test_tags_are_set_added_and_removed(desk: Desk, api: httpx.AsyncClient) -> None:
    path = f"/tickets/{desk.ticket()}/tags"

    answers = [
        await api.post(path, json={"tags": ["a", "b"]}),
        await api.put(path, json={"tags": ["c"]}),
        await api.request("DELETE", path, json={"tags": ["a"]}),
    ]

    assert [answer.status_code for answer in answers] == [201, 200, 204]
    assert [answer.json()["tags"] for answer in answers[:2]] == [["a", "b"], ["a", "b", "c"]]
    assert (await api.get(path)).json()["tags"] == ["b", "c"]


async def test_an_upload_can_be_used_once_within_its_hour(desk: Desk, api: httpx.AsyncClient) -> None:
    upload = (
        await api.post("/uploads?filename=a.txt", content=b"hello", headers={"Content-Type": "text/plain"})
    ).json()
    sent = {"ticket": {"comment": {"body": "see", "public": True, "uploads": [upload["upload"]["token"]]}}}
    path = f"/tickets/{desk.ticket()}"

    used, again = await api.put(path, json=sent), await api.put(path, json=sent)

    comment = next(event for event in used.json()["audit"]["events"] if event["type"] == "Comment")
    file = await api.get(comment["attachments"][0]["content_url"], auth=None)
    assert (file.content, file.headers["content-type"]) == (b"hello", "text/plain")
    assert again.status_code == 422


async def test_an_upload_dies_after_an_hour(desk: Desk, api: httpx.AsyncClient) -> None:
    upload = (await api.post("/uploads?filename=a.txt", content=b"hello")).json()["upload"]
    desk.clock.pass_(minutes=60)

    sent = {"comment": {"body": "see", "uploads": [upload["token"]]}}
    answer = await api.put(f"/tickets/{desk.ticket()}", json={"ticket": sent})

    assert answer.status_code == 422


async def test_a_deleted_ticket_is_hidden_and_can_come_back(desk: Desk, api: httpx.AsyncClient) -> None:
    ticket = desk.ticket()

    gone = await api.delete(f"/tickets/{ticket}")
    hidden = await api.get(f"/tickets/{ticket}")
    listed = (await api.get("/deleted_tickets")).json()["deleted_tickets"]
    await api.put(f"/deleted_tickets/{ticket}/restore")

    assert (gone.status_code, hidden.status_code, [one["id"] for one in listed]) == (204, 404, [ticket])
    assert (await api.get(f"/tickets/{ticket}")).json()["ticket"]["status"] == "new"


async def test_a_job_takes_several_polls_and_reports_each_row(desk: Desk, api: httpx.AsyncClient) -> None:
    ids = [desk.ticket() for _ in range(3)]
    desk.helpdesk.tickets.update(ids[1], {"status": "closed"}, desk.admin)
    started = await api.put(
        f"/tickets/update_many?ids={ids[0]},{ids[1]},{ids[2]}", json={"ticket": {"priority": "low"}}
    )
    path = started.json()["job_status"]["url"]

    seen = [started.json()["job_status"]["status"]]
    while seen[-1] != "completed":
        status = (await api.get(path)).json()["job_status"]
        seen.append(status["status"])

    assert (seen[0], seen[1], len(seen) > 3) == ("queued", "working", True)
    assert [row["success"] for row in status["results"]] == [True, False, True]


async def test_merging_closes_the_sources_with_private_comments(desk: Desk, api: httpx.AsyncClient) -> None:
    target, source = desk.ticket(), desk.ticket()

    await api.post(f"/tickets/{target}/merge", json={"ids": [source]})
    desk.helpdesk.jobs.finish()

    comments = (await api.get(f"/tickets/{target}/comments")).json()["comments"]
    assert (await api.get(f"/tickets/{source}")).json()["ticket"]["status"] == "closed"
    assert (comments[-1]["public"], str(source) in comments[-1]["body"]) == (False, True)


async def test_a_refused_request_leaves_nothing_behind(desk: Desk, api: httpx.AsyncClient) -> None:
    requester = {"name": "Half", "email": "half@example.com"}
    sent = {"subject": "x", "comment": {"body": "x"}, "requester": requester, "assignee_id": desk.customer["id"]}

    answer = await api.post("/tickets", json={"ticket": sent})

    assert answer.status_code == 422
    assert desk.helpdesk.people.by_identity("half@example.com") is None
