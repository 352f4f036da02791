"""What leaves for Zendesk, byte by byte, and how it is found again."""

import json
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import httpx
import pytest

from agentdesk.errors import CannotTell, Conflict, Gone, Offline, RateLimited, Rejected
from agentdesk.model import (
    Assign,
    Attachment,
    Change,
    Create,
    Event,
    Kind,
    Note,
    Op,
    Person,
    Ref,
    Reply,
    SetField,
    SetPriority,
    SetStatus,
    Status,
    Tag,
    Ticket,
    Transfer,
    Untag,
    Upload,
)
from agentdesk.providers.http import in_process
from agentdesk.providers.zendesk import Zendesk
from agentdesk.providers.zendesk.reading import ticket_from
from agentdesk.sandbox.app import create_app
from agentdesk.sandbox.dataset import Dataset, NewTicket
from agentdesk.sandbox.faults import parse
from agentdesk.sandbox.limits import unlimited
from agentdesk.sandbox.load import load
from agentdesk.sandbox.state import Helpdesk
from tests.providers.zendesk_answers import ADMIN, AGENT, FORBIDDEN, NOW, YUI, Answers, Doc, Reaction, items, ticket

SERVER = ticket_from(ticket(1, tags=["old", "billing"]), "acme", {}, {})
DONE: Doc = {
    "ticket": ticket(1),
    "audit": {"id": 90, "author_id": 7, "created_at": "2026-05-01T09:00:00Z", "events": []},
}


def op(*changes: Change, seen: Ticket | None = SERVER) -> Op:
    return Op("op-1", Ref("acme", "1"), changes, seen, created_at=NOW, not_before=NOW)


async def sent(*changes: Change) -> Doc:
    """The ticket document of the one PUT that does these changes."""
    desk = Answers(ADMIN, {"PUT /tickets/1": DONE})
    await desk.provider.send(op(*changes), SERVER)
    document = desk.sent("PUT", "/tickets/1")["ticket"]
    assert isinstance(document, dict)
    return document


async def test_an_update_carries_its_op_and_the_version_it_was_decided_on() -> None:
    document = await sent(SetStatus(Status.PENDING))

    assert document == {
        "status": "pending",
        "metadata": {"agentdesk_op": "op-1"},
        "safe_update": True,
        "updated_stamp": "2026-05-01T08:00:00Z",
    }


@pytest.mark.parametrize(("message", "public"), [(Reply("やあ"), True), (Note("やあ"), False)])
async def test_a_message_always_says_whether_it_is_public(message: Change, public: bool) -> None:
    assert (await sent(message))["comment"] == {"body": "やあ", "public": public}


async def test_the_clock_stays_where_the_answer_to_a_change_tells_none() -> None:
    desk = Answers(ADMIN, {"PUT /tickets/1": DONE})
    server = replace(SERVER, due_at=NOW + timedelta(hours=1), due_metric="next_reply_time")

    receipt = await desk.provider.send(op(Tag("vip"), seen=server), server)

    assert (receipt.ticket.due_at, receipt.ticket.due_metric) == (server.due_at, server.due_metric)


async def test_tags_leave_as_the_whole_new_list() -> None:
    assert (await sent(Tag("vip"), Untag("old"), Tag("billing")))["tags"] == ["vip", "billing"]


async def test_fields_leave_by_number_and_columns_by_name() -> None:
    document = await sent(SetField("360001", ("a", "b")), SetField("type", "problem"), SetPriority(None))

    assert document["custom_fields"] == [{"id": 360001, "value": ["a", "b"]}]
    assert (document["type"], document["priority"]) == ("problem", None)


async def test_moving_to_another_team_lets_go_of_the_assignee() -> None:
    moved = await sent(Transfer("12"))
    moved_and_given = await sent(Transfer("12"), Assign("9"))
    stayed = await sent(Transfer("3"))

    assert (moved["group_id"], moved["assignee_id"]) == (12, None)
    assert (moved_and_given["group_id"], moved_and_given["assignee_id"]) == (12, 9)
    assert "group_id" not in stayed


