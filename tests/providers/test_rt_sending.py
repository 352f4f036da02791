"""What leaves for Request Tracker, in which order, and how it is found again."""

import base64
import json
from pathlib import Path

import httpx
import pytest

from agentdesk.errors import CannotTell, Conflict, Forbidden, Offline, Rejected
from agentdesk.model import (
    Assign,
    Change,
    Create,
    Kind,
    Note,
    Op,
    Priority,
    Ref,
    Reply,
    SetField,
    SetPriority,
    SetStatus,
    SetSubject,
    Status,
    Tag,
    Ticket,
    Transfer,
    Untag,
    Upload,
)
from agentdesk.providers.rt.marks import marked, op_from
from tests.providers.rt_answers import (
    NOW,
    TOKEN,
    Answers,
    Doc,
    Reaction,
    Sequence,
    counted,
    listed,
    one_ticket,
    part,
    ticket,
    transaction,
)

MARK = "GET /ticket/3/attachments"
REPLY = "POST /tickets/bulk/correspond"
NOTE = "POST /tickets/bulk/comment"
SAID: list[object] = [["3", "Correspondence added"]]


def op(*changes: Change, attempts: int = 0) -> Op:
    return Op("op-1", Ref("rt", "3"), changes, None, NOW, NOW, attempts=attempts)


def ours(transaction: int = 984, content: str = "やあ") -> Doc:
    """The part of a message that carries the mark of our op."""
    headers = 'Message-ID: <a@b>\nContent-Type: text/plain; charset="utf-8"; x-agentdesk-op="op-1"'
    return part(1, transaction, content, Headers=headers)


async def server(desk: Answers) -> Ticket:
    """The helpdesk's copy as read before."""
    desk.table.setdefault("GET /ticket/3/history", listed())
    page = await desk.provider.detail(Ref("rt", "3"))
    (found,) = (item for item in page.items if isinstance(item, Ticket))
    desk.asked.clear()
    return found


def writes(desk: Answers) -> list[str]:
    """The writes that were made, in order."""
    paths = [(one.method, one.url.path.removeprefix("/REST/2.0")) for one in desk.asked]
    return [f"{method} {path}" for method, path in paths if method != "GET" and path not in SEARCHES]


SEARCHES = ("/attachments", "/customfields", "/users")


async def test_a_reply_carries_its_mark_and_the_status_it_ends_with() -> None:
    after = one_ticket("984", columns={"Status": "resolved"})
    desk = Answers({"GET /ticket/3": Sequence(one_ticket(), one_ticket(), after), REPLY: SAID, MARK: listed(ours())})
    before = await server(desk)

    receipt = await desk.provider.send(op(Reply("やあ"), SetStatus(Status.SOLVED)), before)

    assert desk.sent("POST", "/tickets/bulk/correspond") == [
        {"id": "3", "Content": "やあ", "ContentType": 'text/plain; x-agentdesk-op="op-1"', "Status": "resolved"}
    ]
    assert (receipt.ticket.status, receipt.ticket.version) == (Status.SOLVED, "984")
    assert [(event.ref.id, event.kind, event.body, event.op) for event in receipt.events] == [
        ("984", Kind.REPLY, "やあ", "op-1")
    ]


async def test_a_reply_costs_four_requests() -> None:
    desk = Answers({REPLY: SAID, MARK: listed(ours())})
    before = await server(desk)

    await desk.provider.send(op(Reply("やあ")), before)

    assert len(desk.asked) == 4


async def test_fields_leave_in_one_guarded_put_before_the_words() -> None:
    columns: Doc = {
        "Subject": "直しました",
        "Priority": "100",
        "Owner": {"id": "carla"},
        "CustomFields": [
            {"id": "4", "values": ["注文 7"]},
            {"id": "5", "values": ["請求", "new"]},
        ],
    }
    after = one_ticket("960", columns=columns)
    desk = Answers(
        {
            "GET /ticket/3": Sequence(one_ticket(), one_ticket(), after),
            "PUT /ticket/3": [],
            NOTE: SAID,
            MARK: listed(ours()),
        }
    )
    before = await server(desk)
    changes: list[Change] = [
        Note("メモ"),
        SetSubject("直しました"),
        SetPriority(Priority.URGENT),
        Assign("carla"),
        SetField("4", "注文 7"),
        Tag("new"),
        Untag("vip"),
    ]

    await desk.provider.send(op(*changes), before)

    assert desk.sent("PUT", "/ticket/3") == {
        "Subject": "直しました",
        "Priority": "100",
        "Owner": "carla",
        "CustomFields": {"4": ["注文 7"], "5": ["請求", "new"]},
    }
    (put,) = desk.asked_for("PUT", "/ticket/3")
    assert put.headers["if-match"] == '"953"'
    assert writes(desk) == ["PUT /ticket/3", "POST /tickets/bulk/comment"]


