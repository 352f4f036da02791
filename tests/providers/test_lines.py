"""The line to a helpdesk: certificates that are good or not, proxies, and words about both without a secret."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agentdesk.access import Access
from agentdesk.errors import AgentdeskError, ConfigError, Offline
from agentdesk.providers.http import Client, basic
from agentdesk.providers.tls import issuer, issuer_name
from agentdesk.sandbox.app import create_app
from agentdesk.sandbox.limits import unlimited
from agentdesk.sandbox.state import Helpdesk
from tests.certificates import Authority
from tests.sandbox.served import serving, serving_app

HOST = "127.0.0.1"
USER_OF_PROXY, WORD_OF_PROXY = "aiko", "pr0xy-w0rd"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


async def asked(url: str, access: Access) -> object:
    """Who we are at an address, signed in as its owner."""
    client = Client("acme", url, basic("x/token", "y"), access=access, sleep=no_pause)
    try:
        return (await client.get("/api/v2/users/me"))["user"]
    finally:
        await client.close()


async def no_pause(_seconds: float) -> None:
    await asyncio.sleep(0)


@asynccontextmanager
async def helpdesk_at(cert: Path) -> AsyncIterator[int]:
    helpdesk = Helpdesk()
    with serving_app(create_app(helpdesk, limits=unlimited()), cert=cert) as port:
        yield port
    helpdesk.close()


async def test_the_accounts_own_authority_is_trusted(authority: Authority) -> None:
    async with helpdesk_at(authority.signs(HOST)) as port:
        assert await asked(f"https://{HOST}:{port}", Access(ca_file=str(authority.file)))


async def test_the_usual_variable_is_heeded(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))

    async with helpdesk_at(authority.signs(HOST)) as port:
        assert await asked(f"https://{HOST}:{port}", Access())


async def test_an_unknown_authority_is_refused_and_named(authority: Authority) -> None:
    async with helpdesk_at(authority.signs(HOST)) as port:
        with pytest.raises(Offline, match=r"authority that is not known here.*--ca-file FILE") as refused:
            await asked(f"https://{HOST}:{port}", Access())

        assert not refused.value.arrived, "no credential has left"
        assert await asyncio.to_thread(issuer, HOST, port) == "Acme Root CA"


@pytest.mark.parametrize(
    ("host", "ended", "said"), [(HOST, True, "out of date"), ("desk.example", False, "for another name")]
)
async def test_a_certificate_that_is_old_or_anothers_says_so(
    authority: Authority, host: str, ended: bool, said: str
) -> None:
    async with helpdesk_at(authority.signs(host, ended=ended)) as port:
        with pytest.raises(Offline, match=said):
            await asked(f"https://{HOST}:{port}", Access(ca_file=str(authority.file)))


@pytest.mark.parametrize("content", [None, "no certificate"])
async def test_a_ca_file_that_is_none_is_named(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "mine.pem"
    if content is not None:
        path.write_text(content, encoding="ascii")

    with pytest.raises(ConfigError, match=r"mine\.pem"):
        await asked("https://acme.example", Access(ca_file=str(path)))


@pytest.mark.parametrize("certificate", [b"", b"\x30", b"\x30\x82\xff\xff", b"\x30\x03\x02\x01\x01"])
def test_bytes_that_are_no_certificate_name_nobody(certificate: bytes) -> None:
    assert issuer_name(certificate) == ""


class Proxy:
    """A proxy that remembers what it was asked for, and asks for its own credentials."""

    def __init__(self, target: int) -> None:
        self.asked: list[str] = []
        self.heads: list[str] = []
        self.open: set[asyncio.Task[object]] = set()
        self._target = target

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        task = asyncio.current_task()
        assert task is not None
        self.open.add(task)
        with contextlib.suppress(ConnectionError):
            await self._take(reader, writer)
        self.open.discard(task)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        self.asked.append(head.partition("\r\n")[0])
        self.heads.append(head)
        if "proxy-authorization" not in head.lower():
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            writer.close()
            await writer.wait_closed()
            return
        far_reader, far_writer = await asyncio.open_connection(HOST, self._target)
        if head.startswith("CONNECT"):
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            far_writer.write(head.replace("http://desk.example", "", 1).encode("latin-1"))
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        for end in (writer, far_writer):
            await end.wait_closed()


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while piece := await source.read(65_536):
            target.write(piece)
            await target.drain()
    finally:
        target.close()


@asynccontextmanager
async def proxy_to(target: int) -> AsyncIterator[tuple[Proxy, int]]:
    proxy = Proxy(target)
    server = await asyncio.start_server(proxy.take, HOST, 0)
    try:
        yield proxy, server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.gather(*proxy.open)


async def test_a_proxy_of_the_usual_variables_is_used_and_sees_no_credentials_of_the_desk(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with helpdesk_at(authority.signs("desk.example")) as target, proxy_to(target) as (proxy, port):
        monkeypatch.setenv("HTTPS_PROXY", f"http://{USER_OF_PROXY}:{WORD_OF_PROXY}@{HOST}:{port}")

        assert await asked("https://desk.example", Access(ca_file=str(authority.file)))

        assert proxy.asked == ["CONNECT desk.example:443 HTTP/1.1"]
        assert "\r\nauthorization" not in proxy.heads[0].lower()


async def test_plain_http_goes_through_a_proxy_only_where_it_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    helpdesk = Helpdesk()
    with serving(helpdesk) as target:
        async with proxy_to(target) as (proxy, port):
            monkeypatch.setenv("HTTP_PROXY", f"http://{USER_OF_PROXY}:{WORD_OF_PROXY}@{HOST}:{port}")

            with pytest.raises(ConfigError, match="--insecure-http"):
                await asked("http://desk.example", Access())
            assert proxy.asked == []
            assert await asked("http://desk.example", Access(plain_http=True))
            assert len(proxy.asked) == 1
    helpdesk.close()


async def test_a_proxy_that_refuses_or_is_none_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    async with proxy_to(9) as (_proxy, port):
        monkeypatch.setenv("HTTPS_PROXY", f"http://{HOST}:{port}")
        with pytest.raises(Offline, match="proxy does not let us through"):
            await asked("https://desk.example", Access())

    for strange in (f"gopher://{USER_OF_PROXY}:{WORD_OF_PROXY}@{HOST}:1", f"http://{USER_OF_PROXY}:{WORD_OF_PROXY}@:x"):
        monkeypatch.setenv("HTTPS_PROXY", strange)
        with pytest.raises(AgentdeskError) as refused:
            await asked("https://desk.example", Access())
        assert WORD_OF_PROXY not in str(refused.value)
        assert refused.value.__cause__ is None


async def test_no_proxy_leads_past_it_and_this_machine_is_never_behind_one(monkeypatch: pytest.MonkeyPatch) -> None:
    helpdesk = Helpdesk()
    monkeypatch.setenv("HTTP_PROXY", f"http://{HOST}:9")

    with serving(helpdesk) as port:
        assert await asked(f"http://{HOST}:{port}", Access())
    helpdesk.close()
