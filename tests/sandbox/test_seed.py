"""The seed data: the same for the same seed, whole, believable, and harmless to real people."""

import re
import time
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from typing import Literal

import pytest

from agentdesk.sandbox.dataset import Dataset, Doc
from agentdesk.sandbox.seed import generate, ids
from agentdesk.sandbox.seed.dice import dice
from agentdesk.sandbox.seed.words import phrase, reasons, words

NOW = datetime(2026, 11, 24, 0, 41, tzinfo=UTC)
LANGUAGES: tuple[Literal["ja", "en", "both"], ...] = ("ja", "en", "both")
SLOT = re.compile(r"\{\w*\}")


@cache
def dataset(lang: Literal["ja", "en", "both"] = "both", count: int = 600, seed: int = 7) -> Dataset:
    return generate(seed, count, lang, NOW)


@cache
def tickets(lang: Literal["ja", "en", "both"] = "both") -> tuple[Doc, ...]:
    return tuple(dataset(lang).tickets)


@cache
def named() -> dict[str, Doc]:
    return {ticket["external_id"]: ticket for ticket in tickets() if "external_id" in ticket}


def prose(ticket: Doc) -> str:
    return "\n".join([ticket["subject"], *(comment["body"] for comment in ticket["comments"][:300])])


def test_the_same_arguments_give_the_same_data() -> None:
    again = generate(7, 600, "both", NOW)

    assert tuple(again.tickets) == tickets()
    assert again.users == dataset().users
    assert again.articles == dataset().articles
    assert again.user_events == dataset().user_events


def test_another_seed_gives_other_data() -> None:
    assert tuple(generate(8, 600, "both", NOW).tickets) != tickets()


def test_tickets_can_be_walked_through_twice() -> None:
    assert tuple(dataset().tickets) == tuple(dataset().tickets)


@pytest.mark.parametrize("count", [1, 11, 30, 60, 300])
def test_there_are_as_many_tickets_as_asked_for(count: int) -> None:
    assert sum(1 for _ in generate(1, count, "ja", NOW).tickets) == count


@pytest.mark.parametrize("lang", LANGUAGES)
def test_ids_and_addresses_are_unique(lang: Literal["ja", "en", "both"]) -> None:
    data = dataset(lang)

    for records in (data.users, data.organizations, data.groups, data.macros, data.views, data.sections, tickets(lang)):
        assert len({record["id"] for record in records}) == len(records)
    assert len({user["email"] for user in data.users}) == len(data.users)
    assert len({(article["id"], article["locale"]) for article in data.articles}) == len(data.articles)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reference_of_a_ticket_resolves(lang: Literal["ja", "en", "both"]) -> None:
    data = dataset(lang)
    users = {user["id"] for user in data.users} | {ids.SYSTEM}
    fields = {field["id"]: {each["value"] for each in field["custom_field_options"]} for field in data.ticket_fields}

    for ticket in tickets(lang):
        assert ticket["requester_id"] in users
        assert ticket["assignee_id"] is None or ticket["assignee_id"] in users
        assert ticket["group_id"] in {group["id"] for group in data.groups}
        assert ticket["organization_id"] in {None, *(each["id"] for each in data.organizations)}
        assert {each["author_id"] for each in (*ticket["comments"], *ticket["changes"])} <= users
        for each in ticket["custom_fields"]:
            assert not fields[each["id"]] or each["value"] in fields[each["id"]]


def test_every_other_reference_resolves() -> None:
    data = dataset()
    users, groups = {user["id"] for user in data.users}, {group["id"] for group in data.groups}

    assert {row["user_id"] for row in data.memberships} <= users
    assert {row["group_id"] for row in data.memberships} == groups
    assert {event["user_id"] for event in data.user_events} <= users
    assert {article["section_id"] for article in data.articles} == {section["id"] for section in data.sections}
    assert {section["category_id"] for section in data.sections} <= {each["id"] for each in data.categories}


