"""Several accounts in one desk: one queue or one account at a time, every ticket says where it lives, and nothing
leaves under another name than its ticket's.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from textual.events import Paste

from agentdesk.config import AccountSettings, Config
from agentdesk.model import Article, Brand, Canned, Event, Identity, Item, Kind, Person, Ref, Reply, Role
from agentdesk.store.desktop import Account, Weather
from agentdesk.ui.screens.review import Letter

from .driver import ACCOUNT, NARROW, NOW, WIDE, DeskDriver, opened_desk, question, ticket, tickets

SHOP = "shop"
SHOP_ACCOUNT = Account(SHOP, "rt", "https://rt.shop.example", "aiko", "none", "aiko", position=1)
WELL = Weather(SHOP, "online", NOW, synced_at=NOW - timedelta(seconds=42))
OFFLINE = Weather(SHOP, "offline", NOW - timedelta(minutes=20), synced_at=NOW - timedelta(minutes=21))
SETTINGS = Config(
    accounts={
        ACCOUNT: AccountSettings(label="Acme サポート", short="AC", colour="accent", signature="Acme / {{me.name}}"),
        SHOP: AccountSettings(label="Shop", short="SH", signature="Shop desk"),
    }
)


def there(id: str, **values: object) -> Item:
    """A ticket of the other account, with the same number as one of ours."""
    ours = ticket(int(id))
    return replace(ours, ref=Ref(SHOP, id), requester="lea", subject=f"Shop parcel {id}", **values)  # type: ignore[arg-type]  # as in ticket


def others() -> list[Item]:
    """The other account's people and its two tickets, the second without an answer."""
    one, two = there("1"), there("2", brand="b2")
    said = Event(
        Ref(SHOP, "1-0"), Kind.CUSTOMER, NOW - timedelta(hours=7), "1", "lea", "lea", "Léa Martin", Role.CUSTOMER,
        channel="email", body="From the shop",
    )  # fmt: skip
    return [
        Person(Ref(SHOP, "lea"), "Léa Martin", Role.CUSTOMER, (Identity("email", "lea@example.fr", True),)),
        Person(Ref(SHOP, "aiko"), "Aiko at the shop", Role.AGENT),
        Canned(Ref(SHOP, "m1"), "Shop greeting", "Hello from the shop"),
        Canned(Ref(ACCOUNT, "m1"), "Acme greeting", "Hello from Acme"),
        Article(Ref(SHOP, "a1"), "Shop returns", "Send it back to the shop.", url="https://shop.example/returns"),
        one,
        two,
        said,
    ]


@asynccontextmanager
async def two_accounts(
    folder: Path, *more: Item, weather: Weather = WELL, size: tuple[int, int] = WIDE, config: Config = SETTINGS
) -> AsyncIterator[DeskDriver]:
    items = [*tickets(3), *others(), *more]
    async with opened_desk(folder, items, size=size, config=config, also=[(SHOP_ACCOUNT, weather)]) as desk:
        yield desk


async def open_ticket(desk: DeskDriver, account: str, id: str) -> None:
    row = desk.desk.store.queries.ticket(Ref(account, id))
    assert row is not None
    desk.app.main.open_ticket(row)
    await desk.settles()


async def test_the_queues_hold_the_tickets_of_all_accounts_and_each_says_where_it_lives(tmp_path: Path) -> None:
    async with two_accounts(tmp_path) as desk:
        await desk.runs("queue all")

        desk.sees("all accounts", "All unsolved", "Shop parcel 1")
        assert " SH " in desk.line_of("Shop parcel 1")
        assert " AC " in desk.line_of("Where is my parcel?")


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_with_one_account_no_ticket_says_where_it_lives(tmp_path: Path, size: tuple[int, int]) -> None:
    async with opened_desk(tmp_path, tickets(3), size=size, config=SETTINGS) as desk:
        desk.sees_not("Account", " AC ", "all accounts")


async def test_one_account_is_seen_alone_and_still_after_a_restart(tmp_path: Path) -> None:
    async with two_accounts(tmp_path) as desk:
        await desk.runs("queue all")
        await desk.runs("account shop")

        assert "Shop  All unsolved  2" in desk.lines[0]
        desk.sees("Shop parcel 1")
        desk.sees_not("Where is my parcel?", "Account")

    async with two_accounts(tmp_path) as desk:
        desk.sees("Shop parcel 1")
        desk.sees_not("Where is my parcel?")

        await desk.runs("account all")
        desk.sees("Where is my parcel?", "all accounts")


