"""Claims as claims.csv and claims.md. A claim that was not measured has dashes and a sentence that says why."""

import os
import pathlib
from typing import NamedTuple

from experiments import markdown, results
from experiments.claims import judging
from experiments.claims.judging import Claim, Outcome
from experiments.claims.statements import CLAIMS
from experiments.claims.store import Study
from webtoon_colorize import files
from webtoon_colorize.io import csv_files

HEADINGS = ("the paper says", "section", "measured", "left", "right", "difference (interval)", "verdict")
COLUMNS = ("claim", "section", "measure", *Outcome._fields)


class Row(NamedTuple):
    """A claim and its outcome."""

    claim: Claim
    outcome: Outcome


def rows(study: Study) -> list[Row]:
    """A row per claim."""
    return list(map(Row, CLAIMS, judging.judge(CLAIMS, study)))


def as_markdown(table: list[Row]) -> str:
    """The claims as a table, and below it why some have no verdict."""
    reasons = [f"{row.claim.name}: {row.outcome.reason}.\n" for row in table if row.outcome.reason]
    return "\n".join([markdown.table(HEADINGS, map(cells, table)), "", *reasons])


def cells(row: Row) -> list[str]:
    """The cells of claims.md, under HEADINGS."""
    left, right, difference, low, high = map(number, row.outcome[:5])
    interval = difference if row.outcome.low is None else f"{difference} ({low} to {high})"
    return [row.claim.sentence, row.claim.section, row.claim.measure, left, right, interval, row.outcome.verdict]


def number(value: float | None) -> str:
    """Three significant digits, or the whole number from 1000 on: 2375, not 2.37e+03. A dash for None."""
    return results.shown(value, ".0f" if value is not None and abs(value) >= 1000 else ".3g")


def write_csv(folder: str | os.PathLike, table: list[Row]) -> None:
    lines = [(row.claim.name, row.claim.section, row.claim.measure, *map(_cell, row.outcome)) for row in table]
    csv_files.write(pathlib.Path(folder) / "claims.csv", COLUMNS, lines)


def _cell(value: float | int | str | None) -> str:
    """Numbers with six digits: the last ones differ from processor to processor."""
    return results.shown(value, ".6g" if isinstance(value, float) else "")


def write(results_dir: str | os.PathLike, table: list[Row]) -> str:
    """Writes claims.csv and claims.md into `results_dir` and returns the Markdown."""
    write_csv(results_dir, table)
    text = as_markdown(table)
    with files.atomic_path(pathlib.Path(results_dir) / "claims.md") as path:
        path.write_text(text, encoding="utf-8")
    return text
