"""The shell against a served helpdesk, as its contract says: exit codes, data on stdout, words on stderr."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agentdesk.exchange import Page
from agentdesk.model import Event, Identity, Kind, OpState, Person, Ref, Role
from agentdesk.sandbox.serve import fill
from agentdesk.sandbox.state import Helpdesk
from agentdesk.store.store import opened

from .sandbox.served import serving
from .shell import Said, Shell

ACCOUNT = "acme"
LATELY = datetime(2026, 11, 20, tzinfo=UTC)
HOSTILE = "見て\x1b]0;owned\x07\x1b[31m\x9b5n\u202egnp.exe"
TICKET_KEYS = {
    "id", "number", "account", "subject", "status", "priority", "requester", "assignee", "group", "tags", "channel",
    "created_at", "updated_at", "waiting_since",
}  # fmt: skip
EVENT_KEYS = {"id", "kind", "at", "author", "role", "public", "channel", "body", "attachments"}
SUMMARY_KEYS = {
    "account", "pulled", "sent", "held", "failed", "doubt", "waiting", "requests", "seconds",
}  # fmt: skip


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A shell with one account, synced once with a small helpdesk in which nothing happens by itself."""
    helpdesk = Helpdesk(None)
    fill(helpdesk, tickets=40, seed=3, lang="both")
    signed = helpdesk.credentials()
    with serving(helpdesk) as port:
        shell = Shell(tmp_path_factory.mktemp("home"), DESK_TOKEN=signed.token)
        added = shell(
            "account", "add", ACCOUNT, "--provider", "zendesk", "--url", f"http://127.0.0.1:{port}",
            "--user", signed.user, "--token-env", "DESK_TOKEN",
        )  # fmt: skip
        assert added.code == 0, added.err
        synced = shell("sync", "--json")
        assert synced.code == 0, synced.err
        yield shell
    helpdesk.close()


@pytest.fixture(scope="module")
def ids(shell: Shell) -> list[str]:
    """Tickets that may still be changed."""
    return [found["id"] for found in shell("ticket", "list", "-status:closed", "--json").document]


def events(shell: Shell, id: str) -> list[dict[str, Any]]:  # JSON
    found = shell("ticket", "show", id, "--json").document["events"]
    assert isinstance(found, list)
    return found


# Typing


def test_a_word_may_be_given_by_its_name(shell: Shell, ids: list[str]) -> None:
    by_name = shell("ticket", "assign", ids[0], "--to", "me")
    twice = shell("ticket", "assign", ids[0], "me", "--to", "me")

    assert by_name.code == 0
    assert twice.code == 2
    assert "Type it like this: ticket assign [TO]" in twice.err


# Reading


def test_a_sync_answers_what_the_contract_says(shell: Shell) -> None:
    found = shell("sync", "--account", ACCOUNT, "--json")

    (summary,) = found.document["accounts"]
    assert set(found.document) == {"accounts"}
    assert set(summary) == SUMMARY_KEYS
    assert set(summary["pulled"]) == {"tickets", "events", "customers", "articles"}
    assert summary["account"] == ACCOUNT


def test_tickets_are_listed_with_what_the_contract_names(shell: Shell) -> None:
    tickets = shell("ticket", "list", "status:open", "--json").document

    assert tickets
    for ticket in tickets:
        assert set(ticket) >= TICKET_KEYS
        assert ticket["created_at"].endswith("Z")
        assert ticket["status"] == "open"


def test_a_list_is_a_document_a_line_with_jsonl(shell: Shell) -> None:
    assert shell("ticket", "list", "--jsonl").lines == shell("ticket", "list", "--json").document
    assert shell("ticket", "list", "--limit", "1", "--jsonl").out.count("\n") == 1


def test_a_ticket_is_shown_with_its_events(shell: Shell, ids: list[str]) -> None:
    document = shell("ticket", "show", ids[0], "--json").document

    assert set(document) >= TICKET_KEYS
    assert document["events"]
    for event in document["events"]:
        assert set(event) >= EVENT_KEYS
    assert document["subject"] in shell("ticket", "show", ids[0]).out


