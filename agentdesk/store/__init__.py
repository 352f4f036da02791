"""The cache: one SQLite file with the helpdesk's words, the agent's words, and the fold of the two."""

from agentdesk.store.store import Store

__all__ = ["Store"]
