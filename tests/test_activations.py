import keras
import numpy as np
import pytest

from experiments import activations, probes
from webtoon_colorize import checkpoints, data, run
from webtoon_colorize.io import csv_files, images
from webtoon_colorize.networks import classifiers

RGB = np.random.default_rng(0).uniform(0, 1, (4, 32, 32, 3)).astype(np.float32)


def findings(classifier):
    return {finding.layer: finding for finding, _ in activations.study(classifier, RGB)}


def claim_run(folder, fingerprint, **settings):
    """A run folder without a checkpoint; returns the method."""
    sizes = {
        "image_size": 32,
        "filters": 4,
        "epochs": 1,
        "patience": 1,
        "batch_size": 4,
        "learning_rate": 2e-4,
        "seed": 0,
    }
    settings = run.Settings(**settings, **sizes, titles=["blue", "red"], data=fingerprint)
    run.claim(folder, settings)
    return run.build(settings)


@pytest.fixture
def vgg16():
    return classifiers.vgg16(32, 2, filters=4)


def test_vgg16_has_13_convolutions_and_resnet50_49_activated_ones():
    def names(classifier):
        return [unit.activation.name for unit in probes.units(classifier.layers[2])]

    assert len(names(classifiers.vgg16(32, 2, filters=4))) == 13
    resnet = names(classifiers.resnet50(32, 2, filters=4))
    assert len(resnet) == 1 + 16 * 3 and resnet[0] == "conv1_relu" and resnet[-1] == "conv5_block3_out"


def test_a_channel_whose_bias_drowns_it_is_dead_and_only_that(vgg16):
    layer = vgg16.get_layer("vgg16_features").get_layer("block2_conv1")
    layer.bias.assign([-1e6, 0, 0, 0, 0, 0, 0, -1e6])
    kernel = layer.kernel.numpy()
    kernel[..., 1:7] = np.abs(kernel[..., 1:7])  # its input is not negative: these channels live
    layer.kernel.assign(kernel)
    found = findings(vgg16)["block2_conv1"]
    assert (found.channels, found.dead_share) == (8, 0.25)


def test_dependence_is_how_far_answers_are_from_those_without_the_layer(vgg16):
    """Nothing bypasses a layer of VGG16: without it, every panel gets the same answer."""
    logits = vgg16.predict(RGB, verbose=0)
    scale = 2 / np.ptp(logits[:, 0] - logits[:, 1])  # untrained, it hardly tells panels apart
    vgg16.layers[-1].set_weights([scale * vgg16.layers[-1].kernel.numpy(), -scale * logits.mean(axis=0)])
    answers = activations._answers(vgg16, RGB)
    assert np.ptp(answers, axis=0).max() > 0.1
    found, core = findings(vgg16), vgg16.get_layer("vgg16_features")
    for name in ("block1_conv1", "block3_conv2", "block5_conv3"):
        layer = core.get_layer(name)
        kept = layer.get_weights()
        means = keras.Model(core.input, layer.output).predict(RGB * 2 - 1, verbose=0).mean(axis=(0, 1, 2))
        layer.set_weights([np.zeros_like(kept[0]), means])
        without = activations._answers(vgg16, RGB)
        layer.set_weights(kept)
        np.testing.assert_allclose(without, np.broadcast_to(without[0], without.shape), atol=1e-6)
        expected = np.abs(answers - without).sum(axis=1).mean() / 2
        assert found[name].dependence == pytest.approx(expected, rel=1e-3) and expected > 1e-3


def test_a_normalization_can_be_made_to_emit_its_mean_too():
    layer = keras.layers.BatchNormalization()
    layer(RGB)
    layer.set_weights([weight + number for number, weight in enumerate(layer.get_weights())])
    activations._emit(layer, np.float32([1, 2, 3]))
    np.testing.assert_allclose(layer(RGB, training=False), np.broadcast_to([1, 2, 3], RGB.shape))


def test_the_report_has_a_line_for_each_layer_and_a_picture(dataset, tmp_path, monkeypatch):
    units = probes.units
    monkeypatch.setattr(probes, "units", lambda network: units(network)[:2])  # all 13 take their time
    settings = {"experiment": "vgg16_gray", "method": "title_classifier.build_vgg16", "arguments": {"gray": True}}
    run_dir = tmp_path / "run"
    method = claim_run(run_dir, data.fingerprint(dataset), **settings)
    checkpoints.best(run_dir, method).save()
    table = activations.report([run_dir], data_dir=dataset, results_dir=tmp_path)
    written = csv_files.read(tmp_path / "activations.csv")
    assert [row["layer"] for row in written] == ["block1_conv1", "block1_conv2"]
    for column in ("dependence", "probe_accuracy"):
        assert [float(row[column]) for row in written] == [row[column] for row in table]
    height, width, _ = images.read_image(tmp_path / "activations.png").shape
    assert (height, width) == (2 * (20 + activations.TILE), activations.CHANNELS * activations.TILE)


def test_runs_that_tell_no_titles_apart_and_runs_on_other_data_are_refused(dataset, tmp_path):
    claim_run(tmp_path / "l2", data.fingerprint(dataset), experiment="l2", method="l2.build", arguments={"skips": True})
    with pytest.raises(ValueError, match="l2, which tells no titles apart"):
        activations.report([tmp_path / "l2"], data_dir=dataset, results_dir=tmp_path)
    settings = {"experiment": "vgg16_gray", "method": "title_classifier.build_vgg16", "arguments": {"gray": True}}
    claim_run(tmp_path / "other", "0123", **settings)
    with pytest.raises(ValueError, match="trained on other data"):
        activations.report([tmp_path / "other"], data_dir=dataset, results_dir=tmp_path)


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
