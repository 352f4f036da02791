"""Customers, and what other systems tell of them."""

import json
from pathlib import Path

import pytest

from agentdesk.commands.articles import show_article
from agentdesk.commands.context import Context
from agentdesk.commands.customers import add_event, import_events, show_customer
from agentdesk.desk import Desk
from agentdesk.errors import Refused
from agentdesk.exchange import Page
from agentdesk.model import Article, Ref
from agentdesk.shell_front import ShellFront

ORDER = {
    "customer": "tanaka@example.jp",
    "kind": "order",
    "at": "2026-11-20T10:00:00Z",
    "text": "注文\u2028 10-2231",
    "ref": "https://shop.example/o/10-2231",
    "source": "shop",
}


@pytest.fixture
def cx(desk: Desk) -> Context:
    return Context(desk, ShellFront())


def written(folder: Path, *lines: str) -> str:
    path = folder / "events.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("word", ["41", "tanaka@example.jp", "TANAKA@example.jp"])
async def test_a_customer_is_found_by_id_and_by_address(cx: Context, word: str) -> None:
    document = (await show_customer(cx, word)).document

    assert isinstance(document, dict)
    assert (document["id"], document["tickets"]) == ("41", 4)


async def test_nobody_is_refused(cx: Context) -> None:
    with pytest.raises(Refused, match="no one customer 'x@y'"):
        await show_customer(cx, "x@y")


async def test_an_event_is_on_the_timeline(cx: Context) -> None:
    await add_event(cx, **ORDER)

    document = (await show_customer(cx, "41")).document
    assert isinstance(document, dict)
    (event,) = document["timeline"]
    assert (event["kind"], event["at"], event["body"]) == ("outside", "2026-11-20T10:00:00Z", ORDER["text"])
    assert event["data"] == {"kind": "order", "source": "shop", "url": ORDER["ref"]}


async def test_a_repeated_import_adds_nothing(cx: Context, tmp_path: Path) -> None:
    other = ORDER | {"customer": "new@example.com", "kind": "parcel late"}
    file = written(tmp_path, json.dumps(ORDER, ensure_ascii=False), "", json.dumps(other), json.dumps(other))

    first = (await import_events(cx, file)).document
    again = (await import_events(cx, file)).document

    assert first == {"added": 2, "known": 1}
    assert again == {"added": 0, "known": 3}


async def test_an_event_of_a_stranger_makes_them_known(cx: Context) -> None:
    await add_event(cx, **(ORDER | {"customer": "new@example.com"}))

    document = (await show_customer(cx, "new@example.com")).document
    assert isinstance(document, dict)
    assert len(document["timeline"]) == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: not JSON"),
        ("[1]", "line 2: not a JSON object"),
        (json.dumps({**ORDER, "text": ""}), "Event 2: text is missing"),
        (json.dumps({**ORDER, "at": "soon"}), "Event 2: 'soon' is no time"),
    ],
)
async def test_one_bad_line_adds_nothing_and_is_named(cx: Context, tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        await import_events(cx, written(tmp_path, json.dumps(ORDER), line))

    document = (await show_customer(cx, "41")).document
    assert isinstance(document, dict)
    assert document["timeline"] == []


async def test_half_a_character_is_replaced(cx: Context, tmp_path: Path) -> None:
    await import_events(cx, written(tmp_path, json.dumps(ORDER | {"text": "a\ud800b"})))

    document = (await show_customer(cx, "41")).document
    assert isinstance(document, dict)
    assert document["timeline"][0]["body"] == "a?b"


async def test_a_file_that_is_not_there_is_refused(cx: Context, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        await import_events(cx, str(tmp_path / "none.jsonl"))


async def test_an_article_that_two_accounts_have_is_never_guessed(cx: Context) -> None:
    articles = [Article(Ref(account, "5"), f"Returns at {account}", "...") for account in ("acme", "shop")]
    cx.desk.store.mirror.take(Page(tuple(articles), ""))

    with pytest.raises(Refused, match="Say which: acme:5, shop:5"):
        await show_article(cx, "5")

    assert (await show_article(cx, "shop:5")).text.startswith("Returns at shop")
