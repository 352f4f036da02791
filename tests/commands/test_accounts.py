"""Accounts through the shell: set up as a new person would, against a helpdesk that is served, and taken apart."""

import getpass
import json
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from keyring.backends import fail

from agentdesk import loopback
from agentdesk.model import Note, Op, Ref
from agentdesk.sandbox.state import Helpdesk
from agentdesk.store.drafts import Draft
from agentdesk.store.outbox import Author
from agentdesk.store.store import opened
from tests.browser import allowed
from tests.safes import PlainFile, Safe, in_use
from tests.sandbox.served import serving
from tests.shell import Said, Shell

SECRET_WORD = "a-wrong-s3cret"
AUTHOR = Author(None, "you")


@dataclass
class Place:
    """A person's machine, a helpdesk that is served, and how to sign in to it."""

    shell: Shell
    helpdesk: Helpdesk
    url: str
    typed: list[str]

    def __call__(self, *words: str, typed: str | None = None) -> Said:
        return self.shell(*words, stdin=typed or b"", is_terminal=typed is not None)

    def agent(self, role: str) -> tuple[str, str]:
        """E-mail and token of somebody with a role."""
        people = self.helpdesk.people
        user = people.create_user({"name": "Kei", "email": f"{role}@desk.example", "role": role})
        signed = self.helpdesk.credentials(user["id"])
        return signed.user, signed.token

    def added(self, name: str = "acme") -> str:
        """An account that works, with the token in the keyring; the token."""
        signed = self.helpdesk.credentials()
        words = ("account", "add", name, "--url", self.url, "--user", signed.user, "--token-stdin")
        found = self.shell(*words, stdin=signed.token)
        assert found.code == 0, found.err
        return signed.token


@pytest.fixture
def safe() -> Iterator[Safe]:
    with in_use(Safe()) as safe:
        yield safe


@pytest.fixture
def place(tmp_path: Path, safe: Safe, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """The person's secrets are typed in the order of `typed`."""
    typed: list[str] = []
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: typed.pop(0))
    monkeypatch.setattr(loopback, "open_browser", lambda _url: False)
    helpdesk = Helpdesk()
    helpdesk.admin()
    with serving(helpdesk) as port:
        yield Place(Shell(tmp_path / "home"), helpdesk, f"http://127.0.0.1:{port}", typed)
    helpdesk.close()


def test_a_new_person_is_guided_to_an_account_that_works(place: Place, safe: Safe) -> None:
    signed = place.helpdesk.credentials()
    place.typed.append(signed.token)

    found = place("account", "add", typed=f"{place.url}\n\n2\n{signed.user}\n")

    assert found.code == 0, found.err
    assert "Found: zendesk" in found.err
    assert "signed in as Desk Owner (administrator)" in found.out
    assert "+ Replies are exactly-once" in found.out
    assert place("account", "list", "--json").document[0]["name"] == "desk"
    assert list(safe.kept.values()) == [signed.token]


def test_every_wrong_answer_is_said_and_asked_again(place: Place) -> None:
    signed = place.helpdesk.credentials()
    place.typed += [SECRET_WORD, signed.token]

    found = place(
        "account", "add",
        typed=f"ftp://nowhere\nhttp://127.0.0.1:9\n{place.url}\nbad name\nmine\n9\n2\n{signed.user}\n\n2\n"
        f"{signed.user}\n",
    )  # fmt: skip

    assert found.code == 0, found.err
    for words in ("not the address of a helpdesk", "cannot be reached", "letters, digits", "does not know these"):
        assert words in found.err
    assert SECRET_WORD not in found.out + found.err
    assert place("account", "list", "--json").document[0]["name"] == "mine"


