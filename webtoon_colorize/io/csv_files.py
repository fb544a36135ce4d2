"""Tables as CSV files: UTF-8, the names of the columns in the first line."""

import csv
import os
from collections.abc import Iterable
from typing import Any

from webtoon_colorize.files import atomic_path


def read(path: str | os.PathLike) -> list[dict[str, str]]:
    """The rows, each as column -> text. Raises FileNotFoundError."""
    with open(path, newline="", encoding="utf-8-sig") as file:  # spreadsheets write a byte order mark
        return list(csv.DictReader(file))


def write(path: str | os.PathLike, columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Writes the names of the columns, then the rows. The file appears whole or not at all."""
    with atomic_path(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
