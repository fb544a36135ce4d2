"""The interface between a system of the paper and the programs that train, evaluate and use it."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import keras
import tensorflow as tf

from webtoon_colorize.data import Batch


class MissingWeights(ValueError):
    """A method needs weights that only its user can supply. The message is a sentence that says which, and where."""


class Size(NamedTuple):
    """The dimensions that a method's networks are built for."""

    image_size: int  # pixels, width and height; a power of two
    filters: int  # width of the first layer; the paper's is pix2pix's 64
    num_titles: int  # labels lie in [0, num_titles)


class Method(NamedTuple):
    """A system that learns to colorize, or to tell titles apart.

    losses(batch, seed): network name -> term name -> weighted value per image, [B]. Each network minimises the sum of
    its own terms with respect to its own weights. The weights of other networks in a term stay as they are. `seed`,
    int32 [2], is the only source of randomness of a step, except Keras's Dropout, which keeps its own counter.

    colorize(lightness [B, H, W, 1], label [B] or None, hints [B, H, W, 3] or None) -> ab [B, H, W, 2], all in network
    range. The first two channels of hints are ab, 0 where none is given. The third is 1 where ab is given and 0
    elsewhere: a hint of gray differs from no hint. colorize is deterministic, and an image's colour does not depend
    on the other images of the batch. None: the method does not colorize.

    helpers: frozen networks by the name of the experiment that trains them. The method builds them. Their weights come
    from a run of that experiment when training starts, and from this run's own checkpoints afterwards.

    variants(lightness, label) -> list of ab: samples, iterations or stages of each image's colour. None: the method
    has no variants.

    measure(batch) -> metric name -> [B]. None: the metrics of `evaluation`, which compare colorize with the truth.

    judged_by: the metric that chooses the best epoch: the one with the lowest mean over the validation split.

    takes_label: colorize needs the label. takes_hints: colorize uses hints; other methods ignore them.

    from_lines: colorize reduces its input to lines, so a white area need not be a white object.

    smooth: colorize leaves no pattern in even areas. Others do (`pages.predictor`).

    together: panels of one episode that stand together in training batches (`data.training_batches`).

    remember(batches): fills the method's memory with coloured panels, which colorize then compares with. Answers how
    far it trusts them, from 0 to 1. None: the method has no memory.

    load_pretrained(): gives networks weights that others trained, when training starts from nothing. Raises
    MissingWeights. None: all weights start at random.

    iterates: variants are iterations, of which the first gets no colour and each later one the output of the one
    before. The first iteration of colorize gets the hints.
    """

    networks: dict[str, keras.Model]
    losses: Callable[[Batch, tf.Tensor], dict[str, dict[str, tf.Tensor]]]
    colorize: Callable[..., tf.Tensor] | None
    helpers: dict[str, keras.Model] = {}  # noqa: RUF012 (it is never changed)
    variants: Callable[..., list[tf.Tensor]] | None = None
    measure: Callable[[Batch], dict[str, tf.Tensor]] | None = None
    judged_by: str = "l2"
    takes_label: bool = False
    takes_hints: bool = False
    from_lines: bool = False
    smooth: bool = False
    iterates: bool = False
    together: int = 1
    remember: Callable[[Iterable[Batch]], float] | None = None
    load_pretrained: Callable[[], None] | None = None
