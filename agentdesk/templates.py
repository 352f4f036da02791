"""Templates: prepared texts with placeholders, and the agent's own ones from files.

A placeholder is `{{name}}`, with what may stand in for it behind `or`: `{{customer.first_name or customer.name or 様}}`
(a name, a quoted text, or plain words; Liquid's `| default: "..."` reads the same). Zendesk's names and ours mean the
same facts. Rendering is one pass, so what a customer typed is never taken for a placeholder. Whatever cannot be filled
stays as it is and is reported, Liquid's `{% ... %}` included: it must stop the send.

Files: every `*.md` is one text, optionally after lines of `key: value` between two lines of `---`; every `*.toml` holds
`[[template]]` tables. Keys: title, language, kind (reply or note), status, and in TOML body.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from agentdesk import i18n
from agentdesk.errors import ConfigError
from agentdesk.i18n import _
from agentdesk.model import Canned, CannedAction, FieldValue, Person, Ref, Status, TicketRow
from agentdesk.record import record

LOCAL = ""
"""The account of templates that come from files."""


class Placeholder(NamedTuple):
    """A placeholder and its place in the text; `choices` are what may fill it, the best first."""

    start: int
    end: int
    name: str
    choices: tuple[str, ...]


class Missing(NamedTuple):
    """A placeholder without a value, and its place in the rendered text."""

    start: int
    end: int
    name: str


@record
class Rendered:
    """A text with its placeholders filled, except for the missing ones."""

    text: str
    missing: tuple[Missing, ...] = ()


# Placeholders

_MARK = re.compile(r"\{\{(?P<inside>[^{}]*)\}\}|\{%[^%]*%\}|\{\{|\{%")
_DEFAULT = re.compile(r"\|\s*default\s*:")
_OR = re.compile(r"\s+or\s+|\s*\|\|\s*")
HONORIFICS = ("様", "さま", "さん", "殿", "御中")
_ENDS_POLITE = re.compile(rf"[\s\u3000]*(?:{'|'.join(HONORIFICS)})$")
_BEGINS_POLITE = re.compile(rf"[\s\u3000]*(?:{'|'.join(HONORIFICS)})")


def placeholders(text: str) -> tuple[Placeholder, ...]:
    """Every placeholder of a text; broken and foreign ones are their own name and have no choices."""
    return tuple(_placeholder(mark) for mark in _MARK.finditer(text))


def _placeholder(mark: re.Match[str]) -> Placeholder:
    inside = mark["inside"]
    if inside is None:
        return Placeholder(mark.start(), mark.end(), mark[0], ())
    choices = tuple(part.strip() for part in _OR.split(_DEFAULT.sub(" or ", inside)) if part.strip())
    return Placeholder(mark.start(), mark.end(), choices[0] if choices else mark[0], choices)


def render(text: str, facts: Mapping[str, str]) -> Rendered:
    """The text with every placeholder filled from the facts."""
    pieces: list[str] = []
    missing: list[Missing] = []
    at = length = 0
    for placeholder in placeholders(text):
        pieces.append(text[at : placeholder.start])
        length += placeholder.start - at
        at = placeholder.end
        value = _value(placeholder, facts)
        if value is None:
            value = text[placeholder.start : placeholder.end]
            missing.append(Missing(length, length + len(value), placeholder.name))
        elif _BEGINS_POLITE.match(text, at):
            value = without_honorific(value)
        pieces.append(value)
        length += len(value)
    pieces.append(text[at:])
    return Rendered("".join(pieces), tuple(missing))


def _value(placeholder: Placeholder, facts: Mapping[str, str]) -> str | None:
    for place, choice in enumerate(placeholder.choices):
        if choice[0] in "\"'" and len(choice) > 1 and choice[-1] == choice[0]:
            return choice[1:-1]
        if value := facts.get(choice, ""):
            return value
        if place and "." not in choice and "|" not in choice:
            return choice
    return None


def signed(text: str, signature: str) -> str:
    """The text with a signature below it, once."""
    below = signature.strip()
    kept = text.rstrip()
    return f"{kept}\n\n{below}" if below and not kept.endswith(below) else text


def without_honorific(name: str) -> str:
    """A name without the 様 that somebody typed behind it."""
    return _ENDS_POLITE.sub("", name) or name


# Facts

_JAPANESE = re.compile("[\u3041-\u3096\u30a1-\u30fa\u3005\u3400-\u9fff\uf900-\ufaff]")


@record
class Name:
    """A name taken apart: in Japanese the family name stands first, and a name without a space is not guessed at."""

    whole: str
    first_word: str
    other_words: str
    family: str
    given: str
    polite: str


def name_parts(written: str) -> Name:
    """A person's name as letters need it; `polite` is 田中様 for Japanese names and the given name for others."""
    whole = without_honorific(" ".join(written.split()))
    first, _space, rest = whole.partition(" ")
    if _JAPANESE.search(whole):
        return Name(whole, first, rest, family=first, given=rest, polite=f"{first}様" if first else "")
    family = rest.rpartition(" ")[2]
    return Name(whole, first, rest, family=family, given=first, polite=first)


