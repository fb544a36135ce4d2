import keras
import numpy as np
import pytest

from webtoon_colorize.networks import layers
from webtoon_colorize.networks.patch_discriminator import patch_discriminator
from webtoon_colorize.networks.unet import unet


def count(weights):
    return sum(int(np.prod(weight.shape)) for weight in weights)


@pytest.mark.usefixtures("without_values")
def test_the_unet_at_paper_scale_has_pix2pix_54_4_million_weights():
    """pix2pix's generator from 1 to 2 channels, 4x4 kernels: 16 * in * out, 2 * out per BatchNorm, biases elsewhere."""
    encoder = 16 * 1 * 64 + 64 + 16 * 64 * 128 + 16 * 128 * 256 + 16 * 256 * 512 + 4 * 16 * 512 * 512 + 512
    decoder = 16 * 512 * 512 + 3 * 16 * 1024 * 512 + 16 * 1024 * 256 + 16 * 512 * 128 + 16 * 256 * 64 + 16 * 128 * 2 + 2
    normalized = 2 * (128 + 256 + 4 * 512) + 2 * (4 * 512 + 256 + 128 + 64)
    network = unet(256, 1, filters=64, name="generator")
    assert count(network.trainable_variables) == encoder + decoder + normalized == 54_410_434


@pytest.mark.usefixtures("without_values")
def test_the_discriminator_at_paper_scale_has_30_x_30_patches_and_2_8_million_weights():
    network = patch_discriminator(256, 3, filters=64)
    assert network.output_shape == (None, 30, 30, 1)
    convolutions = 16 * (3 * 64 + 64 * 128 + 128 * 256 + 256 * 512 + 512) + 64 + 1
    assert count(network.trainable_variables) == convolutions + 2 * (128 + 256 + 512) == 2_765_633


def test_a_patch_sees_70_x_70_pixels():
    """The receptive field, from the kernels and strides inside out: 4 -> 7 -> 16 -> 34 -> 70."""
    field = 1
    for layer in reversed([layer for layer in patch_discriminator(256, 3, filters=2).layers if "conv" in layer.name]):
        field = (field - 1) * layer.strides[0] + layer.kernel_size[0]
    assert field == 70


def test_smaller_images_drop_innermost_levels_and_their_dropout():
    def maps(image_size):
        network = unet(image_size, 1, filters=4, name="generator")
        convolutions = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
        dropouts = [layer for layer in network.layers if isinstance(layer, keras.layers.Dropout)]
        assert convolutions[-1].output.shape[1:3] == (1, 1)
        return [layer.filters for layer in convolutions], [layer.output.shape[1] for layer in dropouts]

    assert maps(256) == ([4, 8, 16, 32, 32, 32, 32, 32], [2, 4, 8])
    assert maps(128) == ([4, 8, 16, 32, 32, 32, 32], [2, 4])
    assert maps(64) == ([4, 8, 16, 32, 32, 32], [2])


@pytest.mark.parametrize("image_size", [0, 8, 100])
def test_a_size_that_is_no_power_of_two_is_refused_with_a_sentence(image_size):
    with pytest.raises(ValueError, match=f"power of two of at least 16, got {image_size}"):
        unet(image_size, 1, filters=4, name="generator")


def test_without_skips_nothing_but_the_innermost_map_reaches_the_output():
    with_skips, without = (unet(32, 1, filters=4, skips=skips, name="generator") for skips in (True, False))
    assert any(isinstance(layer, keras.layers.Concatenate) for layer in with_skips.layers)
    assert not any(isinstance(layer, keras.layers.Concatenate) for layer in without.layers)


def test_weights_start_as_in_pix2pix():
    network = unet(64, 1, filters=32, name="generator")
    kernels = np.concatenate([weight.numpy().ravel() for weight in network.weights if weight.name == "kernel"])
    assert kernels.mean() == pytest.approx(0, abs=1e-4) and kernels.std() == pytest.approx(0.02, rel=0.01)
    gammas = np.concatenate([weight.numpy() for weight in network.weights if weight.name == "gamma"])
    assert gammas.mean() == pytest.approx(1, abs=0.005) and gammas.std() == pytest.approx(0.02, rel=0.2)


def test_leaky_relu_and_batch_normalization_have_torchs_constants_not_kerass():
    assert float(layers.leaky_relu()(np.array([-1.0]))[0]) == pytest.approx(-0.2)
    normalization = layers.batch_normalization()
    assert (normalization.momentum, normalization.epsilon) == (0.9, 1e-5)
