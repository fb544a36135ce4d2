"""Ways to colour the judged panels of a story."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import tensorflow as tf

from experiments.cast.stories import Panel, Story
from webtoon_colorize import color
from webtoon_colorize.hints import Hint

Colorize = Callable[[np.ndarray, Sequence[Hint]], np.ndarray]  # gray uint8 [H, W], hints -> rgb uint8 [H, W, 3]
Adapt = Callable[[list[np.ndarray]], Colorize]  # coloured panels, rgb uint8 [H, W, 3] each -> a colorizer that saw them
Way = Callable[[Story], list[np.ndarray]]  # story -> its judged panels coloured

COUNTS = (1, 4, 8)  # coloured panels that a colorizer is given


def gray(panel: Panel) -> np.ndarray:
    """The panel without colour, uint8 [H, W]."""
    lightness, _ = color.rgb_to_lab(tf.constant(panel.rgb, tf.float32) / 255.0)
    return np.rint(color.gray_rgb(lightness).numpy()[..., 0] * 255).astype(np.uint8)


def dots(panel: Panel) -> list[Hint]:
    """A dot of the true colour in each part that the panel shows, where it is farthest from the part's rim."""
    hints = []
    for number in panel.shown:
        part = np.pad(np.uint8(panel.parts == number), 1)  # the panel's edge is a rim too
        depth = cv2.distanceTransform(part, cv2.DIST_L2, 3)[1:-1, 1:-1]
        y, x = np.unravel_index(depth.argmax(), depth.shape)
        hints.append(Hint(x=float(x) + 0.5, y=float(y) + 0.5, rgb=tuple(map(int, panel.rgb[y, x]))))
    return hints


def color_panels(colorize: Colorize, panels: Sequence[Panel], hints: Sequence[Hint] = ()) -> list[np.ndarray]:
    """Colours panels in their order. hints: of the first one."""
    return [colorize(gray(panel), () if number else hints) for number, panel in enumerate(panels)]


def make_ways(colorize: Colorize, adapt: Adapt) -> dict[str, Way]:
    """Name -> way."""
    ways: dict[str, Way] = {
        "gray": lambda story: [np.repeat(gray(panel)[..., None], 3, axis=2) for panel in story.judged],
        "automatic": lambda story: color_panels(colorize, story.judged),
        "dots on the first panel": lambda story: color_panels(
            colorize, [story.references[0], *story.judged], dots(story.references[0])
        )[1:],
        "truth": lambda story: [panel.rgb for panel in story.judged],
    }
    for count in COUNTS:
        ways[f"{count} coloured panel{'s' * (count > 1)}"] = lambda story, count=count: color_panels(
            adapt([panel.rgb for panel in story.references[:count]]), story.judged
        )
    return ways
