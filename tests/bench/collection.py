"""A judged collection as a stranger would try it: `python -m tests.bench.collection FOLDER... [--processes N]`.

A folder holds what `agentdesk sandbox --load` reads (`articles.jsonl`, `tickets.jsonl`, `users.jsonl`,
`organizations.jsonl`, whichever there are) and `questions.jsonl`, a document a line:

    {"query": "荷物が届かない", "relevant": ["12", 15], "kind": "article", "not": "3"}

`kind` is what is asked for ("article" if nothing is said, or "ticket"), `relevant` the ids that answer the question,
`not` an id that is left out of the answer, as where a ticket asks for others like itself. Each folder is served by the
real sandbox, an account is added, one `agentdesk sync` fetches it, and every question is asked raw by
`agentdesk search --json --limit 11`: in this process, and the first N of them in processes of their own as well, two at
a time, which must answer the same. A line for each folder says MRR, NDCG and recall over the first ten, what was
refused (each is printed), and how long a call took; `plain` and `telling` are a baseline that knows nothing of this
program: pairs of characters in FTS5 with porter, any token or those of `telling`, title by 3.

Extras that are installed are on; `--without ja,use,e5` switches some of them off.
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from agentdesk.text.html import html_to_text
from agentdesk.text.segment import segment, telling
from tests.bench import gold
from tests.shell import Said, Shell

TOKEN: Final = "COLLECTION_TOKEN"
ASKED: Final = gold.BEST + 1
AT_ONCE: Final = 2
SWITCHES: Final = {"ja": "ja", "use": "semantic", "e5": "e5"}
Question = dict[str, Any]  # a line of JSON
Ask = Callable[[Question], list[str]]


@dataclass(frozen=True, slots=True)
class Answers:
    """What was found for each question, what was refused, and how long a call took."""

    found: list[list[str]]
    refused: list[str]
    seconds: list[float]


def main() -> None:
    """Print a line for each folder."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--processes", type=int, default=0)
    parser.add_argument("--without", default="", type=lambda names: [one for one in names.split(",") if one])
    given = parser.parse_args()
    for folder in given.folders:
        measured(folder, given.processes, given.without)


def measured(folder: Path, processes: int, without: Sequence[str]) -> None:
    """Serve, sync, ask and print."""
    questions = list(_lines(folder / "questions.jsonl"))
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "config").mkdir()
        switches = "".join(f"{SWITCHES[name]} = false\n" for name in without)
        (Path(home) / "config" / "config.toml").write_text(switches, encoding="utf-8")
        shell, synced, seconds = settled(folder, Path(home))
        print(f"{folder.name}: {synced} synced in {seconds:.1f} s", flush=True)
        told = answers(questions, shell)
        _print("product", questions, told)
        if processes:
            apart = answers(questions[:processes], lambda *words: _process(Path(home), *words), AT_ONCE)
            same = sum(one == other for one, other in zip(apart.found, told.found, strict=False))
            _print(f"{processes} processes, {same} alike", questions[:processes], apart)
    for name, cut in (("telling", telling), ("plain", list)):
        _print(name, questions, _plainly(folder, questions, cut))


def settled(folder: Path, home: Path) -> tuple[Shell, dict[str, int], float]:
    """A shell whose cache holds everything of the folder, what the sync said it pulled, and its seconds."""
    with _served(folder) as told:
        shell = Shell(home, **{TOKEN: told["token"]})
        words = ["--provider", "zendesk", "--url", told["url"], "--user", told["user"], "--token-env", TOKEN]
        _good(shell("account", "add", "collection", *words))
        began = time.perf_counter()
        done = _good(shell("sync", "--json"))
        return shell, done.document["accounts"][0]["pulled"], time.perf_counter() - began


@contextmanager
def _served(folder: Path) -> Iterator[dict[str, Any]]:  # JSON
    command = [sys.executable, "-m", "agentdesk", "sandbox", "--quiet-time", "--load", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None, "a pipe was asked for"
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            process.wait()


def _process(home: Path, *words: str) -> Said:
    environment = os.environ | {"AGENTDESK_HOME": str(home), "LC_ALL": "C.UTF-8", TOKEN: "unused"}
    done = subprocess.run([sys.executable, "-m", "agentdesk", *words], capture_output=True, env=environment)
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode())


