"""Two served helpdesks in one desk, from the shell: what goes where, and one away while the other works."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agentdesk.sandbox.dataset import Dataset, Doc
from agentdesk.sandbox.load import load
from agentdesk.sandbox.state import Helpdesk

from .sandbox.served import serving
from .shell import Shell

STAMP = "2026-05-01T08:00:00Z"
OUTLET = 902
CONFIG = """
[account.acme]
label = "Acme"
signature = "Acme support"

[account.shop]
label = "The shop"
signature = "Shop / {{me.name}}"

[account.shop.brand.Outlet]
signature = "Outlet / {{ticket.brand.name}}"
"""


def helpdesk(name: str, agents: dict[int, str], brands: tuple[int, ...]) -> Helpdesk:
    """A helpdesk with tickets 1 and 2 (of these brands) that Dana opened."""
    staff: list[Doc] = [
        {"id": id, "name": agent, "email": f"{agent.lower()}@{name}.example", "role": "admin", "created_at": STAMP}
        for id, agent in agents.items()
    ]
    dana: Doc = {"id": 50, "name": "Dana Fox", "email": "dana@example.com", "verified": True, "created_at": STAMP}
    tickets: list[Doc] = [
        {
            "id": number,
            "subject": f"{name} ticket {number}",
            "requester_id": 50,
            "status": "open",
            "brand_id": brand,
            "created_at": STAMP,
            "updated_at": STAMP,
            "comments": [{"author_id": 50, "created_at": STAMP, "body": f"Hello {name}", "via": {"channel": "email"}}],
        }
        for number, brand in enumerate(brands, start=1)
    ]
    made = Helpdesk(None)
    outlet: list[Doc] = [{"id": OUTLET, "name": "Outlet"}] if OUTLET in brands else []
    load(made, Dataset(users=[*staff, dana], brands=outlet, tickets=tickets))
    return made


@dataclass
class Two:
    """A shell with two accounts, and the helpdesks behind them."""

    shell: Shell
    acme: Helpdesk
    shop: Helpdesk
    lines: dict[str, ExitStack]

    def cut(self, name: str) -> None:
        """Take one helpdesk off the network."""
        self.lines[name].close()

    def tickets(self, *words: str) -> list[dict[str, Any]]:  # JSON
        found = self.shell("ticket", "list", *words, "--json").document
        assert isinstance(found, list)
        return found

    def said(self, of: Helpdesk, ticket: int) -> list[str]:
        """What is on a ticket's log on the helpdesk, oldest first."""
        return [comment["body"] for comment in of.tickets.comments.where() if comment["ticket_id"] == ticket]


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    acme = helpdesk("acme", {1: "Ana", 2: "Ben"}, (900_000_000_001, 900_000_000_001))
    shop = helpdesk("shop", {7: "Ana"}, (900_000_000_001, OUTLET))
    lines = {"acme": ExitStack(), "shop": ExitStack()}
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text(CONFIG, encoding="utf-8")
    signed = {"acme": acme.credentials(1), "shop": shop.credentials(7)}
    tokens = {f"{name.upper()}_TOKEN": one.token for name, one in signed.items()}
    two = Two(Shell(tmp_path, **tokens), acme, shop, lines)
    with lines["acme"], lines["shop"]:
        for name, one in (("acme", acme), ("shop", shop)):
            port = lines[name].enter_context(serving(one))
            added = two.shell(
                "account", "add", name, "--provider", "zendesk", "--url", f"http://127.0.0.1:{port}",
                "--user", signed[name].user, "--token-env", f"{name.upper()}_TOKEN",
            )  # fmt: skip
            assert added.code == 0, added.err
        synced = two.shell("sync", "--json")
        assert synced.code == 0, synced.err
        yield two
    acme.close()
    shop.close()


def test_the_tickets_of_both_are_one_list_or_two(two: Two) -> None:
    assert sorted((one["account"], one["id"]) for one in two.tickets()) == [
        ("acme", "1"), ("acme", "2"), ("shop", "1"), ("shop", "2"),
    ]  # fmt: skip
    assert {one["account"] for one in two.tickets("--account", "shop")} == {"shop"}
    assert {one["account"] for one in two.tickets("account:acme")} == {"acme"}
    assert "Account" in two.shell("ticket", "list").out.splitlines()[0]
    assert "Account" not in two.shell("ticket", "list", "--account", "shop").out.splitlines()[0]


def test_a_brand_is_named_where_an_account_has_several(two: Two) -> None:
    assert {(one["account"], one["id"]): one["brand"] for one in two.tickets()} == {
        ("acme", "1"): None, ("acme", "2"): None, ("shop", "1"): "Desk", ("shop", "2"): "Outlet",
    }  # fmt: skip


def test_a_number_that_both_have_is_refused_with_the_choices(two: Two) -> None:
    refused = two.shell("ticket", "reply", "1", "Hello")

    assert refused.code == 1
    assert "Several accounts have a ticket 1. Say which: acme:1, shop:1." in refused.err
    assert two.shell("outbox", "list", "--json").document == []


def test_a_reply_arrives_where_its_ticket_lives_signed_for_it_and_nowhere_else(two: Two) -> None:
    sent = two.shell("ticket", "reply", "shop:1", "It is on its way.", "--wait", "--json")

    assert sent.code == 0, sent.err
    assert two.said(two.shop, 1) == ["Hello shop", "It is on its way.\n\nShop / Ana"]
    assert two.said(two.acme, 1) == ["Hello acme"]


