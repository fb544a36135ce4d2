"""Figure 8: color & apply, drawn from the models of a run and with what they make of a panel."""

import numpy as np
import tensorflow as tf
from PIL import Image, ImageDraw

from experiments.figures import architecture, rules, sheets
from experiments.figures.architecture import Network
from experiments.figures.panel_figures import Figure
from experiments.figures.trained import Trained, colorize
from webtoon_colorize import data, evaluation, sparse_color

FINE = 3  # everything is drawn this many times larger, then reduced: smooth edges
WIDTH, HEIGHT = 1800, 752
UPPER, MIDDLE, LOWER = 170, 380, 590  # heights of the three lines of flow
PICTURE = 150
INK, FAINT = sheets.INK, sheets.FAINT
BLUE, ORANGE = (38, 98, 190), (205, 98, 28)  # what the color generator learns from, and the applier
PALE = {BLUE: (214, 228, 248), ORANGE: (250, 226, 207)}

Point = tuple[float, float]


class Pen:
    """Draws in the figure's coordinates."""

    def __init__(self):
        self.image = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), "white")
        self._draw = ImageDraw.Draw(self.image)

    def text(self, at: Point, text: str, *, size: int = 19, color=INK, anchor: str = "mm") -> None:
        self._draw.text((at[0] * FINE, at[1] * FINE), text, color, sheets.font(size * FINE), anchor=anchor)

    def box(self, left: float, top: float, width: float, height: float, *, color, edge, radius: float = 3) -> None:
        corners = [value * FINE for value in (left, top, left + width, top + height)]
        self._draw.rounded_rectangle(corners, radius * FINE, fill=color, outline=edge, width=int(1.5 * FINE))

    def line(self, *points: Point, color=INK, width: float = 2) -> None:
        scaled = [(x * FINE, y * FINE) for x, y in points]
        self._draw.line(scaled, color, int(width * FINE), joint="curve")

    def arrow(self, *points: Point, color=INK, width: float = 2) -> None:
        """A line whose last piece, to the right, ends in a head."""
        *before, (x, y) = points
        head = 5 + 2 * width
        self.line(*before, (x - head / 2, y), color=color, width=width)
        tip = [(x, y), (x - head, y - head / 2), (x - head, y + head / 2)]
        self._draw.polygon([(px * FINE, py * FINE) for px, py in tip], color)

    def paste(self, center: Point, rgb: np.ndarray, label: str) -> None:
        """A picture with its name above it."""
        left, top = center[0] - PICTURE / 2, center[1] - PICTURE / 2
        picture = Image.fromarray(rgb).resize((PICTURE * FINE,) * 2, Image.Resampling.BICUBIC)
        self.image.paste(picture, (int(left * FINE), int(top * FINE)))
        self.text((center[0], top - 16), label, size=22)


def draw(trained: Trained) -> Figure:
    """The figure. Raises Missing without a run of color_and_apply."""
    method = trained.method("color_and_apply")
    settings = trained.settings("color_and_apply")
    keep = sparse_color.as_many_as_at_256(settings.arguments["keep_probability"], image_size=settings.image_size)
    [index] = rules.largest(-trained.share_of_gray("color_and_apply"), 1)
    pictures = _pictures(method.networks, data.take(trained.panels("color_and_apply"), [index]), keep_probability=keep)
    networks = {name: architecture.read(model) for name, model in method.networks.items()}
    pen = Pen()
    _draw_flow(pen, pictures, keep_probability=keep)
    draw_network(pen, networks["color_generator"], left=225, center=UPPER, width=500, color=BLUE)
    draw_network(pen, networks["applier"], left=1035, center=MIDDLE, width=500, color=ORANGE)
    pen.text((475, UPPER - 130), "color generator", size=26, color=BLUE)
    pen.text((1285, MIDDLE - 130), "applier", size=26, color=ORANGE)
    weights = {
        name: sum(int(np.prod(w.shape)) for w in model.trainable_weights) for name, model in method.networks.items()
    }
    reduced = pen.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    return Figure(
        np.asarray(reduced),
        "Color & apply, drawn from the models of the trained run: a box is the input or the output of a convolution; "
        "its width grows with the square root of its channels (the upper number below it), its height with that of its "
        f"pixels across (the lower one); arrows inside are skips. Color generator {weights['color_generator']:,}, "
        f"applier {weights['applier']:,} trained weights. Losses: the color generator learns from the blue ones, the "
        "applier from the orange one. Rule for the panel: the test panel with the smallest error as a share of gray's.",
    )


