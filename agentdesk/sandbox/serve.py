"""Serving: the embedded helpdesk on 127.0.0.1 until it is interrupted."""

import contextlib
import json
import os
import socket
import sys
from pathlib import Path
from typing import Literal

import uvicorn

from agentdesk.sandbox import seed as seeds
from agentdesk.sandbox.app import create_app
from agentdesk.sandbox.faults import Faults, parse
from agentdesk.sandbox.limits import Limits
from agentdesk.sandbox.load import load, load_folder
from agentdesk.sandbox.state import Helpdesk, utc_now
from agentdesk.sandbox.tickets import LIVE

Lang = Literal["ja", "en", "both"]


def fill(helpdesk: Helpdesk, *, tickets: int, seed: int, lang: Lang, folder: Path | None = None) -> None:
    """Give an empty helpdesk its first tickets, from a folder or from the seed; one that has some stays as it is."""
    if helpdesk.db.setting("filled"):
        return
    with helpdesk.db.atomic():
        if folder is not None:
            load_folder(helpdesk, folder)
        else:
            load(helpdesk, seeds.generate(seed=seed, tickets=tickets, lang=lang, now=utc_now()))
        helpdesk.db.remember("created_at", helpdesk.db.stamp())
        helpdesk.db.remember("filled", "yes")


def serve(
    port: int,
    data: Path | None,
    tickets: int,
    seed: int,
    lang: Lang,
    load: Path | None,
    faults: str | None,
    quiet: bool,
    limits: Limits | None = None,
) -> None:
    """Serve until interrupted; when ready, print where and how to sign in as one line of JSON. Raises ValueError for a
    bad SPEC of faults or a broken file, OSError when the port or the data file cannot be used."""
    wrong: Faults | None = parse(faults) if faults else None
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named: else Nagle stays on
    helpdesk = Helpdesk(data)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        fill(helpdesk, tickets=tickets, seed=seed, lang=lang, folder=load)
        script = None if quiet else seeds.Living(seed, lang)
        app = create_app(helpdesk, wrong, limits, script)
        config = uvicorn.Config(app, log_level="error", access_log=False)
        # uvicorn ends in order and then raises the interruption again; to be interrupted is how this ends.
        with contextlib.suppress(KeyboardInterrupt):
            _Announcing(helpdesk, listener.getsockname()[1], config).run(sockets=[listener])
    finally:
        listener.close()
        helpdesk.close()


class _Announcing(uvicorn.Server):
    """Says that it is ready once requests are answered."""

    def __init__(self, helpdesk: Helpdesk, port: int, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._helpdesk = helpdesk
        self._port = port

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, then print the line."""
        await super().startup(sockets=sockets)
        if self.started:
            sys.stdout.write(json.dumps(announcement(self._helpdesk, self._port)) + "\n")
            sys.stdout.flush()


def announcement(helpdesk: Helpdesk, port: int) -> dict[str, str | int]:
    """What a client needs to know to use a served helpdesk."""
    signed = helpdesk.credentials()
    return {
        "url": f"http://127.0.0.1:{port}",
        "user": signed.user,
        "token": signed.token,
        "bearer": signed.bearer,
        "tickets": helpdesk.tickets.tickets.count(LIVE),
        "pid": os.getpid(),
    }