async def test_what_is_so_already_is_not_written_again() -> None:
    desk = Answers()
    before = await server(desk)

    await desk.provider.send(op(SetPriority(Priority.HIGH), Assign("ben"), Tag("vip"), SetStatus(Status.OPEN)), before)

    assert writes(desk) == []


async def test_a_move_lets_go_of_the_owner_unless_one_is_named() -> None:
    moved = one_ticket("960", columns={"Queue": {"id": "5"}, "Owner": {"id": "Nobody"}})
    desk = Answers({"GET /ticket/3": Sequence(one_ticket(), one_ticket(), moved), "PUT /ticket/3": []})
    await desk.provider.send(op(Transfer("5")), await server(desk))
    assert desk.sent("PUT", "/ticket/3") == {"Queue": "5", "Owner": "Nobody"}

    given = one_ticket("960", columns={"Queue": {"id": "5"}})
    desk = Answers({"GET /ticket/3": Sequence(one_ticket(), one_ticket(), given), "PUT /ticket/3": []})
    await desk.provider.send(op(Transfer("5"), Assign("ben")), await server(desk))
    assert desk.sent("PUT", "/ticket/3") == {"Queue": "5", "Owner": "ben"}


async def test_dates_leave_in_the_one_form_that_is_understood() -> None:
    due = one_ticket("960", columns={"Due": "2026-12-01T12:30:00Z"})
    desk = Answers({"GET /ticket/3": Sequence(one_ticket(), one_ticket(), due), "PUT /ticket/3": []})

    await desk.provider.send(op(SetField("Due", "2026-12-01T21:30:00+09:00")), await server(desk))

    assert desk.sent("PUT", "/ticket/3") == {"Due": "2026-12-01 12:30:00"}


async def test_a_reported_change_that_was_not_made_is_a_failure() -> None:
    lie: list[object] = ["Ticket 3: Due changed from Not set to Tue Dec 01 12:00:00 2026"]
    desk = Answers({"PUT /ticket/3": lie})

    with pytest.raises(Rejected, match=r"Due.*Not set"):
        await desk.provider.send(op(SetField("Due", "2026-12-01 12:00")), await server(desk))


async def test_refused_fields_stop_the_words_and_say_what_was_done() -> None:
    half = one_ticket("960", columns={"Priority": "100"})
    refused: list[object] = ["Invalid value for custom field"]
    desk = Answers({"GET /ticket/3": Sequence(one_ticket(), one_ticket(), half), "PUT /ticket/3": refused})

    with pytest.raises(Rejected, match=r"2\..*Invalid value.*Done: .*urgent"):
        await desk.provider.send(
            op(Reply("x"), SetField("2", "Nonsense"), SetPriority(Priority.URGENT)), await server(desk)
        )

    assert writes(desk) == ["PUT /ticket/3"]


async def test_words_that_left_without_their_status_are_in_doubt_not_failed() -> None:
    said: list[object] = [["3", "Correspondence added", "Status 'resolved' isn't allowed"]]
    desk = Answers({REPLY: said, MARK: listed(ours())})

    with pytest.raises(CannotTell, match=r"has arrived.*solved.*isn't allowed"):
        await desk.provider.send(op(Reply("やあ"), SetStatus(Status.SOLVED)), await server(desk))


async def test_words_that_are_not_there_were_refused() -> None:
    desk = Answers({REPLY: [["3", "Permission Denied"]], MARK: listed()})

    with pytest.raises(Rejected, match="Permission Denied"):
        await desk.provider.send(op(Reply("やあ")), await server(desk))


async def test_whoever_sees_no_notes_is_told_that_nothing_shows() -> None:
    desk = Answers({NOTE: [["3", "Comments added"]], MARK: listed(), "GET /transactions": listed()})

    with pytest.raises(CannotTell):
        await desk.provider.send(op(Note("メモ")), await server(desk))
    with pytest.raises(CannotTell):
        await desk.provider.find(op(Note("メモ")))


async def test_only_what_is_offered_is_tried() -> None:
    desk = Answers({"GET /ticket/3": one_ticket(offers=("comment",))})

    with pytest.raises(Forbidden):
        await desk.provider.send(op(Reply("x")), await server(desk))

    assert writes(desk) == []


async def test_a_status_without_a_word_is_refused_with_those_on_offer() -> None:
    desk = Answers()

    with pytest.raises(Rejected, match="stalled, resolved, rejected"):
        await desk.provider.send(op(SetStatus(Status.CLOSED)), await server(desk))

    assert writes(desk) == []


