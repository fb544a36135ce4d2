"""Sparse colour as training input: true ab of which a part is withheld."""

import functools

import tensorflow as tf

DOTS = (1, 3, 5, 7, 9)  # pixels, widths of the dots of `random_hints`


class NothingDropped(ValueError):
    """A keep probability keeps every pixel at this size. The message is a sentence that says so."""


def pixel_dropout(ab: tf.Tensor, keep_probability: float, *, seed: tf.Tensor, divided: bool = False) -> tf.Tensor:
    """Keeps each pixel's colour with `keep_probability`, sets the others to 0, which is neutral (section IV.C).

    Reading: each pixel is one draw, shared by a and b, and there is no mask of the kept pixels. Whether the kept values
    are divided by the keep probability, as TensorFlow's dropout does, the paper leaves open; rows have both.

    Args:
      ab: [B, H, W, 2], network range.
      keep_probability: in (0, 1]; the paper's is 0.01.
      seed: int32 [2]; the same seed keeps the same pixels.
      divided: whether kept values are divided by `keep_probability`.

    Returns:
      [B, H, W, 2]; in network range unless divided.
    """
    shape = tf.concat([tf.shape(ab)[:3], [1]], axis=0)
    kept = tf.random.stateless_uniform(shape, seed) < keep_probability
    return tf.where(kept, ab / keep_probability if divided else ab, 0.0)


def as_many_as_at_256(keep_probability: float, *, image_size: int) -> float:
    """The keep probability that keeps as many pixels as `keep_probability` does at 256 px.

    Reading: the paper's 0.01 keeps 655 pixels per panel, enough for most regions. At 64 px the same probability would
    keep 41, fewer than a panel has regions.

    Raises:
      NothingDropped: an image has no more pixels than that.
    """
    share = keep_probability * (256 / image_size) ** 2
    if share >= 1.0:
        raise NothingDropped(
            f"a keep probability of {keep_probability:g} at 256 px is no dropout at {image_size} px, "
            f"which has {image_size**2} pixels"
        )
    return share


def channel_dropout(ab: tf.Tensor, *, seed: tf.Tensor) -> tf.Tensor:
    """Sets a, b or both to 0 in each image: "omitting one channel at a time" (section IV.C).

    Reading: the three cases are equally likely. The third is needed because the first iteration at inference sees no
    colour at all.

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
    """Sets the colour in `patches` random squares, which may overlap, to 0 (arXiv 1704.08834, section 3).

    Args:
      ab: [B, S, S, 2], network range.
      patch_size: pixels, at most S. Every square lies inside the picture, and each position is equally likely.
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
    """Means of size x size pixels around each pixel, [B, H, W, C]; pixels outside the picture do not count."""
    across = tf.nn.avg_pool2d(images, [1, size], 1, "SAME")
    return tf.nn.avg_pool2d(across, [size, 1], 1, "SAME")


def random_hints(ab: tf.Tensor, guess: tf.Tensor, *, seed: tf.Tensor) -> tf.Tensor:
    """Simulated hints of a user: from no dot to hundreds of dots of the true ab.

    A tenth of the pictures get no dots. The others get a dot at each pixel with a probability of 10^u, u uniform in
    [-4.5, -1.5] for each picture. In half of the pictures the probability is the same everywhere. In the others it is
    proportional to the squared error of `guess`, with the same mean, because users correct errors. Dots are squares of
    1, 3, 5, 7 or 9 pixels, of one width in the whole batch. A dot has the mean colour of the pixels below it; where
    dots overlap, the colour is the mean of theirs. After Zhang et al., arXiv 1705.02999, the paper's [5].

    Args:
      ab: the truth, [B, H, W, 2].
      guess: ab of a colorization without hints, [B, H, W, 2].
      seed: int32 [2].

    Returns:
      [B, H, W, 3]: ab, 0 outside the dots, and a mask, 1 in the dots and 0 elsewhere.
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
    """Dots of `size` pixels around `points` [B, H, W, 1], which are 1 or 0, as `random_hints` returns them."""
    blurred = box_blur(tf.concat([box_blur(ab, size) * points, points], axis=-1), size)
    share = blurred[..., 2:]
    return tf.concat([tf.math.divide_no_nan(blurred[..., :2], share), tf.cast(share > 0.0, ab.dtype)], axis=-1)
