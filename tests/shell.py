"""The shell in this process: words in, exit code, stdout and stderr out, below a folder of the test."""

import contextlib
import io
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from agentdesk import i18n
from agentdesk.cli import main


@dataclass(frozen=True)
class Said:
    """What a run of the shell answered."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:  # whatever JSON the command printed
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:  # the same, a document a line
        return [json.loads(line) for line in self.out.splitlines()]


class Shell:
    """Runs `agentdesk` below `home`."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        self.environment = {"AGENTDESK_HOME": str(home), "LC_ALL": "en_US.UTF-8", **environment}

    def __call__(self, *words: str, stdin: str | bytes = b"", is_terminal: bool = False) -> Said:
        given = _stream(stdin.encode() if isinstance(stdin, str) else stdin)
        out, err = _stream(), _stream()
        if is_terminal:
            given.isatty = lambda: True  # type: ignore[method-assign]
        with self._around(given, out, err), pytest.raises(SystemExit) as ended:
            main(words)
        return Said(int(ended.value.code or 0), _text(out), _text(err))

    @contextlib.contextmanager
    def _around(self, stdin: io.TextIOWrapper, out: io.TextIOWrapper, err: io.TextIOWrapper) -> Iterator[None]:
        before = i18n.active()
        with (
            mock.patch.dict(os.environ, self.environment),
            mock.patch.object(sys, "stdin", stdin),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                yield
            finally:
                i18n.use(before.code, before.zone)


def _stream(content: bytes = b"") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8")


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO), "the streams are made above"
    return buffer.getvalue().decode()
