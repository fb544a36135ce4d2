"""Panels of real pages against boxes that were drawn by eye: the cutter's own, corrected where they were wrong.

`true_panels.json` has x, y, width and height of each panel of a page. Pages without panels (titles, credits) are left
out. The cutter's thresholds were chosen on CHOSEN_ON.
"""

import json
import pathlib
import re

import pytest

from data_tools.annotations import Annotation, count_matches
from tests.test_panels import COMICS, needs_comics
from webtoon_colorize.io.images import read_image
from webtoon_colorize.panels import Box, find_panels

TRUE = json.loads(pathlib.Path(__file__).with_name("true_panels.json").read_text(encoding="utf-8"))
CHOSEN_ON = ("ep01", "ep03", "ep05", "ep06", "ep07", "ep09", "ep11", "ep13", "ep15", "ep17", "ep19")


@needs_comics
@pytest.mark.parametrize("held_back", [False, True])
def test_panels_are_found_with_an_f1_of_at_least_95_percent(held_back):
    true = found = matched = 0
    for name, boxes in TRUE.items():
        if (re.search(r"ep\d+", name).group() not in CHOSEN_ON) == held_back:
            panels = find_panels(read_image(COMICS / name))
            true, found = true + len(boxes), found + len(panels)
            matched += count_matches(panels, [Annotation(Box(*box)) for box in boxes])
    assert true > 150 and 2 * matched / (true + found) >= 0.95
