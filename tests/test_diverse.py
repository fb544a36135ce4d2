"""The networks of Deshpande et al. (arXiv 1612.01958); expected sizes are those of their released code."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.test_methods import make_batch
from tests.test_networks import count
from webtoon_colorize import losses
from webtoon_colorize.methods import diverse_vae
from webtoon_colorize.methods.method import Size
from webtoon_colorize.networks import classifiers, diverse


def convolution(kernel, *channels):
    """Weights of a chain of convolutions with biases, each followed by BatchNorm."""
    return sum(kernel**2 * a * b + b + 2 * b for a, b in itertools.pairwise(channels))


@pytest.fixture(scope="module")
def method():
    keras.utils.set_random_seed(0)
    return diverse_vae.build(Size(image_size=64, filters=8, num_titles=2))


@pytest.mark.usefixtures("without_values")
def test_the_ab_encoder_at_paper_scale_has_14_6_million_weights():
    convolutions = convolution(5, 2, 128, 256, 512) + convolution(4, 512, 1024)
    codes = 2 * (4 * 4 * 1024 * 64 + 64)
    network = diverse.ab_encoder(64, filters=64)
    assert [output.shape for output in network.outputs] == [(None, 64)] * 2
    assert count(network.trainable_variables) == convolutions + codes == 14_594_048


@pytest.mark.usefixtures("without_values")
def test_the_decoder_at_paper_scale_has_31_5_million_weights():
    """4x4 on z times the innermost gray maps, then 5x5 on twice the size beside skips; no bias in the last."""
    gray = convolution(5, 1, 128, 256, 512) + convolution(4, 512, 64)
    color = convolution(4, 64, 1024) + sum(
        convolution(5, *pair) for pair in ((1024 + 512, 512), (512 + 256, 256), (256 + 128, 128))
    )
    outermost = 5 * 5 * 128 * 2 + 2 * 2
    network = diverse.decoder(64, filters=64)
    assert network.output_shape == (None, 64, 64, 2)
    assert count(network.trainable_variables) == gray + color + outermost == 31_491_908


@pytest.mark.usefixtures("without_values")
def test_the_mixture_density_network_at_paper_scale_has_149_million_weights():
    """5x5 without biases; 16x16x128 -> 4096 has the most of them. Theirs, at 224 px, has 28x28 -> 14x14 places."""
    channels = (512, 384, 320, 288, 256, 128)
    convolutions = sum(25 * a * b + 2 * b for a, b in itertools.pairwise(channels))
    dense = 16 * 16 * 128 * 4096 + 4096 + (4096 + 1) * (64 + 1) * 8
    network = diverse.mixture_density_network((32, 32, 512), filters=64, components=8)
    assert [output.shape for output in network.outputs] == [(None, 8), (None, 8, 64)]
    assert count(network.trainable_variables) == convolutions + dense == 149_308_616


@pytest.mark.usefixtures("without_values")
def test_gray_features_at_224_pixels_have_their_28_x_28_places_and_512_channels():
    features = classifiers.vgg16_features(224, filters=64).get_layer(diverse_vae._TAP).output
    assert features.shape == (None, 28, 28, 512)


@pytest.mark.parametrize("field_size", [8, 16, 32, 64, 128])
def test_every_field_is_narrowed_to_4_x_4_and_comes_back(field_size):
    network = diverse.decoder(field_size, filters=2)
    inner = [layer.output.shape[1] for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    assert min(inner) == diverse.BASE and network.output_shape == (None, field_size, field_size, 2)


def test_an_untrained_decoder_is_no_more_saturated_than_pictures_are():
    """With a normalization that starts at 1, the deviation of ab would be 69 Lab units."""
    rng = np.random.default_rng(0)
    lightness, z = (tf.constant(rng.normal(size=shape), tf.float32) for shape in ((8, 16, 16, 1), (8, 16)))
    ab = diverse.decoder(16, filters=16)([lightness, z], training=True)
    assert np.std(ab) == pytest.approx(0.1, rel=0.1)


@pytest.mark.parametrize("field_size", [4, 24])
def test_a_field_that_is_no_power_of_two_is_refused_with_a_sentence(field_size):
    with pytest.raises(ValueError, match=f"power of two of at least 8, got {field_size}"):
        diverse.decoder(field_size, filters=2)


def test_the_auto_encoder_decodes_mean_plus_deviation_times_noise(method):
    encoder, decoder = (method.networks["vae"].get_layer(name) for name in ("ab_encoder", "decoder"))
    rng = np.random.default_rng(0)
    ab, lightness, noise = (
        tf.constant(rng.uniform(-1, 1, shape), tf.float32) for shape in ((3, 16, 16, 2), (3, 16, 16, 1), (3, 8))
    )
    mean, log_variance = encoder(ab, training=False)
    by_hand = decoder([lightness, mean + np.exp(log_variance / 2) * noise], training=False)
    decoded, *gaussian = method.networks["vae"]([ab, lightness, noise], training=False)
    np.testing.assert_allclose(decoded, by_hand, atol=1e-5)
    np.testing.assert_allclose(gaussian, [mean, log_variance], atol=1e-5)


def test_there_are_eight_variants_and_colorize_is_the_first(method):
    batch = make_batch(3, size=64)
    variants = method.variants(batch.lightness, batch.label)
    assert [ab.shape for ab in variants] == [(3, 64, 64, 2)] * 8
    np.testing.assert_allclose(method.colorize(batch.lightness), variants[0], atol=1e-5)


def test_variants_come_in_the_order_of_their_probabilities(method):
    """A large bias of one logit moves its component to the front; the other seven keep their order."""
    batch, logits = make_batch(1, size=64), method.networks["mdn"].get_layer("logits")
    before = np.array(method.variants(batch.lightness))
    bias = logits.bias.numpy()
    changed = np.zeros(8)
    for component in range(8):
        logits.bias.assign(bias + 100.0 * np.eye(8)[component])
        after = np.array(method.variants(batch.lightness))
        place = np.abs(before - after[0]).max(axis=(1, 2, 3, 4)).argmin()
        np.testing.assert_allclose(after, before[[place, *np.delete(np.arange(8), place)]], atol=1e-5)
        changed[place] += 1
    logits.bias.assign(bias)
    assert (changed == 1).all()


def test_noise_follows_the_seed_and_the_mixture_has_none(method):
    """The twins are built with the same counters of Keras's dropout, which our seed does not change."""

    def terms(seed):
        keras.utils.set_random_seed(0)
        twin = diverse_vae.build(Size(image_size=32, filters=4, num_titles=2))
        return twin.losses(make_batch(4), tf.constant(seed))

    first, again, other = terms([0, 1]), terms([0, 1]), terms([0, 2])
    np.testing.assert_array_equal(first["vae"]["l2"], again["vae"]["l2"])
    assert (first["vae"]["l2"] != other["vae"]["l2"]).numpy().all()
    np.testing.assert_array_equal(first["vae"]["kl"], other["vae"]["kl"])


