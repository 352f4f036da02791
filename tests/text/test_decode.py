"""Bytes are read in the encoding they were written in."""

import pytest

from agentdesk.text.decode import Decoded, decoded

WORDS = "お問い合わせの件、明細を添付いたします。\nカタカナもあります。\n"


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("shift_jis", "Shift_JIS"),
        ("euc_jp", "EUC-JP"),
        ("iso2022_jp", "ISO-2022-JP"),
    ],
)
def test_japanese_is_read_however_it_was_written(codec: str, name: str) -> None:
    assert decoded(WORDS.encode(codec)) == Decoded(WORDS, name)


@pytest.mark.parametrize("codec", ["utf-8", "shift_jis", "euc_jp", "iso2022_jp"])
def test_a_character_cut_in_two_at_the_end_is_left_out(codec: str) -> None:
    content = WORDS.encode(codec)[:25]

    found = decoded(content, is_cut=True)

    assert found is not None
    assert WORDS.startswith(found.text)
    assert len(found.text) >= 6


def test_western_words_are_read() -> None:
    assert decoded("Grüße, café".encode("cp1252")) == Decoded("Grüße, café", "Windows-1252")


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n\x00\x00", b"%PDF-1.7\n\xe2\xe3\xcf\xd3\x00\x01", bytes(range(256))]
)
def test_what_is_no_text_is_said_to_be_none(content: bytes) -> None:
    assert decoded(content) is None


def test_nothing_is_an_empty_text() -> None:
    assert decoded(b"") == Decoded("", "UTF-8")
