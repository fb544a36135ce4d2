"""Writes files whole or not at all; keeps folders to one process; sorts, hides and shortens names."""

import contextlib
import errno
import filecmp
import hashlib
import os
import pathlib
import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterator

LAYERS = "colorize-layers"  # the folder in the output that has the pages' layers

_UNFINISHED = ".unfinished-"  # how the names of temporary files begin

LONGEST_NAME = 255  # bytes of a file's name, on nearly all file systems

# What file systems, network storages, readers and this program keep beside the user's files. Names with a leading dot
# are hidden too.
_NOT_THE_USERS = re.compile(
    rf"{LAYERS}|__macosx|@eadir|[#@$]recycle(\.bin)?|recycler"
    r"|@recently-snapshot|#snapshot|system volume information|lost\+found"
)


@contextlib.contextmanager
def atomic_path(path: str | os.PathLike) -> Iterator[pathlib.Path]:
    """A temporary path beside `path`, with the same ending; the file is moved to `path` at the end of the block.

    The folder is made if it is missing. If the block raises, `path` stays as it was and the temporary file is removed.
    A process that is killed leaves it, and `remove_unfinished` removes it. The file's mode is what the umask leaves,
    without a chmod, which some file systems refuse. An OSError of the file names `path`.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{_UNFINISHED}{secrets.token_hex(6)}{path.suffix[-16:]}")
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        if error.strerror and error.filename in (None, str(temporary), temporary):  # a full disk comes without a name
            error.filename, error.filename2 = str(path), None
        raise
    finally:
        with contextlib.suppress(OSError):  # it would hide what went wrong
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def workspace(path: str | os.PathLike) -> Iterator[pathlib.Path]:
    """A hidden folder beside `path` for what `path` is made of, until the end of the block.

    One that a killed process left is emptied; no other may be writing `path`.
    """
    path = pathlib.Path(path)
    folder = path.with_name(derived_name(f"{_UNFINISHED}{path.name}"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def replaces(path: pathlib.Path, new: pathlib.Path) -> bool:
    """Whether `path` is a file with another content than the file `new`."""
    return path.is_file() and not filecmp.cmp(path, new, shallow=False)


def remove_unfinished(folder: str | os.PathLike) -> None:
    """Removes the temporary files that killed processes left anywhere in `folder`; no other may be writing there."""
    for path in list(pathlib.Path(folder).rglob(f"{_UNFINISHED}*")):
        with contextlib.suppress(OSError):  # they are never read
            path.unlink()


class InUse(ValueError):
    """Another process has the lock; the message is a sentence without its full stop that names the folder."""


# What file systems answer that have no locks, or that cannot be written, so that nobody needs a lock there.
_NO_LOCK = {errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK, errno.EROFS, errno.EACCES, errno.EPERM}


@contextlib.contextmanager
def locked(folder: str | os.PathLike, part: str = "") -> Iterator[None]:
    """Keeps other processes out of `folder`, or of a part of what is in it, until the end of the block.

    The system takes the lock from a process that ends, however it ends; the hidden file that carries it stays. The
    folder is made if it is missing. A file system that has no locks, or cannot be written, does without.

    Raises InUse, OSError.
    """
    import filelock  # a quarter of a second, and most programs lock nothing

    os.makedirs(folder, exist_ok=True)
    lock = filelock.FileLock(_lock_path(folder, part), fallback_to_soft=False)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout as error:
        place = f"{part} in {folder}" if part else folder
        raise InUse(f"another process is writing {place}: wait for its end, or choose another folder") from error
    except OSError as error:
        if error.errno not in _NO_LOCK:
            raise
    try:
        yield
    finally:
        lock.release()


def _lock_path(folder: str | os.PathLike, part: str = "") -> str:
    return os.path.join(folder, f".{part}.lock" if part else ".lock")


@contextlib.contextmanager
def locked_without_trace(folder: str | os.PathLike) -> Iterator[None]:
    """`locked`, for a folder that is the user's: the lock's file goes, and a new folder that is still empty with it."""
    is_new = not os.path.exists(folder)
    with locked(folder):
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # Windows removes no open file
                os.unlink(_lock_path(folder))
                if is_new:
                    os.rmdir(folder)


def natural_key(text: str) -> tuple:
    """A sort key that sorts numbers by value (2 before 2.5 before 10) and ignores case and an ending such as .png.

    Names that differ only in these, or in leading zeros, are sorted as plain text.
    """
    stem = re.sub(r"\.[a-z]\w*$", "", unicodedata.normalize("NFKC", text).casefold())
    parts = re.split(r"([0-9]+)", stem)
    return tuple(int(part[:4000]) if index % 2 else part for index, part in enumerate(parts)), text


def path_key(path: str) -> tuple:
    """A sort key for paths with forward slashes: part by part in natural order, a folder's files before its folders."""
    *folders, name = path.split("/")
    return (*((1, natural_key(folder)) for folder in folders), (0, natural_key(name)))


def is_hidden(name: str) -> bool:
    """Whether a path (with forward slashes) has a part that starts with a dot, or that is not the user's.

    The latter are folders of macOS, Windows, network storages (__MACOSX, @eaDir, #recycle, $RECYCLE.BIN and so on) and
    LAYERS.
    """
    parts = name.split("/")
    return any((part.startswith(".") and part != ".") or _NOT_THE_USERS.fullmatch(part.casefold()) for part in parts)


def derived_name(name: str, addition: str = "") -> str:
    """`name` with `addition` behind it. Cut to LONGEST_NAME; what is cut is then told apart by a hash."""
    whole = os.fsencode(name + addition)
    if len(whole) <= LONGEST_NAME:
        return name + addition
    mark = f"~{hashlib.sha256(os.fsencode(name)).hexdigest()[:8]}{addition}"
    return os.fsencode(name)[: LONGEST_NAME - len(os.fsencode(mark))].decode(errors="ignore") + mark


def reason(error: BaseException) -> str:
    """Why something failed, as a clause without Python's own words: no numbers of errors, no temporary names."""
    if isinstance(error, MemoryError):
        return "there is not enough memory"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[:1].lower() + error.strerror[1:]
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def explained(error: BaseException) -> str:
    """`reason`, behind the name of the file that the system's errors are about."""
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{os.fsdecode(error.filename)}: {reason(error)}"
    return reason(error)


def write_bytes(path: str | os.PathLike, data: bytes) -> None:
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)
