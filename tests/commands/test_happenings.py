"""What happened, in words."""

from datetime import UTC, datetime
from pathlib import Path

from agentdesk import i18n
from agentdesk.commands.happenings import Names, kind_word, what_changed
from agentdesk.exchange import Page
from agentdesk.model import Event, Field, Kind, Ref, Role, Team
from agentdesk.store import Store

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


def changed(field: str, old: str | None, new: str | None) -> Event:
    return Event(Ref("acme", "1"), Kind.CHANGE, AT, ticket="1", author_role=Role.AGENT, field=field, old=old, new=new)


def test_a_change_names_the_team_and_not_its_number(tmp_path: Path) -> None:
    store = Store(tmp_path / "agentdesk.db")
    store.mirror.take(Page((Team(Ref("acme", "201"), "Support"), Team(Ref("acme", "202"), "Billing")), ""))

    words = what_changed(changed("group", "201", "202"), Names(store))

    store.close()
    assert words == "Routed from Support to Billing"


def test_every_kind_of_event_has_a_word() -> None:
    words = [kind_word(Event(Ref("acme", "1"), kind, AT)) for kind in Kind]

    assert all(words)


def test_a_moment_that_a_field_had_is_told_as_people_write_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "agentdesk.db")
    then = datetime(2026, 11, 24, 6, tzinfo=UTC)

    words = what_changed(changed("Due", "no-time", then.isoformat()), Names(store))
    odd = what_changed(changed("Due", None, "2026-99-24T06:00:00Z"), Names(store))

    store.close()
    assert words == f"Due: from no-time to {i18n.stamp(then)}"
    assert odd == "Due: 2026-99-24T06:00:00Z"


def test_a_field_whose_label_is_but_its_id_is_called_by_the_agent_s_word(tmp_path: Path) -> None:
    store = Store(tmp_path / "agentdesk.db")
    store.mirror.take(Page((Field(Ref("acme", "status"), "status"), Field(Ref("acme", "f1"), "注文番号")), ""))
    names = Names(store)

    called = [names.field("acme", "status"), names.field("acme", "f1")]

    store.close()
    assert called == ["Status", "注文番号"]
