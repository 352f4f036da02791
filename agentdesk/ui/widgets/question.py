"""The field for a question: what a customer wrote on several lines can be pasted into it whole."""

from textual.events import Paste
from textual.widgets import Input


class Question(Input):
    """One line to ask in."""

    def _on_paste(self, event: Paste) -> None:
        """Take a text of several lines as one, where Textual's field takes the first of them alone."""
        event.prevent_default()
        event.stop()
        self.replace(" ".join(event.text.split()), *self.selection)
