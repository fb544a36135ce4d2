"""The table of character consistency: a line per way, means over stories."""

import numpy as np

from experiments import bootstrap, markdown
from experiments.cast.stories import FIELDS

COLUMNS = ("way", "stories", *(f"error_{kind}" for kind in FIELDS)) + tuple(
    f"{name}{end}" for name in ("error", "spread") for end in ("", "_low", "_high")
)


def rows(stories: list[dict]) -> list[dict[str, str]]:
    """A row of cast.csv for each way. stories: those of cast.json.

    The values of a story are means over its parts; intervals (95%, bootstrap) are over stories.
    """
    return [_row(way, [story["ways"][way] for story in stories]) for way in stories[0]["ways"]]


def _row(way: str, stories: list[list[dict]]) -> dict[str, str]:
    numbers = {f"error_{kind}": _means(stories, "error", kind).mean() for kind in FIELDS}
    for name in ("error", "spread"):
        values = _means(stories, name)
        low, high = bootstrap.mean_interval(values)
        numbers |= {name: values.mean(), f"{name}_low": low, f"{name}_high": high}
    return {"way": way, "stories": str(len(stories))} | {name: f"{value:.2f}" for name, value in numbers.items()}


def _means(stories: list[list[dict]], name: str, kind: str = "") -> np.ndarray:
    """The mean of each story over its parts, or over those of one kind; stories without any are left out."""
    own = [[value[name] for value in values if kind in ("", value["kind"])] for values in stories]
    return np.array([np.mean(values) for values in own if values])


def markdown_table(lines: list[dict[str, str]]) -> str:
    """lines: the rows of cast.csv."""
    heads = ("way", *FIELDS, "all: error (95%)", "all: spread (95%)")
    return markdown.table(heads, map(_cells, lines))


def _cells(row: dict[str, str]) -> list[str]:
    intervals = (f"{row[name]} ({row[f'{name}_low']} to {row[f'{name}_high']})" for name in ("error", "spread"))
    return [row["way"], *(row[f"error_{kind}"] for kind in FIELDS), *intervals]
