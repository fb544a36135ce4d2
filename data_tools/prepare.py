"""Prepares a dataset from comics.

Usage: python -m data_tools.prepare --comic_dir=COMIC... --output_dir=DATA
Example: python -m data_tools.prepare --comic_dir=comics --output_dir=data/mine --page_width=800

Cuts pages into panels, drops copies, panels of the wrong size and gray panels, splits by episode (the
paper's section III), and prints Table I.

A run that was interrupted goes on where it stopped when the same command is given again.

Exit code: 0 if all is well, 1 if the dataset is made but some files could not be read or some titles have too few
episodes (they are named), 2 if no dataset is made (the reason is given).
"""

import contextlib
import dataclasses
import itertools
import json
import os
import pathlib
import shutil
import sys
from collections.abc import Sequence

import tqdm
from absl import flags

from data_tools.crops import Settings
from data_tools.cutting import cut_all
from data_tools.dataset import Selection, advice, broken_panels, select, too_few, write_dataset
from data_tools.journal import Journal
from data_tools.pages import Bad, ComicError, Page, find_pages, fingerprint
from data_tools.tables import box_table, title_table
from webtoon_colorize import __version__, startup
from webtoon_colorize.files import explained, remove_unfinished


def prepare(
    comic_dirs: Sequence[str],
    output_dir: str,
    settings: Settings,
    *,
    without: Sequence[str] = (),
    workers: int | None = None,
) -> int:
    """Makes the dataset in `output_dir`, prints Table I and returns the exit code (0 or 1).

    What is done is kept beside `output_dir` until the dataset is there, and a later call goes on from it. `workers` is
    the number of processes, by default one per core; the dataset does not depend on it.

    Raises ComicError if there can be no dataset.
    """
    pages, bad = find_pages(comic_dirs, without=without)
    output = pathlib.Path(output_dir).resolve()
    source = fingerprint(pages, dataclasses.asdict(settings))
    work = output.with_name(f".{output.name}.partial")
    if is_done(output, source):
        shutil.rmtree(work, ignore_errors=True)  # left by a run that was killed in its last moment
        print(f"{output_dir} is already made from these pages with these settings.")
        return 0
    pages, short = _leave_out_short_titles(pages, settings)
    with contextlib.closing(Journal(work / "done.sqlite", f"{source} {__version__}")) as journal:
        _cut_pages(pages, work / "dataset", journal, settings, workers or os.cpu_count() or 1)
        remove_unfinished(work / "dataset")  # a worker or a run that was killed leaves some
        try:
            reports = list(journal.reports())
            selection = select(pages, reports, journal.small(work / "small"), [*bad, *short], settings)
        except ComicError:
            shutil.rmtree(work)
            raise
        summary = write_dataset(work / "dataset", selection, settings, fingerprint=source)
        shutil.rmtree(output, ignore_errors=True)  # empty, or damaged
        _move(work / "dataset", output)
    shutil.rmtree(work, ignore_errors=True)
    print(
        *filter(None, (title_table(summary), box_table(pages, reports), f"The dataset is in {output_dir}.")), sep="\n\n"
    )
    return _name_left_out(selection)


def _move(folder: pathlib.Path, target: pathlib.Path) -> None:
    """Moves a folder as a whole, also where the file system renames nothing from one folder into another."""
    try:
        os.replace(folder, target)
    except OSError:
        beside = target.with_name(f".{target.name}.copy")
        shutil.rmtree(beside, ignore_errors=True)  # half a copy, of a run that was killed
        shutil.copytree(folder, beside)
        os.replace(beside, target)


