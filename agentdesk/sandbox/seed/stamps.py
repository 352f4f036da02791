"""Stamps: moments as whole seconds since 1970 inside the seed, and as ISO 8601 UTC text in its records."""

from time import gmtime, strftime

MINUTE = 60
HOUR = 3600
DAY = 86400


def stamp(moment: int) -> str:
    """The moment as `2026-11-24T00:41:00Z`."""
    return strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(moment))
