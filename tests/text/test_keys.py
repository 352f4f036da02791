import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentdesk.text.keys import ascii_key


@pytest.mark.parametrize(
    ("char", "key"),
    [
        ("ｊ", "j"),
        ("Ｊ", "J"),
        ("？", "?"),
        ("ま", "j"),
        ("マ", "j"),
        ("ﾏ", "j"),
        ("の", "k"),
        ("ろ", "_"),
        ("っ", "Z"),
        ("　", " "),
    ],
)
def test_a_key_is_the_same_key_whatever_the_input_method(char: str, key: str) -> None:
    assert ascii_key(char) == key


@pytest.mark.parametrize("char", ["j", "亜", "", "まま", "é"])
def test_other_characters_have_no_twin(char: str) -> None:
    assert ascii_key(char) is None


@given(st.characters())
def test_a_twin_is_one_ascii_character(char: str) -> None:
    twin = ascii_key(char)

    assert twin is None or (len(twin) == 1 and twin.isascii())
