"""Frans's tandem: its layers, its weights, its hints, and that its networks are trained individually."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.test_methods import make_batch
from webtoon_colorize import losses
from webtoon_colorize.methods import sketch, sparse_color, tandem
from webtoon_colorize.methods.method import Size
from webtoon_colorize.networks import tandem as networks

SEED = tf.constant([0, 1])


def count(weights):
    return sum(int(np.prod(weight.shape)) for weight in weights)


@pytest.mark.usefixtures("without_values")
def test_shading_at_paper_scale_has_26_million_weights():
    """5x5 kernels: 25 * in * out, biases at both ends, 2 * out per BatchNorm; decoder inputs are doubled by skips."""
    encoder = 25 * (3 * 64 + 64 * 128 + 128 * 256 + 256 * 512 + 512 * 512) + 64
    decoder = 25 * (512 * 512 + 1024 * 256 + 512 * 128 + 256 * 64 + 128 * 2) + 2
    normalized = 2 * (128 + 256 + 512 + 512) + 2 * (512 + 256 + 128 + 64)
    network = networks.shading(256, filters=64)
    assert count(network.trainable_variables) == encoder + decoder + normalized == 26_025_602


@pytest.mark.usefixtures("without_values")
def test_shading_is_a_u_net_of_five_levels():
    convolutions = [layer for layer in networks.shading(256, filters=64).layers if type(layer) is keras.layers.Conv2D]
    assert [layer.filters for layer in convolutions] == [64, 128, 256, 512, 512]
    assert all(layer.kernel_size == (5, 5) and layer.strides == (2, 2) for layer in convolutions)
    assert convolutions[-1].output.shape[1:3] == (8, 8)


@pytest.mark.usefixtures("without_values")
def test_color_prediction_at_paper_scale_has_4_6_million_weights():
    """The decoder's gray maps halve six times, 256 to 4; z joins there as 4 x 4 x 64."""
    encoder = 25 * 2 * 64 + 64 + 25 * 64 * 64 + 2 * 64 + 2 * (4 * 4 * 64 * 64 + 64)
    gray = 25 * (1 * 64 + 64 * 128 + 3 * 128 * 128 + 128 * 256) + 64 + 2 * (4 * 128 + 256)
    up = 64 * 4 * 4 * 64 + 4 * 4 * 64 + 25 * (64 + 256) * 256 + 2 * 256 + 25 * 256 * 2 + 2
    network = networks.color_prediction(256, filters=64)
    assert count(network.trainable_variables) == encoder + gray + up == 4_620_866
    assert [tuple(output.shape[1:]) for output in network.outputs] == [(16, 16, 2), (64,), (64,)]


def test_the_grid_has_16_x_16_mean_colours_at_every_size():
    ab = np.random.default_rng(0).uniform(-1, 1, (2, 64, 64, 2)).astype(np.float32)
    by_hand = ab.reshape(2, 16, 4, 16, 4, 2).mean((2, 4))
    np.testing.assert_allclose(tandem.mean_colors(tf.constant(ab)), by_hand, atol=1e-6)
    assert tandem.mean_colors(tf.zeros([1, 32, 32, 2])).shape == (1, 16, 16, 2)


def test_removed_patches_are_whole_squares_inside_the_picture_and_the_rest_stays():
    ab = tf.random.stateless_uniform([64, 16, 16, 2], SEED, 0.1, 1.0)
    left = sparse_color.patch_dropout(ab, patch_size=5, patches=1, seed=SEED).numpy()
    removed = (left == 0).all(-1)
    np.testing.assert_array_equal(left[~removed], ab.numpy()[~removed])
    for each in removed:
        rows, columns = np.flatnonzero(each.any(1)), np.flatnonzero(each.any(0))
        assert len(rows) == len(columns) == 5 and each.sum() == 25
    corners = {(each.any(1).argmax(), each.any(0).argmax()) for each in removed}
    assert len(corners) > 32 and np.max(list(corners)) <= 11


