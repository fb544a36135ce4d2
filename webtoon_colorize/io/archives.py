"""Reads CBZ and ZIP archives from unknown sources within limits, and copies them with other pages."""

import collections
import functools
import lzma
import os
import pathlib
import re
import zipfile
import zlib
from collections.abc import Mapping
from typing import NamedTuple

from webtoon_colorize import files
from webtoon_colorize.io import kinds, zip_records
from webtoon_colorize.io.zip_records import BadRecords, Record

MAX_BYTES = 500 * 2**20  # of one unpacked file; a larger one may be a zip bomb that fills the memory
MAX_RATIO = 200  # unpacked to packed size; zip bombs reach 1032, real pages stay far below 200
SMALL = 2**20  # bytes; smaller unpacked files are harmless at any ratio
_ENCODINGS = ("utf-8", "cp949", "cp932")  # of names that do not say; Korean and Japanese


class ArchiveError(ValueError):
    """An archive, or a file in one, that cannot be read; the message is the reason."""


class Entry(NamedTuple):
    """A file or folder in an archive."""

    position: int  # in the archive's directory
    record: Record
    name: str  # decoded; unlike `path`, the same for entries that have one name
    path: str  # unique: its name with forward slashes; a second entry of one name has " (2)" behind it

    @property
    def is_folder(self) -> bool:
        return self.name.endswith(("/", "\\"))

    @property
    def key(self) -> tuple[bytes, str]:
        """What tells it from other entries, also in a copy of the archive that lacks some."""
        return self.record.name, self.path

    def refusal(self) -> str | None:
        """Why no copy may have this entry: what it would do to the one who unpacks it. None if it is harmless."""
        if points_outside(self.name):
            return "its name points outside the archive"
        if self.record.is_link:
            return "it is a link"
        if self.record.central.size > max(SMALL, MAX_RATIO * self.record.central.packed):
            return f"it is packed to less than a {MAX_RATIO}th of its size, like a zip bomb"
        return None


def entries(path: str | os.PathLike) -> list[Entry]:
    """What the archive's directory lists, in its order. Raises ArchiveError."""
    try:
        with open(path, "rb") as file:
            head = file.read(kinds.HEAD)
            records = zip_records.read_directory(file).records
    except OSError as error:
        raise ArchiveError(f"the file cannot be opened ({files.reason(error)})") from error
    except BadRecords as error:
        raise ArchiveError(_says(head, error)) from error
    seen: collections.Counter[str] = collections.Counter()
    found = []
    for position, record in enumerate(records):
        name = _decoded(record)
        path = plain = name.replace("\\", "/")
        while seen[path]:
            seen[plain] += 1
            path = f"{plain} ({seen[plain]})"
        seen[path] += 1
        found.append(Entry(position, record, name, path))
    return found


def _says(head: bytes, error: BadRecords) -> str:
    """What a file is that is no archive, by its first bytes."""
    if not head:
        return "the file is empty"
    if kinds.kind_of(head) == "ZIP":
        return f"this ZIP archive is damaged or cut off ({error})"
    if kinds.kind_of(head) is None:
        return "this is not a ZIP archive"
    return f"this is {kinds.named(head)}; CBZ and ZIP archives can be coloured"


def _decoded(record: Record) -> str:
    """Its name. Many programs write names in the encoding of their system and do not say which."""
    for encoding in _ENCODINGS:
        try:
            return record.name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return record.name.decode("cp437")


def points_outside(name: str) -> bool:
    """Whether a file of this name would be unpacked outside the folder that the archive is unpacked in."""
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or parts[0] == "" or re.match("[A-Za-z]:", name) is not None


def read(path: str | os.PathLike, entry: Entry) -> bytes:
    """The content of an entry; its declared size is checked before it is unpacked. Raises ArchiveError."""
    if reason := entry.refusal():
        raise ArchiveError(reason)
    return _unpacked(path, entry.record, entry.record.central.size)


def is_page_or_book(path: str | os.PathLike, entry: Entry) -> bool:
    """Whether an entry that is neither hidden nor refused is one, as in a folder (`walking`)."""
    head = functools.partial(read_head, path, entry)
    return _is_shown(entry) and (kinds.is_page(_name(entry), head) or kinds.is_book(_name(entry), head))


def drawing_fault(path: str | os.PathLike, entry: Entry) -> str:
    """Why an entry is no page if a drawing program wrote it; empty of others, and if it is hidden or refused."""
    head = functools.partial(read_head, path, entry)
    return kinds.drawing_fault(_name(entry), head) if _is_shown(entry) else ""


def _is_shown(entry: Entry) -> bool:
    return not files.is_hidden(entry.path) and not entry.refusal()


def _name(entry: Entry) -> str:
    return entry.name.replace("\\", "/")


def read_head(path: str | os.PathLike, entry: Entry) -> bytes:
    """The first bytes of an entry, for `kinds`; nothing if it cannot be unpacked."""
    try:
        return _unpacked(path, entry.record, kinds.HEAD)
    except ArchiveError:
        return b""


def _unpacked(path: str | os.PathLike, record: Record, size: int) -> bytes:
    """The first `size` bytes of an entry."""
    if max(record.central.packed, size) > MAX_BYTES:
        raise ArchiveError(f"the file is larger than {MAX_BYTES // 2**20} MiB")
    if record.is_encrypted:
        raise ArchiveError("it is encrypted; unpack the archive with its password first")
    try:
        with open(path, "rb") as file:
            alone = zipfile.ZipFile(zip_records.alone(file, record))
        with alone, alone.open("page") as content:
            return content.read(size)  # checks the sum if this is all
    except NotImplementedError as error:
        raise ArchiveError(f"it is packed in a way that cannot be unpacked (method {record.central.method})") from error
    except OSError as error:
        raise ArchiveError(f"the archive cannot be read ({files.reason(error)})") from error
    except (BadRecords, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError) as error:
        raise ArchiveError("it cannot be unpacked: it is damaged or cut off") from error


def write_copy(path: str | os.PathLike, target: pathlib.Path, replaced: Mapping[int, pathlib.Path]) -> bool:
    """Writes a copy of the archive in which files, by position, replace the content of entries.

    Entries that are refused are left out. All other bytes stay: names, order, comments, extra fields, modes, dates,
    and what cannot be unpacked. The copy appears whole or not at all.

    Returns:
      Whether it replaced a file with another content.

    Raises ArchiveError, OSError.
    """
    refused = {entry.position for entry in entries(path) if entry.refusal()}
    with files.atomic_path(target) as temporary, open(path, "rb") as source, open(temporary, "wb") as copy:
        zip_records.write_copy(source, copy, replaced, refused)
        copy.flush()
        return files.replaces(target, temporary)
