"""The message catalogs: gathers every visible sentence of the program and brings the `.po` and `.mo` files up to date.

    python tests/catalog.py            adds new sentences (untranslated) and drops dead ones
    python tests/catalog.py --missing  prints what still has no translation

A test refuses a catalog that is not what this writes, or that has holes.
"""

import ast
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import agentdesk
from agentdesk.commands import load
from agentdesk.i18n import CATALOGS, DOMAIN, LANGUAGES

SOURCE = Path(agentdesk.__file__).parent
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
"""Dates in catalog headers would make every build differ."""


VARYING = (b'"Generated-By:', b'"Report-Msgid', b'"Last-Translator', b'"Language-Team')
"""Header lines that say nothing, or differ between versions of the tools."""


def sentences() -> Catalog:
    """Every sentence in the source, and the help of every command."""
    found = Catalog(project="agentdesk-terminal", creation_date=LONG_AGO, revision_date=LONG_AGO)
    for file in sorted(SOURCE.rglob("*.py")):
        for message in _asked_for(ast.parse(file.read_text(encoding="utf-8"))):
            found.add(message, locations=[(file.relative_to(SOURCE).as_posix(), 0)])
    for command in load():
        found.add(command.source_help, locations=[(f"commands/{command.topic}.py", 0)])
    return found


def _asked_for(module: ast.Module) -> Iterator[str | tuple[str, str]]:
    """The sentences of a module, those inside f-strings too (Babel's reader sees these on Python 3.12 only)."""
    for node in ast.walk(module):
        match node:
            case ast.Call(func=ast.Name("_"), args=[ast.Constant(str(text)), *_]):
                yield text
            case ast.Call(func=ast.Name("plural"), args=[ast.Constant(str(one)), ast.Constant(str(many)), *_]):
                yield one, many


def translated(language: str) -> Catalog:
    """The catalog of a language as its file has it."""
    with po_file(language).open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def brought_up_to_date(language: str) -> Catalog:
    """The catalog of a language with exactly the sentences of the source."""
    old = translated(language) if po_file(language).exists() else Catalog(locale=language)
    fresh = Catalog(
        locale=language,
        domain=DOMAIN,
        header_comment=f"# AgentDesk: {language}",
        project="agentdesk-terminal",
        creation_date=LONG_AGO,
        revision_date=LONG_AGO,
        fuzzy=False,
    )
    for message in sentences():
        if message.id:
            known = old.get(message.id)
            empty = tuple("" for _form in range(fresh.num_plurals)) if isinstance(message.id, tuple) else ""
            fresh.add(message.id, known.string if known else empty, locations=message.locations)
    return fresh


def po_text(catalog: Catalog) -> bytes:
    written = io.BytesIO()
    write_po(written, catalog, sort_output=True, include_lineno=False, width=110, omit_header=False)
    lines = written.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(VARYING))


def mo_text(catalog: Catalog) -> bytes:
    written = io.BytesIO()
    write_mo(written, catalog)
    return written.getvalue()


def po_file(language: str) -> Path:
    return CATALOGS / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    """The forms of a sentence: one, or one for each plural."""
    return [text or ""] if isinstance(text, str | None) else list(text)


def untranslated(catalog: Catalog) -> Iterator[str]:
    """The sentences without a translation, or with a part of one."""
    for message in catalog:
        if message.id and not all(forms(message.string)):
            yield str(message.id)


def main() -> None:
    for language in LANGUAGES:
        if language == "en":
            continue
        catalog = brought_up_to_date(language)
        if "--missing" in sys.argv:
            sys.stdout.writelines(f"{language}: {sentence}\n" for sentence in untranslated(catalog))
            continue
        po_file(language).parent.mkdir(parents=True, exist_ok=True)
        po_file(language).write_bytes(po_text(catalog))
        po_file(language).with_suffix(".mo").write_bytes(mo_text(catalog))


if __name__ == "__main__":
    main()
