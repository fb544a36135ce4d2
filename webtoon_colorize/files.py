"""Writes files whole or not at all; sorts and hides file names."""

import contextlib
import os
import pathlib
import re
import tempfile
from collections.abc import Iterator


@contextlib.contextmanager
def atomic_path(path: str | os.PathLike) -> Iterator[pathlib.Path]:
    """A temporary path beside `path`, with the same ending; the file is moved to `path` at the end of the block.

    The folder is made if it is missing. If the block raises, `path` stays as it was and the temporary file is removed.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = pathlib.Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def natural_key(text: str) -> tuple:
    """A sort key that sorts numbers by value (2 before 10) and ignores case.

    Names that differ only in case or in leading zeros are sorted as plain text.
    """
    parts = re.split(r"([0-9]+)", text)
    return tuple(int(part) if index % 2 else part.casefold() for index, part in enumerate(parts)), text


def is_hidden(name: str) -> bool:
    """Whether a path (with forward slashes) has a part that starts with a dot, or is macOS's __MACOSX."""
    return any((part.startswith(".") and part != ".") or part == "__MACOSX" for part in name.split("/"))


def write_bytes(path: str | os.PathLike, data: bytes) -> None:
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)
