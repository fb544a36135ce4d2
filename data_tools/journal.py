"""Keeps the reports on pages that are cut, so that an interrupted run goes on where it stopped."""

import json
import pathlib
import sqlite3
from collections.abc import Iterable, Iterator

import numpy as np

from data_tools.crops import Crop, PageReport
from data_tools.duplicates import CELLS
from data_tools.pages import ComicError
from webtoon_colorize.panels import Box


class Journal:
    """The reports by the number of their page, in an SQLite file, which only one process at a time can open."""

    def __init__(self, path: pathlib.Path, source: str):
        """Opens the file, or makes it; reports on pages other than those with fingerprint `source` are removed.

        Raises ComicError.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, timeout=0)
        try:
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("BEGIN EXCLUSIVE")
            self._db.execute("CREATE TABLE IF NOT EXISTS source (source TEXT)")
            self._db.execute("CREATE TABLE IF NOT EXISTS reports (page INTEGER PRIMARY KEY, report TEXT, small BLOB)")
            if self._db.execute("SELECT source FROM source").fetchall() != [(source,)]:
                self._db.execute("DELETE FROM source")
                self._db.execute("DELETE FROM reports")
                self._db.execute("INSERT INTO source VALUES (?)", (source,))
            self._db.commit()
        except sqlite3.DatabaseError as error:
            self._db.close()
            if "locked" in str(error):
                raise ComicError("Another process is making this dataset.") from error
            raise ComicError(f"{path} cannot be used ({error}): remove {path.parent}.") from error

    def close(self) -> None:
        self._db.close()

    def pages(self) -> set[int]:
        """The numbers of the pages that are reported on."""
        return {number for (number,) in self._db.execute("SELECT page FROM reports")}

    def add(self, reports: Iterable[tuple[int, PageReport]]) -> None:
        """Adds all or none of the reports. Raises OSError."""
        try:
            with self._db:
                self._db.executemany("INSERT OR REPLACE INTO reports VALUES (?, ?, ?)", map(_to_row, reports))
        except sqlite3.OperationalError as error:
            raise OSError(f"The list of pages that are done cannot be written ({error}).") from error

    def reports(self) -> Iterator[PageReport]:
        """All reports in the order of pages, without small pictures."""
        return (_to_report(text) for (text,) in self._db.execute("SELECT report FROM reports ORDER BY page"))

    def small(self, path: pathlib.Path) -> np.ndarray:
        """The small pictures of all crops of all reports, in order: int8 [N, CELLS, CELLS, 3].

        They are mapped into memory from the file at `path`, which is written for it.
        """
        with open(path, "wb") as file:
            file.writelines(small for (small,) in self._db.execute("SELECT small FROM reports ORDER BY page"))
        shape = (-1, CELLS, CELLS, 3)
        return (
            np.memmap(path, np.int8, "r").reshape(shape) if path.stat().st_size else np.empty((0, *shape[1:]), np.int8)
        )


def _to_row(numbered: tuple[int, PageReport]) -> tuple[int, str, bytes]:
    number, report = numbered
    return number, json.dumps([report.crops, *report[2:]]), report.small.tobytes()


def _to_report(text: str) -> PageReport:
    crops, *rest = json.loads(text)
    return PageReport(tuple(map(_to_crop, crops)), PageReport().small, *rest)


def _to_crop(fields: list) -> Crop:
    crop = Crop(*fields)
    fault = (crop.fault[0], crop.fault[1]) if crop.fault else None
    return crop._replace(box=Box(*crop.box), fault=fault, tags=tuple(crop.tags), bubbles=tuple(crop.bubbles))
