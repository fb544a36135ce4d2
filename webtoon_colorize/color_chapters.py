"""Colours chapters page by page; pages that fail are named and the rest is done."""

import collections
import contextlib
import dataclasses
import itertools
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import tqdm

from webtoon_colorize import files, lab
from webtoon_colorize.colorizer import Colorizer
from webtoon_colorize.hints import Hint
from webtoon_colorize.io import outputs, page_images
from webtoon_colorize.io.archives import ArchiveError
from webtoon_colorize.io.chapters import LAYER_ENDINGS, Archive, Chapter, Page
from webtoon_colorize.io.page_images import PageImage
from webtoon_colorize.pages import layers
from webtoon_colorize.pages.grayscale import is_colored
from webtoon_colorize.pages.prints import Kind, why_uncolored
from webtoon_colorize.pages.strips import Slice

TINTED = 6  # gray levels between the channels of a pixel that has got colour
TINTED_SHARE = 0.001  # without hints, a page with a smaller share of such pixels was not coloured


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
    left: int = 0  # copied because they are coloured or take no colour, or written by an earlier call
    replaced: int = 0  # files in the output that had another content
    kinds: collections.Counter[Kind] = dataclasses.field(default_factory=collections.Counter)  # pages on which each is
    notes: list[str] = dataclasses.field(default_factory=list)  # a sentence for each page that was left as it is
    faults: list[str] = dataclasses.field(default_factory=list)  # a sentence for each page that failed

    def add(self, other: "Report") -> None:
        for field in dataclasses.fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))


def color_chapters(found: Sequence[Chapter], colorizer: Colorizer, options: Options) -> Report:
    """Colours all pages of all chapters, with a progress bar."""
    report = Report()
    with tqdm.tqdm(total=sum(len(chapter.pages) for chapter in found), desc="colouring", unit="page") as bar:
        for chapter in found:
            if chapter.archive:
                _color_archive(chapter.archive, chapter.pages, colorizer, options, report, bar)
            else:
                folder = outputs.Folder()
                _ChapterColoring(colorizer, options, report, bar, folder).color(chapter.pages)
                report.replaced += folder.replaced
    return report


def _color_archive(
    archive: Archive, pages: Sequence[Page], colorizer: Colorizer, options: Options, report: Report, bar: tqdm.tqdm
) -> None:
    """Colours the pages into a temporary folder, then writes the archive with them; they count when it is written.

    An interrupted call writes the archive with what is done.
    """
    part = Report()
    try:
        with files.workspace(archive.output) as folder:
            copy = outputs.Copy(archive, folder)
            if options.skip_existing and all(_is_done(page, copy, options) for page in pages):
                report.left += len(pages)
                report.notes.append(f"{archive.name}: it is there already.")
                bar.update(len(pages))
                return
            try:
                _ChapterColoring(colorizer, options, part, bar, copy).color(pages)
                if part.colored + part.left or archive.is_mirrored:
                    part.replaced += copy.finish()
            except KeyboardInterrupt:
                copy.finish_early(pages)
                raise
        report.add(part)
    except (OSError, ArchiveError) as error:
        report.faults += part.faults
        report.faults.append(f"{archive.name}: the coloured archive could not be written ({files.reason(error)}).")


def _is_done(page: Page, output: outputs.Folder | outputs.Copy, options: Options) -> bool:
    """Whether all that is asked for exists."""
    has_layers = all(page.layer(ending).is_file() for ending in LAYER_ENDINGS)
    return (has_layers or not options.color_layer) and outputs.was_colored(page, output)


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


@dataclasses.dataclass(eq=False)
class _Work:
    """A page that the colorizer has taken and that is not written yet."""

    plan: _Plan
    flat: np.ndarray | None  # uint8 [H, W, 3], the colour under the ink, if layers are to be written
    tinted: int = 0  # pixels that have got colour


