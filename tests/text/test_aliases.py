import pytest

from agentdesk.text.aliases import aliases, groups_of, words_of


def test_groups_are_read_line_by_line() -> None:
    assert groups_of("# ours\nA = B\n\n解約 ＝ キャンセル = 退会 # one\n", "aliases.txt") == (
        [("A", "B"), ("解約", "キャンセル", "退会")],
        [],
    )
    assert words_of("please # polite\n\nお願い\n") == ["please", "お願い"]


@pytest.mark.parametrize("line", ["SharePoint", "= B", "A ="])
def test_a_line_that_cannot_be_read_is_told_with_its_number(line: str) -> None:
    groups, problems = groups_of(f"A = B\n{line}\n", "aliases.txt")

    assert groups == [("A", "B")]
    assert len(problems) == 1
    assert problems[0].startswith("aliases.txt, line 2: ")


def test_the_longest_word_is_replaced_and_latin_ones_only_whole() -> None:
    words = aliases([("point", "spot"), ("share point", "SharePoint")])

    assert words.ways("Where is Share Point?") == ["where is sharepoint?"]
    assert words.ways("points and pinpoint") == []


def test_groups_that_share_a_word_are_one() -> None:
    assert set(aliases([("a", "b"), ("c", "d"), ("b", "c")]).ways("a")) == {"b", "c", "d"}


def test_groups_are_told_as_they_were_written() -> None:
    assert aliases([("送り戻し", "返品"), ("返品", "ＲＭＡ")]).groups == (("送り戻し", "返品", "ＲＭＡ"),)


def test_a_text_of_silent_words_alone_is_heard() -> None:
    words = aliases([], ["please"])

    assert words.heard("please help") == "help"
    assert words.heard("please") == "please"
