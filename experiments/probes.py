"""What a network's layers know of the title: linear probes (Alain and Bengio, arXiv 1610.01644).

The paper says that ResNet-50 learned no features beyond its first layers (section IV.B), and supposes that a colorizer
infers the title without being told (section IV.A). A probe on a layer finds what a linear reader can.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from webtoon_colorize import color, data, evaluation
from webtoon_colorize.methods.method import Method

EARLY = 3  # index of the unit where "the first few layers" end: the 4th
RIDGES = 10.0 ** np.arange(-2, 7)  # penalties that are tried


class Unit(NamedTuple):
    """A layer with weights and the layer of its activation; in VGG16 these are one layer."""

    weighted: keras.layers.Layer
    activation: keras.layers.Layer


def units(network: keras.Model) -> list[Unit]:
    """VGG16's convolutions, or ResNet-50's BatchNorms before a ReLU (not those of shortcuts), from input to output."""
    by_name = {layer.name: layer for layer in network.layers}
    followers = {"_bn": "_relu", "_3_bn": "_out"}
    found = []
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D) and layer.activation is keras.activations.relu:
            found.append(Unit(layer, layer))
        for ending, follower in followers.items():
            activation = by_name.get(layer.name.removesuffix(ending) + follower)
            if layer.name.endswith(ending) and not layer.name.endswith("_0_bn") and activation is not None:
                found.append(Unit(layer, activation))
    return found


def linear_probe(features_training: np.ndarray, labels: np.ndarray, features: np.ndarray) -> np.ndarray:
    """Labels predicted by ridge regression on one-hot labels, [M] of `labels`' type.

    Features are standardised by the training panels. The penalty is the one of RIDGES with the least squared error when
    each training panel is predicted by the others, in closed form: residual / (1 - leverage).

    Args:
      features_training: [N, F].
      labels: [N], of at least two kinds.
      features: [M, F].
    """
    kinds, index = np.unique(labels, return_inverse=True)
    one_hot = np.eye(len(kinds))[index]
    mean, deviation = features_training.mean(axis=0, dtype=float), features_training.std(axis=0, dtype=float)
    deviation[deviation < 1e-12] = np.inf  # a constant feature says nothing
    left, scale, right = np.linalg.svd((features_training - mean) / deviation, full_matrices=False)
    # The columns of `left` have mean 0, so the intercept is the mean of the labels.
    weights, squares = left.T @ one_hot, left**2

    def error_of_the_left_out(ridge: float) -> float:
        shrink = scale**2 / (scale**2 + ridge)
        residual = one_hot - one_hot.mean(axis=0) - left @ (shrink[:, None] * weights)
        leverage = 1 / len(labels) + squares @ shrink
        return float(np.sum((residual / np.maximum(1 - leverage, 1e-9)[:, None]) ** 2))

    ridge = min(RIDGES, key=error_of_the_left_out)
    solution = right.T @ ((scale / (scale**2 + ridge))[:, None] * weights)
    return kinds[np.argmax(((features - mean) / deviation) @ solution + one_hot.mean(axis=0), axis=1)]


def errors(method: Method, training: data.Panels, panels: data.Panels) -> dict[str, list[float]]:
    """Probe -> per panel 1 where it tells the wrong title, else 0. Probes learn from the training panels.

    Title classifiers have `probe_early`, `probe_middle` and `probe_last`, on means over positions. U-Nets that see the
    lightness only have `probe_innermost`, on the 1x1 map, and `probe_innermost_untrained`, on that of the same layout
    with fresh weights. Other methods have none.
    """
    see, wrong = _view(method, training), {}
    for name, features in _probed(method):
        learned, asked = (_features(features, see, each) for each in (training, panels))
        predicted = linear_probe(learned, training.label, asked)
        wrong[name] = (predicted != panels.label).astype(float).tolist()
    return wrong


def _view(method: Method, panels: data.Panels) -> Callable[[data.Batch], tf.Tensor]:
    """What the network below the Rescaling of a classifier sees of a batch, or a colorizer's generator."""
    if "classifier" not in method.networks:
        return lambda batch: batch.lightness
    batch = next(iter(data.evaluation_batches(panels, batch_size=evaluation.BATCH_SIZE)))
    faded = batch._replace(ab=tf.zeros_like(batch.ab))
    with_color, without = (method.measure(each)["cross_entropy"] for each in (batch, faded))
    if bool(tf.reduce_all(with_color == without)):  # one that learned from gray panels answers the same
        return lambda batch: color.gray_rgb(batch.lightness) * 2.0 - 1.0
    return lambda batch: color.lab_to_rgb(batch.lightness, batch.ab) * 2.0 - 1.0


def _probed(method: Method) -> Iterator[tuple[str, keras.Model]]:
    """The probes' names, and models from the input of the method's network to the features of the probe."""
    if "classifier" in method.networks:
        core = core_of(method.networks["classifier"])
        every = units(core)
        for name, unit in (("early", every[EARLY]), ("middle", every[len(every) // 2]), ("last", every[-1])):
            yield f"probe_{name}", pooled(core, unit)
        return
    generator = method.networks.get("generator")
    if generator is None or method.from_lines or [each.shape[-1] for each in generator.inputs] != [1]:
        return
    keras.utils.set_random_seed(0)  # of the fresh weights
    for name, network in (("", generator), ("_untrained", keras.models.clone_model(generator))):
        innermost = next((layer for layer in network.layers if layer.output.shape[1:3] == (1, 1)), None)
        if innermost is not None:
            yield f"probe_innermost{name}", keras.Model(network.input, keras.layers.Flatten()(innermost.output))


def core_of(classifier: keras.Model) -> keras.Model:
    """The network below the classifier's Rescaling."""
    return next(layer for layer in classifier.layers if isinstance(layer, keras.Model))


def pooled(core: keras.Model, unit: Unit) -> keras.Model:
    """From the input of `core` to the means of the unit's maps over positions, [B, channels]."""
    return keras.Model(core.input, keras.layers.GlobalAveragePooling2D()(unit.activation.output))


def _features(features: keras.Model, see: Callable[[data.Batch], tf.Tensor], panels: data.Panels) -> np.ndarray:
    """The features of the panels, [N, F]."""
    compute = tf.function(lambda batch: features(see(batch), training=False), reduce_retracing=True, autograph=False)
    batches = data.evaluation_batches(panels, batch_size=evaluation.BATCH_SIZE)
    return np.concatenate([compute(batch) for batch in batches])