def test_a_customer_is_shown_by_id_and_by_address(shell: Shell, ids: list[str]) -> None:
    requester = shell("ticket", "show", ids[0], "--json").document["requester_id"]
    by_id = shell("customer", "show", requester, "--json").document
    address = next(one["value"] for one in by_id["identities"] if one["kind"] == "email")

    assert by_id == shell("customer", "show", address, "--json").document
    assert by_id["timeline"]


def test_a_search_answers_best_first_and_keeps_to_its_kind_and_limit(shell: Shell) -> None:
    found = shell("search", "返金", "--kind", "article", "--limit", "3", "--json").document

    assert set(found) == {"query", "results"}
    assert found["query"] == "返金"
    assert 0 < len(found["results"]) <= 3
    scores = [one["score"] for one in found["results"]]
    assert scores == sorted(scores, reverse=True)
    for one in found["results"]:
        assert set(one) == {"kind", "account", "id", "title", "snippet", "score"}
        assert one["kind"] == "article"
    assert len(shell("search", "返金", "--limit", "3", "--account", ACCOUNT, "--json").document["results"]) == 3
    assert shell("search", "返金", "--kind", "macro").code == 1
    every = shell("search", "返金", "--limit", "0", "--json").document["results"]
    assert len(every) > 3
    assert shell("search", "返金", "--limit", "-1").code == 1
    nothing = shell("search", "zzzqqq")
    assert (nothing.code, nothing.out, "zzzqqq" in nothing.err) == (0, "", True)


@pytest.mark.parametrize(
    "asked", ["返品（手数料は", 'What does "pending mean', "refund:)", "注文番号：12345は？", "price<100"]
)
def test_a_raw_question_is_answered_whatever_signs_it_holds(shell: Shell, asked: str) -> None:
    found = shell("search", asked, "--kind", "article", "--json")

    assert (found.code, found.document["query"]) == (0, asked)
    assert "Looked for the words" in found.err or "？" in asked


def test_a_slip_in_a_search_is_refused_and_suggests(shell: Shell) -> None:
    found = shell("search", "status:opne")

    assert (found.code, found.out) == (1, "")
    assert "Did you mean open?" in found.err


def test_a_query_that_does_not_read_is_shown_with_the_place(shell: Shell) -> None:
    refused = shell("ticket", "list", "返品 statsu:open")

    assert refused.code == 1
    assert refused.err.splitlines() == ["返品 statsu:open", "     ^ There is no field statsu. Did you mean status:?"]


def test_tickets_like_one_are_named_by_its_number(shell: Shell, ids: list[str]) -> None:
    found = shell("ticket", "similar", ids[0], "--json")

    assert found.code == 0
    assert {one["state"] for one in found.document} <= {"duplicate", "solved"}
    assert shell("ticket", "similar").code == 2


def test_an_article_is_shown(shell: Shell) -> None:
    (hit,) = shell("search", "返金", "--kind", "article", "--limit", "1", "--json").document["results"]

    article = shell("article", "show", hit["id"], "--json").document

    assert (article["id"], article["title"]) == (hit["id"], hit["title"])
    assert article["body"]


def test_an_account_is_checked_by_signing_in(shell: Shell) -> None:
    (found,) = shell("account", "check", "--json").document

    assert (found["account"], found["role"], found["exactly_once"]) == (ACCOUNT, "admin", True)


# Writing


def test_a_write_is_queued_and_returns_at_once_with_its_op(shell: Shell, ids: list[str]) -> None:
    op = shell("ticket", "note", ids[0], "wait a moment", "--json").document

    assert (op["state"], op["ticket"], op["account"]) == ("queued", ids[0], ACCOUNT)
    assert shell("outbox", "show", op["op"], "--json").document["changes"][0]["body"] == "wait a moment"
    assert shell("outbox", "drop", op["op"]).code == 0