def facts(
    row: TicketRow,
    customer: Person | None,
    me: Person | None,
    *,
    texts: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """What placeholders can be filled with for a ticket; `texts` are the account's dynamic content by name."""
    ticket = row.ticket
    email = customer.address("email") if customer else ""
    known = {
        **_person_facts(("customer", "ticket.requester"), customer.name if customer else row.requester_name, email),
        **_person_facts(("me", "current_user"), me.name if me else "", me.address("email") if me else ""),
        **_person_facts(("assignee", "ticket.assignee"), row.assignee_name, ""),
        "me.signature": me.signature if me else "",
        "current_user.signature": me.signature if me else "",
        "customer.language": customer.language if customer else "",
        "customer.phone": customer.address("phone") if customer else "",
        "ticket.requester.phone": customer.address("phone") if customer else "",
        "ticket.id": ticket.number or ticket.ref.id,
        "ticket.number": ticket.number or ticket.ref.id,
        "ticket.title": ticket.subject,
        "ticket.subject": ticket.subject,
        "ticket.status": ticket.status_raw or ticket.status.value,
        "ticket.priority": ticket.priority.value if ticket.priority else "",
        "ticket.tags": " ".join(ticket.tags),
        "ticket.account": ticket.ref.account,
        "ticket.brand.name": row.brand_name,
        "ticket.group.name": row.group_name,
        "group.name": row.group_name,
        "ticket.organization.name": row.organization_name,
        "organization.name": row.organization_name,
        "customer.organization": row.organization_name,
        "ticket.created_at": i18n.day_with_year(ticket.created_at),
        "ticket.due_date": i18n.stamp(ticket.due_at) if ticket.due_at else "",
        "promise": i18n.stamp(row.promised_at) if row.promised_at else "",
        **{f"ticket.ticket_field_{name}": _written(value) for name, value in ticket.fields.items()},
        **{f"dc.{name.removeprefix('dc.')}": text for name, text in (texts or {}).items()},
    }
    return {name: value for name, value in known.items() if value}


def _person_facts(prefixes: tuple[str, str], written: str, email: str) -> dict[str, str]:
    parts = name_parts(written)
    named = {
        "name": parts.whole,
        "first_name": parts.first_word,
        "last_name": parts.other_words,
        "family_name": parts.family,
        "given_name": parts.given,
        "polite": parts.polite,
        "email": email,
    }
    return {f"{prefix}.{name}": value for prefix in prefixes for name, value in named.items()}


def _written(value: FieldValue) -> str:
    match value:
        case None:
            return ""
        case tuple():
            return ", ".join(value)
        case bool():
            return _("yes") if value else _("no")
        case _:
            return str(value)


# Files


@record
class Templates:
    """The agent's own templates by title, and in words what is wrong with the files that were skipped."""

    canned: tuple[Canned, ...] = ()
    problems: tuple[str, ...] = ()


_KEYS = ("title", "language", "kind", "status", "body")
_FENCE = "---"


def load_templates(folder: Path) -> Templates:
    """Every template in a folder; a broken file is skipped and named with its line."""
    found: list[Canned] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        try:
            found += _read(path)
        except ConfigError as error:
            problems.append(str(error))
    return Templates(tuple(sorted(found, key=lambda canned: canned.title)), tuple(problems))


def _read(path: Path) -> list[Canned]:
    match path.suffix.lower():
        case ".md":
            return [_from_markdown(path, _text(path))]
        case ".toml":
            return list(_from_toml(path, _text(path)))
        case _:
            return []


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(
            _("{file} cannot be read: {reason}.", file=path.name, reason=error.strerror or str(error))
        ) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise _broken(path, line, _("this is not UTF-8 text")) from error


def _from_markdown(path: Path, text: str) -> Canned:
    lines = text.splitlines()
    values: dict[str, tuple[object, int]] = {}
    body_at = 0
    if lines and lines[0].strip() == _FENCE:
        end = next((at for at, line in enumerate(lines[1:], start=1) if line.strip() == _FENCE), None)
        if end is None:
            raise _broken(path, 1, _("the front matter has no closing ---"))
        for number, line in enumerate(lines[1:end], start=2):
            if line.strip() and not line.lstrip().startswith("#"):
                key, colon, value = line.partition(":")
                if not colon:
                    raise _broken(path, number, _("this line is not key: value"))
                values[key.strip().lower()] = (value.strip().strip("\"'"), number)
        body_at = end + 1
    body = "\n".join(lines[body_at:]).strip("\n")
    return _canned(path, path.stem, {**values, "body": (body, body_at + 1)})


def _from_toml(path: Path, text: str) -> Iterator[Canned]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_("{file}: {reason}.", file=path.name, reason=str(error))) from error
    listed = document.get("template", [])
    starts = [number for number, line in enumerate(text.splitlines(), start=1) if line.strip() == "[[template]]"]
    if set(document) - {"template"} or not isinstance(listed, list):
        raise _broken(path, 1, _("only [[template]] tables belong here"))
    for place, table in enumerate(listed):
        line = starts[place] if place < len(starts) else 1
        if not isinstance(table, dict):
            raise _broken(path, line, _("only [[template]] tables belong here"))
        yield _canned(path, f"{path.stem}-{place + 1}", {key: (value, line) for key, value in table.items()})


