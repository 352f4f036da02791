import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentdesk.text.normalise import kana_twin, normalise, normalise_with_places

SPELLED = st.text(
    alphabet="ヴァィ出来引っ越申しし込みり取消問い合わ支払サーバｻｰﾊﾞﾟ゙ーー-‐コピＡaßİ①㍿か\u3099é\u0301각\u1100\u1161 ",
    max_size=20,
)


@given(SPELLED | st.text(max_size=20))
def test_normalising_again_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(SPELLED)
def test_places_belong_to_the_same_spelling(text: str) -> None:
    normal = normalise_with_places(text)

    assert normal.text == normalise(text)
    assert len(normal.starts) == len(normal.ends) == len(normal.text)
    assert all(0 <= start < end <= len(text) for start, end in zip(normal.starts, normal.ends, strict=True))


@pytest.mark.parametrize(
    "spellings",
    [
        ["サーバー", "サーバ", "ｻｰﾊﾞｰ", "ｻｰﾊﾞ", "サーバーー", "サ-バー"],
        ["ユーザー", "ユーザ"],
        ["申し込み", "申込み", "申込"],
        ["問い合わせ", "問合わせ", "問合せ", "問合"],
        ["お支払い", "お支払"],
        ["取り消し", "取消し", "取消"],
        ["引き落とし", "引落とし", "引落し", "引落"],
        ["見積もり", "見積り", "見積"],
        ["手続き", "手続"],
        ["払い戻し", "払戻し", "払戻"],
        ["受け取り消し", "受取消"],
        ["売り切れ", "売切れ", "売切"],
        ["引っ越し", "引越し", "引越"],
        ["申し込み", "申しこみ"],
        ["取り消す", "取りけす"],
        ["引き継ぎ", "引継ぎ", "引継"],
        ["ヴァイオリン", "バイオリン", "ｳﾞｧｲｵﾘﾝ"],
        ["ウェブ", "ウエブ", "ｳｪﾌﾞ"],
        ["できない", "出来ない"],
        ["ＡｇｅｎｔＤｅｓｋ", "agentdesk", "AGENTDESK"],
        ["E‐mail", "E-mail", "e－mail"],
        ["か\u3099", "が"],
        ["ｶﾞ", "ガ"],
        ["straße", "STRASSE"],
        ["㈱", "(株)"],
    ],
)
def test_spellings_of_one_word_are_one(spellings: list[str]) -> None:
    assert len({normalise(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize("word", ["コピー", "エラー", "食べ物", "思い出す", "申し訳", "買い物", "返し方", "出来事"])
def test_words_that_are_no_variants_stay(word: str) -> None:
    assert normalise(word) == word


@pytest.mark.parametrize(
    ("word", "twin"),
    [
        ("ろぐいん", "ログイン"),
        ("サビ", "さび"),
        ("めーる", "メール"),
        ("返品", None),
        ("ー", None),
        ("さびる鍋", None),
    ],
)
def test_a_word_of_kana_has_a_twin(word: str, twin: str | None) -> None:
    assert kana_twin(word) == twin
