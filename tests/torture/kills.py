"""Kills programs at random moments, starts them again, and compares what they write with an undisturbed call.

Each call is a child of this process, which has imported TensorFlow and used none of it: so a child starts at once.
"""

import csv
import dataclasses
import functools
import hashlib
import os
import pathlib
import random
import shutil
import signal
import sys
import time
import types
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from data_tools import download, fetching, sources
from data_tools.crops import Settings
from data_tools.prepare import prepare
from experiments import ablations, evaluate, train
from tests.comics import archive, art, comic, gray, page_bytes, save
from tests.conftest import make_run, write_dataset
from tests.web import ok, serving

MOST_IN_A_ROW = 4  # kills of one call before it may end
SCALE = ablations.Scale(image_size=32, filters=4, epochs=4, patience=20, batch_size=4)


@dataclasses.dataclass(frozen=True)
class Program:
    """A program that is killed."""

    call: Callable[[pathlib.Path], object]  # works in this folder; the same call goes on
    written: Callable[[pathlib.Path], str]  # a digest of what it wrote there
    watched: str = ""  # folders in which it writes what is dangerous to interrupt


def in_child(function: Callable[[], object]) -> int:
    """Starts a process of its own group that calls `function`; returns its number. It exits with 0 or 1."""
    sys.stdout.flush()
    if number := os.fork():
        return number
    os.setpgid(0, 0)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    if not os.environ.get("TORTURE_SHOWS"):
        os.dup2(nowhere, 2)
    try:
        function()
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


def _finish(number: int) -> int:
    """Waits for a child; its exit status."""
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def _kill(number: int) -> None:
    try:
        os.killpg(number, signal.SIGKILL)
    except ProcessLookupError:  # it has not come to making its group
        os.kill(number, signal.SIGKILL)


def _ends_before(number: int, moment: Callable[[], bool]) -> int | None:
    """The exit status if the child ends before the moment has come, else None."""
    while not moment():
        done, status = os.waitpid(number, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.0005)
    return None


def _moment(folder: pathlib.Path, program: Program, longest: float, rng: random.Random) -> Callable[[], bool]:
    """When to kill: after a random time, or when one of the next things appears in a watched folder or goes."""
    end = time.monotonic() + rng.uniform(0, 1.2 * longest)
    if not program.watched or rng.random() < 0.5:
        return lambda: time.monotonic() > end
    left, before = rng.randint(1, 12), _names(folder, program.watched)

    def changed() -> bool:
        nonlocal left, before
        now = _names(folder, program.watched)
        left, before = left - (now != before), now
        return left <= 0

    return changed


def _names(folder: pathlib.Path, watched: str) -> list[str]:
    return [str(path) for path in folder.glob(watched)]


def _finished(folder: pathlib.Path, program: Program, longest: float, kills: int, rng: random.Random) -> Iterator[str]:
    """Calls the program until it ends, with `kills` kills before; yields what goes wrong."""
    for _ in range(kills):
        number = in_child(lambda: program.call(folder))
        status = _ends_before(number, _moment(folder, program, longest, rng))
        if status is None:
            _kill(number)
            _finish(number)
        elif status:
            yield f"after a kill it ended with {status}"
            return
    if status := _finish(in_child(lambda: program.call(folder))):
        yield f"after {kills} kills it ended with {status}"


def failures(name: str, program: Program, kills: int, work: pathlib.Path, *, seed: int = 0) -> list[str]:
    """Kills the program so many times in all; returns what went wrong."""
    rng, whole = random.Random(f"{name} {seed}"), work / "whole"
    start = time.monotonic()
    if status := _finish(in_child(lambda: program.call(whole))):
        return [f"{name}: undisturbed, it ended with {status}"]
    longest, expected = time.monotonic() - start, _digest(program, whole, work)
    found = []
    while kills > 0:
        some = min(kills, rng.randint(1, MOST_IN_A_ROW))
        folder = work / "killed"
        shutil.rmtree(folder, ignore_errors=True)
        wrong = list(_finished(folder, program, longest, some, rng))
        if not wrong and _digest(program, folder, work) != expected:
            wrong = ["what it wrote differs from an undisturbed call's"]
        found += [f"{name}: {each} ({kills} kills were left)" for each in wrong]
        kills -= some
    return found


def _digest(program: Program, folder: pathlib.Path, work: pathlib.Path) -> str:
    """`program.written`, by a child of its own."""
    path = work / "digest"
    path.unlink(missing_ok=True)
    if _finish(in_child(lambda: path.write_text(program.written(folder)))):
        return "it cannot be read"
    return path.read_text()


