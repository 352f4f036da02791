from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentdesk.insight.effort import Burden, Entry, Tally, Weights, estimate, ledger, points, tally
from agentdesk.model import CHANNELS_OF, Event, Kind, Ref, Role

BEGAN = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


def event(id: int, minutes: float, kind: Kind, body: str = "", **values: object) -> Event:
    role = Role.CUSTOMER if kind is Kind.CUSTOMER else Role.AGENT
    plain = Event(
        Ref("acme", str(id)), kind, BEGAN + timedelta(minutes=minutes), ticket="1", body=body, author_role=role
    )
    return replace(plain, **values)  # type: ignore[arg-type]  # the facts of the case


def change(id: int, minutes: float, field: str, old: str | None, new: str | None) -> Event:
    return event(id, minutes, Kind.CHANGE, field=field, old=old, new=new)


HARD_JA = [
    event(1, 0, Kind.CUSTOMER, "11/20の明細に同じ金額が二度あります。注文番号は 10-2231 です。", channel="email"),
    change(2, 20, "group", "support", "billing"),
    event(3, 280, Kind.REPLY, "ご注文番号をお知らせいただけますでしょうか。"),
    event(4, 400, Kind.CUSTOMER, "先ほど書きましたが 10-2231 です", channel="email"),
    change(5, 410, "group", "billing", "support"),
    event(6, 460, Kind.REPLY, "恐れ入ります、注文番号を教えてください。"),
    event(7, 500, Kind.CUSTOMER, "10-2231です", channel="email"),
    event(8, 510, Kind.REPLY, "確認いたしました。"),
]
HARD_EN = [
    event(1, 0, Kind.CUSTOMER, "Charged twice. My order number is 10-2231.", channel="email"),
    change(2, 20, "group", "support", "billing"),
    event(3, 280, Kind.REPLY, "Could you send us your order number?"),
    event(4, 400, Kind.CUSTOMER, "As I wrote: 10-2231", channel="email"),
    change(5, 410, "group", "billing", "support"),
    event(6, 460, Kind.REPLY, "May I have your order number, please?"),
    event(7, 500, Kind.CUSTOMER, "10-2231!", channel="email"),
    event(8, 510, Kind.REPLY, "Found it."),
]


def entries_of(found: list[Entry], burden: Burden) -> list[str]:
    return [entry.event.id for entry in found if entry.burden is burden]


@pytest.mark.parametrize("log", [HARD_JA, HARD_EN], ids=["ja", "en"])
def test_each_burden_names_its_event(log: list[Event]) -> None:
    found = ledger(log)

    assert entries_of(found, Burden.CONTACT) == ["1", "4", "7"]
    assert entries_of(found, Burden.TRANSFER) == ["2", "5"]
    assert entries_of(found, Burden.ASKED_AGAIN) == ["3", "6"]
    assert entries_of(found, Burden.WAIT) == ["1", "4", "7"]
    assert tally(found) == Tally(
        contacts=3, transfers=2, asked_again=2, longest_wait=280 * 60, total_wait=(280 + 60 + 10) * 60
    )
    assert estimate(tally(found), Weights()) == 5


def test_a_question_answered_at_once_is_very_little_effort() -> None:
    log = [event(1, 0, Kind.CUSTOMER, "How do I log in?"), event(2, 30, Kind.REPLY, "Like this.")]

    assert estimate(tally(ledger(log)), Weights()) == 1


def test_a_first_question_for_an_order_number_is_not_asking_again() -> None:
    log = [
        event(1, 0, Kind.CUSTOMER, "It is broken"),
        event(2, 9, Kind.REPLY, "Could you send us your order number?"),
        event(3, 20, Kind.CUSTOMER, "order 10-2231"),
    ]

    assert entries_of(ledger(log), Burden.ASKED_AGAIN) == []


def test_what_is_written_again_before_our_answer_is_one_contact_for_half_an_hour() -> None:
    log = [event(1, 0, Kind.CUSTOMER), event(2, 10, Kind.CUSTOMER), event(3, 31, Kind.CUSTOMER)]

    assert entries_of(ledger(log), Burden.CONTACT) == ["1", "3"]


def test_a_chat_is_one_contact_and_every_call_is_one() -> None:
    chat = [event(n, n, Kind.CUSTOMER if n % 2 else Kind.REPLY, channel="chat") for n in range(1, 9)]
    calls = [event(20 + n, 100 + n, Kind.CALL, data={"direction": "in"}) for n in range(2)]

    found = ledger([*chat, *calls])

    assert entries_of(found, Burden.CONTACT) == ["1", "20", "21"]
    assert entries_of(found, Burden.SWITCH) == ["20"]


def test_a_form_answered_by_mail_is_no_other_way() -> None:
    log = [event(1, 0, Kind.CUSTOMER, channel="web_form"), event(2, 90, Kind.CUSTOMER, channel="email")]

    assert entries_of(ledger(log), Burden.SWITCH) == []


@pytest.mark.parametrize("way", ["phone", "chat", "social"])
def test_whatever_a_queue_takes_for_one_channel_is_one_way_to_come(way: str) -> None:
    known = CHANNELS_OF[way]
    log = [event(n, 10 * n, Kind.CUSTOMER, channel=channel) for n, channel in enumerate(known, start=1)]
    mail = event(99, 999, Kind.CUSTOMER, channel="email")

    assert entries_of(ledger(log), Burden.SWITCH) == []
    assert entries_of(ledger([*log, mail]), Burden.SWITCH) == ["99"]


