"""Adapts a run to coloured panels of a comic, so that the rest of the comic gets their colours.

Methods with a memory of reference panels (`methods.references`) put the panels into it, and their networks stay as they
are. The networks of other methods are trained on for some steps on the panels.
"""

import dataclasses
import hashlib
import inspect
import itertools
import os
import pathlib
import tempfile
from collections.abc import Callable, Sequence

import cv2
import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from webtoon_colorize import checkpoints, data, files, run
from webtoon_colorize.colorizer import Colorizer
from webtoon_colorize.io import chapters, page_images
from webtoon_colorize.methods.method import Method
from webtoon_colorize.pages import runtimes
from webtoon_colorize.pages.grayscale import color_share
from webtoon_colorize.pages.gutters import joined_panels
from webtoon_colorize.panels import crop
from webtoon_colorize.training.steps import STEP_STREAM, make_optimizers, make_train_step

STEPS = 100  # of training
DOUBT = 0.25  # references that are trusted less change little
COLORED_SHARE = 0.05  # of a panel's pixels; panels with less colour say nothing
_BATCH_SIZE = 8
_LEARNING_RATE = 3e-4
_SEED = 0

Say = Callable[[str], object]


def read_panels(inputs: Sequence[str], run_dir: str | os.PathLike | None = None) -> tuple[list[np.ndarray], list[str]]:
    """The coloured panels of images, folders and archives, and a sentence for each page without any.

    Panels are reduced to the image size S of the run in `run_dir` (None: the weights that come with the package), so
    that no page stays in memory: uint8 [S, S, 3].

    Raises:
      FileNotFoundError: `run_dir` is no run folder.
      ValueError: there is no coloured panel at all; the message says why of each page.
    """
    size = run.load_settings(run_dir or runtimes.PRETRAINED).image_size
    panels: list[np.ndarray] = []
    faults: list[str] = []
    for each in inputs:
        found, left_out = chapters.find_chapters([each], None)
        faults += left_out
        for page in (page for chapter in found for page in chapter.pages):
            try:
                coloured = [_resized(panel, size) for panel in cut(page_images.decode(page.read()).on_white())]
            except Exception as error:  # whatever is wrong with one page, the others are used
                faults.append(f"{page.name}: {files.reason(error)}.")
                continue
            panels += coloured
            faults += [] if coloured else [f"{page.name}: it has no coloured panel."]
    if not panels:
        raise ValueError(" ".join(["there is no coloured panel among the references.", *faults]).rstrip("."))
    return panels, faults


def _resized(panel: np.ndarray, size: int) -> np.ndarray:
    return cv2.resize(panel, (size, size), interpolation=cv2.INTER_AREA)


def cut(page: np.ndarray) -> list[np.ndarray]:
    """The coloured panels of a page, uint8 [H, W, 3]."""
    panels = [crop(page, box) for box in joined_panels(page)]
    return [panel for panel in panels if color_share(panel) >= COLORED_SHARE]


def adapt(
    run_dir: str | os.PathLike | None,
    panels: Sequence[np.ndarray],
    output_dir: str | os.PathLike,
    *,
    steps: int = STEPS,
    say: Say = print,
) -> pathlib.Path:
    """Writes a run folder that knows `panels`; returns it. A folder that knows them already stays.

    Shows the progress of the training, if there is any.

    Args:
      run_dir: the run to start from; None: the weights that come with the package.
      panels: coloured panels, uint8 [H, W, 3] of any sizes.
      output_dir: gets settings.json and weights.npz, as in `webtoon_colorize/pretrained`.
      steps: of training, for a method without a memory.
      say: gets a sentence on what came of it: how far the panels are trusted, or that there was training.

    Raises:
      FileNotFoundError: `run_dir` is no run folder or has no checkpoint yet.
      ValueError: there are no panels, the run's files are damaged, its method does not colorize, or `output_dir`
        belongs to another run or is in use.
    """
    if not panels:
        raise ValueError("there are no coloured panels to adapt to")
    run_dir = run_dir or runtimes.PRETRAINED
    source = run.load_method(run_dir)
    if source.colorize is None:
        raise ValueError(f"{run_dir} tells titles apart and does not colorize")
    if source.takes_label:
        raise ValueError(f"{run_dir} is given titles, and cannot learn a new one")
    settings = run.load_settings(run_dir)
    known = _as_split(panels, settings.image_size)
    settings = _adapted_settings(settings, known, init_from=checkpoints.fingerprint(run_dir), steps=steps)
    output = pathlib.Path(output_dir)
    with files.locked(output):
        run.claim(output, settings)
        if not (output / checkpoints.WEIGHTS).exists():
            checkpoints.write_packed(output, _adapted(source, settings, known, steps, say))
    return output


