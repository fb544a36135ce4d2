"""The parts of `webtoon-colorize`: what starting takes, and what each part of a page takes."""

import cProfile
import pathlib
import pstats
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import cv2

from data_tools.comic import strips
from webtoon_colorize import color_chapters, colorizer
from webtoon_colorize.io import chapters, page_images
from webtoon_colorize.pages import compositing, gutters, page_chroma, predictor, upsampling

_SIZE = (992, 1401)  # pixels, of the pages
_PAGES = 4

_PARTS: dict[str, Callable] = {
    "decode": page_images.decode,
    "cut": gutters.joined_panels,
    "network": predictor.predict,
    "upsampling": upsampling.upsample,
    "white paper": page_chroma.paper_mask,
    "painting": compositing.Painter.paint,
    "encode": page_images.encode,
}


def measure() -> dict[str, float]:
    """Milliseconds of each part of a page, of the whole page, and of the program's start.

    A page is a mean over four, after a first one that does not count. The start is what the program takes for one page
    beyond that page's time.
    """
    with tempfile.TemporaryDirectory() as folder:
        pages = pathlib.Path(folder) / "pages"
        draw(pages, _PAGES)
        loaded = colorizer.Colorizer.load()
        _color(pages, pathlib.Path(folder) / "first", loaded)
        profile = cProfile.Profile()
        profile.runcall(_color, pages, pathlib.Path(folder) / "second", loaded)
        parts = {f"{name}_ms": 1e3 * _cumulative(profile, part) / _PAGES for name, part in _PARTS.items()}
        page_ms = 1e3 * _cumulative(profile, _color) / _PAGES
        command = [sys.executable, "-m", "webtoon_colorize", str(pages / "0.png"), f"--output_dir={folder}/third"]
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        start_ms = 1e3 * (time.perf_counter() - start) - page_ms
    rest = page_ms - sum(parts.values())
    return {"start_ms": start_ms, "page_ms": page_ms} | parts | {"rest_ms": rest}


def draw(folder: pathlib.Path, count: int) -> None:
    """Gray pages with panels of the drawn comic."""
    folder.mkdir()
    for number in range(count):
        [first, *_] = strips.plan_episode(number, 0, 1)
        image = strips.draw_page(number, 0, first).image
        height = image.shape[1] * _SIZE[1] // _SIZE[0]
        page = cv2.resize(image[:height], _SIZE, interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(folder / f"{number}.png"), cv2.cvtColor(page, cv2.COLOR_RGB2GRAY))


def _color(pages: pathlib.Path, output: pathlib.Path, loaded: colorizer.Colorizer) -> None:
    found, _ = chapters.find_chapters([str(pages)], str(output))
    color_chapters.color_chapters(found, loaded, color_chapters.Options())


def _cumulative(profile: cProfile.Profile, function: Callable) -> float:
    """Seconds within calls of a function."""
    code = function.__code__
    return pstats.Stats(profile).stats[code.co_filename, code.co_firstlineno, code.co_name][3]
