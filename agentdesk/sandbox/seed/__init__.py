"""Seed data: a believable shop, its customers, threads and knowledge, in Japanese and English; same seed, same data."""

from agentdesk.sandbox.seed.generate import generate
from agentdesk.sandbox.seed.living import Living

__all__ = ["Living", "generate"]
