"""Zendesk's JSON as ours, and what happens when it is not as documented."""

from datetime import UTC, datetime

import httpx
import pytest

from agentdesk.errors import Rejected
from agentdesk.model import Event, Kind, Person, Priority, Ref, Role, Status
from agentdesk.providers.http import Answer
from agentdesk.providers.zendesk import log, reading
from agentdesk.providers.zendesk.channels import channel_from
from agentdesk.providers.zendesk.people import Known
from agentdesk.providers.zendesk.refusals import refusal, words_from
from tests.providers.zendesk_answers import ANA, YUI, Doc, ticket

AT = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)


def known() -> Known:
    people = Known()
    people.learn(ANA)
    people.learn(YUI)
    return people


def events(*entries: Doc, **audit: object) -> list[Event]:
    whole = {"id": 900, "ticket_id": 1, "author_id": 7, "created_at": "2026-05-01T08:00:00Z", "events": list(entries)}
    return log.events_from_audit({**whole, **audit}, "acme", "41", known())


def test_a_ticket_keeps_what_it_must_present_byte_for_byte() -> None:
    read = reading.ticket_from(ticket(), "acme", {}, {})

    assert (read.ref, read.status, read.priority) == (Ref("acme", "1"), Status.OPEN, Priority.HIGH)
    assert (read.version, read.stamp) == ("2026-05-01T08:00:00Z", 1777622401)
    assert (read.requester, read.assignee, read.group, read.tags) == ("41", "7", "3", ("billing",))


def test_a_ticket_of_nulls_still_reads() -> None:
    read = reading.ticket_from({**dict.fromkeys(ticket()), "id": 5}, "acme", {}, {})

    assert (read.number, read.subject, read.status, read.priority, read.tags) == ("5", "", Status.OPEN, None, ())


def test_a_ticket_without_subject_shows_its_first_words() -> None:
    read = reading.ticket_from(ticket(subject=None, description="荷物が届きません\nまだです"), "acme", {}, {})

    assert read.subject == "荷物が届きません まだです"


def test_field_values_keep_their_kind() -> None:
    fields = [
        {"id": 1, "value": ["a", "b"]},
        {"id": 2, "value": True},
        {"id": 3, "value": None},
        {"id": 4, "value": "x"},
    ]

    read = reading.ticket_from(ticket(custom_fields=fields), "acme", {}, {})

    assert read.fields == {"1": ("a", "b"), "2": True, "3": None, "4": "x"}


def test_the_next_running_promise_is_due() -> None:
    clocks = [
        {"metric": "first_reply_time", "stage": "achieved", "breach_at": "2026-05-01T07:00:00Z"},
        {"metric": "next_reply_time", "stage": "active", "breach_at": "2026-05-01T11:00:00Z"},
        {"metric": "requester_wait_time", "stage": "active", "breach_at": "2026-05-01T10:00:00Z"},
    ]

    read = reading.ticket_from(ticket(slas={"policy_metrics": clocks}), "acme", {}, {})

    assert (read.due_at, read.due_metric) == (datetime(2026, 5, 1, 10, tzinfo=UTC), "requester_wait_time")


@pytest.mark.parametrize(("status", "waits"), [("new", True), ("open", True), ("hold", True), ("pending", False)])
def test_a_first_guess_of_the_wait_comes_from_the_metric_set(status: str, waits: bool) -> None:
    metrics = {"requester_updated_at": "2026-05-01T08:00:00Z"}

    read = reading.ticket_from(ticket(status=status), "acme", metrics, {})

    assert read.waiting_since == (AT if waits else None)


def test_a_custom_status_shows_the_agents_word() -> None:
    read = reading.ticket_from(ticket(status="hold", custom_status_id=88), "acme", {}, {"88": "部品待ち"})

    assert (read.status, read.status_raw) == (Status.HOLD, "部品待ち")


