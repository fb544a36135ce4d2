"""Draws a comic: invented webtoons with the difficulties of real ones and exact ground truth.

Usage: python -m data_tools.synthesize [--output_dir=COMIC] [--titles=N]
Example: python -m data_tools.synthesize --output_dir=data/comic_2 --titles=2

Writes vertical strips as `<title>/<episode>/<page>.png`, and beside each a `<page>.json` with its panels, bubbles and
tags (`comic/tags.py`). At the end, it writes `comic.json` with settings and counts. A strip is a function of (seed,
title, episode), so an interrupted run can go on where it stopped.
"""

import collections
import concurrent.futures
import json
import multiprocessing
import os
import pathlib
import signal
from typing import NamedTuple

import cv2
import tqdm
from absl import flags

from data_tools.comic import strips
from data_tools.comic.titles import make_title
from webtoon_colorize import startup
from webtoon_colorize.files import atomic_path, locked, remove_unfinished

DRAWING_VERSION = 2  # raise it with every change of a pixel or a description
PNG_OPTIONS = (cv2.IMWRITE_PNG_COMPRESSION, 2)


class Task(NamedTuple):
    """Strips of one episode that are still to be drawn."""

    output_dir: pathlib.Path
    seed: int
    index: int  # of the title, from 0
    episode: int  # counted from 1
    pages: tuple[int, ...]  # the strips' numbers in the episode, from 0


def _write_json(path: pathlib.Path, content: dict, *, indent: int | None = None) -> None:
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(content, indent=indent) + "\n")


def _strip_path(output_dir: pathlib.Path, seed: int, index: int, episode: int, page: int) -> pathlib.Path:
    return output_dir / make_title(seed, index).name / f"{episode:03}" / f"{page + 1:02}.png"


def draw_episode(task: Task) -> int:
    """Draws and writes the strips of a task; returns how many."""
    plan = strips.plan_episode(task.seed, task.index, task.episode)
    for page in task.pages:
        strip = strips.draw_page(task.seed, task.index, plan[page])
        path = _strip_path(task.output_dir, task.seed, task.index, task.episode, page)
        _write_json(path.with_suffix(".json"), strip.described)
        with atomic_path(path) as temporary:
            if not cv2.imwrite(str(temporary), cv2.cvtColor(strip.image, cv2.COLOR_RGB2BGR), PNG_OPTIONS):
                raise OSError(f"{path} could not be written: OpenCV refused it without a reason.")
    return len(task.pages)


def _all_strips(output_dir: pathlib.Path, settings: dict) -> list[Task]:
    """One task for each episode, with all its strips."""
    seed, first = settings["seed"], settings["first_episode"]
    return [
        Task(output_dir, seed, index, episode, tuple(range(len(strips.plan_episode(seed, index, episode)))))
        for index in range(settings["titles"])
        for episode in range(first, first + settings["episodes"])
    ]


def _missing(tasks: list[Task]) -> list[Task]:
    """The tasks with strips that lack a picture or a description, reduced to those strips."""
    left = []
    for task in tasks:
        paths = [_strip_path(*task[:4], page) for page in task.pages]
        pages = tuple(
            page for page, path in zip(task.pages, paths) if not (path.exists() and path.with_suffix(".json").exists())
        )
        left.extend([task._replace(pages=pages)] if pages else [])
    return left


def _check_settings(output_dir: pathlib.Path, settings: dict) -> None:
    """Notes the settings in the folder.

    Raises ValueError unless the folder is new, empty or was drawn with the same settings.
    """
    noted = output_dir / "settings.json"
    if not noted.exists():
        if output_dir.exists() and any(not path.name.startswith(".") for path in output_dir.iterdir()):
            raise ValueError(
                f"{output_dir} has files in it but was not made by this program: choose another --output_dir."
            )
        _write_json(noted, settings)
        return
    found = {"first_episode": 1} | json.loads(noted.read_text())  # older comics do not say
    differences = [
        f"{name} {found.get(name)} instead of {value}" for name, value in settings.items() if found.get(name) != value
    ]
    if differences:
        raise ValueError(
            f"{output_dir} was drawn with other settings ({', '.join(differences)}): "
            "choose another --output_dir or delete it."
        )