@pytest.mark.parametrize(
    ("words", "stdin", "body"),
    [
        (("お待たせしております。",), b"", "お待たせしております。"),
        (("two", "words"), b"", "two words"),
        (("- one\n- two",), b"", "- one\n- two"),
        (("-- \nAiko",), b"", "-- \nAiko"),
        (("--", "--status", "is an option"), b"", "--status is an option"),
        ((), "一行目\n\n二行目\n".encode(), "一行目\n\n二行目"),
        ((), b"\xef\xbb\xbf--json\r\nis text", "--json\nis text"),
    ],
)
def test_words_come_from_an_argument_or_from_stdin(
    shell: Shell, ids: list[str], words: tuple[str, ...], stdin: bytes, body: str
) -> None:
    found = shell("ticket", "reply", "--json", ids[0], *words, stdin=stdin)

    assert found.code == 0, found.err
    assert found.document["changes"] == [{"do": "Reply", "body": body, "cc": [], "uploads": []}]
    shell("outbox", "drop", found.document["op"])


def test_with_wait_a_reply_has_arrived(shell: Shell, ids: list[str]) -> None:
    found = shell("ticket", "reply", ids[1], "届きましたか。", "--status", "pending", "--wait", "--json")

    assert (found.code, found.document["state"]) == (0, "sent")
    shell("sync")
    document = shell("ticket", "show", ids[1], "--json").document
    assert document["status"] == "pending"
    assert [event["body"] for event in document["events"]].count("届きましたか。") == 1


def test_a_command_takes_several_ids_and_each_once(shell: Shell, ids: list[str]) -> None:
    one, two = ids[2], ids[3]

    found = shell("ticket", "tag", f"{one}, {two},{one},", "checked", "--wait", "--json")

    assert found.code == 0, found.err
    assert [op["ticket"] for op in found.document["ops"]] == [one, two]
    assert {op["state"] for op in found.document["ops"]} == {"sent"}
    assert {ticket["id"] for ticket in shell("ticket", "list", "tag:checked", "--json").document} == {one, two}


def test_fields_and_assignee_are_set_and_taken_back(shell: Shell, ids: list[str]) -> None:
    id = ids[4]
    before = shell("ticket", "show", id, "--json").document

    assert shell("ticket", "set", id, "status=pending", "priority=low", "--wait").code == 0
    assert shell("ticket", "assign", id, "me", "--wait").code == 0
    assert shell("undo", "--wait", "--json").document["state"] == "sent"
    assert shell("undo", "--wait", "--json").document["state"] == "sent"

    after = shell("ticket", "show", id, "--json").document
    assert (after["priority"], after["assignee"]) == (before["priority"], before["assignee"])


def test_what_is_behind_a_held_decision_is_said_to_wait(shell: Shell, ids: list[str]) -> None:
    held = shell("ticket", "note", ids[5], "first", "--json").document
    with opened(shell.home / "data" / "agentdesk.db") as store:
        op = store.outbox.get(held["op"])
        assert op is not None
        store.outbox.mark(op, OpState.HELD, "The customer wrote again")

    found = shell("ticket", "note", ids[5], "second", "--wait", "--json")

    assert (found.code, found.document["state"]) == (1, "queued")
    assert "earlier decision" in found.err
    assert shell("outbox", "retry", held["op"], "--wait", "--json").document["state"] == "sent"
    assert shell("sync", "--json").document["accounts"][0]["waiting"] == 0


def test_a_held_reply_is_listed_edited_and_dropped(shell: Shell, ids: list[str]) -> None:
    op = shell("ticket", "reply", ids[0], "not yet", "--json").document

    (listed,) = shell("outbox", "list", "--json").document
    assert listed["id"] == op["op"]
    assert shell("outbox", "edit", op["op"][:8], "--json").document["state"] == "dropped"
    assert shell("outbox", "list", "--json").document == []
    assert shell("outbox", "drop", op["op"]).code == 1


def test_an_event_from_elsewhere_is_on_the_timeline_once(shell: Shell, ids: list[str], tmp_path: Path) -> None:
    requester = shell("ticket", "show", ids[0], "--json").document["requester_id"]
    card = shell("customer", "show", requester, "--json").document
    address = next(one["value"] for one in card["identities"] if one["kind"] == "email")
    event = {"customer": address, "kind": "parcel late", "at": "2026-11-20T10:00:00Z", "text": "遅延"}
    file = tmp_path / "events.jsonl"
    file.write_text(json.dumps(event) + "\n", encoding="utf-8")

    words = [word for name, value in event.items() for word in (f"--{name}", value)]
    assert shell("event", "add", *words, "--json").document == {"added": 1}
    assert shell("event", "import", str(file), "--json").document == {"added": 0, "known": 1}

    timeline = shell("customer", "show", address, "--json").document["timeline"]
    assert [one["body"] for one in timeline].count("遅延") == 1