async def test_a_word_of_their_own_is_used_where_the_queue_offers_it() -> None:
    offered = one_ticket().json()
    offered["_hyperlinks"].append({"ref": "lifecycle", "from": "open", "to": "Waiting"})
    before = httpx.Response(200, json=offered, headers={"ETag": '"953"'})
    after = one_ticket("960", columns={"Status": "Waiting"})
    desk = Answers({"GET /ticket/3": Sequence(before, before, after), "PUT /ticket/3": []})

    await desk.provider.send(op(SetStatus(Status.PENDING)), await server(desk))

    assert desk.sent("PUT", "/ticket/3") == {"Status": "Waiting"}


async def test_a_ticket_that_moved_on_is_a_conflict_before_anything_is_written() -> None:
    desk = Answers({"GET /ticket/3": Sequence(one_ticket(), one_ticket("999"))})

    with pytest.raises(Conflict):
        await desk.provider.send(op(Reply("x")), await server(desk))

    assert writes(desk) == []


async def test_a_refused_guard_is_a_conflict() -> None:
    desk = Answers({"PUT /ticket/3": httpx.Response(412, json={"message": "Precondition Failed"})})

    with pytest.raises(Conflict):
        await desk.provider.send(op(SetPriority(Priority.LOW)), await server(desk))


async def test_a_second_try_looks_before_it_writes() -> None:
    desk = Answers({MARK: listed(ours())})

    receipt = await desk.provider.send(op(Reply("やあ"), attempts=1), await server(desk))

    assert writes(desk) == []
    assert [event.ref.id for event in receipt.events] == ["984"]


async def test_what_was_written_before_the_connection_broke_is_found_by_its_mark() -> None:
    desk = Answers({REPLY: httpx.Response(500), MARK: listed(ours())})

    with pytest.raises(Offline) as caught:
        await desk.provider.send(op(Reply("やあ")), await server(desk))
    receipt = await desk.provider.find(op(Reply("やあ")))

    assert caught.value.arrived
    assert receipt
    assert [event.op for event in receipt.events] == ["op-1"]


async def test_the_same_words_of_somebody_else_are_not_ours() -> None:
    headers = 'Content-Type: text/plain; x-agentdesk-op="op-12"'
    desk = Answers({MARK: listed(part(1, 984, "やあ", Headers=headers))})

    assert await desk.provider.find(op(Reply("やあ"))) is None


async def test_no_is_said_only_after_the_helpdesk_had_time_to_finish() -> None:
    desk = Answers({REPLY: httpx.Response(500), MARK: Sequence(listed(), listed(ours()))})
    with pytest.raises(Offline):
        await desk.provider.send(op(Reply("やあ")), await server(desk))

    receipt = await desk.provider.find(op(Reply("やあ")))

    assert receipt
    assert desk.slept == [5.0]


async def test_a_status_that_words_should_have_brought_is_set_when_they_are_found() -> None:
    done = one_ticket("990", columns={"Status": "resolved"})
    desk = Answers(
        {
            MARK: listed(ours()),
            "GET /ticket/3": Sequence(one_ticket("984"), done),
            "GET /ticket/3/history": listed(),
            "PUT /ticket/3": [],
        }
    )

    receipt = await desk.provider.find(op(Reply("やあ"), SetStatus(Status.SOLVED)))

    assert receipt
    assert receipt.ticket.status is Status.SOLVED
    assert desk.sent("PUT", "/ticket/3") == {"Status": "resolved"}


@pytest.mark.parametrize(
    "later",
    [
        transaction(990, "Status", "ben", Field="Status", OldValue="open", NewValue="resolved"),
        transaction(990, "Correspond"),
    ],
    ids=["we had set it", "the customer wrote"],
)
async def test_a_status_is_not_set_over_what_happened_since(later: Doc) -> None:
    desk = Answers({MARK: listed(ours()), "GET /ticket/3/history": listed(later)})

    try:
        await desk.provider.find(op(Reply("やあ"), SetStatus(Status.SOLVED)))
    except CannotTell:
        assert later["Type"] == "Correspond"

    assert writes(desk) == []


async def test_fields_alone_are_found_by_how_the_ticket_is() -> None:
    desk = Answers()

    assert await desk.provider.find(op(SetPriority(Priority.HIGH)))
    assert await desk.provider.find(op(SetPriority(Priority.LOW))) is None


def created(columns: Doc | None = None) -> dict[str, "Reaction | Sequence"]:
    """A helpdesk on which ticket 9 is made by our op."""
    return {
        "GET /tickets": Sequence(counted(), counted(ticket(9, Created="2026-11-22T09:00:01Z"))),
        "POST /ticket": httpx.Response(201, json={"id": "9", "type": "ticket"}),
        "GET /ticket/9": one_ticket("70", id=9, columns=columns),
        "GET /ticket/9/attachments": listed(ours()),
    }


