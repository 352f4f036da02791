"""A dataset or a folder becomes a helpdesk, and lives."""

import base64
import json
import stat
import sys
from pathlib import Path

import pytest

from agentdesk.sandbox.dataset import (
    AgentActs,
    CustomerReply,
    Dataset,
    Doc,
    Happening,
    LivingView,
    NewTicket,
    Outside,
)
from agentdesk.sandbox.living import run_living
from agentdesk.sandbox.load import load, load_folder
from agentdesk.sandbox.records import Query
from agentdesk.sandbox.state import Helpdesk

from .conftest import Desk, Hands

AT = "2026-05-01T{hour:02d}:00:00Z"
USERS = [
    {"id": 1, "name": "Ana", "email": "ana@desk.example", "role": "admin", "created_at": AT.format(hour=0)},
    {"id": 2, "name": "Hana", "email": "hana@example.com", "created_at": AT.format(hour=0)},
]


def _status(hour: int, before: str, after: str) -> Doc:
    values = {"field_name": "status", "previous_value": before, "value": after}
    return {"created_at": AT.format(hour=hour), "author_id": 1} | values


TICKET: Doc = {
    "id": 700,
    "subject": "Late",
    "status": "solved",
    "priority": "high",
    "requester_id": 2,
    "assignee_id": 1,
    "created_at": AT.format(hour=1),
    "updated_at": AT.format(hour=5),
    "comments": [
        {"author_id": 2, "created_at": AT.format(hour=1), "body": "Where?", "via": {"channel": "email"}},
        {
            "author_id": 1,
            "created_at": AT.format(hour=3),
            "body": "There",
            "public": True,
            "via": {"channel": "web"},
            "attachments": [
                {"file_name": "a.txt", "content_type": "text/plain", "content": base64.b64encode(b"hi").decode()}
            ],
        },
    ],
    "changes": [
        _status(3, "new", "pending"),
        _status(5, "pending", "solved"),
    ],
    "satisfaction_rating": {"score": "good", "comment": "ok", "created_at": AT.format(hour=6)},
}  # fmt: skip
POLICY: Doc = {
    "id": 81,
    "title": "High",
    "filter": {"all": [{"field": "priority", "operator": "is", "value": "high"}], "any": []},
    "policy_metrics": [
        {"priority": "high", "metric": "first_reply_time", "target": 60, "business_hours": False},
        {"priority": "high", "metric": "requester_wait_time", "target": 180, "business_hours": False},
    ],
}


@pytest.fixture
def loaded(clock: Hands) -> Helpdesk:
    helpdesk = Helpdesk(clock=clock)
    load(helpdesk, Dataset(users=USERS, slas=[POLICY], tickets=iter([TICKET])))
    return helpdesk


def test_one_audit_is_made_per_comment_and_group_of_changes(loaded: Helpdesk) -> None:
    audits = loaded.tickets.audits.where(Query("ticket_id = 700"))

    told = [[event.get("field_name", event["type"]) for event in audit["events"]] for audit in audits]
    assert told[0][:2] == ["Comment", "subject"]
    assert told[1:] == [["Comment", "status"], ["status"], ["SatisfactionRating"]]
    assert [event["value"] for event in audits[0]["events"] if event.get("field_name") == "status"] == ["new"]


def test_the_metric_set_follows_from_the_audits(loaded: Helpdesk) -> None:
    metrics = loaded.metric_sets([loaded.tickets.live(700)])[700]

    assert metrics["reply_time_in_minutes"] == {"calendar": 120, "business": 120}
    assert metrics["agent_wait_time_in_minutes"]["calendar"] == 120
    assert metrics["requester_wait_time_in_minutes"]["calendar"] == 120
    assert metrics["full_resolution_time_in_minutes"]["calendar"] == 240
    assert (metrics["replies"], metrics["reopens"], metrics["solved_at"]) == (1, 0, AT.format(hour=5))


