"""A helpdesk served over a real socket, in a thread of the test."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from agentdesk.sandbox.app import create_app
from agentdesk.sandbox.faults import Faults
from agentdesk.sandbox.limits import Limits, unlimited
from agentdesk.sandbox.state import Helpdesk


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.ready.set()


@contextmanager
def serving(helpdesk: Helpdesk, faults: Faults | None = None, limits: Limits | None = None) -> Iterator[int]:
    """The port a helpdesk answers on while the block runs."""
    with serving_app(create_app(helpdesk, faults, limits or unlimited())) as port:
        yield port


@contextmanager
def serving_app(app: ASGIApp, *, cert: Path | None = None) -> Iterator[int]:
    """The port an application answers on while the block runs, over TLS with a certificate (its key beside it)."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="critical", access_log=False, ssl_certfile=cert)
        server = _Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            assert server.ready.wait(20), "uvicorn starts within 20 seconds"
            yield int(listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join(20)
