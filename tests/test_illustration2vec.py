"""Pretrained features from the user's own files, illustration2vec's and Keras's VGG16; and the row without them."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from experiments import ablations, results, table, train
from tests.caffemodel import old_layer, weights, write_caffemodel
from tests.test_methods import make_batch
from webtoon_colorize import metrics, run
from webtoon_colorize.methods import residual_encoder
from webtoon_colorize.methods.method import MissingWeights, Size
from webtoon_colorize.networks import illustration2vec
from webtoon_colorize.networks.residual_encoder import imagenet_taps
from webtoon_colorize.training import steps

ROW = "residual_encoder_pretrained"


def by_hand(rgb, convolutions):
    """The four taps as Caffe computes them: BGR, 0..255 minus the means of the release, cross-correlation, ReLU."""
    x = tf.constant(rgb[..., ::-1] * 255 - np.array([164.76139251, 167.47864617, 181.13838569]), tf.float32)
    taps, convolutions = [], iter(convolutions)
    for count in (1, 1, 2, 2):
        x = tf.nn.max_pool2d(x, 2, 2, "VALID") if taps else x
        for _ in range(count):
            kernel, bias = next(convolutions)
            x = tf.nn.relu(tf.nn.conv2d(x, kernel.transpose(2, 3, 1, 0), 1, "SAME") + bias)
        taps.append(x)
    return taps


def test_a_caffemodel_gives_the_taps_that_caffe_would(tmp_path):
    convolutions = weights(4)
    features = illustration2vec.illustration2vec_taps(
        write_caffemodel(tmp_path / "net.caffemodel", convolutions), 32, filters=4
    )
    rgb = np.random.default_rng(1).uniform(0, 1, (2, 32, 32, 3))
    for tap, expected in zip(features(tf.constant(rgb, tf.float32)), by_hand(rgb, convolutions), strict=True):
        np.testing.assert_allclose(tap, expected, rtol=1e-4, atol=1e-2)


def test_caffe_pads_by_one_as_same_does_at_stride_1():
    """3x3, pad 1: the first value of the output is the kernel's lower right 2x2 over the upper left of the picture."""
    kernel, image = np.arange(9, dtype=np.float32).reshape(3, 3, 1, 1), np.ones((1, 4, 4, 1), np.float32)
    assert tf.nn.conv2d(image, kernel, 1, "SAME")[0, 0, 0, 0] == 4 + 5 + 7 + 8


def test_old_and_new_caffemodels_are_read_alike(tmp_path):
    convolutions = weights(2)
    new = write_caffemodel(tmp_path / "new.caffemodel", convolutions)
    (tmp_path / "old.caffemodel").write_bytes(
        b"".join(old_layer(f"conv{number}", *arrays) for number, arrays in enumerate(convolutions))
        + old_layer("dense", np.zeros((3, 2), np.float32), np.zeros(3, np.float32))
    )
    every = [illustration2vec.read_convolutions(path) for path in (new, tmp_path / "old.caffemodel")]
    assert len(every[0]) == len(every[1]) == len(convolutions)
    for first, second, (kernel, bias) in zip(*every, convolutions):
        for read in (first, second):
            np.testing.assert_array_equal(read[0], kernel.transpose(2, 3, 1, 0))
            np.testing.assert_array_equal(read[1], bias)


def test_a_file_that_is_something_else_is_refused_with_a_sentence(tmp_path):
    (tmp_path / "page.html").write_text("<!doctype html> This file has moved.")
    with pytest.raises(ValueError, match=r"page\.html is no caffemodel"):
        illustration2vec.illustration2vec_taps(tmp_path / "page.html", 32)
    other = write_caffemodel(tmp_path / "other.caffemodel", weights(4)[:3])
    with pytest.raises(ValueError, match=r"convolution 1 .* is \(3, 3, 3, 4\), expected \(3, 3, 3, 64\)"):
        illustration2vec.illustration2vec_taps(other, 32)
    with pytest.raises(ValueError, match=r"convolution 4 .* is \(0,\), expected \(3, 3, 16, 16\)"):
        illustration2vec.illustration2vec_taps(other, 32, filters=4)


