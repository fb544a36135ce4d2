import shutil

import numpy as np
import pytest

from experiments import training_subsets
from webtoon_colorize.data import Panels
from webtoon_colorize.io import csv_files


def panels(count, *, first=0, episode=""):
    numbers = np.arange(first, first + count)
    return Panels(
        numbers.astype(np.uint8), (numbers % 3).astype(np.int32), [f"{episode}{number}" for number in numbers]
    )


def test_test_panels_that_are_in_the_training_dataset_too_do_not_judge(dataset, fresh, tmp_path):
    every = training_subsets.load_test(fresh, data_dir=dataset, image_size=16)
    assert len(every.path) == 12
    shutil.copytree(fresh, tmp_path / "copies")
    known, rows = (csv_files.read(folder / "panels.csv") for folder in (dataset, fresh))
    for row, copied in ((rows[0], known[0]), (rows[8], known[1])):
        row["sha256"] = copied["sha256"]
        shutil.copyfile(dataset / copied["path"], tmp_path / "copies" / row["path"])
    csv_files.write(tmp_path / "copies" / "panels.csv", rows[0], (row.values() for row in rows))
    left = training_subsets.load_test(tmp_path / "copies", data_dir=dataset, image_size=16)
    assert left.path == every.path[1:8] + every.path[9:] and (left.rgb[0] == every.rgb[1]).all()
    assert len(training_subsets.load_test(dataset, data_dir=dataset, image_size=16).path) == 6


def test_one_title_is_repeated_until_it_is_as_large_as_the_split_and_chooses_on_its_own_validation_panels():
    chosen, validation = training_subsets.one_title(panels(9), panels(5, first=50), panels(3), label=1)
    assert chosen.path == ["1", "4", "7"] * 3
    assert chosen.label.tolist() == [1] * 9
    assert validation.path == ["52"]


def test_a_title_that_is_not_there_is_refused():
    with pytest.raises(training_subsets.MissingTitle, match="title number 4"):
        training_subsets.one_title(panels(9), panels(3), panels(3), label=4)


def test_neighbours_of_unseen_test_panels_take_the_place_of_training_panels():
    training, test = panels(9), panels(5, first=100)
    chosen, validation = training_subsets.with_neighbours(training, panels(3, first=50), test)
    assert len(chosen.path) == 9 and validation.path == ["50", "51", "52"]
    assert chosen.path[-2:] == ["101", "103"] and chosen.rgb[-2:].tolist() == [101, 103]
    assert [test.path[index] for index in training_subsets.unseen(test, training)] == ["100", "102"]


def test_neighbours_are_of_the_same_episode():
    parts = [panels(3, first=100, episode="a/1/"), panels(3, first=103, episode="a/2/")]
    test = Panels(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("rgb", "label")),
        parts[0].path + parts[1].path,
    )
    assert training_subsets.unseen(test, panels(20)).tolist() == [0, 4]  # 2 and 3 are of different episodes


def test_at_most_a_quarter_of_the_training_panels_is_replaced_from_all_over_the_test_set():
    training, test = panels(16), panels(100, first=1000)
    chosen, _ = training_subsets.with_neighbours(training, panels(3), test)
    assert chosen.path[-4:] == ["1001", "1033", "1065", "1099"]
    assert training_subsets.unseen(test, training).tolist() == [0, 32, 64, 98]
