"""Completing in the shell: how the query that is being typed for a command may go on, from the cache.

    eval "$(_AGENTDESK_COMPLETE=bash_source agentdesk)"     (or zsh_source, fish_source)

Bash takes what stands before a colon for a word of its own, so there only what follows the colon is offered, with a
backslash before what means something to it.
"""

import asyncio
import os
import re
from collections.abc import Callable

import click
from click.shell_completion import CompletionItem

from agentdesk.desk import Desk
from agentdesk.errors import AgentdeskError
from agentdesk.filters.completing import complete

COMPLETES = "_AGENTDESK_COMPLETE"
"""What a shell sets that asks how its line may go on, and which shell it is."""
_SPECIAL = re.compile(r"[^\w:@.,=+/%-]")
Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def query_completer(open_desk: Callable[[], Desk]) -> Completer:
    """What Click asks for the ways on; a desk that cannot be opened offers nothing."""

    def ways(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        before = [str(word) for word in ctx.params.get("words") or ()]
        is_cut = incomplete.startswith(":") or (len(before) > 1 and before[-1] == ":")
        text = "".join([*before[-2:], incomplete]) if before[-1:] == [":"] else incomplete
        if incomplete.startswith(":") and before:
            text = before[-1] + incomplete
        with ctx.scope(cleanup=False):
            try:
                desk = open_desk()
                found = complete(text, len(text), desk.store.queries.names)
            except AgentdeskError:
                return []
        asyncio.run(desk.close())
        is_raw = os.environ.get(COMPLETES, "").startswith("bash")
        whole = [(one.text if is_cut else text[: one.start] + one.text, one.about) for one in found]
        return [CompletionItem(_escaped(told) if is_raw else told, help=about or None) for told, about in whole]

    return ways


def _escaped(text: str) -> str:
    """A text as it is typed in Bash, which takes what is offered as it stands."""
    return _SPECIAL.sub(r"\\\g<0>", text)
