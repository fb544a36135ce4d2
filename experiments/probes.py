"""What a network's layers know of the title: linear probes (Alain and Bengio, arXiv 1610.01644).

The paper says that ResNet-50 learned no features beyond its first layers (section IV.B), and supposes that a colorizer
infers the title without being told (section IV.A). A probe on a layer finds what a linear reader can.
"""

from collections.abc import Callable, Iterable
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


def errors(
    method: Method, training: data.Panels, panels: data.Panels, *, gray: bool | None, seed: int
) -> dict[str, list[float]]:
    """Probe -> per panel 1 where it tells the wrong title, else 0. Probes learn from the training panels.

    Title classifiers have `probe_early`, `probe_middle` and `probe_last`, on means over positions. U-Nets that see the
    lightness only have `probe_innermost`, on the 1x1 map, and `probe_innermost_untrained`, on that of the same layout
    with fresh weights of `seed`. Other methods have none. `gray`: whether a classifier sees gray panels; None for all
    other methods.
    """
    if "classifier" in method.networks:
        every = units(core_of(method.networks["classifier"]))
        chosen = {"early": every[EARLY], "middle": every[len(every) // 2], "last": every[-1]}
        wrong = unit_errors(method.networks["classifier"], chosen.values(), training, panels, gray=bool(gray))
        return {f"probe_{name}": each.tolist() for name, each in zip(chosen, wrong)}
    wrong = {}
    for name, features in _innermost(method, seed=seed).items():
        [each] = _errors(features, lambda batch: batch.lightness, training, panels)
        wrong[f"probe_{name}"] = each.tolist()
    return wrong


def unit_errors(
    classifier: keras.Model, chosen: Iterable[Unit], training: data.Panels, panels: data.Panels, *, gray: bool
) -> list[np.ndarray]:
    """1 where a probe on a unit's means over positions tells the wrong title, else 0; [panels] for each unit."""
    core = core_of(classifier)
    means = [keras.layers.GlobalAveragePooling2D()(unit.activation.output) for unit in chosen]
    return _errors(keras.Model(core.input, means), lambda batch: 2.0 * seen(batch, gray=gray) - 1.0, training, panels)


def seen(batch: data.Batch, *, gray: bool) -> tf.Tensor:
    """What a title classifier sees of a batch: RGB [B, H, W, 3] in [0, 1], of the panel or of its lightness."""
    return color.gray_rgb(batch.lightness) if gray else color.lab_to_rgb(batch.lightness, batch.ab)


def core_of(classifier: keras.Model) -> keras.Model:
    """The network below the classifier's Rescaling, which makes [-1, 1] of [0, 1]."""
    return next(layer for layer in classifier.layers if isinstance(layer, keras.Model))


def _innermost(method: Method, *, seed: int) -> dict[str, keras.Model]:
    """Models from lightness to the 1x1 map of a U-Net that sees nothing else, and of its layout with fresh weights."""
    generator = method.networks.get("generator")
    if generator is None or method.from_lines or [each.shape[-1] for each in generator.inputs] != [1]:
        return {}
    keras.utils.set_random_seed(seed)
    found = {}
    for name, network in (("innermost", generator), ("innermost_untrained", keras.models.clone_model(generator))):
        for layer in network.layers:
            if layer.output.shape[1:3] == (1, 1) and name not in found:
                found[name] = keras.Model(network.input, keras.layers.Flatten()(layer.output))
    return found


def _errors(
    features: keras.Model, see: Callable[[data.Batch], tf.Tensor], training: data.Panels, panels: data.Panels
) -> list[np.ndarray]:
    """1 where a probe on an output of `features` tells the wrong title, else 0; [panels] for each output.

    `see` makes of a batch what `features` gets.
    """
    compute = tf.function(lambda batch: features(see(batch), training=False), reduce_retracing=True, autograph=False)

    def columns(shown):
        batches = data.evaluation_batches(shown, batch_size=evaluation.BATCH_SIZE)
        return [np.concatenate(parts) for parts in zip(*(tf.nest.flatten(compute(batch)) for batch in batches))]

    return [
        (linear_probe(learned, training.label, asked) != panels.label).astype(float)
        for learned, asked in zip(columns(training), columns(panels))
    ]
