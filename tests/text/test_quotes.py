import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentdesk.text.quotes import Kind, fold

LINES = st.sampled_from(
    [
        "ありがとうございます。",
        "fresh words",
        "> quoted",
        "",
        "-- ",
        "--",
        "━━━━━━━━",
        "TEL 03-1234-5678",
        "-----Original Message-----",
        "差出人: a@b.example",
        "件名: x",
        "宛先: y",
        "2026年11月20日(金) 17:30 田中 <t@b.example>:",
        "On Fri, Nov 20, 2026 at 5:30 PM Ana <a@b.example> wrote:",
        "a\rb\x0bc\u2028",
    ]
)


def kinds(text: str) -> list[str]:
    return [block.kind.value for block in fold(text)]


@given(st.lists(LINES, max_size=20).map("\n".join) | st.text(max_size=50))
def test_the_parts_joined_are_the_body(text: str) -> None:
    assert "".join(block.text for block in fold(text)) == text


@given(st.lists(LINES, max_size=20))
def test_words_above_everything_are_never_hidden(lines: list[str]) -> None:
    assert fold("\n".join(["返品したいです。", *lines]))[0].kind is Kind.TEXT


def test_an_empty_body_has_no_parts() -> None:
    assert fold("") == []


@pytest.mark.parametrize(
    "attribution",
    [
        "On Fri, Nov 20, 2026 at 5:30 PM Ana <ana@shop.example> wrote:",
        "On Fri, 20 Nov 2026 at 17:30, A Very Long Name With Many Words\n<ana@shop.example> wrote:",
        "2026年11月20日(金) 17:30 田中 <tanaka@shop.example>:",
        "2026/11/20 17:30、サポート <help@shop.example> のメール:",
        "田中様のメール:",
    ],
)
def test_the_line_that_says_who_wrote_belongs_to_the_quote(attribution: str) -> None:
    body = f"承知しました。\n\n{attribution}\n\n> 前回の返信\n> 続き\n"

    first, second = fold(body)

    assert (first.kind, first.text) == (Kind.TEXT, "承知しました。\n\n")
    assert (second.kind, second.text) == (Kind.QUOTE, body.removeprefix(first.text))


@pytest.mark.parametrize(
    "history",
    [
        "-----Original Message-----\nFrom: Ana\nSent: today\nTo: me\nSubject: x\n\nold words\n",
        "-----元のメッセージ-----\n差出人: 田中\n件名: 返品\n\n古い言葉\n",
        "差出人: 田中 <t@b.example>\n送信日時: 2026年11月20日 17:30\n宛先: help\n件名: 返品\n\n古い言葉\n",
        "____________\nFrom: Ana <a@b.example>\nSent: Friday\nTo: me\nSubject: Re: x\n\nold words\n",
        "2026年11月20日(金) 17:30 田中 <t@b.example>:\n古い言葉\n",
        "On Fri, Nov 20, 2026 at 5:30 PM Ana <a@b.example> wrote:\nold words\n",
    ],
)
def test_history_without_marks_folds_below_fresh_words(history: str) -> None:
    assert kinds("fresh words\n\n" + history) == ["text", "quote"]


@pytest.mark.parametrize(
    "start",
    [
        "---------- Forwarded message ---------\nFrom: Ana <a@b.example>\nSubject: x\n\nplease refund\n",
        "---------- 転送メッセージ ----------\n差出人: 田中\n件名: x\n\n返金希望\n",
        "From: Ana\nSent: today\nTo: me\nSubject: x\n\nplease refund\n",
    ],
)
def test_a_mail_that_begins_with_history_is_a_forward(start: str) -> None:
    assert kinds(start) == ["forward"]


def test_answers_between_quoted_lines_stay_fresh() -> None:
    assert kinds("> 一つ目の質問\nはい。\n\n> 二つ目\n> 続き\nいいえ。\n") == ["quote", "text", "quote", "text"]


def test_a_marked_quote_below_a_divider_ends_where_its_marks_end() -> None:
    assert kinds("hi\n-----Original Message-----\n> old\nmy answer\n") == ["text", "quote", "text"]


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAna\nSupport\n",
        "--\nAna\nana@shop.example\n",
        "━━━━━━━━━━━━\n株式会社サンプル\n田中 太郎\nTEL: 03-1234-5678\n━━━━━━━━━━━━\n",
        "－－－－－－－－－\n山田 <yamada@shop.example>\n－－－－－－－－－\n",
        "*-*-*-*-*-*-*-*\n佐藤\n〒100-0001 東京都\n*-*-*-*-*-*-*-*\n",
    ],
)
def test_a_signature_folds(signature: str) -> None:
    assert kinds("よろしくお願いします。\n\n" + signature) == ["text", "signature"]
    assert kinds(f"よろしく。\n\n{signature}\n> old\n") == ["text", "signature", "quote"]


@pytest.mark.parametrize(
    "body",
    [
        "ご注文番号\n━━━━━━━━\n返品は03-1234-5678に電話すればよいですか？\n",
        "list\n--\nfirst\nsecond\n",
        "-- \n" + "line\n" * 40,
        "━━━━━━━━\n商品A\n商品B\n",
        "From: Tokyo\nTo: Osaka\nplease ship\n",
        "On Nov 20, 2026 I wrote:\nplease refund me\n",
        "2026年11月20日に a@b.example へ送った件ですが、次の通りです:\n返金がまだです\n",
        "My boss wrote:\nplease refund him\n",
        "Date: 11/20\nthat is when it broke\n",
        "On 20 Nov 2026 I wrote to you.\n",
    ],
)
def test_what_may_be_fresh_stays_visible(body: str) -> None:
    assert kinds(body) == ["text"]


def test_a_block_knows_its_height() -> None:
    assert [block.lines for block in fold("a\nb\n> c\n> d\n> e")] == [2, 3]
