"""The pages that are open in the app, and the colorizer that colours them."""

import collections
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from webtoon_colorize.app.page import Page, Rgb, View
from webtoon_colorize.colorizer import Colorizer
from webtoon_colorize.hints import Hint

MOST_PIXELS = 40_000_000  # of all pages together: about 2 GB; the browser brings a page back that was dropped
LEAST_PIXELS = 30_000  # that a page counts as; a small one with dots takes as much memory

# Names of coloured pages and the pages, uint8 [H, W, 3] -> a colorizer that knows their colours, and what came of it
Adapt = Callable[[Sequence[tuple[str, np.ndarray]]], tuple[Colorizer, str]]


class Learned(NamedTuple):
    """What the colorizer has learned."""

    names: list[str]  # of the coloured pages
    said: str  # sentences: what came of it


class NotOpenError(LookupError):
    """A page that is not open, or was dropped because others needed its memory."""


class Session:
    """Pages by their contents. The browser keeps the dots and gives them with every call.

    Methods are to be called by one thread at a time. Messages of ValueErrors follow the convention in `io`.
    """

    def __init__(self, colorizer: Colorizer, adapt: Adapt, *, title: str | None = None):
        """adapt: makes the colorizer of `learn`."""
        self._first = self._colorizer = colorizer
        self._title, self._adapt = title, adapt
        self._references: dict[str, np.ndarray] = {}  # coloured pages, uint8 [H, W, 3], that wait for `learn`
        self.learned: Learned | None = None
        self._pages: collections.OrderedDict[str, Page] = collections.OrderedDict()

    def open(self, data: bytes) -> Page:
        """Opens an image file's bytes; pages that were used least recently make room. Raises ImageError."""
        page = Page(data)
        page = self._pages.setdefault(page.key, page)
        self._pages.move_to_end(page.key)
        while len(self._pages) > 1 and sum(map(_pixels, self._pages.values())) > MOST_PIXELS:
            self._pages.popitem(last=False)
        return page

    def _page(self, key: str) -> Page:
        if key not in self._pages:
            raise NotOpenError("this page is not open")
        self._pages.move_to_end(key)
        return self._pages[key]

    def view(self, key: str, hints: Sequence[Hint], *, seen: str = "", y: float = 0) -> View:
        """See `Page.view`. Raises NotOpenError."""
        return self._page(key).view(self._colorizer, hints, title=self._title, seen=seen, y=y)

    def suggestions(self, key: str, x: float, y: float) -> list[Rgb]:
        """See `Page.suggestions`. Raises NotOpenError."""
        return self._page(key).suggestions(x, y)

    def finished(self, key: str, hints: Sequence[Hint]) -> bytes:
        """See `Page.finished`. Raises NotOpenError."""
        return self._page(key).finished(self._colorizer, hints, title=self._title)

    def add_reference(self, key: str, hints: Sequence[Hint]) -> None:
        """Keeps a page for `learn`, in the colours of its hints or else in its own; the page may make room for others.

        Raises NotOpenError.
        """
        self._references[key] = self._page(key).example(self._colorizer, hints, title=self._title)

    def learn(self, names: Mapping[str, str]) -> Learned:
        """Colours all pages from now on with a colorizer that has learned the colours of references, and of no others.

        Args:
          names: of the references, by their keys.

        Raises:
          NotOpenError: one of them was not added.
          ValueError: they have no coloured panel.
        """
        references, self._references = self._references, {}
        missing = [name for key, name in names.items() if key not in references]
        if missing:
            raise NotOpenError(f"the colours of {', '.join(missing)} are not there any more")
        colorizer, said = self._adapt([(name, references[key]) for key, name in names.items()])
        self.learned = Learned(list(names.values()), said)
        self._use(colorizer)
        return self.learned

    def forget(self) -> None:
        """Colours all pages as before `learn`."""
        self.learned = None
        self._use(self._first)

    def _use(self, colorizer: Colorizer) -> None:
        self._colorizer = colorizer
        for page in self._pages.values():
            page.forget()


def _pixels(page: Page) -> int:
    """What a page counts as, of MOST_PIXELS."""
    return max(LEAST_PIXELS, page.width * page.height)
