"""Colour from reference panels: an extension, not a row of the paper.

Lightness alone does not tell a colour, and other panels of the comic that have their colours often do. The color
generator proposes for each place a colour that it chooses among those of the places of reference panels, and among
those of a grid (`networks.candidates`). Without references it chooses from the grid. The applier, as in color & apply,
applies coarse colours to the picture. It learns from true coarse colours that are made a little wrong.

In training, panels of an episode stand together in a batch. From none to all of them but one are references for the
others. In half of the episodes that have references, all ab are turned and perhaps mirrored around gray alike: what
colour a thing has can then be known from the references only.

Hints change the proposal as in `color_and_apply_hints`, without its second applier.
"""

from collections.abc import Sequence

import keras
import tensorflow as tf
from keras import ops

from webtoon_colorize import losses
from webtoon_colorize.data import Batch
from webtoon_colorize.methods.method import Method, Size
from webtoon_colorize.networks import candidates, references
from webtoon_colorize.networks.kriging import propagate

TOGETHER = 4  # panels of an episode that stand together in a training batch
BANDWIDTH = 20.0  # Lab units, of `candidates.choose`
_SEEN = 128  # places of each panel, chosen at random, that others see in training
_CHOICE_WEIGHT = 0.05  # of the choice beside the applied colour; both then fall alike in training
_RARE = 0.5  # exponent of `losses.rarity` in the weights of true colours
_NOISE = 0.1  # largest standard deviation of what is added to true coarse colours, network range


def build(size: Size, *, count: int = 0, bandwidth: float = BANDWIDTH) -> Method:
    """The two networks, and a memory for the places of `count` reference panels (`remember` fills it)."""
    generator = references.color_generator(size.image_size, filters=size.filters)
    applier = references.applier(size.image_size, filters=size.filters)
    width = generator.outputs[2].shape[-1]
    side, every = size.image_size // references.STRIDE, references.places(size.image_size)
    memory = _memory(count * every, width + 2) if count else None

    def enlarge(ab):
        return ops.image.resize(ab, [size.image_size, size.image_size], interpolation="bilinear")

    def apply_color(x, outermost, ab, *, training):
        return enlarge(ab) + applier([x, outermost, ab], training=training)

    def terms(batch, seed):
        turn, see, pick, blur = tf.unstack(tf.random.split(seed, 4))
        visible = _visible(batch.story, see)
        ab = _turned(batch.ab, visible, turn)
        pixels = tf.reshape(ab[:, 2 :: references.STRIDE, 2 :: references.STRIDE], [-1, every, 2])
        x, outermost, embedding, logits = generator(batch.lightness, training=True)
        choice = candidates.join(_seen(embedding, pixels, visible, pick), candidates.from_grid(_in_groups(logits)))
        nll = candidates.negative_log_likelihood(choice, _in_groups(pixels))
        weight = tf.reshape(losses.rarity(pixels) ** _RARE, tf.shape(nll))
        chosen = tf.reshape(nll * weight / tf.reduce_mean(weight), tf.shape(pixels)[:2])
        coarse = _spoiled(tf.image.resize(ab, [side, side], "area"), blur)
        applied = losses.mean_squared_error(apply_color(x, outermost, coarse, training=True), ab)
        choice_term = _CHOICE_WEIGHT * tf.reduce_mean(chosen, axis=1)
        return {"color_generator": {"choice": choice_term, "apply": applied}, "applier": {"apply": applied}}

    def propose(lightness):
        x, outermost, embedding, logits = generator(lightness, training=False)
        choice = candidates.from_grid(logits)
        if memory is not None:
            table = tf.repeat(tf.convert_to_tensor(memory.weights[0])[None], tf.shape(logits)[0], axis=0)
            seen = candidates.from_references(embedding, table[..., :width], table[..., width:])
            choice = candidates.join(seen, choice)
        ab = tf.reshape(candidates.choose(choice, bandwidth), [-1, side, side, 2])
        return ops.clip(apply_color(x, outermost, ab, training=False), -1.0, 1.0)

    def colorize(lightness, label=None, hints=None):
        del label
        proposal = propose(lightness)
        if hints is None:
            return proposal
        given = hints[..., 2:]
        change, _ = propagate(hints[..., :2] - proposal, given, lightness, proposal)
        return ops.clip(ops.where(given > 0.0, hints[..., :2], proposal + change), -1.0, 1.0)

    return Method(
        {"color_generator": generator, "applier": applier},
        terms,
        colorize,
        helpers={"memory": memory} if memory is not None else {},
        takes_hints=True,
        together=TOGETHER,
    )


def _memory(rows: int, width: int) -> keras.Model:
    """A table: a row per place of the reference panels, its embedding and its ab."""
    return keras.Sequential([keras.Input([], dtype="int32"), keras.layers.Embedding(rows, width)], name="memory")


def remember(method: Method, batches: Sequence[Batch]) -> None:
    """Fills the memory with the places of the panels in `batches`, as many as it has room for."""
    generator, table = method.networks["color_generator"], method.helpers["memory"].weights[0]
    rows = []
    for batch in batches:
        embedding = generator(batch.lightness, training=False)[2]
        pixels = batch.ab[:, 2 :: references.STRIDE, 2 :: references.STRIDE]
        rows.append(tf.concat([embedding, tf.reshape(pixels, [*embedding.shape[:2], 2])], axis=-1))
    table.assign(tf.reshape(tf.concat(rows, axis=0), table.shape))


def _in_groups(places: tf.Tensor) -> tf.Tensor:
    """[B, N, D] -> [B / TOGETHER, TOGETHER * N, D]."""
    _, count, width = places.shape
    return tf.reshape(places, [-1, TOGETHER * count, width])


def _visible(story: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Which panel of a group sees the colours of which other: bool [B / TOGETHER, TOGETHER, TOGETHER].

    In each group from none to TOGETHER - 1 panels, chosen at random, are seen by the others of their episode.
    """
    group = tf.reshape(story, [-1, TOGETHER])
    order, number = tf.unstack(tf.random.split(seed, 2))
    rank = tf.argsort(tf.argsort(tf.random.stateless_uniform(tf.shape(group), order)))
    seen = rank < tf.random.stateless_uniform([tf.shape(group)[0], 1], number, maxval=TOGETHER, dtype=tf.int32)
    return (group[:, :, None] == group[:, None, :]) & seen[:, None, :] & ~tf.eye(TOGETHER, dtype=tf.bool)


def _seen(embedding: tf.Tensor, pixels: tf.Tensor, visible: tf.Tensor, seed: tf.Tensor) -> candidates.Candidates:
    """The places of a group's visible panels as candidates for all its places, _SEEN of each panel."""
    count = embedding.shape[1]
    some = tf.random.experimental.stateless_shuffle(tf.range(count), seed)[:_SEEN]
    keys, ab = (_in_groups(tf.gather(each, some, axis=1)) for each in (embedding, pixels))
    may_choose = tf.repeat(tf.repeat(visible, count, axis=1), tf.size(some), axis=2)
    return candidates.from_references(_in_groups(embedding), keys, ab, may_choose)


def _turned(ab: tf.Tensor, visible: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """ab [B, S, S, 2], in half of the groups that have references rotated, scaled and perhaps mirrored, all alike."""
    groups = tf.shape(visible)[0]
    angle, chroma, mirror, coin = tf.unstack(tf.random.stateless_uniform([4, groups], seed))
    turned = (coin < 0.5) & tf.reduce_any(visible, axis=(1, 2))
    angle = 2.0 * 3.14159265 * angle
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