def test_the_assignee_sits_in_the_group_of_the_ticket() -> None:
    seats = {(row["user_id"], row["group_id"]) for row in dataset().memberships}

    assert all((each["assignee_id"], each["group_id"]) in seats for each in tickets() if each["assignee_id"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_happens_in_the_future_or_out_of_order(lang: Literal["ja", "en", "both"]) -> None:
    now = NOW.strftime("%Y-%m-%dT%H:%M:%SZ")

    for ticket in tickets(lang):
        for happened in (ticket["comments"], ticket["changes"]):
            moments = [each["created_at"] for each in happened]
            assert moments == sorted(moments)
        assert ticket["created_at"] == ticket["comments"][0]["created_at"] <= ticket["updated_at"] <= now
        assert ticket["satisfaction_rating"].get("created_at", now) <= now
    assert all(event["created_at"] <= now for event in dataset(lang).user_events)


def test_changes_lead_to_where_the_ticket_stands() -> None:
    for ticket in tickets():
        at: dict[str, object] = {}
        for change in ticket["changes"]:
            name = change["field_name"]
            assert at.get(name, change["previous_value"]) == change["previous_value"]
            at[name] = change["value"]
        assert all(ticket[name] == value for name, value in at.items())


def test_statuses_are_spread_like_at_a_real_desk() -> None:
    seen = Counter(ticket["status"] for ticket in generate(3, 3000, "ja", NOW).tickets)

    unsolved = sum(seen[status] for status in ("new", "open", "pending", "hold")) / 3000
    assert 0.14 < unsolved < 0.21
    assert min(seen[status] for status in ("new", "open", "pending", "hold", "solved", "closed")) > 30


def test_work_is_spread_over_the_team_and_some_tickets_belong_to_nobody() -> None:
    unsolved = [each for each in tickets("ja") if each["status"] not in ("solved", "closed")]

    owners = Counter(each["assignee_id"] for each in unsolved)
    assert owners[None] > 10
    assert len(owners) >= 8
    assert owners[ids.AGENTS] >= 3


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_agent_is_the_one_administrator(lang: Literal["ja", "en", "both"]) -> None:
    staff = [user for user in dataset(lang).users if user["role"] != "end-user"]

    assert [user["id"] for user in staff if user["role"] == "admin"] == [ids.AGENTS]
    assert staff[0]["id"] == ids.AGENTS
    assert 8 <= len(staff) <= 9


def test_every_reason_comes_up_in_each_language() -> None:
    for lang in LANGUAGES:
        seen = {each["value"] for t in tickets(lang) for each in t["custom_fields"] if each["id"] == ids.REASON_FIELD}
        assert seen == set(reasons())


def test_both_languages_say_as_much_about_every_reason() -> None:
    ja, en = words("ja").reasons, words("en").reasons

    assert list(ja) == list(en) == list(reasons())
    for reason, said in ja.items():
        assert {kind: len(phrases) for kind, phrases in said.items()} == {
            kind: len(p) for kind, p in en[reason].items()
        }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_slot_is_filled(lang: Literal["ja", "en", "both"]) -> None:
    spoken = [prose(ticket) for ticket in tickets(lang) if "hostile" not in ticket["tags"]]
    spoken += [event["description"] for event in dataset(lang).user_events]
    spoken += [f"{article['title']}{article['body']}" for article in dataset(lang).articles]

    assert [text for text in spoken if SLOT.search(text) or ("[" in text and "|" in text)] == []


def test_a_choice_and_a_slot_are_said_together() -> None:
    said = phrase("[a {x}|a {x}]!").say(dice(1), {"x": "1"})

    assert said == "a 1!"


def test_one_thread_speaks_of_one_order() -> None:
    for ticket in tickets():
        if "hostile" not in ticket["tags"]:
            numbers = set(re.findall(r"\b\d{2}-\d{6}\b", prose(ticket)))
            assert numbers <= {each["value"] for each in ticket["custom_fields"]}, ticket["id"]


def test_threads_do_not_look_copied() -> None:
    openings = {"\n".join(comment["body"] for comment in ticket["comments"][:2]) for ticket in tickets("ja")}

    assert len(openings) > 0.95 * len(tickets("ja"))


def test_only_reserved_domains_and_numbers_appear() -> None:
    text = "\n".join(prose(ticket) for ticket in tickets()) + repr(dataset().users) + repr(dataset().articles)

    hosts = set(re.findall(r"(?:@|https?://)((?:[a-z0-9-]+\.)+[a-z]{2,})", text))
    assert {host for host in hosts if not re.search(r"(^|\.)example\.(com|net|org|jp|ne\.jp|co\.jp)$", host)} == set()
    assert all(
        re.fullmatch(r"\+81(3|50|90)0000\d{4}|\+1\d{3}55501\d\d", user["phone"])
        for user in dataset().users
        if user["phone"]
    )


def test_a_few_customers_write_often() -> None:
    seen = Counter(ticket["requester_id"] for ticket in tickets()).most_common()

    assert seen[0][1] >= 6
    assert sum(1 for _, count in seen if count == 1) > len(seen) / 4


def test_messages_come_over_every_channel() -> None:
    assert {ticket["via"]["channel"] for ticket in tickets()} == {"email", "web", "chat", "voice"}
    calls = [comment for ticket in tickets() for comment in ticket["comments"] if comment.get("type") == "VoiceComment"]
    assert all(
        {"from", "to", "call_duration", "started_at", "answered_by_id", "transcription_text"} <= set(c["data"])
        for c in calls
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_customer_who_waits_longest_has_a_rich_history(lang: Literal["ja", "en", "both"]) -> None:
    def waits_since(ticket: Doc) -> str:
        spoken = [comment for comment in ticket["comments"] if comment["public"]]
        unanswered = [c["created_at"] for c in spoken if c["author_id"] == ticket["requester_id"]]
        return unanswered[-1] if spoken[-1]["author_id"] == ticket["requester_id"] else "9999"

    unsolved = [ticket for ticket in tickets(lang) if ticket["status"] in ("new", "open", "pending", "hold")]
    star = min(unsolved, key=waits_since)
    theirs = [ticket for ticket in tickets(lang) if ticket["requester_id"] == star["requester_id"]]
    events = {event["type"] for event in dataset(lang).user_events if event["user_id"] == star["requester_id"]}

    assert star["external_id"] == "seed:star-waiting"
    assert {ticket["via"]["channel"] for ticket in theirs} == {"email", "web", "chat", "voice"}
    assert any(ticket["satisfaction_rating"]["score"] == "bad" for ticket in theirs)
    assert {"order_placed", "parcel_late"} <= events


def test_the_script_knows_which_ticket_has_waited_longest() -> None:
    assert named()["seed:star-waiting"]["id"] == ids.STAR_WAITING


def test_my_own_queue_begins_with_the_same_customer() -> None:
    assert named()["seed:star-mine"]["assignee_id"] == ids.AGENTS
    assert named()["seed:star-mine"]["requester_id"] == named()["seed:star-waiting"]["requester_id"]


def test_bounced_tickets_went_back_to_a_group_they_came_from() -> None:
    for name in ("bounced-1", "bounced-2", "bounced-3"):
        changes = [each for each in named()[f"seed:{name}"]["changes"] if each["field_name"] == "group_id"]
        route = [changes[0]["previous_value"], *(each["value"] for each in changes)]
        assert 3 <= len(route) <= 6
        assert len(set(route)) < len(route)


def test_reopened_tickets_were_solved_before() -> None:
    for name in ("reopened-1", "reopened-2"):
        steps = [
            (each["previous_value"], each["value"])
            for each in named()[f"seed:{name}"]["changes"]
            if each["field_name"] == "status"
        ]
        assert ("solved", "open") in steps


def test_long_threads_are_long() -> None:
    assert [len(named()[f"seed:long-{count}"]["comments"]) for count in (200, 60, 30)] == [200, 60, 30]


def test_mails_and_files_come_as_mail_programs_send_them() -> None:
    assert 'class="gmail_quote"' in named()["seed:gmail"]["comments"][0]["html_body"]
    assert "MsoNormal" in named()["seed:outlook"]["comments"][0]["html_body"]
    assert "<table" in named()["seed:newsletter"]["comments"][0]["html_body"]
    assert [each["content_type"] for each in named()["seed:attachments"]["comments"][0]["attachments"]] == [
        "image/png",
        "text/csv",
        "application/pdf",
        "text/plain",
    ]


def test_hostile_messages_are_there_byte_for_byte() -> None:
    def body(name: str) -> str:
        return str(named()[f"seed:{name}"]["comments"][0]["body"])

    assert "\x1b]52;c;" in body("escape-sequences")
    assert "\x1bP" in body("escape-sequences")
    assert "\u202e" in body("bidi-overrides")
    assert "[@click=app.quit]" in body("console-markup")
    assert "\u200b" in body("zero-width")
    assert body("combining-flood").count("\u0301") > 1000
    assert "\x00" in body("control-characters")
    assert "onerror" in named()["seed:script-html"]["comments"][0]["html_body"]
    assert 5 * 2**20 <= len(body("five-megabytes").encode()) < 6 * 2**20
    assert len(body("one-long-line")) > 50_000
    assert "\n" not in body("one-long-line")
    assert len(named()["seed:endless-subject"]["subject"]) > 1000
    assert "\u200d" in body("emoji")
    assert any("\x00" in user["name"] for user in dataset().users)


@pytest.mark.parametrize("locale", ["ja", "en-us"])
def test_the_help_centre_really_answers(locale: str) -> None:
    articles = [article for article in dataset().articles if article["locale"] == locale]

    assert len([article for article in articles if article["user_segment_id"] is None]) >= 40
    assert len([article for article in articles if article["user_segment_id"] is not None]) >= 4
    assert all(len(article["body"]) > 200 for article in articles)
    assert {tag for article in articles for tag in re.findall(r"<(h2|ul|ol|table|a|strong)\b", article["body"])} == {
        "h2", "ul", "ol", "table", "a", "strong",
    }  # fmt: skip


def test_some_articles_exist_in_one_language_only() -> None:
    locales = Counter(article["id"] for article in dataset().articles)

    assert 1 in locales.values()
    assert 2 in locales.values()


def test_links_between_articles_lead_to_articles() -> None:
    known = {str(article["id"]) for article in dataset().articles}

    linked = re.findall(r'href="[^"]*/articles/(\w+)"', "".join(article["body"] for article in dataset().articles))
    assert linked
    assert set(linked) <= known


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_macros_use_placeholders_a_helpdesk_knows(lang: Literal["ja", "en"]) -> None:
    macros = dataset(lang).macros

    used = set(re.findall(r"\{\{([\w.]+)\}\}", repr(macros)))
    assert len(macros) >= 10
    assert used <= {
        "ticket.id", "ticket.requester.first_name", "current_user.name",
    }  # fmt: skip


def test_japanese_macros_greet_customers_by_family_name() -> None:
    greetings = {found for macro in dataset("ja").macros for found in re.findall(r"\{\{[\w.]+\}\}様", repr(macro))}

    assert greetings == {"{{ticket.requester.first_name}}様"}  # a helpdesk's first name is the first word: 田中


def test_thousands_of_tickets_a_second_are_made() -> None:
    before = time.process_time()

    count = sum(1 for _ in generate(1, 4000, "both", NOW).tickets)

    assert count / (time.process_time() - before) > 2000
