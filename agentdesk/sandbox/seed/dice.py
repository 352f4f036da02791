"""Dice: chance that repeats itself."""

from random import Random


def dice(seed: int | str) -> Random:
    """Random numbers that are the same for the same seed."""
    return Random(seed)  # noqa: S311  invented customers need no secrets