@pytest.mark.parametrize(
    ("via", "expected"),
    [
        ({"channel": "email"}, ("email", "email")),
        ({"channel": 4}, ("email", "4")),
        ({"channel": 34}, ("voice", "34")),
        ("Web form", ("web_form", "Web form")),
        ({"channel": 56}, ("messaging", "56")),
        ({"channel": "phone_call_inbound"}, ("voice", "phone_call_inbound")),
        ({"channel": "facebook_post"}, ("facebook", "facebook_post")),
        ("Facebook message", ("facebook", "Facebook message")),
        ({"channel": "text_message"}, ("sms", "text_message")),
        ({"channel": "hologram"}, ("other", "hologram")),
        ({"channel": 4711}, ("other", "4711")),
        ({"channel": "answer_bot_for_slack"}, ("portal", "answer_bot_for_slack")),
        ({"channel": None}, ("other", "")),
        (None, ("other", "")),
    ],
)
def test_a_channel_may_be_a_word_a_number_or_unknown(via: object, expected: tuple[str, str]) -> None:
    assert channel_from(via) == expected


def test_comments_are_told_apart_by_author_and_visibility() -> None:
    made = events(
        {"id": 1, "type": "Comment", "author_id": 41, "body": "困っています", "public": True},
        {"id": 2, "type": "Comment", "author_id": 7, "body": "Sorry", "public": True},
        {"id": 3, "type": "Comment", "author_id": 7, "body": "call them", "public": False},
    )

    assert [event.kind for event in made] == [Kind.CUSTOMER, Kind.REPLY, Kind.NOTE]
    assert [event.public for event in made] == [True, True, False]
    assert (made[0].body, made[0].author_name, made[0].author_role) == ("困っています", "佐藤 結衣", Role.CUSTOMER)


def test_the_op_of_an_audit_stands_on_its_events() -> None:
    (event,) = events({"id": 1, "type": "Comment", "body": "x"}, metadata={"custom": {"agentdesk_op": "op-1"}})

    assert event.op == "op-1"


def test_a_customers_html_mail_is_read_with_its_links() -> None:
    html = '<div>See <a href="https://evil.example/x">https://good.example</a><blockquote>old</blockquote></div>'

    (event,) = events({"id": 1, "type": "Comment", "author_id": 41, "body": "See", "html_body": html})

    assert event.html == html
    assert "evil.example" in event.body


def test_control_characters_do_not_come_in() -> None:
    (event,) = events({"id": 1, "type": "Comment", "author_id": 41, "body": "a\x1b[31mb\u202ec"})

    assert not any(character in event.body for character in "\x1b\u202e")


def test_field_changes_carry_old_and_new() -> None:
    (group, tags, custom) = events(
        {"id": 1, "type": "Change", "field_name": "group_id", "previous_value": "3", "value": "4"},
        {"id": 2, "type": "Change", "field_name": "tags", "previous_value": ["a"], "value": ["a", "b"]},
        {"id": 3, "type": "Change", "field_name": "360001", "previous_value": None, "value": "blue"},
    )

    assert (group.field, group.old, group.new) == ("group", "3", "4")
    assert (tags.field, tags.old, tags.new) == ("tags", "a", "a b")
    assert (custom.field, custom.old, custom.new) == ("360001", None, "blue")


def test_the_same_tags_in_another_order_are_no_change() -> None:
    assert (
        events({"id": 1, "type": "Change", "field_name": "tags", "previous_value": ["b", "a"], "value": ["a", "b"]})
        == []
    )


@pytest.mark.parametrize(
    "kind",
    [
        "Notification",
        "NotificationWithCcs",
        "Cc",
        "FollowerNotificationEvent",
        "SmsNotification",
        "OrganizationActivity",
    ],
)
def test_what_the_helpdesk_sent_to_tell_of_a_change_is_no_event(kind: str) -> None:
    assert events({"id": 1, "type": kind, "subject": "Re: x", "body": "x", "recipients": [1]}) == []


@pytest.mark.parametrize("kind", ["Tweet", "FacebookEvent"])
def test_a_reply_that_was_posted_to_a_network_is_one_message(kind: str) -> None:
    reply: Doc = {"id": 1, "type": "Comment", "body": "発送しました", "public": True}
    posted: Doc = {"id": 2, "type": kind, "body": "発送しました", "recipients": [41]}
    exported = {"id": 900, "ticket_id": 1, "updater_id": 7, "created_at": "2026-05-01T08:00:00Z"}
    children = [{**entry, "event_type": entry["type"]} for entry in (reply, posted)]

    (event,) = events(reply, posted)
    (same,) = log.events_from_export({**exported, "child_events": children}, "acme", known())
    (alone,) = events(posted)

    assert (event.ref.id, event.kind, event.body) == ("1", Kind.REPLY, "発送しました")
    assert same.ref == event.ref
    assert alone.body == "発送しました"


