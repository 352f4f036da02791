import pytest

from agentdesk.insight.effort import Weights
from agentdesk.insight.weights import text_of, weights_of


def test_what_the_file_does_not_say_holds_as_shipped() -> None:
    assert weights_of("# ours\n\n", "effort.txt").weights == Weights()
    assert weights_of("transfers = 2 # much\n", "effort.txt").weights == Weights(transfers=2.0)


def test_a_weight_is_written_in_japanese_too() -> None:
    assert weights_of("転送　＝　２\n聞き直し = 0\n労力５=９", "effort.txt").weights == Weights(
        transfers=2, asked_again=0, effort_5=9
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("transfers 2", "there is no ="),
        ("transfer = 2", "Did you mean transfers?"),
        ("zzz = 2", "Choose one of: contacts"),
        ("transfers = many", "'many'"),
        ("transfers = -1", "'-1'"),
        ("transfers = nan", "'nan'"),
        ("contacts = 1", "in line 1 already"),
        ("effort 3 = 0.2", "at least as many points"),
    ],
)
def test_a_line_that_cannot_be_read_is_told_with_its_number_and_the_others_hold(line: str, words: str) -> None:
    read = weights_of(f"contacts = 0.7\n{line}\nreopens = 3\n", "effort.txt")

    assert read.weights == Weights(contacts=0.7, reopens=3)
    assert len(read.problems) == 1
    assert read.problems[0].startswith("effort.txt, line 2: ")
    assert words in read.problems[0]


def test_the_shipped_file_says_the_shipped_weights() -> None:
    assert weights_of(text_of(Weights(transfers=7)), "effort.txt") == (Weights(transfers=7), ())
