"""Claims as claims.csv and claims.md. A claim that was not measured has dashes and a sentence that says why."""

import dataclasses
import pathlib

from experiments import markdown, results
from experiments.claims import judging
from experiments.claims.judging import Claim, Outcome
from experiments.claims.statements import CLAIMS
from webtoon_colorize import files
from webtoon_colorize.io import csv_files

HEADINGS = ("the paper says", "section", "measured", "left", "right", "difference (95%)", "verdict")
COLUMNS = ("claim", "section", "measure", *Outcome._fields)


@dataclasses.dataclass(frozen=True)
class Row:
    """A claim and its outcome, or the reason why it has none."""

    claim: Claim
    outcome: Outcome | None = None
    reason: str = ""


def rows(results_dir: str) -> list[Row]:
    """A row per claim. Raises NotMeasured if not even gray has been evaluated."""
    study = judging.Study(results_dir)
    return [_row(claim, study) for claim in CLAIMS]


def _row(claim: Claim, study: judging.Study) -> Row:
    try:
        return Row(claim, judging.evaluate(claim, study))
    except judging.NotMeasured as error:
        return Row(claim, reason=str(error))


def as_markdown(table: list[Row]) -> str:
    """The claims as a table, and below it why some have no verdict."""
    reasons = [f"{row.claim.name}: {row.reason}.\n" for row in table if row.reason]
    return "\n".join([markdown.table(HEADINGS, map(cells, table)), "", *reasons])


def cells(row: Row) -> list[str]:
    """The cells of claims.md, under HEADINGS."""
    about = [row.claim.sentence, row.claim.section, row.claim.measure]
    if row.outcome is None:
        return [*about, *[results.MISSING] * 4]
    left, right, difference, low, high = map(number, row.outcome[:5])
    return [*about, left, right, f"{difference} ({low} to {high})", row.outcome.verdict]


def number(value: float) -> str:
    """Three significant digits, or the whole number from 1000 on: 2375, not 2.37e+03."""
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def write(results_dir: str) -> str:
    """Writes claims.csv and claims.md into `results_dir` and returns the Markdown."""
    table = rows(results_dir)
    csv_files.write(pathlib.Path(results_dir) / "claims.csv", COLUMNS, map(_values, table))
    text = as_markdown(table)
    with files.atomic_path(pathlib.Path(results_dir) / "claims.md") as path:
        path.write_text(text, encoding="utf-8")
    return text


def _values(row: Row) -> list[str]:
    """The cells of claims.csv."""
    outcome = row.outcome or [None] * len(Outcome._fields)
    return [row.claim.name, row.claim.section, row.claim.measure, *map(results.shown, outcome)]
