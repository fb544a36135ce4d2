"""How folders are searched: the one rule of all programs that take a user's folders (docs/coloring.md#folders)."""

import os
import pathlib
from collections.abc import Iterator
from typing import NamedTuple

from webtoon_colorize import files
from webtoon_colorize.io import kinds


class Found(NamedTuple):
    """A page or a book below a folder, or something that may not be looked into."""

    path: pathlib.Path
    name: str  # its path below the folder, with forward slashes
    fault: str = ""  # why it is left out


def walk(folder: str | os.PathLike, *, without: pathlib.Path | None = None) -> Iterator[Found]:
    """Yields the pages and books below a folder, in natural order, each folder's own files before its folders.

    Hidden files and the folder `without` are passed over. Links to files in the folder are files. Other links could
    lead out of the folder or in circles; they come with a fault, as do folders that cannot be read, and the files of
    drawing programs.
    """
    top = pathlib.Path(folder)
    faults: list[OSError] = []
    for root, folders, names in os.walk(top, onerror=faults.append):
        here = pathlib.Path(root)
        yield from (_found(top, pathlib.Path(each.filename), files.reason(each)) for each in faults)
        faults.clear()
        visible = [each for each in sorted(folders, key=files.natural_key) if not files.is_hidden(each)]
        folders[:] = [each for each in visible if not (here / each).is_symlink() and not _is_same(here / each, without)]
        for name in sorted(names, key=files.natural_key):
            if files.is_hidden(name):
                continue
            if is_page_or_book(here / name):
                yield _found(top, here / name, _fault(here / name, top))
            elif fault := drawing_fault(here / name):
                yield _found(top, here / name, fault)
        links = (here / each for each in visible if (here / each).is_symlink() and not _is_same(here / each, without))
        yield from (_found(top, link, "this is a link to a folder; name that folder itself") for link in links)
    yield from (_found(top, pathlib.Path(each.filename), files.reason(each)) for each in faults)


def is_page_or_book(path: pathlib.Path) -> bool:
    """By its name, or by its first bytes if the name does not say."""
    return kinds.is_page(path.name, lambda: head(path)) or kinds.is_book(path.name, lambda: head(path))


def drawing_fault(path: pathlib.Path) -> str:
    """Why a drawing program's own file is no page; empty of other files."""
    return kinds.drawing_fault(path.name, lambda: head(path))


def head(path: pathlib.Path) -> bytes:
    """The first bytes of a file, for `kinds`; nothing if it cannot be read."""
    try:
        if not path.is_file():  # a pipe would wait for ever
            return b""
        with path.open("rb") as file:
            return file.read(kinds.HEAD)
    except OSError:
        return b""


def _found(top: pathlib.Path, path: pathlib.Path, fault: str) -> Found:
    return Found(path, str(top) if path == top else path.relative_to(top).as_posix(), fault)


def _is_same(path: pathlib.Path, other: pathlib.Path | None) -> bool:
    return other is not None and os.path.realpath(path) == os.path.realpath(other)


def _fault(file: pathlib.Path, top: pathlib.Path) -> str:
    if file.is_symlink() and pathlib.Path(os.path.realpath(top)) not in pathlib.Path(os.path.realpath(file)).parents:
        return "this is a link to a file outside the folder; name that file itself"
    if file.exists() and not file.is_file():
        return "this is neither a file nor a folder"
    return ""