def test_kl_divergence_of_a_standard_normal_is_0_and_grows_by_half_the_squared_mean():
    mean, log_variance = tf.constant([[0.0, 0.0], [3.0, 1.0], [0.0, 0.0]]), tf.constant([[0.0] * 2] * 2 + [[1.0, 0.0]])
    np.testing.assert_allclose(losses.kl_divergence(mean, log_variance), [0, 5, (np.e - 2) / 2], rtol=1e-6)


def test_the_mixture_answers_for_its_nearest_component_only():
    """|z - mean|^2 is 0.04 and 4; over 2 * 0.1^2 that is 2 and 200. pi is 1/4 and 3/4."""
    logits, means = tf.math.log([[1.0, 3.0]] * 2), tf.constant([[[0.2, 0.0], [0.0, 2.0]]] * 2)
    z = tf.constant([[0.0, 0.0], [0.2, 2.0]])
    by_hand = [np.log(4) + 2, np.log(4 / 3) + 2]
    np.testing.assert_allclose(losses.mixture_density(logits, means, z, sigma=0.1), by_hand, rtol=1e-5)


def test_rarity_is_1_for_neutral_rises_with_chroma_and_is_bounded():
    uniform = 2 * np.pi * 12.5**2 / 31300
    chroma = np.array([0, 12.5, 1000], np.float32)
    by_hand = (1 + uniform) / (np.exp(-chroma / 12.5) + uniform)
    np.testing.assert_allclose(losses.rarity(np.stack([chroma, 0 * chroma], axis=-1) / 110), by_hand, rtol=1e-5)
    assert by_hand[0] == 1 and by_hand[-1] < 33


def test_norms_have_the_scale_of_a_64_x_64_field_at_every_size():
    """A difference of 0.5 everywhere: 0.5 * sqrt(64 * 64 * 2); its gradient is 0."""
    for size in (8, 64):
        target = tf.random.stateless_uniform([2, size, size, 2], [0, 1], -0.5, 0.5)
        np.testing.assert_allclose(losses.rare_color_norm(target + 0.5, target), [0.5 * np.sqrt(8192)] * 2, rtol=1e-5)
        np.testing.assert_allclose(losses.gradient_norm(target + 0.5, target), [0, 0], atol=1e-3)


def test_errors_at_rare_colours_weigh_more():
    target = tf.concat([tf.zeros([1, 4, 2, 2]), 0.5 * tf.ones([1, 4, 2, 2])], axis=2)
    at_neutral, at_rare = (
        target + tf.constant([left, left, right, right])[:, None] for left, right in ((1.0, 0), (0, 1.0))
    )
    assert losses.rare_color_norm(at_rare, target) > 4 * losses.rare_color_norm(at_neutral, target)


def test_gradient_norm_is_of_forward_differences():
    """One step of 1 between columns in one channel of 8x8: 8 of 8 * 8 * 2 values are 1."""
    step = tf.concat([tf.zeros([1, 8, 4, 1]), tf.ones([1, 8, 4, 1])], axis=2)
    difference = tf.concat([step, 0 * step], axis=-1)
    np.testing.assert_allclose(losses.gradient_norm(difference, 0 * difference), [np.sqrt(8192 * 8 / 128)], rtol=1e-5)


def test_norms_have_a_finite_gradient_where_nothing_differs():
    target = tf.zeros([1, 4, 4, 2])
    with tf.GradientTape() as tape:
        tape.watch(target)
        total = losses.rare_color_norm(target, tf.zeros_like(target)) + losses.gradient_norm(target, target * 0)
    assert np.isfinite(tape.gradient(total, target)).all()
