"""Several at once: the same work for many things, a few at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from agentdesk.errors import ProviderError

T = TypeVar("T")


async def together(at_once: int, things: Iterable[T], work: Callable[[T], Awaitable[None]]) -> None:
    """Do `work` for each thing in order, `at_once` at a time.

    A helpdesk's failure lets what has begun come to its end, begins nothing more, and is raised as it is.
    """
    remaining = iter(things)
    failures: list[ProviderError] = []

    async def worker() -> None:
        for thing in remaining:
            if failures:
                return
            try:
                await work(thing)
            except ProviderError as error:
                failures.append(error)

    async with asyncio.TaskGroup() as workers:
        for _number in range(at_once):
            workers.create_task(worker())
    if failures:
        raise failures[0]