@pytest.fixture
def without_weights(tmp_path, monkeypatch):
    """A folder to run in, and a Keras cache, with nothing in them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path


@pytest.fixture
def with_illustration2vec(without_weights):
    write_caffemodel(without_weights / residual_encoder.ILLUSTRATION2VEC, weights(64))
    return without_weights


def test_without_weights_the_row_says_what_is_missing_and_where_it_belongs(without_weights):
    with pytest.raises(MissingWeights, match=r"data/pretrained/illust2vec_tag_ver200\.caffemodel"):
        residual_encoder.build_illustration2vec(Size(32, 4, 2))
    with pytest.raises(MissingWeights, match=r"keras\.applications\.VGG16"):
        residual_encoder.build_imagenet(Size(32, 4, 2))


def test_with_illustration2vec_only_the_encoder_learns(with_illustration2vec):
    """At paper scale: kernels of the encoder as from scratch, 2 * out per BatchNorm, the last bias; see there."""
    network = residual_encoder.build_illustration2vec(Size(256, 64, 5)).networks["generator"]
    assert sum(int(np.prod(weight.shape)) for weight in network.trainable_variables) == 501_577 + 2_834
    # 9 * in * out + out for 3 -> 64 -> 128 -> 256 -> 256 -> 512 -> 512; moving averages and deviations are the rest.
    frozen = 1_792 + 73_856 + 295_168 + 590_080 + 1_180_160 + 2_359_808
    assert network.count_params() == frozen + 501_577 + 2 * 2_834 == 5_008_109


def test_features_are_those_of_the_file_at_every_scale(with_illustration2vec):
    network = residual_encoder.build_illustration2vec(Size(32, 4, 2)).networks["generator"]
    rgb = np.random.default_rng(1).uniform(0, 1, (1, 32, 32, 3))
    taps = network.get_layer("features")(tf.constant(rgb, tf.float32))
    for tap, expected in zip(taps, by_hand(rgb, weights(64)), strict=True):
        np.testing.assert_allclose(tap, expected, rtol=1e-3, atol=0.1)


def test_vgg16_from_kerass_cache_sees_what_keras_says_it_should(without_weights):
    path = without_weights / "keras" / residual_encoder.IMAGENET
    path.parent.mkdir(parents=True)
    released = keras.applications.VGG16(weights=None, include_top=False, input_shape=(32, 32, 3))
    released.save(path)
    rgb = np.random.default_rng(0).uniform(0, 1, (2, 32, 32, 3)).astype(np.float32)
    layers = ("block1_conv2", "block2_conv2", "block3_conv3", "block4_conv3")
    outputs = keras.Model(released.input, [released.get_layer(name).output for name in layers])
    expected = outputs(keras.applications.vgg16.preprocess_input(255 * rgb))
    for tap, each in zip(imagenet_taps(path, 32)(rgb), expected, strict=True):
        np.testing.assert_allclose(tap, each, rtol=1e-3, atol=1e-3)
    network = residual_encoder.build_imagenet(Size(32, 4, 2)).networks["generator"]
    assert not network.get_layer("features").trainable_variables
    assert network.get_layer("features").count_params() == 7_635_264


def test_in_the_table_a_row_without_weights_is_a_dash_with_the_reason(dataset, without_weights):
    folders = [f"--data_dir={dataset}", "--runs_dir=runs", "--results_dir=results"]
    root = ablations.__file__.rsplit("/", 2)[0]
    command = [sys.executable, "-m", "experiments.reproduce", *folders, f"--rows={ROW}"]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": root})
    assert done.returncode == 0, done.stderr
    assert f"{ROW} stays a dash: pretrained weights are missing" in done.stdout
    [line] = [line for line in done.stdout.splitlines() if line.startswith(f"| {ROW} ")]
    assert {cell.strip() for cell in line.split("|")[4:-1]} == {"-"}
    for page in ("table.md", "table.html"):
        assert f"{ROW}: pretrained weights are missing" in (without_weights / "results" / page).read_text()


def test_the_reason_goes_when_the_row_has_a_result(tmp_path):
    results.write_reason(tmp_path, ROW, "no weights.")
    assert table.reasons(tmp_path) == {ROW: "no weights."}
    results.forget_reason(tmp_path, ROW)
    assert table.reasons(tmp_path) == {}


def test_the_frozen_features_stay_as_they_are_in_training_and_in_checkpoints(dataset, with_illustration2vec):
    tiny = ablations.Scale(image_size=32, filters=4, epochs=1, patience=1, batch_size=4)
    train.train(ROW, tiny, data_dir=dataset, run_dir="run", seed=0, learning_rate=1e-3)
    trained = run.load_method("run").networks["generator"].get_layer("features")
    kernels = [each.kernel.numpy() for each in trained.layers if isinstance(each, keras.layers.Conv2D)]
    np.testing.assert_array_equal(kernels[0], weights(64)[0][0].transpose(2, 3, 1, 0)[:, :, ::-1])
    for kernel, (expected, _) in zip(kernels[1:], weights(64)[1:]):
        np.testing.assert_array_equal(kernel, expected.transpose(2, 3, 1, 0))


@pytest.mark.slow
def test_eight_images_are_learned_by_heart_from_frozen_features(with_illustration2vec):
    """The test of the same name in test_methods, with features that mean nothing."""
    tf.keras.utils.set_random_seed(0)
    method, batch = residual_encoder.build_illustration2vec(Size(32, 4, 2)), make_batch(8)
    step = steps.make_train_step(method, steps.make_optimizers(method, 1e-3))
    for number in range(150):
        step(batch, tf.constant([0, number]))
    ab = method.colorize(batch.lightness)
    error, gray = (tf.reduce_mean(metrics.ab_rmse_lab(each, batch.ab)).numpy() for each in (ab, tf.zeros_like(ab)))
    assert error < gray / 3, f"{error:.1f} of {gray:.1f}"
