"""Chooses the panels of a dataset, and writes panels.csv, dropped.csv and dataset.json."""

import concurrent.futures
import csv
import dataclasses
import functools
import hashlib
import json
import os
import pathlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import tqdm

from data_tools.crops import Crop, PageReport, Settings
from data_tools.duplicates import Signatures, exact_copies, near_copies
from data_tools.pages import Bad, ComicError, Page, natural_key, reading_order
from data_tools.splits import fault, split_episodes
from webtoon_colorize.io import csv_files
from webtoon_colorize.panels import Box

PANEL_COLUMNS = (
    "path",
    "title",
    "episode",
    "page",
    "x",
    "y",
    "width",
    "height",
    "split",
    "sha256",
    "near_hash",
    "tags",
    "bubbles",
)
DROPPED_COLUMNS = ("title", "episode", "page", "x", "y", "width", "height", "reason", "detail", "thumbnail")
TOO_SMALL_OR_LARGE = ("too_small", "too_large")


class Entry(NamedTuple):
    """A crop (a page or a panel), the page it is on, and its number among all crops in reading order."""

    page: Page
    crop: Crop
    number: int
    is_whole: bool  # whether it is a page


class Dropped(NamedTuple):
    """A file, page, panel or title that is left out.

    `detail` is the path of the original for a copy, else the size, the share of colour or the fault.
    """

    file: Page | Bad
    reason: str
    detail: str
    box: Box = Box(0, 0, 0, 0)
    path: str = ""  # of the crop; its thumbnail is dropped/<path>.jpg
    number: int = -1  # of the crop


class Selection(NamedTuple):
    """The panels that are kept, the split of each episode, and what is dropped. Both lists are in reading order."""

    kept: list[Entry]
    splits: dict[tuple[str, str], str]  # (title, episode) -> train, validation or test
    dropped: list[Dropped]
    short: dict[str, str]  # title -> why it is left out


def select(
    pages: Sequence[Page], reports: Iterable[PageReport], small: np.ndarray, bad: Sequence[Bad], settings: Settings
) -> Selection:
    """Drops panels as in the paper's section III.A, from all titles at once, and titles that have too few episodes.

    So no copy of a training panel is in the test set, not even in another title. A title that is left out has no part
    in this: of two copies, the other one is kept.

    Args:
      pages, reports: all pages in reading order, and the report on each.
      small: the small picture of every crop of the reports, int8 [N, CELLS, CELLS, 3].
      bad: files that are not among `pages`, and titles that are left out already.

    Raises:
      ComicError: no title has enough episodes.
    """
    dropped = [Dropped(each, each.reason, each.fault) for each in bad]
    entries: list[Entry] = []
    for page, report in zip(pages, reports, strict=True):
        dropped += [Dropped(page, "unreadable", report.fault)] if report.fault else []
        entries += [
            Entry(page, crop, len(entries) + place, is_whole=place == 0) for place, crop in enumerate(report.crops)
        ]
    titles = {page.title for page in pages} | {each.title for each in bad if each.reason == "unreadable"}
    kept, rest = _drop_panels(entries, small)
    short: dict[str, str] = {}
    while found := _find_short(titles - short.keys(), kept, [*dropped, *rest], settings):
        short |= found
        dropped += [each for each in rest if each.file.title in found]
        dropped += [
            _drop(entry, "too_few_episodes", found[entry.page.title]) for entry in kept if entry.page.title in found
        ]
        kept, rest = _drop_panels([entry for entry in entries if entry.page.title not in short], small)
    if titles == short.keys():
        raise ComicError(" ".join(advice(title, why) for title, why in sorted(short.items(), key=_title_order)))
    places = {file: place for place, file in enumerate(sorted([*pages, *bad], key=reading_order))}
    dropped = sorted([*dropped, *rest], key=lambda each: (places[each.file], each.number))
    short |= {each.title: each.fault for each in bad if each.reason == "too_few_episodes"}
    return Selection(kept, _splits(kept, sorted(titles - short.keys(), key=natural_key), settings), dropped, short)


