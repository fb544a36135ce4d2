"""Finds the pages in a user's inputs (images, folders, archives), in reading order, and where each is written."""

import dataclasses
import itertools
import os
import pathlib
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from webtoon_colorize import files
from webtoon_colorize.io import archives, kinds, walking
from webtoon_colorize.io.archives import ArchiveError, Entry
from webtoon_colorize.io.images import read_bytes


class InputError(ValueError):
    """Inputs that cannot be coloured together; the message is the reason and names them."""


LAYER_ENDINGS = (".color.png", ".ink.png", ".ora")
_LAYER = re.compile(rf"(({'|'.join(map(re.escape, LAYER_ENDINGS))})~*)$")


@dataclasses.dataclass(frozen=True)
class Page:
    """One page: an image file, or one in an archive."""

    name: str  # unique: its path below the input, in archives <archive>/<entry>
    file: pathlib.Path  # the image, or the archive
    output: pathlib.Path  # the image's, or the archive's
    layers_dir: pathlib.Path  # where layers of all pages go
    entry: Entry | None = None  # its place in the archive
    fault: str = ""  # why it cannot be read, if that is known already: a book that cannot be opened
    is_mirrored: bool = False  # found in a folder, so that it is in the output as it was if it cannot be coloured

    @property
    def path(self) -> str:
        """Where it lies, absolute, with forward slashes."""
        file = self.file.absolute().as_posix()
        return f"{file}/{self.entry.path}" if self.entry else file

    def read(self) -> bytes:
        """Raises ImageError or ArchiveError."""
        if self.fault:
            raise ArchiveError(self.fault)
        return read_bytes(self.file) if self.entry is None else archives.read(self.file, self.entry)

    def layer(self, ending: str) -> pathlib.Path:
        """The output file of one of its layers, with one of LAYER_ENDINGS.

        It lies in a folder that is passed over when pages are searched, so it can be no page's. Folders there are not
        called like layers.
        """
        *folders, name = self.name.split("/")
        safe = (files.derived_name(_LAYER.sub(r"\1~", folder)) for folder in folders)
        return self.layers_dir.joinpath(*safe, files.derived_name(name, ending))


@dataclasses.dataclass(frozen=True)
class Archive:
    """A comic archive and where its coloured copy is written."""

    name: str  # its path below the input
    file: pathlib.Path
    output: pathlib.Path
    is_mirrored: bool = False  # found in a folder, so that it is in the output even if nothing could be done


@dataclasses.dataclass(frozen=True)
class Chapter:
    """Pages that follow each other: the images of a folder, or those in an archive."""

    pages: list[Page]
    archive: Archive | None = None


class _Found(NamedTuple):
    """A page or a book among the inputs."""

    name: str  # its path below the input
    file: pathlib.Path
    is_named: bool  # by the user; otherwise found in a folder

    @property
    def is_book(self) -> bool:
        return kinds.is_book(self.file.name, lambda: walking.head(self.file))

    def belongs_with(self, previous: "_Found") -> bool:
        """Whether both are pages of one chapter: images of one folder, found in the same way."""
        is_same_folder = self.file.parent == previous.file.parent and self.is_named == previous.is_named
        return is_same_folder and not self.is_book and not previous.is_book


def find_chapters(
    inputs: Sequence[str], output_dir: str | None, *, others: Sequence[str] = ()
) -> tuple[list[Chapter], list[str]]:
    """Finds the chapters, in order.

    Returns the chapters, and a sentence for each input or archive entry that is left out.

    Outputs lie in `output_dir`: a named file under its name, a file from a folder under its path below that folder.
    If it is None, the pages are only read, and their outputs mean nothing.

    Args:
      others: more files that may not be overwritten, or folders of such.

    Raises:
      InputError: two outputs would be the same file, or one would overwrite an input.
    """
    without = None if output_dir is None else pathlib.Path(output_dir)
    output = without or pathlib.Path()
    chapters: list[Chapter] = []
    faults: list[str] = []
    for group in _groups(inputs, without, faults):
        chapters.append(_book(group[0], output, faults) if group[0].is_book else _images(group, output))
    if without is not None:
        _check_outputs(chapters, others)
    return [chapter for chapter in chapters if chapter.pages], faults


def _groups(inputs: Sequence[str], without: pathlib.Path | None, faults: list[str]) -> list[list[_Found]]:
    """The inputs' pages and books, in one list per chapter; appends a sentence to `faults` for other inputs."""
    groups: list[list[_Found]] = []
    for each in itertools.chain.from_iterable(_find(path, without, faults) for path in map(pathlib.Path, inputs)):
        if groups and each.belongs_with(groups[-1][-1]):
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups


