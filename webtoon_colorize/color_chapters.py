"""Colours chapters page by page; pages that fail are named and the rest is done."""

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
from webtoon_colorize.io.chapters import Archive, Chapter, Page
from webtoon_colorize.io.page_images import PageImage
from webtoon_colorize.pages.grayscale import color_share
from webtoon_colorize.pages.strips import Slice

COLORED_PAGE_SHARE = 0.01  # a page counts as coloured from this share of its pixels on


@dataclasses.dataclass(frozen=True)
class Options:
    """The user's choices, the same for all pages."""

    title: str | None = None
    hints: dict[str, tuple[Hint, ...]] = dataclasses.field(default_factory=dict)  # by the pages' names
    skip_colored: bool = True
    keep_white: bool = True
    color_layer: bool = False
    skip_existing: bool = False


@dataclasses.dataclass
class Report:
    """How many pages were coloured or left as they are, and why others failed."""

    colored: int = 0
    left: int = 0  # copied because they are coloured, or written by an earlier call
    faults: list[str] = dataclasses.field(default_factory=list)  # a sentence for each page that failed


def color_chapters(found: Sequence[Chapter], colorizer: Colorizer, options: Options) -> Report:
    """Colours all pages of all chapters, with a progress bar."""
    report = Report()
    with tqdm.tqdm(total=sum(len(chapter.pages) for chapter in found), desc="colouring", unit="page") as bar:
        for chapter in found:
            if chapter.archive:
                _color_archive(chapter.archive, chapter.pages, colorizer, options, report, bar)
            else:
                _ChapterColoring(colorizer, options, report, bar, lambda page: page.output).color(chapter.pages)
    return report


def _color_archive(
    archive: Archive, pages: Sequence[Page], colorizer: Colorizer, options: Options, report: Report, bar: tqdm.tqdm
) -> None:
    """Colours the pages into a temporary folder, then writes the archive with them."""
    if options.skip_existing and archive.output.exists():
        report.left += len(pages)
        bar.update(len(pages))
        return
    try:
        with chapters.workspace(archive) as folder:
            places = {page: pathlib.Path(folder) / str(number) for number, page in enumerate(pages)}
            _ChapterColoring(colorizer, options, report, bar, places.__getitem__).color(pages)
            done = {page.entry: path for page, path in places.items() if page.entry and path.exists()}
            report.faults += chapters.write_archive(archive, pages, done)
    except (OSError, ArchiveError) as error:
        report.faults.append(f"{archive.file}: the coloured archive could not be written ({error}).")


@dataclasses.dataclass(frozen=True, eq=False)
class _Plan:
    """A page that could be read, and what is to be done with it: colour it, copy it or leave it."""

    page: Page
    image: PageImage  # painted over while it is coloured
    on_white: np.ndarray  # uint8 [H, W, 3], how the page looks
    hints: tuple[Hint, ...]
    is_colored: bool  # a page that has colour is copied
    is_there: bool  # the output exists and is left as it is

    @property
    def needs_color(self) -> bool:
        return not (self.is_colored or self.is_there)

    @property
    def needs_copy(self) -> bool:
        return self.is_colored and not self.is_there


@dataclasses.dataclass(frozen=True, eq=False)
class _Work:
    """A page that the colorizer has taken and that is not written yet."""

    plan: _Plan
    layer: np.ndarray | None  # uint8 [H, W, 4], the colour layer to be written beside the page


class _ChapterColoring:
    """Colours pages that follow each other, and writes each to `place(page)`."""

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
        """Colours the pages. If colouring fails, the first open page counts as failed and the others start again."""
        remaining = iter(pages)
        while True:
            try:
                self._color(self._slices(remaining))
                return
            except Exception as error:  # anything that colouring raises, such as MemoryError for a large page
                if not self._open:
                    raise
                failed, *others = self._open
                self._fail(failed, f"it could not be coloured ({type(error).__name__}: {error})")
                remaining = itertools.chain(others, remaining)
                self._open.clear()

    def _slices(self, pages: Iterator[Page]) -> Iterator[Slice]:
        """Reads and plans each page when the colorizer asks for it; copies pages that have colour."""
        for page in pages:
            try:
                data = page.read()
                plan = self._plan(page, data)
                if plan.needs_copy:
                    files.write_bytes(self._place(page), data)
                work = _Work(plan, self._new_layer(plan))
            except Exception as error:  # anything that this page's file raises
                self._fail(page, str(error) or type(error).__name__)
                continue
            self._open.append(page)
            yield Slice(plan.on_white, plan.hints, plan.needs_color, work)

    def _plan(self, page: Page, data: bytes) -> _Plan:
        """Raises ImageError or ValueError if the page, or its hints, cannot be used."""
        image = page_images.decode(data)
        on_white = image.on_white()
        height, width = on_white.shape[:2]
        hints = self._options.hints.get(page.name, ())
        self._colorizer.check(hints, width=width, height=height, title=self._options.title)
        return _Plan(
            page,
            image,
            on_white,
            hints,
            is_colored=self._options.skip_colored and color_share(on_white) >= COLORED_PAGE_SHARE,
            is_there=self._options.skip_existing and self._place(page).exists(),
        )

    def _new_layer(self, plan: _Plan) -> np.ndarray | None:
        is_wanted = self._options.color_layer and plan.needs_color
        return np.zeros((*plan.on_white.shape[:2], 4), np.uint8) if is_wanted else None

    def _color(self, slices: Iterator[Slice]) -> None:
        stream = self._colorizer.color_slices(slices, title=self._options.title, keep_white=self._options.keep_white)
        for each, start, ab in stream:
            work: _Work = each.source
            rows = np.s_[start : start + len(ab)]
            if work.plan.needs_color:
                self._paint(work, rows, ab)
            if rows.stop == len(each.image):
                self._open.remove(work.plan.page)
                self._finish(work)

    def _paint(self, work: _Work, rows: slice, ab: np.ndarray) -> None:
        painter, pixels = self._colorizer.painter, work.plan.image.pixels
        if work.layer is not None:
            work.layer[rows] = painter.color_layer(pixels[rows], ab)
        pixels[rows] = painter.paint(pixels[rows], ab)

    def _finish(self, work: _Work) -> None:
        plan = work.plan
        try:
            if plan.needs_color:
                files.write_bytes(self._place(plan.page), page_images.encode(plan.image))
            if work.layer is not None:
                page_images.write_layer(plan.page.layer, work.layer)
        except Exception as error:  # the page is no longer open, so no other page counts as failed
            self._fail(plan.page, f"it could not be written ({error})")
            return
        self._report.colored += plan.needs_color
        self._report.left += not plan.needs_color
        self._bar.update()

    def _fail(self, page: Page, reason: str) -> None:
        self._report.faults.append(f"{page.name}: {reason}.")
        self._bar.update()