# Refusing


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("ticket", "nope"), 2),
        (("ticket", "show"), 2),
        (("ticket", "list", "--bogus"), 2),
        (("ticket", "list", "--limit", "many"), 2),
        (("ticket", "show", "99999999"), 1),
        (("ticket", "show", ","), 1),
        (("ticket", "list", "status:"), 1),
        (("ticket", "list", "--account", "nobody"), 1),
        (("sync", "--account", "nobody"), 1),
        (("article", "show", "nothing"), 1),
        (("customer", "show", "nobody@example.com"), 1),
        (("outbox", "show", "nothing"), 1),
        (("event", "add", "--kind", "order"), 1),
    ],
)
def test_what_is_refused_says_why_on_stderr_alone(shell: Shell, words: tuple[str, ...], code: int) -> None:
    found = shell(*words, "--json") if words[-1] != "--bogus" else shell(*words)

    assert (found.code, found.out) == (code, "")
    assert found.err.strip()


def test_a_mistyped_option_is_never_said_to_a_customer(shell: Shell, ids: list[str]) -> None:
    found = shell("ticket", "reply", ids[0], "--stauts", "solved", "Hello")

    assert found.code == 2
    assert "--stauts" in found.err
    assert shell("outbox", "list", "--json").document == []


@pytest.mark.parametrize("stdin", [b"\xff\xfe\x00", b"x" * 1_000_001, b"", b"\n\n"])
def test_what_is_piped_in_and_is_no_message_is_not_sent(shell: Shell, ids: list[str], stdin: bytes) -> None:
    found = shell("ticket", "reply", ids[0], stdin=stdin)

    assert found.code in (1, 2)
    assert found.err.strip()
    assert shell("outbox", "list", "--json").document == []


def test_hostile_text_reaches_no_terminal(shell: Shell) -> None:
    person = Person(Ref(ACCOUNT, "h1"), HOSTILE, Role.CUSTOMER, (Identity("email", "h@example.com"),), notes=HOSTILE)
    event = Event(Ref(ACCOUNT, "he1"), Kind.OUTSIDE, LATELY, customer="h1", author_name=HOSTILE, body=HOSTILE)
    with opened(shell.home / "data" / "agentdesk.db") as store:
        store.mirror.take(Page((person, event), ""))

    for words in (("customer", "show", "h1"), ("sql", "select name from person where id = 'h1'"), ("search", "見て")):
        for form in ((), ("--json",)):
            said = shell(*words, *form)
            assert said.code == 0, said.err
            assert not set(said.out) & set("\x1b\x07\x9b\u202e"), words
    assert shell("customer", "show", "h1", "--json").document["name"] == HOSTILE


# The real program


