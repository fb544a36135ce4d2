"""Where coloured pages are written: into a folder, or into the copy of an archive."""

import contextlib
import pathlib
import shutil
from collections.abc import Iterable, Iterator

from webtoon_colorize import files
from webtoon_colorize.io import archives, page_images
from webtoon_colorize.io.archives import ArchiveError, Entry
from webtoon_colorize.io.chapters import Archive, Page
from webtoon_colorize.io.images import ImageError


class Folder:
    """Where pages that are files go."""

    def __init__(self) -> None:
        self.replaced = 0  # files with another content

    def existing(self, page: Page) -> bytes | None:
        """What an earlier call wrote."""
        return page.output.read_bytes() if page.output.is_file() else None

    def write(self, page: Page, data: bytes) -> None:
        with self._counted(page.output) as temporary:
            temporary.write_bytes(data)

    def leave(self, page: Page) -> None:
        """The page is in the output as it was."""
        with self._counted(page.output) as temporary:
            shutil.copyfile(page.file, temporary)

    def keep(self, page: Page) -> None:
        """What an earlier call wrote stays."""

    @contextlib.contextmanager
    def _counted(self, path: pathlib.Path) -> Iterator[pathlib.Path]:
        with files.atomic_path(path) as temporary:
            yield temporary
            self.replaced += files.replaces(path, temporary)


class Copy:
    """Where pages of an archive go: into a temporary folder, and from there into the archive's copy."""

    def __init__(self, archive: Archive, folder: pathlib.Path):
        self._archive, self._folder = archive, folder
        self._old = {} if not archive.output.is_file() else _entries_by_key(archive.output)
        self._goes_on = False  # with what an earlier call wrote
        self._written: dict[int, pathlib.Path] = {}  # by position in the archive

    def existing(self, page: Page) -> bytes | None:
        old = self._old.get(_entry(page).key)
        with contextlib.suppress(ArchiveError):
            return archives.read(self._archive.output, old) if old else None
        return None

    def write(self, page: Page, data: bytes) -> None:
        position = _entry(page).position
        path = self._folder / str(position)
        path.write_bytes(data)
        self._written[position] = path

    def keep(self, page: Page) -> None:
        self.write(page, self.existing(page) or b"")
        self._goes_on = True

    def leave(self, page: Page) -> None:
        """The copy has all that is not written."""

    def finish(self) -> bool:
        """Writes the copy; whether it replaced a file of which it has nothing. Raises ArchiveError, OSError."""
        is_other = archives.write_copy(self._archive.file, self._archive.output, self._written)
        return is_other and not self._goes_on

    def finish_early(self, pages: Iterable[Page]) -> None:
        """Writes a copy with the pages that are written, and those that an earlier call has coloured.

        Does nothing if no page is written, or if the copy cannot be.
        """
        with contextlib.suppress(ArchiveError, OSError):
            if self._written:
                for page in pages:
                    if _entry(page).position not in self._written and was_colored(page, self):
                        self.keep(page)
                self.finish()


def _entry(page: Page) -> Entry:
    assert page.entry is not None
    return page.entry


def _entries_by_key(path: pathlib.Path) -> dict[tuple[bytes, str], Entry]:
    with contextlib.suppress(ArchiveError):
        return {entry.key: entry for entry in archives.entries(path)}
    return {}


def was_colored(page: Page, output: Folder | Copy) -> bool:
    """Whether an earlier call coloured the page: an output that is the page as it was is no proof of that."""
    existing = output.existing(page)
    if existing is None or not page_images.is_page(existing):
        return False
    with contextlib.suppress(ArchiveError, ImageError):
        return existing != page.read()
    return False