def _counted(tasks: list[Task]) -> dict:
    """Title -> numbers of strips, panels, usable panels and tags."""
    counts: dict[str, collections.Counter] = {}
    for task in tasks:
        for path in (_strip_path(*task[:4], page) for page in task.pages):
            described = json.loads(path.with_suffix(".json").read_text())["panels"]
            count = counts.setdefault(path.parts[-3], collections.Counter())
            count.update(strips=1, panels=len(described), usable_panels=sum(map(strips.is_usable, described)))
            count.update(f"tag {tag}" for panel in described for tag in panel["tags"])
    return {title: dict(sorted(count.items())) for title, count in counts.items()}


def _start_worker() -> None:
    cv2.setNumThreads(1)  # there is a process per core already
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process handles Ctrl-C and ends the pool


def _draw_all(tasks: list[Task], processes: int) -> None:
    # Workers are spawned, not forked: a fork of a program with threads (the progress bar's, TensorFlow's) can hang.
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(processes, mp_context=context, initializer=_start_worker) as pool:
        futures = [pool.submit(draw_episode, task) for task in tasks]
        with tqdm.tqdm(
            total=sum(len(task.pages) for task in tasks), desc="drawing", unit="strip", smoothing=0.05
        ) as bar:
            try:
                for future in concurrent.futures.as_completed(futures):
                    bar.update(future.result())
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise


def synthesize(
    output_dir: str | os.PathLike,
    *,
    titles: int,
    episodes: int,
    seed: int,
    first_episode: int = 1,
    processes: int | None = None,
) -> bool:
    """Draws what is missing in `output_dir`; returns whether anything was missing.

    Raises ValueError if the folder was drawn with other settings, has other files in it or is in use.
    """
    settings = {
        "titles": titles,
        "episodes": episodes,
        "first_episode": first_episode,
        "seed": seed,
        "drawing_version": DRAWING_VERSION,
    }
    with locked(output_dir):
        return _draw_missing(pathlib.Path(output_dir), settings, processes or os.cpu_count() or 1)


def _draw_missing(output_dir: pathlib.Path, settings: dict, processes: int) -> bool:
    _check_settings(output_dir, settings)
    tasks = _all_strips(output_dir, settings)
    missing = _missing(tasks)
    if not missing and (output_dir / "comic.json").exists():
        return False
    if missing:
        remove_unfinished(output_dir)
        _draw_all(missing, processes)
    counts = _counted(tasks)
    totals = {name: sum(count[name] for count in counts.values()) for name in ("strips", "panels", "usable_panels")}
    _write_json(output_dir / "comic.json", {**settings, **totals, "by_title": counts}, indent=1)
    return True


def main(_: list[str]) -> None:
    """Draws the comic and prints its counts."""
    folder, numbers = (
        FLAGS.output_dir,
        {name: FLAGS[name].value for name in ("titles", "episodes", "first_episode", "seed")},
    )
    try:
        drawn = synthesize(folder, **numbers)
    except (ValueError, OSError) as error:
        raise startup.failure(error) from None
    except KeyboardInterrupt:
        raise SystemExit("interrupted; the same command goes on where it stopped") from None
    comic = json.loads((pathlib.Path(folder) / "comic.json").read_text())
    counts = f"{comic['strips']} strips, {comic['panels']} panels, {comic['usable_panels']} of them usable"
    print(f"The comic {'is in' if drawn else 'is there already in'} {folder}: {counts}.")


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_string("output_dir", "data/comic", "Gets <title>/<episode>/<page>.png and .json.")
    flags.DEFINE_integer("titles", 5, "Webtoons; more titles do not change the first ones.", lower_bound=1)
    flags.DEFINE_integer("episodes", 40, "Of each webtoon, each with 7 or 8 usable panels.", lower_bound=1)
    flags.DEFINE_integer("first_episode", 1, "Number of the first episode; others do not change it.", lower_bound=1)
    flags.DEFINE_integer("seed", 0, "The same seed gives the same bytes.", lower_bound=0)
    startup.run(main, __doc__)
