"""Networks that colour panels, and what runs them: Keras, or ONNX Runtime for those that come with the package.

ONNX Runtime starts in a tenth of a second and TensorFlow in seconds, so TensorFlow is imported where a run needs it
only.
"""

import json
import os
import pathlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from webtoon_colorize import startup

if TYPE_CHECKING:
    from webtoon_colorize.methods.method import Method

PRETRAINED = pathlib.Path(__file__).parents[1] / "pretrained"  # the run folder that comes with the package
ONNX = "colorize.onnx"  # in that folder: colorize without hints, weights in half precision
_THREADS = min(4, os.cpu_count() or 1)


class Networks(NamedTuple):
    """Trained networks of a method."""

    colorize: Callable[[np.ndarray, np.ndarray], np.ndarray]  # lightness [N, S, S, 1], label int32 [N] -> [N, S, S, 2]
    image_size: int  # S, pixels
    titles: Sequence[str]  # in the order of labels
    takes_label: bool = False  # see `Method`, as for the next ones
    from_lines: bool = False
    smooth: bool = False


def bundled() -> Networks:
    """The networks that come with the package, on ONNX Runtime."""
    run = on_onnx(PRETRAINED / ONNX)
    settings = json.loads((PRETRAINED / "settings.json").read_text(encoding="utf-8"))
    return Networks(lambda lightness, label: run(lightness), settings["image_size"], settings["titles"], smooth=True)


def on_onnx(path: pathlib.Path, *, threads: int = _THREADS) -> Callable[[np.ndarray], np.ndarray]:
    """An ONNX file of one input and one output. It uses so many threads, and several may share it."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # a tenth of a page's processor time
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    [taken] = session.get_inputs()
    return lambda values: session.run(None, {taken.name: values})[0]


def of_run(run_dir: str | os.PathLike) -> Networks:
    """The networks of a run with the weights of its best epoch, on TensorFlow.

    Raises:
      FileNotFoundError: `run_dir` is no run folder or has no checkpoint yet.
      ValueError: its files are damaged, or its method does not colorize.
    """
    startup.import_tensorflow()
    from webtoon_colorize import run

    settings, method = run.load_settings(run_dir), run.load_method(run_dir, older=True)
    try:
        return of_method(method, image_size=settings.image_size, titles=settings.titles)
    except ValueError as error:
        raise ValueError(f"{run_dir}: {error}") from error


def of_method(method: "Method", *, image_size: int, titles: Sequence[str]) -> Networks:
    """The networks of a method. They are traced once, because their input has one size for all pages.

    Raises ValueError if the method does not colorize.
    """
    import tensorflow as tf

    if method.colorize is None:
        raise ValueError("this method tells titles apart and does not colorize")
    inputs = tf.TensorSpec([None, image_size, image_size, 1]), tf.TensorSpec([None], tf.int32)
    traced = tf.function(lambda *tensors: method.colorize(*tensors, None), inputs, autograph=False)
    known = method.takes_label, method.from_lines, method.smooth
    return Networks(lambda *arrays: traced(*arrays).numpy(), image_size, titles, *known)
