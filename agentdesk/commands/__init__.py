"""Everything a person can do: one module a topic, one decorated function a command."""

from agentdesk.commands.registry import Registry


def load() -> Registry:
    """The registry with every command in it."""
    from agentdesk.commands import (  # the modules fill the registry when they are imported
        accounts,
        articles,
        customers,
        desks,
        effort,
        files,
        history,
        links,
        moving,
        outbox,
        places,
        queues,
        reasons,
        replies,
        searches,
        tickets,
    )
    from agentdesk.commands.registry import commands

    topics = (
        accounts, articles, customers, desks, effort, files, history, links, moving, outbox, places, queues, reasons,
        replies, searches, tickets,
    )  # fmt: skip
    assert all(topics)
    return commands
