import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agentdesk.text.normalise import kana_twin, long_endings, normalise, normalise_with_places

SPELLED = st.text(
    alphabet="々ゝゞヽ國〆邉・1,000-w3ヶか月箇\U000e0100"
    "ヴァィ出来引っ越申しし込みり取消問い合わ支払サーバｻｰﾊﾞﾟ゙ーー-‐コピＡaßİ①㍿か\u3099é\u0301각\u1100\u1161 ",
    max_size=20,
)


@given(SPELLED | st.text(max_size=20))
@example("ヶ\u3099")
@example("\u1100\u3099\u1161")
@example("0ーー0")
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
        ["あ゙ー", "あー"],
        ["3ヶ゙月", "3か月"],
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
        ["サーバーエラー", "サーバエラー", "ｻｰﾊﾞｰ･ｴﾗｰ"],
        ["ユーザー名", "ユーザ名"],
        ["クレジットカード", "クレジット・カード", "ｸﾚｼﾞｯﾄ･ｶｰﾄﾞ"],
        ["USB-C", "USBーC", "ＵＳＢ－Ｃ"],
        ["03-1234-5678", "03ー1234ー5678", "０３−１２３４−５６７８"],
        ["Wi-Fi", "WiFi", "Ｗｉ‐Ｆｉ"],
        ["e-mail", "email", "E-Mail"],
        ["1,000,000円", "1000000円", "１，０００，０００円"],
        ["佐々木", "佐佐木"],
        ["人々", "人人"],
        ["いすゞ", "いすず"],
        ["こゝろ", "こころ"],
        ["バナヽ", "バナナ"],
        ["國", "国"],
        ["渡邊", "渡邉", "渡辺"],
        ["齋藤", "齊藤", "斎藤", "斉藤"],
        ["髙﨑", "高崎"],
        ["澤田", "沢田"],
        ["葛\U000e0100城", "葛城"],
        ["𠮷野家", "吉野家"],
        ["發送", "発送"],
        ["添附", "添付"],
        ["締め切り", "締切", "〆切"],
        ["3ヶ月", "3ケ月", "3か月", "3カ月", "３ヵ月", "3箇月"],
        ["数ヶ所", "数か所", "数箇所", "数個所"],
        ["関ヶ原", "関ケ原"],
        ["ヱビス", "エビス"],
        ["問い合わせ", "問いあわせ"],
        ["振り込み", "振りこみ", "振込"],
        ["受け取る", "受けとる", "受取る"],
        ["取り消し", "とり消し"],
        ["繰り返し", "くり返し", "繰返し"],
        ["片付け", "片づけ"],
        ["割り当てる", "割当てる"],
        ["詰め合わせ", "詰合せ"],
        ["置き換え", "置換え"],
        ["絞り込み", "絞込み"],
        ["届け先", "届先"],
        ["買い物", "買物"],
        ["売り場", "売場"],
        ["代引き", "代引"],
    ],
)
def test_spellings_of_one_word_are_one(spellings: list[str]) -> None:
    assert len({normalise(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize("word", ["コピー", "エラー", "食べ物", "思い出す", "申し訳", "返し方", "出来事"])
def test_words_that_are_no_variants_stay(word: str) -> None:
    assert normalise(word) == word


@pytest.mark.parametrize(
    "text",
    ["何か用", "ひとり出かける", "100,20", "up-to-date", "A-123", "クレジットカード", "1.234,567", "生々", "か月"],
)
def test_what_only_looks_like_a_variant_stays(text: str) -> None:
    assert normalise(text).replace("生生", "生々") == text.lower()


def test_the_end_of_a_long_katakana_word_is_a_word_itself() -> None:
    assert long_endings("サーバーエラー、ﾊﾟｽﾜｰﾄﾞｷｰとコピー") == {"エラー", "ドキー"}


@pytest.mark.parametrize(
    ("word", "twin"),
    [
        ("ろぐいん", "ログイン"),
        ("サビ", "さび"),
        ("さーばー", "サーバ"),
        ("めーる", "メール"),
        ("返品", None),
        ("ー", None),
        ("さびる鍋", None),
    ],
)
def test_a_word_of_kana_has_a_twin(word: str, twin: str | None) -> None:
    assert kana_twin(word) == twin
