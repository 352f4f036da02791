"""Who may read what, in which pages, how often."""

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from agentdesk.sandbox.dataset import Dataset
from agentdesk.sandbox.limits import Limits, unlimited
from agentdesk.sandbox.load import load
from agentdesk.sandbox.routes.every import EVERY_ENDPOINT

from .conftest import BASE, Desk


async def test_users_me_is_anonymous_without_credentials_and_all_else_is_401(desk: Desk) -> None:
    async with desk.client() as client:
        me = await client.get("/users/me.json", auth=None)
        other = await client.get("/tickets.json", auth=("ana@desk.example/token", "wrong"))

    assert (me.status_code, me.json()["user"]["id"]) == (200, None)
    assert (other.status_code, other.json()) == (401, {"error": "Couldn't authenticate you"})


async def test_a_bearer_signs_in(desk: Desk) -> None:
    signed = desk.helpdesk.credentials(desk.agent["id"])

    async with desk.client() as client:
        me = await client.get("/users/me", auth=None, headers={"Authorization": f"Bearer {signed.bearer}"})

    assert me.json()["user"]["email"] == "ken@desk.example"


async def test_agents_may_not_export(agent_api: httpx.AsyncClient) -> None:
    answer = await agent_api.get("/incremental/tickets/cursor.json?start_time=1")

    assert answer.status_code == 403
    assert set(answer.json()["error"]) == {"title", "message"}


async def test_an_unknown_record_and_an_unknown_path_are_told_apart(api: httpx.AsyncClient) -> None:
    record, path = await api.get("/tickets/999.json"), await api.get("/nothing.json")

    assert (record.status_code, record.json()["error"]) == (404, "RecordNotFound")
    assert (path.status_code, path.json()["error"]) == (404, "InvalidEndpoint")


LISTS = [
    one.path for one in EVERY_ENDPOINT
    if one.method == "GET" and "{" not in one.path and one.path.split("/")[-1] not in
    ("me", "show_many", "count", "count_many", "search", "autocomplete", "export", "tags", "settings",
     "current", "definitions", "custom_statuses", "policies", "categories", "compact", "cursor")
    and "incremental" not in one.path and one.path != "/help_center/locales"
]  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
async def test_every_list_has_both_kinds_of_pages(desk: Desk, api: httpx.AsyncClient, path: str) -> None:
    desk.ticket()

    probe = (await api.get(f"{path}.json?per_page=1&page=1")).json()
    cursor = (await api.get(f"{path}.json?page[size]=1")).json()

    assert {"count", "next_page", "previous_page"} <= set(probe) or "meta" in probe
    assert {"has_more", "after_cursor", "before_cursor"} == set(cursor["meta"])


async def test_cursor_pages_reach_every_record_once_and_lead_back(desk: Desk, api: httpx.AsyncClient) -> None:
    tickets = [desk.ticket() for _ in range(5)]

    page = (await api.get("/tickets.json?page[size]=2&sort=-id")).json()
    first, seen = page, [one["id"] for one in page["tickets"]]
    while page["meta"]["has_more"]:
        page = (await api.get(page["links"]["next"])).json()
        seen += [one["id"] for one in page["tickets"]]
    middle = (await api.get(first["links"]["next"])).json()
    back = (await api.get(middle["links"]["prev"])).json()

    assert seen == tickets[::-1]
    assert back["tickets"] == first["tickets"]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("page[size]=101", 400, "InvalidPaginationParameter"),
        ("page[size]=5&sort=priority", 400, "InvalidPaginationParameter"),
        ("page[size]=5&page[after]=rubbish", 400, "InvalidPaginationParameter"),
        ("page=x", 400, "InvalidPaginationParameter"),
        ("page=101&per_page=100", 400, "InvalidPaginationDepth"),
    ],
)
async def test_pages_out_of_bounds_are_refused(api: httpx.AsyncClient, query: str, status: int, code: str) -> None:
    answer = await api.get(f"/tickets?{query}")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)