class _ChapterColoring:
    """Colours pages that follow each other."""

    def __init__(
        self,
        colorizer: Colorizer,
        options: Options,
        report: Report,
        bar: tqdm.tqdm,
        output: outputs.Folder | outputs.Copy,
    ):
        self._colorizer, self._options, self._report, self._bar = colorizer, options, report, bar
        self._output = output
        self._least_tinted = TINTED_SHARE
        self._open: list[Page] = []  # pages that are read and not written yet
        self._kinds: set[Kind] = set()  # of the page that comes next, or of the strip's section
        self._is_told = False  # whether a page has been finished since

    def color(self, pages: Sequence[Page]) -> None:
        """Colours the pages. If colouring fails, the first open page counts as failed and the others start again."""
        if any(page.name in self._options.hints for page in pages):  # a dot may reach into the next slice
            self._least_tinted = 0.0
        remaining = iter(pages)
        while True:
            try:
                self._color(self._slices(remaining))
                return
            except Exception as error:  # anything that colouring raises, such as MemoryError for a large page
                if not self._open:
                    raise
                failed, *others = self._open
                self._fail(failed, f"it could not be coloured ({files.reason(error)})")
                remaining = itertools.chain(others, remaining)
                self._open.clear()

    def _slices(self, pages: Iterator[Page]) -> Iterator[Slice]:
        """Reads and plans each page when the colorizer asks for it; copies pages that have colour."""
        for page in pages:
            self._bar.set_postfix_str(page.name, refresh=False)
            try:
                plan = self._plan(page)
                if plan.is_there:
                    self._output.keep(page)
                elif plan.is_colored:
                    self._output.leave(page)
                is_wanted = self._options.color_layer and plan.needs_color
                work = _Work(plan, np.empty_like(plan.on_white) if is_wanted else None)
            except Exception as error:  # anything that this page's file raises
                self._fail(page, files.reason(error))
                continue
            self._open.append(page)
            yield Slice(plan.on_white, plan.hints, plan.needs_color, work)

    def _plan(self, page: Page) -> _Plan:
        """Raises ImageError, ArchiveError or ValueError if the page, or its hints, cannot be used."""
        image = page_images.decode(page.read())
        on_white = image.on_white()
        height, width = on_white.shape[:2]
        hints = self._options.hints.get(page.name, ())
        self._colorizer.check(hints, width=width, height=height, title=self._options.title)
        return _Plan(
            page,
            image,
            on_white,
            hints,
            is_colored=self._options.skip_colored and is_colored(on_white),
            is_there=self._options.skip_existing and _is_done(page, self._output, self._options),
        )

    def _color(self, slices: Iterator[Slice]) -> None:
        stream = self._colorizer.color_slices(
            slices, title=self._options.title, keep_white=self._options.keep_white, saw=self._see
        )
        for each, start, wash in stream:
            work: _Work = each.source
            rows = np.s_[start : start + len(wash)]
            if work.plan.needs_color:
                self._paint(work, rows, wash)
            if rows.stop == len(each.image):
                self._open.remove(work.plan.page)
                self._finish(work)

    def _see(self, kinds: set[Kind]) -> None:
        self._kinds = kinds if self._is_told else self._kinds | kinds
        self._is_told = False

    def _paint(self, work: _Work, rows: slice, wash: np.ndarray) -> None:
        image, painter = work.plan.image, self._colorizer.painter
        if work.flat is not None:
            gray = cv2.cvtColor(work.plan.on_white[rows], cv2.COLOR_RGB2GRAY)
            work.flat[rows] = layers.flat_color(gray, wash, image.pixels.shape[1])
        painted = image.paint(rows, lambda pixels: painter.paint(pixels, wash))
        scale = np.iinfo(painted.dtype).max // 255
        work.tinted += int(np.count_nonzero(lab.channel_range(painted) >= TINTED * scale))

    def _finish(self, work: _Work) -> None:
        plan = work.plan
        is_colored = plan.needs_color and work.tinted > self._least_tinted * plan.on_white[..., 0].size
        try:
            if work.flat is not None and is_colored:
                layers.write(plan.page.layer, plan.image.on_white(), work.flat, plan.hints)
            if is_colored:  # last, for it says that the page is done
                self._output.write(plan.page, page_images.encode(plan.image))
            elif plan.needs_color:
                self._output.leave(plan.page)
        except Exception as error:  # the page is no longer open, so no other page counts as failed
            self._fail(plan.page, f"it could not be written ({files.reason(error)})")
            return
        self._count(plan, is_colored=is_colored)

    def _count(self, plan: _Plan, *, is_colored: bool) -> None:
        self._report.colored += is_colored
        if plan.needs_color:
            self._report.kinds.update(self._kinds)
            self._is_told = True
        if not is_colored:
            self._report.left += 1
            self._report.notes.append(f"{plan.page.name}: {self._why_left(plan)}.")
        self._bar.update()

    def _why_left(self, plan: _Plan) -> str:
        if plan.is_there:
            return "it is there already"
        if plan.is_colored:
            return "it has colour already; it is copied"
        if plan.hints:
            return "it could not be coloured: its hints leave no colour on it"
        if not self._colorizer.strength:
            return "it is not coloured: it has no hints, and a strength of 0 leaves out automatic colours"
        return why_uncolored(self._kinds)

    def _fail(self, page: Page, reason: str) -> None:
        self._report.faults.append(f"{page.name}: {reason}.")
        if page.is_mirrored and not page.output.exists():
            with contextlib.suppress(OSError):
                self._output.leave(page)
        self._bar.update()
