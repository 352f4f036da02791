"""Files on this machine: the ones an agent names to send, and the ones from outside that are saved here.

A name from outside never decides where a file lands: folders, hidden names, names that a system reserves, and what
turns the reading direction are taken out, and a name that is too long keeps its ending. What is being written has
another name until it is whole, so that nobody ever finds half a file.
"""

import os
import re
import shlex
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from mimetypes import guess_type
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final
from urllib.parse import urlsplit

from agentdesk.i18n import _, number, plural
from agentdesk.record import record

KILO = 1024
LONGEST_NAME_BYTES = 200
"""File systems take 255 bytes (a Japanese letter is three); the rest is for ` (2)` and the like."""
LONGEST_ENDING = 20
UNKNOWN_TYPE = "application/octet-stream"
MOST_PASTED = 10_000
_UNFIT: Final = re.compile(
    '[\x00-\x1f\x7f-\x9f<>:"/\\\\|?*\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f]'
)
_RESERVED: Final = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|COM[0-9¹²³]|LPT[0-9¹²³])(?:\.|$)", re.IGNORECASE)
_HOME: Final = re.compile(r"(?:^|\s)['\"]?~")
_RUNS: Final = re.compile(
    r"\.(?:app|appimage|application|bat|chm|class|cmd|com|command|cpl|deb|desktop|dll|dmg|docm|dotm|exe|gadget|hta|htm"
    r"|html|inf|ins|iso|jar|jnlp|jse?|lnk|mht|mhtml|mjs|msc|msi|msix|msp|mst|pif|pkg|potm|ppam|pptm|ps1|psm1|py|pyw|rb"
    r"|reg|rpm|run|scf|scr|sct|service|settingcontent-ms|sh|shb|shtml|svg|terminal|url|vb|vbe|vbs|vhdx?|webloc|workflow"
    r"|ws[cfh]|xht|xhtml|xll|xlsm|xltm)",
    re.IGNORECASE,
)


@record
class FileLimits:
    """What a helpdesk takes: bytes a file, files a message (None where it sets no number), and empty files or not."""

    max_bytes: int
    max_files: int | None = None
    takes_empty: bool = True


# Names


def safe_name(name: str) -> str:
    """A file's name as it may be written here: no folders, no reserved words, nothing hidden, not too long."""
    plain = _UNFIT.sub("_", PurePosixPath(name.replace("\\", "/")).name).strip(" .")
    if not plain:
        plain = "file"
    elif _RESERVED.match(plain):
        plain = f"file_{plain}"
    ending = Path(plain).suffix
    if len(ending) > LONGEST_ENDING:
        ending = ""
    return _cut(plain[: len(plain) - len(ending)], LONGEST_NAME_BYTES - len(ending.encode())) + ending


def _cut(text: str, most_bytes: int) -> str:
    """The beginning of a text that fits, in whole characters."""
    return text.encode()[:most_bytes].decode(errors="ignore")


def free_place(folder: Path, name: str) -> Path:
    """A path in a folder that no file has yet: `name.pdf`, else `name (2).pdf` and so on."""
    first = path = folder / safe_name(name)
    count = 2
    while os.path.lexists(path):
        path = first.with_stem(f"{first.stem} ({count})")
        count += 1
    return path


def runs(name: str) -> bool:
    """Could opening this file run somebody's program? Web pages, drawings with scripts and macros count."""
    return _RUNS.fullmatch(Path(safe_name(name)).suffix) is not None


def type_of(name: str) -> str:
    """The kind of content that a file's name promises."""
    return guess_type(safe_name(name))[0] or UNKNOWN_TYPE


def size_word(size: int) -> str:
    """A file's size at a glance: `340 B`, `12 KB`, `4.9 MB`."""
    if size < KILO:
        return f"{size} B"
    if size < KILO * KILO:
        return f"{number(round(size / KILO))} KB"
    return f"{number(round(size / KILO / KILO, 1))} MB"


# Limits


def against(limits: FileLimits, account: str, name: str, size: int) -> str | None:
    """Why a helpdesk would not take a file, in words, or None."""
    if size > limits.max_bytes:
        return _(
            "{file} has {size}; {account} takes files up to {most}.",
            file=name,
            size=size_word(size),
            account=account,
            most=size_word(limits.max_bytes),
        )
    if not size and not limits.takes_empty:
        return _("{file} is empty; {account} takes no empty files.", file=name, account=account)
    return None


def too_many(limits: FileLimits, account: str, files: int) -> str | None:
    """Why a helpdesk would not take so many files with one message, in words, or None."""
    if limits.max_files is None or files <= limits.max_files:
        return None
    return plural(
        "{account} takes {n} file with a message at most.",
        "{account} takes {n} files with a message at most.",
        limits.max_files,
        account=account,
    )


# Paths that a person gives


def named_files(line: str) -> list[Path]:
    """The paths that typed words name: one as it stands, or several with quotes and escapes as in a shell."""
    readings = list(_readings(line.strip()))
    return next((paths for paths in readings if all(path.is_file() for path in paths)), readings[-1])


def dropped_files(text: str) -> list[Path]:
    """The files that a pasted text consists of, by their whole paths; none where it holds anything else.

    Terminals write whole paths: `~` in a paste is somebody's words, and must not fetch what lies in the agent's home.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or len(text) > MOST_PASTED or _HOME.search(text):
        return []
    found: list[Path] = []
    for line in lines:
        paths = next((paths for paths in _readings(line) if all(_is_whole_path(path) for path in paths)), [])
        if not paths:
            return []
        found += paths
    return found


def _is_whole_path(path: Path) -> bool:
    try:
        return path.is_absolute() and path.is_file()
    except (OSError, ValueError):
        return False


def _readings(line: str) -> Iterator[list[Path]]:
    """Ways to read a line as paths: as it stands, as an address, as words of a shell."""
    yield [path_of(line)]
    try:
        lexer = shlex.shlex(line, posix=True, punctuation_chars=False)
        lexer.whitespace_split, lexer.commenters = True, ""
        if sys.platform == "win32":
            lexer.escape = ""
        words = list(lexer)
    except ValueError:
        return  # a lone quotation mark belongs to a name
    if words:
        yield [path_of(word) for word in words]


def path_of(word: str) -> Path:
    """The path that a word means: `~` is the home folder, `file://` an address of this machine."""
    if word.startswith("file://"):
        from urllib.request import url2pathname  # late: it brings HTTP and mail along, 12 ms of a start

        parts = urlsplit(word)
        if parts.netloc in ("", "localhost"):
            return Path(url2pathname(parts.path))
    try:
        return Path(word).expanduser()
    except RuntimeError:  # `~nobody`
        return Path(word)


def shown_name(path: Path) -> str:
    """The name that a customer sees: composed letters, as everybody but one system writes them."""
    return unicodedata.normalize("NFC", path.name)


# Files that come in


@contextmanager
def arriving(place: Path, *, overwrite: bool = False) -> Iterator[BinaryIO]:
    """A file to write that gets the name `place` once the block has ended well, and is gone where it has not.

    Raises `FileExistsError` where there is such a file already, unless `overwrite`.
    """
    handle, part = tempfile.mkstemp(prefix=".agentdesk-", suffix=".part", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if overwrite:
            os.replace(part, place)
        else:
            _move(part, place)
    finally:
        Path(part).unlink(missing_ok=True)


def _move(part: str, place: Path) -> None:
    """Give a file its name, unless another has it."""
    if sys.platform == "win32":
        os.rename(part, place)  # refuses there, and overwrites elsewhere
        return
    try:
        os.link(part, place)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        with place.open("xb"):
            os.replace(part, place)
