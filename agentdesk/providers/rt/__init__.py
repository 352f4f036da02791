"""Request Tracker 5 as a provider, over its REST2 interface."""

from agentdesk.providers.rt.provider import RequestTracker

__all__ = ["RequestTracker"]
