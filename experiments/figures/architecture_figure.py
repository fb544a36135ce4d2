"""Figure 8: color & apply, drawn from the models of a trained run and what they make of a panel.

Coordinates are pixels of the figure from its upper left corner.
"""

from typing import NamedTuple

import numpy as np
import tensorflow as tf
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle
from matplotlib.path import Path

from experiments import plots
from experiments.figures import architecture, rules
from experiments.figures.architecture import Network
from experiments.figures.panel_figures import Figure
from experiments.figures.trained import Trained, colorize
from webtoon_colorize import data, evaluation
from webtoon_colorize.methods import sparse_color

WIDTH, HEIGHT = 1200, 905
LEFT, NETWORK, RIGHT = 85, 235, 1115  # centers of the pictures in a column, and where the networks begin
SPAN, TALL = 730, 190  # width and height of a network
UPPER, LOWER, BOTTOM = 165, 590, 820  # centers of the two networks' rows and of the truth's row
PICTURE = 130
INK, FAINT = "#202124", "#696c72"

Point = tuple[float, float]


class Shade(NamedTuple):
    """The colour of one network: of its lines and letters, and of its boxes."""

    line: str
    fill: str


BLUE = Shade("#2662be", "#d6e4f8")  # what the color generator learns from
ORANGE = Shade("#b8521a", "#fae2cf")  # what the applier learns from


def draw(trained: Trained) -> Figure:
    """The figure. Raises Missing without a run of color_and_apply."""
    method = trained.method("color_and_apply")
    settings = trained.settings("color_and_apply")
    keep = sparse_color.as_many_as_at_256(settings.arguments["keep_probability"], image_size=settings.image_size)
    [index] = rules.largest(-trained.share_of_gray("color_and_apply"), 1)
    panel = data.take(trained.panels("color_and_apply"), [index])
    networks = {name: architecture.read(model) for name, model in method.networks.items()}
    pictures = _pictures(method.networks, panel, keep_probability=keep)
    weights = {
        name: sum(int(np.prod(w.shape)) for w in model.trainable_weights) for name, model in method.networks.items()
    }
    return Figure(
        picture(networks, pictures, keep_probability=keep),
        "Color & apply, drawn from the models of the trained run. A box is the input or the output of a convolution: "
        "its width is proportional to the square root of its channels (the upper number), its height to that of its "
        f"pixels across (the lower number). Arrows inside are skips. Color generator {weights['color_generator']:,}, "
        f"applier {weights['applier']:,} trained weights. The color generator learns from the blue losses, the "
        "applier from the orange one. Rule for the panel: the test panel with the smallest error as a share of gray's.",
    )


def _pictures(networks: dict, panel: data.Panels, *, keep_probability: float) -> dict[str, np.ndarray]:
    """The pictures in the figure, uint8 [S, S, 3] each, of one panel."""

    def proposed(lightness, label=None):
        del label
        return networks["color_generator"](lightness, training=False)

    def applied(lightness, ab):
        return networks["applier"](tf.concat([lightness, ab], axis=-1), training=False)

    [batch] = data.evaluation_batches(panel, batch_size=1)
    sparse = sparse_color.pixel_dropout(batch.ab, keep_probability, seed=tf.constant([0, 0]))
    every = {
        "L": evaluation.gray,
        "ab": proposed,
        "ab'": lambda lightness, label: applied(lightness, proposed(lightness)),
        "image'": lambda lightness, label: sparse,
        "generated'": lambda lightness, label: applied(lightness, sparse / keep_probability),
    }
    return {name: colorize(how, panel).rgb[0] for name, how in every.items()} | {"truth": panel.rgb[0]}


def picture(networks: dict[str, Network], pictures: dict[str, np.ndarray], *, keep_probability: float) -> np.ndarray:
    """The figure as uint8 RGB."""
    drawn = plots.figure(WIDTH, HEIGHT)
    axes = drawn.add_axes((0, 0, 1, 1))
    axes.axis("off")
    _draw_network(axes, networks["color_generator"], "color generator", center=UPPER, shade=BLUE)
    _draw_network(axes, networks["applier"], "applier", center=LOWER, shade=ORANGE)
    _draw_flow(axes, pictures, keep_probability=keep_probability)
    axes.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0), aspect="auto")  # last, because every `imshow` changes the limits
    return plots.as_rgb(drawn)


def _draw_network(axes: Axes, network: Network, name: str, *, center: float, shade: Shade) -> None:
    _text(axes, (NETWORK + SPAN / 2, center - TALL / 2 - 32), name, size=24, color=shade.line)
    boxes = layout(network, left=NETWORK, center=center, width=SPAN, height=TALL)
    for stage, (x, y, wide, high) in zip(network.stages, boxes):
        fill = "white" if stage.grows else shade.fill
        axes.add_patch(Rectangle((x, y), wide, high, facecolor=fill, edgecolor=shade.line))
        _text(axes, (x + wide / 2, y + high + 12), str(stage.channels), size=14, color=shade.line)
        _text(axes, (x + wide / 2, y + high + 29), str(stage.size), size=14, color=FAINT)
    for source, target in network.skips:
        (x, y, wide, high), (x_end, *_) = boxes[source], boxes[target]
        at = y + 0.06 * high
        _arrow(axes, (x + wide, at), (x_end, at), color=shade.line, width=1)


