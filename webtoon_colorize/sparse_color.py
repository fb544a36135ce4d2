"""Sparse colour in training: what is left of ab when most of it is withheld."""

import functools

import tensorflow as tf

DOTS = (1, 3, 5, 7, 9)  # pixels, the widths of dots in training


def pixel_dropout(ab: tf.Tensor, keep_probability: float, *, seed: tf.Tensor) -> tf.Tensor:
    """Keeps each pixel's colour with `keep_probability`, sets the others to 0, which is neutral (section IV.C).

    Reading: one draw per pixel, shared by a and b. What is kept is not rescaled here, and the network is not told which
    pixels were kept.

    Args:
      ab: [B, H, W, 2], network range.
      keep_probability: in [0, 1]; the paper's is 0.01.
      seed: int32 [2]; the same seed keeps the same pixels.

    Returns:
      [B, H, W, 2], network range.
    """
    shape = tf.concat([tf.shape(ab)[:3], [1]], axis=0)
    kept = tf.random.stateless_uniform(shape, seed) < keep_probability
    return tf.where(kept, ab, 0.0)


def as_many_as_at_256(keep_probability: float, *, image_size: int) -> float:
    """The keep probability that leaves as many pixels of a smaller picture as `keep_probability` does at 256 px.

    Reading: what the paper's 0.01 gives is 655 places of known colour per panel, enough for most of its regions; the
    same share of a panel of 64 px would be 41, fewer than it has regions. At most 1.
    """
    return min(1.0, keep_probability * (256 / image_size) ** 2)


def channel_dropout(ab: tf.Tensor, *, seed: tf.Tensor) -> tf.Tensor:
    """Sets a, b or both to 0 in each image: "omitting one channel at a time" (section IV.C).

    Reading: the three cases are equally likely; without the third, the first iteration at inference, which sees no
    colour at all, would never have been seen in training.

    Args:
      ab: [B, H, W, 2], network range.
      seed: int32 [2].

    Returns:
      [B, H, W, 2], network range.
    """
    kept = tf.constant([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    case = tf.random.stateless_uniform([tf.shape(ab)[0]], seed, maxval=3, dtype=tf.int32)
    return ab * tf.gather(kept, case)[:, None, None, :]


def patch_dropout(ab: tf.Tensor, *, patch_size: int, patches: int, seed: tf.Tensor) -> tf.Tensor:
    """Sets the colour of `patches` squares at random places, which may overlap, to 0 (arXiv 1704.08834, section 3).

    Args:
      ab: [B, S, S, 2], network range.
      patch_size: pixels, at most S; every square lies inside the picture.
      patches: per image.
      seed: int32 [2].

    Returns:
      [B, S, S, 2], network range.
    """
    batch_size, size = tf.shape(ab)[0], ab.shape[1]
    corners = tf.random.stateless_uniform(
        [2, batch_size, patches, 1], seed, maxval=size - patch_size + 1, dtype=tf.int32
    )
    inside = tf.cast((tf.range(size) >= corners) & (tf.range(size) < corners + patch_size), ab.dtype)
    removed = tf.einsum("bpy,bpx->byx", inside[0], inside[1]) > 0.0
    return tf.where(removed[..., None], 0.0, ab)


def box_blur(images: tf.Tensor, size: int) -> tf.Tensor:
    """Mean over size x size pixels, or over those of them that lie inside the picture: [B, H, W, C] -> the same."""
    across = tf.nn.avg_pool2d(images, [1, size], 1, "SAME")
    return tf.nn.avg_pool2d(across, [size, 1], 1, "SAME")


def random_hints(ab: tf.Tensor, guess: tf.Tensor, *, seed: tf.Tensor) -> tf.Tensor:
    """What a person might give away of the true ab [B, H, W, 2]: from nothing to hundreds of dots.

    A tenth of the pictures get none; the others a dot at each pixel with probability 10^U(-4.5, -1.5), which is less
    than one dot for some. Half of the pictures get their dots anywhere; the others as many, but where a person would
    click, in proportion to the squared error of `guess`, [B, H, W, 2]. Dots are squares of 1, 3, 5, 7 or 9 pixels, one
    width for the batch, in their mean colour; where they meet, in the mean of theirs. After Zhang et al., arXiv
    1705.02999, the paper's [5].

    Args:
      seed: int32 [2].

    Returns:
      [B, H, W, 3]: ab where it is given and 0 elsewhere, 1 where it is given and 0 elsewhere.
    """
    shape = tf.concat([tf.shape(ab)[:3], [1]], axis=0)
    streams = tf.unstack(tf.random.split(seed, 5))
    none, exponent, aim = (tf.random.stateless_uniform([shape[0], 1, 1, 1], stream) for stream in streams[:3])
    error = tf.reduce_sum((guess - ab) ** 2, axis=-1, keepdims=True)
    error = tf.math.divide_no_nan(error, tf.reduce_mean(error, axis=(1, 2), keepdims=True))
    probability = tf.where(none < 0.1, 0.0, 10.0 ** (-4.5 + 3.0 * exponent)) * tf.where(aim < 0.5, 1.0, error)
    points = tf.cast(tf.random.stateless_uniform(shape, streams[3]) < probability, ab.dtype)
    width = tf.random.stateless_uniform([], streams[4], maxval=len(DOTS), dtype=tf.int32)
    return tf.switch_case(width, [functools.partial(_dots, ab, points, size) for size in DOTS])


def _dots(ab: tf.Tensor, points: tf.Tensor, size: int) -> tf.Tensor:
    """Squares of `size` pixels around `points` [B, H, W, 1], as `random_hints` returns them."""
    spread = box_blur(tf.concat([box_blur(ab, size) * points, points], axis=-1), size)
    share = spread[..., 2:]
    return tf.concat([tf.math.divide_no_nan(spread[..., :2], share), tf.cast(share > 0.0, ab.dtype)], axis=-1)