def test_on_a_machine_without_a_keyring_a_command_or_a_variable_is_offered(place: Place) -> None:
    signed = place.helpdesk.credentials()
    place.shell.environment["DESK_TOKEN"] = signed.token

    with in_use(fail.Keyring()):  # type: ignore[no-untyped-call]  # keyring annotates no constructors
        found = place("account", "add", "acme", "--url", place.url, typed=f"2\n{signed.user}\nDESK_TOKEN\n")

        assert found.code == 0, found.err
        assert "no keyring" in found.err
        assert "plain file" in found.err
        assert "browser" not in found.err
        assert place("account", "check", "acme").code == 0


def test_signing_in_with_the_browser_needs_a_keyring_and_says_so(place: Place) -> None:
    with in_use(fail.Keyring()):  # type: ignore[no-untyped-call]  # keyring annotates no constructors
        found = place("account", "add", "acme", "--url", place.url, "--browser")

    assert found.code == 1
    assert "needs a system keyring" in found.err
    assert place("account", "list", "--json").document == []


def test_an_account_gets_another_way_to_its_helpdesk_and_keeps_its_sign_in(place: Place, tmp_path: Path) -> None:
    place.added()
    (tmp_path / "mine.pem").write_text("none", encoding="ascii")

    wrong = place("account", "add", "acme", "--ca-file", str(tmp_path / "mine.pem"))
    good = place("account", "add", "acme", "--url", f"{place.url}/")

    assert (wrong.code, "mine.pem" in wrong.err) == (1, True)
    assert good.code == 0, good.err
    assert place("account", "list", "--json").document[0]["token_source"] == "keyring"


def test_a_wrong_token_adds_no_account(place: Place) -> None:
    signed = place.helpdesk.credentials()
    words = ("account", "add", "acme", "--url", place.url, "--user", signed.user, "--token-stdin")

    found = place.shell(*words, stdin=SECRET_WORD)

    assert found.code == 1
    assert "does not know these credentials" in found.err
    assert SECRET_WORD not in found.out + found.err
    assert place("account", "list", "--json").document == []


def test_what_answers_and_is_no_helpdesk_is_not_added_by_a_person(place: Place) -> None:
    found = place("account", "add", typed=f"{place.url}/nothing/here\n")

    assert found.code == 1
    assert "not like a helpdesk that AgentDesk knows" in found.err


def test_an_agent_without_an_administrators_rights_is_told_what_that_means(place: Place) -> None:
    user, token = place.agent("agent")
    place.shell.environment["DESK_TOKEN"] = token
    place("account", "add", "acme", "--url", place.url, "--user", user, "--token-env", "DESK_TOKEN")

    found = place("account", "check")

    assert (found.code, found.err) == (0, "")
    assert "signed in as Kei (agent)" in found.out
    assert "- Not an administrator: history is limited" in found.out


class Browsing:
    """A person who finds the page's address in what the shell says, and signs in with a browser of their own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, decision: str = "allow", state: str = "") -> None:
        self.answers: list[httpx.Response] = []
        self._decision, self._state = decision, state
        monkeypatch.setattr(loopback, "open_browser", self.open)

    def open(self, url: str) -> bool:
        threading.Thread(target=self._browse, args=(url,)).start()
        return True

    def _browse(self, url: str) -> None:
        back = allowed(url, decision=self._decision)
        if self._state:
            self.answers.append(httpx.get(back.replace("state=", "state=x"), trust_env=False))
        self.answers.append(httpx.get(back, trust_env=False))


@pytest.fixture
def port(place: Place) -> str:
    """A free port that the helpdesk knows as a way back."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = str(free.getsockname()[1])
    place.helpdesk.oauth.register(
        {"name": "Desk", "identifier": "desk", "redirect_uri": f"http://127.0.0.1:{number}/callback"}
    )
    return number


