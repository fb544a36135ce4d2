"""Cuts episodes into panels on all cores."""

import concurrent.futures
import itertools
import multiprocessing
import os
import pathlib
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection

from data_tools.crops import PageReport, Settings, cut_episode
from data_tools.pages import Page

Episode = Sequence[Page]
Done = tuple[Episode, list[PageReport]]

_begun: "multiprocessing.SimpleQueue[str]"  # the names of pages that workers begin with


def cut_all(
    episodes: Iterable[Episode],
    folder: pathlib.Path,
    settings: Settings,
    *,
    workers: int,
    begin: Callable[[str], None],
) -> Iterator[Done]:
    """Cuts the episodes and yields each with its reports when it is done, in any order.

    Calls `begin` with the name of each page that a worker begins with. If the system ends a worker, the episodes in
    work are cut alone. A page at which that happens again is reported as one that cannot be read.
    """

    def run(some: Iterable[Episode], count: int) -> Generator[Done, None, list[Episode]]:
        return _run(some, folder, settings, workers=count, begin=begin)

    waiting = iter(episodes)
    while lost := (yield from run(waiting, workers)):
        for episode in lost:
            for page in [page for each in (yield from run([episode], 1)) for page in each]:
                if (yield from run([[page]], 1)):
                    yield [page], [PageReport(fault="the process that read it was ended, perhaps for want of memory")]


def _run(
    episodes: Iterable[Episode],
    folder: pathlib.Path,
    settings: Settings,
    *,
    workers: int,
    begin: Callable[[str], None],
) -> Generator[Done, None, list[Episode]]:
    """Yields episodes that are done; returns those that were in work when a worker died, or nothing at the end."""
    # Workers are spawned, not forked: a fork of a program with threads (TensorFlow's) can hang.
    context = multiprocessing.get_context("spawn")
    begun, (reader, writer) = context.SimpleQueue(), context.Pipe(duplex=False)
    pool = concurrent.futures.ProcessPoolExecutor(workers, context, _start_worker, (reader, begun))
    episodes, work = iter(episodes), {}
    try:
        while True:
            for episode in itertools.islice(episodes, 2 * workers - len(work)):  # no more in memory than are needed
                work[pool.submit(_cut, episode, folder, settings)] = episode
            if not work:
                return []
            done, _ = concurrent.futures.wait(work, timeout=0.2, return_when=concurrent.futures.FIRST_COMPLETED)
            while not begun.empty():
                begin(begun.get())
            for future in done:
                reports = future.result()
                yield work.pop(future), reports
    except BrokenProcessPool:
        return list(work.values())
    finally:
        if work:
            writer.close()  # ends the workers
        pool.shutdown(cancel_futures=True)
        writer.close()


def _start_worker(reader: Connection, begun: "multiprocessing.SimpleQueue[str]") -> None:
    """Leaves Ctrl-C to the parent process, and ends this process when the parent ends or closes its end of `reader`."""
    global _begun
    _begun = begun
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, args=(reader,), daemon=True).start()


def _end_with_parent(reader: Connection) -> None:
    try:
        reader.recv_bytes()
    finally:
        os._exit(1)


def _cut(episode: Episode, folder: pathlib.Path, settings: Settings) -> list[PageReport]:
    return cut_episode(episode, folder, settings, lambda page: _begun.put(f"{page.title}/{page.episode}/{page.name}"))
