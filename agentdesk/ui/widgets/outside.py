"""Writing in the agent's own editor."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from textual.app import App, SuspendNotSupported

from agentdesk.errors import Refused
from agentdesk.i18n import _


def edited_outside(app: App[object], text: str, name: str) -> str:
    """The text as the agent left it in $VISUAL or $EDITOR; raises `Refused` where that could not be."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor:
        raise Refused(_("Set VISUAL or EDITOR to the editor you want to write in."))
    with tempfile.TemporaryDirectory(prefix="agentdesk-") as folder:  # readable by its owner alone
        path = Path(folder) / f"{name}.txt"
        path.write_text(text, encoding="utf-8", newline="\n")
        _run(app, [*shlex.split(editor, posix=os.name == "posix"), str(path)])
        written = path.read_text(encoding="utf-8", errors="replace")
    return written if text.endswith("\n") else written.removesuffix("\n")


def _run(app: App[object], command: list[str]) -> None:
    try:
        with app.suspend():
            done = subprocess.run(command, check=False)  # noqa: S603  # the agent's own command
    except (OSError, SuspendNotSupported) as error:
        reason = str(error)
        raise Refused(_("The editor {name} did not start: {reason}.", name=command[0], reason=reason)) from error
    if done.returncode:
        raise Refused(_("The editor ended with an error; the text is as it was before."))
