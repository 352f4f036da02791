import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentdesk.text.safe import safe_line, safe_text

ANYTHING = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)


@given(ANYTHING)
def test_safe_text_holds_nothing_a_terminal_would_obey(text: str) -> None:
    safe = safe_text(text)

    assert {char for char in safe if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}} <= {"\n"}
    assert {unicodedata.bidirectional(char) for char in safe}.isdisjoint(
        {"LRE", "RLE", "LRO", "RLO", "LRI", "RLI", "FSI"}
    )
    safe.encode("utf-8")


@given(ANYTHING)
def test_safe_line_is_one_line(text: str) -> None:
    assert len(safe_line(text).splitlines()) <= 1


@given(ANYTHING)
def test_safe_text_is_already_safe(text: str) -> None:
    assert safe_text(safe_text(text)) == safe_text(text)


@given(
    st.text(
        alphabet=st.characters(
            categories=["L", "N", "P", "S"], max_codepoint=0x2FFF, exclude_characters="\u115f\u1160"
        ),
        max_size=40,
    )
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert safe_text(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x07", "␛[31mred␇"),
        ("a\x9b1mb\x7f", "a\\x9b1mb␡"),
        ("invoice\u202efdp.exe", "invoice\\u202efdp.exe"),
        ("a\u2066b\u2069", "a\\u2066b\\u2069"),
        ("pass\u200bword\ufeff", "password"),
        ("\ud800x\ufffe\U0001ffff", "\ufffdx\ufffd\ufffd"),
        ("a\tb\r\nあ\tb\rc\u2028d", "a   b\nあ  b\nc\nd"),
        ("o" + "\u0301" * 500, "o" + "\u0301" * 8),
        ("家族👨\u200d👩\u200d👧と葛\U000e0100", "家族👨\u200d👩\u200d👧と葛\U000e0100"),
        ("🏴\U000e0067\U000e0062\U000e007f", "🏴\U000e0067\U000e0062\U000e007f"),
        ("hi\U000e0068\U000e0069", "hi"),
        ("未定義\ue000\u0378", "未定義\ue000\u0378"),
    ],
)
def test_hostile_characters_become_visible_or_go(text: str, shown: str) -> None:
    assert safe_text(text) == shown


def test_a_logs_form_is_ascii_for_what_was_a_control() -> None:
    assert safe_line("a\x1b]0;x\x07\r\nb\x00", ascii_only=True) == "a\\x1b]0;x\\x07 b\\x00"
