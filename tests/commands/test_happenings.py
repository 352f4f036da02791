"""What happened, in words."""

from datetime import UTC, datetime
from pathlib import Path

from agentdesk.commands.happenings import Names, kind_word, what_changed
from agentdesk.exchange import Page
from agentdesk.model import Event, Kind, Ref, Role, Team
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
