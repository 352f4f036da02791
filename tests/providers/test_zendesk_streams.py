"""The streams of Zendesk: what is asked, in which order, and what happens at the edges."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from agentdesk.errors import Forbidden, Offline, RateLimited, Unauthorized
from agentdesk.model import Article, Brand, Event, Field, Item, Kind, Organization, Person, Ref, Ticket, View
from agentdesk.providers.base import Stream
from agentdesk.providers.http import in_process
from agentdesk.providers.zendesk import Zendesk
from agentdesk.providers.zendesk.tickets import OVERLAP_SECONDS
from agentdesk.sandbox.app import create_app
from agentdesk.sandbox.faults import parse
from agentdesk.sandbox.limits import unlimited
from agentdesk.sandbox.load import load
from agentdesk.sandbox.seed.generate import generate
from agentdesk.sandbox.state import Helpdesk
from tests.providers.zendesk_answers import ADMIN, AGENT, ANA, NOW, YUI, Answers, Doc, Reaction, items, ticket


def listing(*tickets: Doc, next: str | None = None, users: tuple[Doc, ...] = ()) -> Doc:
    return {
        "tickets": list(tickets),
        "users": list(users),
        "meta": {"has_more": next is not None, "after_cursor": next},
        "links": {"next": "https://evil.example/steal" if next else None},
    }


def ids(found: Sequence[Item]) -> list[str]:
    return [item.ref.id for item in found if isinstance(item, Ticket)]


async def test_a_stranger_is_not_greeted_although_users_me_answers() -> None:
    desk = Answers(ADMIN, {"GET /users/me": {"user": {"id": None, "name": "Anonymous user"}}})

    with pytest.raises(Unauthorized):
        await desk.provider.greet()


async def test_a_customer_is_not_let_in() -> None:
    desk = Answers(ADMIN, {"GET /users/me": {"user": YUI}})

    with pytest.raises(Forbidden):
        await desk.provider.greet()


async def test_an_administrator_follows_the_exports() -> None:
    desk = Answers(ADMIN)

    greeting = await desk.provider.greet()

    assert greeting.traits.history
    assert greeting.traits.knowledge
    assert desk.provider.streams() == tuple(Stream)


async def test_an_agent_does_without_exports_and_without_the_knowledge_that_is_not_there() -> None:
    desk = Answers(AGENT)

    greeting = await desk.provider.greet()

    assert not greeting.traits.history
    assert {Stream.EVENTS, Stream.ARTICLES}.isdisjoint(desk.provider.streams())


async def test_the_first_reading_begins_with_the_agents_own_unsolved_tickets() -> None:
    queries: list[str] = []

    def search(request: httpx.Request) -> Doc:
        queries.append(request.url.params["query"])
        return {"results": [{"id": 5}], "next_page": None} if "assignee:me" in queries[-1] else {"results": []}

    table: dict[str, Reaction] = {
        "GET /users/7/group_memberships": {"group_memberships": [{"group_id": 3, "user_id": 7}]},
        "GET /search": search,
        "GET /tickets/show_many": {"tickets": [ticket(5)], "users": [YUI]},
        "GET /tickets": listing(ticket(5), ticket(6, status="solved")),
    }
    desk = Answers(AGENT, table)

    pages = await desk.pages(Stream.TICKETS)

    assert [query.split()[-1] for query in queries] == ["assignee:me", "assignee:none", "group:3"]
    assert ids(pages[0].items) == ["5"]
    assert ids(items(pages)) == ["5", "5", "6"]


async def test_people_come_with_their_tickets() -> None:
    desk = Answers(AGENT, {"GET /tickets": listing(ticket(1), users=(ANA, YUI))})

    page = (await desk.pages(Stream.TICKETS))[-1]

    assert {item.ref.id for item in page.items if isinstance(item, Person)} == {"7", "41"}


async def test_the_list_is_walked_by_cursor_and_never_by_the_address_it_names() -> None:
    def walk(request: httpx.Request) -> Doc:
        after = request.url.params.get("page[after]")
        return listing(ticket(2)) if after == "two" else listing(ticket(1), next="two")

    desk = Answers(AGENT, {"GET /tickets": walk})

    pages = await desk.pages(Stream.TICKETS)

    assert ids(items(pages)) == ["1", "2"]
    assert {request.url.host for request in desk.asked} == {"acme.zendesk.com"}


async def test_a_later_reading_stops_at_the_mark_and_brings_only_what_is_new() -> None:
    before = NOW - timedelta(hours=1)

    def changed(id: int, seconds: int) -> Doc:
        return ticket(id, updated_at=(before + timedelta(seconds=seconds)).isoformat())

    desk = Answers(AGENT, {"GET /tickets": listing(changed(1, 0), changed(2, -OVERLAP_SECONDS - 1), next="more")})
    cursor = (await desk.pages(Stream.TICKETS))[-1].cursor
    asked = len(desk.asked)
    desk.table["GET /tickets"] = listing(
        changed(3, 50), changed(1, 0), changed(2, -OVERLAP_SECONDS - 1), next="more", users=(YUI,)
    )

    pages = await desk.pages(Stream.TICKETS, cursor)

    assert ids(items(pages)) == ["3", "1"]
    assert len(desk.asked) == asked + 1


async def test_deleted_tickets_are_gone() -> None:
    export: Doc = {"tickets": [ticket(1, status="deleted"), ticket(2)], "after_cursor": "c1", "end_of_stream": True}
    desk = Answers(ADMIN, {"GET /incremental/tickets/cursor": export})

    pages = await desk.pages(Stream.TICKETS)

    assert [ref for page in pages for ref in page.gone] == [Ref("acme", "1")]
    assert ids(items(pages)) == ["2"]


async def test_a_large_export_page_is_cut_and_only_its_last_part_moves_the_cursor() -> None:
    tickets = [ticket(number) for number in range(1, 251)]
    export: Doc = {"tickets": tickets, "after_cursor": "c1", "end_of_stream": True}
    desk = Answers(ADMIN, {"GET /incremental/tickets/cursor": export})

    pages = [page for page in await desk.pages(Stream.TICKETS) if page.items]

    assert [len(page.items) for page in pages] == [100, 100, 50]
    assert [json.loads(page.cursor).get("export") for page in pages] == [None, None, "c1"]
    assert [page.more for page in pages] == [True, True, False]


async def test_an_export_cursor_that_is_refused_begins_again_before_the_mark() -> None:
    def export(request: httpx.Request) -> Doc | httpx.Response:
        if "cursor" in request.url.params:
            return httpx.Response(400, json={"error": "InvalidValue", "description": "bad cursor"})
        return {"tickets": [ticket(1)], "after_cursor": "fresh", "end_of_stream": True}

    desk = Answers(ADMIN, {"GET /incremental/tickets/cursor": export, "GET /tickets": listing(ticket(1))})
    cursor = json.dumps({"phase": "idle", "export": "stale", "mark": 1777622400})

    pages = await desk.pages(Stream.TICKETS, cursor)

    starts = [request.url.params.get("start_time") for request in desk.asked_for("GET", "/incremental/tickets/cursor")]
    assert starts[-1] == str(1777622400 - 3600)
    assert json.loads(pages[-1].cursor)["export"] == "fresh"


async def test_a_walk_whose_cursor_is_refused_begins_again() -> None:
    def walk(request: httpx.Request) -> Doc | httpx.Response:
        if "page[after]" in request.url.params:
            return httpx.Response(400, json={"errors": [{"code": "InvalidPaginationParameter", "title": "bad"}]})
        return listing(ticket(1))

    desk = Answers(AGENT, {"GET /tickets": walk})

    pages = await desk.pages(Stream.TICKETS, json.dumps({"phase": "walk", "after": "stale"}))

    assert ids(items(pages)) == ["1"]


@pytest.mark.parametrize("cursor", ["", "{}", "nonsense", "[1]", '{"phase": null, "mark": "x"}'])
async def test_a_cursor_that_is_not_ours_reads_everything(cursor: str) -> None:
    desk = Answers(AGENT, {"GET /tickets": listing(ticket(1))})

    assert ids(items(await desk.pages(Stream.TICKETS, cursor))) == ["1"]


async def test_messages_of_all_tickets_come_from_the_export_with_their_authors_told_apart() -> None:
    child: Doc = {"id": 1, "event_type": "Comment", "author_id": 41, "body": "hi", "public": True}
    answer: Doc = {"id": 2, "event_type": "Comment", "author_id": 7, "body": "hello", "public": True}
    entry: Doc = {"id": 9, "ticket_id": 3, "updater_id": 41, "timestamp": 1777622400, "child_events": [child, answer]}
    export: Doc = {"ticket_events": [entry], "end_time": 1777622400, "count": 1, "end_of_stream": True}
    desk = Answers(ADMIN, {"GET /incremental/ticket_events": export})

    (page,) = await desk.pages(Stream.EVENTS)

    assert [item.kind for item in page.items if isinstance(item, Event)] == [Kind.CUSTOMER, Kind.REPLY]
    assert json.loads(page.cursor) == {"start": 1777622400}


async def test_an_export_never_asks_for_the_newest_minute() -> None:
    desk = Answers(ADMIN, {"GET /incremental/ticket_events": {"ticket_events": [], "end_time": None, "count": 0}})

    await desk.pages(Stream.EVENTS, json.dumps({"start": int(NOW.timestamp())}))

    (request,) = desk.asked_for("GET", "/incremental/ticket_events")
    assert int(request.url.params["start_time"]) <= int(NOW.timestamp()) - 60


async def test_a_whole_export_page_within_one_second_does_not_come_for_ever() -> None:
    entries = [{"id": number, "ticket_id": 1, "child_events": []} for number in range(1000)]

    def export(request: httpx.Request) -> Doc:
        start = int(request.url.params["start_time"])
        ended = start > 5000
        return {"ticket_events": [] if ended else entries, "end_time": 5000, "end_of_stream": ended}

    desk = Answers(ADMIN, {"GET /incremental/ticket_events": export})

    pages = await desk.pages(Stream.EVENTS, json.dumps({"start": 5000}))

    assert not pages[-1].more
    assert len(desk.asked_for("GET", "/incremental/ticket_events")) == 2


async def test_articles_have_their_section_and_end_when_nothing_moves() -> None:
    article: Doc = {
        "id": 6,
        "locale": "ja",
        "source_locale": "ja",
        "title": "解約",
        "body": "<p>x</p>",
        "section_id": 4,
    }
    export: Doc = {
        "articles": [article],
        "end_time": 1777000000,
        "next_page": "https://acme.zendesk.com/api/v2/help_center/incremental/articles.json?start_time=1777000000",
    }
    sections: Doc = {"sections": [{"id": 4, "name": "お支払い"}]}
    table: dict[str, Reaction] = {
        "GET /help_center/incremental/articles.json": export,
        "GET /help_center/sections.json": sections,
    }
    desk = Answers(ADMIN, table)

    pages = await desk.pages(Stream.ARTICLES)

    assert not pages[-1].more
    assert {item.section for item in items(pages) if isinstance(item, Article)} == {"お支払い"}


async def test_people_that_were_read_are_not_asked_for_again_when_the_organizations_had_to_wait() -> None:
    busy = httpx.Response(429, headers={"Retry-After": "1"}, json={"error": "APIRateLimitExceeded"})
    table: dict[str, Reaction] = {
        "GET /incremental/users/cursor": {"users": [YUI], "after_cursor": "u1", "end_of_stream": True},
        "GET /incremental/organizations": busy,
    }
    desk = Answers(ADMIN, table)
    reading = desk.provider.changes(Stream.CUSTOMERS, None)

    found = [await anext(reading)]
    with pytest.raises(RateLimited):
        await anext(reading)
    desk.table["GET /incremental/organizations"] = {"organizations": [{"id": 9, "name": "㈱テスト"}], "end_time": None}
    desk.now += timedelta(seconds=2)
    found += await desk.pages(Stream.CUSTOMERS, found[-1].cursor)
    asked = len(desk.asked_for("GET", "/incremental/users/cursor"))
    await desk.pages(Stream.CUSTOMERS, found[-1].cursor)

    assert {type(item) for item in items(found)} == {Person, Organization}
    assert (asked, len(desk.asked_for("GET", "/incremental/users/cursor"))) == (1, 2)


async def test_a_plain_agent_reads_the_customers_once() -> None:
    table: dict[str, Reaction] = {
        "GET /users": {"users": [YUI], "meta": {"has_more": False}},
        "GET /organizations": {"organizations": [{"id": 9, "name": "㈱テスト"}], "meta": {"has_more": False}},
    }
    desk = Answers(AGENT, table)

    pages = await desk.pages(Stream.CUSTOMERS)
    asked = len(desk.asked)
    (later,) = await desk.pages(Stream.CUSTOMERS, pages[-1].cursor)

    assert {type(item) for item in items(pages)} == {Person, Organization}
    assert (later.items, len(desk.asked)) == ((), asked)


async def test_the_brands_come_with_the_fields_and_a_deleted_one_does_not() -> None:
    table: dict[str, Reaction] = {
        "GET /ticket_fields": {"ticket_fields": []},
        "GET /brands": {"brands": [{"id": 1, "name": "Main"}, {"id": 2, "name": "Gone", "is_deleted": True}]},
    }

    pages = await Answers(ADMIN, table).pages(Stream.FIELDS)

    assert items(pages) == [Brand(Ref("acme", "1"), "Main")]


async def test_who_may_not_see_the_brands_has_the_fields_all_the_same() -> None:
    field = {"id": 9, "type": "text", "title": "Order", "active": True}
    table: dict[str, Reaction] = {"GET /ticket_fields": {"ticket_fields": [field]}, "GET /brands": httpx.Response(403)}

    pages = await Answers(AGENT, table).pages(Stream.FIELDS)

    assert [item.ref.id for item in items(pages) if isinstance(item, Field)] == ["9"]


async def test_views_are_left_alone_for_a_while_after_they_were_read() -> None:
    table: dict[str, Reaction] = {
        "GET /views": {"views": [{"id": 3, "title": "Mine", "active": True, "position": 1}]},
        "GET /views/3/tickets": {"tickets": [ticket(2), ticket(1)]},
    }
    desk = Answers(ADMIN, table)

    first = await desk.pages(Stream.VIEWS)
    asked = len(desk.asked)
    await desk.pages(Stream.VIEWS, first[-1].cursor)
    rested = len(desk.asked)
    desk.now += timedelta(minutes=3)
    await desk.pages(Stream.VIEWS, first[-1].cursor)

    assert [item.tickets for item in items(first) if isinstance(item, View)] == [("2", "1")]
    assert (rested, len(desk.asked)) == (asked, asked + 2)


async def test_a_view_that_is_too_much_for_the_helpdesk_does_not_keep_the_others_away() -> None:
    views = [{"id": id, "title": str(id), "active": True, "position": id} for id in (3, 4, 5)]
    heavy = httpx.Response(504)
    table: dict[str, Reaction] = {
        "GET /views": {"views": views},
        "GET /views/3/tickets": heavy,
        "GET /views/4/tickets": {"tickets": [ticket(1)]},
        "GET /views/5/tickets": heavy,
    }
    desk = Answers(ADMIN, table)

    found = items(await desk.pages(Stream.VIEWS))
    desk.table["GET /views/4/tickets"] = heavy

    assert [item.ref.id for item in found] == ["4"]
    with pytest.raises(Offline):
        await desk.pages(Stream.VIEWS)


async def test_an_export_bucket_that_runs_low_is_told_as_a_pause() -> None:
    low = {"zendesk-ratelimit-incremental-exports": "total=10; remaining=1; resets=44"}
    export = httpx.Response(200, json={"ticket_events": [], "end_of_stream": True}, headers=low)
    desk = Answers(ADMIN, {"GET /incremental/ticket_events": export})
    await desk.pages(Stream.EVENTS)
    desk.now += timedelta(seconds=31)

    with pytest.raises(RateLimited) as caught:
        await desk.pages(Stream.EVENTS, '{"start": 1}')

    assert 12 <= caught.value.seconds <= 13


@pytest.mark.parametrize("faults", ["nulls=0.5", "unknown=0.5", "duplicate=0.5,reorder=0.5"])
async def test_every_stream_is_read_whole_from_a_helpdesk_that_misbehaves(faults: str) -> None:
    helpdesk = Helpdesk()
    load(helpdesk, generate(seed=3, tickets=40, lang="both", now=NOW))
    expected = {str(row["id"]) for row in helpdesk.tickets.tickets.where()}
    app = create_app(helpdesk, replace(parse(faults), seed=5), limits=unlimited())
    known = helpdesk.credentials()
    auth = Zendesk.credentials(known.user, known.token)
    desk = Zendesk("acme", "http://127.0.0.1", auth, transport=in_process(app))

    seen: set[str] = set()
    await desk.greet()
    for stream in desk.streams():
        async for page in desk.changes(stream, None):
            seen |= {item.ref.id for item in page.items if isinstance(item, Ticket)}

    assert expected <= seen
    await desk.close()
    helpdesk.close()