async def test_copies_go_by_address_or_by_person() -> None:
    document = await sent(Reply("x", cc=("boss@example.jp", "41")))

    assert document["email_ccs"] == [
        {"user_email": "boss@example.jp", "action": "put"},
        {"user_id": 41, "action": "put"},
    ]


async def test_a_create_is_keyed_by_its_op() -> None:
    desk = Answers(ADMIN, {"POST /tickets": DONE})

    await desk.provider.send(op(Create("件名", "本文", "41", follow_up_of="8"), Tag("vip"), seen=None), None)

    (request,) = desk.asked_for("POST", "/tickets")
    assert request.headers["idempotency-key"] == "op-1"
    assert json.loads(request.content)["ticket"] == {
        "subject": "件名",
        "comment": {"body": "本文", "public": True},
        "requester_id": 41,
        "via_followup_source_id": 8,
        "tags": ["vip"],
        "metadata": {"agentdesk_op": "op-1"},
        "external_id": "op-1",
    }


async def test_a_create_that_arrived_before_with_another_body_is_looked_up() -> None:
    repeated = httpx.Response(
        400, json={"error": "IdempotentRequestError", "description": "Request parameters don't match"}
    )
    mine = ticket(5, external_id="op-1")
    table: dict[str, Reaction] = {
        "POST /tickets": repeated,
        "GET /tickets": {"tickets": [ticket(4, external_id="other"), mine]},
        "GET /tickets/5": {"ticket": mine},
        "GET /tickets/5/audits": {"audits": []},
    }

    receipt = await Answers(ADMIN, table).provider.send(op(Create("s", "b", "41"), seen=None), None)

    assert receipt.ticket.ref.id == "5"


async def test_a_list_that_ignores_the_question_finds_no_create() -> None:
    desk = Answers(ADMIN, {"GET /tickets": {"tickets": [ticket(4, external_id=None), ticket(5)]}})

    assert await desk.provider.find(op(Create("s", "b", "41"), seen=None)) is None


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(409, json={"error": "UpdateConflict", "description": "outdated"}), Conflict),
        (httpx.Response(409, json={"error": "DatabaseConflict", "description": "busy"}), RateLimited),
        (httpx.Response(404, json={"error": "RecordNotFound", "description": "Not found"}), Gone),
        (httpx.Response(422, json={"error": "RecordInvalid", "details": {"base": [{"description": "no"}]}}), Rejected),
        (httpx.Response(500, text="oops"), Offline),
    ],
)
async def test_a_refusal_of_an_update_has_its_error(answer: httpx.Response, error: type[Exception]) -> None:
    desk = Answers(ADMIN, {"PUT /tickets/1": answer})

    with pytest.raises(error):
        await desk.provider.send(op(Reply("x")), SERVER)

    assert len(desk.asked_for("PUT", "/tickets/1")) == 1


async def test_an_answer_that_shows_no_ticket_leaves_the_op_in_doubt() -> None:
    desk = Answers(ADMIN, {"PUT /tickets/1": {}})

    with pytest.raises(Offline) as caught:
        await desk.provider.send(op(Reply("x")), SERVER)

    assert caught.value.arrived


async def test_a_closed_ticket_says_so_in_the_helpdesks_words() -> None:
    details = {"status": [{"type": "invalid", "description": "Status: closed prevents ticket update"}]}
    refused = httpx.Response(
        422, json={"error": "RecordInvalid", "description": "Record validation errors", "details": details}
    )
    desk = Answers(ADMIN, {"PUT /tickets/1": refused})

    with pytest.raises(Rejected, match="closed prevents ticket update"):
        await desk.provider.send(op(Reply("x")), SERVER)


