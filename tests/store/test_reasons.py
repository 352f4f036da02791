"""Every ticket has at most one contact reason: the team's, the helpdesk's, or one found by what tickets say."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from agentdesk.filters import parse
from agentdesk.model import Field, Item, Option, Organization, Person, Ref, Role, Team
from agentdesk.store import Store, reasons
from agentdesk.store.meaning import Tools, Wanted
from agentdesk.store.reason_counts import counts
from agentdesk.store.reason_rules import FILE, rules_of
from agentdesk.store.search import Search
from agentdesk.store.store import opened
from tests.store.test_meaning import Topics
from tests.store.test_search import NOW, message, ref, take, ticket

SAID = {
    "返金": ("返金がまだです", "カードへの返金を待っています"),
    "ログイン": ("ログインできません", "パスワードを入れてもログインの画面に戻ります"),
    "parcel": ("Parcel is late", "The parcel has been stuck since Monday"),
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "cache.db") as store:
        store.db.execute(
            "INSERT INTO account (name, provider, url, user, token_source, position) VALUES (?, 'x', '', '', '', 0)",
            (ref("").account,),
        )
        store.search.vocabulary.keep_in(tmp_path)
        yield store


def contacts(each: int, begin: int = 100) -> list[Item]:
    """So many tickets of each kind, among others that have nothing in common."""
    items: list[Item] = []
    for number in range(each):
        for place, (subject, body) in enumerate(SAID.values()):
            id = str(begin + 10 * number + place)
            items += [ticket(id, subject, number), message(f"m{id}", id, body)]
        for place in range(3, 9):
            odd = begin + 60 * number + place
            subject = chr(0x4E00 + odd) * 4 if place % 2 else "".join(chr(97 + int(digit)) for digit in str(odd))
            items.append(ticket(str(begin + 10 * number + place), subject, number))
    return items


def reason(store: Store) -> None:
    """Index and reason until there is nothing left to do."""
    while store.search.index_some() or store.search.learn_some():
        pass


def found(store: Store, query: str) -> set[str]:
    keys = store.queries.keys(parse(query), now=NOW)
    return {row.ticket.subject for row in store.queries.rows(keys)}


def reason_of(store: Store, id: str) -> str:
    row = store.queries.ticket(ref(id))
    assert row is not None
    return row.reason


def test_tickets_that_say_the_same_have_a_reason_called_by_their_words(store: Store) -> None:
    take(store, *contacts(8))

    reason(store)

    assert "返金" in reason_of(store, "100")
    assert "ログイン" in reason_of(store, "101")
    assert "parcel" in reason_of(store, "102")
    assert reason_of(store, "108") == ""
    assert found(store, "reason:返金") == {"返金がまだです"}
    assert found(store, '理由:"parcel"') == {"Parcel is late"}
    assert len(store.queries.keys(parse("reason:none"), now=NOW)) == 48


def test_a_slip_in_a_reason_finds_the_one_that_was_meant(store: Store) -> None:
    take(store, *contacts(8))
    reason(store)

    assert found(store, "reason:parcle") == {"Parcel is late"}
    assert found(store, "reason:somethingelse") == set()


def test_a_new_ticket_joins_the_nearest_reason_or_none(store: Store) -> None:
    take(store, *contacts(8))
    reason(store)
    names = set(reasons.names(store.db))

    take(store, ticket("1", "返金について", 0), ticket("2", "壁紙の色", 0))
    reason(store)

    assert reason_of(store, "1") == reason_of(store, "100")
    assert reason_of(store, "2") == ""
    assert set(reasons.names(store.db)) == names


def test_reasons_formed_anew_stay_what_they_were(store: Store) -> None:
    take(store, *contacts(8))
    reason(store)
    before = {one.name: one.id for one in reasons.reasons(store.db)}

    take(store, *contacts(30, begin=1_000))
    reason(store)

    assert {one.name: one.id for one in reasons.reasons(store.db)} == before
    assert len(store.queries.keys(parse("reason:返金"), now=NOW)) == 38


def test_what_the_customer_says_later_counts(store: Store) -> None:
    take(store, *contacts(8), ticket("1", "こんにちは", 0), message("x", "1", "こんにちは"))
    reason(store)

    take(store, message("y", "1", "返金がまだ届きません"))
    reason(store)

    assert "返金" in reason_of(store, "1")


def test_a_reason_is_forgotten_with_its_ticket_and_a_word_with_its_message(store: Store) -> None:
    take(store, *contacts(8))
    reason(store)

    store.db.execute("UPDATE event SET body = replace(body, 'Monday', '')")
    store.db.execute("DELETE FROM ticket WHERE subject = '返金がまだです'")
    reason(store)

    assert store.db.execute(
        "SELECT count(*) FROM ticket_reason WHERE key NOT IN (SELECT key FROM ticket)"
    ).fetchone() == (0,)
    assert "返金" not in "".join(reasons.names(store.db))
    assert "monday" not in str(store.db.execute("SELECT words, middle FROM reason").fetchall())
    assert "monday" not in str(store.db.execute("SELECT books FROM reason_book").fetchall())


def test_the_field_of_the_helpdesk_says_the_reason_where_there_is_one(store: Store) -> None:
    field = Field(ref("f1"), "お問い合わせ理由", "choice", (Option("refund_late", "返金の遅れ"),))
    take(store, field, *contacts(8), ticket("1", "Parcel is late", 0, fields={"f1": "refund_late"}))
    reason(store)
    assert reason_of(store, "1") == "返金の遅れ"

    take(store, ticket("1", "Parcel is late", 0, fields={}, stamp=2))
    reason(store)
    assert "parcel" in reason_of(store, "1")


def test_a_tag_may_say_the_reason(store: Store) -> None:
    take(store, ticket("1", "?", 0, tags=("vip", "reason:refund")))

    reason(store)

    assert reason_of(store, "1") == "refund"


def test_the_teams_own_reasons_win_and_hold_as_soon_as_they_are_written(store: Store, tmp_path: Path) -> None:
    take(store, *contacts(8))
    reason(store)

    (tmp_path / FILE).write_text("お金 = 返金 OR tag:money  # ours\nhome = parcel late\n", encoding="utf-8")
    reason(store)
    assert (reason_of(store, "100"), reason_of(store, "102")) == ("お金", "home")

    take(store, ticket("1", "?", 0, tags=("money",)))
    (tmp_path / FILE).write_text("お金 = tag:money", encoding="utf-8")
    reason(store)
    assert (reason_of(store, "1"), "返金" in reason_of(store, "100")) == ("お金", True)

    (tmp_path / FILE).unlink()
    reason(store)
    assert reason_of(store, "1") == ""


def test_the_first_line_that_fits_names_a_ticket(store: Store, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("one = parcel\ntwo = late", encoding="utf-8")
    take(store, ticket("1", "late parcel", 0), ticket("2", "late letter", 0))

    reason(store)

    assert (reason_of(store, "1"), reason_of(store, "2")) == ("one", "two")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("返金", 'line 2: write "name = words".'),
        ("返金 =", 'line 2: write "name = words".'),
        ("a = (b", "line 2: This parenthesis is never closed."),
        ("a = waiting>2h", "line 2: waiting: does not say what a ticket is about"),
        ("a = -status:open", "line 2: status: does not say what a ticket is about"),
        ("ok = b", "line 2: ok is named twice"),
    ],
)
def test_a_line_that_cannot_be_read_is_left_out_and_told(line: str, told: str) -> None:
    found, problems = rules_of(f"ok = a\n{line}\n")

    assert [rule.name for rule in found] == ["ok"]
    assert len(problems) == 1
    assert told in problems[0]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("dev = C#", "C#"),
        ("dev = C#  # not #1", "C#"),
        ('dev = "issue # 4" OR 「# 5」# 6  ＃ ours', '"issue # 4" OR 「# 5」# 6'),
    ],
)
def test_a_comment_begins_behind_a_space_and_in_no_quotation(line: str, text: str) -> None:
    found, problems = rules_of(f"# dev = a\n  # dev = b\n{line}\n")

    assert ([rule.query.text for rule in found], problems) == ([text], [])


def test_a_customers_name_is_no_reason(store: Store) -> None:
    person = Person(ref("41"), "佐々木 久美子", Role.CUSTOMER, stamp=1)
    calls = [ticket(str(number), "着信 佐々木久美子", number) for number in range(8)]
    take(store, person, *calls, *contacts(8))

    reason(store)

    assert reason_of(store, "1") == "着信"


def test_a_cache_of_before_gets_reasons_for_the_tickets_it_has(store: Store) -> None:
    take(store, *contacts(8))
    store.db.execute("DELETE FROM reason_due")

    reason(store)

    assert len(store.queries.keys(parse("reason:parcel"), now=NOW)) == 8


def test_a_ticket_that_changes_while_it_is_read_is_read_again(store: Store) -> None:
    take(store, *contacts(8))
    reason(store)
    take(store, ticket("1", "返金について", 0))
    decided = store.search.reasoning._decided([store.db.execute("SELECT max(key) FROM ticket").fetchone()[0]])

    take(store, ticket("1", "Parcel late", 0, stamp=2))
    store.search.reasoning._write(decided)
    reason(store)

    assert "parcel" in reason_of(store, "1")


def test_a_word_that_is_redacted_while_groups_form_is_in_none_of_them(store: Store) -> None:
    take(store, *contacts(8))
    forming = store.search.reasoning._form(ref("").account)
    next(forming)
    next(forming)

    store.db.execute("UPDATE event SET body = replace(body, 'Monday', '')")
    assert list(forming)
    assert store.db.execute("SELECT maker FROM reason_book").fetchone() == ("",)
    reason(store)

    assert "late parcel" in reasons.names(store.db)
    assert "monday" not in str(store.db.execute("SELECT books FROM reason_book").fetchall())


def test_reasons_divide_what_a_search_found(store: Store) -> None:
    take(store, *contacts(8))
    reason(store)

    _count, facets = store.search.divided("status:open", (), now=NOW)

    counted: Sequence[int] = [one.tickets for one in facets if one.field == "reason"]
    assert counted == [8, 8, 8]


def test_reasons_are_counted_in_a_period_and_the_one_before(store: Store) -> None:
    take(
        store,
        *(ticket(f"a{number}", "?", number, tags=("reason:late",)) for number in range(12)),
        *(ticket(f"b{number}", "?", number, tags=("reason:lost",)) for number in range(3)),
        *(ticket(f"c{number}", "?", 24 * 8, tags=("reason:lost",)) for number in range(2)),
        ticket("d", "?", 1),
        ticket("old", "?", 24 * 20, tags=("reason:late",)),
    )
    reason(store)

    found = counts(store.db, parse(""), now=NOW, period=timedelta(days=7), me={})

    assert [(one.name, one.tickets, one.before, one.trend) for one in found] == [
        ("late", 12, 0, "rising"),
        ("lost", 3, 2, "steady"),
        ("", 1, 0, "steady"),
    ]
    assert [one.share for one in found] == [12 / 16, 3 / 16, 1 / 16]
    assert found[0].examples == (ref("a0"), ref("a1"), ref("a2"))
    assert [one.name for one in counts(store.db, parse("reason:lost"), now=NOW, period=timedelta(days=7), me={})] == [
        "lost"
    ]


def test_reasons_are_counted_in_the_teams_other_words_as_a_queue_is(store: Store, tmp_path: Path) -> None:
    (tmp_path / "aliases.txt").write_text("package = parcel\n", encoding="utf-8")
    take(store, ticket("1", "Parcel is late", 1, tags=("reason:late",)))
    reason(store)

    found = counts(store.db, parse("package"), now=NOW, period=timedelta(days=7), me={})

    assert [(one.name, one.tickets) for one in found] == [("late", 1)]


def by_meaning(store: Store) -> Search:
    """A search with an extra that knows what money, parcels and passwords are in all words."""
    pytest.importorskip("numpy", reason="the extra [semantic] is not installed")
    search = Search(store.db, Tools(encoder=lambda name: Topics()))
    search.meaning.want(Wanted(encoders=("use",)))
    return search


def test_groups_that_mean_the_same_are_one_reason_with_the_extra(store: Store) -> None:
    search = by_meaning(store)
    packages = [ticket(f"p{number}", "Package missing", number) for number in range(8)]
    take(store, *packages, *contacts(8))

    while search.index_some() or search.learn_some():
        pass

    assert reason_of(store, "p1") == reason_of(store, "102")
    assert reason_of(store, "100") != reason_of(store, "102")


def test_a_ticket_in_other_words_has_the_reason_of_those_that_mean_the_same_with_the_extra(store: Store) -> None:
    search = by_meaning(store)
    take(store, *contacts(8))
    while search.index_some() or search.learn_some():
        pass

    take(store, ticket("1", "荷物はどこ", 0), ticket("2", "壁紙の色", 0))
    while search.index_some() or search.learn_some():
        pass

    assert reason_of(store, "1") == reason_of(store, "102")
    assert reason_of(store, "2") == ""


def test_what_groups_mean_is_read_again_only_after_many_have_asked_or_a_text_is_taken_back(store: Store) -> None:
    search = by_meaning(store)
    take(store, *contacts(8))
    while search.index_some() or search.learn_some():
        pass
    keys = [key for (key,) in store.db.execute("SELECT key FROM ticket_reason")]
    statements: list[str] = []

    def read(*asked: Sequence[int]) -> int:
        """How often the groups' vectors are read while these ask."""
        statements.clear()
        store.db.set_trace_callback(statements.append)
        for some in asked:
            assert search.reasoning._by_meaning(some).keys() == set(some)
        store.db.set_trace_callback(None)
        return sum("tr.reason, m.value" in one for one in statements)

    assert read(keys, keys[:1], keys[1:2]) == 2
    assert read(keys[2:3]) == 0
    store.db.execute("UPDATE event SET body = replace(body, 'Monday', '')")
    assert read(keys[:1]) == 1


