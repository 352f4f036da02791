import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentdesk.text.normalise import normalise
from agentdesk.text.segment import dates, pieces, segment, telling
from agentdesk.text.snippet import highlight, snippet
from agentdesk.text.width import cell_width

WORDS = st.text(alphabet="返品の手順申し込みサーバーｻﾞab 1。か\u3099👨\u200d👩❤\ufe0f", max_size=40)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("返品", ["返品"]),
        ("鍵", ["鍵"]),
        ("返品の手順", ["返品", "品の", "の手", "手順"]),
        ("iPhone15の返品、Refund please", ["iphone15", "の返", "返品", "refund", "please"]),
        ("ﾍﾝﾋﾟﾝ", ["ヘン", "ンピ", "ピン"]),
        ("佐々木様", ["佐佐", "佐木", "木様"]),
        ("order #A-123", ["order", "a", "123"]),
        ("환불", ["환불"]),
        ("  … !? ", []),
    ],
)
def test_latin_words_are_whole_and_cjk_comes_in_pairs(text: str, expected: list[str]) -> None:
    assert segment(text) == expected


@given(WORDS | st.text(max_size=30))
def test_tokens_are_the_same_after_normalising(text: str) -> None:
    assert segment(normalise(text)) == segment(text)


@given(WORDS | st.text(max_size=30))
def test_pieces_are_the_tokens_each_once_the_characters_of_cjk_and_dates(text: str) -> None:
    latin, cjk = pieces(text)

    found_dates = set(dates(normalise(text)))
    assert found_dates <= cjk
    cjk -= found_dates
    assert latin | {piece for piece in cjk if len(piece) == 2} <= set(segment(text)) <= latin | cjk
    assert {piece for piece in cjk if len(piece) == 1} == set("".join(cjk))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6月18日", ["6月18"]),
        ("2026 年 5 月 3 日", ["26年5", "5月3"]),
        ("１０時３０分", ["10時30"]),
        ("6月\n18日", []),
        ("3,480円が2回", []),
        ("iPhone 15 Pro", []),
    ],
)
def test_numbers_with_one_character_between_are_dates(text: str, expected: list[str]) -> None:
    assert dates(normalise(text)) == expected


def test_pairs_of_hiragana_are_asked_only_when_nothing_else_is_left() -> None:
    assert telling(segment("返品したい")) == ["返品", "品し"]
    assert telling(segment("もらった")) == ["もら", "らっ", "った"]


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [
        ("ご返品の手順", "返品", ["返品"]),
        ("ｻｰﾊﾞｰに申し込みました", "サーバ 申込", ["ｻｰﾊﾞｰ", "申し込み"]),
        ("Refunds were refunded, not funds", "refund", ["Refunds", "refunded"]),
        ("か\u3099っこう", "がっこう", ["か\u3099っこう"]),
        ("nothing here", "返品", []),
        ("anything", "", []),
    ],
)
def test_hits_are_marked_as_they_were_written(text: str, query: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in highlight(text, segment(query))] == found


@given(WORDS, WORDS)
def test_hits_are_in_order_and_apart(text: str, query: str) -> None:
    edges = [edge for span in highlight(text, segment(query)) for edge in span]

    assert edges == sorted(set(edges))
    assert not edges or (edges[0] >= 0 and edges[-1] <= len(text))


LONG_JAPANESE = "お世話になっております。" * 30 + "返品の手順と領収書を教えてください。" + "よろしくお願いします。" * 30
LONG_ENGLISH = (
    "Thank you for everything so far. " * 30 + "How do I return it for a refund? " + "Kind regards to all. " * 30
)


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [(LONG_JAPANESE, "返品 領収書", ["返品", "領収書"]), (LONG_ENGLISH, "refund return", ["return", "refund"])],
)
def test_the_passage_shows_the_words_looked_for(text: str, query: str, found: list[str]) -> None:
    passage, spans = snippet(text, segment(query), 60)

    assert [passage[start:end] for start, end in spans] == found
    assert passage.startswith("…")
    assert passage.endswith("…")


def test_a_short_text_is_its_own_passage() -> None:
    assert snippet("返品\nです", segment("返品"), 20) == ("返品 です", [(0, 2)])


@given(WORDS.map(lambda text: text * 4), WORDS, st.integers(0, 30))
def test_a_passage_fits_and_its_hits_are_inside(text: str, query: str, cells: int) -> None:
    passage, spans = snippet(text, segment(query), cells)

    assert cell_width(passage) <= cells
    assert all(0 <= start < end <= len(passage) for start, end in spans)


def test_of_a_sentence_only_the_words_that_tell_something_are_marked() -> None:
    text = "I have not got the parcel that you sent to me"

    def marked(query: str) -> list[str]:
        return [text[start:end] for start, end in highlight(text, segment(query))]

    assert marked("I am still waiting for the parcel that was sent to me on Monday") == ["parcel", "sent"]
    assert marked("parcel sent to me") == ["parcel", "sent"]
    assert marked("not the") == ["not", "the"]
