"""Colours chapters page by page; a page that fails is named and the rest is done."""

import dataclasses
import itertools
import pathlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import tqdm

from webtoon_colorize import files
from webtoon_colorize.colorizer import Colorizer
from webtoon_colorize.hints import Hint
from webtoon_colorize.io import chapters, page_images
from webtoon_colorize.io.archives import ArchiveError
from webtoon_colorize.io.chapters import Chapter, Page
from webtoon_colorize.pages.grayscale import color_share
from webtoon_colorize.pages.strips import Slice

COLORED_PAGE_SHARE = 0.01  # a page counts as coloured from this share of its pixels on


@dataclasses.dataclass(frozen=True)
class Options:
    """What a user decides about all pages."""

    title: str | None = None
    hints: dict[str, tuple[Hint, ...]] = dataclasses.field(default_factory=dict)  # by the pages' names
    skip_colored: bool = True
    keep_white: bool = True
    color_layer: bool = False
    skip_existing: bool = False


@dataclasses.dataclass
class Report:
    """What became of the pages."""

    colored: int = 0
    left: int = 0  # copied because they are coloured, or there already
    faults: list[str] = dataclasses.field(default_factory=list)  # a sentence for each that failed


@dataclasses.dataclass
class _Work:
    """A page that is being coloured."""

    page: Page
    picture: page_images.PageImage
    layer: np.ndarray | None  # uint8 [H, W, 4]


def color_chapters(found: Sequence[Chapter], colorizer: Colorizer, options: Options) -> Report:
    """Colours all pages of all chapters, with a progress bar."""
    report = Report()
    with tqdm.tqdm(total=sum(len(chapter.pages) for chapter in found), desc="colouring", unit="page") as bar:
        for chapter in found:
            if chapter.archive:
                _color_archive(chapter, colorizer, options, report, bar)
            else:
                _ChapterColoring(colorizer, options, report, bar, lambda page: page.output).color(chapter.pages)
    return report


def _color_archive(chapter: Chapter, colorizer: Colorizer, options: Options, report: Report, bar: tqdm.tqdm) -> None:
    if options.skip_existing and chapter.output.exists():
        report.left += len(chapter.pages)
        bar.update(len(chapter.pages))
        return
    try:
        with chapters.workspace(chapter) as folder:
            places = {page: pathlib.Path(folder) / str(number) for number, page in enumerate(chapter.pages)}
            _ChapterColoring(colorizer, options, report, bar, places.__getitem__).color(chapter.pages)
            done = {page.entry: path for page, path in places.items() if path.exists()}
            report.faults += chapters.write_archive(chapter, done)
    except (OSError, ArchiveError) as error:
        report.faults.append(f"{chapter.archive}: the coloured archive could not be written ({error}).")


class _ChapterColoring:
    """Pages that follow each other, each written to `place(page)`."""

    def __init__(
        self,
        colorizer: Colorizer,
        options: Options,
        report: Report,
        bar: tqdm.tqdm,
        place: Callable[[Page], pathlib.Path],
    ):
        self._colorizer, self._options, self._report, self._bar = colorizer, options, report, bar
        self._place = place
        self._open: list[Page] = []  # pages that are read and not written yet

    def color(self, pages: Sequence[Page]) -> None:
        remaining = iter(pages)
        while True:
            try:
                self._color(self._slices(remaining))
                return
            except Exception as error:  # whatever colouring meets, a page too large for the memory say: go on behind it
                if not self._open:
                    raise
                failed, *others = self._open
                self._fail(failed, f"it could not be coloured ({type(error).__name__}: {error})")
                remaining = itertools.chain(others, remaining)
                self._open.clear()

    def _color(self, slices: Iterator[Slice]) -> None:
        stream = self._colorizer.color_slices(slices, title=self._options.title, keep_white=self._options.keep_white)
        painter = self._colorizer.painter
        for each, row, ab in stream:
            work: _Work = each.source
            rows = np.s_[row : row + len(ab)]
            if each.wanted:
                if work.layer is not None:
                    work.layer[rows] = painter.color_layer(work.picture.pixels[rows], ab)
                work.picture.pixels[rows] = painter.paint(work.picture.pixels[rows], ab)
            if rows.stop == len(each.image):
                self._open.remove(work.page)
                self._finish(work, each.wanted)

    def _slices(self, pages: Iterator[Page]) -> Iterator[Slice]:
        for page in pages:
            try:
                data = page.read()
                new = self._slice(page, data)
            except Exception as error:  # of its file, whatever that is
                self._fail(page, str(error) or type(error).__name__)
                continue
            self._open.append(page)
            yield new

    def _slice(self, page: Page, data: bytes) -> Slice:
        """The page as the colorizer takes it; one that is coloured already is copied."""
        picture = page_images.decode(data)
        seen = picture.on_white()
        is_colored = self._options.skip_colored and color_share(seen) >= COLORED_PAGE_SHARE
        is_there = self._options.skip_existing and self._place(page).exists()
        if is_colored and not is_there:
            files.write_bytes(self._place(page), data)
        hints = self._options.hints.get(page.name, ())
        wanted = not (is_colored or is_there)
        layer = np.zeros((*seen.shape[:2], 4), np.uint8) if self._options.color_layer and wanted else None
        height, width = seen.shape[:2]
        self._colorizer.check(hints, width=width, height=height, title=self._options.title)
        return Slice(seen, hints, wanted, _Work(page, picture, layer))

    def _finish(self, work: _Work, wanted: bool) -> None:
        try:
            if wanted:
                files.write_bytes(self._place(work.page), page_images.encode(work.picture))
                if work.layer is not None:
                    page_images.write_layer(work.page.layer, work.layer)
        except Exception as error:  # of this page, which is no longer among the open ones
            self._fail(work.page, f"it could not be written ({error})")
            return
        self._report.colored += wanted
        self._report.left += not wanted
        self._bar.update()

    def _fail(self, page: Page, fault: str) -> None:
        self._report.faults.append(f"{page.name}: {fault}.")
        self._bar.update()