def test_metric_events_tell_of_the_breach(loaded: Helpdesk) -> None:
    while loaded.measure_some():
        continue

    events = loaded.metric_events.where(Query(), "generated_timestamp, id")
    replies = [(event["type"], event["time"]) for event in events if event["metric"] == "reply_time"]
    assert sorted(replies, key=lambda pair: (pair[1], pair[0])) == [
        ("activate", AT.format(hour=1)),
        ("apply_sla", AT.format(hour=1)),
        ("breach", AT.format(hour=2)),
        ("fulfill", AT.format(hour=3)),
        ("update_status", AT.format(hour=3)),
    ]
    waits = [event["type"] for event in events if event["metric"] == "requester_wait_time"]
    assert "breach" not in waits


def test_an_unanswered_ticket_shows_when_its_clock_runs_out(clock: Hands) -> None:
    helpdesk = Helpdesk(clock=clock)
    waiting = TICKET | {"status": "new", "changes": [], "comments": TICKET["comments"][:1], "satisfaction_rating": None}
    load(helpdesk, Dataset(users=USERS, slas=[POLICY], tickets=[waiting]))
    clock.now = clock.now.replace(month=5, day=1, hour=1, minute=30)

    rows = helpdesk.slas([helpdesk.tickets.live(700)])[700]["policy_metrics"]

    assert rows[0] == {
        "metric": "first_reply_time", "stage": "active", "breach_at": AT.format(hour=2), "minutes": 30
    }  # fmt: skip


def test_a_later_change_is_exported_though_the_ticket_was_loaded(loaded: Helpdesk) -> None:
    before = loaded.tickets.live(700)

    loaded.tickets.update(700, {"priority": "low"}, loaded.admin())

    after = loaded.tickets.live(700)
    assert (after["generated_timestamp"], after["seq"]) > (before["generated_timestamp"], before["seq"])


def test_a_folder_is_read_with_ids_kept_and_unknown_mails_made_users(tmp_path: Path, clock: Hands) -> None:
    rows: dict[str, list[Doc]] = {
        "users.jsonl": [{"id": 5, "email": "boss@desk.example", "role": "admin"}],
        "organizations.jsonl": [{"id": 6, "name": "Acme"}],
        "tickets.jsonl": [
            {"id": 9, "subject": "Hi", "requester": "new@example.com", "comments": [{"body": "x"}]},
            {"subject": "Bare"},
        ],
        "articles.jsonl": [{"id": 7, "title": "パスワード", "body": "<p>設定</p>", "locale": "ja"}],
    }  # fmt: skip
    for name, docs in rows.items():
        (tmp_path / name).write_text("\n".join(json.dumps(doc) for doc in docs), encoding="utf-8")
    helpdesk = Helpdesk(clock=clock)

    count = load_folder(helpdesk, tmp_path)

    requester = helpdesk.people.users.get(helpdesk.tickets.live(9)["requester_id"])
    assert (count, requester["email"]) == (2, "new@example.com")
    assert helpdesk.tickets.comments.count(Query("ticket_id != 9")) == 1
    assert [one["id"] for one in helpdesk.help_center.search("パスワード", "ja", Query())] == [7]
    assert helpdesk.tickets.create({"comment": {"body": "next"}}, helpdesk.admin())[0]["id"] > 9


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": ', "not JSON"), ("[1]", "not a JSON object"), ('{"id": "a1"}', "id is not a whole number"),
        ('{"id": 1}', "id 1 is there already"), ('{"subject": 5}', "subject is not text"),
        ('{"created_at": "yesterday"}', "created_at is no time"), ('{"requester": "Bob"}', "requester is not"),
        ('{"tags": "a"}', "tags is not a list"), ('{"comments": [5]}', "one of comments"),
        ('{"comments": [{"author_id": "x"}]}', "author_id is not"),
    ],
)  # fmt: skip
def test_a_broken_line_is_named(tmp_path: Path, line: str, reason: str) -> None:
    (tmp_path / "tickets.jsonl").write_text(f'{{"id": 1}}\n{line}\n', encoding="utf-8")

    with pytest.raises(ValueError, match=rf"tickets\.jsonl, line 2: .*{reason}"):
        load_folder(Helpdesk(), tmp_path)