async def test_the_account_is_chosen_with_a_key(tmp_path: Path) -> None:
    async with two_accounts(tmp_path) as desk:
        await desk.press("g", "s")
        desk.sees("all accounts", "Acme サポート")
        await desk.press("down", "enter")

        assert desk.desk.seen_account == ACCOUNT


async def test_the_configured_account_is_seen_alone_until_something_else_is_chosen(tmp_path: Path) -> None:
    async with two_accounts(tmp_path, config=replace(SETTINGS, account=SHOP)) as desk:
        assert desk.desk.seen_account == SHOP

        await desk.runs("account all")
        assert desk.desk.seen_account is None


async def test_an_unknown_account_is_refused_with_those_there_are(tmp_path: Path) -> None:
    async with two_accounts(tmp_path) as desk:
        await desk.runs("account nowhere")

        desk.sees("There is no account 'nowhere'. Choose one of: acme, shop.")


async def test_one_account_alone_cannot_be_switched(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(1)) as desk:
        await desk.runs("account all")

        desk.sees("This desk has one account only. To add another, run: account add")


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_an_account_that_is_offline_is_named_while_the_other_is_well(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with two_accounts(tmp_path, weather=OFFLINE, size=size) as desk:
        assert "Shop offline since 00:21" in desk.lines[0]
        assert ("others fine" if size == NARROW else "Acme サポート synced 10 s ago") in desk.lines[0]


async def test_two_accounts_that_are_ill_leave_a_narrow_title_bar_room_for_the_place(tmp_path: Path) -> None:
    ill = replace(OFFLINE, account=ACCOUNT)
    async with opened_desk(
        tmp_path, tickets(3), size=NARROW, config=SETTINGS, weather=ill, also=[(SHOP_ACCOUNT, OFFLINE)]
    ) as desk:
        assert "all accounts  Waiting longest  3" in desk.lines[0]
        assert "Acme サポート, Shop not in step" in desk.lines[0]


async def test_accounts_that_are_well_share_one_word(tmp_path: Path) -> None:
    async with two_accounts(tmp_path) as desk:
        assert "synced 40 s ago" in desk.lines[0]
        assert "Shop" not in desk.lines[0]


async def test_an_open_ticket_says_where_it_lives(tmp_path: Path) -> None:
    async with two_accounts(tmp_path) as desk:
        await open_ticket(desk, SHOP, "1")

        desk.sees("Shop  open")


async def test_a_ticket_shows_its_brand_where_the_account_has_several(tmp_path: Path) -> None:
    brands = [Brand(Ref(SHOP, "b1"), "Main"), Brand(Ref(SHOP, "b2"), "Outlet")]
    async with two_accounts(tmp_path, *brands) as desk:
        await desk.runs("queue all")
        assert " Outlet " in desk.line_of("Shop parcel 2")

        await open_ticket(desk, SHOP, "2")
        await desk.press("r")
        desk.sees("Shop / Outlet", "from Shop / Outlet")


async def test_a_reply_leaves_for_its_own_account_signed_for_it(tmp_path: Path) -> None:
    async with two_accounts(tmp_path) as desk:
        await open_ticket(desk, SHOP, "1")
        await desk.press("r")
        await desk.types("It is on its way.")
        desk.sees("from Shop")
        await desk.press("ctrl+s")

        (op,) = desk.desk.store.outbox.pending()
        assert op.ticket == Ref(SHOP, "1")
        assert op.changes[0] == Reply("It is on its way.\n\nShop desk")


async def test_the_review_shows_sender_and_signature(tmp_path: Path) -> None:
    async with two_accounts(tmp_path) as desk:
        await open_ticket(desk, ACCOUNT, "2")
        await desk.press("r")
        await desk.types("Hello")
        await desk.press("ctrl+r")

        desk.sees("aiko for Acme サポート", "Acme / aiko")
        assert desk.app.screen.query_one(Letter).leaving.body == "Hello\n\nAcme / aiko"


async def test_a_reply_taken_back_and_sent_again_is_signed_once(tmp_path: Path) -> None:
    async with two_accounts(tmp_path) as desk:
        await open_ticket(desk, SHOP, "1")
        await desk.press("r")
        await desk.types("Hello")
        await desk.press("ctrl+s", "u", "ctrl+s")

        (op,) = desk.desk.store.outbox.pending()
        assert op.changes[0] == Reply("Hello\n\nShop desk")


async def test_a_signature_that_cannot_be_filled_stops_the_send(tmp_path: Path) -> None:
    config = Config(accounts={SHOP: AccountSettings(label="Shop", signature="Call {{customer.phone}}")})
    async with two_accounts(tmp_path, config=config) as desk:
        await open_ticket(desk, SHOP, "1")
        await desk.press("r")
        await desk.types("Hello")
        await desk.press("ctrl+s")

        desk.sees("The signature of Shop needs customer.phone, which has no value here.")
        await desk.runs("ticket reply Hello")
        desk.sees("The signature of Shop needs customer.phone, which has no value here.")
        assert desk.desk.store.outbox.pending() == []


async def test_a_note_is_not_signed(tmp_path: Path) -> None:
    async with two_accounts(tmp_path) as desk:
        await open_ticket(desk, SHOP, "1")
        await desk.press("m")
        await desk.types("Look")
        await desk.press("ctrl+s")

        (op,) = desk.desk.store.outbox.pending()
        assert op.message is not None
        assert op.message.body == "Look"


async def test_text_moved_to_a_ticket_of_another_account_leaves_under_that_ticket(tmp_path: Path) -> None:
    async with two_accounts(tmp_path) as desk:
        await open_ticket(desk, ACCOUNT, "2")
        await desk.press("r")
        await desk.types("Written for Acme")
        await open_ticket(desk, SHOP, "1")
        await desk.press("r")
        desk.app.main.work.composer.field.post_message(Paste("Written for Acme"))  # type: ignore[union-attr]  # furnished
        await desk.settles()
        await desk.press("ctrl+s")

        (op,) = desk.desk.store.outbox.pending()
        assert op.ticket == Ref(SHOP, "1")
        assert op.changes[0] == Reply("Written for Acme\n\nShop desk")
        (draft,) = desk.desk.store.drafts.all()
        assert (draft.ticket, draft.body) == (Ref(ACCOUNT, "2"), "Written for Acme")


async def test_templates_of_another_account_are_not_offered_and_cannot_be_inserted(tmp_path: Path) -> None:
    folder = tmp_path / "config" / "templates"
    (folder / SHOP).mkdir(parents=True)
    (folder / "everywhere.md").write_text("Hello from anywhere", encoding="utf-8")
    (folder / SHOP / "own shop.md").write_text("Hello from my shop file", encoding="utf-8")
    async with two_accounts(tmp_path) as desk:
        await open_ticket(desk, ACCOUNT, "2")
        offered = [one.title for one in desk.desk.wording.templates(desk.app.tickets()[0])]
        assert offered == ["everywhere", "Acme greeting"]

        await desk.press("r")
        for name in ("Shop greeting", "own shop"):
            await desk.runs(f"template {name}")
            desk.sees(f"There is no prepared text '{name}' for this message.")
        assert desk.app.main.work is not None
        assert desk.app.main.work.composer.text == ""

        await open_ticket(desk, SHOP, "1")
        offered = [one.title for one in desk.desk.wording.templates(desk.app.tickets()[0])]
        assert offered == ["own shop", "everywhere", "Shop greeting"]


async def test_the_palette_offers_the_templates_of_the_tickets_account_alone(tmp_path: Path) -> None:
    async with two_accounts(tmp_path) as desk:
        await open_ticket(desk, ACCOUNT, "2")
        await desk.press("ctrl+p")
        await desk.types("Template")

        desk.sees("Template: Acme greeting")
        desk.sees_not("Shop greeting")


async def test_an_article_of_another_account_cannot_go_into_a_reply(tmp_path: Path) -> None:
    async with two_accounts(tmp_path) as desk:
        await open_ticket(desk, ACCOUNT, "2")
        await desk.press("r")
        article = desk.desk.store.queries.article(Ref(SHOP, "a1"))
        assert article is not None
        assert desk.app.main.work is not None
        composer = desk.app.main.work.composer

        with pytest.raises(Exception, match="'Shop returns' is of Shop; this ticket lives in Acme"):
            composer.insert_article(article, "link")
        assert composer.text == ""


async def test_the_outbox_says_where_each_decision_goes(tmp_path: Path) -> None:
    async with two_accounts(tmp_path) as desk:
        await desk.desk.decide([desk.desk.ticket("shop:1")], (Reply("Hello"),))
        await desk.runs("outbox")

        desk.sees("SH #53001")


async def test_what_is_found_says_where_it_lives(tmp_path: Path) -> None:
    async with two_accounts(tmp_path) as desk:
        await desk.desk.index()
        await desk.press("/")
        await desk.types("parcel")
        for _try in range(50):
            await desk.pilot.pause(0.02)
            if "Shop parcel 1" in desk.text:
                break

        assert "SH" in desk.line_of("Shop parcel 1")
        assert "AC" in desk.line_of("Where is my parcel?")


async def test_one_customer_has_one_card_and_one_timeline_over_both_accounts(tmp_path: Path) -> None:
    lea = Person(
        Ref(ACCOUNT, "103"), "Léa Martin", Role.CUSTOMER, (Identity("email", "lea@example.fr", True),), stamp=1
    )
    here = ticket(4)
    async with two_accounts(tmp_path, lea, here, question(here, "From Acme")) as desk:
        await open_ticket(desk, ACCOUNT, "4")
        desk.sees("= Shop: Léa Martin  same verified")

        await desk.press("C")
        desk.sees("From Acme", "From the shop", "Shop #53001")


async def test_a_customer_is_joined_and_separated_by_hand_and_each_is_taken_back(tmp_path: Path) -> None:
    async with two_accounts(tmp_path) as desk:
        await open_ticket(desk, ACCOUNT, "2")
        await desk.runs("customer join shop:lea")
        desk.sees("joined by you on", "One customer now: acme:101, shop:lea.")

        await desk.runs("customer separate shop:lea")
        desk.sees_not("joined by you on")

        await desk.press("u")
        desk.sees("joined by you on")
        await desk.press("u")
        desk.sees_not("joined by you on")


async def test_a_record_with_the_same_unverified_address_is_offered(tmp_path: Path) -> None:
    lea = Person(Ref(ACCOUNT, "103"), "Léa", Role.CUSTOMER, (Identity("email", "lea@example.fr"),), stamp=1)
    async with two_accounts(tmp_path, lea, ticket(4)) as desk:
        await open_ticket(desk, ACCOUNT, "4")
        desk.sees("perhaps the same: Shop: Léa Martin")
        desk.sees_not("same verified address")

        await desk.runs("customer join")
        await desk.press("enter")
        desk.sees("joined by you on")


async def test_work_in_bulk_is_done_where_it_can_be_and_the_rest_is_named(tmp_path: Path) -> None:
    async with two_accounts(tmp_path) as desk:
        await desk.runs("queue all")
        await desk.press("X")
        await desk.runs("ticket assign ben")

        desk.sees("3 tickets changed.", "2 tickets of Shop are as they were", "no one colleague 'ben'")
        assert {op.ticket.account for op in desk.desk.store.outbox.pending()} == {ACCOUNT}


async def test_everybody_is_someone_else_in_each_account(tmp_path: Path) -> None:
    async with two_accounts(tmp_path) as desk:
        await desk.runs("queue all")
        await desk.press("X", "I")

        owners = {row.ticket.ref.account: row.ticket.assignee for row in desk.app.main.tickets.chosen()}
        assert owners == {ACCOUNT: "7", SHOP: "aiko"}


async def test_colleagues_of_one_account_alone_say_where_they_are(tmp_path: Path) -> None:
    async with two_accounts(tmp_path) as desk:
        await desk.runs("queue all")
        await desk.press("X", "a")

        assert "Acme サポート" in desk.line_of("ben ")


async def test_the_knowledge_searched_beside_a_ticket_is_its_accounts(tmp_path: Path) -> None:
    article = Article(Ref(ACCOUNT, "a1"), "Acme returns", "Send it back to Acme.")
    async with two_accounts(tmp_path, article) as desk:
        await desk.desk.index()
        await open_ticket(desk, ACCOUNT, "2")
        await desk.runs("knowledge returns")
        for _try in range(50):
            await desk.pilot.pause(0.02)
            if "Acme returns" in desk.text:
                break

        desk.sees("Acme returns")
        desk.sees_not("Shop returns")
