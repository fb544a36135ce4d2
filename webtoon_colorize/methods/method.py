"""What every system of the paper is to the training loop and to whoever colorizes."""

from collections.abc import Callable
from typing import NamedTuple

import keras
import tensorflow as tf

from webtoon_colorize.data import Batch


class MissingWeights(ValueError):
    """A method needs weights that only its user can supply. The message is a sentence that says which, and where."""


class Size(NamedTuple):
    """What a method's networks are built for."""

    image_size: int  # pixels, width and height; a power of two
    filters: int  # width of the first layer; the paper's is pix2pix's 64
    num_titles: int  # labels lie in [0, num_titles)


class Method(NamedTuple):
    """One way of learning to colorize, or to tell titles apart.

    losses(batch, seed): network name -> term name -> weighted value per image, [B]. Each network minimises the sum of
    its own terms with respect to its own weights; whatever else a term depends on stays as it is. All randomness of a
    step is drawn from `seed`, int32 [2] (Keras's Dropout, which keeps its own counter, aside).

    colorize(lightness [B, H, W, 1], label [B] or None, hints [B, H, W, 3] or None) -> ab [B, H, W, 2], all in network
    range. hints are ab where it is given and 0 elsewhere, and 1 where it is given and 0 elsewhere: a hint of no colour
    is not the same as no hint. It is deterministic, and an image's colour does not depend on its neighbours in the
    batch. None: the method does not colorize, and `measure` says what it is judged by.

    takes_label: colorize needs the label. takes_hints: colorize heeds hints; other methods ignore them.

    from_lines: the method sees lines alone, so that white paper is no sign of a white thing.

    helpers: frozen networks by the name of the experiment that trains them. The method builds them; their weights come
    from a run of that experiment, and after that from this run's own checkpoints.

    variants(lightness, label) -> list of ab: samples, iterations or stages of each image's colour, where a method has
    them.

    measure(batch) -> metric name -> [B]; the validation split goes by the first.
    """

    networks: dict[str, keras.Model]
    losses: Callable[[Batch, tf.Tensor], dict[str, dict[str, tf.Tensor]]]
    colorize: Callable[..., tf.Tensor] | None
    helpers: dict[str, keras.Model] = {}
    variants: Callable[..., list[tf.Tensor]] | None = None
    measure: Callable[[Batch], dict[str, tf.Tensor]] | None = None
    takes_label: bool = False
    takes_hints: bool = False
    from_lines: bool = False
