"""Every row of the table keeps the contract of methods.method.Method."""

import functools
import gc
import random

import numpy as np
import pytest
import tensorflow as tf

from experiments import ablations
from tests.conftest import draw_panel
from webtoon_colorize import color, data, evaluation, metrics, run
from webtoon_colorize.methods.method import MissingWeights, Size
from webtoon_colorize.training import steps

SEED = tf.constant([0, 1])
# Rows that draw from the seed.
RANDOM = {"channel_dropout", "color_and_apply", "color_and_apply_hints", "color_and_apply_keep_0.001"}
RANDOM |= {"diverse_vae", "pixel_dropout", "references", "sketch", "tandem"}
# By module, so that all tests of a row run one after another and it is built once.
# At 32 px a keep probability of 0.1 drops nothing, and its row is refused.
ROWS = [name for name in ablations.EXPERIMENTS if name != "color_and_apply_keep_0.1"]
every_row = pytest.mark.parametrize("experiment", ROWS, scope="module")
# One of the rows that differ only in a number: these learn alike.
SLOW = ("resnet50_gray", "color_and_apply_hints")  # to learn
METHODS = {run.describe(row.build)[0]: name for name, row in reversed(ablations.EXPERIMENTS.items())}.values()


@pytest.fixture
def eagerly():
    """A function from which on until the test's end every `tf.function` runs eagerly."""
    gc.collect()  # or a second ResNet-50, its gradients and moments stay in memory
    yield lambda: tf.config.run_functions_eagerly(True)
    tf.config.run_functions_eagerly(False)


