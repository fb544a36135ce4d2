"""The U-Net of `l2` beside the same in PyTorch: a training step, and colorizing one and eight panels.

PyTorch has processes of its own (`torch_unet`), because a process that imports both it and TensorFlow crashes. The
sides take turns, so that all meet the same noise of the machine.
"""

import contextlib
import functools
import json
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from experiments import ablations
from experiments.benchmark import machine, timing
from webtoon_colorize import data
from webtoon_colorize.export import formats
from webtoon_colorize.methods import l2
from webtoon_colorize.methods.method import Size
from webtoon_colorize.networks import unet
from webtoon_colorize.pages import runtimes
from webtoon_colorize.training import steps

SIZES = ((64, 16, 16), (128, 16, 16), (256, 64, 4))  # image size, filters, batch of the training step
_ROUNDS = 2
_WORK = {"train": None, "colorize_1": 1, "colorize_8": 8}  # batch; of training that of the size
_TORCH = pathlib.Path(__file__).with_name("torch_unet.py")

Side = Callable[[dict[str, Any]], float]  # a line of `torch_unet` -> milliseconds of the call


def measure(budget_s: float) -> list[dict[str, Any]]:
    """For each size and kind of work the milliseconds of each side: the fastest of two rounds.

    Raises ChildProcessError if a process of PyTorch died, or it is not installed.
    """
    with contextlib.ExitStack() as stack:
        sides: dict[str, Side] = {"ours": _ours, "onnx": functools.partial(_ours, onnx=True)}
        for name, compiled in {"torch": False, "torch_compiled": True}.items():
            sides[name] = functools.partial(ask, stack.enter_context(torch_process()), compiled=compiled)
        return [_compare(sides, size, work, budget_s) for size in SIZES for work in _WORK]


def _compare(sides: dict[str, Side], size: tuple[int, int, int], work: str, budget_s: float) -> dict[str, Any]:
    image_size, filters, batch_size = size
    about = {"work": work, "image_size": image_size, "filters": filters, "batch": _WORK[work] or batch_size}
    question = about | {"widths": unet.widths(image_size, filters), "budget_s": budget_s}
    sides = {side: answer for side, answer in sides.items() if (side, work) != ("onnx", "train")}
    rounds = [{side: answer(question) for side, answer in sides.items()} for _ in range(_ROUNDS)]
    return about | {f"{side}_ms": min(each[side] for each in rounds) for side in sides}


@contextlib.contextmanager
def torch_process():
    """A process of `torch_unet`, which ends with the context."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
    with subprocess.Popen([sys.executable, str(_TORCH)], **pipes) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(BrokenPipeError):  # what it was asked may wait still
                process.stdin.close()


def ask(process: subprocess.Popen, question: dict[str, Any], **more: Any) -> Any:
    """The answer of a `torch_process`. Raises ChildProcessError if it died."""
    try:
        process.stdin.write(json.dumps(question | more) + "\n")
        return json.loads(process.stdout.readline())
    except (BrokenPipeError, json.JSONDecodeError) as error:
        raise ChildProcessError(f"the process of PyTorch ended with code {process.wait()}") from error


def _ours(question: dict[str, Any], *, onnx: bool = False) -> float:
    given = {name: question[name] for name in ("work", "image_size", "filters", "batch")}
    return 1e3 * timing.seconds(_call(**given, onnx=onnx), budget_s=question["budget_s"])


@functools.lru_cache(maxsize=2)
def _call(work: str, image_size: int, filters: int, batch: int, onnx: bool) -> Callable[[], Any]:
    method = l2.build(Size(image_size, filters, 1))
    lightness, label = tf.random.normal([batch, image_size, image_size, 1]), tf.zeros([batch], tf.int32)
    if onnx:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / runtimes.ONNX
            formats.write_small_onnx(method, path, image_size=image_size)
            network = runtimes.on_onnx(path, threads=timing.threads())
        return functools.partial(network, lightness.numpy())
    if work != "train":
        colorize = tf.function(lambda lightness: method.colorize(lightness, label), autograph=False)
        return lambda: machine.finish(colorize(lightness))
    ab = tf.random.normal([batch, image_size, image_size, 2])
    given = data.Batch(lightness, ab, label, label, label), tf.constant([0, 1])
    step = steps.make_train_step(method, steps.make_optimizers(method, ablations.LEARNING_RATE))
    return lambda: machine.finish(step(*given))