def too_few(episodes: int, settings: Settings, why: str = "") -> str:
    """`splits.fault` for a title with so many episodes; empty if they are enough."""
    return fault(episodes, why, validation_share=settings.validation_share, test_share=settings.test_share)


def advice(title: str, why: str) -> str:
    """Sentences for a title that has too few episodes."""
    return (
        f"{title}: {why}. Add episodes, leave the title out (--without={title}), "
        "or set --validation_share=0 or --test_share=0."
    )


def _title_order(item: tuple[str, str]) -> tuple:
    return natural_key(item[0])


def _drop_panels(entries: Sequence[Entry], small: np.ndarray) -> tuple[list[Entry], list[Dropped]]:
    """The panels that are kept, and all that is dropped.

    The steps drop, in this order: duplicate pages, exact copies of panels, panels of the wrong size, near copies of
    panels, and gray panels. Sizes come before near copies: if the same art exists at a wrong and at a usable size, the
    usable one is kept.
    """
    near = functools.partial(_near_copies, small=small)
    dropped: list[Dropped] = []
    wholes = [entry for entry in entries if entry.is_whole]
    wholes = _without_copies(wholes, _exact_copies, "duplicate_page", dropped)
    wholes = _without_copies(wholes, near, "near_duplicate_page", dropped)
    left = {entry.page for entry in wholes}
    panels = [entry for entry in entries if not entry.is_whole and entry.page in left]
    panels = _without_copies(panels, _exact_copies, "duplicate", dropped)
    panels = _without_faults(panels, TOO_SMALL_OR_LARGE, dropped)
    panels = _without_copies(panels, near, "near_duplicate", dropped)
    return _without_faults(panels, ("gray",), dropped), dropped


def _exact_copies(entries: Sequence[Entry]) -> dict[int, int]:
    return exact_copies(entry.crop.exact for entry in entries)


def _near_copies(entries: Sequence[Entry], small: np.ndarray) -> dict[int, int]:
    near = np.frombuffer(b"".join(bytes.fromhex(entry.crop.near) for entry in entries), np.uint64).reshape(-1, 4)
    aspect = np.array([entry.crop.aspect for entry in entries])
    return near_copies(Signatures(near, aspect, small, np.array([entry.number for entry in entries], int)))


def _drop(entry: Entry, reason: str, detail: str) -> Dropped:
    return Dropped(entry.page, reason, detail, entry.crop.box, entry.crop.path, entry.number)


def _without_copies(
    entries: list[Entry], find: Callable[[Sequence[Entry]], dict[int, int]], reason: str, dropped: list[Dropped]
) -> list[Entry]:
    """Returns the entries that are no copies of others; appends the copies to `dropped`."""
    originals = find(entries)
    dropped += [_drop(entries[copy], reason, entries[original].crop.path) for copy, original in originals.items()]
    return [entry for index, entry in enumerate(entries) if index not in originals]


def _without_faults(entries: list[Entry], reasons: Sequence[str], dropped: list[Dropped]) -> list[Entry]:
    """Returns the entries without a fault of `reasons`; appends the others to `dropped`."""

    def is_faulty(entry: Entry) -> bool:
        return entry.crop.fault is not None and entry.crop.fault[0] in reasons

    dropped += [_drop(entry, *entry.crop.fault) for entry in entries if is_faulty(entry)]
    return [entry for entry in entries if not is_faulty(entry)]


def _find_short(
    titles: Iterable[str], kept: Iterable[Entry], dropped: Sequence[Dropped], settings: Settings
) -> dict[str, str]:
    """Titles that have too few episodes with usable panels, and a clause that says why.

    A title that lacks episodes only because of copies in other such titles may stay when those are left out. If all are
    like this, it is the first one alone.
    """
    episodes = _count((entry.page.title, entry.page.episode) for entry in kept)
    reasons = _count((each.file.title, each.reason.replace("_", " ")) for each in dropped)
    short: dict[str, str] = {}
    for title in sorted(titles, key=natural_key):
        why = ", ".join(f"{count} {reason}" for reason, count in reasons.get(title, {}).items())
        clause = too_few(len(episodes.get(title, {})), settings, f" (left out: {why})" if why else "")
        short |= {title: clause} if clause else {}
    for each in dropped:
        title, original = each.file.title, each.detail.split("/")[0]
        if title in short and title != original and "duplicate" in each.reason and original in short:
            episodes.setdefault(title, {})[each.file.episode] = 1
    hopeless = [title for title in short if too_few(len(episodes.get(title, {})), settings)]
    return {title: short[title] for title in hopeless or [*short][:1]}


