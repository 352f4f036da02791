"""The living script: what happens next fits what is there."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from agentdesk.sandbox.dataset import (
    AgentActs,
    CustomerReply,
    Happening,
    Language,
    LivingView,
    NewTicket,
    OpenTicket,
    Outside,
    Person,
)
from agentdesk.sandbox.seed import Living, ids

NOW = datetime(2026, 11, 24, 0, 41, tzinfo=UTC)
AGENTS = (Person(101, "佐藤 彩", "aya@example.com", "ja"), Person(102, "Ben Archer", "ben@example.com", "en"))
CUSTOMERS = (Person(1, "田中 美咲", "tanaka@example.jp", "ja"), Person(2, "Dana Fox", "fox@example.com", "en"))


def open_ticket(id: int, language: Language, *, waits: bool, assignee: int | None = None) -> OpenTicket:
    return OpenTicket(
        id=id,
        subject="x",
        status="open" if waits else "pending",
        channel="email",
        requester_id=CUSTOMERS[language == "en"].id,
        requester_name=CUSTOMERS[language == "en"].name,
        assignee_id=assignee,
        group_id=201,
        tags=("delivery", "late"),
        language=language,
        customer_waits=waits,
    )


VIEW = LivingView(
    now=NOW,
    tickets=(
        open_ticket(1, "ja", waits=True),
        open_ticket(2, "en", waits=True, assignee=102),
        open_ticket(3, "ja", waits=False),
        open_ticket(4, "en", waits=False),
        open_ticket(5, "en", waits=True, assignee=101),
    ),
    agents=AGENTS,
    customers=CUSTOMERS,
)


def happenings(count: int = 400, view: LivingView = VIEW) -> list[Happening]:
    script = Living(5, "both")
    return [script.next(view) for _ in range(count)]


def test_the_same_seed_tells_the_same_story() -> None:
    assert happenings() == happenings()


def test_everything_that_can_happen_happens() -> None:
    seen = Counter(type(each) for each in happenings())

    assert set(seen) == {NewTicket, CustomerReply, AgentActs, Outside}
    assert min(seen.values()) > 20


def test_every_slot_of_what_is_said_is_filled() -> None:
    names = ("body", "subject", "comment", "description")
    said = [getattr(each, name, None) or "" for each in happenings() for name in names]

    assert [text for text in said if re.search(r"\{|\}", text)] == []


def test_the_demos_own_agent_is_never_played() -> None:
    assert {each.agent_id for each in happenings() if isinstance(each, AgentActs)} == {102}


def test_nobody_takes_or_answers_the_ticket_of_somebody_else() -> None:
    theirs = [each for each in happenings() if isinstance(each, AgentActs) and each.ticket_id == 5]

    assert theirs
    assert all(not each.public and not each.changes for each in theirs)


def test_what_nobody_could_answer_is_left_alone() -> None:
    hostile = OpenTicket(9, "x", "new", "email", 1, "x", None, 201, ("hostile",), "ja", True)
    view = LivingView(now=NOW, tickets=(hostile,), agents=AGENTS, customers=CUSTOMERS)

    assert {type(each) for each in happenings(200, view)} == {NewTicket, Outside}


def test_customers_answer_in_their_own_language() -> None:
    replies = [each for each in happenings() if isinstance(each, CustomerReply)]

    assert any(each.ticket_id == 3 for each in replies)
    for each in replies:
        assert bool(re.search(r"[ぁ-んァ-ン一-龥]", each.body)) == (each.ticket_id in (1, 3))


def test_an_empty_helpdesk_gets_new_tickets_from_strangers() -> None:
    empty = LivingView(now=NOW, tickets=(), agents=(), customers=())

    assert all(isinstance(each, NewTicket) and "email" in each.requester for each in happenings(50, empty))


def test_some_new_tickets_come_from_people_who_are_known() -> None:
    known = [each for each in happenings() if isinstance(each, NewTicket) and "id" in each.requester]

    assert {each.requester["id"] for each in known} == {1, 2}


def touched(script: Living, view: LivingView) -> set[int]:
    seen = [script.next(view) for _ in range(100)]
    return {each.ticket_id for each in seen if isinstance(each, CustomerReply | AgentActs)}


def test_the_ticket_that_has_waited_longest_is_left_to_the_agent_for_a_while() -> None:
    script, view = Living(5, "both"), replace(VIEW, tickets=(open_ticket(ids.STAR_WAITING, "ja", waits=True),))

    assert touched(script, view) == set()
    assert touched(script, replace(view, now=NOW + timedelta(minutes=14))) == set()
    assert touched(script, replace(view, now=NOW + timedelta(minutes=16))) == {ids.STAR_WAITING}
