"""Records are frozen dataclasses, only made faster."""

import copy
import pickle
from dataclasses import FrozenInstanceError, asdict, field, replace

import pytest

from agentdesk.record import record


@record
class Cup:
    """What holds tea."""

    colour: str
    size: int = 2
    marks: dict[str, int] = field(default_factory=dict)


@record
class Bowl:
    """What holds rice."""

    colour: str
    size: int = 2


def test_facts_are_given_by_place_or_by_name_and_the_rest_has_defaults() -> None:
    assert Cup("red", size=3) == Cup(colour="red", size=3, marks={})


def test_a_default_that_is_made_is_made_for_each() -> None:
    assert Cup("red").marks is not Cup("red").marks


@pytest.mark.parametrize("given", [(), ("red", 2, 3)])
def test_too_few_and_too_many_facts_are_refused(given: tuple[str, ...]) -> None:
    with pytest.raises(TypeError):
        Bowl(*given)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["colour", "height"])
def test_a_fact_that_was_given_before_or_is_unknown_is_refused(name: str) -> None:
    with pytest.raises(TypeError):
        Bowl("red", **{name: 3})


def test_a_record_does_not_change() -> None:
    bowl = Bowl("red")

    with pytest.raises(FrozenInstanceError):
        bowl.colour = "blue"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del bowl.colour

    assert bowl == Bowl("red")


def test_records_of_two_kinds_are_not_equal() -> None:
    assert Bowl("red") != Cup("red")  # type: ignore[comparison-overlap]


def test_equal_records_are_one_in_a_set() -> None:
    assert len({Bowl("red"), Bowl("red"), Bowl("blue")}) == 2


def test_replace_asdict_and_match_know_records() -> None:
    match replace(Bowl("red"), size=5):
        case Bowl(colour, size):
            assert (colour, size) == ("red", 5)

    assert asdict(Cup("red")) == {"colour": "red", "size": 2, "marks": {}}


def test_a_copy_is_equal() -> None:
    cup = Cup("red", marks={"chip": 1})

    assert copy.deepcopy(cup) == pickle.loads(pickle.dumps(cup)) == cup


def test_a_record_shows_its_facts() -> None:
    assert repr(Bowl("red")) == "Bowl(colour='red', size=2)"
