"""The files that say what a prepared dataset holds."""

import csv
import os
import pathlib
from collections.abc import Iterator


class Damaged(ValueError):
    """A dataset that is not as it was prepared; the message names the files."""


def of_dataset(data_dir: str | os.PathLike, name: str) -> pathlib.Path:
    """A file that every prepared dataset has. Raises FileNotFoundError."""
    path = pathlib.Path(data_dir) / name
    if not path.is_file():
        raise FileNotFoundError(f"{data_dir} is not a prepared dataset: {path} is missing; run data_tools.prepare")
    return path


def columns(data_dir: str | os.PathLike, *names: str) -> Iterator[list[str]]:
    """Some columns of panels.csv, row by row. Raises FileNotFoundError and Damaged."""
    path = of_dataset(data_dir, "panels.csv")
    try:
        with open(path, newline="", encoding="utf-8") as file:
            rows = csv.reader(file)
            places = list(map(next(rows, []).index, names))
            for row in rows:
                yield [row[place] for place in places]
    except (ValueError, IndexError, csv.Error) as error:
        raise Damaged(f"{path} is damaged; prepare the dataset again") from error
