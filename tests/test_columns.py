"""What a list shows of a ticket."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agentdesk.columns import COLUMNS, Tone
from agentdesk.config import DEFAULT_COLUMNS
from agentdesk.model import Priority, Ref, Status, Ticket, TicketRow

NOW = datetime(2026, 11, 24, 0, 41, tzinfo=UTC)
TICKET = Ticket(
    ref=Ref("acme", "1"),
    number="53812",
    subject="Where is my parcel?",
    status=Status.OPEN,
    created_at=NOW - timedelta(hours=5),
    updated_at=NOW - timedelta(hours=4),
    snippet="It never came",
)
ROW = TicketRow(TICKET, key=1, requester_name="Dana Fox")


def with_ticket(**values: object) -> TicketRow:
    return replace(ROW, ticket=replace(TICKET, **values))  # type: ignore[arg-type]  # each test names real fields


def shown(name: str, row: TicketRow) -> tuple[str, Tone]:
    return COLUMNS[name].text(row, NOW), COLUMNS[name].tone(row, NOW)


@pytest.mark.parametrize(
    ("name", "row", "text", "tone"),
    [
        ("wait", ROW, "", "plain"),
        ("wait", with_ticket(waiting_since=NOW - timedelta(hours=4, minutes=40)), "4h40m", "plain"),
        ("sla", with_ticket(due_at=NOW - timedelta(minutes=12)), "over 12m", "red"),
        ("sla", with_ticket(due_at=NOW + timedelta(minutes=42)), "42m", "amber"),
        ("sla", with_ticket(due_at=NOW + timedelta(hours=3)), "3h", "plain"),
        ("sla", with_ticket(due_at=NOW - timedelta(hours=3), status=Status.SOLVED), "", "plain"),
        ("sla", replace(ROW, promised_at=NOW + timedelta(minutes=5)), "5m", "amber"),
        ("priority", with_ticket(priority=Priority.URGENT), "urgent", "red"),
        ("priority", ROW, "", "dim"),
        ("customer", ROW, "Dana Fox", "plain"),
        ("customer", replace(ROW, requester_name=""), "unknown", "plain"),
        ("assignee", ROW, "nobody", "dim"),
        ("assignee", replace(with_ticket(assignee="7"), assignee_name="aiko"), "aiko", "plain"),
        ("bounce", with_ticket(bounces=2), "2", "amber"),
        ("channel", with_ticket(channel="other", channel_raw="whatsapp"), "whatsapp", "dim"),
        ("marker", ROW, "", "accent"),
        ("marker", replace(ROW, is_unread=True), "*", "accent"),
        ("marker", replace(ROW, is_unread=True, has_draft=True), "~", "accent"),
        ("marker", replace(ROW, pending_ops=1, has_draft=True), ">", "accent"),
        ("marker", replace(ROW, pending_ops=1, stuck_ops=1), "!", "red"),
    ],
)
def test_a_column_shows_words_and_a_tone(name: str, row: TicketRow, text: str, tone: Tone) -> None:
    assert shown(name, row) == (text, tone)


def test_the_subject_is_followed_by_the_first_words_of_the_last_message() -> None:
    assert (COLUMNS["subject"].text(ROW, NOW), COLUMNS["subject"].detail(ROW)) == (
        "Where is my parcel?",
        "It never came",
    )


def test_no_column_lets_a_customer_write_to_the_terminal() -> None:
    hostile = "\x1b[2Ja\u202eb\nc"
    row = replace(
        with_ticket(subject=hostile, snippet=hostile, tags=(hostile,), channel="other", channel_raw=hostile),
        requester_name=hostile,
        group_name=hostile,
        organization_name=hostile,
    )

    for column in COLUMNS.values():
        assert not {"\x1b", "\u202e", "\n"} & set(column.text(row, NOW) + column.detail(row))


def test_every_default_column_exists_and_one_takes_the_rest_of_the_line() -> None:
    assert set(DEFAULT_COLUMNS) <= set(COLUMNS)
    assert [name for name in DEFAULT_COLUMNS if COLUMNS[name].is_flexible] == ["subject"]
