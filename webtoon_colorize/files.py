"""Files that appear whole or not at all, and the order and visibility of their names."""

import contextlib
import os
import pathlib
import re
import tempfile
from collections.abc import Iterator


@contextlib.contextmanager
def atomic_path(path: str | os.PathLike) -> Iterator[pathlib.Path]:
    """A temporary path beside `path`, with the same ending, that becomes `path` when the block ends well.

    The folder is made if it is missing. When the block raises, `path` is as it was and the temporary file is gone.
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
    """A sort key by which 2 comes before 10 and capitals do not matter.

    They do matter between names that are otherwise equal.
    """
    parts = re.split(r"([0-9]+)", text)
    return tuple(int(part) if index % 2 else part.casefold() for index, part in enumerate(parts)), text


def is_hidden(name: str) -> bool:
    """Whether a path with forward slashes leads to or through what systems put beside a user's files."""
    return any((part.startswith(".") and part != ".") or part == "__MACOSX" for part in name.split("/"))


def write_bytes(path: str | os.PathLike, data: bytes) -> None:
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)
