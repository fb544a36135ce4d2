"""Finds the pages of a comic on disk, in reading order, and reads them."""

import dataclasses
import functools
import hashlib
import json
import os
import pathlib
from collections.abc import Iterable

import numpy as np

from webtoon_colorize.files import derived_name, is_hidden, natural_key, path_key
from webtoon_colorize.io import archives, kinds, walking
from webtoon_colorize.io.images import ImageError, read_image

LAYOUT = "A comic is <title>/<episode>/<page>.jpg (.png, .webp) or <title>/<episode>.cbz"


class ComicError(ValueError):
    """A comic that cannot be prepared. The message says what is wrong and what to do."""


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """One page.

    `name` is its path below the episode, with its ending and forward slashes. So `a/01.png` and `b/01.png` are two
    pages, and so are `01.png` and `01.jpg`.
    """

    title: str
    episode: str
    name: str
    file: pathlib.Path  # the image, or the archive that it is in
    entry: archives.Entry | None = None  # its place in the archive

    @property
    def is_archived(self) -> bool:
        return self.entry is not None

    def __str__(self) -> str:
        return f"{self.file}/{self.name}" if self.is_archived else str(self.file)


@dataclasses.dataclass(frozen=True, slots=True)
class Bad:
    """A file, or a title whose other names are empty, that cannot be used, and why."""

    title: str
    episode: str
    name: str
    fault: str
    reason: str = "unreadable"


def reading_order(file: Page | Bad) -> tuple:
    """A sort key: the natural order of title, episode and name."""
    return natural_key(file.title), natural_key(file.episode), path_key(file.name)


def find_pages(comic_dirs: Iterable[str | os.PathLike], *, without: Iterable[str] = ()) -> tuple[list[Page], list[Bad]]:
    """All pages of all titles, in the natural order of title, episode and name, and the files that cannot be used.

    The latter are archives, or single files in archives. Titles in `without` are left out. A title may be in several of
    the folders, but an episode in only one. Raises ComicError.
    """
    pages, bad, seen = [], [], {}
    for title, path in _episode_paths(comic_dirs, set(without)):
        found, faults = _episode_pages(title, path)
        for episode in {each.episode for each in (*found, *faults)}:
            if (title, episode) in seen:
                raise ComicError(
                    f"Episode {episode} of {title} is there twice, as {seen[title, episode]} and as {path}: "
                    "rename or remove one."
                )
            seen[title, episode] = path
        pages += found
        bad += faults
    if not pages and not bad:
        raise ComicError(f"There are no pages in {' or '.join(map(str, comic_dirs))}. {LAYOUT}.")
    return sorted(pages, key=reading_order), bad


def _episode_paths(comic_dirs: Iterable[str | os.PathLike], without: set[str]) -> Iterable[tuple[str, pathlib.Path]]:
    for comic_dir in map(pathlib.Path, comic_dirs):
        if not comic_dir.is_dir():
            raise ComicError(f"{comic_dir}: there is no such folder. {LAYOUT}.")
        for title in _visible(comic_dir):
            if title.is_dir() and title.name not in without:
                yield from ((title.name, path) for path in _visible(title))


def _visible(folder: pathlib.Path) -> list[pathlib.Path]:
    return sorted(path for path in folder.iterdir() if not is_hidden(path.name))


def _episode_pages(title: str, path: pathlib.Path) -> tuple[list[Page], list[Bad]]:
    if path.is_dir():
        return _pages_in_folder(title, path)
    if kinds.is_book(path.name, lambda: walking.head(path)):
        return _archived_pages(title, path)
    if walking.is_page_or_book(path):
        return [], [Bad(title, path.stem, path.name, "this page lies beside the episodes' folders, not in one")]
    return [], []


def _pages_in_folder(title: str, folder: pathlib.Path) -> tuple[list[Page], list[Bad]]:
    pages, bad = [], []
    for path, name, fault in walking.walk(folder):
        if not fault and kinds.is_book(path.name, functools.partial(walking.head, path)):
            fault = "this archive lies inside an episode; an episode is a folder or an archive"
        if fault:
            bad.append(Bad(title, folder.name, name, fault))
        else:
            pages.append(Page(title, folder.name, name, path))
    return pages, bad


def _archived_pages(title: str, path: pathlib.Path) -> tuple[list[Page], list[Bad]]:
    try:
        entries = [entry for entry in archives.entries(path) if not entry.is_folder]
    except archives.ArchiveError as error:
        return [], [Bad(title, path.stem, path.name, str(error))]
    refused = {entry.path: entry.refusal() for entry in entries if entry.refusal()}
    bad = [Bad(title, path.stem, name, fault) for name, fault in refused.items()]
    shown = (entry for entry in entries if archives.is_page_or_book(path, entry))
    pages = [Page(title, path.stem, entry.path, path, entry) for entry in shown]
    if not pages and not bad:
        bad.append(Bad(title, path.stem, path.name, "there are no images in this archive"))
    return pages, bad


def page_path(page: Page) -> str:
    """<title>/<episode>/<page>, with %2F for a slash in the page's name and %25 for a percent sign.

    Different pages have different paths. A name that is too long for a file's is cut and ends in a part of its hash.
    """
    name = page.name.replace("%", "%25").replace("/", "%2F")
    room = "_00000.png"  # a panel's number and ending
    return f"{page.title}/{page.episode}/{derived_name(name, room).removesuffix(room)}"


def read_page(page: Page) -> np.ndarray:
    """The page as uint8 RGB [height, width, 3]. Raises ImageError."""
    if page.entry is None:
        return read_image(page.file)
    try:
        return read_image(archives.read(page.file, page.entry))
    except archives.ArchiveError as error:
        raise ImageError(str(error)) from error


def annotation_file(page: Page) -> pathlib.Path | None:
    """The JSON file beside the page with annotations of its panels, or None. Drawn comics have one."""
    file = page.file.with_suffix(".json")
    return None if page.is_archived or not file.is_file() else file


def fingerprint(pages: Iterable[Page], settings: dict) -> str:
    """A hash of the settings and of the name, size and time of change of every file.

    It does not depend on the folder of the comic.
    """
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for page in pages:
        files = filter(None, (page.file, annotation_file(page)))
        stats = [(stat.st_size, stat.st_mtime_ns) for stat in map(os.stat, files)]
        digest.update(json.dumps([page.title, page.episode, page.name, stats]).encode())
    return digest.hexdigest()
