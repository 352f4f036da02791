"""A proxy on loopback that cuts connections: before a write has left, or when its answer is on the way back."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

END_OF_HEAD = b"\r\n\r\n"
BEFORE, AFTER = 1, 3
"""Of every five writes, the one that never leaves and the one whose answer is lost."""


@dataclass(slots=True)
class Cutting:
    """Passes requests on, one by one, to a server on loopback; `is_write` tells by method and path."""

    port: int
    is_write: Callable[[str, str], bool]
    address: str = ""
    writes: int = 0
    never_left: int = 0
    answers_lost: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a client: a request, and its answer or none."""
        try:
            await self._pass_on(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            return  # the client went away
        finally:
            writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(END_OF_HEAD)
        first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
        headers = {name.lower(): value.strip() for name, _colon, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        method, path, _version = first.split(" ")
        turn = -1
        if self.is_write(method, path.partition("?")[0]):
            self.writes += 1
            turn = self.writes % 5
        if turn == BEFORE:
            self.never_left += 1
            return
        kept = [line for line in lines if not line.lower().startswith("connection:")]
        answer = await self._asked("\r\n".join([first, *kept, "Connection: close"]).encode("latin-1"), body)
        if turn == AFTER:
            self.answers_lost += 1
            return
        writer.write(answer)
        await writer.drain()

    async def _asked(self, head: bytes, body: bytes) -> bytes:
        """The server's whole answer, which ends with the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(head + END_OF_HEAD + body)
            await writer.drain()
            return await reader.read(-1)
        finally:
            writer.close()


@asynccontextmanager
async def cutting(port: int, is_write: Callable[[str, str], bool]) -> AsyncGenerator[Cutting, None]:
    """A proxy in front of a port, for as long as it is needed."""
    proxy = Cutting(port, is_write)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield proxy
