"""Slices of one strip are cut together, and pages that only look alike at their edges are not."""

import numpy as np
import pytest

from data_tools.crops import Settings, cut_episode
from data_tools.pages import find_pages
from tests.comics import art, save, strip

HEIGHTS = (240, 300, 260, 220, 280)
WHOLE = strip(*(art(seed, height) for seed, height in enumerate(HEIGHTS)))


def cut(folder, *slices, **settings):
    """The panels that may be kept of an episode with these pages: (page, x, y, width, height, SHA-256 of the file)."""
    for number, image in enumerate(slices, 1):
        save(folder / "in" / "t" / "1" / f"{number:02}.png", image)
    pages, _ = find_pages([folder / "in"])
    reports = cut_episode(pages, folder / "out", Settings(min_size=150, **settings))
    assert not any(report.fault for report in reports)
    crops = [(page.name, crop) for page, each in zip(pages, reports) for crop in each.crops[1:]]
    return [(name, *crop.box, crop.sha256) for name, crop in crops if crop.sha256]


def places(panels, height):
    """The panels' boxes on the whole strip, given the height of its slices."""
    return [(x, (int(name[:2]) - 1) * height + y, *size) for name, x, y, *size, _ in panels]


@pytest.mark.parametrize("height", [130, 177, 400])
def test_slices_give_the_panels_of_the_whole_strip(tmp_path, height):
    """A slice of 177 pixels ends in a gutter."""
    whole = cut(tmp_path / "whole", WHOLE)
    panels = cut(tmp_path / "cut", *np.split(WHOLE, range(height, len(WHOLE), height)))
    assert len(whole) == len(HEIGHTS)
    assert [panel[-1] for panel in panels] == [panel[-1] for panel in whole]  # the same pixels
    assert places(panels, height) == places(whole, 0)


def test_slices_that_are_reduced_give_the_panels_of_the_whole_strip(tmp_path):
    whole = cut(tmp_path / "whole", WHOLE, page_width=230)
    panels = cut(tmp_path / "cut", *np.split(WHOLE, range(150, len(WHOLE), 150)), page_width=230)
    assert len(whole) == len(panels) == len(HEIGHTS)
    np.testing.assert_allclose(places(panels, 115), places(whole, 0), atol=2)


def test_pages_whose_even_backgrounds_meet_are_no_slices(tmp_path):
    beige = [strip(art(seed), gutter=(230, 215, 190)) for seed in (1, 2, 3)]
    assert [name for name, *_ in cut(tmp_path, *beige)] == ["01.png", "02.png", "03.png"]
    full = [art(seed, 300, 300) for seed in (1, 2)]
    assert [panel[3:5] for panel in cut(tmp_path / "full", *full)] == [(300, 300)] * 2


def test_a_page_that_cannot_be_read_parts_a_strip(tmp_path):
    slices = np.split(art(1, 600, 300), 3)
    for number, image in enumerate(slices):
        save(tmp_path / "in" / "t" / "1" / f"{number}.png", image)
    (tmp_path / "in" / "t" / "1" / "1.png").write_text("no picture")
    pages, _ = find_pages([tmp_path / "in"])
    reports = cut_episode(pages, tmp_path / "out", Settings())
    assert [[crop.box.height for crop in report.crops] for report in reports] == [[200, 200], [], [200, 200]]