def test_signing_in_with_the_browser_makes_an_account(
    place: Place, safe: Safe, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Browsing(monkeypatch, state="forged")

    found = place(
        "account", "add", "acme", "--url", place.url, "--browser", "--client-id", "desk", "--redirect-port", port
    )

    assert found.code == 0, found.err
    assert "redirect URL http://127.0.0.1:" in found.err
    assert [one.status_code for one in person.answers] == [400, 200]
    assert "does not belong to the sign-in" in person.answers[0].text
    assert "You can close this page" in person.answers[1].text
    assert place("account", "list", "--json").document[0]["token_source"] == "oauth"
    assert place("account", "check").code == 0
    (kept,) = safe.kept.values()
    assert '"refresh"' in kept


def test_a_person_who_declines_in_the_browser_adds_no_account(
    place: Place, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Browsing(monkeypatch, "deny")

    found = place(
        "account", "add", "acme", "--url", place.url, "--browser", "--client-id", "desk", "--redirect-port", port
    )

    assert found.code == 1
    assert "declined in the browser" in found.err


def test_a_sign_in_that_is_over_pauses_the_account_and_names_the_command(
    place: Place, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Browsing(monkeypatch)
    place("account", "add", "acme", "--url", place.url, "--browser", "--client-id", "desk", "--redirect-port", port)
    for one in place.helpdesk.oauth.tokens.where():
        place.helpdesk.oauth.tokens.remove(one["id"])

    found = place("sync", "--json")

    assert found.code == 1
    assert "agentdesk account sign-in acme" in found.err
    assert found.err.count("sign-in acme") == 1
    Browsing(monkeypatch)
    assert place("account", "sign-in", "acme", "--browser").code == 0
    assert place("sync", "--json").code == 0


def test_removing_an_account_ends_its_sign_in_at_the_helpdesk(
    place: Place, safe: Safe, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Browsing(monkeypatch)
    place("account", "add", "acme", "--url", place.url, "--browser", "--client-id", "desk", "--redirect-port", port)
    access = json.loads(safe.of_accounts()["acme"])["access"]
    assert place.helpdesk.oauth.access(access) is not None

    found = place("account", "remove", "acme")

    assert (found.code, safe.kept) == (0, {})
    assert place.helpdesk.oauth.access(access) is None


def test_a_sign_in_that_cannot_be_ended_is_told_and_forgotten(
    place: Place, safe: Safe, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Browsing(monkeypatch)
    place("account", "add", "acme", "--url", place.url, "--browser", "--client-id", "desk", "--redirect-port", port)
    with opened(next(place.shell.home.rglob("*.db"))) as store:
        store.db.execute("UPDATE account SET url = 'http://127.0.0.1:9'")

    found = place("account", "remove", "acme")

    assert (found.code, safe.kept) == (0, {})
    assert "still knows the sign-in" in found.err


def test_checking_goes_over_all_accounts_and_tells_refused_from_unreachable(place: Place) -> None:
    place.added("good")
    place("account", "add", "away", "--provider", "zendesk", "--url", "http://127.0.0.1:9", "--token-env", "HOME")

    away = place("account", "check", "--json")
    place("account", "add", "bare", "--provider", "zendesk", "--url", place.url, "--token-env", "NOT_SET_ANYWHERE")
    both = place("account", "check", "--json")

    assert (away.code, [one["ok"] for one in away.document]) == (3, [True, False])
    assert (both.code, [one["ok"] for one in both.document]) == (1, [True, False, False])
    assert both.document[0]["can"]


def test_an_account_is_renamed_with_its_cache_its_outbox_and_its_secret(place: Place, safe: Safe) -> None:
    token = place.added()
    ticket = place.helpdesk.tickets.create({"comment": {"body": "Where?"}}, place.helpdesk.admin())[0]["id"]
    assert place("sync").code == 0
    place("ticket", "note", str(ticket), "a word")
    (place.shell.home / "config").mkdir(exist_ok=True)
    (place.shell.home / "config" / "config.toml").write_text('[account]\ndefault = "acme"\n', encoding="utf-8")

    found = place("account", "rename", "acme", "shop")

    assert found.code == 0, found.err
    assert "still says acme" in found.err
    assert safe.of_accounts() == {"shop": token}
    (place.shell.home / "config" / "config.toml").unlink()
    assert place("ticket", "show", f"shop:{ticket}", "--json").document["account"] == "shop"
    assert len(place("outbox", "list", "--json").document) == 1
    assert place("sync", "--json").document["accounts"][0]["sent"] == 1
    with opened(place.shell.home / "data" / "agentdesk.db") as store:
        named = store.db.execute(
            "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
            "WHERE m.type = 'table' AND c.name = 'account'"
        ).fetchall()
        for (table,) in named:
            assert store.db.execute(f"SELECT count(*) FROM {table} WHERE account = 'acme'").fetchone() == (0,), table


def test_a_rename_that_fails_leaves_everything_as_it_was(place: Place, safe: Safe) -> None:
    token = place.added()

    with in_use(PlainFile()):
        assert place("account", "rename", "acme", "shop").code == 1

    assert safe.of_accounts() == {"acme": token}
    with opened(place.shell.home / "data" / "agentdesk.db") as store:
        assert [account.name for account in store.desktop.accounts()] == ["acme"]
        assert store.desktop.lease_holder("acme") is None


def test_a_name_that_is_taken_or_unknown_is_not_renamed(place: Place) -> None:
    place.added("one")
    place.added("two")

    assert "already" in place("account", "rename", "one", "two").err
    assert "no account 'three'" in place("account", "rename", "three", "four").err
    assert place("account", "rename", "one", "a:b").code == 1


def test_removing_asks_a_person_what_shall_become_of_what_has_not_left(place: Place, safe: Safe) -> None:
    token = place.added()
    with opened(place.shell.home / "data" / "agentdesk.db") as store:
        store.drafts.save(Draft(Ref("acme", "1"), "reply", "half a", datetime.now(UTC)))
        store.outbox.add(Op("o1", Ref("acme", "1"), (Note("x"),), None, datetime.now(UTC), datetime.now(UTC)), AUTHOR)

    assert "2 unsent" in place("account", "remove", "acme").err
    assert place("account", "remove", "acme", typed="\n").code == 1
    signed_out = place("account", "remove", "acme", typed="7\n1\n")

    assert (signed_out.code, "stay until you sign in again" in signed_out.err) == (0, True)
    assert safe.kept == {}
    assert "is signed out" in place("account", "check").err
    assert place.shell("account", "sign-in", "acme", "--token-stdin", stdin=token).code == 0
    assert place("account", "remove", "acme", typed="2\n").code == 0
    assert place("account", "list", "--json").document == []


def test_no_secret_is_left_in_any_file_log_word_or_process_argument(
    place: Place, safe: Safe, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = place.helpdesk.tickets.create({"comment": {"body": "Where?"}}, place.helpdesk.admin())[0]["id"]
    token = place.added("plain")
    Browsing(monkeypatch)
    said = [
        place("account", "add", "web", "--url", place.url, "--browser", "--client-id", "desk", "--redirect-port", port),
        place("sync"),
        place("ticket", "note", f"plain:{ticket}", "a word", "--wait"),
        place("account", "check"),
        place("doctor"),
        place("account", "list"),
        place("account", "rename", "web", "net"),
        place("sync", "--account", "net"),
    ]
    pair = safe.of_accounts()["net"]
    place.helpdesk.oauth.tokens.remove(place.helpdesk.oauth.tokens.where()[0]["id"])
    said += [place("sync", "--account", "net"), place("account", "check")]

    secrets = [token, json.loads(pair)["access"], json.loads(pair)["refresh"]]
    words = "".join(one.out + one.err for one in said) + _arguments()
    for secret in secrets:
        assert len(secret) > 20
        assert secret not in words
        for file in place.shell.home.rglob("*"):
            assert not file.is_file() or secret.encode() not in file.read_bytes(), file


def _arguments() -> str:
    """The arguments and the environment's words of this process, as others on the machine can read the first."""
    path = Path(f"/proc/{os.getpid()}/cmdline")
    return path.read_bytes().decode(errors="replace") if path.exists() else ""
