"""The paper's figures that show panels. Each caption says the rule by which its panels are chosen."""

import itertools
from typing import NamedTuple

import numpy as np

from experiments.claims.statements import FAILURES
from experiments.figures import rules, sheets
from experiments.figures.sheets import Block, Tile
from experiments.figures.trained import Missing, Trained, lab, load_gray_panels
from experiments.visual_metrics.flat_regions import find_flat_regions
from experiments.visual_metrics.per_panel import load_annotations
from webtoon_colorize.data import take

KINDS = tuple(FAILURES)  # tags; figure 3's columns
MODELS = ("l2", "color_and_apply")


class Figure(NamedTuple):
    picture: np.ndarray  # uint8 [height, width, 3]
    caption: str  # what the figure shows, and the rule for its panels


def gray(trained: Trained) -> Figure:
    """Figure 2: naturally gray panels, coloured."""
    panels = load_gray_panels(trained.data_dir, image_size=trained.panels("l2").rgb.shape[1])
    every = {name: trained.colored(name, panels) for name in MODELS}
    chroma = np.linalg.norm(every["color_and_apply"].ab, axis=3).mean(axis=(1, 2))
    chosen = rules.largest(chroma, 6)
    tiles = [
        [
            Tile(panels.rgb[i]),
            Tile(every["l2"].rgb[i]),
            Tile(every["color_and_apply"].rgb[i], f"chroma {chroma[i]:.0f}"),
        ]
        for i in chosen
    ]
    block = Block("", ["original", "L2", "color & apply"] * 2, _side_by_side(tiles), groups=2)
    return Figure(
        sheets.draw([block]),
        "Naturally gray panels, coloured. The dataset leaves them out; these are its thumbnails. Rule: of the panels "
        "of test episodes that were dropped as gray, those (at most six) to which color & apply gives the highest mean "
        "chroma (Lab units).",
    )


def _side_by_side(tiles: list[list[Tile]]) -> list[list[Tile]]:
    """Joins two rows of tiles into one; the last row stays alone if their number is odd."""
    return [list(itertools.chain(*tiles[index : index + 2])) for index in range(0, len(tiles), 2)]


def failures(trained: Trained) -> Figure:
    """Figure 3: failures by kind."""
    panels = trained.panels("l2")
    tags = load_annotations(trained.data_dir, panels).tags
    if not any(tags):
        raise Missing("Nothing says which of these test panels are of a kind that fails, as the drawn comic's does.")
    errors = np.stack([trained.share_of_gray(name) for name in MODELS])
    pairs = pick_failures(tags, panels.label, errors)
    if not pairs:
        raise Missing(f"No test panel tagged {', '.join(KINDS)} comes out worse than one of its title that is not.")
    blocks = []
    for side, heading in enumerate(("Where both fail", "Where both do well: the same titles, not of this kind")):
        chosen = [pair[side] for pair in pairs.values()]
        rows = _rows_of_models(trained, chosen, errors)
        blocks.append(Block(heading, list(pairs), rows, row_captions=["L2", "color & apply", "truth"]))
    return Figure(
        sheets.draw(blocks),
        "Failures by kind. Below each panel is its error (RMSE) as a share of the uncoloured panel's: 100% is no "
        "better than no colour. Rule: of all pairs of a test panel of the kind and one of the same title that is not "
        "of the kind, the pair with the largest difference between the smaller error of the first and the larger "
        "error of the second. No panel is shown twice.",
    )


def pick_failures(tags: list[list[str]], label: np.ndarray, errors: np.ndarray) -> dict[str, tuple[int, int]]:
    """Kind -> a pair of panels of one title, the first of the kind and the second not.

    Every method has a smaller error on the second than any method has on the first. Kinds without such a pair are left
    out.

    Args:
      errors: [methods, panels]; panels whose errors are not finite are left out.
    """
    hard, easy = errors.min(axis=0), errors.max(axis=0)
    pairs, used = {}, set()
    for kind in KINDS:
        tagged = np.array([kind in each for each in tags])
        candidates = []
        for title in np.unique(label):
            bad = rules.largest(np.where(tagged & (label == title), hard, np.nan), 1, without=used)
            good = rules.largest(np.where(~tagged & (label == title), -easy, np.nan), 1, without=used)
            candidates += zip(bad, good)
        for best in rules.largest_positive([hard[bad] - easy[good] for bad, good in candidates], 1):
            pairs[kind] = candidates[best]
            used |= set(candidates[best])
    return pairs


