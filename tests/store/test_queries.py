"""What screens and the shell read: filters over tickets, rows, timelines, cards."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentdesk import i18n
from agentdesk.exchange import Page
from agentdesk.filters import FIELDS, And, FieldKind, Filter, Node, Not, Or, parse
from agentdesk.model import (
    Article,
    Attachment,
    Event,
    Identity,
    Kind,
    Op,
    OpState,
    Organization,
    Person,
    Priority,
    Ref,
    Reply,
    Role,
    Status,
    Team,
    Ticket,
    View,
)
from agentdesk.store import Store
from agentdesk.store.conditions import Conditions
from agentdesk.store.desktop import Account
from agentdesk.store.drafts import Draft
from agentdesk.store.outbox import Author
from agentdesk.store.store import opened

NOW = datetime(2026, 11, 24, 0, 41, tzinfo=UTC)
ME = {"acme": "7"}


def ref(id: str, account: str = "acme") -> Ref:
    return Ref(account, id)


def ticket(id: str, hours_ago: float, **values: object) -> Ticket:
    plain = Ticket(
        ref=ref(id),
        number=id,
        subject=f"Subject {id}",
        status=Status.OPEN,
        created_at=NOW - timedelta(hours=hours_ago),
        updated_at=NOW - timedelta(hours=hours_ago),
        stamp=1,
    )
    return replace(plain, **values)  # type: ignore[arg-type]  # each test names real fields


def message(id: str, of: str, hours_ago: float, kind: Kind = Kind.CUSTOMER, **values: object) -> Event:
    plain = Event(
        ref=ref(id),
        kind=kind,
        at=NOW - timedelta(hours=hours_ago),
        ticket=of,
        author="41" if kind is Kind.CUSTOMER else "7",
        author_role=Role.CUSTOMER if kind is Kind.CUSTOMER else Role.AGENT,
        channel="email",
        body=f"body {id}",
    )
    return replace(plain, **values)  # type: ignore[arg-type]  # each test names real fields


WORLD = (
    Person(
        ref("41"), "田中 美咲", Role.CUSTOMER, (Identity("email", "Tanaka@example.jp", verified=True),), language="ja"
    ),
    Person(ref("42"), "Dana Fox", Role.CUSTOMER, (Identity("email", "dana@fox.example"),), organization="o1"),
    Person(ref("7"), "aiko", Role.AGENT),
    Person(ref("8"), "ben", Role.ADMIN),
    Organization(ref("o1"), "Fox Ltd"),
    Team(ref("g1"), "Billing", ("7", "8")),
    Team(ref("g2"), "Support"),
    # 1: waits longest, mine, urgent, late
    ticket(
        "1",
        5,
        subject="身に覚えのない請求",
        requester="41",
        assignee="7",
        group="g1",
        priority=Priority.URGENT,
        tags=("vip", "billing"),
        due_at=NOW - timedelta(minutes=12),
        channel="email",
    ),
    message("e1", "1", 4.5, body="11/20の明細に同じ金額が二度あります。", attachments=(Attachment("a", "card.pdf"),)),
    # 2: waits, unassigned, English
    ticket("2", 4, subject="Where is my parcel?", requester="42", organization="o1", channel="chat", status=Status.NEW),
    message("e2", "2", 3, author="42", body="It never came. Order 10-2231."),
    # 3: answered, pending, of ben
    ticket("3", 3, subject="解約したい", requester="41", assignee="8", group="g2", status=Status.PENDING),
    message("e3", "3", 2.9, body="解約の手順を教えてください"),
    message("e4", "3", 2, Kind.REPLY, author="8", body="手順をご案内します"),
    # 4: solved long ago
    ticket(
        "4",
        400,
        subject="Refund",
        requester="42",
        organization="o1",
        assignee="7",
        status=Status.SOLVED,
        priority=Priority.LOW,
    ),
    message("e5", "4", 399, author="42", body="refund please"),
    View(ref("v1"), "Escalated", 1, ("2", "4")),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    i18n.use("en", timezone(timedelta(hours=9)))
    with opened(tmp_path / "desk.db") as opened_store:
        opened_store.mirror.take(Page(WORLD, ""))
        while opened_store.search.index_some():
            pass
        yield opened_store
    i18n.use("en")


def found(store: Store, text: str) -> list[str]:
    keys = store.queries.keys(parse(text), me=ME, now=NOW)
    return [row.ticket.ref.id for row in store.queries.rows(keys)]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("is:unsolved", "123"),
        ("is:waiting", "12"),
        ("is:unassigned", "2"),
        ("assignee:none", "2"),
        ("is:mine", "14"),
        ("assignee:me is:unsolved", "1"),
        ("assignee:ben", "3"),
        ("assignee:ghost", ""),
        ("is:urgent", "1"),
        ("group:billing", "1"),
        ("group:none", "24"),
        ("status:open", "1"),
        ("status:new,pending", "23"),
        ("status<pending", "12"),
        ("status>=solved", "4"),
        ("priority:none", "23"),
        ("priority>=normal", "123"),
        ("priority<normal", "4"),
        ("tag:vip", "1"),
        ("tag:vi", ""),
        ("tag:none", "234"),
        ("-tag:vip", "234"),
        ("-assignee:me", "23"),
        ("channel:メール", "1"),
        ("customer:tanaka@example.jp", "13"),
        ("customer:田中", "13"),
        ("お客様:dana", "24"),
        ("from:ben", "3"),
        ("from:dana@fox", "24"),
        ("to:田中", "3"),
        ("org:fox", "24"),
        ("org:none", "13"),
        ("lang:ja", "13"),
        ("account:acme number:3", "3"),
        ("account:other", ""),
        ("#2", "2"),
        ("view:escalated", "24"),
        ("subject:parcel", "2"),
        ("has:attachment", "1"),
        ("has:draft", ""),
        ("waiting>4h", "1"),
        ("waiting<4h", "2"),
        ("sla<0", "1"),
        ("sla>0", ""),
        ("bounce>0", ""),
        ("before:2d", "4"),
        ("after:today", "123"),
        ("created:yesterday", ""),
        ("updated>=2026-11-24", "123"),
        ("is:unread", "1234"),
        ("請求", "1"),
        ("明細", "1"),
        ("二度", "1"),
        ("解", "3"),
        ("手順", "3"),
        ("解約 手順", "3"),
        ("parcel OR 解約", "23"),
        ('"order 10-2231"', "2"),
        ("refunds", "4"),
        ("dana", "24"),
        ("dana -parcel", "4"),
        ("is:unsolved -(請求 OR 解約)", "2"),
        ("2", "2"),
        ("!?", "1234"),
    ],
)
def test_a_filter_finds_exactly_its_tickets(store: Store, text: str, ids: str) -> None:
    assert sorted(found(store, text)) == sorted(ids)
    assert store.queries.count(parse(text), me=ME, now=NOW) == len(ids)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("sort:wait", "12"),
        ("is:unsolved", "1234"[:3]),
        ("sort:-updated", "3214"),
        ("sort:created", "4123"),
        ("sort:due", "1"),
        ("sort:priority", "1234"),
        ("sort:-priority", "4"),
        ("", "3214"),
    ],
)
def test_a_list_has_the_order_it_was_asked_for(store: Store, text: str, ids: str) -> None:
    assert "".join(found(store, text)).startswith(ids)


def test_every_word_of_the_table_has_a_condition(store: Store) -> None:
    values = {FieldKind.NUMBER: "1", FieldKind.SPAN: "1h", FieldKind.MOMENT: "today", FieldKind.NAME: "x"}
    for entry in FIELDS.values():
        for value in [*entry.values, *([values[entry.kind]] if entry.kind in values else [])]:
            store.queries.count(parse(f"{entry.name}:{value}"), me=ME, now=NOW)


ATOMS = st.sampled_from(
    [
        "is:mine",
        "tag:vip",
        "請求",
        "refund",
        "assignee:ben",
        "org:fox",
        "priority>=high",
        "waiting>1h",
        "sla<1h",
        "group:none",
    ]
).map(lambda text: parse(text).where)
NODES: st.SearchStrategy[Node] = st.recursive(
    ATOMS,
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(lambda a, b: And((a, b)), inner, inner)
        | st.builds(lambda a, b: Or((a, b)), inner, inner)
    ),
    max_leaves=5,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(NODES, NODES)
def test_the_laws_of_logic_hold_for_empty_fields_too(store: Store, a: Node, b: Node) -> None:
    def keys(where: Node) -> set[int]:
        return set(store.queries.keys(Filter(where), me=ME, now=NOW))

    everything = keys(And())

    assert keys(Not(a)) == everything - keys(a)
    assert keys(And((a, b))) == keys(a) & keys(b)
    assert keys(Or((a, b))) == keys(a) | keys(b)


def test_hostile_values_stay_values(store: Store) -> None:
    for text in ["tag:%", "tag:_ip", "customer:%", "x'; DROP TABLE ticket;--", 'subject:"%"', "view:'", "tag:\\"]:
        assert store.queries.keys(parse(text), me=ME, now=NOW) == []
    assert store.queries.count(parse(""), now=NOW) == 4


def test_a_snoozed_ticket_is_in_no_queue_until_it_wakes(store: Store) -> None:
    store.desktop.snooze(ref("1"), NOW + timedelta(hours=1))

    assert found(store, "is:waiting") == ["2"]
    assert found(store, "is:snoozed") == ["1"]
    assert found(store, "is:waiting -is:snoozed") == ["2"]
    assert store.queries.count(parse("is:waiting"), now=NOW + timedelta(hours=2)) == 2
    assert store.queries.count(parse("is:waiting"), now=NOW, asleep=True) == 2


def test_a_promised_ticket_is_found_by_its_promise(store: Store) -> None:
    store.desktop.promise(ref("2"), NOW + timedelta(hours=2))

    assert found(store, "is:promised sort:due") == ["2"]


def test_a_row_carries_the_names_and_what_this_desk_knows(store: Store) -> None:
    op = Op("op-1", ref("1"), (Reply("はい"),), None, NOW, NOW)
    store.outbox.add(op, Author("7", "aiko"))
    store.outbox.mark(op, OpState.HELD, "The customer wrote again")
    store.drafts.save(Draft(ref("1"), "note", "思い出した", NOW))
    store.desktop.mark_read(ref("1"), NOW)

    row = store.queries.ticket(ref("1"))

    assert row is not None
    assert (row.requester_name, row.assignee_name, row.group_name) == ("田中 美咲", "aiko", "Billing")
    assert (row.pending_ops, row.stuck_ops, row.has_draft, row.is_unread) == (1, 1, True, False)
    assert found(store, "is:held") == found(store, "has:draft") == found(store, "has:unsent") == ["1"]


def test_rows_come_in_the_order_of_their_keys_and_skip_what_is_gone(store: Store) -> None:
    keys = store.queries.keys(parse("sort:wait"), now=NOW)

    shown = store.queries.rows([keys[2], 999, keys[0]])

    assert [row.key for row in shown] == [keys[2], keys[0]]


def test_the_next_ticket_follows_and_wraps_around(store: Store) -> None:
    keys = store.queries.keys(parse("is:waiting"), now=NOW)

    def following(after: int | None) -> int | None:
        return store.queries.next_ticket(after, parse("is:waiting"), now=NOW)

    assert (following(None), following(keys[0]), following(keys[1]), following(999)) == (
        keys[0],
        keys[1],
        keys[0],
        keys[0],
    )


@pytest.mark.parametrize("text", ["2", "#2", " acme:2 ", "acme:#2"])
def test_a_ticket_is_found_by_number_with_or_without_account(store: Store, text: str) -> None:
    row = store.queries.find_ticket(text)

    assert row is not None
    assert row.ticket.ref == ref("2")


def test_a_ticket_of_another_account_or_none_is_not_found(store: Store) -> None:
    assert store.queries.find_ticket("2", account="other") is None
    assert store.queries.find_ticket("zzz") is None


def test_me_is_whom_the_account_says(store: Store) -> None:
    store.desktop.put_account(Account("acme", "zendesk", "https://a.example", "ben@a.example", "keyring", me="8"))

    keys = store.queries.keys(parse("assignee:me"), now=NOW)

    assert [row.ticket.ref.id for row in store.queries.rows(keys)] == ["3"]


def test_a_log_is_read_oldest_first(store: Store) -> None:
    assert [event.ref.id for event in store.queries.events(ref("3"))] == ["e3", "e4"]


def test_the_changes_of_one_field_are_read_alone(store: Store) -> None:
    moves = [
        Event(ref(f"m{n}"), Kind.CHANGE, NOW - timedelta(minutes=n), "3", field=field, old="a", new="b")
        for n, field in enumerate(("group", "status", "group"))
    ]
    store.mirror.take(Page((*moves, Event(ref("m9"), Kind.CHANGE, NOW, "4", field="group", old="a", new="b")), ""))

    assert [event.ref.id for event in store.queries.changes(ref("3"), "group")] == ["m2", "m0"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("channel:phone", {"11", "12"}),
        ("経路:電話", {"11", "12"}),
        ("channel:voice", {"11"}),
        ("channel:フォーム", {"13"}),
        ("channel:web", {"13"}),
        ("channel:social", {"14", "15"}),
        ("channel:LINE", {"15"}),
        ("channel:フォーム,電話", {"11", "12", "13"}),
        ("channel:messaging", {"16"}),
        ("channel:Messenger", {"14"}),
    ],
)
def test_a_channel_is_found_by_our_word_whatever_the_helpdesk_calls_it(
    store: Store, query: str, found: set[str]
) -> None:
    known = {
        "11": ("voice", "34"),
        "12": ("voicemail", "33"),
        "13": ("web_form", "web"),
        "14": ("facebook", "messenger"),
        "15": ("line", "line"),
        "16": ("messaging", "native_messaging"),
    }
    tickets = tuple(ticket(id, 1, channel=channel, channel_raw=raw) for id, (channel, raw) in known.items())
    store.mirror.take(Page(tickets, ""))

    keys = store.queries.keys(parse(query), now=NOW, limit=100)
    assert {row.ticket.number for row in store.queries.rows(keys)} & known.keys() == found


@pytest.mark.parametrize(
    "query", ["customer:田中", "customer:dana@fox", "customer:42", "-customer:dana", "lang:ja", "-lang:ja", "lang:fr"]
)
def test_of_a_few_tickets_the_customers_are_looked_up_one_by_one(store: Store, query: str) -> None:
    store.mirror.take(Page((ticket("9", 1, requester="gone"), ticket("10", 1)), ""))
    where = parse(query).where
    whole = Conditions(store.db, {}, NOW).of(where)
    each = Conditions(store.db, {}, NOW, among="few").of(where)
    asking = f"SELECT t.id FROM ticket t WHERE t.key IN (SELECT value FROM json_each('[1,2,3,5,6]')) AND {each.sql}"

    plan = [row[3] for row in store.db.execute(f"EXPLAIN QUERY PLAN {asking}", each.values)]

    assert not [step for step in plan if step.startswith("SCAN") and "VIRTUAL" not in step], plan
    assert not any("identity_" in step for step in plan), plan
    assert (
        store.db.execute(asking, each.values).fetchall()
        == store.db.execute(f"SELECT t.id FROM ticket t WHERE t.id <> 4 AND {whole.sql}", whole.values).fetchall()
    )


WRITTEN = (
    ("渡邊 太郎", "ｻｰﾊﾞｰの件", "福祉局"),
    ("齋藤 花子", "申し込みについて", "サーバー課"),
    ("José Díaz", "Café order", "Ämter"),
    ("ワタナベ ケン", "お申込み", None),
)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("customer:渡辺", "0"),
        ("customer:斉藤", "1"),
        ("from:斎藤", "1"),
        ("customer:わたなべ", "3"),
        ("customer:ﾜﾀﾅﾍﾞ", "3"),
        ("customer:jose", "2"),
        ("件名:サーバ", "0"),
        ("件名:申込", "13"),
        ("-件名:申込", "02"),
        ("subject:cafe", "2"),
        ("subject:afé", "2"),
        ("subject:件", "0"),
        ('subject:"、"', ""),
        ("org:サーバ課", "1"),
        ("org:amter", "2"),
        ("org:!", ""),
        ("assignee:渡辺", "2"),
    ],
)
def test_a_name_or_subject_is_found_however_it_is_written(store: Store, query: str, ids: str) -> None:
    items: list[object] = [Person(ref("a9"), "渡邉 次郎", Role.AGENT)]
    for place, (name, subject, organization) in enumerate(WRITTEN):
        given = {"requester": f"p{place}", "organization": organization and f"o{place}", "subject": subject}
        items += [
            Person(ref(f"p{place}"), name, Role.CUSTOMER),
            ticket(str(place), place, assignee="a9" if place == 2 else None, **given),
            Event(ref(f"e{place}"), Kind.CUSTOMER, NOW, str(place), author=f"p{place}", body="x"),
        ]
        if organization:
            items.append(Organization(ref(f"o{place}"), organization))
    store.mirror.take(Page(tuple(items), ""))  # type: ignore[arg-type]
    while store.search.index_some(1000):
        pass

    keys = store.queries.keys(parse(query), now=NOW, me=ME)

    found = {row.ticket.ref.id for row in store.queries.rows(keys)} & set("0123")
    assert found == set(ids)


def test_a_timeline_crosses_tickets_and_outside_events_newest_first_in_pages(store: Store) -> None:
    order = Event(ref("x1"), Kind.OUTSIDE, NOW - timedelta(hours=1), customer="41", body="order placed")
    twin = Event(ref("x2"), Kind.OUTSIDE, NOW - timedelta(hours=1), customer="41", body="parcel late")
    store.mirror.take(Page((order, twin), ""))

    first = store.queries.timeline(ref("41"), limit=1)
    rest = store.queries.timeline(ref("41"), limit=10, before=first[-1])

    assert [event.ref.id for event in (*first, *rest)] == ["x2", "x1", "e4", "e3", "e1"]
    assert [event.ref.id for event in store.queries.timeline(ref("41"), channels={"email"}, kinds={Kind.REPLY})] == [
        "e4"
    ]


def test_one_person_in_two_accounts_has_one_timeline_only_by_a_verified_address(store: Store) -> None:
    elsewhere = Ref("shop", "9")
    verified = Person(elsewhere, "Misaki", Role.CUSTOMER, (Identity("email", "tanaka@example.jp", verified=True),))
    store.mirror.take(Page((verified, Event(Ref("shop", "s1"), Kind.OUTSIDE, NOW, customer="9", body="hi")), ""))

    assert store.queries.timeline(ref("41"))[0].ref == Ref("shop", "s1")

    claimed = replace(verified, identities=(Identity("email", "tanaka@example.jp", verified=False),), stamp=1)
    store.mirror.take(Page((claimed,), ""))

    assert store.queries.same_person(ref("41")) == [ref("41")]


def test_a_card_says_who_they_are_before_the_first_word(store: Store) -> None:
    store.mirror.take(Page((Event(ref("r1"), Kind.RATING, NOW, ticket="4", data={"score": "good"}),), ""))

    card = store.queries.card(ref("42"))

    assert card is not None
    assert (card.person.name, card.organization and card.organization.name) == ("Dana Fox", "Fox Ltd")
    assert (card.channels, card.tickets, card.unsolved) == ({"chat": 1, "other": 1}, 2, 1)
    assert card.first_seen == NOW - timedelta(hours=400)
    assert [event.ref.id for event in card.ratings] == ["r1"]
    assert store.queries.card(ref("nobody")) is None


@pytest.mark.parametrize("text", ["41", "acme:41", "TANAKA@example.jp", "田中 美咲", "tanaka@"])
def test_a_person_is_found_by_id_address_or_name(store: Store, text: str) -> None:
    person = store.queries.find_person(text)

    assert person is not None
    assert person.ref == ref("41")


def test_nobody_is_found_where_several_could_be_meant(store: Store) -> None:
    store.mirror.take(Page((Person(ref("43"), "田中 亮", Role.CUSTOMER),), ""))

    assert store.queries.find_person("田中") is None
    assert len(store.queries.find_people("田中")) == 2


def test_the_accounts_own_things_are_listed(store: Store) -> None:
    store.mirror.take(Page((Article(ref("k1"), "返品の手順", "本文", language="ja"),), ""))

    assert [person.name for person in store.queries.people("acme")] == ["aiko", "ben"]
    assert [team.name for team in store.queries.teams("acme")] == ["Billing", "Support"]
    assert store.queries.views("acme")[0].tickets == ("2", "4")
    assert [article.title for article in store.queries.articles("acme", language="ja")] == ["返品の手順"]
    assert store.queries.article("k1") == store.queries.article("acme:k1") == store.queries.article(ref("k1"))
    assert (store.queries.tags(), store.queries.tags("v")) == (["billing", "vip"], ["vip"])


@pytest.mark.parametrize(
    "text",
    [
        "is:waiting sort:wait",
        "is:unsolved is:urgent",
        "is:unsolved assignee:me",
        "is:unsolved assignee:none",
        "is:unsolved sla<2h",
        "is:promised",
        "is:snoozed",
        "is:held",
        "status<solved tag:vip",
        "customer:dana",
        "from:dana",
        "to:dana",
        "has:attachment",
        "lang:ja",
        "view:escalated",
        "#2",
        "返品",
        "2231",
        "",
    ],
)
def test_no_queue_or_search_reads_the_wide_table(store: Store, text: str) -> None:
    statements: list[str] = []
    store.db.set_trace_callback(statements.append)
    store.queries.count(parse(text), me=ME, now=NOW)
    store.db.set_trace_callback(None)
    (counting,) = [statement for statement in statements if "count(*)" in statement]

    plan = [row[3] for row in store.db.execute(f"EXPLAIN QUERY PLAN {counting}")]

    assert not any(step == "SCAN t" for step in plan), plan