def _pictures(networks: dict, panel: data.Panels, *, keep_probability: float) -> dict[str, np.ndarray]:
    """Every picture of the flow, uint8 [S, S, 3], of one panel."""

    def proposed(lightness, label=None):
        del label
        return networks["color_generator"](lightness, training=False)

    def applied(lightness, ab):
        return networks["applier"](tf.concat([lightness, ab], axis=-1), training=False)

    [batch] = data.evaluation_batches(panel, batch_size=1)
    sparse = sparse_color.pixel_dropout(batch.ab, keep_probability, seed=tf.constant([0, 0]))
    every = {
        "lightness": evaluation.gray,
        "ab": proposed,
        "ab'": lambda lightness, label: applied(lightness, proposed(lightness)),
        "image'": lambda lightness, label: sparse,
        "generated'": lambda lightness, label: applied(lightness, sparse / keep_probability),
    }
    return {name: colorize(how, panel).rgb[0] for name, how in every.items()} | {"truth": panel.rgb[0]}


def draw_network(pen: Pen, network: Network, *, left: float, center: float, width: float, color) -> None:
    boxes = layout(network, left=left, center=center, width=width, height=190)
    for stage, (x, y, wide, high) in zip(network.stages, boxes):
        pen.box(x, y, wide, high, color="white" if stage.grows else PALE[color], edge=color)
        pen.text((x + wide / 2, y + high + 12), str(stage.channels), size=13, color=color)
        pen.text((x + wide / 2, y + high + 28), str(stage.size), size=13, color=FAINT)
    for source, target in network.skips:
        (x, y, wide, high), (x_end, *_) = boxes[source], boxes[target]
        at = y + 0.06 * high
        pen.arrow((x + wide, at), (x_end, at), color=color, width=1)


def layout(network: Network, *, left: float, center: float, width: float, height: float) -> list[tuple]:
    """(left, top, width, height) of a box per stage, in a row; the largest is `height` high."""
    tall = max(stage.size for stage in network.stages) ** 0.5
    wide = [stage.channels**0.5 for stage in network.stages]
    gap = width / (3 * len(wide))
    unit = (width - gap * (len(wide) - 1)) / sum(wide)
    boxes, x = [], left
    for stage, share in zip(network.stages, wide):
        high = height * stage.size**0.5 / tall
        boxes.append((x, center - high / 2, share * unit, high))
        x += share * unit + gap
    return boxes


def _draw_flow(pen: Pen, pictures: dict[str, np.ndarray], *, keep_probability: float) -> None:
    pen.arrow((115, UPPER), (222, UPPER))
    pen.arrow((728, UPPER), (792, UPPER))
    pen.line((115, UPPER), (115, MIDDLE))
    pen.arrow((115, MIDDLE), (1030, MIDDLE))
    pen.arrow((870, UPPER), (985, UPPER), (985, MIDDLE - 40), (1030, MIDDLE - 40), color=BLUE)
    pen.arrow((870, LOWER), (985, LOWER), (985, MIDDLE + 40), (1030, MIDDLE + 40), color=ORANGE)
    pen.arrow((475, LOWER), (792, LOWER), color=ORANGE)
    pen.text((672, LOWER - 18), "dropout of ab,", size=17, color=FAINT)
    pen.text((672, LOWER + 18), f"keep {keep_probability:g}", size=17, color=FAINT)
    pen.arrow((1538, MIDDLE), (1575, MIDDLE), (1575, UPPER), (1607, UPPER), color=BLUE)
    pen.arrow((1538, MIDDLE), (1575, MIDDLE), (1575, LOWER), (1607, LOWER), color=ORANGE)
    pen.paste((115, UPPER), pictures["lightness"], "L")
    pen.paste((870, UPPER), pictures["ab"], "ab")
    pen.paste((475, LOWER), pictures["truth"], "truth")
    pen.paste((870, LOWER), pictures["image'"], "image'")
    pen.paste((1685, UPPER), pictures["ab'"], "ab'")
    pen.paste((1685, LOWER), pictures["generated'"], "generated'")
    _draw_loss(pen, (870, UPPER), "color generator loss", "L2(ab, truth)", BLUE)
    _draw_loss(pen, (1685, UPPER), "color loss", "L2(ab', truth)", BLUE)
    _draw_loss(pen, (1685, LOWER), "applier loss", "L2(generated', truth)", ORANGE)


def _draw_loss(pen: Pen, picture: Point, name: str, formula: str, color) -> None:
    """Below a picture."""
    x, y = picture[0], picture[1] + PICTURE / 2 + 10
    pen.box(x - 97, y, 194, 52, color=PALE[color], edge=color, radius=10)
    pen.text((x, y + 17), name, size=17, color=color)
    pen.text((x, y + 37), formula, size=15)
