"""Titled screens: over the desk, headed by the same line as the desk itself."""

from dataclasses import replace
from typing import TypeVar

from textual.message import Message
from textual.screen import Screen

from agentdesk.ui.glyphs import PRETTY, Glyphs
from agentdesk.ui.widgets.footer import Footer
from agentdesk.ui.widgets.title_bar import Standing, TitleBar

Answer = TypeVar("Answer")


class StandingWanted(Message):
    """A screen has just come to the front and wants to know where things stand."""


class Titled(Screen[Answer]):
    """A screen that says where I am, what the machine is doing, and which keys matter here."""

    def __init__(self, heading: str) -> None:
        super().__init__()
        self.heading = heading
        self.title_bar = TitleBar(PRETTY, id="title")
        self.footer = Footer(id="footer")

    def on_screen_resume(self) -> None:
        self.post_message(StandingWanted())

    def reload(self) -> None:
        """Read the store again: something in it has changed."""

    def show_standing(self, standing: Standing, signs: Glyphs) -> None:
        """Say where things stand, with this screen as the place."""
        self.title_bar.signs = signs
        self.title_bar.show(replace(standing, place=self.heading, count=None))
