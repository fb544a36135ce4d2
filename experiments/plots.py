"""Figures by matplotlib whose files are the same every time: without a window, a date or random names."""

import os

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from webtoon_colorize import files

DPI = 100


def figure(width: int, height: int) -> Figure:
    """An empty figure of `width` x `height` pixels."""
    empty = Figure((width / DPI, height / DPI), dpi=DPI)
    FigureCanvasAgg(empty)
    return empty


def points(pixels: float) -> float:
    """The font size or line width in points that is `pixels` high or wide."""
    return pixels * 72 / DPI


def write_svg(drawn: Figure, path: str | os.PathLike) -> None:
    """Writes the figure as SVG. Letters become outlines, so they do not depend on the reader's fonts."""
    nameless = {"Date": None, "Creator": None}
    settings = {"svg.hashsalt": "webtoon_colorize", "svg.fonttype": "path"}
    with matplotlib.rc_context(settings), files.atomic_path(path) as temporary:
        drawn.savefig(temporary, format="svg", metadata=nameless)


def as_rgb(drawn: Figure) -> np.ndarray:
    """The figure as uint8 [height, width, 3]."""
    drawn.canvas.draw()
    return np.asarray(drawn.canvas.buffer_rgba())[..., :3].copy()
