"""Placeholders, names and template files."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from agentdesk.model import CannedAction, Identity, Person, Ref, Role, Status, Ticket, TicketRow
from agentdesk.templates import Missing, facts, load_templates, name_parts, placeholders, render

NOW = datetime(2026, 11, 24, 0, 41, tzinfo=UTC)
CUSTOMER = Person(Ref("acme", "41"), "田中 美咲", Role.CUSTOMER, (Identity("email", "tanaka@example.jp"),))
ME = Person(Ref("acme", "7"), "Aiko Mori", Role.AGENT, signature="Aiko, Acme support")
ROW = TicketRow(
    Ticket(Ref("acme", "9"), "53812", "届かない", Status.OPEN, NOW, NOW, requester="41", fields={"77": "A-1"}),
    key=1,
    requester_name="田中 美咲",
    group_name="Billing",
)
FACTS = facts(ROW, CUSTOMER, ME, texts={"hours": "9:00-18:00"})


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("{{ticket.requester.first_name}}様", "田中様"),
        ("{{ customer.name }}", "田中 美咲"),
        ("{{customer.polite}}", "田中様"),
        ("{{current_user.name}} / {{me.name}}", "Aiko Mori / Aiko Mori"),
        ("{{ticket.id}} {{ticket.title}}", "53812 届かない"),
        ("{{dc.hours}}", "9:00-18:00"),
        ("{{ticket.ticket_field_77}}", "A-1"),
        ("{{ticket.group.name}}", "Billing"),
        ("{{assignee.name or me.name}}", "Aiko Mori"),
        ("{{assignee.name or 担当者}}", "担当者"),
        ('{{assignee.name | default: "our team"}}', "our team"),
        ("{{assignee.name or assignee.email or 'us'}}", "us"),
        ("no { placeholder } here", "no { placeholder } here"),
    ],
)
def test_a_placeholder_becomes_its_fact(text: str, rendered: str) -> None:
    found = render(text, FACTS)

    assert (found.text, found.missing) == (rendered, ())


@pytest.mark.parametrize("written", ["田中 美咲", "田中 美咲様", "田中 美咲 様", "田中　美咲さん"])
@pytest.mark.parametrize("template", ["{{customer.name}}様", "{{customer.polite}}様", "{{customer.family_name}} 様"])
def test_a_japanese_name_is_never_polite_twice(written: str, template: str) -> None:
    person = Person(CUSTOMER.ref, written, Role.CUSTOMER)

    text = render(template, facts(ROW, person, ME)).text

    assert text.count("様") == 1
    assert "さん" not in text


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Hi {{assignee.name}}!", Missing(3, 20, "assignee.name")),
        ("{{ticket.id}} {{nonsense}}", Missing(6, 18, "nonsense")),
        ("{{customer.name", Missing(0, 2, "{{")),
        ("{{}}", Missing(0, 4, "{{}}")),
        ("{% if x %}", Missing(0, 10, "{% if x %}")),
        ("{{ticket.id | upcase}}", Missing(0, 22, "ticket.id | upcase")),
        ("{{assignee.name or assignee.email}}", Missing(0, 35, "assignee.name")),
    ],
)
def test_what_cannot_be_filled_stays_visible_and_is_reported(text: str, missing: Missing) -> None:
    found = render(text, FACTS)

    assert found.missing == (missing,)
    assert found.text[missing.start : missing.end] in text


def test_what_a_customer_wrote_is_never_taken_for_a_placeholder() -> None:
    person = Person(CUSTOMER.ref, "{{me.signature}}", Role.CUSTOMER)

    assert render("{{customer.name}}", facts(ROW, person, ME)).text == "{{me.signature}}"


def test_a_western_name_puts_the_given_name_first_and_a_japanese_one_the_family_name() -> None:
    dana, misaki = name_parts("Dana Lee Fox"), name_parts("田中 美咲")

    assert (dana.given, dana.family, dana.polite) == ("Dana", "Fox", "Dana")
    assert (misaki.given, misaki.family, misaki.polite) == ("美咲", "田中", "田中様")


def test_placeholders_are_listed_with_their_places() -> None:
    (first, second) = placeholders("a {{b}} {{c or d}}")

    assert (first.start, first.end, first.name) == (2, 7, "b")
    assert second.choices == ("c", "d")


def test_a_markdown_file_is_a_template_with_its_front_matter(tmp_path: Path) -> None:
    (tmp_path / "late.md").write_text(
        "---\ntitle: 遅延のお詫び\nlanguage: ja\nstatus: pending\n---\n\n申し訳ございません。\n", encoding="utf-8"
    )
    (tmp_path / "bare.md").write_text("Just words.\n", encoding="utf-8")

    bare, late = load_templates(tmp_path).canned

    assert (bare.title, bare.body, bare.public, bare.actions) == ("bare", "Just words.", True, ())
    assert (late.title, late.body, late.language) == ("遅延のお詫び", "申し訳ございません。", "ja")
    assert late.actions == (CannedAction("status", ("pending",)),)


def test_a_toml_file_holds_several_templates(tmp_path: Path) -> None:
    (tmp_path / "short.toml").write_text(
        '[[template]]\ntitle = "Thanks"\nbody = "Thank you"\n\n[[template]]\nkind = "note"\nbody = "Seen"\n',
        encoding="utf-8",
    )

    thanks, seen = load_templates(tmp_path).canned

    assert (thanks.title, thanks.public) == ("Thanks", True)
    assert (seen.title, seen.public) == ("short-2", False)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.md", b"---\ntitle: x\n", "a.md, line 1: the front matter has no closing ---."),
        ("a.md", b"---\ntitle: x\nnonsense\n---\nb", "a.md, line 3: this line is not key: value."),
        ("a.md", b"---\ncolour: red\n---\nb", "a.md, line 2: there is no key colour"),
        ("a.md", b"---\nstatus: done\n---\nb", "a.md, line 2: status must be one of new, open"),
        ("a.md", b"---\ntitle: x\n---\n\n", "a.md, line 4: there is no text."),
        ("a.md", b"ok\n\xff", "a.md, line 2: this is not UTF-8 text."),
        ("a.toml", b"[[template]]\nbody = oops\n", "line 2"),
        ("a.toml", b"\n[[template]]\nbody = 3\n", "a.toml, line 2: body must be text."),
        ("a.toml", b"title = 'x'\n", "only [[template]] tables"),
    ],
)
def test_a_broken_file_is_skipped_and_named_with_its_line(
    tmp_path: Path, name: str, content: bytes, problem: str
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "good.md").write_text("Good", encoding="utf-8")

    found = load_templates(tmp_path)

    assert [canned.title for canned in found.canned] == ["good"]
    assert problem in found.problems[0]


def test_no_folder_means_no_templates(tmp_path: Path) -> None:
    assert load_templates(tmp_path / "none").canned == ()
