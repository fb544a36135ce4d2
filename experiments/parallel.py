"""Trains several rows of the table at once, each in a process of its own with its share of the processor.

A step at 64 px has parts that one core must do alone. Two rows on a core each take 0.77 of the time that they take one
after the other on both (docs/benchmarks.md).
"""

import contextlib
import os
import pathlib
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence

import tensorflow as tf
import tqdm

from experiments import ablations
from webtoon_colorize.training import loop

MOST = 4  # rows at once by default; each takes 1 to 1.5 GB
LOG = "log.txt"  # of a row, in its folder of runs
_POLL = 0.5  # seconds


def default_number() -> int:
    """How many rows are trained at once: one on a GPU, else one for each core, at most MOST."""
    return 1 if tf.config.list_physical_devices("GPU") else min(MOST, _cores())


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_rows(
    rows: Sequence[str], command: Callable[[str], list[str]], *, at_once: int, runs_dir: str, epochs: dict[str, int]
) -> Iterator[tuple[str, int]]:
    """Runs the command of each row, at most `at_once` of them at a time; yields a row and its exit code when it ends.

    A row waits for those that it requires. What a command prints is in the LOG of its row. A progress bar counts
    epochs. If this generator is left early, by Ctrl-C too, the commands are asked to end (SIGTERM) and waited for.

    Args:
      rows: each after the rows that it requires.
      epochs: row -> its number of epochs, all seeds together.
    """
    waiting, running, ended = list(rows), dict[str, subprocess.Popen](), set[str]()
    bar = tqdm.tqdm(total=sum(epochs[row] for row in rows), unit="epoch", mininterval=1)
    try:
        while waiting or running:
            for row in [row for row in waiting if _required(row).isdisjoint({*waiting, *running})]:
                if len(running) < at_once:
                    waiting.remove(row)
                    running[row] = _start(command(row), pathlib.Path(runs_dir) / row / LOG, _cores() // at_once)
            bar.set_description(", ".join(running), refresh=False)
            _advance(bar, sum(_epochs(row, row in ended, runs_dir, epochs[row]) for row in rows))
            time.sleep(_POLL)
            for row in [row for row, process in running.items() if process.poll() is not None]:
                ended.add(row)
                yield row, running.pop(row).returncode
        _advance(bar, bar.total)
    finally:
        bar.close()
        _end(running.values())


def _required(row: str) -> set[str]:
    return set(ablations.TRAINABLE[row].requires)


def _start(command: list[str], log: pathlib.Path, threads: int) -> subprocess.Popen:
    """Starts a command with so many threads, out of reach of the terminal's Ctrl-C, which would come twice."""
    share = {name: str(max(1, threads)) for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")}
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "wb") as file:
        return subprocess.Popen(
            command, stdout=file, stderr=subprocess.STDOUT, env=share | os.environ, start_new_session=True
        )


def _end(processes: Sequence[subprocess.Popen]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait()


def _epochs(row: str, has_ended: bool, runs_dir: str, every: int) -> int:
    """The epochs that a row has behind it; all, once it has ended, for its patience may have."""
    if has_ended:
        return every
    done = 0
    for curves in (pathlib.Path(runs_dir) / row).glob(f"seed_*/{loop.CURVES}"):
        with contextlib.suppress(OSError):
            done += max(0, len(curves.read_bytes().splitlines()) - 1)  # without the heading
    return min(done, every)


def _advance(bar: tqdm.tqdm, done: int) -> None:
    bar.update(max(0, done - bar.n))


def last_error(row: str, runs_dir: str) -> str:
    """The last error in the log of a row, and where the log is."""
    log = pathlib.Path(runs_dir) / row / LOG
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    return f"{errors[-1] if errors else 'it ended early'} ({log} has more)"
