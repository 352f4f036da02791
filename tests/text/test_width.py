import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from agentdesk.text.cells import NARROW
from agentdesk.text.graphemes import clusters
from agentdesk.text.width import Align, cell_width, pad, truncate

LIVELY = st.text(alphabet="aZ あ、亜ｱﾞ👨👩🇯🇵❤☎1🏽é\u0301\u3099\u200d\ufe0f각\u1100\u1161…①", max_size=30)


def test_every_assigned_character_is_as_wide_as_textual_draws_it() -> None:
    assigned = [char for char in map(chr, range(0x110000)) if unicodedata.category(char) not in {"Cn", "Cs", "Cc"}]

    assert [char for char in assigned if NARROW[char] != cell_len(char)] == []


@given(LIVELY)
def test_width_agrees_with_rich(text: str) -> None:
    assert cell_width(text) == cell_len(text)


@given(LIVELY)
def test_clusters_cover_the_text_without_gaps(text: str) -> None:
    assert "".join(text[cluster.start : cluster.end] for cluster in clusters(text)) == text


@pytest.mark.parametrize(
    "cluster",
    [
        "か\u3099",
        "e\u0301",
        "👨\u200d👩\u200d👧",
        "🇯🇵",
        "❤\ufe0f",
        "👍🏽",
        "1\ufe0f\u20e3",
        "ｶﾞ"[:1],
        "\u1100\u1161\u11a8",
        "\r\n",
        "葛\U000e0100",
    ],
)
def test_what_a_reader_takes_for_one_character_is_one_cluster(cluster: str) -> None:
    assert len(list(clusters(cluster))) == 1


def test_two_flags_are_two_clusters() -> None:
    assert [cluster.end for cluster in clusters("🇯🇵🇫🇷")] == [2, 4]


def test_ambiguous_characters_are_wide_when_asked_so() -> None:
    assert cell_width("①…") == 2
    assert cell_width("①…", ambiguous_wide=True) == 4


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("hello", 5, "hello"),
        ("hello", 4, "hel…"),
        ("返品について", 12, "返品について"),
        ("返品について", 8, "返品に…"),
        ("返品について", 1, "…"),
        ("返品", 0, ""),
        ("", 3, ""),
        ("か\u3099か\u3099", 3, "か\u3099…"),
    ],
)
def test_truncation_never_splits_a_character(text: str, width: int, expected: str) -> None:
    assert truncate(text, width) == expected


@given(LIVELY, st.integers(0, 20))
def test_truncated_text_fits(text: str, width: int) -> None:
    assert cell_width(truncate(text, width)) <= width


@given(LIVELY, st.integers(0, 20), st.sampled_from(["left", "right", "center"]))
def test_padded_text_fills_the_width_exactly(text: str, width: int, align: Align) -> None:
    assert cell_width(pad(text, width, align)) == width