def test_an_unknown_event_passes_under_its_own_name() -> None:
    (event,) = events({"id": 1, "type": "TeleportEvent", "value": "moved to Mars"}, {"id": 2, "type": "SilentEvent"})

    assert (event.kind, event.field, event.new) == (Kind.CHANGE, "TeleportEvent", "moved to Mars")


def test_a_call_has_its_length_direction_and_words() -> None:
    call = {"call_duration": 125, "from": "+811", "to": "+812", "transcription_text": "もしもし"}

    (event,) = events({"id": 1, "type": "VoiceComment", "data": call, "public": True}, via={"channel": 34})

    assert (event.kind, event.channel, event.body) == (Kind.CALL, "voice", "もしもし")
    assert (event.data["seconds"], event.data["direction"], event.data["from"]) == (125, "in", "+811")


def test_a_rating_is_an_event_and_an_offer_of_one_is_not() -> None:
    (event,) = events(
        {"id": 1, "type": "SatisfactionRating", "score": "offered"},
        {"id": 2, "type": "SatisfactionRating", "score": "bad", "body": "slow"},
    )

    assert (event.kind, event.data["score"], event.body) == (Kind.RATING, "bad", "slow")


def test_a_change_of_the_score_is_a_rating_once() -> None:
    offered: Doc = {
        "id": 1,
        "type": "Change",
        "field_name": log.SCORE,
        "previous_value": "unoffered",
        "value": "offered",
    }
    bad: Doc = {"id": 2, "type": "Change", "field_name": log.SCORE, "previous_value": "offered", "value": "bad"}
    told: Doc = {"id": 3, "type": "SatisfactionRating", "score": "bad", "body": "遅い"}
    exported = {"id": 900, "ticket_id": 1, "updater_id": 41, "created_at": "2026-05-01T08:00:00Z"}
    child = {"id": 2, "event_type": "Change", log.SCORE: "bad", "previous_value": "offered"}

    (rating,) = events(offered, bad, author_id=41)
    (same,) = log.events_from_export({**exported, "child_events": [child]}, "acme", known())
    (once,) = events(bad, told, author_id=41)

    assert (rating.kind, rating.data["score"], rating.field) == (Kind.RATING, "bad", "")
    assert (same.ref, same.kind) == (rating.ref, Kind.RATING)
    assert once.body == "遅い"


def test_the_lines_of_a_chat_are_messages() -> None:
    history = [
        {"chat_index": 0, "type": "ChatJoin", "actor_id": 41, "timestamp": 1777622400000},
        {"chat_index": 1, "type": "ChatMessage", "actor_id": 41, "message": "もしもし", "timestamp": 1777622400000},
        {"chat_index": 2, "type": "ChatMessage", "actor_id": 7, "message": "Hello", "timestamp": 1777622401500},
    ]

    made = events({"id": 9, "type": "ChatStartedEvent", "value": {"chat_id": "x", "history": history}})

    assert [(event.ref.id, event.kind, event.body) for event in made] == [
        ("9.1", Kind.CUSTOMER, "もしもし"),
        ("9.2", Kind.REPLY, "Hello"),
    ]
    assert made[0].at == AT
    assert {event.channel for event in made} == {"chat"}


def test_an_exported_event_and_an_audit_are_the_same_event() -> None:
    entry: Doc = {
        "id": 900,
        "ticket_id": 1,
        "updater_id": 41,
        "created_at": "2026-05-01T08:00:00Z",
        "via": "Mail",
        "child_events": [
            {"id": 1, "event_type": "Comment", "author_id": 41, "body": "hi", "public": True, "via": "Mail"},
            {"id": 2, "event_type": "Change", "via": "Mail", "group_id": "4", "previous_value": "3"},
        ],
    }

    exported = log.events_from_export(entry, "acme", known())
    audited = events(
        {"id": 1, "type": "Comment", "author_id": 41, "body": "hi", "public": True},
        {"id": 2, "type": "Change", "field_name": "group_id", "previous_value": "3", "value": "4"},
        author_id=41,
    )

    def facts(event: Event) -> tuple[object, ...]:
        return event.ref, event.kind, event.at, event.author, event.body, event.field, event.old, event.new

    assert [facts(event) for event in exported] == [facts(event) for event in audited]