def _splits(panels: Iterable[Entry], titles: Iterable[str], settings: Settings) -> dict[tuple[str, str], str]:
    sizes = _count((entry.page.title, entry.page.episode) for entry in panels)
    return {
        (title, episode): split
        for title in titles
        for episode, split in split_episodes(
            title, sizes[title], validation_share=settings.validation_share, test_share=settings.test_share
        ).items()
    }


def write_dataset(folder: pathlib.Path, selection: Selection, settings: Settings, *, fingerprint: str) -> dict:
    """Writes the three files beside the panels in `folder`, and removes the pictures that are not needed.

    Returns the content of dataset.json.
    """
    _remove_spare_pictures(folder, selection)
    csv_files.write(folder / "panels.csv", PANEL_COLUMNS, _panel_rows(selection))
    csv_files.write(folder / "dropped.csv", DROPPED_COLUMNS, map(_dropped_row, selection.dropped))
    summary = {
        "titles": list(dict.fromkeys(title for title, _ in selection.splits)),
        "settings": dataclasses.asdict(settings),
        "fingerprint": fingerprint,
        "counts": _count((page.title, selection.splits[page.title, page.episode]) for page, *_ in selection.kept),
        "dropped": _count((each.file.title, each.reason) for each in selection.dropped),
    }
    (folder / "dataset.json").write_text(json.dumps(summary, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return summary


def broken_panels(folder: pathlib.Path) -> list[str]:
    """The paths of the panels in panels.csv whose files are missing or not as they were written."""
    with open(folder / "panels.csv", newline="", encoding="utf-8") as file:
        rows = [(row["path"], row["sha256"]) for row in csv.DictReader(file)]

    def is_broken(row: tuple[str, str]) -> bool:
        try:
            return hashlib.sha256((folder / row[0]).read_bytes()).hexdigest() != row[1]
        except OSError:
            return True

    with concurrent.futures.ThreadPoolExecutor() as pool:
        broken = list(tqdm.tqdm(pool.map(is_broken, rows), "checking panels", len(rows), unit="panel"))
    return [path for (path, _), each in zip(rows, broken) if each]


def _count(pairs: Iterable[tuple[str, str]]) -> dict[str, dict[str, int]]:
    counts = {}
    for title, name in pairs:
        row = counts.setdefault(title, {})
        row[name] = row.get(name, 0) + 1
    return counts


def _remove_spare_pictures(folder: pathlib.Path, selection: Selection) -> None:
    """Removes panels that are not kept, thumbnails of crops that are not listed as dropped, and empty folders.

    The panels of a dropped page are not listed: only the page is.
    """
    keep = {
        "panels": {f"panels/{crop.path}.png" for _, crop, *_ in selection.kept},
        "dropped": {f"dropped/{each.path}.jpg" for each in selection.dropped},
    }
    for name, wanted in keep.items():
        for root, _, names in os.walk(folder / name, topdown=False):
            place = pathlib.PurePath(root).relative_to(folder).as_posix()
            for each in names:
                if f"{place}/{each}" not in wanted:
                    os.remove(os.path.join(root, each))
            if not os.listdir(root):
                os.rmdir(root)


def _panel_rows(selection: Selection) -> Iterator[tuple]:
    for page, crop, *_ in selection.kept:
        split = selection.splits[page.title, page.episode]
        tail = (split, crop.sha256, crop.near, ";".join(crop.tags), json.dumps(crop.bubbles))
        yield f"panels/{crop.path}.png", page.title, page.episode, page.name, *crop.box, *tail


def _dropped_row(each: Dropped) -> tuple:
    thumbnail = f"dropped/{each.path}.jpg" if each.path else ""
    return each.file.title, each.file.episode, each.file.name, *each.box, each.reason, each.detail, thumbnail
