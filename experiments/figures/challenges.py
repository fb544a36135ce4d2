"""Figure 1: challenges of the dataset."""

import numpy as np

from experiments.figures import rules, sheets
from experiments.figures.panel_figures import KINDS, Figure
from experiments.figures.sheets import Block, Tile
from experiments.figures.trained import Missing, Trained
from experiments.visual_metrics.per_panel import load_annotations


def draw(trained: Trained) -> Figure:
    """The figure, which needs no trained row. Raises Missing without tagged panels."""
    panels = trained.panels("gray")
    tags = load_annotations(trained.data_dir, panels).tags
    chroma = trained.values("gray", "chroma_lab_true")
    chosen = pick(tags, panels.label, chroma)
    if not chosen:
        raise Missing("Nothing says which of these test panels are challenges, as the drawn comic's tags do.")
    columns = list(chosen)
    rows = [
        [Tile(trained.original(panels.path[own[row]], size=sheets.TILE)) for own in chosen.values()]
        for row in range(min(map(len, chosen.values())))
    ]
    return Figure(
        sheets.draw([Block("", columns, rows)]),
        "Challenges of the dataset. Rule: of the test panels with the tag, those with the fewest of the other tags "
        f"({', '.join(KINDS)}), and of these the ones with the highest mean chroma; at most three, each of another "
        "title. No panel is shown twice.",
    )


def pick(tags: list[list[str]], label: np.ndarray, chroma: np.ndarray) -> dict[str, list[int]]:
    """Kind -> up to three panels of different titles that are above all of this kind; no kind without panels.

    Args:
      chroma: [panels], Lab units.
    """
    others = np.array([len(set(KINDS) & set(each)) - 1 for each in tags])
    chosen: dict[str, list[int]] = {}
    for kind in KINDS:
        used = {index for own in chosen.values() for index in own}
        score = [
            chroma[index] / 1000 - others[index] if kind in own and index not in used else np.nan
            for index, own in enumerate(tags)
        ]
        if found := rules.largest_per_group(score, label, 3):
            chosen[kind] = found
    return chosen