def run(home: Path, *words: str, stdin: str = "", **environment: str) -> Said:
    """The installed program as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "agentdesk", *words],
        input=stdin.encode(),
        capture_output=True,
        env=os.environ | {"AGENTDESK_HOME": str(home), "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"} | environment,
        timeout=60,
    )
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode())


@contextmanager
def sandbox(data: Path, port: int = 0) -> Iterator[dict[str, Any]]:  # JSON
    """`agentdesk sandbox` as a process, with what it announced."""
    command = [sys.executable, "-m", "agentdesk", "sandbox", "--data", str(data), "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--tickets", "3", "--quiet-time", "--seed", "3"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()


def test_work_done_while_the_helpdesk_is_away_leaves_once_when_it_is_back(tmp_path: Path) -> None:
    data, home = tmp_path / "helpdesk.db", tmp_path / "home"
    with sandbox(data) as first:
        assert set(first) == {"url", "user", "token", "bearer", "tickets", "pid"}
        shell = Shell(home, DESK_TOKEN=first["token"])
        shell("account", "add", ACCOUNT, "--url", first["url"], "--user", first["user"], "--token-env", "DESK_TOKEN")
        assert shell("sync").code == 0
        id = shell("ticket", "list", "--json").document[0]["id"]

    away = shell("ticket", "reply", id, "while you were away", "--wait", "--json")
    assert (away.code, away.document["state"]) == (3, "queued")
    assert "safe in the outbox" in away.err
    assert shell("sync", "--json").code == 3
    assert shell("account", "check").code == 3

    with sandbox(data, int(first["url"].rpartition(":")[2])):
        assert shell("sync", "--json").document["accounts"][0]["sent"] == 1
    bodies = [event["body"] for event in events(shell, id)]
    assert bodies.count("while you were away") == 1


def test_the_program_keeps_data_and_words_apart(tmp_path: Path) -> None:
    version = run(tmp_path, "--version")
    assert (version.code, version.err) == (0, "")
    assert version.out.startswith("agentdesk, version ")

    listed = run(tmp_path, "ticket", "list", "--json")
    assert (listed.code, listed.document, listed.err) == (0, [], "")
    assert "No account yet" in run(tmp_path, "ticket", "list").err

    refused = run(tmp_path, "sync")
    assert (refused.code, refused.out) == (1, "")
    assert "No account yet" in refused.err

    assert run(tmp_path, "nonsense").code == 2
    assert run(tmp_path).code == 1


def test_a_terminal_that_knows_no_japanese_gets_escapes_and_json_stays_json(tmp_path: Path) -> None:
    old = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}

    assert "\\u8fd4" in run(tmp_path, "sql", "select '返' as a", **old).out
    assert run(tmp_path, "sql", "select '返' as a", "--json", **old).document == [{"a": "返"}]


@pytest.mark.skipif(sys.platform == "win32", reason="words are never bytes there")
def test_words_that_are_no_text_are_refused(tmp_path: Path) -> None:
    for words in (("sql", b"\xff"), ("ticket", "show", b"\xff"), ("search", b"\xff")):
        done = subprocess.run(
            [sys.executable, "-m", "agentdesk", *words],
            capture_output=True,
            env=os.environ | {"AGENTDESK_HOME": str(tmp_path), "LC_ALL": "C.UTF-8"},
            timeout=60,
        )
        assert (done.returncode, done.stdout) == (1, b"")
        assert b"not text" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_behind_stdout_is_a_sentence(tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "agentdesk", "doctor", "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            env=os.environ | {"AGENTDESK_HOME": str(tmp_path), "LC_ALL": "C.UTF-8"},
            timeout=60,
        )

    assert done.returncode != 0
    assert b"Traceback" not in done.stderr
    assert b"No space left" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end otherwise there")
def test_a_reader_that_leaves_early_sees_no_traceback(tmp_path: Path) -> None:
    query = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 200000) select i from n"
    for form in ("--json", "--jsonl"):
        process = subprocess.Popen(
            [sys.executable, "-m", "agentdesk", "sql", query, form],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | {"AGENTDESK_HOME": str(tmp_path)},
        )
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        _out, err = process.communicate(timeout=60)
        assert err == b""


HEAVY = ("textual", "httpx", "starlette", "uvicorn", "keyring", "rich", "sqlite_utils")
PROBE = f"""
import sys, time
from agentdesk.cli import main
try:
    main(["ticket", "list", "--json"])
except SystemExit:
    pass
print(time.process_time(), *(name for name in {HEAVY!r} if name in sys.modules), file=sys.stderr)
"""


def test_listing_tickets_loads_no_screen_network_or_keyring(tmp_path: Path) -> None:
    run(tmp_path, "ticket", "list")
    environment = os.environ | {"AGENTDESK_HOME": str(tmp_path)}
    bare = "import time, sys; print(time.process_time(), file=sys.stderr)"

    seconds, *loaded = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, env=environment, timeout=60, check=True
    ).stderr.split()
    nothing = subprocess.run([sys.executable, "-c", bare], capture_output=True, timeout=60, check=True).stderr

    print(f"ticket list --json: {float(seconds):.2f} s of CPU, python alone: {float(nothing):.2f} s")
    assert loaded == []