def test_taking_a_colleague_off_is_no_reassignment_and_another_one_is() -> None:
    log = [
        change(1, 0, "assignee", None, "aiko"),
        change(2, 1, "assignee", "aiko", None),
        change(3, 2, "assignee", None, "aiko"),
        change(4, 3, "assignee", "aiko", "ben"),
    ]

    assert entries_of(ledger(log), Burden.REASSIGNMENT) == ["4"]


def test_solved_and_then_not_is_a_reopening_and_closing_is_none() -> None:
    log = [
        change(1, 0, "status", "open", "solved"),
        change(2, 1, "status", "solved", "closed"),
        change(3, 2, "status", "closed", "open"),
    ]

    assert entries_of(ledger(log), Burden.REOPEN) == ["3"]


def test_a_wait_ends_with_our_word_or_with_a_status_that_waits_for_the_customer() -> None:
    log = [
        event(1, 0, Kind.CUSTOMER),
        event(2, 10, Kind.NOTE),
        change(3, 60, "status", "open", "pending"),
        event(4, 100, Kind.CUSTOMER),
        change(5, 100, "status", "pending", "open"),
        event(6, 130, Kind.REPLY, author_role=Role.BOT),
        event(7, 160, Kind.REPLY),
    ]

    assert [entry.span for entry in ledger(log) if entry.burden is Burden.WAIT] == [timedelta(hours=1)] * 2


def test_thanks_after_the_solution_wait_for_nothing() -> None:
    log = [
        event(1, 0, Kind.CUSTOMER),
        event(2, 5, Kind.REPLY),
        change(3, 5, "status", "open", "solved"),
        event(4, 60, Kind.CUSTOMER, "Thanks!"),
        change(5, 9000, "status", "solved", "closed"),
        event(6, 9999, Kind.CUSTOMER, "Again!"),
        change(7, 9999, "status", "closed", "open"),
        event(8, 10000, Kind.REPLY),
    ]

    assert [entry.span for entry in ledger(log) if entry.burden is Burden.WAIT] == [
        timedelta(minutes=5),
        timedelta(minutes=1),
    ]


def test_a_wait_that_still_runs_counts_up_to_the_newest_event() -> None:
    log = [event(1, 0, Kind.CUSTOMER), event(2, 120, Kind.CUSTOMER), change(3, 240, "priority", None, "high")]

    assert tally(ledger(log)).longest_wait == 240 * 60


def test_waits_give_no_more_points_than_the_team_says() -> None:
    month = Tally(contacts=1, longest_wait=30 * 86_400, total_wait=30 * 86_400)

    assert points(month, Weights()) == Weights().most_for_waits
    assert points(month, Weights(most_for_waits=40.0)) == 40.0


# Properties

CHANGES = st.tuples(
    st.sampled_from(["group", "assignee", "status"]),
    st.sampled_from([None, "open", "pending", "solved", "a", "b"]),
    st.sampled_from([None, "open", "pending", "solved", "a", "b"]),
)
BODIES = st.sampled_from(["", "order number 10-2231", "Could you send us your order number?", "注文番号は 10-2231"])
MINUTES = st.integers(0, 2000)


@st.composite
def logs(draw: st.DrawFn) -> list[Event]:
    found = []
    for id in range(draw(st.integers(0, 9))):
        kind = draw(st.sampled_from([Kind.CUSTOMER, Kind.REPLY, Kind.CHANGE, Kind.NOTE, Kind.CALL]))
        if kind is Kind.CHANGE:
            found.append(change(id, draw(MINUTES), *draw(CHANGES)))
        else:
            channel = draw(st.sampled_from(["email", "chat", "voice"]))
            found.append(event(id, draw(MINUTES), kind, draw(BODIES), channel=channel))
    return found


@settings(max_examples=60, deadline=None)
@given(logs(), st.integers(0, 1000))
def test_the_order_of_arrival_does_not_matter(log: list[Event], seed: int) -> None:
    shuffled = log.copy()
    Random(seed).shuffle(shuffled)

    assert ledger(shuffled) == ledger(log) == ledger(log)


@settings(max_examples=150, deadline=None)
@given(logs(), MINUTES, st.sampled_from(["message", "transfer", "reassignment"]))
def test_one_more_burden_never_lowers_the_estimate(log: list[Event], minutes: int, which: str) -> None:
    more = {
        "message": event(99, minutes, Kind.CUSTOMER, "still broken", channel="email"),
        "transfer": change(99, minutes, "group", "x", "y"),
        "reassignment": change(99, minutes, "assignee", "x", "y"),
    }[which]

    assert points(tally(ledger([*log, more])), Weights()) >= points(tally(ledger(log)), Weights())


TALLIES = st.builds(Tally, *[st.integers(0, 9)] * 6, *[st.integers(0, 900_000)] * 2)


@settings(max_examples=150, deadline=None)
@given(TALLIES, st.sampled_from(Tally._fields), st.integers(0, 500_000))
def test_more_of_one_burden_never_lowers_the_estimate(found: Tally, name: str, more: int) -> None:
    worse = found._replace(**{name: getattr(found, name) + more})

    assert estimate(worse, Weights()) >= estimate(found, Weights())
