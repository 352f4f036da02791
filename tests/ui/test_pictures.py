"""Pictures of the running desk, remade and compared: what the README shows is what the program draws.

`AGENTDESK_PICTURES=1 pytest tests/ui/test_pictures.py` draws them anew; look at them before committing.
"""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from agentdesk.model import Article, Identity, Item, Kind, Person, Priority, Ref, Role
from tests.ui.driver import ACCOUNT, NAMES, NARROW, NOW, DeskDriver, opened_desk, people, question, ticket

PICTURES = Path(__file__).parent / "pictures"
SIZE = (140, 32)


def shop() -> list[Item]:
    """A morning at a shop: a few tickets in both languages, one customer with a history, three articles."""
    urgent = ticket(1, priority=Priority.URGENT, due_at=NOW - timedelta(minutes=12), tags=("billing",))
    others = [
        ticket(2, due_at=NOW + timedelta(minutes=42), assignee="8"),
        ticket(3, priority=Priority.LOW),
        ticket(4, assignee="7", due_at=NOW + timedelta(hours=3)),
        ticket(5),
        ticket(6, priority=Priority.HIGH, assignee="8", due_at=NOW + timedelta(hours=4)),
    ]
    tanaka = Person(
        Ref(ACCOUNT, "100"),
        NAMES[0],
        Role.CUSTOMER,
        (Identity("email", "tanaka@example.jp", verified=True), Identity("phone", "+81300000000")),
        language="ja",
        zone="Asia/Tokyo",
        notes="返信は平日の夜を希望。",
        created_at=NOW - timedelta(days=900),
    )
    asked = "11/20の明細に同じ金額が二度あります。身に覚えがありません。\n注文番号は 10-2231 です。"
    answered = replace(
        question(urgent, "決済側の二重確認が必要。請求へ。", 20),
        kind=Kind.NOTE,
        author="7",
        author_name="aiko",
        author_role=Role.AGENT,
        public=False,
    )
    words = [question(one, f"{one.subject}. Please help me.") for one in others]
    articles = [
        Article(Ref(ACCOUNT, "900"), "二重請求の確認方法", "同じ金額の請求が二度あるとき。", language="ja"),
        Article(Ref(ACCOUNT, "901"), "返金の手順と日数", "請求の返金には三日かかります。", language="ja"),
    ]
    return [*people(), tanaka, urgent, *others, question(urgent, asked), answered, *words, *articles]


def compare(desk: DeskDriver, name: str) -> None:
    """Hold the screen against the picture of that name, or draw it."""
    file = PICTURES / f"{name}.svg"
    drawn = desk.app.export_screenshot(title="AgentDesk")
    if os.environ.get("AGENTDESK_PICTURES"):
        file.write_text(drawn, encoding="utf-8")
    assert drawn == file.read_text(encoding="utf-8"), "if the change is meant: AGENTDESK_PICTURES=1, and look at it"


async def with_articles(desk: DeskDriver) -> None:
    """Wait until the knowledge for the ticket under the cursor is there."""
    await desk.desk.index()
    await desk.arrives()
    while "二重請求の確認方法" not in desk.text:
        await desk.pilot.pause(0.01)
    await desk.settles()


async def test_the_desk_of_the_readme(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, shop(), size=SIZE) as desk:
        await with_articles(desk)

        compare(desk, "desk")


async def test_a_ticket_with_a_reply_in_japanese(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, shop(), language="ja", size=SIZE) as desk:
        await with_articles(desk)
        await desk.press("enter", "r")
        await desk.types("田中様")
        composer = desk.app.main.work
        assert composer is not None, "a ticket is open"
        composer.composer.field.cursor_blink = False
        await desk.settles()

        compare(desk, "reply-ja")


async def test_the_list_on_a_narrow_terminal(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, shop(), size=NARROW) as desk:
        compare(desk, "narrow")
