"""Saved queues: queries that were kept, each a small file of its own below `queues/` in the configuration folder.

A file holds what `[[queue]]` holds in the configuration, so it can be edited, moved there, shared or deleted. As long
as it reads as it was written here, it can be changed and renamed from here, too; once somebody edited it, it is theirs.
"""

import json
import re
import tomllib
from pathlib import Path

from agentdesk.config import Queue, queues_from
from agentdesk.errors import ConfigError, Refused
from agentdesk.i18n import _
from agentdesk.paths import changed_at, private_folder
from agentdesk.record import record

LONGEST_NAME = 60
_NOT_IN_A_FILE_NAME = re.compile(r"[^\w.-]+")


@record
class Saved:
    """The queues in a folder by file name, and in words what is wrong with the files that were skipped."""

    queues: tuple[Queue, ...] = ()
    problems: tuple[str, ...] = ()


def load_saved(folder: Path) -> Saved:
    """Every queue in a folder; a broken one is skipped and named, with its line."""
    files = [_load(path) for path in _files(folder)]
    return Saved(
        tuple(queue for one in files for queue in one.queues), tuple(told for one in files for told in one.problems)
    )


def stamp(folder: Path) -> tuple[tuple[str, int], ...]:
    """What changes whenever a file of the folder does."""
    return tuple((path.name, changed_at(path)) for path in _files(folder))


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.toml")) if folder.is_dir() else []


def _load(path: Path) -> Saved:
    try:
        text = path.read_text(encoding="utf-8-sig")
        sections = tomllib.loads(text).get("queue", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return Saved(problems=(_("{path} cannot be read: {reason}.", path=path.name, reason=str(error)),))
    found: list[Queue] = []
    problems: list[str] = []
    for place, section in enumerate(sections if isinstance(sections, list) else [sections]):
        try:
            found += queues_from([section] if isinstance(sections, list) else section)
        except ConfigError as error:
            problems.append(f"{path.name}{_line_words(text, place)}: {error}")
    return Saved(tuple(found), tuple(problems))


def _line_words(text: str, place: int) -> str:
    """Where the query of a section is, as `:3`; nothing where the sections are not written line by line."""
    lines = text.splitlines()
    heads = [at for at, line in enumerate(lines) if line.strip().startswith("[[queue]]")]
    if place >= len(heads):
        return ""
    first, last = heads[place], heads[place + 1] if place + 1 < len(heads) else len(lines)
    named = (at for at in range(first, last) if lines[at].lstrip().startswith("filter"))
    return f":{next(named, first) + 1}"


def save_queue(folder: Path, name: str, query: str) -> Path:
    """Keep a query under a name in a new file; raises `Refused` where there is one already, or no such name can be."""
    path = _path(folder, name)
    try:
        private_folder(folder)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(_written(_called(name, query)))
    except FileExistsError:
        raise Refused(
            _("There is a queue of this name in {path}. Edit it there, or choose another name.", path=path)
        ) from None
    except OSError as error:
        raise _unwritable(path, error) from error
    return path


def saved(folder: Path, name: str) -> Queue:
    """The saved queue of this name or title; raises `Refused` for one that is not from here."""
    return _alone(folder, name)[1]


def changeable(folder: Path, name: str) -> Queue:
    """The same, where its file is as it was written here; raises `Refused` for one that was edited by hand."""
    return _own(folder, name)[1]


def change_queue(folder: Path, name: str, query: str) -> Path:
    """Let a saved queue show another query; raises `Refused` for one that is not from here, or was edited by hand."""
    path, queue = _own(folder, name)
    _rewrite(path, Queue(queue.name, queue.title, query))
    return path


def rename_queue(folder: Path, name: str, new: str) -> Path:
    """Call a saved queue otherwise; raises `Refused` as `change_queue` and `save_queue` do."""
    path, queue = _own(folder, name)
    made = _path(folder, new)
    if made.exists() and made.samefile(path):  # where VIP.toml is vip.toml, too
        _rewrite(path, _called(new, queue.filter))
        return path
    save_queue(folder, new, queue.filter)
    try:
        _delete(path)
    except Refused:
        _delete(made)
        raise
    return made


def delete_queue(folder: Path, name: str) -> Queue:
    """Delete the file of a saved queue; what it was. Raises `Refused` for one that is not from here."""
    path, queue = _alone(folder, name)
    _delete(path)
    return queue


def _path(folder: Path, name: str) -> Path:
    """Where a queue of this name is kept; raises `Refused` where no such name can be."""
    stem = _NOT_IN_A_FILE_NAME.sub("-", " ".join(name.split())).strip("-.")[:LONGEST_NAME]
    if not stem:
        raise Refused(_("A queue needs a name with a letter or digit."))
    return folder / f"{stem}.toml"


def _called(name: str, query: str) -> Queue:
    title = " ".join(name.split())
    return Queue(title, title, query)


def _rewrite(path: Path, queue: Queue) -> None:
    """Let a file hold this queue from now on: all of it, or the one it held."""
    beside = path.with_suffix(".new")
    try:
        beside.write_text(_written(queue), encoding="utf-8", newline="\n")
        beside.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error


def _delete(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from error


def _own(folder: Path, name: str) -> tuple[Path, Queue]:
    """The file of a saved queue as it was written here."""
    path, queue = _alone(folder, name)
    if path.read_text(encoding="utf-8") != _written(queue):
        raise Refused(_("{path} was edited by hand, so it is left as it is. Edit it there.", path=path))
    return path, queue


def _alone(folder: Path, name: str) -> tuple[Path, Queue]:
    """The file that holds a queue and no other."""
    for path in _files(folder):
        queues = _load(path).queues
        queue = next((one for one in queues if name in (one.name, one.title)), None)
        if queue is not None and len(queues) > 1:
            raise Refused(_("{path} holds other queues, too. Edit it there.", path=path))
        if queue is not None:
            return path, queue
    raise Refused(
        _(
            "{name!r} is no queue that was saved. Those of config.toml are edited there, the shipped ones stay.",
            name=name,
        )
    )


def _unwritable(path: Path, error: OSError) -> Refused:
    return Refused(_("{path} cannot be written: {reason}.", path=path, reason=error.strerror or str(error)))


def _written(queue: Queue) -> str:
    lines = [f"name = {_text(queue.name)}", f"title = {_text(queue.title)}", f"filter = {_text(queue.filter)}"]
    return "\n".join(["[[queue]]", *lines, ""])


def _text(value: str) -> str:
    """A text as TOML has it: a JSON string is one."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
