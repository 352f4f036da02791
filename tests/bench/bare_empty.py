"""The measure of a start: a Textual application that shows nothing, rings when it is ready, and at every key."""

from textual import events
from textual.app import App


class Empty(App[None]):
    """Nothing but what Textual itself is."""

    def on_ready(self) -> None:
        self.bell()

    def on_key(self, _event: events.Key) -> None:
        self.bell()


if __name__ == "__main__":
    Empty().run()