async def test_sort_by_is_ignored_under_cursor_pages(desk: Desk, api: httpx.AsyncClient) -> None:
    tickets = [desk.ticket(priority="urgent"), desk.ticket(priority="low")]

    page = (await api.get("/tickets?page[size]=5&sort_by=priority")).json()

    assert [one["id"] for one in page["tickets"]] == tickets


async def test_search_ends_at_a_thousand_results(api: httpx.AsyncClient) -> None:
    deep = await api.get("/search?query=x&page=11&per_page=100")
    cursor = await api.get("/search?query=x&page[size]=5")

    assert (deep.status_code, deep.json()["error"], cursor.status_code) == (422, "invalid", 400)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("type:ticket 返品", ["ja"]),
        ("type:ticket status<solved", ["en", "ja"]),
        ("type:ticket status:solved", ["done"]),
        ("type:ticket tags:vip -status:solved", ["en"]),
        ("type:ticket requester:hana@example.com priority>normal", ["en"]),
        ("type:ticket assignee:none created>2026-05-01", ["en", "ja"]),
        ("type:ticket assignee:me", ["done"]),
        ('type:ticket "late parcel"', ["en"]),
        ("type:ticket created<2hours", []),
        ("type:user hana", ["Hana Mori"]),
    ],
)
async def test_search_speaks_zendesks_language(
    desk: Desk, api: httpx.AsyncClient, query: str, found: list[str]
) -> None:
    desk.ticket(subject="ja", comment={"body": "商品を返品したいです"})
    desk.ticket(subject="en", comment={"body": "A late parcel again"}, tags=["vip"], priority="high")
    done = desk.ticket(subject="done", tags=["vip"])
    desk.helpdesk.tickets.update(done, {"status": "solved"}, desk.admin)

    results = (await api.get("/search.json", params={"query": query, "sort_order": "asc"})).json()["results"]

    assert sorted(one.get("subject") or one["name"] for one in results) == sorted(found)


async def test_search_export_walks_by_cursor(desk: Desk, api: httpx.AsyncClient) -> None:
    tickets = [desk.ticket() for _ in range(3)]

    page = (await api.get("/search/export?query=parcel&filter[type]=ticket&page[size]=2")).json()
    rest = (await api.get(page["links"]["next"])).json()

    assert [one["id"] for one in page["results"] + rest["results"]] == tickets
    assert rest["meta"]["has_more"] is False


async def test_the_export_shows_every_change_once_though_it_is_polled_within_a_second(
    desk: Desk, api: httpx.AsyncClient
) -> None:
    first, second = desk.ticket(), desk.ticket()
    page = (await api.get("/incremental/tickets/cursor.json?start_time=1.5&per_page=1")).json()
    rest = (await api.get(page["after_url"])).json()
    desk.helpdesk.tickets.update(first, {"priority": "low"}, desk.admin)

    news = (await api.get(rest["after_url"])).json()

    assert [[one["id"] for one in one_page["tickets"]] for one_page in (page, rest, news)] == [
        [first],
        [second],
        [first],
    ]
    assert [one_page["end_of_stream"] for one_page in (page, rest, news)] == [False, True, True]


async def test_the_export_tells_of_deleted_tickets(desk: Desk, api: httpx.AsyncClient) -> None:
    ticket = desk.ticket()
    desk.helpdesk.tickets.delete(ticket, desk.admin)

    told = (await api.get("/incremental/tickets/cursor?start_time=2020-01-01T00:00:00Z")).json()["tickets"]
    hidden = (await api.get("/incremental/tickets/cursor?start_time=1&exclude_deleted=true")).json()["tickets"]

    assert ([(one["id"], one["status"]) for one in told], hidden) == ([(ticket, "deleted")], [])


