"""What the figures are made of: test panels, results of rows, and colorizations by each row's first run."""

import functools
import json
import pathlib
from typing import NamedTuple

import cv2
import numpy as np
import tensorflow as tf

from experiments import results
from webtoon_colorize import color, data, evaluation, run
from webtoon_colorize.io import csv_files, images
from webtoon_colorize.methods.method import Method


class Missing(Exception):
    """Something must be trained or prepared first. The message is a sentence that says what."""


class Colored(NamedTuple):
    """Colorizations of some panels."""

    ab: np.ndarray  # [N, S, S, 2] float32, Lab units
    rgb: np.ndarray  # [N, S, S, 3] uint8


class Trained:
    """The runs that a folder of results comes from. Of each row, it is the run of the first seed."""

    def __init__(self, *, data_dir: str, runs_dir: str, results_dir: str):
        self.data_dir, self._runs_dir, self._results_dir = data_dir, runs_dir, results_dir
        self.result = functools.cache(self._read_result)
        self.method = functools.cache(self._load_method)
        self.panels = functools.cache(self._load_panels)

    def _read_result(self, experiment: str) -> results.Result:
        """Raises Missing if there is no result on the panels of `data_dir`."""
        result = results.read_comparable(self._results_dir, experiment)
        if result is None and results.read(self._results_dir, experiment):
            raise Missing(f"The result of {experiment} is of other panels, or of another size, than gray's.")
        if result is None:
            reason = results.read_reason(self._results_dir, experiment) or f"make reproduce-table ROWS={experiment}"
            raise Missing(f"There is no result of {experiment} yet: {reason}")
        if result.data != data.fingerprint(self.data_dir):
            raise Missing(f"The result of {experiment} is of other data than {pathlib.Path(self.data_dir).name}.")
        return result

    def values(self, experiment: str, metric: str) -> np.ndarray:
        """Per test panel, float64 [N], of the first seed."""
        return self.result(experiment).per_image(metric)[0]

    def share_of_gray(self, experiment: str) -> np.ndarray:
        """RMSE per test panel divided by that of gray, float64 [N]; not finite where the truth is gray."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.values(experiment, "rmse_lab") / self.values("gray", "rmse_lab")

    def variant_values(self, experiment: str, metric: str) -> np.ndarray:
        """Per sample or iteration and test panel, float64 [variants, N], of the first seed."""
        return self.result(experiment).variants(metric)[:, 0]

    def _load_panels(self, experiment: str) -> data.Panels:
        """The test panels at the row's size."""
        return data.load_panels(self.data_dir, "test", image_size=self.result(experiment).settings["image_size"])

    def settings(self, experiment: str) -> run.Settings:
        """Settings of the row's first run. Raises Missing if it is gone or was trained again since."""
        run_dir = self._run_dir(experiment)
        try:
            settings = run.load_settings(run_dir)
            training = json.loads((run_dir / run.FINISHED).read_text())
        except FileNotFoundError as error:
            raise Missing(f"There is a result of {experiment} but no finished run.") from error
        # Numbers of one run must not stand below pictures of another.
        if self.result(experiment).runs[0].training != training:
            raise Missing(f"{experiment} was trained again after its result: make reproduce-table ROWS={experiment}")
        return settings

    def _load_method(self, experiment: str) -> Method:
        self.settings(experiment)
        try:
            return run.load_method(self._run_dir(experiment))
        except FileNotFoundError as error:
            raise Missing(f"The run of {experiment} has no checkpoint.") from error

    def _run_dir(self, experiment: str) -> pathlib.Path:
        return pathlib.Path(self._runs_dir) / experiment / f"seed_{self.result(experiment).runs[0].seed}"

    def original(self, path: str, *, size: int) -> np.ndarray:
        """A panel of the dataset, resized to a square from its file, uint8 [size, size, 3]."""
        return _resize(_read(pathlib.Path(self.data_dir) / path), size)

    def colored(self, experiment: str, panels: data.Panels) -> Colored:
        """`panels` as the row colours them."""
        return colorize(self.method(experiment).colorize, panels)

    def variants(self, experiment: str, panels: data.Panels) -> list[Colored]:
        """Each sample or iteration of the row on `panels`."""
        method = self.method(experiment)
        return [
            colorize(lambda lightness, label, each=each: method.variants(lightness, label)[each], panels)
            for each in range(len(self.variant_values(experiment, "l2")))
        ]


def colorize(how: evaluation.Colorize, panels: data.Panels) -> Colored:
    """Colours every panel by `how`, in batches."""
    compiled = tf.function(how, reduce_retracing=True, autograph=False)
    every, pictures = [], []
    for batch in data.evaluation_batches(panels, batch_size=evaluation.BATCH_SIZE):
        ab = compiled(batch.lightness, batch.label)
        every.append(ab * color.AB_SCALE)
        pictures.append(tf.cast(tf.round(color.lab_to_rgb(batch.lightness, ab) * 255.0), tf.uint8))
    return Colored(np.concatenate(every), np.concatenate(pictures))


def lab(panels: data.Panels) -> np.ndarray:
    """The true pictures in Lab units, [N, S, S, 3]."""
    batches = data.evaluation_batches(panels, batch_size=evaluation.BATCH_SIZE)
    return np.concatenate([color.lab_units(each.lightness, each.ab) for each in batches])


def load_gray_panels(data_dir: str, *, image_size: int) -> data.Panels:
    """The panels of test episodes that were dropped because they are gray, resized from their thumbnails."""
    folder = pathlib.Path(data_dir)
    panels = csv_files.read(folder / "panels.csv")
    dropped = csv_files.read(folder / "dropped.csv") if (folder / "dropped.csv").exists() else []
    test = {(row["title"], row["episode"]) for row in panels if row["split"] == "test"}
    gray = [
        row
        for row in dropped
        if row["reason"] == "gray" and (row["title"], row["episode"]) in test and (folder / row["thumbnail"]).is_file()
    ]
    if not gray:
        raise Missing("No naturally gray panel was dropped from the test episodes.")
    titles = data.load_titles(data_dir)
    pictures = [_resize(_read(folder / row["thumbnail"]), image_size) for row in gray]
    label = np.array([titles.index(row["title"]) for row in gray], np.int32)
    return data.Panels(np.stack(pictures), label, [row["thumbnail"] for row in gray])


def _read(path: pathlib.Path) -> np.ndarray:
    try:
        return images.read_image(path)
    except images.ImageError as error:
        raise ValueError(f"{path}: {error}") from error


def _resize(rgb: np.ndarray, size: int) -> np.ndarray:
    shrinks = min(rgb.shape[:2]) >= size
    return cv2.resize(rgb, (size, size), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
