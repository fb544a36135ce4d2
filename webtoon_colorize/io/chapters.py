"""From what a user names (images, folders, archives) to pages in reading order, and where each goes."""

import dataclasses
import os
import pathlib
import tempfile
import zipfile
from collections.abc import Iterable, Sequence

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
    output: pathlib.Path  # beside it, or in its place, goes what belongs to the page
    entry: str | None = None  # in the archive

    def read(self) -> bytes:
        """Raises ImageError or ArchiveError."""
        return read_bytes(self.file) if self.entry is None else archives.read_file(self.file, self.entry)

    @property
    def layer(self) -> pathlib.Path:
        """Where its colour alone goes."""
        return self.output.with_name(f"{self.output.name}.color.png")


@dataclasses.dataclass(frozen=True)
class Chapter:
    """Pages that follow each other: the images of a folder, or an archive."""

    pages: list[Page]
    archive: pathlib.Path | None = None
    output: pathlib.Path | None = None  # of the archive


def find_chapters(inputs: Sequence[str], output_dir: str) -> tuple[list[Chapter], list[str]]:
    """The chapters in their order, and a sentence for each input or entry that is none.

    `output_dir` mirrors the inputs: a file goes to its name, what is in a folder to its path below that folder.

    Raises:
      InputError: two pages would go to the same place, or one to where it comes from.
    """
    output = pathlib.Path(output_dir)
    chapters, faults = [], []
    for found in _files(inputs, output, faults):
        chapter = _archive(*found[0], output, faults) if _is_archive(found[0][1]) else _images(found, output)
        if chapter.pages:
            chapters.append(chapter)
    _check_outputs(chapters)
    return chapters, faults


def _is_archive(path: pathlib.Path) -> bool:
    return path.suffix.lower() in archives.ENDINGS


def _files(inputs: Sequence[str], output: pathlib.Path, faults: list[str]) -> list[list[tuple[str, pathlib.Path]]]:
    """(path below the input, file) of every image and archive; images of a folder, or named together, in one list."""
    groups: list[list[tuple[str, pathlib.Path]]] = []
    together = None
    for path in map(pathlib.Path, inputs):
        if path.is_dir():
            found = list(_walk(path, output))
            if not found:
                faults.append(f"{path}: there are no images or archives in this folder.")
        elif path.is_file() and (is_image(path.name) or _is_archive(path)):
            found = [((str(path.parent), "named"), path.name, path)]
        else:
            faults.append(f"{path}: this is no image (JPEG, PNG, WebP), folder, CBZ or ZIP that can be found.")
            continue
        for folder, name, file in found:
            if _is_archive(file) or folder != together:
                groups.append([])
            groups[-1].append((name, file))
            together = None if _is_archive(file) else folder
    return groups


def _walk(folder: pathlib.Path, output: pathlib.Path) -> Iterable[tuple[tuple[str, str], str, pathlib.Path]]:
    """Folder by folder in natural order, a folder's own files first; neither hidden files nor what is in `output`."""
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
                yield (root, "walked"), file.relative_to(folder).as_posix(), file


def _images(found: list[tuple[str, pathlib.Path]], output: pathlib.Path) -> Chapter:
    return Chapter([Page(name, file, output / name) for name, file in found])


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
        archive=file,
        output=output / name,
    )


def _check_outputs(chapters: list[Chapter]) -> None:
    origin: dict[pathlib.Path, pathlib.Path] = {}
    for chapter in chapters:
        targets = (
            [(chapter.output, chapter.archive)]
            if chapter.archive
            else [(page.output, page.file) for page in chapter.pages]
        )
        for target, source in targets:
            target = target.resolve()
            if target == source.resolve():
                raise InputError(f"{source} would be overwritten: choose another --output_dir")
            if target in origin:
                raise InputError(f"{origin[target]} and {source} would both become {target}")
            origin[target] = source


def write_archive(chapter: Chapter, coloured: dict[str, pathlib.Path]) -> list[str]:
    """Writes the chapter's archive again, with the files `coloured` in the place of entries.

    Others stay as they are, and so do order and names. Returns a sentence for each that is left out because it cannot
    be unpacked, pages aside, for those have been named before. Raises ArchiveError, OSError.
    """
    with archives.opened(chapter.archive) as source:
        entries = {info.filename: info for info in source.infolist() if not archives.points_outside(info.filename)}
    pages, faults = {page.entry for page in chapter.pages}, []
    with files.atomic_path(chapter.output) as temporary, zipfile.ZipFile(temporary, "w") as target:
        for name, info in entries.items():
            new = zipfile.ZipInfo(name, info.date_time)  # without the original's flags and extra fields
            try:
                if name in coloured:
                    target.writestr(new, coloured[name].read_bytes())  # images are compressed already
                else:
                    content = b"" if info.is_dir() else archives.read_file(chapter.archive, name)
                    target.writestr(new, content, zipfile.ZIP_DEFLATED)
            except archives.ArchiveError as error:
                if name not in pages:
                    faults.append(f"{chapter.archive.name}/{name}: {error}; it is left out.")
    return faults


def workspace(chapter: Chapter) -> tempfile.TemporaryDirectory:
    """A folder for the chapter's pages until they are packed, on the disk that the archive will be on."""
    chapter.output.parent.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(prefix=f".{chapter.output.name}.", dir=chapter.output.parent)
