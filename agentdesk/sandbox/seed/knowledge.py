"""Knowledge: the help centre, read from `articles.toml` per language.

Bodies are written in a small markup: `## heading`, `- list`, `1. steps`, `| table | rows |`, `**bold**`, `[text](#key)`
for a link to another article, and paragraphs parted by an empty line.
"""

import re
from collections.abc import Sequence
from functools import cache
from html import escape
from itertools import groupby

from agentdesk.sandbox.dataset import Doc, Language
from agentdesk.sandbox.seed import ids
from agentdesk.sandbox.seed.stamps import DAY, stamp
from agentdesk.sandbox.seed.words import Toml, read, words

INTERNAL_SEGMENT = 901
_LINK = re.compile(r"\[([^\]]+)\]\(#([\w-]+)\)")
_BOLD = re.compile(r"\*\*(.+?)\*\*")


@cache
def _articles(language: Language) -> dict[str, Toml]:
    return read(language, "articles.toml")


@cache
def _sections() -> dict[str, Toml]:
    return read("sections.toml")


@cache
def _ids() -> dict[str, int]:
    keys = [*_articles("ja"), *(key for key in _articles("en") if key not in _articles("ja"))]
    return {key: ids.ARTICLES + n for n, key in enumerate(keys)}


@cache
def link(language: Language, key: str) -> str:
    """The public address of an article."""
    return str(words(language).shop["help_url"].format(id=_ids()[key]))


def categories(languages: Sequence[Language], now: int) -> list[Doc]:
    """One category per section, named in every language."""
    return [_shelf(ids.CATEGORIES + n, n, section, languages, now) for n, section in enumerate(_sections().values())]


def sections(languages: Sequence[Language], now: int) -> list[Doc]:
    """The sections articles stand in, named in every language."""
    return [
        {
            **_shelf(ids.SECTIONS + n, n, section, languages, now),
            "category_id": ids.CATEGORIES + n,
            "parent_section_id": None,
        }
        for n, section in enumerate(_sections().values())
    ]


def _shelf(id: int, position: int, section: Toml, languages: Sequence[Language], now: int) -> Doc:
    created = stamp(now - 700 * DAY)
    return {
        "id": id,
        "name": " / ".join(section[code] for code in languages),
        "description": " / ".join(section[f"{code}_description"] for code in languages),
        "locale": _locale(languages[0]),
        "source_locale": _locale(languages[0]),
        "position": position,
        "outdated": False,
        "created_at": created,
        "updated_at": created,
    }


def _locale(language: Language) -> str:
    """The locale as the help centre writes it, in small letters."""
    return str(words(language).people["locale"]).lower()


def articles(languages: Sequence[Language], now: int, author: int) -> list[Doc]:
    """Every article in every language it is written in; one dict per article and locale."""
    return [
        _article(key, entry, code, _source(key, languages), now, author)
        for code in languages
        for key, entry in _articles(code).items()
    ]


def _source(key: str, languages: Sequence[Language]) -> str:
    """The locale an article was first written in."""
    first = next(code for code in languages if key in _articles(code))
    return _locale(first)


def _article(key: str, entry: Toml, code: Language, source: str, now: int, author: int) -> Doc:
    id = _ids()[key]
    changed = stamp(now - (id * 37 % 400 + 3) * DAY)
    votes = id * 53 % 90
    return {
        "id": id,
        "title": entry["title"],
        "body": html(entry["body"], code),
        "locale": _locale(code),
        "source_locale": source,
        "html_url": link(code, key),
        "author_id": author,
        "section_id": ids.SECTIONS + list(_sections()).index(entry["section"]),
        "label_names": entry.get("labels", []),
        "user_segment_id": INTERNAL_SEGMENT if entry.get("internal") else None,
        "promoted": entry.get("promoted", False),
        "draft": False,
        "position": 0,
        "outdated": False,
        "vote_count": votes,
        "vote_sum": votes - id * 29 % 40 if votes > 40 else votes // 2,
        "created_at": stamp(now - (id * 37 % 400 + 200) * DAY),
        "updated_at": changed,
        "edited_at": changed,
    }


def html(text: str, code: Language) -> str:
    """The small markup as the HTML a help centre serves."""
    return "\n".join(_block(block.splitlines(), code) for block in re.split(r"\n\s*\n", text.strip()))


def _block(lines: list[str], code: Language) -> str:
    return "".join(_run(kind, list(run), code) for kind, run in groupby(lines, _kind))


def _kind(line: str) -> str:
    if line.startswith("## "):
        return "h2"
    if line.startswith("- "):
        return "ul"
    if line.startswith("|"):
        return "table"
    return "ol" if re.match(r"\d+\. ", line) else "p"


def _run(kind: str, lines: list[str], code: Language) -> str:
    if kind == "h2":
        return "".join(f"<h2>{_inline(line[3:], code)}</h2>" for line in lines)
    if kind in ("ul", "ol"):
        points = (line.split(" ", 1)[1] for line in lines)
        return f"<{kind}>" + "".join(f"<li>{_inline(point, code)}</li>" for point in points) + f"</{kind}>"
    if kind == "table":
        return "<table>" + "".join(_row(line, "td" if n else "th", code) for n, line in enumerate(lines)) + "</table>"
    return "<p>" + "<br>".join(_inline(line, code) for line in lines) + "</p>"


def _row(line: str, cell: str, code: Language) -> str:
    cells = (part.strip() for part in line.strip("|").split("|"))
    return "<tr>" + "".join(f"<{cell}>{_inline(part, code)}</{cell}>" for part in cells) + "</tr>"


def _inline(text: str, code: Language) -> str:
    bold = _BOLD.sub(r"<strong>\1</strong>", escape(text, quote=False))
    return _LINK.sub(lambda found: f'<a href="{link(code, found[2])}">{found[1]}</a>', bold)


def title(language: Language, key: str) -> str:
    """The title of an article."""
    return str(_articles(language)[key]["title"])
