"""A desk with one ticket worth reading: what the tests of the panes around a ticket begin with."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path, PurePath
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.widget import Widget

from agentdesk import i18n
from agentdesk.config import Config
from agentdesk.desk import Desk
from agentdesk.exchange import Page
from agentdesk.model import (
    Article,
    Attachment,
    Canned,
    Event,
    Identity,
    Item,
    Kind,
    Organization,
    Person,
    Priority,
    Ref,
    Role,
    Status,
    Team,
    Ticket,
    TicketRow,
)
from agentdesk.paths import Folders
from agentdesk.store import Store
from agentdesk.store.desktop import Account
from agentdesk.ui.theme import load_theme

NOW = datetime(2026, 11, 24, 0, 41, tzinfo=UTC)
TOKYO = timezone(timedelta(hours=9))
ACCOUNT = "acme"
TICKET = Ref(ACCOUNT, "1")
UI = Path(__file__).parents[2] / "agentdesk" / "ui"

CUSTOMER_WORDS = (
    "11/20の明細に同じ金額が二度あります。身に覚えがありません。ご確認をお願いいたします。"
    "利用明細を見たところ、「二重に引き落とされている」ようです。\n注文番号は 10-2231 です。"
    " https://shop.example.jp/orders/10-2231 をご覧ください。\n\n"
    "2026/11/19 10:00 support@acme.example のメール:\n> 引用の一行目\n> 二行目\n> 三行目\n"
    "-- \n田中美咲\nTEL 03-1234-5678"
)
NOTE_WORDS = "決済側の二重確認が必要。請求へ。\nthe [bold]customer[/] is upset \x1b[31mred\x1b[0m \u202egnp.exe"
REPLY_WORDS = "田中様\n\nご不便をおかけしております。確認いたしますので、少々お待ちください。"
REPLY_HTML = (
    '<p>田中様</p><p><a href="https://evil.example/x">https://bank.example/login</a> と'
    '<a href="https://help.acme.example/2">返金の手順</a>をご覧ください。</p>'
)


def event(id: str, minutes_ago: float, kind: Kind, body: str = "", **values: object) -> Event:
    from_customer = kind in (Kind.CUSTOMER, Kind.CALL, Kind.RATING)
    plain = Event(
        ref=Ref(ACCOUNT, id),
        kind=kind,
        at=NOW - timedelta(minutes=minutes_ago),
        ticket="1",
        customer="41",
        author="41" if from_customer else "7",
        author_name="田中 美咲" if from_customer else "aiko",
        author_role=Role.CUSTOMER if from_customer else Role.AGENT,
        public=kind is not Kind.NOTE,
        channel="email",
        body=body,
    )
    return replace(plain, **values)  # type: ignore[arg-type]  # each test names real fields


def ticket(id: str = "1", **values: object) -> Ticket:
    plain = Ticket(
        ref=Ref(ACCOUNT, id),
        number="53812",
        subject="身に覚えのない請求がある",
        status=Status.OPEN,
        created_at=NOW - timedelta(days=1),
        updated_at=NOW,
        priority=Priority.HIGH,
        channel="email",
        requester="41",
        group="g1",
        due_at=NOW - timedelta(minutes=12),
        version="v1",
        stamp=1,
        tags=("billing",),
    )
    return replace(plain, **values)  # type: ignore[arg-type]  # each test names real fields


def rounds(count: int) -> Iterator[Event]:
    """So many rounds of customer, note, routing and reply."""
    for number in range(count):
        ago = (count - number) * 60 + 40
        teams = ("g1", "g2") if number % 2 == 0 else ("g2", "g1")
        enclosed = (Attachment("f1", "明細_11月.pdf", "application/pdf", 348_213),)
        yield event(f"{number}a", ago, Kind.CUSTOMER, CUSTOMER_WORDS, attachments=enclosed if number % 3 == 0 else ())
        yield event(f"{number}b", ago - 5, Kind.NOTE, NOTE_WORDS)
        yield event(
            f"{number}c", ago - 10, Kind.CHANGE, field="group", old=teams[0], new=teams[1],
            author_name="振り分け", author_role=Role.SYSTEM, channel="rule",
        )  # fmt: skip
        yield event(f"{number}d", ago - 20, Kind.REPLY, REPLY_WORDS, html=REPLY_HTML)


def after_rounds() -> tuple[Event, ...]:
    outside = {"source": "shop", "kind": "order", "url": "https://shop.example/o/10-2231"}
    call = {"seconds": 372, "direction": "in"}
    return (
        event("call", 30, Kind.CALL, "はい、請求についてですね。", channel="voice", data=call),
        event("rating", 20, Kind.RATING, "返答が遅い", data={"score": "bad", "reason": "slow"}),
        event("order", 15, Kind.OUTSIDE, "注文 10-2231 を発送しました", ticket=None, data=outside),
        event("last", 12, Kind.CUSTOMER, "まだでしょうか。急いでいます。"),
    )


def around() -> tuple[Item, ...]:
    """People, teams, an older ticket, articles and a prepared answer."""
    tanaka = Person(
        Ref(ACCOUNT, "41"), "田中 美咲", Role.CUSTOMER,
        (Identity("email", "tanaka@example.jp", True), Identity("phone", "+81312345678", True)),
        organization="o1", language="ja", zone="Asia/Tokyo", notes="返信は平日夜を希望", tags=("vip",),
        fields={"plan": "継続プラン", "region": "東京"}, created_at=NOW - timedelta(days=1100),
    )  # fmt: skip
    aiko = Person(
        Ref(ACCOUNT, "7"), "aiko", Role.AGENT, (Identity("email", "aiko@acme.example", True),), signature="Acme 相子"
    )
    html = "<h2>確認方法</h2><p>明細に同じ金額が二度ある場合の<b>確認方法</b>です。</p><ul><li>仮売上</li></ul>"
    older = ticket("2", number="51220", subject="二重請求について", status=Status.SOLVED, channel="voice")
    return (
        tanaka,
        aiko,
        Organization(Ref(ACCOUNT, "o1"), "田中商店"),
        Team(Ref(ACCOUNT, "g1"), "Support"),
        Team(Ref(ACCOUNT, "g2"), "Billing"),
        replace(older, created_at=NOW - timedelta(days=9), due_at=None, priority=None),
        event("older", 9 * 1440, Kind.CUSTOMER, "二重に引き落とされています。", ticket="2", channel="web_form"),
        Article(
            Ref(ACCOUNT, "a1"), "二重請求の確認方法", "明細に同じ金額が二度ある場合の確認方法です。", html,
            "ja", "請求", "https://help.acme.example/hc/ja/articles/1", stamp=1,
        ),
        Article(
            Ref(ACCOUNT, "a2"), "請求の社内手順", "明細の二重請求は決済の管理画面で確認します。", "", "ja", "請求",
            "https://help.acme.example/hc/ja/articles/2", internal=True, stamp=1,
        ),
        Canned(Ref(ACCOUNT, "c1"), "お詫び", "{{ticket.requester.name}} 様\n\n注文 {{ticket.ticket_field_99}}"),
    )  # fmt: skip


def fill(store: Store, count: int = 3, *further: Item) -> None:
    """Put the account and its tickets into a store."""
    store.desktop.put_account(Account(ACCOUNT, "zendesk", "https://acme.example", "aiko@acme.example", "env", "7"))
    store.mirror.take(Page((*around(), ticket(), *rounds(count), *after_rounds(), *further), "1"))


def desk_at(folder: Path, language: str = "en", config: Config | None = None) -> Desk:
    """A desk below a folder, speaking a language in Tokyo."""
    i18n.use(language, TOKYO)
    return Desk(Folders(folder / "config", folder / "data", folder / "logs"), config or Config(), clock=lambda: NOW)


def row(desk: Desk, id: str = "1") -> TicketRow:
    found = desk.store.queries.ticket(Ref(ACCOUNT, id))
    assert found is not None, "the example holds this ticket"
    return found


class Showing(App[None]):
    """An app with nothing but one widget."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [UI / "agentdesk.tcss", UI / "ticket.tcss"]

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self.widgets = widgets
        self.register_theme(load_theme("dark", Path("no themes of one's own")))
        self.theme = "dark"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return load_theme("dark", Path("no themes of one's own")).variables

    def compose(self) -> ComposeResult:
        yield from self.widgets

    def words(self, widget: Widget | None = None) -> str:
        """What is on the screen (or on a widget) as text."""
        shown = widget or self.screen
        region = shown.region if widget else self.screen.region
        strips = self.screen._compositor.render_strips()
        rows = [strip.text for strip in strips[region.y : region.bottom]]
        return "\n".join(text.rstrip() for text in rows)
