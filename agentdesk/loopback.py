"""The way back from the browser: a listener on this machine that takes one answer to a sign-in.

Only loopback is listened on. An answer whose state is not the one that was sent out is refused and changes nothing, so
that no page can sign the person in to an account that is not theirs.
"""

import asyncio
import html
import os
import sys
import webbrowser
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from secrets import compare_digest
from urllib.parse import parse_qsl, urlsplit

from agentdesk.errors import Refused
from agentdesk.i18n import _, active

HOST = "127.0.0.1"
PATH = "/callback"
LONGEST_REQUEST = 16 * 1024
READING_SECONDS = 10.0


class Callback:
    """Where the browser comes back to, and what it brings."""

    def __init__(self, port: int) -> None:
        self.redirect_uri = f"http://{HOST}:{port}{PATH}"
        self.is_listening = True
        self._state = ""
        self._code: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def code(self, state: str) -> str:
        """The code, once the browser is back with our state; raises `Refused` where the person said no."""
        self._state = state
        return await self._code

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request of a browser."""
        try:
            first = await asyncio.wait_for(reader.readline(), READING_SECONDS)
            title, words, status = self._answered(first)
            page = _page(title, words)
            head = (
                f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(page)}\r\n"
                "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n"
            )
            writer.write(head.encode("ascii") + page)
            await writer.drain()
        except (TimeoutError, ConnectionError, ValueError):
            return  # not a browser, or one that went away: the next one may come
        finally:
            writer.close()

    def _answered(self, first: bytes) -> tuple[str, str, str]:
        """What the page says to a request line, after taking what it brings."""
        method, _space, rest = first.decode("latin-1").partition(" ")
        target = urlsplit(rest.partition(" ")[0])
        if method != "GET" or target.path != PATH:
            return _("Nothing is here."), "", "404 Not Found"
        try:
            code = code_in(dict(parse_qsl(target.query)), self._state)
        except Refused as error:
            if not self._code.done() and _is_ours(dict(parse_qsl(target.query)), self._state):
                self._code.set_exception(error)
            return _("You are not signed in."), str(error), "400 Bad Request"
        if not self._code.done():
            self._code.set_result(code)
        return _("You are signed in."), _("You can close this page and go back to AgentDesk."), "200 OK"


@asynccontextmanager
async def listening(port: int) -> AsyncGenerator[Callback, None]:
    """The way back, open for the length of the block; where the port is taken, only what is pasted can come back."""
    try:
        server = await asyncio.start_server(lambda r, w: callback.take(r, w), HOST, port, limit=LONGEST_REQUEST)
    except OSError:
        callback = Callback(port)
        callback.is_listening = False
        yield callback
        return
    callback = Callback(server.sockets[0].getsockname()[1])
    try:
        yield callback
    finally:
        server.close()
        await server.wait_closed()


def pasted_code(text: str, state: str) -> str:
    """The code in what a person pasted: the address that the browser ended at, or the code alone."""
    words = text.strip()
    if "://" in words or "code=" in words:
        return code_in(dict(parse_qsl(urlsplit(words).query or words.lstrip("?"))), state)
    if not words or any(char.isspace() for char in words):
        raise Refused(_("This is not the address that the browser ended at."))
    return words


def code_in(query: Mapping[str, str], state: str) -> str:
    """The code that came back; raises `Refused` for an answer that is not to our question, or that says no."""
    if not _is_ours(query, state):
        raise Refused(_("This answer does not belong to the sign-in that was begun here. Begin again."))
    match query.get("error", ""):
        case "":
            pass
        case "access_denied":
            raise Refused(_("The sign-in was declined in the browser."))
        case error:
            raise Refused(_("The helpdesk refused to sign in: {error}.", error=error[:80]))
    if not query.get("code"):
        raise Refused(_("The browser came back without a code. Begin again."))
    return query["code"]


def _is_ours(query: Mapping[str, str], state: str) -> bool:
    return bool(state) and compare_digest(query.get("state", "").encode(), state.encode())


def open_browser(url: str) -> bool:
    """Open a page in the person's browser; False where there is no screen for one, or none came."""
    is_bare = sys.platform == "linux" and not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")))
    try:
        return not is_bare and webbrowser.open(url)
    except webbrowser.Error:
        return False


def _page(title: str, words: str) -> bytes:
    text = (
        f'<!doctype html><html lang="{active().code}"><meta charset="utf-8"><title>AgentDesk</title>'
        '<body style="font: 18px/1.6 sans-serif; max-width: 32em; margin: 5em auto; padding: 0 1em">'
        f"<h1>{html.escape(title)}</h1><p>{html.escape(words)}</p></body></html>"
    )
    return text.encode()
