import numpy as np
import pytest

from experiments import activations
from webtoon_colorize.networks import classifiers

RGB = np.random.default_rng(0).uniform(0, 1, (4, 32, 32, 3)).astype(np.float32)


def findings(classifier):
    return {finding.layer: finding for finding, _ in activations.study(classifier, RGB)}


@pytest.fixture
def vgg16():
    return classifiers.vgg16(32, 2, filters=4)


def test_vgg16_has_13_convolutions_and_resnet50_49_activated_ones():
    def names(classifier):
        return [unit.activation.name for unit in activations.units(classifier.layers[2])]

    assert len(names(classifiers.vgg16(32, 2, filters=4))) == 13
    resnet = names(classifiers.resnet50(32, 2))
    assert len(resnet) == 1 + 16 * 3 and resnet[0] == "conv1_relu" and resnet[-1] == "conv5_block3_out"


def test_a_channel_whose_bias_drowns_it_is_dead_and_only_that(vgg16):
    layer = vgg16.get_layer("vgg16_features").get_layer("block2_conv1")
    layer.bias.assign([-1e6, 0, 0, 0, 0, 0, 0, -1e6])
    kernel = layer.kernel.numpy()
    kernel[..., 1:7] = np.abs(kernel[..., 1:7])  # its input is not negative: these channels live
    layer.kernel.assign(kernel)
    found = findings(vgg16)["block2_conv1"]
    assert (found.channels, found.dead_share) == (8, 0.25)


def test_without_a_layer_that_nothing_bypasses_every_panel_gets_the_same_answer(vgg16):
    answers = activations._answers(vgg16, RGB)
    for finding in findings(vgg16).values():
        # The common answer is unknown, but two panels with unlike answers cannot both keep theirs.
        assert finding.dependence >= 0.25 * 0.5 * np.abs(answers[0] - answers[1]).sum()


def test_a_layer_that_the_answer_ignores_has_dependence_zero_and_weights_come_back(vgg16):
    vgg16.layers[-1].kernel.assign(np.zeros(vgg16.layers[-1].kernel.shape))
    before = vgg16.get_weights()
    assert all(finding.dependence == 0 for finding in findings(vgg16).values())
    assert all(np.array_equal(*pair) for pair in zip(before, vgg16.get_weights()))


def test_the_picture_has_a_captioned_row_per_layer():
    maps = [("first", np.random.default_rng(0).uniform(0, 1, (4, 4, 10))), ("second", np.zeros((2, 2, 3)))]
    shown = activations.picture(maps)
    assert shown.shape == (2 * (20 + activations.TILE), activations.CHANNELS * activations.TILE, 3)
    assert shown[20 : 20 + activations.TILE].max() == 255 and shown[-activations.TILE :].max() == 0
