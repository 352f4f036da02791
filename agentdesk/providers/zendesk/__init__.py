"""Zendesk Support and Help Center as a provider."""

from agentdesk.providers.zendesk.provider import Zendesk

__all__ = ["Zendesk"]
