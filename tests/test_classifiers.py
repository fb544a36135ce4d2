import keras
import numpy as np
import pytest

from webtoon_colorize import color
from webtoon_colorize.methods import title_classifier
from webtoon_colorize.methods.method import Size
from webtoon_colorize.networks import classifiers


def test_at_64_filters_the_convolutions_are_kerass_vgg16_and_take_its_weights():
    ours = classifiers.vgg16_features(32)
    keras_own = keras.applications.VGG16(weights=None, include_top=False, input_shape=(32, 32, 3))
    names = [layer.name for layer in ours.layers if layer.weights]
    assert names == [layer.name for layer in keras_own.layers if layer.weights]
    ours.set_weights(keras_own.get_weights())
    image = np.random.default_rng(0).uniform(-1, 1, (1, 32, 32, 3)).astype(np.float32)
    np.testing.assert_array_equal(ours(image), keras_own(image))


def test_taps_are_the_outputs_of_the_named_layers_for_a_picture_in_0_to_1():
    convolutions = classifiers.vgg16_features(32, filters=4)
    image = np.random.default_rng(0).uniform(0, 1, (2, 32, 32, 3)).astype(np.float32)
    first = convolutions.get_layer("block1_conv1")(2 * image - 1)
    second = convolutions.get_layer("block1_conv2")(first)
    for tap, expected in zip(classifiers.taps(convolutions, ["block1_conv1", "block1_conv2"])(image), [first, second]):
        np.testing.assert_allclose(tap, expected, atol=1e-6)
    np.testing.assert_allclose(classifiers.taps(convolutions, ["block1_conv2"])(image), second, atol=1e-6)


@pytest.mark.usefixtures("without_values")
def test_vgg16_at_paper_scale_has_its_14_7_million_convolution_weights_and_fully_connected_layers():
    # 14,714,688 is Keras's count without the top; at 256 px the last map is 8 x 8 x 512.
    dense = 8 * 8 * 512 * 4096 + 4096 + 4096 * 4096 + 4096 + 4096 * 5 + 5
    assert classifiers.vgg16(256, 5, filters=64).count_params() == 14_714_688 + dense == 165_738_309


@pytest.mark.usefixtures("without_values")
def test_resnet50_has_kerass_23_6_million_weights():
    # Keras's documentation: 25,636,712 with 1,000 classes, of which the last layer has 2,048 * 1,000 + 1,000.
    expected = 25_636_712 - (2048 * 1000 + 1000) + 2048 * 5 + 5
    assert classifiers.resnet50(64, 5, filters=64).count_params() == expected == 23_597_957


def test_a_narrow_resnet50_has_the_same_layers_at_a_quarter_of_the_width():
    full, narrow = (classifiers.resnet50(32, 2, filters=filters).get_layer("resnet50") for filters in (64, 16))
    widths = [
        [layer.filters for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
        for network in (full, narrow)
    ]
    assert len(widths[0]) == 53 and widths[0] == [4 * width for width in widths[1]]
    assert [layer.name for layer in full.layers[1:]] == [layer.name for layer in narrow.layers[1:]]
    momenta = {layer.momentum for layer in narrow.layers if isinstance(layer, keras.layers.BatchNormalization)}
    assert momenta == {0.9}


def test_a_gray_classifier_sees_no_colour():
    from tests.test_methods import make_batch

    batch = make_batch(4)
    for gray in (True, False):
        method = title_classifier.build_vgg16(Size(32, 4, 2), gray=gray)
        values = method.measure(batch)["cross_entropy"]
        same = np.array_equal(values, method.measure(batch._replace(ab=-batch.ab))["cross_entropy"])
        assert same == gray


def test_measures_of_a_classifier_are_its_cross_entropy_error_and_answer():
    from tests.test_methods import make_batch

    method, batch = title_classifier.build_vgg16(Size(32, 4, 2), gray=True), make_batch(4)
    logits = method.networks["classifier"](color.gray_rgb(batch.lightness), training=False).numpy()
    measured = method.measure(batch)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(measured["cross_entropy"], -np.log(shares[np.arange(4), batch.label]), rtol=1e-4)
    np.testing.assert_array_equal(measured["predicted"], logits.argmax(axis=1))
    np.testing.assert_array_equal(measured["error"], logits.argmax(axis=1) != batch.label.numpy())
