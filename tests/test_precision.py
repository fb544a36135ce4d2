"""Training in half precision, and compiled, against training in float32."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from experiments import ablations
from experiments.train import train
from tests.test_methods import METHODS, SEED, make_batch
from tests.test_run import SETTINGS
from tests.test_training import weights
from webtoon_colorize import data, evaluation, run
from webtoon_colorize.methods.method import MissingWeights
from webtoon_colorize.training import loop, steps


def build(experiment="l2", **changes):
    method, arguments = run.describe(ablations.EXPERIMENTS[experiment].build)
    settings = {"experiment": experiment, "method": method, "arguments": arguments, "seed": 0} | changes
    return run.build(dataclasses.replace(SETTINGS, **settings))


@pytest.mark.parametrize("experiment", METHODS)
def test_losses_metrics_and_colours_are_float32_under_a_policy_of_half_precision(experiment):
    try:
        method = build(experiment, precision="mixed_bfloat16")
    except MissingWeights as error:
        pytest.skip(str(error))
    batch = make_batch(4)
    values = [value for terms in method.losses(batch, SEED).values() for value in terms.values()]
    values += evaluation.validation_measure(method)(batch).values()
    values += [method.colorize(batch.lightness, batch.label)] if method.colorize else []
    assert {value.dtype for value in values} <= {tf.float32, tf.int32}  # int32: a predicted title
    assert all(np.isfinite(value).all() for value in values)
    networks = method.networks.values()
    assert {network.compute_dtype for network in networks} == {"bfloat16"}
    assert {weight.dtype for network in networks for weight in network.trainable_variables} == {"float32"}
    assert keras.config.dtype_policy().name == "float32"


def curve(method, *, count=40, **options):
    """The loss after each of `count` steps on the same eight panels."""
    step = steps.make_train_step(method, steps.make_optimizers(method, 1e-3), **options)
    return np.array([float(step(make_batch(8), tf.constant([0, number]))["generator/l2"]) for number in range(count)])


@pytest.fixture(scope="module")
def in_float32():
    return curve(build())


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_the_curve_in_half_precision_stays_within_a_tenth_of_that_in_float32(precision, in_float32):
    """On average within 2%; bfloat16 has 8 bits, so a single loss may be further off."""
    ratio = curve(build(precision=precision)) / in_float32
    assert in_float32[-1] < 0.5 * in_float32[0]
    assert np.abs(ratio - 1).max() < 0.1 and abs(ratio.mean() - 1) < 0.02
    assert (ratio != 1).all()  # it is another precision


def test_xla_computes_the_same_curve(in_float32):
    np.testing.assert_allclose(curve(build(), count=10, compiled=True), in_float32[:10], rtol=1e-3)


def test_a_gradient_that_is_not_finite_halves_the_scale_of_float16_and_changes_no_weight():
    method = build(precision="mixed_float16")
    [optimizer] = (optimizers := steps.make_optimizers(method, 1e-3)).values()
    network = method.networks["generator"]
    before, scale = [weight.numpy() for weight in network.trainable_variables], float(optimizer.dynamic_scale.value)
    batch = make_batch(4)
    steps.make_train_step(method, optimizers)(batch._replace(ab=batch.ab * np.inf), SEED)
    assert float(optimizer.dynamic_scale.value) == scale / 2 > 1
    assert all(
        np.array_equal(*pair) for pair in zip(before, [weight.numpy() for weight in network.trainable_variables])
    )


def test_a_float16_run_that_goes_on_has_the_scale_and_the_weights_of_an_undisturbed_one(dataset, tmp_path):
    panels = [data.load_panels(dataset, split, image_size=32) for split in ("train", "validation")]

    def go(name, epochs):
        schedule = loop.Schedule(epochs, 9, batch_size=4, learning_rate=1e-3, seed=0)
        method = build(precision="mixed_float16")
        loop.train(method, tmp_path / name, schedule, training=panels[0], validation=panels[1], settings={})

    go("whole", 2)
    go("again", 1)
    go("again", 2)
    whole, again = (weights(tmp_path / name, "last") for name in ("whole", "again"))
    assert whole.keys() == again.keys() and any("dynamic_scale" in name for name in whole)
    for name in whole:
        np.testing.assert_array_equal(whole[name], again[name], err_msg=name)


def test_a_trained_run_is_used_in_float32_and_its_precision_is_a_setting(dataset, tmp_path):
    scale = ablations.Scale(image_size=32, filters=4, epochs=1, patience=1, batch_size=8)
    options = {"data_dir": dataset, "run_dir": tmp_path, "seed": 0, "learning_rate": 1e-3}
    train("l2", scale, **options, precision="mixed_bfloat16")
    assert run.load_settings(tmp_path).precision == "mixed_bfloat16"
    assert run.load_method(tmp_path).networks["generator"].compute_dtype == "float32"
    with pytest.raises(ValueError, match="precision is mixed_bfloat16 there and float32 here"):
        train("l2", scale, **options)