def test_a_changed_message_lets_the_groups_of_other_accounts_stand(store: Store) -> None:
    take(store, *contacts(8))
    reason(store)
    store.db.execute("INSERT INTO reason_book SELECT 'other', 7, maker, last_key, newest_at, books FROM reason_book")

    store.db.execute("UPDATE event SET body = replace(body, 'Monday', '')")

    told = dict(store.db.execute("SELECT account, maker = '' FROM reason_book"))
    assert told == {ref("").account: 1, "other": 0}


def test_forming_the_groups_of_one_account_looks_at_no_ticket_of_another(store: Store) -> None:
    other = "other"
    store.db.execute(
        "INSERT INTO account SELECT ?, provider, url, user, '', NULL, NULL, '{}', 1 FROM account", (other,)
    )
    take(store, *contacts(8), ticket("1", "?", 0, ref=Ref(other, "1"), tags=("reason:refund",)))
    reason(store)
    store.db.execute("DELETE FROM ticket_reason")

    store.db.execute("UPDATE event SET body = replace(body, 'Monday', '')")
    store.db.execute("DELETE FROM reason_due WHERE key = (SELECT key FROM ticket WHERE account = ?)", (other,))
    reason(store)

    assert "parcel" in reason_of(store, "102")
    assert store.db.execute(
        "SELECT count(*) FROM ticket_reason JOIN ticket USING (key) WHERE account = ?", (other,)
    ).fetchone() == (0,)