def _of_files(folder: pathlib.Path, skip: Sequence[str] = ()) -> str:
    """A digest of the names and contents of all files that are not hidden."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        if path.is_file() and path.name not in skip and not any(part.startswith(".") for part in place.parts):
            digest.update(f"{place}\n{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _of_checkpoints(run_dir: pathlib.Path) -> str:
    """A digest of all values in best/ and last/ but the time that it took."""
    import tensorflow as tf

    digest = hashlib.sha256()
    for kind in ("best", "last"):
        reader = tf.train.load_checkpoint(str(run_dir / kind))
        for name in sorted(reader.get_variable_to_shape_map()):
            if not name.startswith(("_CHECKPOINTABLE_OBJECT_GRAPH", "save_counter", "progress/seconds")):
                digest.update(name.encode() + np.asarray(reader.get_tensor(name)).tobytes())
    return digest.hexdigest()


def trainings(work: pathlib.Path) -> dict[str, Program]:
    """A row of each kind: one network, an adversary, two networks, a VAE with a helper, and a memory of panels."""
    data_dir = write_dataset(work / "data", ["train"] * 4 + ["validation", "test"])

    def call(folder: pathlib.Path, row: str) -> None:
        options = {"data_dir": data_dir, "seed": 0, "learning_rate": 1e-3}
        for helper in ablations.TRAINABLE[row].requires:
            train.train(helper, dataclasses.replace(SCALE, epochs=1), run_dir=folder / helper / "seed_0", **options)
        train.train(row, SCALE, run_dir=folder / row / "seed_0", **options)

    def program(row: str) -> Program:
        return Program(
            functools.partial(call, row=row),
            lambda folder: _of_checkpoints(folder / row / "seed_0"),
            f"{row}/seed_0/[bl][ea]s*/*",
        )

    rows = ("l2", "adversarial", "color_and_apply", "diverse_vae", "references")
    return {f"training {row}": program(row) for row in rows}


def _evaluation(work: pathlib.Path) -> Program:
    data_dir = write_dataset(work / "measured", ["train", "validation", "test"])
    options = {"data_dir": data_dir, "seed": 0, "learning_rate": 1e-3}
    scale = dataclasses.replace(SCALE, epochs=1)
    number = in_child(lambda: train.train("l2", scale, run_dir=work / "l2", **options))
    assert _finish(number) == 0
    return Program(
        lambda folder: evaluate.evaluate_runs([work / "l2"], data_dir=data_dir, results_dir=folder), _of_files, "**/*"
    )


def _adaptation(work: pathlib.Path) -> Program:
    from webtoon_colorize import adaptation

    assert _finish(in_child(lambda: make_run(work / "run"))) == 0
    panels = [art(number, 60, 50) for number in range(3)]
    return Program(
        lambda folder: adaptation.adapt(work / "run", panels, folder, steps=20),
        lambda folder: _of_files(folder, skip=["settings.json"]),
        "*",
    )


def _coloring(work: pathlib.Path) -> Program:
    from webtoon_colorize import __main__

    assert _finish(in_child(lambda: make_run(work / "colorizer"))) == 0
    for number in range(6):
        save(work / "pages" / f"{number}.png", np.repeat(gray(number)[..., None], 3, 2))
    archive(work / "pages" / "book.cbz", {f"{number}.png": page_bytes(work, number) for number in range(6)})
    values = {"run_dir": work / "colorizer", "title": None, "hints": None, "skip_colored": True, "keep_white": True}
    values |= {"color_layer": True, "skip_existing": True, "references": [], "adapted_run": None, "strength": 1.0}

    def call(folder: pathlib.Path) -> None:
        code = __main__.colorize([str(work / "pages")], types.SimpleNamespace(**values, output_dir=str(folder)))
        assert code == 0, code

    return Program(call, _of_files, "**/*")


def _preparation(work: pathlib.Path) -> Program:
    comic(work / "comic", episodes=8)
    return Program(
        lambda folder: prepare([str(work / "comic")], str(folder / "data"), Settings(), workers=2), _of_files, "**/*"
    )


def _downloading(work: pathlib.Path, url: str) -> Program:
    pages = [sources.Page(f"{url}/{number}", f"title/1/{number}.png", "A. Painter", "CC0") for number in range(20)]

    def call(folder: pathlib.Path) -> None:
        assert download.download(pages, str(folder), fetching.Fetcher(pause=0.0, back_off=0.0)) == []

    def written(folder: pathlib.Path) -> str:
        with open(folder / "title" / download.ATTRIBUTION, newline="", encoding="utf-8") as file:
            named = sorted(row["page"] for row in csv.DictReader(file))
        return f"{named} {_of_files(folder, skip=[download.ATTRIBUTION])}"

    return Program(call, written, "**/*")


def other_programs(work: pathlib.Path, url: str) -> dict[str, Program]:
    return {
        "data_tools.prepare": _preparation(work),
        "data_tools.download": _downloading(work, url),
        "experiments.evaluate": _evaluation(work),
        "learning references": _adaptation(work),
        "webtoon-colorize": _coloring(work),
    }


def served(work: pathlib.Path):
    """A server with the pages that `data_tools.download` fetches."""
    os.environ["NO_PROXY"] = "127.0.0.1"
    return serving({f"/{number}": ok(page_bytes(work, number)) for number in range(20)})