async def test_a_new_ticket_carries_everything_and_its_mark() -> None:
    desk = Answers(created({"Subject": "It's 件名", "Priority": "100"}))
    create = Create("It's 件名", "本文", "yui@example.jp", follow_up_of="2")

    receipt = await desk.provider.send(op(create, SetPriority(Priority.URGENT), Tag("vip")), None)

    assert desk.sent("POST", "/ticket") == {
        "Queue": "4",
        "Priority": "100",
        "CustomFields": {"5": ["vip"]},
        "Subject": "It's 件名",
        "Requestor": "yui@example.jp",
        "Content": "本文",
        "ContentType": 'text/plain; x-agentdesk-op="op-1"',
        "RefersTo": "2",
    }
    assert receipt.ticket.ref.id == "9"
    assert desk.asked_for("GET", "/tickets")[0].url.params["query"] == "Creator = 'ben' AND Subject = 'It\\'s 件名'"


async def test_a_new_ticket_is_made_once_however_often_it_is_sent() -> None:
    desk = Answers(created())
    create = op(Create("件名", "本文", "yui@example.jp"))

    receipts = [await desk.provider.send(create, None) for _ in range(2)]

    assert writes(desk).count("POST /ticket") == 1
    assert {receipt.ticket.ref.id for receipt in receipts} == {"9"}


async def test_a_new_ticket_cannot_be_kept_from_the_customer() -> None:
    desk = Answers(created())

    with pytest.raises(Rejected, match="customer"):
        await desk.provider.send(op(Create("件名", "本文", "yui@example.jp", public=False)), None)

    assert writes(desk) == []


async def test_tags_without_a_field_for_them_are_refused_in_a_sentence() -> None:
    desk = Answers({"POST /customfields": counted()})

    with pytest.raises(Rejected, match="no tags"):
        await desk.provider.send(op(Tag("vip-2")), await server(desk))


async def test_files_leave_in_the_message_with_names_that_the_server_survives(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\x00\xff")
    desk = Answers({NOTE: SAID, MARK: listed(ours())})
    uploads = (Upload(str(tmp_path / "a"), "図面.png"), Upload(str(tmp_path / "a"), "read me.txt"))

    await desk.provider.send(op(Note("", uploads=uploads)), await server(desk))

    (message,) = json.loads(desk.asked_for("POST", "/tickets/bulk/comment")[0].content)
    assert "Content" not in message
    assert [file["FileName"].encode("latin-1").decode() for file in message["Attachments"]] == [
        "図面.png",
        "read me.txt",
    ]
    assert [op_from(file["FileType"]) for file in message["Attachments"]] == ["op-1", "op-1"]
    assert [file["FileType"].partition(";")[0] for file in message["Attachments"]] == [
        "image/png",
        "application/octet-stream",
    ]
    assert base64.b64decode(message["Attachments"][0]["FileContent"]) == b"\x00\xff"


@pytest.mark.parametrize("content", [None, b""], ids=["missing", "empty"])
async def test_a_file_that_cannot_be_sent_stops_the_message(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "a"
    if content is not None:
        path.write_bytes(content)
    desk = Answers()

    with pytest.raises(Rejected, match="plan"):
        await desk.provider.send(op(Reply("x", uploads=(Upload(str(path), "plan"),))), await server(desk))

    assert writes(desk) == []


async def test_copies_are_added_to_those_the_ticket_has() -> None:
    with_boss = one_ticket(columns={"Cc": [{"id": "boss@example.jp"}]})
    desk = Answers({"GET /ticket/3": with_boss, "PUT /ticket/3": [], REPLY: SAID, MARK: listed(ours())})
    reply = Reply("x", cc=("legal@example.jp", "Boss@example.jp"))

    await desk.provider.send(op(reply), await server(desk))

    assert desk.sent("PUT", "/ticket/3") == {"Cc": ["boss@example.jp", "legal@example.jp"]}


async def test_an_empty_message_is_not_sent() -> None:
    desk = Answers()

    with pytest.raises(Rejected):
        await desk.provider.send(op(Reply(" \n")), await server(desk))


async def test_what_fails_before_the_first_write_has_not_arrived() -> None:
    desk = Answers({"GET /ticket/3": httpx.Response(500)})

    with pytest.raises(Offline) as caught:
        await desk.provider.send(op(Reply("x")), None)

    assert not caught.value.arrived


async def test_a_token_is_in_no_error() -> None:
    desk = Answers({REPLY: httpx.Response(500), MARK: listed()})

    with pytest.raises(Offline) as caught:
        await desk.provider.send(op(Reply("secret words")), await server(desk))

    assert TOKEN not in repr(caught.value)
    assert "secret words" not in repr(caught.value)


def test_a_mark_is_read_back_however_the_header_is_folded() -> None:
    assert op_from(f"Content-Type: {marked('text/plain', 'abc')}") == "abc"
    assert op_from('Content-Type: image/png;\n name="図面.png";\n x-agentdesk-op=abc') == "abc"
    assert op_from("Content-Type: text/plain") is None