def _find(path: pathlib.Path, without: pathlib.Path | None, faults: list[str]) -> Iterator[_Found]:
    """The pages and books of one input, but for those in the folder `without`."""
    if path.is_dir():
        found = list(walking.walk(path, without=without))
        faults += [f"{each.name}: {each.fault}." for each in found if each.fault]
        faults += [] if found else [f"{path}: there are no images or archives in this folder."]
        yield from (_Found(each.name, each.path, is_named=False) for each in found if not each.fault)
    elif path.is_file() and walking.is_page_or_book(path):
        yield _Found(path.name, path, is_named=True)
    else:
        faults.append(f"{path}: {_why_no_input(path)}.")


def _why_no_input(path: pathlib.Path) -> str:
    if not path.exists():
        return "this is a link to what does not exist" if path.is_symlink() else "there is no such file"
    if not path.is_file():
        return "this is neither a file nor a folder"
    return walking.drawing_fault(path) or "this is no image (JPEG, PNG, WebP), folder, CBZ or ZIP"


def _images(found: list[_Found], output: pathlib.Path) -> Chapter:
    layers = output / files.LAYERS
    return Chapter(
        [Page(each.name, each.file, output / each.name, layers, is_mirrored=not each.is_named) for each in found]
    )


def _book(found: _Found, output: pathlib.Path, faults: list[str]) -> Chapter:
    """The chapter of an archive. A book that cannot be opened is a page that fails: it is named, and mirrored."""
    archive = Archive(found.name, found.file, output / found.name, is_mirrored=not found.is_named)
    layers = output / files.LAYERS
    whole = Page(found.name, found.file, archive.output, layers, is_mirrored=archive.is_mirrored)
    try:
        entries = [entry for entry in archives.entries(found.file) if not entry.is_folder]
    except ArchiveError as error:
        return Chapter([dataclasses.replace(whole, fault=str(error))])
    refused = [(entry.path, entry.refusal()) for entry in entries if entry.refusal()]
    faults += [f"{found.name}/{path}: {reason}; it is left out." for path, reason in refused]
    pages = []
    for entry in entries:
        if archives.is_page_or_book(found.file, entry):
            pages.append(entry)
        elif reason := archives.drawing_fault(found.file, entry):
            faults.append(f"{found.name}/{entry.path}: {reason}.")
    pages.sort(key=lambda each: files.path_key(each.path))
    if not pages and not refused:
        return Chapter([dataclasses.replace(whole, fault="there are no images in this archive")])
    named = [(f"{found.name}/{entry.path}", entry) for entry in pages]
    return Chapter([Page(name, found.file, archive.output, layers, entry) for name, entry in named], archive)


def _check_outputs(chapters: list[Chapter], others: Sequence[str]) -> None:
    origin: dict[str, pathlib.Path] = {}
    for chapter in chapters:
        for each in [chapter.archive] if chapter.archive else chapter.pages:
            target = os.path.realpath(each.output)
            if target in origin:
                raise InputError(f"{origin[target]} and {each.file} would both become {target}")
            origin[target] = each.file
    pages = [page for chapter in chapters for page in chapter.pages]
    layers = (os.path.realpath(page.layer(ending)) for page in pages for ending in LAYER_ENDINGS)
    given = {os.path.realpath(each) for each in [*map(str, origin.values()), *others]}
    for target in (*origin, *layers):
        if os.path.exists(target) and not given.isdisjoint([target, *map(str, pathlib.Path(target).parents)]):
            raise InputError(f"{target} would be overwritten: choose another --output_dir")


def check_folders(found: Sequence[Chapter], output_dir: str) -> None:
    """Raises InputError if a folder that outputs go to cannot be one, or cannot be written to. Makes none."""
    output = pathlib.Path(output_dir)
    for folder in sorted({output, *(page.output.parent for chapter in found for page in chapter.pages)}):
        there = next(each for each in (folder, *folder.absolute().parents) if os.path.lexists(each))
        if not there.is_dir():
            needed = "--output_dir is a folder" if folder == output else f"{folder} is to be a folder"
            raise InputError(f"{there} is a file; {needed}")
        if not os.access(there, os.W_OK | os.X_OK):
            raise InputError(f"{there} cannot be written to: choose another --output_dir")
