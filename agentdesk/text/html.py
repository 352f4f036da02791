"""HTML mail as clean text with numbered links; import it late, where HTML is shown (40-70 ms).

Converted by `html-to-markdown` (Rust, MIT, typed, needs nothing else): about 0.15 s per MB, and it survives any input.
`inscriptis` needs lxml and requests and loses quotes and hidden boxes; `markdownify` is ten times slower and dies of
deep nesting.

Before the conversion, layout tables and `div`s, which mailers use for lines, become line breaks. After it, the text is
tidied and made safe. Markup nested deeper than the converter goes is read without its tags, so that no words are lost.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from html_to_markdown import ConversionOptions, PreprocessingOptions, WarningKind, convert
from html_to_markdown.exceptions import ConversionError

from agentdesk.record import record
from agentdesk.text.boxes import without_boxes, without_tags
from agentdesk.text.safe import safe_line, safe_text
from agentdesk.text.width import cell_width, pad


@record
class Link:
    """A link of a mail: its number in the text, what it is called, and where it really leads."""

    number: int
    label: str
    url: str
    is_misleading: bool = False


@record
class HtmlText:
    """The readable text of an HTML mail, and the links that it numbers."""

    text: str
    links: tuple[Link, ...] = ()

    @property
    def with_urls(self) -> str:
        """The text followed by the addresses of its links, for where nothing can be opened with a key."""
        urls = {link.number: link.url for link in self.links}
        listed = "\n".join(f"[{number}] {url}" for number, url in urls.items())
        return f"{self.text}\n\n{listed}" if listed else self.text


def html_to_text(html: str) -> HtmlText:
    """Return any HTML as text; it never raises and never holds control characters."""
    whole = html.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
    visitor = _Visitor()
    try:
        # The visitor protocol of the library demands all 40 methods in its types, but calls those that exist.
        anything: Any = visitor
        result = convert("".join(without_boxes(whole)), _OPTIONS, visitor=anything)
    except ConversionError:
        return HtmlText(_tidy(without_tags(whole)))
    if any(warning.kind == WarningKind.DEPTH_LIMIT_EXCEEDED for warning in result.warnings):
        return HtmlText(_tidy(without_tags(whole)))
    return HtmlText(_tidy(result.content or ""), tuple(visitor.links))


_ESCAPED: Final = re.compile(r"^([ \t>]*(?:\d{1,9})?)\\([-+#.)])", re.MULTILINE)
"""What the converter marks at the beginning of a line, lest a typed `1.` or `-` become a list in Markdown."""
_WRITTEN: Final = "\0"  # stands for a backslash in code, which is no mark of the converter's
_OPTIONS: Final = ConversionOptions(
    extract_metadata=False,
    autolinks=False,
    highlight_style="none",
    code_block_style="indented",
    bullets="-",
    inline_data_media="alt_text_only",
    preprocessing=PreprocessingOptions(enabled=False),
)


@dataclass(slots=True)
class _Visitor:
    """Writes what differs from Markdown, and collects the links in the order of the text."""

    links: list[Link] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)

    def visit_link(self, _context: object, href: str, text: str, _title: str | None) -> dict[str, str]:
        label = safe_line(" ".join(text.split()))
        url = _offered(href)
        if url is None or url == f"mailto:{label}":  # an address that shows itself needs no number
            return {"custom": label}
        number = self.numbers.setdefault(url, len(self.numbers) + 1)
        link = Link(number, label, url, _misleads(label, url))
        self.links.append(link)
        mark = f"[{link.number} → {_target(url)}]" if link.is_misleading else f"[{link.number}]"
        return {"custom": f"{label} {mark}".lstrip()}

    def visit_image(self, _context: object, _source: str, alt: str, _title: str | None) -> dict[str, str]:
        label = " ".join(alt.split())
        return {"custom": f"[image: {label}]" if label else ""}

    def visit_heading(self, _context: object, _level: int, text: str, _id: str | None) -> dict[str, str]:
        return {"custom": f"\n\n{' '.join(text.split())}\n\n"}

    def visit_strong(self, _context: object, text: str) -> dict[str, str]:
        return {"custom": text}

    visit_emphasis = visit_code_inline = visit_strong

    def visit_code_block(self, _context: object, _language: str | None, code: str) -> dict[str, str]:
        written = code.replace("\\", _WRITTEN).strip("\n").splitlines()
        return {"custom": "\n\n" + "".join(f"    {line}\n" for line in written) + "\n"}

    def visit_table_row(self, _context: object, cells: list[str], _is_header: bool) -> dict[str, str]:
        return {"custom": "".join(_CELL + " ".join(cell.replace(_CELL, "").split()) for cell in cells) + "\n"}


_SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})
_ADDRESS: Final = re.compile(
    r"(?:https?://)?(?:[^\s/@]*@)?((?:[\w-]+\.)+[a-z][\w-]+)(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE
)


def _offered(href: str) -> str | None:
    """Return the address as it may be opened, or None for scripts, data, anchors and nonsense."""
    url = safe_line(href.strip(), ascii_only=True)
    try:
        parts = urlsplit(url)
        known = parts.scheme.lower() in _SCHEMES and bool(parts.hostname or not parts.scheme.lower().startswith("http"))
    except ValueError:
        return None
    return url if known else None


def _target(url: str) -> str:
    """Return the host, mail address or number that an offered address leads to."""
    parts = urlsplit(url)
    return (parts.hostname or parts.path).lower()


def _misleads(label: str, url: str) -> bool:
    """Say whether a label looks like an address of another host than the link's."""
    named = _ADDRESS.fullmatch(label)
    if named is None:
        return False
    shown, target = named[1].lower().removeprefix("www."), _target(url).rpartition("@")[2].removeprefix("www.")
    return not (target == shown or target.endswith("." + shown))


_CELL: Final = "\x1f"  # stands before each cell until the whole table is known
_ROWS: Final = re.compile(r"(?:^[> ]*\x1f.*(?:\n|\Z))+", re.MULTILINE)


def _aligned(table: re.Match[str]) -> str:
    """Return a table's rows with their columns below each other, as far as a column is not too wide for that."""
    rows = [line.split(_CELL) for line in table[0].splitlines()]
    columns = max(map(len, rows))
    widths = [min(max(cell_width(row[n]) for row in rows if n < len(row)), 24) for n in range(columns)]
    lines = []
    for quote, *cells in rows:
        padded = (
            cell if cell_width(cell) > wide else pad(cell, wide) for cell, wide in zip(cells, widths[1:], strict=False)
        )
        lines.append((quote + "  ".join(padded)).rstrip())
    return "\n".join(lines) + "\n"


_LINE_SPACE: Final = re.compile(r"[ \u00a0]+$", re.MULTILINE)
_BLANK_LINES: Final = re.compile(r"\n(?:[ >]*\n){2,}")


def _tidy(text: str) -> str:
    """Return safe text without spaces at line ends and with at most one blank line in a row."""
    plain = _ESCAPED.sub(r"\1\2", _ROWS.sub(_aligned, text)).replace(_WRITTEN, "\\")
    lines = _LINE_SPACE.sub("", safe_text(plain).replace("\u00a0", " "))
    return _BLANK_LINES.sub(_one_blank, lines).strip("\n")


def _one_blank(run: re.Match[str]) -> str:
    first = run[0][1:].partition("\n")[0]
    return f"\n{first}\n"
