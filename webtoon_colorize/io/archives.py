"""Reads CBZ and ZIP archives from unknown sources: lists their files and unpacks them within limits."""

import contextlib
import lzma
import os
import re
import zipfile
import zlib
from collections.abc import Iterator

ENDINGS = (".cbz", ".zip")
MAX_BYTES = 500 * 2**20  # of one unpacked file; a larger one may be a zip bomb that fills the memory
MAX_RATIO = 200  # unpacked to packed size; zip bombs reach 1032, real pages stay far below 200
SMALL = 2**20  # bytes; smaller unpacked files are harmless at any ratio


class ArchiveError(ValueError):
    """An archive, or a file in one, that cannot be read; the message is the reason."""


@contextlib.contextmanager
def opened(path: str | os.PathLike) -> Iterator[zipfile.ZipFile]:
    """Opens the archive for reading. Raises ArchiveError, also for what fails inside the block."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, OSError, NotImplementedError, UnicodeError) as error:
        raise ArchiveError(f"this is not a ZIP archive that can be read ({error})") from error


def file_names(path: str | os.PathLike) -> list[str]:
    """The files in the archive, in its order. Raises ArchiveError."""
    with opened(path) as archive:
        return [info.filename for info in archive.infolist() if not info.is_dir()]


def points_outside(name: str) -> bool:
    """Whether a file of this name would be unpacked outside the folder that the archive is unpacked in."""
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or parts[0] == "" or re.match("[A-Za-z]:", name) is not None


def read_file(path: str | os.PathLike, name: str) -> bytes:
    """The content of one file; its declared size is checked before it is unpacked. Raises ArchiveError."""
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(name)
            if info.file_size > MAX_BYTES:
                raise ArchiveError(f"the file is larger than {MAX_BYTES // 2**20} MiB")
            if info.file_size > max(SMALL, MAX_RATIO * info.compress_size):
                raise ArchiveError(f"it is packed to less than a {MAX_RATIO}th of its size, like a zip bomb")
            return archive.read(info)  # never more than the entry declares
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        OSError,
        RuntimeError,
        NotImplementedError,
        EOFError,
    ) as error:  # damaged, encrypted, unknown packing
        raise ArchiveError(f"it cannot be unpacked ({error})") from error
