import json
import shutil

import numpy as np
import pytest

from experiments import ablations, release_weights, train
from webtoon_colorize import checkpoints, run

TINY = ablations.Scale(image_size=32, filters=4, epochs=1, batch_size=8)


@pytest.fixture(scope="module")
def run_dir(dataset, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "l2"
    train.train("l2", TINY, data_dir=dataset, run_dir=folder, seed=0, learning_rate=1e-3)
    return folder


@pytest.fixture
def packed_dir(run_dir, tmp_path):
    assert release_weights.pack(run_dir, tmp_path) == tmp_path / checkpoints.WEIGHTS
    return tmp_path


def test_packed_weights_are_those_of_the_run_in_half_precision(run_dir, packed_dir):
    trained, there = (run.load_method(folder).networks["generator"] for folder in (run_dir, packed_dir))
    for weight, other in zip(trained.get_weights(), there.get_weights(), strict=True):
        np.testing.assert_array_equal(other, weight.astype(np.float16).astype(np.float32))
    assert sorted(path.name for path in packed_dir.iterdir()) == ["settings.json", "training.json", "weights.npz"]


def test_weights_of_other_networks_and_damaged_ones_are_refused(packed_dir):
    settings = json.loads((packed_dir / "settings.json").read_text())
    (packed_dir / "settings.json").write_text(json.dumps(settings | {"filters": 8}))
    with pytest.raises(ValueError, match="weights.npz is of other networks"):
        run.load_method(packed_dir)
    (packed_dir / "weights.npz").write_bytes(b"nonsense")
    with pytest.raises(ValueError, match="weights.npz is damaged"):
        run.load_method(packed_dir)


def test_a_run_that_is_not_finished_is_not_given_away(run_dir, tmp_path):
    shutil.copytree(run_dir, tmp_path / "run")
    (tmp_path / "run" / run.FINISHED).unlink()
    with pytest.raises(FileNotFoundError, match="is not finished"):
        release_weights.pack(tmp_path / "run", tmp_path / "packed")
    assert not (tmp_path / "packed").exists()
