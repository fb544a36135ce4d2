"""Chooses the panels of a dataset, and writes panels.csv, dropped.csv and dataset.json."""

import collections
import dataclasses
import hashlib
import json
import pathlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from data_tools.crops import Crop, PageReport, Settings
from data_tools.duplicates import Signature, exact_copies, near_copies
from data_tools.pages import Bad, Page, natural_key
from data_tools.splits import split_episodes
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
    """A crop (a page or a panel) and the page it is on."""

    page: Page
    crop: Crop


@dataclasses.dataclass(frozen=True)
class Dropped:
    """A file, page or panel that is left out.

    `detail` is the path of the original for a copy, else the size, the share of colour or the fault.
    """

    title: str
    episode: str
    page: str
    box: Box
    reason: str
    detail: str
    path: str = ""  # of the crop; its thumbnail is dropped/<path>.jpg


@dataclasses.dataclass(frozen=True)
class Selection:
    """The panels that are kept, the split of each episode, and what is dropped. Both lists are in reading order."""

    kept: tuple[Entry, ...]
    splits: dict[tuple[str, str], str]  # (title, episode) -> train, validation or test
    dropped: tuple[Dropped, ...]


def select(reports: Sequence[PageReport], bad: Iterable[Bad], settings: Settings) -> Selection:
    """Drops panels as in the paper's section III.A, from all titles at once.

    So no copy of a training panel is in the test set, not even in another title. The steps drop, in this order:
    duplicate pages, exact copies of panels, panels of the wrong size, near copies of panels, and gray panels. Sizes
    come before near copies: if the same art exists at a wrong and at a usable size, the usable one is kept.

    Raises ComicError.
    """
    dropped = [_unreadable(each, each.fault) for each in bad]
    dropped += [_unreadable(each.page, each.fault) for each in reports if each.fault]
    by_page = {each.page: each for each in reports}
    pages = [Entry(each.page, each.whole) for each in reports if each.whole]
    pages = _without_copies(pages, exact_copies, "duplicate_page", dropped)
    pages = _without_copies(pages, near_copies, "near_duplicate_page", dropped)
    panels = [Entry(page, panel) for page, _ in pages for panel in by_page[page].panels]
    panels = _without_copies(panels, exact_copies, "duplicate", dropped)
    panels = _without_faults(panels, TOO_SMALL_OR_LARGE, dropped)
    panels = _without_copies(panels, near_copies, "near_duplicate", dropped)
    panels = _without_faults(panels, ("gray",), dropped)
    titles = sorted({page.title for page in by_page} | {each.title for each in bad}, key=natural_key)
    splits = _splits(panels, titles, settings)
    return Selection(tuple(panels), splits, tuple(sorted(dropped, key=_order)))


def _order(dropped: Dropped) -> tuple:
    return tuple(map(natural_key, (dropped.title, dropped.episode, dropped.page, dropped.path)))


def _unreadable(file: Page | Bad, fault: str) -> Dropped:
    return Dropped(file.title, file.episode, file.name, Box(0, 0, 0, 0), "unreadable", fault)


def _drop(entry: Entry, reason: str, detail: str) -> Dropped:
    page, crop = entry
    return Dropped(page.title, page.episode, page.name, crop.box, reason, detail, crop.path)


def _without_copies(
    entries: list[Entry], find: Callable[[list[Signature]], dict[int, int]], reason: str, dropped: list[Dropped]
) -> list[Entry]:
    """Returns the entries that are no copies of others; appends the copies to `dropped`."""
    originals = find([entry.crop.signature for entry in entries])
    dropped += [_drop(entries[copy], reason, entries[original].crop.path) for copy, original in originals.items()]
    return [entry for index, entry in enumerate(entries) if index not in originals]


def _without_faults(entries: list[Entry], reasons: Sequence[str], dropped: list[Dropped]) -> list[Entry]:
    """Returns the entries without a fault of `reasons`; appends the others to `dropped`."""

    def is_faulty(entry: Entry) -> bool:
        return entry.crop.fault is not None and entry.crop.fault[0] in reasons

    dropped += [_drop(entry, *entry.crop.fault) for entry in entries if is_faulty(entry)]
    return [entry for entry in entries if not is_faulty(entry)]


def _splits(panels: Iterable[Entry], titles: Iterable[str], settings: Settings) -> dict[tuple[str, str], str]:
    sizes = collections.defaultdict(collections.Counter)
    for page, _ in panels:
        sizes[page.title][page.episode] += 1
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
    csv_files.write(folder / "panels.csv", PANEL_COLUMNS, _panel_rows(folder, selection))
    csv_files.write(folder / "dropped.csv", DROPPED_COLUMNS, map(_dropped_row, selection.dropped))
    summary = {
        "titles": list(dict.fromkeys(title for title, _ in selection.splits)),
        "settings": dataclasses.asdict(settings),
        "fingerprint": fingerprint,
        "counts": _count((page.title, selection.splits[page.title, page.episode]) for page, _ in selection.kept),
        "dropped": _count((each.title, each.reason) for each in selection.dropped),
    }
    (folder / "dataset.json").write_text(json.dumps(summary, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return summary


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
    keep = {folder / "panels" / f"{crop.path}.png" for _, crop in selection.kept}
    keep |= {folder / "dropped" / f"{each.path}.jpg" for each in selection.dropped}
    for name in ("dropped", "panels"):
        for path in sorted((folder / name).rglob("*"), reverse=True):  # the content of a folder comes before the folder
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
            elif path.is_file() and path not in keep:
                path.unlink()


def _panel_rows(folder: pathlib.Path, selection: Selection) -> Iterator[tuple]:
    for page, crop in selection.kept:
        path = f"panels/{crop.path}.png"
        digest = hashlib.sha256((folder / path).read_bytes()).hexdigest()
        split = selection.splits[page.title, page.episode]
        tail = (split, digest, crop.signature.near.hex(), ";".join(crop.tags), json.dumps(crop.bubbles))
        yield path, page.title, page.episode, page.name, *crop.box, *tail


def _dropped_row(each: Dropped) -> tuple:
    thumbnail = f"dropped/{each.path}.jpg" if each.path else ""
    return each.title, each.episode, each.page, *each.box, each.reason, each.detail, thumbnail
