"""A folder of JSONL files in the shapes of the Zendesk API, read into a dataset that the loader can trust.

Whoever writes such files by hand leaves out what they do not know: an id may be missing or be digits in quotes, a
comment may be its text alone, a time may be epoch seconds, an article may say nothing of its language. What cannot be
meant raises ValueError, which names the file, the line and the field.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from agentdesk.sandbox.dataset import Dataset, Doc
from agentdesk.sandbox.records import utc

_TEXTS: Final = frozenset(
    {"title", "name", "subject", "body", "html_body", "plain_body", "description", "email", "locale", "status", "role"}
)
_TIMES: Final = frozenset({"created_at", "updated_at", "edited_at"})
_WORDS: Final = frozenset({"tags", "label_names"})
_PARTS: Final = frozenset({"comments", "changes", "identities", "attachments"})
_PEOPLE: Final = frozenset({"requester", "submitter", "assignee", "author"})
_KANA: Final = re.compile("[ぁ-ヺ]")


def read(folder: Path) -> Dataset:
    """Everything the folder's files say. Raises ValueError, also for a ticket that is wrong once it is read."""
    articles = [_placed(one) for one in _lines(folder / "articles.jsonl")]
    place: Doc = {"name": "General", "locale": articles[0]["locale"] if articles else "en-us"}
    sections = sorted({one["section_id"] for one in articles})
    return Dataset(
        users=list(_lines(folder / "users.jsonl")),
        organizations=list(_lines(folder / "organizations.jsonl")),
        categories=[{**place, "id": 1}] if articles else [],
        sections=[{**place, "id": one, "category_id": 1} for one in sections],
        articles=articles,
        tickets=_lines(folder / "tickets.jsonl"),
    )


def _placed(article: Doc) -> Doc:
    """The article with the section and the language that it does not name."""
    given = {name: value for name, value in article.items() if value is not None}
    title, body = given.get("title", ""), given.get("body", "")
    locale = given.get("locale") or ("ja" if _KANA.search(title) or _KANA.search(body) else "en-us")
    return {"section_id": 1, **given, "title": title, "body": body, "locale": locale.lower()}


def _lines(path: Path) -> Iterator[Doc]:
    """The records of a file, each checked; blank lines are nothing."""
    if not path.exists():
        return
    known: set[tuple[object, str]] = set()
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
                if not text:
                    continue
                doc = _record(json.loads(text), "the line")
                which = (doc.get("id"), (doc.get("locale") or "").lower())
                if doc.get("id") is not None and which in known:
                    raise ValueError(f"id {which[0]} is there already")
            except json.JSONDecodeError as error:
                raise ValueError(f"{path.name}, line {number}: not JSON: {error}") from error
            except UnicodeDecodeError as error:
                raise ValueError(f"{path.name}, line {number}: not UTF-8") from error
            except ValueError as error:
                raise ValueError(f"{path.name}, line {number}: {error}") from error
            known.add(which)
            yield doc


def _record(given: object, name: str) -> Doc:
    if not isinstance(given, dict):
        raise ValueError(f"{name} is not a JSON object")
    return {key: _checked(key, value) for key, value in given.items()}


def _checked(name: str, value: object) -> object:
    """The value of a field as the loader takes it."""
    if value is None:
        return None
    if name == "id" or (name.endswith("_id") and name != "external_id"):
        return _id(name, value)
    if name in _TEXTS and not isinstance(value, str):
        raise ValueError(f"{name} is not text: {value!r}")
    if name in _TIMES:
        return _time(name, value)
    if name in _PEOPLE:
        return _person(name, value)
    if name in _WORDS and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
        raise ValueError(f"{name} is not a list of texts")
    if name in _PARTS:
        if not isinstance(value, list):
            raise ValueError(f"{name} is not a list")
        return [_record({"body": one} if isinstance(one, str) else one, f"one of {name}") for one in value]
    return value


def _id(name: str, value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 1 << 63:
        raise ValueError(f"{name} is not a whole number, as all ids of the API are: {value!r}")
    return value


def _time(name: str, value: object) -> str:
    try:
        if isinstance(value, int | float):
            return utc(datetime.fromtimestamp(value, UTC).isoformat())
        if isinstance(value, str):
            return utc(value)
    except (ValueError, OverflowError, OSError):
        pass
    raise ValueError(f"{name} is no time: {value!r}. Write it like 2026-11-20T09:00:00Z")


def _person(name: str, value: object) -> object:
    """An id, an e-mail, or an object with either."""
    if isinstance(value, dict):
        return _record(value, name)
    if isinstance(value, str) and "@" in value:
        return value
    return _id(name, value)
