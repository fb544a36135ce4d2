"""Finds the pages in a user's inputs (images, folders, archives), in reading order, and where each is written."""

import dataclasses
import itertools
import os
import pathlib
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from webtoon_colorize import files
from webtoon_colorize.io import archives
from webtoon_colorize.io.images import is_image, read_bytes


class InputError(ValueError):
    """Inputs that cannot be coloured together; the message is the reason and names them."""


@dataclasses.dataclass(frozen=True)
class Page:
    """One page: an image file, or one in an archive."""

    name: str  # unique: its path below the input, in archives <archive>/<entry>
    file: pathlib.Path  # the image, or the archive
    output: pathlib.Path  # of an image file; of a page in an archive, only its `layer` is written beside this path
    entry: str | None = None  # its name in the archive

    def read(self) -> bytes:
        """Raises ImageError or ArchiveError."""
        return read_bytes(self.file) if self.entry is None else archives.read_file(self.file, self.entry)

    @property
    def layer(self) -> pathlib.Path:
        """The output file of its colour layer."""
        return self.output.with_name(f"{self.output.name}.color.png")


@dataclasses.dataclass(frozen=True)
class Archive:
    """A comic archive and where its coloured copy is written."""

    file: pathlib.Path
    output: pathlib.Path


@dataclasses.dataclass(frozen=True)
class Chapter:
    """Pages that follow each other: the images of a folder, or those in an archive."""

    pages: list[Page]
    archive: Archive | None = None


class _Found(NamedTuple):
    """An image or an archive among the inputs."""

    name: str  # its path below the input
    file: pathlib.Path
    is_named: bool  # by the user; otherwise found in a folder

    @property
    def is_archive(self) -> bool:
        return _is_archive(self.file)

    def belongs_with(self, previous: "_Found") -> bool:
        """Whether both are pages of one chapter: images of one folder, found in the same way."""
        is_same_folder = self.file.parent == previous.file.parent and self.is_named == previous.is_named
        return is_same_folder and not self.is_archive and not previous.is_archive


def find_chapters(inputs: Sequence[str], output_dir: str) -> tuple[list[Chapter], list[str]]:
    """Finds the chapters, in order.

    Returns the chapters, and a sentence for each input or archive entry that is left out.

    Outputs lie in `output_dir`: a named file under its name, a file from a folder under its path below that folder.

    Raises:
      InputError: two outputs would be the same file, or an output would overwrite its input.
    """
    output = pathlib.Path(output_dir)
    chapters: list[Chapter] = []
    faults: list[str] = []
    for group in _groups(inputs, output, faults):
        first = group[0]
        chapter = _archive(first.name, first.file, output, faults) if first.is_archive else _images(group, output)
        if chapter.pages:
            chapters.append(chapter)
    _check_outputs(chapters)
    return chapters, faults


def _is_archive(path: pathlib.Path) -> bool:
    return path.suffix.lower() in archives.ENDINGS


def _groups(inputs: Sequence[str], output: pathlib.Path, faults: list[str]) -> list[list[_Found]]:
    """The inputs' images and archives, in one list per chapter; appends a sentence to `faults` for other inputs."""
    groups: list[list[_Found]] = []
    for each in itertools.chain.from_iterable(_find(path, output, faults) for path in map(pathlib.Path, inputs)):
        if groups and each.belongs_with(groups[-1][-1]):
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups


def _find(path: pathlib.Path, output: pathlib.Path, faults: list[str]) -> list[_Found]:
    """The images and archives of one input."""
    if path.is_dir():
        found = list(_walk(path, output))
        if not found:
            faults.append(f"{path}: there are no images or archives in this folder.")
        return found
    if path.is_file() and (is_image(path.name) or _is_archive(path)):
        return [_Found(path.name, path, is_named=True)]
    faults.append(f"{path}: this is no image (JPEG, PNG, WebP), folder, CBZ or ZIP that can be found.")
    return []


