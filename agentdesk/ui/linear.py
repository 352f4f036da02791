"""What `ACCESSIBLE` asks for: a desk for screen readers and braille lines, one thing at a time.

One pane at a time at any width, nothing that moves by itself, no box drawing, and the terminal's own cursor on the row
or in the text that has the keys: readers follow that cursor, and nothing else tells them where the agent is.
"""

import os
from collections.abc import Callable, Mapping

from textual.geometry import Offset
from textual.widget import Widget
from textual.widgets import Input

CLASS = "-linear"
"""The app has this class where the desk is linear; the stylesheet and the panes ask for it."""


def is_wanted(environment: Mapping[str, str] = os.environ) -> bool:
    """Does the person ask for a linear desk?"""
    return bool(environment.get("ACCESSIBLE"))


def keep_still(field: Widget) -> None:
    """Let the caret of a text field not blink, where the desk is linear: a blink is read out, or felt, each time."""
    if isinstance(field, Input) and field.app.has_class(CLASS):
        field.cursor_blink = False


def point_at(widget: Widget, row: Callable[[], int]) -> None:
    """Put the terminal's cursor at the start of a row of a widget, if that has the keys of a linear desk."""
    if widget.has_focus and widget.app.has_class(CLASS):
        widget.app.cursor_position = Offset(widget.region.x, widget.region.y + row())
