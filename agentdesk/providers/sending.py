"""What every provider's sending has in common."""

from collections.abc import Iterator
from contextlib import contextmanager

from agentdesk.errors import Offline


@contextmanager
def nothing_sent() -> Iterator[None]:
    """What fails in here fails before the op has left: trying again is safe."""
    try:
        yield
    except Offline as error:
        raise Offline(str(error), arrived=False) from error
