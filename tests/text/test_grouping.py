"""Texts that are about the same are found by their words, in Japanese and English."""

from collections.abc import Sequence

from agentdesk.text.grouping import grouped, is_cjk, middle, nearest, telling, wordbook, words_of

REFUND = ("返金がまだです", "返金が届かない", "返金はいつですか", "先日の返金が届かないのですが", "返金が遅いです")
LOGIN = ("ログインできない", "パスワードでログインできない", "ログインの画面", "ログインに失敗", "ログインが切れる")
PARCEL = (
    "parcel is late",
    "where is the parcel",
    "my parcels never came",
    "a parcel got lost",
    "parcel tracking stopped",
)


def groups_of(texts: Sequence[str]) -> list[list[int]]:
    words = [words_of(text, "") for text in texts]
    book = wordbook([one.weights for one in words])
    steps = grouped([book.vector(one.weights) for one in words])
    while True:
        try:
            next(steps)
        except StopIteration as end:
            groups: list[list[int]] = end.value
            return groups


def mixed() -> list[str]:
    return [text for three in zip(REFUND, LOGIN, PARCEL, strict=True) for text in three]


def test_texts_that_share_a_rare_word_are_one_group() -> None:
    texts = [*mixed(), *(letter * 4 for letter in "甲乙丙丁戊己庚辛壬癸")]

    groups = groups_of(texts)

    assert sorted(groups) == [list(range(start, 15, 3)) for start in range(3)]


def test_the_same_texts_give_the_same_groups() -> None:
    texts = mixed() * 3

    assert groups_of(texts) == groups_of(texts)


def test_a_new_text_belongs_to_the_nearest_group_or_to_none() -> None:
    words = [words_of(text, "") for text in mixed()]
    book = wordbook([*(one.weights for one in words), *({} for _other in range(20))])
    middles = [middle(book.vector(one.weights) for one in words[start::3]) for start in range(3)]

    def place_of(text: str) -> int | None:
        return nearest(book.vector(words_of(text, "").weights), middles)

    assert [place_of("返金を待っています"), place_of("PARCELS?"), place_of("会社の住所")] == [0, 2, None]


def test_what_a_group_is_about_is_told_in_whole_words_as_people_write_them() -> None:
    words = [words_of(text, "") for text in REFUND]
    book = wordbook([*(one.weights for one in words), *({} for _other in range(20))])

    told = telling(words, middle(book.vector(one.weights) for one in words), 2)

    assert told == ["返金"]


def test_endings_digits_grammar_and_the_agents_lines_of_a_call_say_nothing() -> None:
    words = words_of("Charged twice", "Agent: Let me check your subscription\nCaller: order 42-1234 charges me")

    assert set(words.weights) == {"charg", "twice", "order"}


def test_a_verb_of_one_kanji_is_told_with_its_negation() -> None:
    assert words_of("荷物が届かない", "").spelled["届か"] == "届かない"


def test_what_a_channel_writes_over_every_text_says_nothing() -> None:
    calls = [words_of("Phone call", f"Call summary\n{text}") for text in (*PARCEL, *LOGIN, *REFUND)]
    mails = [words_of(text, "") for text in (*REFUND, *LOGIN, "Call me", "Please call", "I will call", "Call back")]

    book = wordbook([one.weights for one in (*calls, *mails)], ["phone"] * len(calls) + ["email"] * len(mails))

    assert not {"phone", "call", "summary"} & set(book.texts)
    assert {"parcel", "ログイン"} <= set(book.texts)


def test_a_japanese_text_with_english_names_in_it_is_japanese_and_the_other_way_round() -> None:
    assert is_cjk("AgentDesk の請求書が届きません")
    assert not is_cjk("Our company 株式会社青空設計 has not received the invoice for the last order")


def test_the_kanji_of_a_verb_is_not_told_as_part_of_the_noun_before_it() -> None:
    words = words_of("一週間待っています。注文番号を", "")

    assert words.spelled["週間"] == "一週間"
    assert words.spelled["注文"] == "注文番号"
