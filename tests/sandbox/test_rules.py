"""What other clients ask for: bulk work, memberships, set-up lists, permanent deletion, exports under load."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from agentdesk.sandbox.app import create_app
from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.limits import unlimited
from agentdesk.sandbox.routes.absent import ENDPOINTS as ABSENT

from .conftest import BASE, Desk


async def finished(api: httpx.AsyncClient, answer: httpx.Response) -> Doc:
    """The job that an answer began, once it is done."""
    job: Doc = answer.json()["job_status"]
    while job["status"] not in ("completed", "failed"):
        job = (await api.get(job["url"])).json()["job_status"]
    return job


async def test_update_many_adds_and_removes_tags_row_by_row(desk: Desk, api: httpx.AsyncClient) -> None:
    tagged, bare = desk.ticket(tags=["old", "kept"]), desk.ticket()
    change = {"additional_tags": ["new"], "remove_tags": ["old"]}

    job = await finished(
        api, await api.put(f"/tickets/update_many.json?ids={tagged},{bare},999", json={"ticket": change})
    )

    assert [row["success"] for row in job["results"]] == [True, True, False]
    assert desk.helpdesk.tickets.live(tagged)["tags"] == ["kept", "new"]
    assert desk.helpdesk.tickets.live(bare)["tags"] == ["new"]


async def test_people_are_made_changed_and_deleted_in_bulk(desk: Desk, api: httpx.AsyncClient) -> None:
    people = [{"name": f"Many {number}", "email": f"many{number}@example.jp"} for number in range(3)]

    made = await finished(api, await api.post("/users/create_many", json={"users": people}))
    ids = ",".join(str(row["id"]) for row in made["results"])
    changed = await finished(api, await api.put(f"/users/update_many?ids={ids}", json={"user": {"notes": "vip"}}))
    await finished(api, await api.delete(f"/users/destroy_many?ids={ids}"))

    assert [row["status"] for row in (*made["results"], *changed["results"])] == ["Created"] * 3 + ["Updated"] * 3
    assert (await api.get("/deleted_users/count")).json()["count"]["value"] == 3


@pytest.mark.parametrize("noun", ["users", "organizations"])
async def test_people_and_organizations_have_tags(desk: Desk, api: httpx.AsyncClient, noun: str) -> None:
    organization = desk.helpdesk.people.create_organization({"name": "Mori"})["id"]
    path = f"/{noun}/{desk.customer['id'] if noun == 'users' else organization}/tags"

    await api.post(path, json={"tags": ["a", "b"]})
    await api.put(path, json={"tags": ["c"]})
    gone = await api.request("DELETE", path, json={"tags": ["a"]})

    assert gone.status_code == 204
    assert (await api.get(path)).json()["tags"] == ["b", "c"]


async def test_a_user_joins_one_organization_and_leaves_it(desk: Desk, api: httpx.AsyncClient) -> None:
    first, second = (desk.helpdesk.people.create_organization({"name": name})["id"] for name in ("Mori", "Hayashi"))
    order = {"user_id": desk.customer["id"], "organization_id": first}

    made = await api.post("/organization_memberships", json={"organization_membership": order})
    other = await api.post(
        "/organization_memberships", json={"organization_membership": order | {"organization_id": second}}
    )
    left = await api.delete(f"/organization_memberships/{made.json()['organization_membership']['id']}")

    assert (made.status_code, other.status_code, left.status_code) == (201, 422, 204)
    assert (await api.get(f"/organizations/{first}/organization_memberships")).json()["organization_memberships"] == []


async def test_merged_organizations_give_their_users_and_tickets_on(desk: Desk, api: httpx.AsyncClient) -> None:
    loser, winner = (desk.helpdesk.people.create_organization({"name": name})["id"] for name in ("Mori", "Hayashi"))
    desk.helpdesk.people.join(desk.customer["id"], loser)
    desk.customer = desk.helpdesk.people.users.get(desk.customer["id"])
    ticket = desk.ticket()

    merge = await api.post(f"/organizations/{loser}/merge", json={"organization_merge": {"winner_id": winner}})

    known = await api.get(f"/organization_merges/{merge.json()['organization_merge']['id']}")
    assert known.json()["organization_merge"]["status"] == "complete"
    assert (await api.get(f"/organizations/{loser}")).status_code == 404
    assert desk.helpdesk.tickets.live(ticket)["organization_id"] == winner
    assert desk.helpdesk.people.users.get(desk.customer["id"])["organization_id"] == winner


async def test_a_ticket_deleted_for_good_is_scrubbed_and_cannot_come_back(desk: Desk, api: httpx.AsyncClient) -> None:
    ticket = desk.ticket()
    early = await api.delete(f"/deleted_tickets/{ticket}")
    await api.delete(f"/tickets/{ticket}")

    await finished(api, await api.delete(f"/deleted_tickets/{ticket}"))

    row = (await api.get("/incremental/tickets/cursor?start_time=1")).json()["tickets"][0]
    assert early.status_code == 404
    assert (row["status"], row["subject"], row["description"]) == ("deleted", "SCRUBBED", "SCRUBBED")
    assert (await api.put(f"/deleted_tickets/{ticket}/restore")).status_code == 404


async def test_suspended_mail_is_recovered_as_a_ticket_of_its_author(desk: Desk, api: httpx.AsyncClient) -> None:
    mail = {"id": None, "subject": "Spam?", "content": "No, a question", "created_at": "2026-05-04T08:00:00Z"}
    kept = desk.helpdesk.db.shelf("suspended_tickets").put(mail | {"author": {"name": "Io", "email": "io@example.jp"}})

    row = (await api.put(f"/suspended_tickets/{kept['id']}/recover")).json()["ticket"][0]

    ticket = (await api.get(f"/tickets/{row['ticket_id']}?include=users")).json()
    assert (ticket["ticket"]["subject"], ticket["users"][0]["email"]) == ("Spam?", "io@example.jp")
    assert (await api.get("/suspended_tickets")).json()["suspended_tickets"] == []


@pytest.mark.parametrize("path", [one.path for one in ABSENT if "{" not in one.path and "definitions" not in one.path])
async def test_what_this_account_has_none_of_is_an_empty_list(api: httpx.AsyncClient, path: str) -> None:
    body = (await api.get(f"{path}.json?per_page=1")).json()

    assert [value for value in body.values() if isinstance(value, list)] == [[]]


async def test_a_view_with_a_condition_nobody_knows_is_refused(api: httpx.AsyncClient) -> None:
    view = {"title": "Odd", "all": [{"field": "weather", "operator": "is", "value": "rain"}]}

    assert (await api.post("/views", json={"view": view})).status_code == 422
    assert (await api.post("/views/preview", json={"view": view})).status_code == 422


@pytest.mark.parametrize(
    ("field", "operator", "value", "is_found"),
    [
        ("custom_status_id", "includes", ["1", "2"], True),
        ("custom_status_id", "is", "5", False),
        ("via_id", "is", "5", True),
        ("via_id", "is", "4", False),
        ("created_at", "less_than", "2026-05-05", True),
        ("created_at", "less_than", "2026-05-01", False),
        ("NEW", "less_than", "24", True),
        ("due_date", "less_than", "2", False),
        ("requester_role", "is", "end-user", True),
        ("satisfaction_score", "is", "good", False),
        ("status", "greater_than", "open", False),
        ("priority", "less_than", "high", True),
        ("current_tags", "not_includes", "b", True),
        ("assignee_id", "is", "", True),
    ],
)
async def test_view_conditions_compare(
    desk: Desk, api: httpx.AsyncClient, field: str, operator: str, value: object, is_found: bool
) -> None:
    desk.ticket(tags=["a"], priority="low")
    condition = {"field": field, "operator": operator, "value": value}

    rows = (await api.post("/views/preview", json={"view": {"all": [condition]}})).json()["rows"]

    assert bool(rows) is is_found


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("tags:none", False),
        ("-tags:none", True),
        ("brand:desk", True),
        ("cc:none", True),
        ("has_attachment:true", False),
    ],
)
async def test_search_knows_what_is_missing(desk: Desk, api: httpx.AsyncClient, query: str, is_found: bool) -> None:
    desk.ticket(tags=["a"])

    found = (await api.get("/search", params={"query": f"type:ticket {query}"})).json()["results"]

    assert bool(found) is is_found


async def test_exports_of_organizations_may_begin_now(desk: Desk, api: httpx.AsyncClient) -> None:
    desk.helpdesk.export_lag = timedelta(seconds=60)
    now = int(desk.clock.now.timestamp())

    assert (await api.get(f"/incremental/organizations?start_time={now}")).status_code == 200
    assert (await api.get(f"/incremental/ticket_metric_events?start_time={now}")).status_code == 200
    assert (await api.get(f"/incremental/tickets?start_time={now}")).status_code == 422


async def test_an_export_by_time_gets_past_a_thousand_records_of_one_second(desk: Desk, api: httpx.AsyncClient) -> None:
    with desk.helpdesk.db.atomic():
        ids = {desk.ticket() for _ in range(1001)}
    desk.clock.pass_(seconds=1)
    ids.add(desk.ticket())
    seen: set[int] = set()
    path, pages = "/incremental/tickets.json?start_time=1&per_page=100", 0

    is_over = False
    while not is_over:
        body = (await api.get(path)).json()
        seen |= {row["id"] for row in body["tickets"]}
        is_over, path, pages = body["end_of_stream"], body["next_page"], pages + 1
        assert pages < 20, "the export goes in a circle"

    assert seen == ids


async def test_a_cursor_export_loses_nothing_while_tickets_are_written(desk: Desk, api: httpx.AsyncClient) -> None:
    ids = [desk.ticket() for _ in range(30)]
    seen: dict[int, str] = {}
    path, pages = "/incremental/tickets/cursor.json?start_time=1&per_page=7", 0

    is_over = False
    while not is_over:
        is_written = pages < 10
        if is_written:
            ids.append(desk.ticket())
            desk.helpdesk.tickets.update(ids[pages], {"priority": "urgent"}, desk.admin)
        body = (await api.get(path)).json()
        seen |= {row["id"]: row["priority"] for row in body["tickets"]}
        is_over, path, pages = body["end_of_stream"] and not is_written, body["after_url"], pages + 1
        assert pages < 40, "the export goes in a circle"

    assert seen.keys() == set(ids)
    assert [seen[one] for one in ids[:10]] == ["urgent"] * 10


async def test_metric_events_of_one_second_are_all_exported_by_cursor(desk: Desk, api: httpx.AsyncClient) -> None:
    for _ in range(5):
        desk.ticket()
    by_time = (await api.get("/incremental/ticket_metric_events?start_time=1")).json()["ticket_metric_events"]
    seen: list[int] = []
    path: str | None = "/incremental/ticket_metric_events?start_time=1&page[size]=3"

    while path:
        body = (await api.get(path)).json()
        seen += [row["id"] for row in body["ticket_metric_events"]]
        path = body["links"]["next"]

    assert sorted(seen) == sorted(row["id"] for row in by_time)


async def test_others_are_answered_while_metric_events_are_computed(desk: Desk) -> None:
    with desk.helpdesk.db.atomic():
        for _ in range(300):
            desk.ticket()
    order: list[str] = []
    signed = desk.helpdesk.credentials()
    transport = httpx.ASGITransport(create_app(desk.helpdesk, limits=unlimited()))

    async def ask(path: str) -> None:
        async with httpx.AsyncClient(
            transport=transport, base_url=BASE, auth=(f"{signed.user}/token", signed.token)
        ) as api:
            assert (await api.get(path)).status_code == 200
        order.append(path)

    await asyncio.gather(ask("/incremental/ticket_metric_events?start_time=1"), ask("/users/me"))

    assert order == ["/users/me", "/incremental/ticket_metric_events?start_time=1"]


async def test_labels_and_segments_are_those_of_the_articles(desk: Desk, api: httpx.AsyncClient) -> None:
    section = desk.helpdesk.help_center.sections.put(desk.helpdesk.help_center.new_place({"category_id": 1}))
    article = {"title": "Inside", "body": "x", "label_names": ["vpn"], "user_segment_id": 7}
    await api.post(f"/help_center/sections/{section['id']}/articles", json={"article": article})

    labels = (await api.get("/help_center/articles/labels.json")).json()["labels"]
    segments = (await api.get("/help_center/user_segments.json")).json()["user_segments"]

    assert ([one["name"] for one in labels], [one["id"] for one in segments]) == (["vpn"], [7])


async def test_help_center_search_by_cursor_needs_a_language(api: httpx.AsyncClient) -> None:
    assert (await api.get("/guide/search?query=x")).status_code == 400
    assert (await api.get("/guide/search?query=x&filter[locales]=en-us")).json()["results"] == []
