"""Words are counted in texts in every form that the index takes for the same."""

import pytest

from agentdesk.store.counting import counted
from agentdesk.text.segment import segment


def test_latin_words_count_in_every_form_that_the_index_stems_alike() -> None:
    (found,) = counted(
        [["We refunded it. Refunding takes days; a REFUND, réfund or refunds. Refuse."]], ["refund"], [1]
    )

    assert found.times == [5]


def test_japanese_counts_in_every_spelling() -> None:
    (found,) = counted([["申込みをしました。申し込みのサーバーは、サーバの申込。"]], ["申込", "バの"], [1])

    assert found.times == [3, 1]


def test_a_word_counts_as_much_as_the_part_it_stands_in() -> None:
    found = counted([("Kettle", "a kettle"), ("", "a spoon")], ["kettle", "spoon"], [3, 0.5])

    assert [one.times for one in found] == [[3.5, 0], [0, 0.5]]


@pytest.mark.parametrize("text", ["返品の手順 refund", "卵 あり", "a-b_c 12", "", "ｻｰﾊﾞｰ café"])
def test_a_text_is_as_long_as_the_tokens_it_is_cut_into(text: str) -> None:
    (found,) = counted([[text]], ["refund"], [1])

    assert found.tokens == len(segment(text))
