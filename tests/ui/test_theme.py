"""Themes: contrast, the user's own, and broken ones."""

from pathlib import Path

import pytest
from rich.color import Color as RichColor
from rich.color import ColorSystem
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from textual.color import Color
from textual.theme import Theme

from agentdesk.config import Config
from agentdesk.errors import ConfigError
from agentdesk.ui.painting import Tone
from agentdesk.ui.theme import VARIABLES, load_theme, read_theme, shipped_folder, theme_files
from tests.ui.driver import opened_desk, tickets

SHIPPED = sorted(shipped_folder().glob("*.toml"))
TEXTS = [word for word in VARIABLES if word not in ("faint", "cursor", "cursor-idle")]
SHOWN_TONES: tuple[Tone, ...] = ("plain", "strong", "dim", "accent", "soon", "late", "good", "reply", "note", "match")
GROUNDS = ("background", "surface", "panel", "cursor", "cursor-idle")


def test_a_dark_a_light_a_high_contrast_and_a_colour_blind_theme_are_shipped() -> None:
    assert {path.stem for path in SHIPPED} >= {"dark", "light", "high-contrast", "colour-blind"}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_text_can_be_read_on_every_ground(path: Path) -> None:
    theme = read_theme(path)
    least = 7.0 if theme.name == "high-contrast" else 4.5

    poor = {
        (text, ground): ratio
        for text in [*TEXTS, "foreground", "accent"]
        for ground in GROUNDS
        if (ratio := contrast(colour(theme, text), colour(theme, ground))) < least
    }

    assert not poor


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_cursor_can_be_told_from_the_ground(path: Path) -> None:
    theme = read_theme(path)

    assert contrast(colour(theme, "cursor"), colour(theme, "background")) > 1.1


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
async def test_every_text_on_the_cursor_can_be_read_in_sixteen_colours(tmp_path: Path, path: Path) -> None:
    async with opened_desk(tmp_path, tickets(2), config=Config(theme=path.stem)) as desk:
        desk.app.has_few_colours = True
        painter = desk.app.main.tickets.painter
        painter.forget()

        for tone in SHOWN_TONES:
            style = painter.style(tone, "cursor")

            assert contrast(of_sixteen(style.color), of_sixteen(style.bgcolor)) > 7, tone


def of_sixteen(wanted: RichColor | None) -> Color:
    """What a terminal of sixteen colours shows in place of a colour."""
    assert wanted is not None
    number = wanted.downgrade(ColorSystem.STANDARD).number
    assert number is not None
    return Color(*DEFAULT_TERMINAL_THEME.ansi_colors[number])


def colour(theme: Theme, name: str) -> Color:
    return Color.parse(theme.variables.get(name) or getattr(theme, name))


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of WCAG 2, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(of: Color) -> float:
    """The relative luminance of WCAG 2, 0 to 1."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part) for part in of.normalized)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_users_own_theme_wins_by_name(tmp_path: Path) -> None:
    own = tmp_path / "dark.toml"
    own.write_text((shipped_folder() / "light.toml").read_text("utf-8"), "utf-8")

    assert theme_files(tmp_path)["dark"] == own
    assert load_theme("dark", tmp_path).dark is False


def test_a_theme_written_for_textual_gets_our_colours_from_its_own(tmp_path: Path) -> None:
    lines = (shipped_folder() / "dark.toml").read_text("utf-8").partition("[variables]")[0]
    (tmp_path / "plain.toml").write_text(lines, "utf-8")

    theme = load_theme("plain", tmp_path)

    assert theme.variables["late"] == theme.error
    assert set(theme.variables) == set(VARIABLES)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('primary = "nocolour"', "primary"),
        ('primry = "#fff"', "primry"),
        ("primary = 3", "primary"),
        ("primary = ", "broken.toml"),
        ('primary = "#fff"', "secondary"),
        ('dark = "yes"', "dark"),
    ],
)
def test_a_broken_theme_is_reported_with_its_file_and_field(tmp_path: Path, text: str, names: str) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(text, "utf-8")

    with pytest.raises(ConfigError) as caught:
        read_theme(path)

    assert "broken.toml" in str(caught.value)
    assert names in str(caught.value)


async def test_a_theme_that_is_not_there_is_said_and_the_desk_opens(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(2), config=Config(theme="pink")) as desk:
        desk.sees("There is no theme 'pink'", "Where is my parcel?")


async def test_the_theme_changes_while_the_desk_is_open(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(2)) as desk:
        await desk.runs("theme light")

        assert desk.app.theme == "light"
        desk.sees("Where is my parcel?")