def layout(network: Network, *, left: float, center: float, width: float, height: float) -> list[tuple]:
    """(left, top, width, height) of a box per stage, side by side; the largest is `height` high."""
    tall = max(stage.size for stage in network.stages) ** 0.5
    wide = [stage.channels**0.5 for stage in network.stages]
    gap = width / (2 * len(wide))
    unit = (width - gap * (len(wide) - 1)) / sum(wide)
    boxes, x = [], left
    for stage, share in zip(network.stages, wide):
        high = height * stage.size**0.5 / tall
        boxes.append((x, center - high / 2, share * unit, high))
        x += share * unit + gap
    return boxes


def _draw_flow(axes: Axes, pictures: dict[str, np.ndarray], *, keep_probability: float) -> None:
    """The pictures, the arrows between them and the networks, and the losses."""
    edge, begin, end, fork = PICTURE / 2, NETWORK - 5, NETWORK + SPAN + 5, NETWORK + SPAN + 45
    into, out, turn, between = LOWER - 135, LOWER + 135, NETWORK - 45, UPPER + 200
    _arrow(axes, (LEFT + edge, UPPER), (begin, UPPER))
    _arrow(axes, (LEFT, UPPER + edge), (LEFT, LOWER), (begin, LOWER))
    _arrow(axes, (end, UPPER), (RIGHT - edge, UPPER), color=BLUE.line)
    _arrow(
        axes, (fork, UPPER), (fork, between), (turn, between), (turn, LOWER - 45), (begin, LOWER - 45), color=BLUE.line
    )
    _arrow(axes, (330, BOTTOM), (LEFT + edge, BOTTOM), color=ORANGE.line)
    _arrow(axes, (LEFT, BOTTOM - edge - 30), (LEFT, LOWER + 45), (begin, LOWER + 45), color=ORANGE.line)
    _arrow(axes, (end, LOWER), (fork, LOWER), (fork, into), (RIGHT - edge, into), color=BLUE.line)
    _arrow(axes, (end, LOWER + 20), (fork, LOWER + 20), (fork, out), (RIGHT - edge, out), color=ORANGE.line)
    _text(axes, (240, BOTTOM - 17), "dropout of ab,", size=16, color=FAINT)
    _text(axes, (240, BOTTOM + 17), f"keep {keep_probability:g}", size=16, color=FAINT)
    for name, at in {
        "L": (LEFT, UPPER),
        "ab": (RIGHT, UPPER),
        "image'": (LEFT, BOTTOM),
        "truth": (330 + edge, BOTTOM),
        "ab'": (RIGHT, into),
        "generated'": (RIGHT, out),
    }.items():
        _draw_picture(axes, at, pictures[name], name)
    _draw_loss(axes, (RIGHT, UPPER), "color generator loss", "L2(ab, truth)", BLUE)
    _draw_loss(axes, (RIGHT, into), "color loss", "L2(ab', truth)", BLUE)
    _draw_loss(axes, (RIGHT, out), "applier loss", "L2(generated', truth)", ORANGE)


def _draw_picture(axes: Axes, center: Point, rgb: np.ndarray, caption: str) -> None:
    """A picture with its caption above it."""
    (x, y), half = center, PICTURE / 2
    axes.imshow(rgb, extent=(x - half, x + half, y + half, y - half), interpolation="bicubic")
    _text(axes, (x, y - half - 15), caption, size=20)


def _draw_loss(axes: Axes, center: Point, name: str, formula: str, shade: Shade) -> None:
    """A box below the picture at `center`."""
    x, y = center[0], center[1] + PICTURE / 2 + 14
    box = FancyBboxPatch((x - 76, y), 152, 44, "round,pad=3", facecolor=shade.fill, edgecolor=shade.line)
    axes.add_patch(box)
    _text(axes, (x, y + 12), name, size=14, color=shade.line)
    _text(axes, (x, y + 33), formula, size=14)


def _text(axes: Axes, at: Point, text: str, *, size: float, color: str = INK) -> None:
    axes.text(*at, text, fontsize=plots.points(size), color=color, ha="center", va="center")


def _arrow(axes: Axes, *corners: Point, color: str = INK, width: float = 2) -> None:
    """A line through `corners` whose last piece ends in a head."""
    line = plots.points(width)
    style = {"arrowstyle": "-|>", "mutation_scale": 6 + 4 * width, "shrinkA": 0, "shrinkB": 0, "joinstyle": "round"}
    axes.add_patch(FancyArrowPatch(path=Path(corners), linewidth=line, facecolor=color, edgecolor=color, **style))