def answers(questions: Sequence[Question], shell: Callable[..., Said], at_once: int = 1) -> Answers:
    """What a shell answers to each question as it stands."""

    def ask(one: Question) -> tuple[list[str], str, float]:
        kind = one.get("kind", "article")
        began = time.perf_counter()
        said = shell("search", "--json", "--kind", kind, "--limit", str(ASKED), "--", one["query"])
        seconds = time.perf_counter() - began
        if said.code:
            return [], f"{one['query']!r}: {said.err.strip()}", seconds
        return _besides(one, [_own(hit["id"]) for hit in said.document["results"]]), "", seconds

    with ThreadPoolExecutor(at_once) as pool:
        rows = list(pool.map(ask, questions) if at_once > 1 else map(ask, questions))
    return Answers([row[0] for row in rows], [row[1] for row in rows if row[1]], [row[2] for row in rows])


def _own(id: str) -> str:
    """The id that the collection knows a result by, without the language of an article."""
    return id.partition("-")[0]


def _besides(one: Question, ids: list[str]) -> list[str]:
    return [id for id in dict.fromkeys(ids) if id != str(one.get("not", ""))][: gold.BEST]


def _plainly(folder: Path, questions: Sequence[Question], cut: Callable[[list[str]], list[str]]) -> Answers:
    """What the baseline finds."""
    with closing(sqlite3.connect(":memory:")) as db:
        for kind in ("article", "ticket"):
            db.execute(
                f"CREATE VIRTUAL TABLE {kind} USING fts5 "
                "(title, body, id UNINDEXED, tokenize = 'porter unicode61 remove_diacritics 2')"
            )
        for one in _lines(folder / "articles.jsonl"):
            _add(db, "article", one, one.get("title") or "", html_to_text(one.get("body") or "").text)
        for one in _lines(folder / "tickets.jsonl"):
            said = [one.get("description") or "", *(comment.get("body", "") for comment in one.get("comments", ()))]
            _add(db, "ticket", one, one.get("subject") or "", "\n".join(said))
        return Answers([_any_of(db, one, cut(segment(one["query"]))) for one in questions], [], [])


def _add(db: sqlite3.Connection, kind: str, one: Question, title: str, body: str) -> None:
    values = (" ".join(segment(title)), " ".join(segment(body)), str(one["id"]))
    db.execute(f"INSERT INTO {kind} (title, body, id) VALUES (?, ?, ?)", values)


def _any_of(db: sqlite3.Connection, one: Question, tokens: Sequence[str]) -> list[str]:
    kind = one.get("kind", "article")
    asked = " OR ".join(f'"{token}"' for token in dict.fromkeys(tokens))
    sql = f"SELECT id FROM {kind} WHERE {kind} MATCH ? ORDER BY bm25({kind}, 3.0, 1.0), rowid LIMIT {ASKED}"
    return _besides(one, [id for (id,) in db.execute(sql, (asked,))]) if asked else []


def _print(name: str, questions: Sequence[Question], told: Answers) -> None:
    cases = [gold.Case(one["query"], frozenset(("id", str(id)) for id in one["relevant"])) for one in questions]
    found = [[("id", id) for id in ids] for ids in told.found]
    means = gold.figures(zip(cases, found, strict=True))
    spent = f"  {median(told.seconds) * 1000:5.0f} ms, at most {max(told.seconds):.1f} s" if told.seconds else ""
    refused = f"  refused {len(told.refused)}" if told.refused else ""
    line = f"  {name:24} {means.queries:5}  {means.mrr:.3f}  {means.ndcg:.3f}  {means.recall:.3f}{refused}{spent}"
    print("\n".join([line, *(f"      {one}" for one in told.refused)]), flush=True)


def _good(said: Said) -> Said:
    assert said.code == 0, said.err
    return said


def _lines(path: Path) -> Iterator[Question]:
    if path.exists():
        with path.open(encoding="utf-8-sig") as lines:
            for line in lines:
                if line.strip():
                    yield json.loads(line)


if __name__ == "__main__":
    main()