async def test_a_file_goes_before_the_reply_that_names_it(tmp_path: Path) -> None:
    picture = tmp_path / "絵.png"
    picture.write_bytes(b"\x89PNG" * 50_000)
    uploaded = httpx.Response(201, json={"upload": {"token": "tok"}})
    desk = Answers(ADMIN, {"POST /uploads": uploaded, "PUT /tickets/1": DONE})

    await desk.provider.send(op(Reply("x", uploads=(Upload(str(picture), "絵.png"),))), SERVER)

    (upload,) = desk.asked_for("POST", "/uploads")
    assert (upload.url.params["filename"], upload.headers["content-type"]) == ("絵.png", "image/png")
    assert (upload.headers["content-length"], upload.content) == ("200000", picture.read_bytes())
    assert "transfer-encoding" not in upload.headers
    document = desk.sent("PUT", "/tickets/1")["ticket"]
    assert isinstance(document, dict)
    assert document["comment"] == {"body": "x", "public": True, "uploads": ["tok"]}


async def test_an_upload_without_answer_means_that_the_reply_never_left(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("x")
    desk = Answers(ADMIN, {"POST /uploads": httpx.Response(502)})

    with pytest.raises(Offline) as caught:
        await desk.provider.send(op(Reply("x", uploads=(Upload(str(file), "a.txt"),))), SERVER)

    assert not caught.value.arrived


async def test_an_op_is_found_on_a_later_page_of_audits() -> None:
    def audits(request: httpx.Request) -> Doc:
        if request.url.params.get("page[after]"):
            comment: Doc = {"id": 5, "type": "Comment", "author_id": 7, "body": "done", "public": True}
            found: Doc = {"id": 2, "created_at": NOW.isoformat(), "events": [comment]}
            return {"audits": [{**found, "author_id": 7, "metadata": {"custom": {"agentdesk_op": "op-1"}}}]}
        newer = [{"id": 3, "created_at": (NOW + timedelta(hours=1)).isoformat(), "metadata": None}]
        return {"audits": newer, "meta": {"has_more": True, "after_cursor": "more"}}

    desk = Answers(ADMIN, {"GET /tickets/1/audits": audits, "GET /tickets/1": {"ticket": ticket(1)}})

    receipt = await desk.provider.find(op(Reply("done")))

    assert receipt
    assert [(event.kind, event.body, event.op) for event in receipt.events] == [(Kind.REPLY, "done", "op-1")]


async def test_looking_up_ends_where_the_op_was_not_decided_yet() -> None:
    old = [{"id": 3, "created_at": (NOW - timedelta(days=days)).isoformat()} for days in (1, 2)]
    page: Doc = {"audits": old, "meta": {"has_more": True, "after_cursor": "more"}}
    desk = Answers(ADMIN, {"GET /tickets/1/audits": page})

    assert await desk.provider.find(op(Reply("done"))) is None
    assert len(desk.asked_for("GET", "/tickets/1/audits")) == 1


async def test_without_audits_nobody_can_tell() -> None:
    desk = Answers(AGENT, {"GET /tickets/1/audits": FORBIDDEN})

    with pytest.raises(CannotTell):
        await desk.provider.find(op(Reply("done")))


async def test_comments_stand_in_for_audits_that_may_not_be_read() -> None:
    comment: Doc = {"id": 5, "type": "Comment", "author_id": 41, "plain_body": "hi", "created_at": NOW.isoformat()}
    table: dict[str, Reaction] = {
        "GET /tickets/1": {"ticket": ticket(1)},
        "GET /tickets/1/audits": FORBIDDEN,
        "GET /tickets/1/comments": {"comments": [comment], "users": [YUI]},
    }

    page = await Answers(AGENT, table).provider.detail(Ref("acme", "1"))

    log = [item for item in page.items if isinstance(item, Event)]
    assert [(event.ref.id, event.kind, event.body, event.ticket) for event in log] == [("5", Kind.CUSTOMER, "hi", "1")]


async def test_authors_that_no_answer_shows_are_asked_for() -> None:
    comment: Doc = {"id": 5, "type": "Comment", "author_id": 41, "body": "hi", "public": True}
    table: dict[str, Reaction] = {
        "GET /tickets/1": {"ticket": ticket(1)},
        "GET /tickets/1/audits": {"audits": [{"id": 9, "author_id": 41, "events": [comment]}]},
        "GET /users/show_many": {"users": [YUI]},
    }

    page = await Answers(ADMIN, table).provider.detail(Ref("acme", "1"))

    assert [item.author_name for item in page.items if isinstance(item, Event)] == ["佐藤 結衣"]
    assert any(isinstance(item, Person) for item in page.items)


async def test_a_deleted_ticket_is_gone() -> None:
    desk = Answers(ADMIN, {"GET /tickets/1": {"ticket": ticket(1, status="deleted")}})

    with pytest.raises(Gone):
        await desk.provider.detail(Ref("acme", "1"))


async def test_a_customer_comes_with_what_other_systems_told() -> None:
    order: Doc = {
        "id": "e-1",
        "type": "order",
        "source": "shop",
        "description": "Order 7 placed",
        "created_at": "2026-04-01T00:00:00Z",
        "properties": {"total": 990, "url": "https://shop.example/7", "lines": []},
    }
    table: dict[str, Reaction] = {
        "GET /users/41": {"user": {**YUI, "organization_id": 9}},
        "GET /users/41/identities": {"identities": [{"type": "phone_number", "value": "+811"}]},
        "GET /organizations/9": {"organization": {"id": 9, "name": "㈱テスト"}},
        "GET /users/41/tickets/requested": {"tickets": [ticket(1)]},
        "GET /users/41/events": {"events": [order]},
    }

    found = items([await Answers(ADMIN, table).provider.customer(Ref("acme", "41"))])

    (event,) = (item for item in found if isinstance(item, Event))
    assert (event.kind, event.customer, event.body) == (Kind.OUTSIDE, "41", "Order 7 placed")
    assert event.data == {"total": 990, "kind": "order", "source": "shop", "url": "https://shop.example/7"}
    assert [item.address("phone") for item in found if isinstance(item, Person)] == ["+811"]


async def test_a_helpdesk_without_outside_events_has_none() -> None:
    table: dict[str, Reaction] = {
        "GET /users/41": {"user": YUI},
        "GET /users/41/tickets/requested": {"tickets": []},
        "GET /users/41/events": FORBIDDEN,
    }

    found = items([await Answers(AGENT, table).provider.customer(Ref("acme", "41"))])

    assert [type(item) for item in found] == [Person]


async def test_an_attachment_on_another_host_is_fetched_without_credentials() -> None:
    desk = Answers(ADMIN, {"GET /file": httpx.Response(200, content=b"bytes")})

    content = [
        chunk async for chunk in desk.provider.download(Attachment("1", "a", url="https://cdn.example.net/file"))
    ]

    assert content == [b"bytes"]
    assert "authorization" not in desk.asked[-1].headers


async def test_replies_arrive_once_and_in_order_although_answers_are_lost() -> None:
    """The provider alone, driven as the sync does: after a lost answer, look before sending again."""
    moments = (NOW + timedelta(seconds=second) for second in count())
    helpdesk = Helpdesk(clock=lambda: next(moments))
    load(helpdesk, Dataset(users=[{"id": 1, "name": "Ana", "email": "ana@desk.example", "role": "admin"}]))
    number = helpdesk.apply(NewTicket({"name": "Yui", "email": "yui@example.jp"}, "Many", "first"))
    app = create_app(helpdesk, parse("lose=0.3,reset=0.1,error=0.2,writes,seed=4"), limits=unlimited())
    auth = Zendesk.credentials("ana@desk.example", helpdesk.credentials(1).token)
    desk = Zendesk("acme", "http://127.0.0.1", auth, transport=in_process(app))
    page = await desk.detail(Ref("acme", str(number)))
    server = next(item for item in page.items if isinstance(item, Ticket))

    for reply in range(60):
        decided = Op(f"op-{reply}", server.ref, (Reply(f"reply {reply}"),), server, created_at=NOW, not_before=NOW)
        receipt = None
        for _attempt in range(20):
            if receipt is not None:
                break
            try:
                receipt = await desk.send(decided, server)
            except Offline:
                receipt = await desk.find(decided)
        assert receipt
        server = receipt.ticket

    page = await desk.detail(server.ref)
    replies = [item.body for item in page.items if isinstance(item, Event) and item.kind is Kind.REPLY]
    assert replies == [f"reply {reply}" for reply in range(60)]
    await desk.close()
    helpdesk.close()