def test_replies_to_several_accounts_at_once_are_each_signed_for_their_own(two: Two) -> None:
    sent = two.shell("ticket", "reply", "acme:1,shop:1,shop:2", "Done.", "--wait", "--json")

    assert sent.code == 0, sent.err
    assert two.said(two.acme, 1)[-1] == "Done.\n\nAcme support"
    assert two.said(two.shop, 1)[-1] == "Done.\n\nShop / Ana"
    assert two.said(two.shop, 2)[-1] == "Done.\n\nOutlet / Outlet"


def test_a_reply_is_held_when_its_ticket_was_moved_to_another_brand(two: Two) -> None:
    two.shell("ticket", "reply", "shop:1", "Hello from Desk.")
    with two.shop.db.atomic():
        ticket = two.shop.tickets.tickets.get(1)
        assert ticket is not None
        two.shop.tickets.tickets.put({**ticket, "brand_id": OUTLET, "updated_at": "2026-06-01T08:00:00Z"})
    two.shell("sync")
    two.shell("sync")

    (op,) = two.shell("outbox", "list", "--json").document
    assert (op["state"], two.said(two.shop, 1)) == ("held", ["Hello shop"])
    assert "another brand" in op["reason"]


def test_one_account_works_while_the_other_is_away(two: Two) -> None:
    two.cut("shop")
    two.shell("ticket", "reply", "acme:1", "Here.")
    two.shell("ticket", "reply", "shop:1", "There.")

    synced = two.shell("sync", "--json")

    assert synced.code == 3
    assert "shop" in synced.err
    assert two.said(two.acme, 1)[-1] == "Here.\n\nAcme support"
    (waiting,) = two.shell("outbox", "list", "--json").document
    assert (waiting["account"], waiting["ticket"]) == ("shop", "1")
    assert two.shell("outbox", "list", "--account", "acme", "--json").document == []


@pytest.mark.parametrize("order", ["acme:1,shop:1", "shop:1,acme:1"])
def test_a_colleague_of_one_account_is_not_given_tickets_of_the_other(two: Two, order: str) -> None:
    assigned = two.shell("ticket", "assign", order, "ben", "--json")

    assert "1 ticket changed." in assigned.err
    assert "1 ticket of The shop is as it was: There is no one colleague 'ben'." in assigned.err
    assert {(one["account"], one["assignee"]) for one in two.tickets() if one["id"] == "1"} == {
        ("acme", "Ben"), ("shop", None),
    }  # fmt: skip


def test_one_customer_is_shown_over_both_accounts_by_the_verified_address(two: Two) -> None:
    found = two.shell("customer", "show", "dana@example.com", "--json").document

    assert found["records"] == ["acme:50", "shop:50"]
    (bond,) = found["bonds"]
    assert (bond["why"], bond["address"]) == ("email", "dana@example.com")
    assert {event["account"] for event in found["timeline"]} == {"acme", "shop"}
    assert found["tickets"] == 4


def test_customers_are_separated_joined_and_put_back_from_the_shell_and_a_sync_changes_nothing(two: Two) -> None:
    apart = two.shell("customer", "separate", "shop:50", "--json")
    assert apart.code == 0, apart.err
    assert apart.document["records"] == ["shop:50"]
    assert "u takes it back" not in apart.out

    two.shell("sync")
    refused = two.shell("customer", "show", "dana@example.com")
    assert refused.code == 1
    assert "Say which: acme:50 (Dana Fox), shop:50 (Dana Fox)" in refused.err

    joined = two.shell("customer", "join", "acme:50", "shop:50", "--json")
    assert joined.document["records"] == ["acme:50", "shop:50"]
    assert joined.document["bonds"][0]["why"] == "hand"

    assert two.shell("undo").code == 0
    assert two.shell("customer", "show", "acme:50", "--json").document["records"] == ["acme:50"]
    assert two.shell("undo").code == 0
    assert two.shell("customer", "show", "acme:50", "--json").document["records"] == ["acme:50", "shop:50"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("join", "acme:50", "acme:50"), "the same record"),
        (("join", "acme:50", "shop:50"), "one customer already"),
        (("join", "acme:50", "nobody@example.com"), "no one customer 'nobody@example.com'"),
        (("separate", "acme:1"), "one record"),
    ],
)
def test_what_cannot_be_joined_or_separated_is_refused(two: Two, words: tuple[str, ...], reason: str) -> None:
    refused = two.shell("customer", *words)

    assert refused.code == 1
    assert reason in refused.err


def test_tables_name_what_is_clear_over_both_accounts(two: Two) -> None:
    two.shell("ticket", "note", "shop:2", "Look")

    assert " shop:2 " in two.shell("outbox", "list").out
    assert "acme:1 " in two.shell("search", "ticket", "--kind", "ticket").out


def test_settings_of_an_account_that_is_not_there_are_found(two: Two) -> None:
    config = two.shell.home / "config" / "config.toml"
    config.write_text(config.read_text("utf-8") + "[account.shopp]\nlabel = 'x'\n", encoding="utf-8")

    checked = two.shell("doctor")

    assert checked.code == 1
    assert "[account.shopp]: there is no such account." in checked.out
