"""Tables to print: the paper's Table I, and the agreement of cut panels with true ones."""

import unicodedata
from collections.abc import Iterable, Sequence

from data_tools.crops import PageReport
from data_tools.pages import Page
from data_tools.splits import SPLITS


def title_rows(summary: dict) -> tuple[list[str], list[list]]:
    """Heads and rows of Table I, from the content of dataset.json: a row per title and one of sums.

    Columns are the numbers of panels per split, and of what was dropped per reason.
    """
    reasons = sorted({reason for title in summary["titles"] for reason in summary["dropped"].get(title, {})})
    rows = []
    for title in summary["titles"]:
        kept, dropped = summary["counts"].get(title, {}), summary["dropped"].get(title, {})
        rows.append([title, *(kept.get(split, 0) for split in SPLITS), *(dropped.get(reason, 0) for reason in reasons)])
    total = ["all", *(sum(column) for column in zip(*(row[1:] for row in rows)))]
    return ["title", *SPLITS, *reasons], [*rows, total]


def title_table(summary: dict) -> str:
    heads, rows = title_rows(summary)
    return text_table([head.replace("_", " ") for head in heads], rows)


def box_table(pages: Iterable[Page], reports: Iterable[PageReport]) -> str:
    """Recall and precision (at an IoU of 0.8) of the panels found on annotated pages, per title.

    Empty if no page is annotated.
    """
    sums = {}
    for page, each in zip(pages, reports, strict=True):
        if each.true:
            row = sums.setdefault(page.title, [0, 0, 0])
            row[:] = (a + b for a, b in zip(row, (each.true, each.found, each.matched)))
    if not sums:
        return ""
    totals = [sum(column) for column in zip(*sums.values())]
    rows = [
        [title, *counts, f"{counts[2] / counts[0]:.3f}", f"{counts[2] / max(1, counts[1]):.3f}"]
        for title, counts in [*sums.items(), ("all", totals)]
    ]
    return text_table(["title", "true panels", "found", "matched", "recall", "precision"], rows)


def text_table(heads: Sequence[str], rows: Sequence[Sequence]) -> str:
    """A table in plain text. The first column is aligned to the left, the others to the right."""
    lines = [list(map(str, row)) for row in (heads, *rows)]
    widths = [max(map(_columns, column)) for column in zip(*lines)]
    return "\n".join(
        "  ".join(_pad(cell, width, index > 0) for index, (cell, width) in enumerate(zip(line, widths)))
        for line in lines
    )


def _columns(text: str) -> int:
    """Number of columns of a terminal that `text` fills. Korean letters fill two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _pad(text: str, width: int, right: bool) -> str:
    space = " " * (width - _columns(text))
    return space + text if right else text + space
