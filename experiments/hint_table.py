"""What came out of `experiments.hint_loop`: rows, a table and a plot."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from experiments import markdown, plots

COUNTS = (0, 1, 2, 5, 10, 20, 50)
_WORSE = 0.02  # Lab units; an error that grows by less has not grown


class Row(NamedTuple):
    """A row of hint_loop.csv: means over the panels of a kind. Errors are RMSE of ab, Lab units."""

    kind: str
    way: str  # a key of `hint_peers.WAYS`
    clicks: int
    panels: int
    error: float
    gray_error: float
    first_harms: float  # share of panels whose error is larger after one click than after none
    not_worse: float  # share of all clicks after which the error is not larger than before


def rows(measured: Sequence[dict[str, Any]]) -> list[Row]:
    """A row per kind, way and number of clicks."""
    found = []
    for kind in dict.fromkeys(each["kind"] for each in measured):
        own = [each for each in measured if each["kind"] == kind]
        gray = float(np.mean([each["gray"] for each in own]))
        for way in own[0]["errors"]:
            errors = np.array([each["errors"][way] for each in own])
            grown = np.diff(errors, axis=1) > _WORSE
            shares = round(float(grown[:, 0].mean()), 3), round(float(1 - grown.mean()), 3)
            for count in (count for count in COUNTS if count < errors.shape[1]):
                error = round(float(errors[:, count].mean()), 3)
                found.append(Row(kind, way, count, len(own), error, round(gray, 3), *shares))
    return found


def plot(found: Sequence[Row]) -> Figure:
    """A field per kind and a line per way. x: clicks, evenly spaced. y: the error as a share of gray's."""
    drawn = plots.figure(1000, 400)
    drawn.set_layout_engine("constrained")
    kinds = list(dict.fromkeys(row.kind for row in found))
    for axes, kind in zip(drawn.subplots(1, len(kinds), sharey=True, squeeze=False)[0], kinds):
        for way in dict.fromkeys(row.way for row in found):
            own = [row for row in found if (row.kind, row.way) == (kind, way)]
            places = [COUNTS.index(row.clicks) for row in own]
            width = 2.5 if way == "regions" else 1
            axes.plot(places, [row.error / row.gray_error for row in own], marker="o", linewidth=width, label=way)
        axes.axhline(1.0, color="0.45", linewidth=1)
        axes.set_title(kind)
        axes.set_xticks(range(len(COUNTS)), map(str, COUNTS))
        axes.set_xlabel("clicks")
        axes.grid(axis="y", color="0.9")
        axes.set_ylim(0, 1.4)
        axes.spines[["top", "right"]].set_visible(False)
    drawn.axes[0].set_ylabel("RMSE (Lab) as a share of gray's")
    drawn.legend(*drawn.axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=5, frameon=False)
    return drawn


def markdown_table(found: Sequence[dict[str, str]]) -> str:
    """A line per kind of art and way: errors as shares of gray's. `found`: the rows of hint_loop.csv."""
    counts = sorted({int(row["clicks"]) for row in found})
    lines = []
    for kind, way in dict.fromkeys((row["kind"], row["way"]) for row in found):
        own = {int(row["clicks"]): row for row in found if (row["kind"], row["way"]) == (kind, way)}
        shares = {count: float(row["error"]) / float(row["gray_error"]) for count, row in own.items()}
        cells = [f"{shares[count]:.3f}" if count in shares else "" for count in counts]
        lines.append((kind, own[0]["panels"], way, *cells, own[0]["first_harms"], own[0]["not_worse"]))
    return markdown.table(("art", "panels", "way", *map(str, counts), "harms", "not worse"), lines)