def test_a_rule_holds_when_the_customer_becomes_known_later_or_another(store: Store, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("vip = customer:美咲 OR lang:fr\n", encoding="utf-8")
    take(store, ticket("1", "?", 0, requester="41"), ticket("2", "!", 0, requester="42"))
    reason(store)
    assert reason_of(store, "1") == ""

    take(
        store, Person(ref("41"), "田中 美咲", Role.CUSTOMER, stamp=1), Person(ref("42"), "Dana", Role.CUSTOMER, stamp=1)
    )
    reason(store)
    assert (reason_of(store, "1"), reason_of(store, "2")) == ("vip", "")

    take(store, Person(ref("42"), "Dana", Role.CUSTOMER, language="fr", stamp=2))
    take(store, ticket("1", "?", 0, requester="42", stamp=2), ticket("3", "?", 0, requester="43"))
    take(store, ticket("2", "!", 0, requester="43", stamp=2))
    reason(store)
    assert [reason_of(store, id) for id in "123"] == ["vip", "", ""]


def test_a_rule_holds_when_its_team_or_organization_is_named_so_later(store: Store, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("money = group:billing OR org:fox OR channel:fax\n", encoding="utf-8")
    take(store, Organization(ref("o"), "Wolf"), ticket("1", "?", 0, group="g"), ticket("2", "!", 0, organization="o"))
    take(store, ticket("3", ".", 0))
    reason(store)
    assert [reason_of(store, id) for id in "123"] == ["", "", ""]

    take(
        store, Team(ref("g"), "Billing"), Organization(ref("o"), "Fox"), ticket("3", ".", 0, channel_raw="fax", stamp=2)
    )
    reason(store)
    assert [reason_of(store, id) for id in "123"] == ["money", "money", "money"]

    take(store, Team(ref("g"), "Support"))
    reason(store)
    assert reason_of(store, "1") == ""


def test_a_file_that_cannot_be_read_lets_the_teams_reasons_stand_and_is_told(store: Store, tmp_path: Path) -> None:
    file, text = tmp_path / FILE, "お金 = 返金 OR tag:money\n"
    file.write_text(text, encoding="utf-8")
    take(store, *contacts(8))
    reason(store)

    file.write_bytes(text.encode("shift_jis"))
    take(store, ticket("100", "返金がまだです", 1, tags=("x",), stamp=2))
    take(store, ticket("1", "?", 0, tags=("money",)))
    reason(store)
    with opened(store.path) as another:
        reason(another)

    assert (reason_of(store, "100"), reason_of(store, "110"), reason_of(store, "1")) == ("お金", "お金", "")
    assert FILE in store.search.reasoning.problems()[0]

    file.write_text(text, encoding="utf-8")
    reason(store)
    assert reason_of(store, "1") == "お金"
    assert not store.search.reasoning.problems()
