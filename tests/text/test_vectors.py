"""What is said of vectors without an encoder, where numpy is installed."""

import pytest

from agentdesk.text.vectors import nearest_middles, nearest_texts

pytest.importorskip("numpy", reason="no extra with vectors is installed")


def vector(*values: int) -> bytes:
    return bytes(value % 256 for value in values)


def test_the_nearest_texts_come_first_whatever_their_lengths() -> None:
    texts = [vector(0, 9, 0), vector(100, 1, 0), vector(-5, 0, 0), vector(1, 1, 0)]

    (near,) = nearest_texts([vector(3, 0, 0)], texts, 2)

    assert [place for _cosine, place in near] == [1, 3]
    assert near[1][0] == pytest.approx(0.7071, abs=1e-4)


def test_groups_are_compared_by_their_middles_as_seen_from_the_middle_of_all() -> None:
    parcels = [vector(50, 90, 0), vector(50, 80, 5)]
    packages = [vector(50, 85, 3)]
    money = [vector(50, 0, 90), vector(50, 5, 80), vector(50, 0, 85)]

    near, first, second = nearest_middles([parcels, money, packages], [*parcels, *money, *packages])

    assert (first, second) == (0, 2)
    assert near > 0.95


def test_nothing_is_near_to_nothing() -> None:
    assert nearest_texts([vector(1)], [], 3) == [[]]
    assert nearest_middles([[vector(1)]], [vector(1)])[0] == -1.0
