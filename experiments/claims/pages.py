"""The tables of README.md and docs/claims.md, from each study's claims.csv."""

import collections

from experiments import markdown
from experiments.claims import store
from experiments.claims.judging import NOT_MEASURED, VERDICTS, Claim
from experiments.claims.statements import CLAIMS
from experiments.claims.table import number
from experiments.results import MISSING
from webtoon_colorize.io import csv_files

STUDIES = {
    "drawn, 64 px": "synthetic_5_small",
    "drawn, 128 px": "synthetic_5_cpu",
    "drawn, 256 px": "synthetic_5_size",
    "real, 128 px": "real_5_cpu",
}  # what readers see -> folder of experiments/reported
SECTIONS = dict.fromkeys(claim.section for claim in CLAIMS)  # of the paper, in its order
_UNKNOWN = collections.defaultdict(lambda: MISSING, verdict=NOT_MEASURED)  # of a claim in a study without values

Row = dict[str, str]  # of claims.csv: column -> text


def read(study: str) -> dict[str, Row]:
    """Claim -> its row of claims.csv; rows without numbers if the study has no values."""
    folder = store.REPORTED / study
    known = (folder / store.VALUES).exists()
    rows = {row["claim"]: row for row in csv_files.read(folder / "claims.csv")} if known else {}
    return {claim.name: rows.get(claim.name, _UNKNOWN) for claim in CLAIMS}


def measured() -> dict[str, str]:
    """The STUDIES that have values."""
    return {words: study for words, study in STUDIES.items() if (store.REPORTED / study / store.VALUES).exists()}


def verdicts() -> str:
    """How many of the paper's statements have each verdict, where any is decided; controls are not counted."""
    lines = []
    for words, study in measured().items():
        rows = read(study)
        counts = collections.Counter(rows[claim.name]["verdict"] for claim in CLAIMS if not claim.control)
        if set(counts) - {NOT_MEASURED}:
            lines.append((words, *(str(counts[verdict]) for verdict in VERDICTS)))
    return markdown.table(("comic", *VERDICTS), lines)


def claims(section: str) -> str:
    """The statements of a section of the paper, in every study."""
    rows = [read(study) for study in STUDIES.values()]
    chosen = [claim for claim in CLAIMS if claim.section == section]
    lines = [(sentence(claim), claim.measure, *(cell(row[claim.name]) for row in rows)) for claim in chosen]
    return markdown.table(("the paper says", "measured", *STUDIES), lines)


def sentence(claim: Claim) -> str:
    return f"{claim.sentence} (control)" if claim.control else claim.sentence


def cell(row: Row) -> str:
    """Verdict: left - right = difference (interval); seeds, panels and episodes it stands on."""
    if row["left"] == MISSING:
        return row["verdict"]
    left, right, difference = (number(float(row[name])) for name in ("left", "right", "difference"))
    verdict = f"**{row['verdict']}**" + (f" ({row['reason']})" if row["reason"] != MISSING else "")
    interval = "" if row["low"] == MISSING else f" ({number(float(row['low']))} to {number(float(row['high']))})"
    return f"{verdict}: {left} - {right} = {difference}{interval}; {_basis(row)}"


def _basis(row: Row) -> str:
    """Which row the numbers are of, if there are several, and how many seeds, panels and episodes."""
    panels = " and ".join(dict.fromkeys((row["left_panels"], row["right_panels"])))
    parts = [f"`{row['closest']}`, the closest of {row['rows']} rows"] if row["closest"] != MISSING else []
    parts += [f"{row['left_seeds']} and {row['right_seeds']} seeds"]
    parts += [f"{panels} panels, {row['episodes']} episodes"] if row["episodes"] != "0" else []
    return "; ".join(parts)


def main_result() -> str:
    """What color & apply should do better than L2: its two measures, of which less is better, in every study."""
    words = {"consistent": "inconsistency", "bleeding": "bleeding"}
    lines = []
    for comic, study in measured().items():
        rows = read(study)
        cells = [(_mean(rows[name]["left"]), _mean(rows[name]["right"]), _verdict(rows[name])) for name in words]
        lines.append((comic, *(cell for three in cells for cell in three)))
    headings = (f"{each}: {side}" for each in words.values() for side in ("`l2`", "`color_and_apply`", "verdict"))
    return markdown.table(("comic", *headings), lines)


def _verdict(row: Row) -> str:
    """Of a row with values and without an interval, why there is none."""
    return "one seed" if row["verdict"] == NOT_MEASURED and row["left"] != MISSING else row["verdict"]


def _mean(text: str) -> str:
    return text if text == MISSING else f"{float(text):.3f}"