def _canned(path: Path, id: str, values: Mapping[str, tuple[object, int]]) -> Canned:
    for key, (value, line) in values.items():
        if key not in _KEYS:
            raise _broken(path, line, _("there is no key {key}; use {known}", key=key, known=", ".join(_KEYS)))
        if not isinstance(value, str):
            raise _broken(path, line, _("{key} must be text", key=key))
    plain = {key: (str(value), line) for key, (value, line) in values.items()}
    body, line = plain.get("body", ("", 1))
    if not body.strip():
        raise _broken(path, line, _("there is no text"))
    status = _choice(path, plain, "status", tuple(Status))
    return Canned(
        ref=Ref(LOCAL, id),
        title=plain.get("title", (id, 1))[0] or id,
        body=body,
        public=_choice(path, plain, "kind", ("reply", "note")) != "note",
        actions=(CannedAction("status", (status,)),) if status else (),
        language=plain.get("language", ("", 1))[0].lower(),
    )


def _choice(path: Path, values: Mapping[str, tuple[str, int]], key: str, choices: tuple[str, ...]) -> str:
    value, line = values.get(key, ("", 1))
    if value and value not in choices:
        raise _broken(path, line, _("{key} must be one of {choices}", key=key, choices=", ".join(choices)))
    return str(value)


def _broken(path: Path, line: int, reason: str) -> ConfigError:
    return ConfigError(_("{file}, line {line}: {reason}.", file=path.name, line=line, reason=reason))
