import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentdesk.text.html import Link, html_to_text
from agentdesk.text.quotes import Kind, fold

PIECES = st.sampled_from(
    [
        "<div>",
        "</div>",
        "<table border=1>",
        "<tr>",
        "<td>",
        "<th>",
        "</table>",
        "<p>",
        "<blockquote>",
        "<a href='http://a/'>",
        "</a>",
        "<b",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<pre>",
        "<ul><li>",
        "<style>",
        "&#27;",
        "&#x202e;",
        "&nbsp;",
        "<br>",
        "\x1b[31m",
        "\x00",
        "\ud800",
        "返品",
        "word ",
        "\n",
        "<div hidden>",
        "<img alt='x\x07'>",
        "<a href='http://[x'>y",
        '"',
        "\x1f",
    ]
)


@given(st.lists(PIECES | st.text(max_size=5), max_size=30).map("".join))
def test_no_html_raises_or_yields_a_control_character(html: str) -> None:
    shown = html_to_text(html)

    texts = [shown.text, *(link.label + link.url for link in shown.links)]
    assert {char for char in "".join(texts) if unicodedata.category(char) in {"Cc", "Cs"}} <= {"\n"}


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("plain &amp; simple", "plain & simple"),
        ("<div>一行目</div><div>二行目</div><div><br></div><div>三行目</div>", "一行目\n二行目\n\n三行目"),
        ("one<br>two<div>three</div>four", "one\ntwo\nthree\nfour"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<h1>見出し</h1><p>本文</p>", "見出し\n\n本文"),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", "- a\n- b\n  - c"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<p><b>太字</b> and <i>slanted</i> <code>x*y</code></p>", "太字 and slanted x*y"),
        ("<blockquote>a<br>b<blockquote>c</blockquote></blockquote>", "> a\n> b\n>\n> > c"),
        ("<p>a</p><style>p{}</style><script>x()</script><!-- no --><title>t</title><p>b</p>", "a\n\nb"),
        ('<div style="display:none">pre<div>header</div></div><p>seen</p>', "seen"),
        ("<div hidden>no</div><div class='hidden'>yes</div><span style='display:none'>no</span>", "yes"),
        ('<img src="data:image/png;base64,AAAA" alt="ロゴ"><img src="https://t.example/1.gif">', "[image: ロゴ]"),
        ("*literal* _text_ &lt;b&gt; #1", "*literal* _text_ <b> #1"),
        ("red &#27;[31m \x1b[0m &#x202e;", "red &#27;[31m ␛[0m \\u202e"),
    ],
)
def test_a_mail_reads_like_text(html: str, text: str) -> None:
    assert html_to_text(html).text == text


def test_tables_that_only_place_things_are_flat() -> None:
    inner = "<table role=presentation><tr><td>田中様</td></tr><tr><td>a</td><td>b</td></tr></table>"
    html = f"<table><tr><td>{inner}</td></tr></table>"

    assert html_to_text(html).text == "田中様\na b"


def test_tables_of_facts_keep_their_columns() -> None:
    html = "<table border=1><tr><th>品目</th><th>Price</th></tr><tr><td>りんご</td><td>100</td></tr></table>"

    assert html_to_text(html).text == "品目    Price\nりんご  100"


def test_links_are_numbered_in_the_order_of_the_text() -> None:
    shown = html_to_text('<a href="https://a.example/x">返金の手順</a> <a href="mailto:b@a.example">mail</a>')

    assert shown.text == "返金の手順 [1] mail [2]"
    assert shown.links == (Link(1, "返金の手順", "https://a.example/x"), Link(2, "mail", "mailto:b@a.example"))
    assert shown.with_urls.endswith("[1] https://a.example/x\n[2] mailto:b@a.example")


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "data:text/html,x", "#top", "/relative", "http://[bad", "http://", " vbscript:x"]
)
def test_what_cannot_be_opened_safely_is_no_link(href: str) -> None:
    shown = html_to_text(f'<a href="{href}">words</a>')

    assert (shown.text, shown.links) == ("words", ())


@pytest.mark.parametrize(
    ("label", "url", "mark"),
    [
        ("https://bank.example/login", "https://evil.example/", "[1 → evil.example]"),
        ("bank.example", "https://bank.example@evil.example/", "[1 → evil.example]"),
        ("bank.example", "https://bank.example.evil.example/", "[1 → bank.example.evil.example]"),
        ("www.bank.example", "https://bank.example/a", "[1]"),
        ("bank.example", "https://login.bank.example/a", "[1]"),
        ("help@bank.example", "mailto:thief@evil.example", "[1 → thief@evil.example]"),
        ("click here", "https://evil.example/", "[1]"),
    ],
)
def test_a_label_that_names_another_host_shows_where_the_link_leads(label: str, url: str, mark: str) -> None:
    assert html_to_text(f'<a href="{url}">{label}</a>').text == f"{label} {mark}"


@pytest.mark.parametrize("tag", ["div", "blockquote", "span", "table><tr><td", "b", "ul><li"])
def test_words_below_endless_nesting_are_not_lost(tag: str) -> None:
    assert "needle" in html_to_text(f"<{tag}>" * 20_000 + "needle").text


def test_the_history_of_a_mail_from_gmail_can_be_folded() -> None:
    attribution = '2026年11月20日(金) 17:30 Help &lt;<a href="mailto:h@s.example">h@s.example</a>&gt;:<br>'
    quote = f'<div class="gmail_quote"><div>{attribution}</div><blockquote><div>old</div></blockquote></div>'

    blocks = fold(html_to_text(f"<div>ありがとう<div><br></div></div>{quote}").text)

    assert [block.kind for block in blocks] == [Kind.TEXT, Kind.QUOTE]
    assert blocks[1].text.startswith("2026年11月20日(金) 17:30 Help <h@s.example>:")


def test_the_history_of_a_mail_from_outlook_can_be_folded() -> None:
    headers = "<p><b>差出人:</b> 田中<br><b>送信日時:</b> 昨日<br><b>宛先:</b> help<br><b>件名:</b> 返品</p>"

    blocks = fold(html_to_text(f"<p class=MsoNormal>新しい<o:p></o:p></p><div>{headers}</div><p>古い</p>").text)

    assert [block.kind for block in blocks] == [Kind.TEXT, Kind.QUOTE]


@pytest.mark.parametrize("typed", ["1. 箱に入れる", "2) send", "- milk", "+ sugar", "# 3", "> 1. quoted"])
def test_what_begins_a_line_like_a_list_has_no_backslash(typed: str) -> None:
    words = typed.removeprefix("> ")
    html = f"<blockquote>{words}</blockquote>" if typed != words else f"<p>{words}</p>"

    assert html_to_text(html).text == typed


def test_a_backslash_that_was_written_in_code_stays() -> None:
    html = "<p>1. typed</p><pre>1\\. code\n  \\- more</pre><blockquote><pre>\\- quoted</pre></blockquote>"

    assert html_to_text(html).text.split("\n")[:4] == ["1. typed", "", "    1\\. code", "      \\- more"]
    assert html_to_text(html).text.endswith(">     \\- quoted")
