import dataclasses
import functools
import json

import numpy as np
import pytest

from webtoon_colorize import run
from webtoon_colorize.methods import color_and_apply, l2

SETTINGS = run.Settings(
    experiment="no_skips",
    method="l2.build",
    arguments={"skips": False},
    image_size=32,
    filters=4,
    epochs=2,
    batch_size=4,
    learning_rate=2e-4,
    seed=3,
    titles=["빨강 이야기", "blue"],
    data="0123",
)


def test_settings_come_back_from_their_file(tmp_path):
    run.claim(tmp_path, SETTINGS)
    run.claim(tmp_path, SETTINGS)
    assert run.load_settings(tmp_path) == SETTINGS
    made_with = json.loads((tmp_path / "settings.json").read_text())["made_with"]
    assert {"tensorflow", "keras", "numpy", "python", "commit"} <= made_with.keys()


def test_a_folder_of_a_run_with_other_settings_is_refused_with_the_difference(tmp_path, monkeypatch):
    run.claim(tmp_path, SETTINGS)
    run.claim(tmp_path, dataclasses.replace(SETTINGS, epochs=9))  # nothing is trained yet, nothing is lost
    run.claim(tmp_path, SETTINGS)
    monkeypatch.setattr(run.checkpoints, "is_missing", lambda run_dir: False)
    with pytest.raises(ValueError, match="seed is 3 there and 4 here; data is 0123 there and 4567 here"):
        run.claim(tmp_path, dataclasses.replace(SETTINGS, seed=4, data="4567"))


def test_a_build_and_a_partial_of_one_are_remembered_by_name_and_numbers():
    assert run.describe(l2.build) == ("l2.build", {"skips": True})
    partial = functools.partial(color_and_apply.build, keep_probability=0.1)
    assert run.describe(partial) == ("color_and_apply.build", {"keep_probability": 0.1})


def test_a_method_built_from_settings_is_the_same_for_the_same_seed_and_has_its_arguments():
    first, again, other = (
        run.build(dataclasses.replace(SETTINGS, seed=seed)).networks["generator"].get_weights() for seed in (3, 3, 4)
    )
    assert all(np.array_equal(*pair) for pair in zip(first, again))
    assert not all(np.array_equal(*pair) for pair in zip(first, other))
    with_skips = run.build(dataclasses.replace(SETTINGS, arguments={}))
    assert with_skips.networks["generator"].count_params() > sum(weight.size for weight in first)


def test_a_folder_that_is_no_run_and_a_run_without_a_checkpoint_are_refused_with_a_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match="is not a run folder"):
        run.load_method(tmp_path)
    run.claim(tmp_path, SETTINGS)
    with pytest.raises(FileNotFoundError, match="has no checkpoint yet"):
        run.load_method(tmp_path)
