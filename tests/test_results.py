import dataclasses

import numpy as np
import pytest

from experiments import results
from tests.result_files import make_result


def test_a_result_file_is_flat_json_in_a_fixed_order_and_reads_back_as_it_was(tmp_path):
    training = {"train_minutes": 2.5, "images_seen": 24, "parameters": {"colorizer": 7}}
    result = make_result("l2", {"l2": [1.5, None, 3.0]}, {"l2": [4.0, 5.0, 6.0]}, training=training)
    results.write(tmp_path, result)
    text = (tmp_path / "l2.json").read_text()
    assert text == (
        '{"experiment": "l2", "settings": {"image_size": 64}, "runs": ['
        '{"seed": 0, "train_minutes": 2.5, "images_seen": 24, "parameters": {"colorizer": 7}, '
        '"values": {"l2": [1.5, null, 3.0]}}, '
        '{"seed": 1, "train_minutes": 2.5, "images_seen": 24, "parameters": {"colorizer": 7}, '
        '"values": {"l2": [4.0, 5.0, 6.0]}}], '
        '"dataset": "drawn", "data": "same", "titles": ["a", "b", "c"], '
        '"paths": ["0.png", "1.png", "2.png"], "labels": [0, 2, 2], "tags": [[], [], []], '
        '"validation_paths": [], "train_paths": []}\n'
    )
    assert results.read(tmp_path, "l2") == result
    assert results.read(tmp_path, "no_skips") is None


def test_a_result_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        make_result("l2", {}).data = "other"


def test_an_image_with_nothing_to_measure_is_nan():
    result = make_result("l2", {"bleeding": [1.0, None, 3.0]})
    np.testing.assert_array_equal(result.per_image("bleeding"), [[1.0, np.nan, 3.0]])
    with pytest.raises(KeyError):
        result.per_image("detail")


def test_results_of_other_panels_or_another_size_than_grays_are_not_comparable(tmp_path):
    results.write(tmp_path, make_result("l2", {}))
    assert results.read_comparable(tmp_path, "l2") is not None  # there is no gray to compare it with
    results.write(tmp_path, make_result("gray", {}))
    assert results.read_comparable(tmp_path, "l2") is not None
    for changes in ({"data": "other"}, {"settings": {"image_size": 128}}):
        results.write(tmp_path, make_result("l2", {}, **changes))
        assert results.read_comparable(tmp_path, "l2") is None


def test_confusions_count_answers_by_true_title_over_all_seeds():
    seeds = [{"predicted": predicted} for predicted in ([0, 1, 1, 0], [0, 1, 1, 1])]
    result = make_result("vgg16_gray", *seeds, titles=["a", "b"], labels=[0, 0, 1, 1])
    assert result.confusion().tolist() == [[2, 2], [1, 3]]


def test_the_best_of_several_colorizations_is_chosen_image_by_image():
    values = {"l2": [9, 9], "l2_0": [9, 9], "l2_1": [3, 12], "l2_2": [5, 6]}
    variants = make_result("diverse_vae", values).variants("l2")
    assert variants.shape == (3, 1, 2) and variants.min(axis=0).tolist() == [[3, 6]]
    assert make_result("l2", {"l2": [1]}).variants("l2").size == 0


def test_what_is_missing_is_shown_as_a_dash():
    assert [results.shown(None), results.shown(None, ".2f")] == ["-", "-"]
    assert [results.shown(0.25), results.shown(1 / 3, ".2f"), results.shown(1234, ",d")] == ["0.25", "0.33", "1,234"]


def test_a_reason_is_noted_and_forgotten(tmp_path):
    assert results.read_reason(tmp_path, "l2") is None
    results.write_reason(tmp_path, "l2", "no weights")
    assert results.read_reason(tmp_path, "l2") == "no weights"
    results.forget_reason(tmp_path, "l2")
    results.forget_reason(tmp_path, "l2")
    assert results.read_reason(tmp_path, "l2") is None
