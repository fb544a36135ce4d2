"""Every row of the table keeps the contract of methods.method.Method."""

import numpy as np
import pytest
import tensorflow as tf

from experiments import ablations
from tests.conftest import draw_panel
from webtoon_colorize import color, data, metrics, training
from webtoon_colorize.methods import color_and_apply
from webtoon_colorize.methods.method import Size

SEED = tf.constant([0, 1])
every_row = pytest.mark.parametrize("experiment", ablations.EXPERIMENTS)


def make_batch(count, *, size=32):
    rgb = np.stack([draw_panel(seed, size=size) for seed in range(count)])
    lightness, ab = color.rgb_to_lab(tf.constant(rgb / 255, tf.float32))
    return data.Batch(lightness, ab, tf.range(count) % 2)


def build(experiment, *, filters=4):
    return ablations.EXPERIMENTS[experiment].build(Size(image_size=32, filters=filters, num_titles=2))


def snapshot(network):
    return [variable.numpy() for variable in network.trainable_variables]


def gradients(method, name):
    with tf.GradientTape() as tape:
        total = sum(tf.reduce_sum(term) for term in method.losses(make_batch(4), SEED)[name].values())
    return tape.gradient(total, method.networks[name].trainable_variables)


@every_row
def test_losses_are_named_like_the_networks_and_are_one_value_per_image(experiment):
    method = build(experiment)
    losses = method.losses(make_batch(4), SEED)
    assert losses.keys() == method.networks.keys()
    for terms in losses.values():
        assert terms and all(value.shape == [4] and np.isfinite(value).all() for value in terms.values())


@every_row
def test_every_trainable_weight_gets_a_gradient(experiment):
    method = build(experiment)
    for name, network in method.networks.items():
        for variable, gradient in zip(network.trainable_variables, gradients(method, name)):
            assert gradient is not None and tf.reduce_any(gradient != 0), f"{name}: {variable.path}"


@every_row
def test_an_update_of_one_network_leaves_the_others_bit_identical(experiment):
    method = build(experiment)
    for name in method.networks:
        optimizers = training.make_optimizers(method, 0.0)
        optimizers[name].learning_rate.assign(1e-3)
        before = {other: snapshot(network) for other, network in method.networks.items()}
        training.make_train_step(method, optimizers)(make_batch(4), SEED)
        for other, network in method.networks.items():
            same = all(np.array_equal(*pair) for pair in zip(before[other], snapshot(network)))
            assert same == (other != name)


@every_row
def test_colorize_is_deterministic_and_does_not_depend_on_neighbours(experiment):
    method, batch = build(experiment), make_batch(4)
    together = method.colorize(batch.lightness, batch.label, None).numpy()
    assert together.shape == (4, 32, 32, 2) and np.abs(together).max() <= 1
    np.testing.assert_array_equal(method.colorize(batch.lightness, batch.label, None), together)
    alone = np.concatenate([method.colorize(batch.lightness[i : i + 1], batch.label[i : i + 1], None) for i in range(4)])
    np.testing.assert_allclose(alone, together, atol=1e-5)


@every_row
def test_losses_depend_on_the_seed_alone_where_they_are_random(experiment):
    batch = make_batch(4)
    first, again = ({n: sum(t.values()) for n, t in m.losses(batch, SEED).items()} for m in _twins(experiment))
    for name in first:
        np.testing.assert_array_equal(first[name], again[name])


def _twins(experiment):
    for _ in range(2):
        tf.keras.utils.set_random_seed(0)
        yield build(experiment)


@every_row
def test_eight_images_are_learned_by_heart(experiment):
    """The error falls to a third of gray's within 300 steps, through the inference path, unless skips are missing."""
    tf.keras.utils.set_random_seed(0)
    method, batch = build(experiment, filters=8), make_batch(8)
    step = training.make_train_step(method, training.make_optimizers(method, 1e-3))
    for number in range(300):
        step(batch, tf.constant([0, number]))
    error, gray = (
        tf.reduce_mean(metrics.ab_rmse_lab(ab, batch.ab)).numpy()
        for ab in (method.colorize(batch.lightness, batch.label, None), tf.zeros_like(batch.ab))
    )
    assert error < gray / 3, f"{error:.1f} of {gray:.1f}"


def test_color_loss_reaches_the_color_generator_only_and_the_applier_loss_the_applier_only():
    method, batch = build("color_and_apply"), make_batch(4)
    generator, applier = (method.networks[name].trainable_variables for name in ("color_generator", "applier"))
    with tf.GradientTape(persistent=True) as tape:
        losses = method.losses(batch, SEED)
    assert all(g is None for g in tape.gradient(losses["applier"]["applier"], generator))
    assert all(g is None for g in tape.gradient(losses["color_generator"]["color_generator"], applier))
    assert all(g is not None for g in tape.gradient(losses["color_generator"]["color"], generator))


def test_applier_loss_sees_the_truth_with_a_hundredth_of_its_colour():
    """With keep_probability 1 the applier's input is the whole truth, with 0 it is none of it."""
    batch = make_batch(4)
    size = Size(image_size=32, filters=4, num_titles=2)
    for keep_probability, hints in ((1.0, batch.ab), (0.0, tf.zeros_like(batch.ab))):
        method = color_and_apply.build(size, keep_probability=keep_probability)
        applied = method.colorize(batch.lightness, None, hints)
        by_hand = tf.reduce_mean((applied - batch.ab) ** 2, axis=[1, 2, 3])
        np.testing.assert_allclose(method.losses(batch, SEED)["applier"]["applier"], by_hand, rtol=1e-4)


def test_hints_take_the_color_generators_place():
    method, batch = build("color_and_apply"), make_batch(4)
    generated = method.networks["color_generator"](batch.lightness, training=False)
    automatic = method.colorize(batch.lightness, batch.label, None)
    np.testing.assert_array_equal(method.colorize(batch.lightness, batch.label, generated), automatic)
    assert tf.reduce_any(method.colorize(batch.lightness, batch.label, batch.ab) != automatic)


def test_adversarial_terms_are_pix2pixs():
    method, batch = build("adversarial"), make_batch(4)
    losses = method.losses(batch, SEED)
    on_real = method.networks["discriminator"](tf.concat([batch.lightness, batch.ab], -1), training=True)
    real = 0.5 * tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(tf.ones_like(on_real), on_real), [1, 2, 3])
    np.testing.assert_allclose(losses["discriminator"]["real"], real, rtol=1e-4)
    assert losses["generator"].keys() == {"adversarial", "l2"}