def test_a_line_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "articles.jsonl").write_bytes('{"title": "返品"}'.encode("cp932"))

    with pytest.raises(ValueError, match=r"articles\.jsonl, line 1: not UTF-8"):
        load_folder(Helpdesk(), tmp_path)


def test_a_folder_of_bare_articles_is_read_however_it_is_written(tmp_path: Path) -> None:
    lines = ['{"id": "7", "title": "返品", "body": "手順は"}', "", '{"title": null}', '{"id": 7, "locale": "en-US"}']
    (tmp_path / "articles.jsonl").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    helpdesk = Helpdesk()

    load_folder(helpdesk, tmp_path)

    known = helpdesk.help_center.translations.where(Query())
    assert [(one["source_id"] == 7, one["locale"], one["title"]) for one in known] == [
        (True, "ja", "返品"), (False, "en-us", ""), (True, "en-us", ""),
    ]  # fmt: skip


def test_a_ticket_is_read_from_as_little_as_its_text(tmp_path: Path) -> None:
    line = {"id": "3", "requester": "a@b.example", "created_at": 1_700_000_000, "comments": ["届きません"]}
    (tmp_path / "tickets.jsonl").write_text(json.dumps(line), encoding="utf-8")
    helpdesk = Helpdesk()

    load_folder(helpdesk, tmp_path)

    ticket = helpdesk.tickets.live(3)
    assert (ticket["subject"], ticket["created_at"]) == ("届きません", "2023-11-14T22:13:20Z")


def test_credentials_and_tickets_are_kept_in_the_file_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "desk.sqlite"
    first = Helpdesk(path)
    load(first, Dataset(users=USERS, tickets=[TICKET]))
    signed = first.credentials()
    first.close()

    again = Helpdesk(path)

    assert (again.credentials(), again.tickets.live(700)["subject"]) == (signed, "Late")
    again.close()
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


class _Once:
    """A script of happenings given beforehand."""

    def __init__(self, *happenings: Happening) -> None:
        self.happenings = list(happenings)
        self.views: list[LivingView] = []

    def next(self, view: LivingView) -> Happening:
        self.views.append(view)
        return self.happenings.pop(0)


def test_happenings_go_through_the_same_doors_as_the_api(desk: Desk) -> None:
    helpdesk = desk.helpdesk
    script = _Once(
        NewTicket({"email": "new@example.com", "name": "New"}, "Help", "Please"),
        AgentActs(1, desk.agent["id"], "Done", changes={"status": "solved"}),
        CustomerReply(1, "No"),
        Outside(desk.customer["id"], "parcel_late", "carrier", "Two days"),
    )

    for _ in range(4):
        helpdesk.tick(script)
        desk.clock.pass_(seconds=1)

    ticket = helpdesk.tickets.live(1)
    assert (ticket["via"]["channel"], ticket["assignee_id"], ticket["status"]) == ("email", desk.agent["id"], "open")
    assert [view.tickets[0].status if view.tickets else None for view in script.views] == [None, "new", None, "open"]
    assert helpdesk.people.events.count() == 1


async def test_living_goes_on_after_a_refused_happening(desk: Desk) -> None:
    first = NewTicket({"id": desk.customer["id"]}, "Help", "Please")
    script = _Once(CustomerReply(99, "to nobody"), first)

    with pytest.raises(IndexError):  # the script has no third happening
        await run_living(desk.helpdesk, script, interval_seconds=0.0)

    assert desk.helpdesk.tickets.live(1)["subject"] == "Help"
