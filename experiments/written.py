"""What a measurement leaves in its folder: a table as CSV and as Markdown, and its figure."""

import os
import pathlib
from collections.abc import Iterable, Sequence

from matplotlib.figure import Figure

from experiments import markdown, plots
from webtoon_colorize import files
from webtoon_colorize.io import csv_files


def write(folder: str | os.PathLike, name: str, columns: Sequence[str], rows: Iterable[Sequence], drawn: Figure) -> str:
    """Writes NAME.csv, NAME.md and NAME.svg; returns the table in Markdown."""
    lines, place = [tuple(map(str, row)) for row in rows], pathlib.Path(folder)
    table = markdown.table(columns, lines)
    csv_files.write(place / f"{name}.csv", columns, lines)
    files.write_bytes(place / f"{name}.md", f"{table}\n".encode())
    plots.write_svg(drawn, place / f"{name}.svg")
    return table
