"""Claims as claims.csv and claims.md; what was not measured is a dash and a sentence."""

import csv
import pathlib
from typing import Any

from experiments import results
from experiments.claims import judging
from experiments.claims.statements import CLAIMS
from webtoon_colorize import files

HEADINGS = ("the paper says", "section", "measured", "left", "right", "difference (95%)", "verdict")
COLUMNS = ("claim", "section", "measure", "left", "right", "difference", "low", "high", "verdict")


def rows(results_dir: str) -> list[dict[str, Any]]:
    """A row per claim: COLUMNS, the sentence and, where there is no verdict, the reason.

    Raises NotMeasured where not even gray has been evaluated.
    """
    study = judging.Study(results_dir)
    table = []
    for claim in CLAIMS:
        row = {"claim": claim.name, "section": claim.section, "sentence": claim.sentence, "measure": claim.measure}
        try:
            table.append(row | judging.evaluate(claim, study) | {"reason": ""})
        except judging.NotMeasured as error:
            table.append(dict.fromkeys(COLUMNS, results.MISSING) | row | {"reason": str(error)})
    return table


def markdown(table: list[dict[str, Any]]) -> str:
    """The claims as a table, and why some have no verdict."""
    lines = [f"| {' | '.join(HEADINGS)} |", "|---" * len(HEADINGS) + "|"]
    lines += [f"| {' | '.join(cells(row))} |" for row in table]
    reasons = [f"{row['claim']}: {row['reason']}." for row in table if row["reason"]]
    return "\n".join(lines + [""] + [f"{line}\n" for line in reasons])


def cells(row: dict[str, Any]) -> list[str]:
    """What people read of a row."""
    if row["reason"]:
        return [row["sentence"], row["section"], row["measure"], *[results.MISSING] * 4]
    left, right, difference, low, high = (_number(row[name]) for name in COLUMNS[3:8])
    return [
        row["sentence"],
        row["section"],
        row["measure"],
        left,
        right,
        f"{difference} ({low} to {high})",
        row["verdict"],
    ]


def _number(value: float) -> str:
    """Three digits, or all before the point: 2375, not 2.37e+03."""
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def write(results_dir: str) -> str:
    """Writes claims.csv and claims.md into `results_dir` and returns the Markdown."""
    table = rows(results_dir)
    with files.atomic_path(pathlib.Path(results_dir) / "claims.csv") as path, open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(table)
    text = markdown(table)
    with files.atomic_path(pathlib.Path(results_dir) / "claims.md") as path:
        path.write_text(text, encoding="utf-8")
    return text
