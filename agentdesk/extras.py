"""Extras: what may be installed beside this program, and the line that does it."""

import re
import shlex
import sys

PACKAGE = "agentdesk-terminal"


def install_line(*extras: str) -> str:
    """The line of a shell that installs what these extras need where this very program runs.

    It names the packages themselves: a line with the program's own name would ask a registry for it, whatever the
    program was installed from.
    """
    needed = [package for extra in extras for package in _needed(extra)]
    return shlex.join([sys.executable or "python3", "-m", "pip", "install", *needed])


def _needed(extra: str) -> list[str]:
    """The packages of an extra with their versions; the extra itself where this program was never installed."""
    from importlib.metadata import PackageNotFoundError, requires  # late: the first paint names no extra

    try:
        declared = requires(PACKAGE) or []
    except PackageNotFoundError:
        declared = []
    mark = re.compile(rf"extra\s*==\s*['\"]{re.escape(extra)}['\"]")
    return [one.partition(";")[0].strip() for one in declared if mark.search(one)] or [f".[{extra}]"]
