"""Request Tracker's JSON, trap by trap, and what it is for us."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from agentdesk.errors import Forbidden, Gone, Offline, Unauthorized
from agentdesk.model import Attachment, Event, Kind, Person, Priority, Ref, Role, Status, Ticket
from agentdesk.providers.base import Concurrency, Page, Stream
from agentdesk.providers.rt.log import words_from
from agentdesk.providers.rt.reading import priority_from
from tests.providers.rt_answers import (
    Answers,
    Doc,
    Reaction,
    Sequence,
    counted,
    items,
    listed,
    one_ticket,
    part,
    ticket,
    transaction,
    user,
)

UNSET = "1970-01-01 00:00:00"
FEED = '{"phase": "feed", "feed": 900, "mark": 1795334400}'


async def read_ticket(more: Doc | None = None) -> Ticket:
    desk = Answers({"GET /ticket/3": one_ticket(columns=more), "GET /ticket/3/history": listed()})
    (found,) = (item for item in (await desk.provider.detail(Ref("rt", "3"))).items if isinstance(item, Ticket))
    return found


async def log_of(entries: list[Doc], *parts: Doc, files: tuple[Doc, ...] = ()) -> list[Event]:
    """The log of ticket 3 when these are its transactions, text parts and other parts."""
    desk = Answers(
        {
            "GET /ticket/3": one_ticket(version=str(entries[-1]["id"])),
            "GET /ticket/3/history": listed(*entries),
            "POST /attachments": Sequence(listed(*parts), listed(*files)),
            "GET /user/root": user("root", "Enoch Root", privileged=1),
            "GET /user/43": user("carla", "Carla Núñez", privileged=1),
            "GET /user/6": user("Nobody", privileged=0),
        }
    )
    page = await desk.provider.detail(Ref("rt", "3"))
    assert page.complete == (Ref("rt", "3"),)
    return [item for item in page.items if isinstance(item, Event)]


async def test_a_ticket_is_read_with_its_columns_fields_and_tags() -> None:
    found = await read_ticket()

    assert (found.subject, found.status, found.status_raw) == ("請求書について", Status.OPEN, "open")
    assert (found.requester, found.assignee, found.group) == ("yui@example.jp", "ben", "4")
    assert (found.priority, found.tags) == (Priority.HIGH, ("vip", "請求"))
    assert found.due_at == datetime(2026, 11, 22, 12, 15, tzinfo=UTC)
    assert (found.fields["2"], found.fields["4"], found.fields["SLA"]) == ("API", None, "Premium")
    assert (found.version, found.stamp) == ("953", int(found.updated_at.timestamp()))


async def test_an_unset_date_is_none_and_nobody_is_nobody() -> None:
    found = await read_ticket(
        {"Due": "1970-01-01T00:00:00Z", "Owner": {"id": "Nobody"}, "Requestor": [], "CustomFields": []}
    )

    assert (found.due_at, found.fields["Due"], found.assignee, found.requester) == (None, None, None, None)


@pytest.mark.parametrize(
    ("number", "level"),
    [
        ("0", None),
        ("", None),
        ("20", Priority.LOW),
        ("50", Priority.NORMAL),
        ("78", Priority.HIGH),
        ("100", Priority.URGENT),
    ],
)
def test_a_number_is_a_level(number: str, level: Priority | None) -> None:
    assert priority_from(number) is level


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("new", Status.NEW),
        ("open", Status.OPEN),
        ("stalled", Status.HOLD),
        ("resolved", Status.SOLVED),
        ("rejected", Status.SOLVED),
        ("Waiting", Status.PENDING),
    ],
)
async def test_the_usual_words_are_statuses_and_stay_beside_them(word: str, status: Status) -> None:
    found = await read_ticket({"Status": word})

    assert (found.status, found.status_raw) == (status, word)


@pytest.mark.parametrize(("is_inactive", "status"), [(True, Status.SOLVED), (False, Status.OPEN)])
async def test_a_word_of_their_own_is_asked_about_once(is_inactive: bool, status: Status) -> None:
    found = counted({"id": "9"}) if is_inactive else counted()
    desk = Answers(
        {
            "GET /ticket/3": one_ticket(columns={"Status": "完了"}),
            "GET /ticket/3/history": listed(),
            "GET /tickets": found,
        }
    )

    for _time in range(2):
        page = await desk.provider.detail(Ref("rt", "3"))

    assert [item.status for item in page.items if isinstance(item, Ticket)] == [status]
    (asked,) = desk.asked_for("GET", "/tickets")
    assert asked.url.params["query"] == "Status = '完了' AND Status = '__Inactive__'"


async def test_what_was_said_is_told_apart_by_kind_and_author() -> None:
    log = await log_of(
        [
            transaction(100, "Create"),
            transaction(101, "EmailRecord", "RT_System"),
            transaction(102, "Correspond", "ben"),
            transaction(103, "Comment", "root"),
            transaction(104, "CommentEmailRecord", "RT_System"),
        ],
        part(1, 100, "困っています\n"),
        part(2, 102, "直しました"),
        part(3, 103, "内緒"),
    )

    assert [(event.kind, event.body, event.public) for event in log] == [
        (Kind.CUSTOMER, "困っています", True),
        (Kind.REPLY, "直しました", True),
        (Kind.NOTE, "内緒", False),
    ]
    assert [event.author_role for event in log] == [Role.CUSTOMER, Role.AGENT, Role.AGENT]
    assert [event.ref.id for event in log] == ["100", "102", "103"]


async def test_changes_are_told_in_our_words_and_theirs_are_kept() -> None:
    log = await log_of(
        [
            transaction(1, "Status", "ben", Field="Status", OldValue="new", NewValue="stalled"),
            transaction(2, "Set", "ben", Field="Owner", OldValue="6", NewValue="43"),
            transaction(3, "SetWatcher", "ben", Field="Owner", OldValue="6", NewValue="43"),
            transaction(4, "Set", "ben", Field="Priority", OldValue="0", NewValue="100"),
            transaction(
                5, "Set", "RT_System", Field="Due", OldValue="1970-01-01 00:00:00", NewValue="2026-12-01 12:00:00"
            ),
            transaction(6, "Set", "RT_System", Field="Told", OldValue="", NewValue="2026-12-01 12:00:00"),
            transaction(7, "CustomField", "ben", Field="5", OldValue="", NewValue="vip"),
            transaction(8, "CustomField", "ben", Field="4", OldValue="7", NewValue=""),
            transaction(9, "Set", "ben", Field="Queue", OldValue="4", NewValue="5"),
            transaction(10, "Weird", "ben", Data="something"),
        ]
    )

    assert [(event.field, event.old, event.new) for event in log] == [
        ("status", "new", "hold"),
        ("assignee", None, "carla"),
        ("priority", None, "urgent"),
        ("Due", None, "2026-12-01T12:00:00+00:00"),
        ("tags", None, "vip"),
        ("4", "7", None),
        ("group", "4", "5"),
        ("Weird", None, "something"),
    ]
    assert log[0].data["new_raw"] == "stalled"
    assert (log[3].author, log[3].author_role) == (None, Role.SYSTEM)


async def test_html_stands_in_where_there_is_no_plain_text() -> None:
    log = await log_of([transaction(1, "Create")], part(1, 1, "<p>Hello <b>there</b></p>", "text/html"))

    assert (log[0].body, log[0].html) == ("Hello there", "<p>Hello <b>there</b></p>")


async def test_files_are_named_and_empty_or_enclosing_parts_are_none() -> None:
    inside = {"Headers": "Content-Type: text/plain"}
    log = await log_of(
        [transaction(1, "Create")],
        part(2, 1, "see the picture", **inside),
        files=(
            part(1, 1, kind="multipart/mixed", ContentLength="0"),
            part(3, 1, kind="image/png", Filename="画面.png", ContentLength="6773", Headers="Content-ID: <a>"),
            part(4, 1, kind="application/octet-stream", ContentLength="0"),
        ),
    )

    assert log[0].attachments == (Attachment("3", "画面.png", "image/png", 6773, "/attachment/3", inline=True),)
    assert log[0].body == "see the picture"


async def test_other_parts_are_asked_for_only_where_a_message_has_some() -> None:
    desk = Answers(
        {
            "GET /ticket/3": one_ticket(version="2"),
            "GET /ticket/3/history": listed(transaction(1, "Create"), transaction(2, "Correspond", "ben")),
            "POST /attachments": listed(part(1, 1, "one"), part(2, 2, "two")),
        }
    )

    await desk.provider.detail(Ref("rt", "3"))

    (asked,) = desk.asked_for("POST", "/attachments")
    assert [term["value"] for term in json.loads(asked.content)] == ["1", "2", "text/"]


def test_escape_sequences_of_a_customer_are_shown_and_not_obeyed() -> None:
    assert "\x1b" not in words_from([part(1, 1, "red \x1b[31malert")]).body


async def test_a_history_with_short_pages_is_read_to_the_newest_transaction() -> None:
    desk = Answers(
        {
            "GET /ticket/3": one_ticket(version="3"),
            "GET /ticket/3/history": Sequence(
                listed(transaction(1, "Create")), listed(transaction(3, "Comment", "ben"), page=2)
            ),
            "POST /attachments": listed(part(1, 1, "one"), part(3, 3, "three")),
        }
    )

    page = await desk.provider.detail(Ref("rt", "3"))

    assert [item.body for item in page.items if isinstance(item, Event)] == ["one", "three"]
    assert len(desk.asked_for("GET", "/ticket/3/history")) == 2


async def test_a_deleted_ticket_says_so() -> None:
    desk = Answers({"GET /ticket/3": one_ticket(columns={"Status": "deleted"})})

    with pytest.raises(Gone, match="deleted"):
        await desk.provider.detail(Ref("rt", "3"))


async def test_the_first_reading_takes_what_matters_first_and_then_all_by_number() -> None:
    def answer(request: httpx.Request) -> Doc:
        query = request.url.params["query"]
        if "Nobody" in query:
            return counted(ticket(8)) if "id > 0" in query else counted()
        return counted(ticket(9), ticket(8)) if "id > 0" in query else counted()

    desk = Answers({"GET /tickets": answer, "GET /transactions": listed(transaction(900, "Create"))})

    pages = await desk.pages(Stream.TICKETS)

    assert [item.ref.id for item in items(pages) if isinstance(item, Ticket)] == ["8", "9", "8"]
    assert [page.more for page in pages] == [True, True, True, False]
    assert json.loads(pages[-1].cursor) == json.loads(FEED)
    asked = [request.url.params["query"] for request in desk.asked_for("GET", "/tickets")]
    assert asked[1] == "id < 8 AND (Owner = 'ben' OR Owner = 'Nobody') AND Status = '__Active__'"
    assert asked[3] == "id < 8"


async def test_people_come_with_their_tickets() -> None:
    desk = Answers({"GET /tickets": Sequence(counted(ticket(8)), counted())})

    people = [item for item in items(await desk.pages(Stream.TICKETS)) if isinstance(item, Person)]

    assert [(one.ref.id, one.name, one.role, one.address("email")) for one in people] == [
        ("yui@example.jp", "佐藤 結衣", Role.CUSTOMER, "yui@example.jp")
    ]


async def followed(desk: Answers, since: str = FEED) -> list[Page]:
    desk.table["GET /tickets"] = desk.table.get("GET /tickets", counted())
    return await desk.pages(Stream.TICKETS, since)


async def test_the_feed_names_the_tickets_to_read_and_their_versions() -> None:
    news = [
        transaction(901, "Correspond"),
        transaction(905, "Status", ObjectId="3"),
        transaction(904, "Set", ObjectId="7"),
    ]
    desk = Answers(
        {
            "GET /transactions": Sequence(listed(*news), listed()),
            "GET /tickets": Sequence(counted(ticket(3), ticket(7)), counted()),
        }
    )

    pages = await followed(desk)

    assert [(item.ref.id, item.version) for item in items(pages) if isinstance(item, Ticket)] == [
        ("3", "905"),
        ("7", "904"),
    ]
    assert desk.asked_for("GET", "/tickets")[0].url.params["query"] == "id = 3 OR id = 7"
    assert json.loads(pages[-1].cursor)["feed"] == 905


async def test_tickets_that_were_deleted_or_merged_are_named() -> None:
    news = [
        transaction(901, "Status", Field="Status", NewValue="deleted", ObjectId="5"),
        transaction(902, "AddLink", Field="MergedInto", NewValue="fsck.com-rt://tests.example/ticket/7", ObjectId="6"),
        transaction(903, "AddLink", Field="MergedInto", NewValue="fsck.com-rt://tests.example/ticket/7", ObjectId="7"),
    ]
    desk = Answers(
        {
            "GET /transactions": Sequence(listed(*news), listed()),
            "GET /tickets": Sequence(counted(ticket(7)), counted()),
        }
    )

    pages = await followed(desk)

    assert [ref.id for page in pages for ref in page.gone] == ["5"]
    assert [(source.id, target.id) for page in pages for source, target in page.merged] == [("6", "7")]


async def test_a_ticket_that_is_only_hidden_is_not_gone() -> None:
    desk = Answers({"GET /transactions": Sequence(listed(transaction(901, "Comment", ObjectId="5")), listed())})

    assert [ref for page in await followed(desk) for ref in page.gone] == []


async def test_pages_that_show_nothing_are_walked_past_while_something_newer_can_be_seen() -> None:
    def answer(request: httpx.Request) -> Doc:
        query, params = request.url.params["query"], request.url.params
        if params["order"] == "DESC":
            return listed(transaction(1200, "Comment"))
        return listed(transaction(1200, "Comment")) if params["page"] == "3" and "id > 900 " in query else listed()

    desk = Answers({"GET /transactions": answer, "GET /tickets": counted(ticket(3))})

    pages = await followed(desk)

    assert json.loads(pages[-1].cursor)["feed"] == 1200


async def test_an_account_that_does_not_see_every_queue_asks_for_its_own() -> None:
    mine = listed({"id": "4", "Name": "It's"})
    desk = Answers({"GET /queues/all": lambda asked: mine if asked.url.params.get("page", "1") == "1" else listed()})

    await followed(desk)

    asked = desk.asked_for("GET", "/transactions")[0].url.params["query"]
    assert asked == "id > 900 AND ObjectType = 'RT::Ticket' AND (TicketQueue = 'It\\'s')"


async def test_a_sweep_brings_what_the_feed_did_not_show_and_asks_for_no_date() -> None:
    old = ticket(4, LastUpdated="2020-01-01T00:00:00Z")
    desk = Answers({"GET /tickets": counted(ticket(3), old)})

    pages = await followed(desk)

    assert [item.ref.id for item in items(pages) if isinstance(item, Ticket)] == ["3"]
    (asked,) = desk.asked_for("GET", "/tickets")
    assert (asked.url.params["query"], asked.url.params["orderby"]) == ("id > 0", "LastUpdated")


async def test_between_sweeps_a_poll_without_news_costs_one_request_for_tickets_and_events() -> None:
    desk = Answers()
    cursor = (await followed(desk))[-1].cursor
    events = (await desk.pages(Stream.EVENTS, '{"feed": 900, "at": 1}'))[-1].cursor
    desk.now += timedelta(seconds=30)
    before = desk.provider.requests

    await followed(desk, cursor)
    await desk.pages(Stream.EVENTS, events)

    assert desk.provider.requests - before == 1


async def test_tickets_are_asked_for_anew_however_soon() -> None:
    desk = Answers()
    cursor = (await followed(desk))[-1].cursor
    desk.table["GET /transactions"] = Sequence(listed(transaction(901, "Comment", "ben")), listed())
    desk.table["GET /tickets"] = counted(ticket(3))

    found = items(await followed(desk, cursor))

    assert [item.ref.id for item in found if isinstance(item, Ticket)] == ["3"]


async def test_the_stream_of_events_goes_on_from_its_number_and_says_what_is_whole() -> None:
    news = [transaction(901, "Correspond"), transaction(902, "EmailRecord", "RT_System")]
    desk = Answers(
        {"GET /transactions": Sequence(listed(*news), listed()), "POST /attachments": listed(part(1, 901, "やあ"))}
    )

    pages = await desk.pages(Stream.EVENTS, '{"feed": 900, "at": 5}')

    assert [item.body for item in items(pages) if isinstance(item, Event)] == ["やあ"]
    assert json.loads(pages[-1].cursor) == {"feed": 902, "at": 1795334400}
    assert pages[-1].whole_below == 1795334400


async def test_lists_rest_since_each_request_costs_the_server() -> None:
    desk = Answers(
        {"POST /users": counted(user("ben", "Ben Carter")), "GET /user/ben": user("ben", "Ben Carter", privileged=1)}
    )
    first = await desk.pages(Stream.PEOPLE)
    before = desk.provider.requests

    again = await desk.pages(Stream.PEOPLE, first[-1].cursor)

    assert (items(again), desk.provider.requests) == ([], before)


async def test_customers_are_not_asked_about_where_the_list_of_colleagues_holds_them() -> None:
    found = counted(user("ben"), *(user(f"c{number}@example.jp") for number in range(20)))
    desk = Answers({"POST /users": found, "GET /user/ben": user("ben", "Ben Carter", privileged=1)})

    people = [item.ref.id for item in items(await desk.pages(Stream.PEOPLE)) if isinstance(item, Person)]

    assert people == ["ben"]
    assert len(desk.asked) < 10


async def test_a_token_says_whose_it_is() -> None:
    desk = Answers()

    greeting = await desk.provider.greet()

    assert (greeting.me.ref.id, greeting.me.name, greeting.me.role) == ("ben", "Ben Carter", Role.AGENT)
    assert (greeting.traits.concurrency, greeting.traits.has_tags) == (Concurrency.BEST_EFFORT, True)
    assert Status.PENDING not in greeting.traits.statuses
    assert desk.asked[0].headers["authorization"].startswith("token 1-41-")


async def test_a_password_is_sent_as_basic() -> None:
    desk = Answers({"GET /user/ben": user("ben", "Ben Carter", privileged=1)})
    provider = desk.signed_in("ben", "s3cret")

    await provider.greet()

    assert desk.asked[0].headers["authorization"] == "Basic YmVuOnMzY3JldA=="


async def test_without_a_field_for_tags_there_are_none() -> None:
    desk = Answers({"POST /customfields": counted({"id": "5", "Name": "Tags", "Type": "Freeform", "MaxValues": "1"})})

    assert not (await desk.provider.greet()).traits.has_tags


@pytest.mark.parametrize(
    ("table", "error"),
    [
        ({"GET /user/41": httpx.Response(401, json={"message": "Unauthorized"})}, Unauthorized),
        ({"GET /user/41": user("yui@example.jp", privileged=0)}, Forbidden),
        ({"GET /user/41": httpx.Response(500)}, Offline),
    ],
)
async def test_who_may_not_work_here_is_told_so(table: dict[str, Reaction], error: type[Exception]) -> None:
    with pytest.raises(error):
        await Answers(table).provider.greet()


async def test_no_secret_is_in_what_is_shown() -> None:
    desk = Answers({"GET /user/41": httpx.Response(401, json={"message": "Unauthorized"})})

    with pytest.raises(Unauthorized) as caught:
        await desk.provider.greet()

    assert "0123456789abcdef" not in f"{caught.value!r}{desk.provider!r}{vars(desk.provider)!r}"


async def test_a_file_is_downloaded_from_base64_with_line_breaks() -> None:
    desk = Answers({"GET /attachment/40": {"id": 40, "Content": "aGVs\nbG8=\n"}})
    file = Attachment("40", "hello.txt", url="/attachment/40")

    assert b"".join([chunk async for chunk in desk.provider.download(file)]) == b"hello"