def _walk(folder: pathlib.Path, output: pathlib.Path) -> Iterator[_Found]:
    """Finds images and archives, folder by folder in natural order, each folder's own files first.

    Hidden files and the folder `output` are left out.
    """
    for root, folders, names in os.walk(folder):
        here = pathlib.Path(root)
        folders[:] = [
            each
            for each in sorted(folders, key=files.natural_key)
            if not files.is_hidden(each) and (here / each).resolve() != output.resolve()
        ]
        for name in sorted(names, key=files.natural_key):
            file = here / name
            if not files.is_hidden(name) and (is_image(name) or _is_archive(file)):
                yield _Found(file.relative_to(folder).as_posix(), file, is_named=False)


def _images(found: list[_Found], output: pathlib.Path) -> Chapter:
    return Chapter([Page(each.name, each.file, output / each.name) for each in found])


def _archive(name: str, file: pathlib.Path, output: pathlib.Path, faults: list[str]) -> Chapter:
    try:
        entries = list(dict.fromkeys(archives.file_names(file)))
    except archives.ArchiveError as error:
        faults.append(f"{name}: {error}.")
        return Chapter([])
    outside = [entry for entry in entries if archives.points_outside(entry)]
    faults += [f"{name}/{entry}: its name points outside the archive; it is left out." for entry in outside]
    pages = [entry for entry in entries if is_image(entry) and not files.is_hidden(entry) and entry not in outside]
    if not pages and not outside:
        faults.append(f"{name}: there are no images in this archive.")
    layers = output / f"{name}.color"
    pages.sort(key=lambda entry: tuple(map(files.natural_key, entry.split("/"))))
    return Chapter(
        [Page(f"{name}/{entry}", file, layers / entry.replace("\\", "/"), entry) for entry in pages],
        Archive(file, output / name),
    )


def _check_outputs(chapters: list[Chapter]) -> None:
    origin: dict[pathlib.Path, pathlib.Path] = {}
    for chapter in chapters:
        for each in [chapter.archive] if chapter.archive else chapter.pages:
            target = each.output.resolve()
            if target == each.file.resolve():
                raise InputError(f"{each.file} would be overwritten: choose another --output_dir")
            if target in origin:
                raise InputError(f"{origin[target]} and {each.file} would both become {target}")
            origin[target] = each.file


def write_archive(archive: Archive, pages: Sequence[Page], colored: dict[str, pathlib.Path]) -> list[str]:
    """Writes a copy of the archive in which the files in `colored`, by entry, replace entries.

    Order, names and all other entries stay. Entries that cannot be unpacked are left out.

    Returns:
      A sentence for each entry that is left out, except for `pages`: the caller has reported those.

    Raises:
      ArchiveError, OSError: the archive cannot be read, or the copy cannot be written.
    """
    with archives.opened(archive.file) as source:
        entries = {info.filename: info for info in source.infolist() if not archives.points_outside(info.filename)}
    reported, faults = {page.entry for page in pages}, []
    with files.atomic_path(archive.output) as temporary, zipfile.ZipFile(temporary, "w") as target:
        for name, info in entries.items():
            new = zipfile.ZipInfo(name, info.date_time)  # drops the original's flags and extra fields
            try:
                if name in colored:
                    target.writestr(new, colored[name].read_bytes())  # images are compressed already
                else:
                    content = b"" if info.is_dir() else archives.read_file(archive.file, name)
                    target.writestr(new, content, zipfile.ZIP_DEFLATED)
            except archives.ArchiveError as error:
                if name not in reported:
                    faults.append(f"{archive.file.name}/{name}: {error}; it is left out.")
    return faults


def workspace(archive: Archive) -> tempfile.TemporaryDirectory:
    """A temporary folder for coloured pages, on the disk where the archive's copy will be written."""
    archive.output.parent.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(prefix=f".{archive.output.name}.", dir=archive.output.parent)
