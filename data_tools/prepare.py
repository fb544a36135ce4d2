"""Prepares a dataset from comics.

Usage: python -m data_tools.prepare --comic_dir=COMIC... --output_dir=DATA
Example: python -m data_tools.prepare --comic_dir=comics --output_dir=data/mine --page_width=800

Cuts pages into panels, drops copies, panels of the wrong size and gray panels, splits by episode (the
paper's section III), and prints Table I.

Exit code: 0 if all is well, 1 if the dataset is made but some files could not be read (they are named), 2 if no dataset
is made (the reason is given).
"""

import concurrent.futures
import contextlib
import dataclasses
import functools
import json
import multiprocessing
import os
import pathlib
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence

import tqdm
from absl import flags

from data_tools.crops import PageReport, Settings, cut_page
from data_tools.dataset import Selection, select, write_dataset
from data_tools.pages import ComicError, Page, find_pages, fingerprint
from data_tools.splits import check_episodes
from data_tools.tables import box_table, title_table
from webtoon_colorize import startup


def prepare(comic_dirs: Sequence[str], output_dir: str, settings: Settings, *, without: Sequence[str] = ()) -> int:
    """Makes the dataset in `output_dir`, prints Table I and returns the exit code (0 or 1).

    Raises ComicError if there can be no dataset.
    """
    pages, bad = find_pages(comic_dirs, without=without)
    output = pathlib.Path(output_dir).resolve()
    source = fingerprint(pages, dataclasses.asdict(settings))
    if is_done(output, source):
        print(f"{output_dir} is already made from these pages with these settings.")
        return 0
    _check_titles(pages, settings)
    with _appearing_whole(output) as folder:
        reports = _cut_pages(pages, folder, settings)
        selection = select(reports, bad, settings)
        summary = write_dataset(folder, selection, settings, fingerprint=source)
    print(*filter(None, (title_table(summary), box_table(reports), f"The dataset is in {output_dir}.")), sep="\n\n")
    return _name_unreadable(selection)


def is_done(output: pathlib.Path, source: str) -> bool:
    """Whether `output` holds the dataset with fingerprint `source`. Raises ComicError if it holds anything else."""
    if not output.exists() or (output.is_dir() and not any(output.iterdir())):
        return False
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        if json.loads((output / "dataset.json").read_text(encoding="utf-8"))["fingerprint"] == source:
            return True
    raise ComicError(
        f"{output} is there already, and was not made from these pages with these settings: "
        "remove it or choose another --output_dir."
    )


def _check_titles(pages: Sequence[Page], settings: Settings) -> None:
    """Raises ComicError early for titles that have too few episodes even if all of their panels are kept."""
    for title in dict.fromkeys(page.title for page in pages):
        count = len({page.episode for page in pages if page.title == title})
        check_episodes(title, count, validation_share=settings.validation_share, test_share=settings.test_share)


@contextlib.contextmanager
def _appearing_whole(output: pathlib.Path) -> Iterator[pathlib.Path]:
    """A folder beside `output` that becomes `output` when the block ends well, and is removed when it raises."""
    folder = output.with_name(f".{output.name}.partial")
    shutil.rmtree(folder, ignore_errors=True)  # left by a run that was killed
    folder.mkdir(parents=True)
    try:
        yield folder
        os.replace(folder, output)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _cut_pages(pages: Sequence[Page], folder: pathlib.Path, settings: Settings) -> list[PageReport]:
    cut = functools.partial(cut_page, folder=folder, settings=settings)
    # Workers are spawned, not forked: a fork of a program with threads (TensorFlow's) can hang. They ignore Ctrl-C,
    # because the parent process ends them.
    pool = concurrent.futures.ProcessPoolExecutor(
        mp_context=multiprocessing.get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
    )
    try:
        reports = pool.map(cut, pages, chunksize=4)
        return list(tqdm.tqdm(reports, total=len(pages), desc="cutting pages", unit="page"))
    finally:
        pool.shutdown(cancel_futures=True)


def _name_unreadable(selection: Selection) -> int:
    unreadable = [each for each in selection.dropped if each.reason == "unreadable"]
    for each in unreadable:
        print(f"Left out {each.title}/{each.episode}/{each.page}: {each.detail}.", file=sys.stderr)
    if unreadable:
        print(
            f"{len(unreadable)} file{'s' * (len(unreadable) > 1)} could not be read; all the rest is in the dataset.",
            file=sys.stderr,
        )
    return 1 if unreadable else 0


def define_flags() -> None:
    flags.DEFINE_multi_string(
        "comic_dir",
        None,
        "Folder with <title>/<episode>/<page>.jpg|png|webp or <title>/<episode>.cbz; may be repeated.",
        required=True,
    )
    flags.DEFINE_string("output_dir", None, "Where to make the dataset.", required=True)
    flags.DEFINE_multi_string("without", [], "Title to leave out; may be repeated.")
    flags.DEFINE_integer("page_width", None, "Reduce wider pages to this width first, in pixels.", lower_bound=1)
    flags.DEFINE_integer("min_size", 200, "Least width and height of a panel, in pixels.", lower_bound=1)
    flags.DEFINE_integer("max_size", 800, "Largest width and height of a panel, in pixels.", lower_bound=1)
    flags.DEFINE_float("min_colour", 0.0015, "Share of a panel that must have colour; less is gray by nature.", 0, 1)
    flags.DEFINE_float("validation_share", 0.05, "Share of a title's panels for validation; 0 for none.", 0, 0.5)
    flags.DEFINE_float(
        "test_share", 0.05, "Share of a title's panels for the test; 0 for none, 1 for a test set.", 0, 1
    )
    flags.register_validator("test_share", lambda share: share <= 0.5 or share == 1, "it is at most 0.5, or 1")


def main(_) -> int:
    values = flags.FLAGS
    settings = Settings(**{field.name: values[field.name].value for field in dataclasses.fields(Settings)})
    try:
        return prepare(values.comic_dir, values.output_dir, settings, without=values.without)
    except (ComicError, OSError) as error:
        print(f"No dataset was made. {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nInterrupted: no dataset was made.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    define_flags()
    startup.run(main, __doc__)
