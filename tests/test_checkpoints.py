"""best/, last/ and packed weights restore all that was saved; files of other networks and damaged ones are refused."""

import json
import shutil

import numpy as np
import pytest
import tensorflow as tf

from experiments import ablations, release_weights
from tests.conftest import make_run
from tests.test_methods import make_batch
from webtoon_colorize import checkpoints, run
from webtoon_colorize.methods.method import Size
from webtoon_colorize.training import steps


def build(experiment, *, seed=0, filters=4):
    tf.keras.utils.set_random_seed(seed)
    return ablations.EXPERIMENTS[experiment].build(Size(image_size=32, filters=filters, num_titles=2))


def weights(network):
    return [weight.numpy() for weight in network.weights]


def variables(owner):
    """A network's weights and counters of dropout, or an optimizer's moments and counters."""
    return [variable.numpy() for variable in owner.variables]


def equal(first, second):
    return all(np.array_equal(*pair) for pair in zip(first, second, strict=True))


def saved(experiment, run_dir):
    method = build(experiment)
    checkpoints.best(run_dir, method).save()
    return method


def test_best_holds_the_networks_and_their_helpers(tmp_path):
    method, other = saved("vgg_features", tmp_path), build("vgg_features", seed=1)
    every, into = (each.networks | each.helpers for each in (method, other))
    assert every.keys() == into.keys() == {"generator", "vgg16_gray"}
    assert not any(equal(weights(every[name]), weights(into[name])) for name in every)
    assert checkpoints.restore(checkpoints.best(tmp_path, other))
    assert all(equal(weights(every[name]), weights(into[name])) for name in every)


def test_last_holds_networks_with_their_dropout_optimizers_and_progress(tmp_path):
    def start(seed):
        method = build("vgg16_gray", seed=seed)
        optimizers, progress = steps.make_optimizers(method, 1e-3), checkpoints.new_progress()
        manager = checkpoints.last(tmp_path, method, optimizers=optimizers, progress=progress)
        return method, optimizers, progress, manager

    method, optimizers, progress, manager = start(0)
    network = method.networks["classifier"]
    dropout = [variable for variable in network.variables if "seed" in variable.path]
    before = [variable.numpy() for variable in dropout]
    steps.make_train_step(method, optimizers)(make_batch(4), tf.constant([0, 1]))
    assert len(dropout) == 2 and all((now.numpy() != then).any() for now, then in zip(dropout, before))
    progress.epoch.assign(3)
    progress.best_value.assign(0.25)
    manager.save()

    again, its_optimizers, its_progress, manager = start(1)
    assert checkpoints.restore(manager)
    assert equal(variables(network), variables(again.networks["classifier"]))
    assert equal(variables(optimizers["classifier"]), variables(its_optimizers["classifier"]))
    assert its_optimizers["classifier"].iterations == 1
    assert [float(each) for each in its_progress] == [3, 0, 0.25, 0]


def test_the_newest_checkpoint_counts_and_the_one_before_is_kept(tmp_path):
    method = saved("l2", tmp_path)
    kept = checkpoints.best(tmp_path, method)
    for _ in range(2):
        kept.save()
    method.networks["generator"].trainable_variables[-1].assign([0.5, -0.5])
    kept.save()
    assert len(list((tmp_path / "best").glob("*.index"))) == 2
    again = build("l2")
    checkpoints.restore(checkpoints.best(tmp_path, again))
    np.testing.assert_array_equal(again.networks["generator"].trainable_variables[-1], [0.5, -0.5])


def test_without_a_checkpoint_nothing_is_restored(tmp_path):
    method = build("l2")
    before = weights(method.networks["generator"])
    assert not checkpoints.restore(checkpoints.best(tmp_path, method))
    assert not checkpoints.restore_packed(tmp_path, method)
    assert equal(before, weights(method.networks["generator"]))


def test_a_run_is_missing_until_its_first_epoch_is_saved_in_last(tmp_path):
    method, progress = saved("l2", tmp_path), checkpoints.new_progress()
    assert checkpoints.is_missing(tmp_path)
    checkpoints.last(tmp_path, method, optimizers={}, progress=progress).save()
    assert not checkpoints.is_missing(tmp_path)


@pytest.mark.parametrize(
    ("there", "here", "filters"),
    [
        ("l2", "no_skips", 4),  # other shapes
        ("l2", "l2", 8),
        ("l2", "adversarial", 4),  # a network is missing
        ("adversarial", "l2", 4),  # a network too many
    ],
)
def test_a_checkpoint_of_other_networks_is_refused(tmp_path, there, here, filters):
    saved(there, tmp_path)
    with pytest.raises(ValueError, match="best/ckpt-1 is damaged or of other networks"):
        checkpoints.restore(checkpoints.best(tmp_path, build(here, filters=filters)))


def flip_a_bit(content):
    return content[:100] + bytes([content[100] ^ 1]) + content[101:]


