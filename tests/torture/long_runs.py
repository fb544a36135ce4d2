"""Programs that run long: whether memory, open files and the time of a step grow."""

import itertools
import os
import pathlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple
from unittest import mock

import numpy as np
from scipy import stats
from tqdm import tqdm

from tests.comics import gray, page_bytes, save
from tests.conftest import make_run, write_dataset

WARM_UP = 0.3  # share of the measurements that is left out: caches fill, graphs are traced


class Slope(NamedTuple):
    """How much something grows over 1,000 rounds, with its 95% interval."""

    value: float
    low: float
    high: float
    mean: float  # of the thing itself

    @property
    def grows(self) -> bool:
        """Whether it surely grows, and by more than a tenth in 1,000 rounds."""
        return self.low > 0 and self.value > 0.1 * self.mean


def _state() -> tuple[float, int]:
    """Resident memory in MB, and the number of open files."""
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6, len(os.listdir("/proc/self/fd"))


def slopes(rounds: Iterator[object], count: int) -> dict[str, Slope]:
    """Measures memory, open files and the processor's seconds in each of `count` rounds, and fits lines to them."""
    measured, before = [], time.process_time()
    for _ in itertools.islice(rounds, count):
        now = time.process_time()
        measured.append((*_state(), now - before))
        before = now
    kept = np.array(measured)[int(WARM_UP * len(measured)) :]
    names = ("memory (MB)", "open files", "seconds")
    return {name: _slope(column) for name, column in zip(names, kept.T)}


def _slope(values: np.ndarray) -> Slope:
    """Theil and Sen's line: a few slow rounds, when others use the machine, do not tilt it."""
    thinned = values[:: max(1, len(values) // 400)]
    step = len(values) / len(thinned)
    if np.ptp(thinned) == 0:
        return Slope(0.0, 0.0, 0.0, float(values[0]))
    slope, _, low, high = stats.theilslopes(thinned, np.arange(len(thinned)) * step)
    return Slope(*(1000 * float(each) for each in (slope, low, high)), float(np.median(values)))


def training(work: pathlib.Path) -> Iterator[object]:
    """Epochs of a tiny run: a step, the validation and a checkpoint each."""
    from tests.test_interrupted_training import small_method
    from webtoon_colorize import data, evaluation
    from webtoon_colorize.training import loop

    data_dir = write_dataset(work / "long", ["train", "validation"])
    panels, validation = (data.load_panels(data_dir, split, image_size=16) for split in ("train", "validation"))
    method, schedule = small_method(), loop.Schedule(10**6, 10**6, 4, 1e-3, 0)
    optimizers = loop.make_optimizers(method, schedule.learning_rate)
    state, train_step = loop._resume(work / "long_run", method, optimizers), loop.make_train_step(method, optimizers)
    batches = loop._batches(panels, schedule, done=0, together=1)
    evaluate = evaluation.make_evaluate(evaluation.validation_measure(method))
    with tqdm(disable=True) as bar:
        take_steps = loop._TakeSteps(method, train_step, batches, schedule, threading.Event(), bar)
        for epoch in itertools.count():
            take_steps(range(epoch, epoch + 1))
            values = {f"validation/{name}": float(value.mean()) for name, value in evaluate(validation).items()}
            loop._save(state, values, judged_by="error", steps=epoch + 1, seconds=0.0)
            state.curves.clear()  # the file of curves grows by a row an epoch, as it should
            yield


def app(work: pathlib.Path) -> Iterator[object]:
    """Requests to the app: every tenth opens another page, the others place dots. Five pages have room."""
    from starlette.testclient import TestClient

    from webtoon_colorize.app import server, session
    from webtoon_colorize.colorizer import Colorizer

    make_run(work / "app_run", experiment="color_and_apply_hints", method="color_and_apply_hints.build", arguments={})
    opened = session.Session(Colorizer.load(work / "app_run"), lambda pages: None)
    room = mock.patch.object(session, "MOST_PIXELS", 5 * session.LEAST_PIXELS)
    with room, TestClient(server.build(opened), base_url="http://localhost") as client:
        for number in itertools.count():
            if number % 10 == 0:
                page = client.post("/pages", content=page_bytes(work, number)).json()["key"]
            dot = {"x": number % 50, "y": number % 60, "color": "#c03020"}
            answer = client.post(f"/pages/{page}/view", json={"page": [dot]})
            assert answer.status_code == 200, answer.text
            yield


def coloring(work: pathlib.Path) -> Iterator[object]:
    """Pages through the command line's own function, a hundred to a call."""
    from webtoon_colorize import color_chapters
    from webtoon_colorize.colorizer import Colorizer
    from webtoon_colorize.io import chapters

    make_run(work / "long_colorizer")
    colorizer = Colorizer.load(work / "long_colorizer")
    for number in range(100):
        save(work / "long_pages" / f"{number}.png", gray(number, height=60, width=50))
    while True:
        found, _ = chapters.find_chapters([str(work / "long_pages")], str(work / "long_out"))
        assert color_chapters.color_chapters(found, colorizer, color_chapters.Options()).colored == 100
        yield


LONG_RUNS: dict[str, tuple[Callable[[pathlib.Path], Iterator[object]], int, int]] = {
    # name -> what runs, rounds in `make torture`, and what a round counts
    "2,000 epochs of a tiny run": (training, 2000, 1),
    "5,000 requests to the app, 500 pages": (app, 5000, 1),
    "10,000 pages through the command line": (coloring, 100, 100),
}