async def test_the_export_hides_the_newest_minute(desk: Desk, api: httpx.AsyncClient) -> None:
    desk.helpdesk.export_lag = timedelta(seconds=60)
    desk.ticket()

    before = (await api.get("/incremental/tickets/cursor?start_time=1")).json()
    desk.clock.pass_(seconds=60)
    after = (await api.get(before["after_url"])).json()

    assert (before["tickets"], len(after["tickets"])) == ([], 1)


async def test_the_export_by_time_begins_with_the_second_it_ended_with(desk: Desk, api: httpx.AsyncClient) -> None:
    first = desk.ticket()
    desk.clock.pass_(seconds=5)
    second = desk.ticket()

    page = (await api.get("/incremental/tickets?start_time=1&per_page=1")).json()
    rest = (await api.get(page["next_page"].replace("per_page=1", "per_page=9"))).json()

    assert [one["id"] for one in page["tickets"]] == [first]
    assert [one["id"] for one in rest["tickets"]] == [first, second]
    assert (page["end_of_stream"], rest["end_of_stream"]) == (False, True)


async def test_ticket_events_carry_the_words_of_comments_when_asked(desk: Desk, api: httpx.AsyncClient) -> None:
    desk.ticket()

    answer = await api.get("/incremental/ticket_events?start_time=1&include=comment_events")

    children = answer.json()["ticket_events"][0]["child_events"]
    assert [one["body"] for one in children if one["event_type"] == "Comment"] == ["Where is it?"]


async def test_limits_are_told_in_headers_and_kept(desk: Desk) -> None:
    async with desk.client(limits=Limits()) as client:
        answers = [await client.get("/incremental/users/cursor?start_time=1") for _ in range(11)]
        desk.clock.pass_(seconds=60)
        after = await client.get("/incremental/users/cursor?start_time=1")

    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert answers[0].headers["zendesk-ratelimit-incremental-exports"] == "total=10; remaining=9; resets=60"
    assert (answers[0].headers["x-rate-limit"], answers[0].headers["ratelimit-remaining"]) == ("700", "699")
    assert (answers[10].headers["retry-after"], after.status_code) == ("60", 200)


async def test_a_ticket_takes_thirty_updates_in_ten_minutes(desk: Desk) -> None:
    tickets = [desk.ticket(), desk.ticket()]

    async with desk.client(limits=replace(unlimited(), ticket_update_per_ten_minutes=30)) as client:
        one = [await client.put(f"/tickets/{tickets[0]}", json={"ticket": {"subject": str(at)}}) for at in range(31)]
        other = await client.put(f"/tickets/{tickets[1]}", json={"ticket": {"subject": "x"}})

    assert [answer.status_code for answer in one] == [200] * 30 + [429]
    assert other.status_code == 200


async def test_an_outside_event_is_on_the_customers_list(desk: Desk, api: httpx.AsyncClient) -> None:
    event = {"source": "shop", "type": "order_placed", "description": "Order A-1", "properties": {"total": 12}}
    profile = {"identifiers": [{"type": "email", "value": "hana@example.com"}]}

    sent = await api.post("/users/events", json={"profile": profile, "event": event})
    listed = (await api.get(f"{BASE}/users/{desk.customer['id']}/events")).json()["events"]

    assert sent.status_code == 202
    assert [(one["type"], one["properties"]) for one in listed] == [("order_placed", {"total": 12})]


async def test_exported_articles_bring_their_languages_when_asked(desk: Desk, api: httpx.AsyncClient) -> None:
    load(desk.helpdesk, Dataset(sections=[{"id": 1}], articles=[
        {"id": 5, "title": "返品", "locale": "ja", "section_id": 1},
        {"id": 5, "title": "Returns", "locale": "en-us", "section_id": 1},
    ]))  # fmt: skip

    asked: dict[str, str | int] = {"start_time": 0, "include": "translations"}
    found = (await api.get("/help_center/incremental/articles.json", params=asked)).json()["articles"]

    assert [[one["title"] for one in article["translations"]] for article in found] == [["返品", "Returns"]]
