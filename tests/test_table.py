"""The table of hand-made results; test_experiments.py makes it of trained runs."""

import csv

import pytest

from experiments import results, table
from tests.result_files import make_result

TRAINING = {
    "train_minutes": 1.0,
    "images_seen": 640,
    "best_epoch": 7,
    "parameters": {"color_generator": 1000, "applier": 234},
}
EPISODES = {"paths": ["panels/a/1/0.png", "panels/c/1/0.png", "panels/c/2/0.png"]}


def row(folder, experiment):
    [found] = [row for row in table.rows(folder) if row.experiment == experiment]
    return found


def test_errors_are_means_over_seeds_and_images_and_their_spread_is_over_seeds(tmp_path):
    seeds = ({"l2": [10.0, 20.0, 30.0], "rmse_lab": [1.0, 2.0, 3.0]}, {"l2": [20.0] * 3, "rmse_lab": [3.0, 4.0, 5.0]})
    settings = {"image_size": 64, "filters": 16, "epochs": 30}
    results.write(tmp_path, make_result("l2", *seeds, training=TRAINING, settings=settings, **EPISODES))
    found = row(tmp_path, "l2")
    assert (found.l2, found.rmse_lab, found.paper_l2) == (20, 3, 1578.8)
    assert found.rmse_lab_seed_spread == pytest.approx(2**0.5)  # of 2 and 4
    # The means over seeds are 2, 3, 4, each of its own episode: a variance of 1 / 3; t(2) is 4.303.
    reach = 4.303 / 3**0.5
    assert (found.rmse_lab_low, found.rmse_lab_high) == pytest.approx((3 - reach, 3 + reach), abs=1e-3)
    assert found.best_epoch == 7
    assert (found.parameters, found.train_minutes, found.images_seen, found.seeds) == (1234, 1, 640, 2)
    assert (found.image_size, found.filters, found.epochs, found.test_images) == (64, 16, 30, 3)
    assert found.accuracy is None and found.l2_best is None


def test_one_seed_has_no_spread_and_a_classifier_has_an_accuracy_only(tmp_path):
    results.write(tmp_path, make_result("vgg16_gray", {"error": [0.0, 1.0, 0.0], "predicted": [0, 0, 2]}))
    found = row(tmp_path, "vgg16_gray")
    assert found.accuracy == pytest.approx(2 / 3)
    assert found.accuracy_low is found.accuracy_high is None  # all three images are of one episode
    assert found.rmse_lab is found.rmse_lab_seed_spread is found.parameters is None
    assert table.confusions(tmp_path) == {"vgg16_gray": (["a", "b", "c"], [[1, 0, 0], [0, 0, 0], [1, 0, 1]])}


def test_the_best_variant_is_chosen_for_each_image(tmp_path):
    values = {"l2": [9.0, 9.0, 9.0], "l2_0": [9.0, 9.0, 9.0], "l2_1": [3.0, 12.0, 6.0]}
    results.write(tmp_path, make_result("diverse_vae", values))
    assert row(tmp_path, "diverse_vae").l2_best == (3 + 9 + 6) / 3


def test_what_is_missing_is_none_in_the_row_and_a_dash_where_people_read_it(tmp_path):
    found = row(tmp_path, "no_skips")
    assert found == table.Row("no_skips")
    cells = table.cells(found)
    assert cells.pop("row") == "no_skips" and cells.pop("what it is") == "L2, no skip connections"
    assert cells.pop("section") == "IV" and set(cells.values()) == {"-"}
    table.write(tmp_path)
    with open(tmp_path / "table.csv", newline="") as file:
        [line] = [line for line in csv.DictReader(file) if line.pop("experiment") == "no_skips"]
    assert tuple(line) == table.COLUMNS[1:] and set(line.values()) == {"-"}


def test_a_reason_stands_below_the_table_until_there_is_a_result(tmp_path):
    results.write_reason(tmp_path, "l2", "no weights")
    assert table.reasons(tmp_path) == {"l2": "no weights"}
    assert table.write(tmp_path).endswith("\n\nl2: no weights\n")
    results.write(tmp_path, make_result("l2", {"l2": [1.0, 2.0, 3.0]}))
    assert table.reasons(tmp_path) == {}