def is_done(output: pathlib.Path, source: str) -> bool:
    """Whether `output` holds the dataset with fingerprint `source`, with every panel as it was written.

    If panels are missing or damaged they are named. Raises ComicError if it holds anything else.
    """
    if not output.exists() or (output.is_dir() and not any(output.iterdir())):
        return False
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        if json.loads((output / "dataset.json").read_text(encoding="utf-8"))["fingerprint"] == source:
            broken = broken_panels(output)
            for path in broken:
                print(f"{output / path} is missing or damaged; the dataset is made again.", file=sys.stderr)
            return not broken
    raise ComicError(
        f"{output} is there already, and was not made from these pages with these settings: "
        "remove it or choose another --output_dir."
    )


def write_shards(output_dir: str, sizes: Sequence[int]) -> None:
    """Writes the dataset's panels as TFRecord files of each of these sizes, in pixels."""
    if sizes:
        startup.import_tensorflow()
    for size in sizes:
        from webtoon_colorize import data

        data.write_shards(output_dir, size)
        print(f"The panels at {size} px are in {output_dir}/shards.")


def _leave_out_short_titles(pages: Sequence[Page], settings: Settings) -> tuple[list[Page], list[Bad]]:
    """The pages of titles with enough episodes if all of their panels are kept, and the titles that have too few.

    Raises ComicError if no title has enough.
    """
    episodes: dict[str, set[str]] = {}
    for page in pages:
        episodes.setdefault(page.title, set()).add(page.episode)
    short = {title: why for title, names in episodes.items() if (why := too_few(len(names), settings))}
    if pages and len(short) == len(episodes):
        raise ComicError(" ".join(advice(title, why) for title, why in short.items()))
    kept = [page for page in pages if page.title not in short]
    return kept, [Bad(title, "", "", why, "too_few_episodes") for title, why in short.items()]


def _cut_pages(pages: Sequence[Page], folder: pathlib.Path, journal: Journal, settings: Settings, workers: int) -> None:
    """Cuts the pages that are not in the journal, episode by episode, and adds them to it."""
    folder.mkdir(exist_ok=True)
    numbers = {page: number for number, page in enumerate(pages)}
    done = journal.pages()
    episodes = (list(group) for _, group in itertools.groupby(pages, key=lambda page: (page.title, page.episode)))
    missing = (episode for episode in episodes if any(numbers[page] not in done for page in episode))
    with tqdm.tqdm(total=len(pages), initial=len(done), desc="cutting pages", unit="page") as bar:
        for episode, reports in cut_all(missing, folder, settings, workers=workers, begin=bar.set_postfix_str):
            journal.add((numbers[page], report) for page, report in zip(episode, reports, strict=True))
            bar.update(len(episode))


def _name_left_out(selection: Selection) -> int:
    """Says what is left out because of a fault, and returns the exit code."""
    unreadable = [each for each in selection.dropped if each.reason == "unreadable"]
    for each in unreadable:
        file = each.file
        print(f"Left out {file.title}/{file.episode}/{file.name}: {each.detail}.", file=sys.stderr)
    if unreadable:
        print(
            f"{len(unreadable)} file{'s' * (len(unreadable) > 1)} could not be read; all the rest is in the dataset.",
            file=sys.stderr,
        )
    for title, why in selection.short.items():
        print(f"Left out {advice(title, why)}", file=sys.stderr)
    return 1 if unreadable or selection.short else 0


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
    flags.DEFINE_multi_integer(
        "shards", [], "Also write the panels at this size (pixels) as TFRecord files; for data larger than memory."
    )
    flags.register_validator("test_share", lambda share: share <= 0.5 or share == 1, "it is at most 0.5, or 1")


def main(_) -> int:
    values = flags.FLAGS
    settings = Settings(**{field.name: values[field.name].value for field in dataclasses.fields(Settings)})
    try:
        code = prepare(values.comic_dir, values.output_dir, settings, without=values.without)
        write_shards(values.output_dir, values.shards)
        return code
    except (ComicError, OSError) as error:
        print(f"No dataset was made. {explained(error).rstrip('.')}.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nInterrupted: no dataset was made. The same command goes on from here.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    define_flags()
    startup.run(main, __doc__)
