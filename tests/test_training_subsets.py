import numpy as np
import pytest

from experiments import training_subsets
from webtoon_colorize.data import Panels


def panels(count, *, first=0):
    numbers = np.arange(first, first + count)
    return Panels(numbers.astype(np.uint8), (numbers % 3).astype(np.int32), [str(number) for number in numbers])


def test_one_title_is_repeated_until_it_is_as_large_as_the_split():
    chosen = training_subsets.one_title(panels(9), panels(3), label=1)
    assert chosen.path == ["1", "4", "7"] * 3
    assert chosen.label.tolist() == [1] * 9


def test_a_title_that_is_not_there_is_refused():
    with pytest.raises(training_subsets.MissingTitle, match="title number 4"):
        training_subsets.one_title(panels(9), panels(3), label=4)


def test_every_second_test_panel_takes_the_place_of_a_training_panel():
    test = panels(5, first=100)
    chosen = training_subsets.with_neighbours(panels(9), test)
    assert len(chosen.path) == 9
    assert chosen.path[-2:] == ["101", "103"] and chosen.rgb[-2:].tolist() == [101, 103]
    assert set(chosen.path).isdisjoint(test.path[training_subsets.UNSEEN])