def _rows_of_models(trained: Trained, chosen: list[int], errors: np.ndarray) -> list[list[Tile]]:
    """A row of tiles per model, and one of the truth, with a column per chosen panel."""
    panels = take(trained.panels("l2"), chosen)
    rows = []
    for name, error in zip(MODELS, errors):
        pictures = trained.colored(name, panels).rgb
        rows.append([Tile(rgb, f"{error[i]:.0%}") for rgb, i in zip(pictures, chosen)])
    return [*rows, [Tile(rgb) for rgb in panels.rgb]]


def adversarial(trained: Trained) -> Figure:
    """Figure 4: adversarial loss beside L2 loss."""
    panels = trained.panels("l2")
    regions = [find_flat_regions(each) for each in lab(panels)]
    names = ("adversarial", "l2")
    every = {name: trained.colored(name, panels) for name in names}
    spread = {
        name: np.array([rules.background_spread(ab, each) for ab, each in zip(every[name].ab, regions)])
        for name in names
    }
    chroma = {name: trained.values(name, "chroma_lab") for name in names}
    gained = np.minimum(chroma["adversarial"], trained.values("l2", "chroma_lab_true")) - chroma["l2"]
    jumbled = rules.largest_positive(spread["adversarial"] - spread["l2"], 4)
    vivid = rules.largest_positive(gained, 4, without=jumbled)

    def block(heading, values, chosen, unit):
        tiles = [
            [Tile(every[name].rgb[i], f"{unit} {values[name][i]:.1f}") for name in names] + [Tile(panels.rgb[i])]
            for i in chosen
        ]
        return Block(heading, ["adversarial", "L2 only", "truth"] * 2, _side_by_side(tiles), groups=2)

    blocks = []
    if jumbled:
        blocks.append(block("Jumbled solid backgrounds", spread, jumbled, "spread"))
    if vivid:
        blocks.append(block("Less washed out", chroma, vivid, "chroma"))
    if not blocks:
        raise Missing("On no test panel does adversarial loss make a background less even or colours stronger.")
    return Figure(
        sheets.draw(blocks),
        "Adversarial loss, L2 loss only, truth. Rules: jumbled backgrounds are the test panels on which adversarial "
        "loss increases the spread of ab (standard deviation, Lab units) in the largest flat region most; the region "
        f"fills at least {rules.BACKGROUND:.0%} of the picture. Less washed out are those of the other panels on which "
        "adversarial loss increases the chroma most, counted up to the true chroma.",
    )


def vae(trained: Trained) -> Figure:
    """Figure 5: samples of the VAE."""
    panels = trained.panels("diverse_vae")
    errors = trained.variant_values("diverse_vae", "rmse_lab")
    chosen = rules.largest_per_group(np.ptp(errors, axis=0), panels.label, 5)
    shown = take(panels, chosen)
    samples = trained.variants("diverse_vae", shown)
    rows = [
        [Tile(sample.rgb[row], f"{errors[n, i]:.1f}") for n, sample in enumerate(samples)] + [Tile(shown.rgb[row])]
        for row, i in enumerate(chosen)
    ]
    captions = [f"sample {number}" for number in range(1, len(samples) + 1)]
    return Figure(
        sheets.draw([Block("", [*captions, "truth"], rows)]),
        "Samples of the VAE with a mixture density network, from the likeliest component to the least likely, each "
        "with its RMSE (Lab units). Rule: of each title (at most five), the test panel with the largest difference "
        "between its best and its worst sample. Deviation: the paper shows training panels of a single title; these "
        "are test panels, and all titles were learned together.",
    )


def sparse(trained: Trained) -> Figure:
    """Figure 6: training with sparse colour."""
    panels = trained.panels("l2")
    score = [rules.small_saturated(each[..., 1:]) for each in lab(panels)]
    chosen = rules.largest_per_group(score, panels.label, 5)
    shown = take(panels, chosen)
    pictures = [
        trained.colored("l2", shown).rgb,
        trained.variants("channel_dropout", shown)[0].rgb,
        trained.variants("pixel_dropout", shown)[0].rgb,
        shown.rgb,
    ]
    rows = [[Tile(each[row]) for each in pictures] for row in range(len(chosen))]
    columns = ["L2", "a or b withheld", "sparse colour", "truth"]
    return Figure(
        sheets.draw([Block("", columns, rows)]),
        "Training with sparse colour. Shown are first iterations, which see no colour, of the networks that were "
        "trained with a or b withheld and with the colour of few pixels. Rule: of each title (at most five), the test "
        "panel whose chroma exceeds that of its surroundings (a blur over an eighth of the width) most. Deviation: "
        "the paper shows training panels.",
    )