@pytest.mark.parametrize("damage", [lambda content: b"", lambda content: content[:1000], flip_a_bit])
@pytest.mark.parametrize("file", ["ckpt-1.index", "ckpt-1.data-00000-of-00001"])
def test_a_damaged_checkpoint_is_refused(tmp_path, file, damage):
    saved("l2", tmp_path)
    path = tmp_path / "best" / file
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match="best/ckpt-1 is damaged or of other networks"):
        checkpoints.restore(checkpoints.best(tmp_path, build("l2")))


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory):
    """A run folder that is marked as finished."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    make_run(folder)
    (folder / run.FINISHED).write_text("{}\n")
    return folder


@pytest.fixture
def packed_dir(run_dir, tmp_path):
    assert release_weights.pack(run_dir, tmp_path) == tmp_path / checkpoints.WEIGHTS
    return tmp_path


def test_packed_weights_are_those_of_the_run_in_half_precision(run_dir, packed_dir):
    trained, there = (run.load_method(folder).networks for folder in (run_dir, packed_dir))
    assert trained.keys() == there.keys() == {"color_generator", "applier"}
    for name, network in trained.items():
        for weight, other in zip(network.get_weights(), there[name].get_weights(), strict=True):
            np.testing.assert_array_equal(other, weight.astype(np.float16).astype(np.float32))
    assert {path.name for path in packed_dir.iterdir()} == {
        "settings.json",
        "training.json",
        "weights.npz",
        "colorize.onnx",
    }


def test_packed_weights_hold_the_helpers(tmp_path):
    method, other = build("vgg_features"), build("vgg_features", seed=1)
    checkpoints.write_packed(tmp_path, method)
    assert checkpoints.restore_packed(tmp_path, other)
    [helper], [restored] = (each.helpers.values() for each in (method, other))
    for weight, again in zip(weights(helper), weights(restored), strict=True):
        np.testing.assert_array_equal(again, weight.astype(np.float16).astype(np.float32))


def test_packed_weights_of_other_networks_and_damaged_ones_are_refused(packed_dir):
    settings = json.loads((packed_dir / "settings.json").read_text())
    (packed_dir / "settings.json").write_text(json.dumps(settings | {"filters": 8}))
    with pytest.raises(ValueError, match=r"weights\.npz is of other networks"):
        run.load_method(packed_dir)
    (packed_dir / "weights.npz").write_bytes(b"nonsense")
    with pytest.raises(ValueError, match=r"weights\.npz is damaged"):
        run.load_method(packed_dir)


def test_a_fingerprint_is_that_of_the_weights_in_use(run_dir, tmp_path):
    with pytest.raises(FileNotFoundError, match="has no weights"):
        checkpoints.fingerprint(tmp_path)
    shutil.copytree(run_dir, tmp_path / "copy")
    first = checkpoints.fingerprint(run_dir)
    assert len(first) == 16 and checkpoints.fingerprint(tmp_path / "copy") == first
    method = run.load_method(run_dir)
    method.networks["applier"].trainable_variables[-1].assign([0.5, -0.5])
    checkpoints.best(tmp_path / "copy", method).save()
    release_weights.pack(run_dir, tmp_path / "packed")
    assert len({first, *(checkpoints.fingerprint(tmp_path / name) for name in ("copy", "packed"))}) == 3


def test_a_run_that_is_not_finished_is_not_given_away(run_dir, tmp_path):
    shutil.copytree(run_dir, tmp_path / "run")
    (tmp_path / "run" / run.FINISHED).unlink()
    with pytest.raises(FileNotFoundError, match="is not finished"):
        release_weights.pack(tmp_path / "run", tmp_path / "packed")
    assert not (tmp_path / "packed").exists()


def saved_twice(run_dir):
    """A run folder whose best/ has two checkpoints; the last biases are 0.1 and 0.2."""
    method = build("l2")
    manager = checkpoints.best(run_dir, method)
    for value in (0.1, 0.2):
        method.networks["generator"].trainable_variables[-1].assign([value, value])
        manager.save()
    return run_dir / "best"


def last_bias(run_dir, **options):
    method = build("l2")
    assert checkpoints.restore(checkpoints.best(run_dir, method), **options)
    return float(method.networks["generator"].trainable_variables[-1][0])


@pytest.mark.parametrize("file", ["ckpt-2.index", "ckpt-2.data-00000-of-00001"])
def test_where_the_newest_checkpoint_is_damaged_the_one_before_is_used_and_named(tmp_path, capfd, file):
    path = saved_twice(tmp_path) / file
    assert last_bias(tmp_path) == pytest.approx(0.2) and not capfd.readouterr().err
    path.write_bytes(path.read_bytes()[:500])
    assert last_bias(tmp_path) == pytest.approx(0.1)
    said = capfd.readouterr().err
    assert "best/ckpt-2 is damaged" in said and said.endswith(f"the one before it is used, {path.parent}/ckpt-1.\n")
    with pytest.raises(ValueError, match="best/ckpt-2 is damaged"):
        last_bias(tmp_path, older=False)
    path.unlink()
    assert last_bias(tmp_path) == pytest.approx(0.1)


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"model_checkpoint_path"])
def test_checkpoints_are_found_where_their_list_is_lost_or_damaged(tmp_path, content):
    path = saved_twice(tmp_path) / "checkpoint"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert last_bias(tmp_path) == pytest.approx(0.2)


def test_what_a_run_that_was_killed_while_it_saved_leaves_is_not_taken_for_a_checkpoint(tmp_path, capfd):
    folder = saved_twice(tmp_path)
    (folder / "ckpt-3.data-00000-of-00001").write_bytes(b"half")
    (folder / "ckpt-3.index").write_bytes(b"half")
    (folder / "ckpt-3_temp").mkdir()
    assert last_bias(tmp_path, older=False) == pytest.approx(0.2) and not capfd.readouterr().err