def _adapted(source: Method, settings: run.Settings, known: data.Panels, steps: int, say: Say) -> Method:
    """The method with the weights of `source`, trained on."""
    method = run.build(settings)
    for name, network in source.networks.items():
        method.networks[name].set_weights(network.get_weights())
    if method.remember is None:
        for name, helper in source.helpers.items():
            method.helpers[name].set_weights(helper.get_weights())
        _train(method, known, steps)
        say(f"The network was trained on; coloured panels: {len(known.path)}.")
    else:
        trust = method.remember(data.evaluation_batches(known, batch_size=_BATCH_SIZE))
        say(_said(trust, len(known.path)))
    return method


def _said(trust: float, count: int) -> str:
    if count == 1:
        return "One coloured panel is trusted to 60%; more would show how alike the comic's colours are."
    alike = "tell little about each other, so colours stay near the automatic ones" if trust < DOUBT else "go together"
    return f"The {count} coloured panels {alike}: they are trusted to {trust:.0%}."


def learn(
    run_dir: str | os.PathLike | None, panels: Sequence[np.ndarray], *, strength: float = 1.0, say: Say = print
) -> Colorizer:
    """A colorizer that knows coloured panels, uint8 [H, W, 3] each. `say` and what it raises are those of `adapt`."""
    with tempfile.TemporaryDirectory() as folder:
        return Colorizer.load(adapt(run_dir, panels, folder, say=say), strength=strength)


def _as_split(panels: Sequence[np.ndarray], size: int) -> data.Panels:
    """The panels as those of one episode."""
    rgb = np.stack([_resized(panel, size) for panel in panels])
    return data.Panels(rgb, np.zeros(len(rgb), np.int32), [f"references/{number}" for number in range(len(rgb))])


def _adapted_settings(settings: run.Settings, known: data.Panels, *, init_from: str, steps: int) -> run.Settings:
    remembers = "references" in inspect.signature(run.find_build(settings)).parameters
    return dataclasses.replace(
        settings,
        arguments=settings.arguments | ({"references": len(known.path)} if remembers else {}),
        epochs=0 if remembers else steps,
        batch_size=_BATCH_SIZE,
        learning_rate=_LEARNING_RATE,
        data=hashlib.sha256(known.rgb.tobytes()).hexdigest()[:16],
        init_from=init_from,
        precision="float32",
    )


def _train(method: Method, known: data.Panels, steps: int) -> None:
    """Trains the networks on; their batch normalizations stay, because a few panels say little about averages."""
    frozen = [
        layer
        for network in method.networks.values()
        for layer in network.layers
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
    for layer in frozen:
        layer.trainable = False
    step = make_train_step(method, make_optimizers(method, _LEARNING_RATE))
    repeated = data.take(known, np.arange(max(len(known.path), _BATCH_SIZE)) % len(known.path))
    batches = data.training_batches(
        repeated, batch_size=_BATCH_SIZE, seed=_SEED, epochs=steps, together=method.together
    )
    for number, batch in enumerate(tqdm(itertools.islice(batches, steps), "learning the colours", steps, unit="step")):
        step(batch, tf.random.fold_in([_SEED, STEP_STREAM], number))
    for layer in frozen:
        layer.trainable = True