def test_exported_tag_and_custom_field_changes_are_read() -> None:
    children = [
        {"id": 1, "event_type": "Change", "tags": ["a", "b"], "added_tags": ["b"], "removed_tags": ["c"]},
        {"id": 2, "event_type": "Change", "custom_ticket_fields": {"360001": "blue"}, "previous_value": "red"},
    ]

    made = log.events_from_export({"id": 9, "ticket_id": 1, "child_events": children}, "acme", known())

    assert [(event.field, event.old, event.new) for event in made] == [
        ("tags", "a c", "a b"),
        ("360001", "red", "blue"),
    ]


def test_a_person_is_known_by_every_address_once() -> None:
    identities = [
        {"type": "email", "value": "YUI@example.jp", "verified": True},
        {"type": "phone_number", "value": "+81"},
    ]

    person = reading.person_from({**YUI, "verified": False, "identities": identities}, "acme")

    assert [(identity.kind, identity.value) for identity in person.identities] == [
        ("email", "yui@example.jp"),
        ("phone", "+81"),
    ]
    assert (person.role, person.language) == (Role.CUSTOMER, "ja")


def test_a_person_of_nulls_still_reads() -> None:
    assert isinstance(reading.person_from({**dict.fromkeys(YUI), "id": 1}, "acme"), Person)


def test_a_macro_keeps_words_and_steps_apart() -> None:
    actions = [
        {"field": "comment_value", "value": ["channel:all", "こんにちは {{ticket.requester.name}}"]},
        {"field": "comment_mode_is_public", "value": "false"},
        {"field": "status", "value": "pending"},
    ]

    canned = reading.canned_from({"id": 5, "title": "Greeting", "actions": actions}, "acme")

    assert (canned.body, canned.public) == ("こんにちは {{ticket.requester.name}}", False)
    assert [(action.field, action.value) for action in canned.actions] == [("status", ("pending",))]


def test_an_article_that_not_everybody_may_read_is_internal() -> None:
    doc: Doc = {"id": 6, "locale": "ja", "source_locale": "ja", "title": "解約", "body": "<p>解約の方法</p>"}

    (public,) = reading.articles_from({**doc, "user_segment_id": None}, "acme", {})
    (limited,) = reading.articles_from({**doc, "user_segment_id": 12}, "acme", {})
    (draft,) = reading.articles_from({**doc, "draft": True}, "acme", {})

    assert [public.internal, limited.internal, draft.internal] == [False, True, True]
    assert (public.ref.id, public.body.strip(), public.language) == ("6", "解約の方法", "ja")


def test_an_article_has_a_name_in_each_language() -> None:
    doc: Doc = {"id": 6, "locale": "ja", "source_locale": "ja", "title": "解約", "body": "x"}
    translation: Doc = {"locale": "en-us", "title": "Cancel", "body": "y"}

    made = reading.articles_from({**doc, "translations": [translation]}, "acme", {})

    assert [(article.ref.id, article.title, article.language) for article in made] == [
        ("6", "解約", "ja"),
        ("6-en-us", "Cancel", "en"),
    ]


@pytest.mark.parametrize(
    ("doc", "words"),
    [
        ({"error": "RecordNotFound", "description": "Not found"}, "Not found"),
        (
            {
                "error": "RecordInvalid",
                "description": "Record validation errors",
                "details": {
                    "status": [{"description": "closed prevents ticket update"}],
                    "base": [{"description": "B"}],
                },
            },
            "status: closed prevents ticket update B",
        ),
        ({"error": {"title": "Forbidden", "message": "No access"}}, "No access"),
        ({"errors": [{"code": "X", "title": "T", "detail": "Too deep"}]}, "Too deep"),
        ({"error": "Couldn't authenticate you"}, "Couldn't authenticate you"),
        ({}, ""),
    ],
)
def test_every_shape_of_error_gives_its_words(doc: Doc, words: str) -> None:
    assert words_from(doc) == words


def test_the_words_of_a_refusal_are_made_safe() -> None:
    error = refusal("acme", Answer(422, httpx.Headers(), {"error": "x", "description": "bad\x1b[31m\nthing"}))

    assert isinstance(error, Rejected)
    assert not any(character in str(error) for character in "\x1b\n")
