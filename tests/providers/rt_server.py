"""A real Request Tracker for the live tests: Debian's packages, SQLite, loopback only, everything in one folder.

    python -m tests.providers.rt_server install     the packages, where they are missing (root, apt-get)
    python -m tests.providers.rt_server run FOLDER  a server until stdin ends; its desk as JSON on stdout

The tests run one of their own for a session. `install` does nothing when all is there; a server that ends leaves no
process behind, and its folder is the caller's to throw away. Nothing in /etc is touched: Request Tracker reads its
configuration from the folder, and hands its mail to a script there that keeps it in `mail.mbox`.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

PACKAGES = ("request-tracker5", "rt5-db-sqlite", "rt5-standalone")
MAILER = "msmtp-mta"
"""The smallest package that counts as a mail program, which Request Tracker insists on; it is never run."""
SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
SETUP = "rt-setup-database-5"
FILL = Path(__file__).with_name("rt_desk.pl")
WORKERS = ["--server", "Starlet", "--max-workers", "6", "--max-keepalive-reqs", "1000", "--keepalive-timeout", "2"]
ANSWERS_WITHIN_SECONDS = 60
ENDS_WITHIN_SECONDS = 10
ROOT_PASSWORD = "only-for-tests"

CONFIGURATION = """
use utf8;
Set($rtname, 'tests.example');
Set($Organization, 'tests.example');
Set($CorrespondAddress, 'support@tests.example');
Set($CommentAddress, 'notes@tests.example');
Set($WebDomain, '127.0.0.1');
Set($WebPort, {port});
Set($WebPath, '');
Set($DatabaseType, 'SQLite');
Set($DatabaseName, '{folder}/rt.sqlite');
Set($MasonDataDir, '{folder}/mason');
Set($MasonSessionDir, '{folder}/session');
Set($LogToSyslog, undef);
Set($LogToSTDERR, 'warning');
Set($Timezone, 'UTC');
Set($BcryptCost, 4);
Set(@LexiconLanguages, qw(en ja));
Set($MailCommand, 'sendmailpipe');
Set($SendmailPath, '{folder}/keep-mail');
Set(%ServiceAgreements, Default => 'Standard', Levels => {{ Standard => {{ Resolve => {{ RealMinutes => 480 }} }} }});
1;
"""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a running server holds: its address, a token for each person, and the numbers of fields and queues."""

    url: str
    folder: Path
    tokens: Mapping[str, str]
    fields: Mapping[str, str]
    queues: Mapping[str, str]


def why_not() -> str:
    """Why a server cannot be run here, or an empty string when it can."""
    if os.name != "posix" or not Path("/etc/debian_version").exists():
        return "a live Request Tracker needs a Debian machine"
    missing = [package for package in PACKAGES if not _is_installed(package)]
    if not missing:
        return ""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return f"not installed, and installing needs root and apt-get: {', '.join(missing)}"
    return ""


def install() -> None:
    """Install what is missing."""
    missing = [package for package in PACKAGES if not _is_installed(package)]
    if not missing:
        return
    if not _is_installed("dbconfig-common"):
        missing.append("dbconfig-no-thanks")
    if shutil.which("sendmail", path="/usr/sbin:/usr/lib") is None:
        missing.append(MAILER)
    answers = "".join(
        f"request-tracker5 request-tracker5/{question} boolean false\n"
        for question in ("dbconfig-install", "install-cronjobs", "handle-siteconfig-permissions")
    )
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if debconf := shutil.which("debconf-set-selections"):
        subprocess.run([debconf], input=answers, text=True, check=True, env=quiet)
    subprocess.run(["apt-get", "update", "-q"], check=True, env=quiet, stdout=sys.stderr)
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing]
    subprocess.run(command, check=True, env=quiet, stdin=subprocess.DEVNULL, stdout=sys.stderr)


def _is_installed(package: str) -> bool:
    asked = ["dpkg-query", "-W", "-f=${db:Status-Status}", package]
    if shutil.which(asked[0]) is None:
        return False
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout == "installed"


@contextmanager
def running(folder: Path) -> Iterator[Desk]:
    """A fresh server in an empty folder, ended with everything it started."""
    port = _free_port()
    surroundings = _configured(folder, port)
    with (folder / "server.log").open("wb") as log:
        _run([_found(SETUP), "--action", "init", "--skip-create", "--root-password-file", "root"], folder, surroundings)
        made = json.loads(_run(["perl", str(FILL)], folder, surroundings))
        server = subprocess.Popen(
            ["perl", str(SERVER), "--host", "127.0.0.1", "--port", str(port), *WORKERS],
            env=surroundings,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            desk = Desk(f"http://127.0.0.1:{port}", folder, made["tokens"], made["fields"], made["queues"])
            _wait(desk, server)
            yield desk
        finally:
            _end(server)


def _configured(folder: Path, port: int) -> dict[str, str]:
    """Write the configuration; the environment in which Request Tracker finds it."""
    folder = folder.resolve()
    for name in ("mason", "session", "parts"):
        (folder / name).mkdir()
    (folder / "RT_SiteConfig.pm").write_text(CONFIGURATION.format(port=port, folder=folder), encoding="utf-8")
    (folder / "root").write_text(ROOT_PASSWORD + "\n", encoding="ascii")
    keep = folder / "keep-mail"
    keep.write_text(f"#!/bin/sh\n(echo 'From tests'; cat; echo) >> '{folder}/mail.mbox'\n", encoding="utf-8")
    keep.chmod(0o700)
    found = {"RT_SITE_CONFIG": str(folder / "RT_SiteConfig.pm"), "RT_SITE_CONFIG_DIR": str(folder / "parts")}
    return {**os.environ, **found}


def _found(program: str) -> str:
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    assert found, f"{program} comes with request-tracker5"
    return found


def _run(command: list[str], folder: Path, surroundings: Mapping[str, str]) -> str:
    done = subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr[-2000:]}")
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(desk: Desk, server: subprocess.Popen[bytes]) -> None:
    """Return when the server answers; raises `RuntimeError` when it ends or never does."""
    until = time.monotonic() + ANSWERS_WITHIN_SECONDS
    while time.monotonic() < until and server.poll() is None:
        with suppress(httpx.HTTPError):
            if httpx.get(f"{desk.url}/REST/2.0/rt", headers=authorized(desk, "root"), trust_env=False).is_success:
                return
        time.sleep(0.2)
    said = (desk.folder / "server.log").read_text(errors="replace")
    raise RuntimeError(f"the server does not answer: {said[-2000:]}")


def authorized(desk: Desk, person: str) -> dict[str, str]:
    return {"Authorization": f"token {desk.tokens[person]}"}


def _end(server: subprocess.Popen[bytes]) -> None:
    """End the server and the workers of its session."""
    server.terminate()
    with suppress(subprocess.TimeoutExpired):
        server.wait(ENDS_WITHIN_SECONDS)
    try:
        os.killpg(server.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    server.wait()


def main(arguments: list[str]) -> int:
    match arguments:
        case ["install"]:
            if reason := why_not():
                print(reason, file=sys.stderr)
                return 1
            try:
                install()
            except subprocess.CalledProcessError as error:
                print(f"the packages cannot be had: {error}", file=sys.stderr)
                return 1
        case ["run", folder]:
            Path(folder).mkdir(parents=True)
            with running(Path(folder)) as desk:
                told = {"url": desk.url, "tokens": desk.tokens, "fields": desk.fields, "queues": desk.queues}
                print(json.dumps(told), flush=True)
                sys.stdin.read()
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
