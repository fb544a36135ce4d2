"""The U-Net of `l2` beside the same in PyTorch: a training step, and colorizing one and eight panels.

Each side has a process of its own. They take turns, so that all meet the same noise of the machine.
"""

import contextlib
import functools
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import tensorflow as tf

from experiments import ablations
from experiments.benchmark import machine
from webtoon_colorize.methods import l2
from webtoon_colorize.methods.method import Size
from webtoon_colorize.training import steps

SIZES = ((64, 16, 16), (128, 16, 16), (256, 64, 4))  # image size, filters, batch of the training step
SIDES = ("ours", "torch", "torch_compiled")
_ROUNDS = 2
_WORK = {"train": None, "colorize_1": 1, "colorize_8": 8}  # batch; of training that of the size

Call = Callable[[], Any]


def measure(budget_s: float) -> list[dict[str, Any]]:
    """For each size and kind of work the milliseconds of each side: the fastest of two rounds.

    Raises:
      ModuleNotFoundError: PyTorch is missing.
      BrokenProcessPool: a side's process died.
    """
    import torch  # noqa: F401  (it is an extra, and only this comparison needs it)

    context = multiprocessing.get_context("spawn")
    with contextlib.ExitStack() as stack:
        # A pool of multiprocessing would wait for ever for a process that has died.
        pools = {side: stack.enter_context(ProcessPoolExecutor(1, context)) for side in SIDES}
        return [_compare(pools, size, work, budget_s) for size in SIZES for work in _WORK]


def _compare(
    pools: dict[str, ProcessPoolExecutor], size: tuple[int, int, int], work: str, budget_s: float
) -> dict[str, Any]:
    image_size, filters, batch_size = size
    batch = _WORK[work] or batch_size
    rounds = [
        {
            side: pool.submit(_timed, side, work, image_size, filters, batch, budget_s).result()
            for side, pool in pools.items()
        }
        for _ in range(_ROUNDS)
    ]
    fastest = {f"{side}_ms": min(each[side] for each in rounds) for side in pools}
    return {"work": work, "image_size": image_size, "filters": filters, "batch": batch} | fastest


def _timed(side: str, work: str, image_size: int, filters: int, batch: int, budget_s: float) -> float:
    return 1e3 * machine.seconds(_call(side, work, image_size, filters, batch), budget_s=budget_s)


@functools.lru_cache(maxsize=1)
def _call(side: str, work: str, image_size: int, filters: int, batch: int) -> Call:
    if side == "ours":
        return _ours(work, image_size, filters, batch)
    from experiments.benchmark import torch_unet

    return torch_unet.make_call(work, image_size, filters, batch, compiled=side == "torch_compiled")


def _ours(work: str, image_size: int, filters: int, batch: int) -> Call:
    from webtoon_colorize import data

    method = l2.build(Size(image_size, filters, 1))
    lightness, label = tf.random.normal([batch, image_size, image_size, 1]), tf.zeros([batch], tf.int32)
    if work != "train":
        colorize = tf.function(lambda lightness: method.colorize(lightness, label), autograph=False)
        return lambda: machine.finish(colorize(lightness))
    ab = tf.random.normal([batch, image_size, image_size, 2])
    given = data.Batch(lightness, ab, label, label, label), tf.constant([0, 1])
    step = steps.make_train_step(method, steps.make_optimizers(method, ablations.LEARNING_RATE))
    return lambda: machine.finish(step(*given))