def iterations(trained: Trained) -> Figure:
    """Figure 7: iterations of the networks with sparse colour."""
    blocks = [
        _iterations(trained, "pixel_dropout", "Learned with sparse colour"),
        _iterations(trained, "channel_dropout", "Learned with a or b withheld"),
    ]
    return Figure(
        sheets.draw(blocks),
        "Iterations. Each one sees the output of the one before; the first sees no colour. The number below a picture "
        "is its mean chroma, the number above a column that of all test panels (Lab units). Rule: of each title (at "
        "most three), the test panel whose mean chroma changes most from the first iteration to the last.",
    )


def _iterations(trained: Trained, experiment: str, heading: str) -> Block:
    panels = trained.panels(experiment)
    chroma = trained.variant_values(experiment, "chroma_lab")
    true = trained.values(experiment, "chroma_lab_true")
    chosen = rules.largest_per_group(np.abs(chroma[-1] - chroma[0]), panels.label, 3)
    shown = take(panels, chosen)
    pictures = trained.variants(experiment, shown)
    rows = [
        [Tile(each.rgb[row], f"{value[i]:.0f}") for each, value in zip(pictures, chroma)]
        + [Tile(shown.rgb[row], f"{true[i]:.0f}")]
        for row, i in enumerate(chosen)
    ]
    columns = [f"iteration {number} ({value.mean():.1f})" for number, value in enumerate(chroma, start=1)]
    return Block(heading, [*columns, f"truth ({true.mean():.1f})"], rows)


def color_and_apply(trained: Trained) -> Figure:
    """Figure 9: L2 loss beside color & apply."""
    panels = trained.panels("l2")
    errors = {name: trained.values(name, "rmse_lab") for name in MODELS}
    gain = errors["l2"] - errors["color_and_apply"]
    blocks = []
    for heading, score in (("Where color & apply gains most", gain), ("Where it loses most", -gain)):
        chosen = rules.largest_positive(score, 6)
        if not chosen:
            continue
        shown = take(panels, chosen)
        pictures = {name: trained.colored(name, shown).rgb for name in MODELS}
        tiles = [
            [Tile(pictures[name][row], f"{errors[name][i]:.1f}") for name in MODELS] + [Tile(shown.rgb[row])]
            for row, i in enumerate(chosen)
        ]
        blocks.append(Block(heading, ["L2 only", "color & apply", "truth"] * 2, _side_by_side(tiles), groups=2))
    if not blocks:
        raise Missing("L2 loss only and color & apply have the same error on every test panel.")
    better = float(np.mean(gain > 0))
    return Figure(
        sheets.draw(blocks),
        "L2 loss only, color & apply, truth. The number below a panel is its RMSE (Lab units). Rule: the test panels "
        "(at most six) on which color & apply lowers the error most, and those on which it raises the error most. "
        f"Color & apply has the smaller error on {better:.0%} of all test panels.",
    )


def mistakes(trained: Trained) -> Figure:
    """Figure 10: typical mistakes of color & apply."""
    panels = trained.panels("color_and_apply")
    colored = trained.colored("color_and_apply", panels)
    found = []
    for index, true in enumerate(lab(panels)):
        found += rules.mistakes(colored.ab[index], true[..., 1:], find_flat_regions(true), panel=index)
    chosen = rules.pick_mistakes(found)
    if not chosen:
        raise Missing(f"No test panel has a flat region of at least {rules.SEGMENT:.0%} of the picture.")
    rows = [
        [Tile(colored.rgb[mistake.panel], note, mistake.mask) for _, mistake, note in chosen],
        [Tile(panels.rgb[mistake.panel], outline=mistake.mask) for _, mistake, _ in chosen],
    ]
    block = Block("", [kind for kind, _, _ in chosen], rows, row_captions=["color & apply", "truth"])
    return Figure(
        sheets.draw([block]),
        "Typical mistakes of color & apply in flat regions of the truth, which are outlined and fill at least "
        f"{rules.SEGMENT:.0%} of the picture. Rules: the two largest spreads (standard deviations) of ab inside a "
        "region, the largest distance of a region's mean ab from the true one, and the two largest differences between "
        "the error in a region's rim and that in its interior (Lab units). No panel is shown twice.",
    )