@functools.cache
def make_batch(count, *, size=32):
    rgb = np.stack([draw_panel(seed, size=size) for seed in range(count)])
    lightness, ab = color.rgb_to_lab(tf.constant(rgb / 255, tf.float32))
    return data.Batch(lightness, ab, tf.range(count) % 2, tf.range(count) // 4, tf.range(count))


def build(experiment, *, filters=4):
    try:
        return ablations.EXPERIMENTS[experiment].build(Size(image_size=32, filters=filters, num_titles=2))
    except MissingWeights as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def built():
    """`build` for tests that change no weights; it keeps the last row."""
    return functools.lru_cache(maxsize=1)(build)


def colorizer(method):
    if method.colorize is None:
        pytest.skip("tells titles apart and does not colorize")
    return method


def with_mask(ab):
    """Hints [B, H, W, 3] that give ab [B, H, W, 2] wherever it is not 0."""
    return tf.concat([ab, tf.cast(tf.reduce_any(ab != 0, axis=-1, keepdims=True), tf.float32)], axis=-1)


def snapshot(network):
    return [variable.numpy() for variable in network.variables]


def gradients(method, name):
    with tf.GradientTape() as tape:
        total = sum(tf.reduce_sum(term) for term in method.losses(make_batch(4), SEED)[name].values())
    return tape.gradient(total, method.networks[name].trainable_variables)


@every_row
def test_losses_are_named_like_the_networks_and_are_one_value_per_image(experiment, built):
    method = built(experiment)
    losses = method.losses(make_batch(4), SEED)
    assert losses.keys() == method.networks.keys()
    for terms in losses.values():
        assert terms and all(value.shape == [4] and np.isfinite(value).all() for value in terms.values())


@every_row
def test_the_metric_that_a_method_is_judged_by_is_measured_on_the_validation_split(experiment, built):
    method = built(experiment)
    assert method.judged_by == ("l2" if method.colorize else "cross_entropy")
    values = evaluation.validation_measure(method)(make_batch(4))
    assert values[method.judged_by].shape == [4] and np.isfinite(values[method.judged_by]).all()


@every_row
def test_every_trainable_weight_gets_a_gradient(experiment, built):
    method = built(experiment)
    for name, network in method.networks.items():
        for variable, gradient in zip(network.trainable_variables, gradients(method, name)):
            assert gradient is not None and tf.reduce_any(gradient != 0), f"{name}: {variable.path}"


@every_row
def test_an_update_of_one_network_leaves_the_weights_of_others_and_of_helpers_bit_identical(experiment, eagerly):
    method = build(experiment)
    frozen = {name: snapshot(helper) for name, helper in method.helpers.items()}
    eagerly()  # a step or three of each row: tracing takes most of the time
    optimizers = steps.make_optimizers(method, 0.0)
    step = steps.make_train_step(method, optimizers)
    for name in method.networks:
        for other, optimizer in optimizers.items():
            optimizer.learning_rate.assign(1e-3 if other == name else 0.0)
        before = {other: _weights(network) for other, network in method.networks.items()}
        step(make_batch(4), SEED)
        for other, network in method.networks.items():
            same = all(np.array_equal(*pair) for pair in zip(before[other], _weights(network)))
            assert same == (other != name)
    for name, helper in method.helpers.items():
        assert all(np.array_equal(*pair) for pair in zip(frozen[name], snapshot(helper)))


def _weights(network):
    return [variable.numpy() for variable in network.trainable_variables]


@every_row
def test_a_row_names_the_rows_whose_networks_it_uses(experiment, built):
    method = built(experiment)
    assert tuple(method.helpers) == ablations.EXPERIMENTS[experiment].requires
    assert all(not helper.trainable_variables for helper in method.helpers.values())


@every_row
def test_colorize_is_deterministic_and_does_not_depend_on_neighbours(experiment, built):
    method, batch = colorizer(built(experiment)), make_batch(4)
    together = method.colorize(batch.lightness, batch.label, None).numpy()
    assert together.shape == (4, 32, 32, 2) and np.abs(together).max() <= 1
    np.testing.assert_array_equal(method.colorize(batch.lightness, batch.label, None), together)
    alone = [method.colorize(batch.lightness[i : i + 1], batch.label[i : i + 1], None) for i in range(4)]
    np.testing.assert_allclose(np.concatenate(alone), together, atol=1e-5)


@every_row
def test_a_method_says_whether_it_heeds_hints_and_needs_the_label(experiment, built):
    method, batch = colorizer(built(experiment)), make_batch(2)
    without = method.colorize(batch.lightness, batch.label, None)
    hinted = method.colorize(batch.lightness, batch.label, tf.fill([2, 32, 32, 3], 1.0))
    assert method.takes_hints == (np.abs(hinted - without).max() > 0)
    other = method.colorize(batch.lightness, 1 - batch.label, None)
    assert method.takes_label == (np.abs(other - without).max() > 0)


@every_row
def test_losses_depend_on_the_seed_alone_and_only_where_they_are_random(experiment, built):
    method = built(experiment)
    start = [(variable, variable.numpy()) for network in method.networks.values() for variable in network.variables]

    def losses(seed, *, draws):
        """The sums of the terms, [networks, 4]; networks and the counters of their dropout are the same each time."""
        for variable, value in start:
            variable.assign(value)
        tf.keras.utils.set_random_seed(0)
        for _ in range(draws):  # changes all later draws from global generators
            tf.random.normal([1])
            np.random.random()
            random.random()
        return np.array([sum(terms.values()) for terms in method.losses(make_batch(4), seed).values()])

    first, again, other = losses(SEED, draws=0), losses(SEED, draws=1), losses(SEED + 1, draws=0)
    np.testing.assert_array_equal(first, again)
    assert (first != other).any() == (experiment in RANDOM)


def test_a_draw_from_the_global_generator_changes_what_comes_after_it():
    """What the test above relies on."""
    tf.keras.utils.set_random_seed(0)
    first = tf.random.normal([3])
    tf.keras.utils.set_random_seed(0)
    tf.random.normal([1])
    assert np.all(tf.random.normal([3]) != first)


@pytest.mark.parametrize(
    "experiment", [pytest.param(each, marks=pytest.mark.slow if each in SLOW else ()) for each in METHODS]
)
def test_eight_images_are_learned_by_heart(experiment):
    """Within 300 steps the metric that the method is judged by falls to a third of a baseline.

    The baseline is the ab L2 of gray, or log 2 nats, the cross-entropy of a guess between two titles.
    """
    tf.keras.utils.set_random_seed(0)
    method, batch = build(experiment, filters=8), make_batch(8)
    step = steps.make_train_step(method, steps.make_optimizers(method, 1e-3))
    measure = tf.function(evaluation.validation_measure(method))
    nothing = np.log(2) if method.colorize is None else np.mean(metrics.ab_l2(tf.zeros_like(batch.ab), batch.ab))
    for number in range(300):
        step(batch, tf.constant([0, number]))
        if number % 50 == 49:
            error = np.mean(measure(batch)[method.judged_by])
            if error < nothing / 3:
                return
    pytest.fail(f"{error:.3g} of {nothing:.3g} is left")


@every_row
def test_only_chroma_dropout_iterates(experiment, built):
    assert built(experiment).iterates == (experiment in ("pixel_dropout", "channel_dropout"))


@functools.cache
def plain_batch():
    """A black, a white, a gray and a pure red panel, and that red as far outside the gamut as ab can be."""
    rgb = tf.constant([[0, 0, 0], [1, 1, 1], [0.5, 0.5, 0.5], [1, 0, 0]], tf.float32)[:, None, None]
    lightness, ab = color.rgb_to_lab(tf.tile(rgb, [1, 32, 32, 1]))
    ab = tf.concat([ab[:3], tf.ones_like(ab[:1])], 0)
    return make_batch(4)._replace(lightness=lightness, ab=ab)


@every_row
def test_panels_of_one_colour_are_learned_from_and_measured(experiment, built):
    method, batch = built(experiment), plain_batch()
    with tf.GradientTape(persistent=True) as tape:
        totals = {name: sum(map(tf.reduce_sum, own.values())) for name, own in method.losses(batch, SEED).items()}
    for name, network in method.networks.items():
        slopes = tape.gradient(totals[name], network.trainable_variables, unconnected_gradients="zero")
        assert np.isfinite(totals[name]) and all(np.isfinite(each).all() for each in slopes), name
    values = evaluation.table_measure(method)(batch)
    assert all(np.isfinite(value).all() for name, value in values.items() if not name.startswith("psnr"))