def test_many_patches_overlap_and_are_a_function_of_the_seed():
    first, again, other = (
        sparse_color.patch_dropout(tf.ones([4, 32, 32, 2]), patch_size=6, patches=30, seed=tf.constant([0, k])).numpy()
        for k in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any() and (first[0] != first[1]).any() and 0 < first.mean() < 0.6


def test_30_patches_of_50_x_50_pixels_leave_38_per_cent_of_a_picture_of_256_x_256():
    """By hand: a patch has 207 equally likely rows and columns.

    It covers row i with a probability of c(i), the share of the 207 that lie in i - 49 to i. A pixel stays with
    (1 - c(y) c(x))^30.
    """
    corners, places = np.arange(207), np.arange(256)[:, None]
    covered = ((corners <= places) & (places < corners + 50)).mean(axis=1)
    expected = ((1 - np.outer(covered, covered)) ** 30).mean()
    assert round(expected, 4) == 0.3828
    left = sparse_color.patch_dropout(tf.ones([256, 256, 256, 1]), patch_size=50, patches=30, seed=SEED)
    shares = tf.reduce_mean(left, axis=[1, 2, 3]).numpy()
    # The share of one picture has a standard deviation of 0.0386 (1,000 pictures in NumPy), the mean of 256 a 16th.
    assert abs(shares.mean() - expected) < 4 * 0.0386 / 16
    assert abs(shares.std() - 0.0386) < 4 * 0.0386 / np.sqrt(2 * 256)


def test_a_box_blur_is_the_mean_of_the_window_inside_the_picture():
    image = np.zeros((1, 6, 6, 1), np.float32)
    image[0, 0, 0], image[0, 3, 3] = 9, 18
    blurred = sparse_color.box_blur(tf.constant(image), 3).numpy()[0, ..., 0]
    # The window of a corner has 4 pixels in the picture, that of an edge 6.
    assert (blurred[0, 0], blurred[0, 1], blurred[1, 1], blurred[4, 4], blurred[5, 5]) == (9 / 4, 9 / 6, 1, 2, 0)


def test_a_hint_colours_its_surroundings_and_the_prediction_the_rest():
    given = np.zeros((1, 64, 64, 3), np.float32)
    given[0, 10, 10] = (0.5, -0.25, 1)
    scheme = tandem.add_hints(tf.constant(given), tf.fill([1, 64, 64, 2], 0.1)).numpy()[0]
    np.testing.assert_allclose(scheme[:22, :22], np.broadcast_to([0.5, -0.25], (22, 22, 2)), rtol=1e-5)
    np.testing.assert_array_equal(scheme[24:], np.float32(0.1))


def test_a_neutral_hint_is_not_the_same_as_no_hint():
    given = np.zeros((1, 64, 64, 3), np.float32)
    given[0, 10, 10, 2] = 1
    scheme = tandem.add_hints(tf.constant(given), tf.fill([1, 64, 64, 2], 0.1)).numpy()[0]
    np.testing.assert_array_equal(scheme[:22, :22], 0)
    np.testing.assert_array_equal(scheme[24:], np.float32(0.1))


def test_hints_change_what_is_colorized():
    method, batch = tandem.build(Size(32, 4, 2)), make_batch(2)
    nothing = tf.zeros([2, 32, 32, 3])
    without, none_given = method.colorize(batch.lightness), method.colorize(batch.lightness, None, nothing)
    np.testing.assert_array_equal(without, none_given)
    assert np.abs(method.colorize(batch.lightness, None, nothing + [0.5, 0.5, 1]) - without).max() > 0


def test_without_hints_the_shading_network_gets_what_is_predicted_for_a_drawn_code():
    method, batch = tandem.build(Size(32, 4, 2)), make_batch(2)
    z = tf.random.stateless_normal([4, 1, 64], seed=[0, 0])[0]
    grid = method.networks["color_prediction"].get_layer("decoder")(
        [batch.lightness, tf.concat([z, z], 0)], training=False
    )
    scheme = 0.3 * sparse_color.box_blur(tf.repeat(tf.repeat(grid, 2, axis=1), 2, axis=2), 12)  # 100 / 256 of 32 pixels
    shaded = method.networks["shading"](tf.concat([batch.lightness, scheme], -1), training=False)
    np.testing.assert_allclose(method.colorize(batch.lightness), shaded, atol=1e-6)


def test_the_variants_are_of_different_codes_and_the_first_colorizes():
    method, batch = tandem.build(Size(32, 4, 2)), make_batch(2)
    first, *others = method.variants(batch.lightness)
    np.testing.assert_array_equal(first, method.colorize(batch.lightness))
    assert len(others) == 3 and all(np.abs(other - first).max() > 0 for other in others)


def test_from_lines_it_sees_the_lines_alone():
    method, batch = tandem.build(Size(32, 4, 2), from_lines=True), make_batch(2)
    assert method.from_lines
    lines = sketch.line_art(batch.lightness)
    assert np.abs(lines - batch.lightness).max() > 0.1
    seen = tandem.build(Size(32, 4, 2))
    for name, network in seen.networks.items():
        network.set_weights(method.networks[name].get_weights())
    np.testing.assert_allclose(method.colorize(batch.lightness), seen.colorize(lines), atol=1e-6)
    terms, same = method.losses(batch, SEED), seen.losses(batch._replace(lightness=lines), SEED)
    np.testing.assert_allclose(terms["shading"]["l1"], same["shading"]["l1"], rtol=1e-4)


def test_each_network_learns_from_its_own_terms_and_the_truth_alone():
    method, batch = tandem.build(Size(32, 4, 2)), make_batch(4)
    weights = {name: network.trainable_variables for name, network in method.networks.items()}
    with tf.GradientTape(persistent=True) as tape:
        terms = method.losses(batch, SEED)
    assert all(g is None for t in terms["shading"].values() for g in tape.gradient(t, weights["color_prediction"]))
    for term in terms["color_prediction"].values():
        assert all(g is None for name in ("shading", "discriminator") for g in tape.gradient(term, weights[name]))
    assert {name: set(own) for name, own in terms.items()} == {
        "color_prediction": {"l1", "kl"},
        "shading": {"adversarial", "l1"},
        "discriminator": {"real", "fake"},
    }


def test_terms_of_the_color_prediction_are_a_conditional_vaes():
    """100 * L1 of the grid, and the divergence of the posterior from N(0, 1); both recomputed with the same noise."""
    method, batch = tandem.build(Size(32, 4, 2)), make_batch(4)
    grid = tandem.mean_colors(batch.ab)
    noise = tf.random.stateless_normal([4, 64], tf.random.fold_in(SEED, 1))
    predicted, mean, log_variance = method.networks["color_prediction"]([batch.lightness, grid, noise], training=True)
    terms = method.losses(batch, SEED)["color_prediction"]
    l1 = 100 * np.abs(predicted - grid).mean((1, 2, 3))
    np.testing.assert_allclose(terms["l1"], l1, rtol=1e-4)
    kl = 0.5 * np.sum(np.square(mean) + np.exp(log_variance) - log_variance - 1, axis=1)
    np.testing.assert_allclose(terms["kl"], kl, rtol=1e-3)


def test_mean_absolute_error_by_hand():
    error = tf.reshape(tf.constant([0.5, -0.5, 0.0, 1.0, -1.0, 0.0, 0.0, 0.0]), [2, 2, 1, 2])
    np.testing.assert_allclose(losses.mean_absolute_error(error, 0 * error), [0.5, 0.25])
