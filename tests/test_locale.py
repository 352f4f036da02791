"""The languages: every sentence is there, with the same placeholders, and compiled as it is written."""

import string

import pytest

from agentdesk.i18n import LANGUAGES
from tests.catalog import brought_up_to_date, forms, mo_text, po_file, po_text, translated, untranslated

TRANSLATED = [language for language in LANGUAGES if language != "en"]


def placeholders(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalog_holds_exactly_the_sentences_of_the_program(language: str) -> None:
    assert po_file(language).read_bytes() == po_text(brought_up_to_date(language)), "run: python tests/catalog.py"


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated(language: str) -> None:
    assert list(untranslated(translated(language))) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_placeholders_of_its_sentence(language: str) -> None:
    for message in translated(language):
        if message.id:
            expected = placeholders(forms(message.id)[-1])
            assert all(placeholders(form) == expected for form in forms(message.string)), message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_catalog_is_what_the_text_says(language: str) -> None:
    compiled = po_file(language).with_suffix(".mo").read_bytes()

    assert compiled == mo_text(translated(language)), "run: python tests/catalog.py"
