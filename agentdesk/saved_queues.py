"""Saved queues: queries that were kept, each a small file of its own below `queues/` in the configuration folder.

A file holds what `[[queue]]` holds in the configuration, so it can be edited, moved there, shared or deleted. It is
written once and never again: from then on it is its reader's.
"""

import json
import re
import tomllib
from pathlib import Path

from agentdesk.config import Queue, queues_from
from agentdesk.errors import ConfigError, Refused
from agentdesk.i18n import _
from agentdesk.paths import private_folder
from agentdesk.record import record

LONGEST_NAME = 60
_NOT_IN_A_FILE_NAME = re.compile(r"[^\w.-]+")


@record
class Saved:
    """The queues in a folder by file name, and in words what is wrong with the files that were skipped."""

    queues: tuple[Queue, ...] = ()
    problems: tuple[str, ...] = ()


def load_saved(folder: Path) -> Saved:
    """Every queue in a folder; a broken file is skipped and named."""
    found: list[Queue] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")) if folder.is_dir() else []:
        try:
            found += queues_from(tomllib.loads(path.read_text(encoding="utf-8-sig")).get("queue", []))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            problems.append(_("{path} cannot be read: {reason}.", path=path.name, reason=str(error)))
        except ConfigError as error:
            problems.append(f"{path.name}: {error}")
    return Saved(tuple(found), tuple(problems))


def save_queue(folder: Path, name: str, query: str) -> Path:
    """Keep a query under a name in a new file; raises `Refused` where there is one already, or no such name can be."""
    title = " ".join(name.split())
    stem = _NOT_IN_A_FILE_NAME.sub("-", title).strip("-.")[:LONGEST_NAME]
    if not stem:
        raise Refused(_("A queue needs a name with a letter or digit."))
    path = private_folder(folder) / f"{stem}.toml"
    lines = ["[[queue]]", f"name = {_text(title)}", f"title = {_text(title)}", f"filter = {_text(query)}", ""]
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write("\n".join(lines))
    except FileExistsError:
        raise Refused(
            _("There is a queue of this name in {path}. Edit it there, or choose another name.", path=path)
        ) from None
    except OSError as error:
        raise Refused(
            _("{path} cannot be written: {reason}.", path=path, reason=error.strerror or str(error))
        ) from error
    return path


def _text(value: str) -> str:
    """A text as TOML has it: a JSON string is one."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
