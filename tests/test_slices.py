"""Slices of one strip are cut together, and pages that only look alike at their edges are not."""

import numpy as np
import pytest

from data_tools.crops import Settings, cut_episode
from data_tools.pages import find_pages
from tests.comics import art, save, strip

HEIGHTS = (240, 300, 260, 220, 280)
WHOLE = strip(*(art(seed, height) for seed, height in enumerate(HEIGHTS)))


def cut(folder, *slices, **settings):
    """The panels of an episode with these pages: (page, x, y, width, height, SHA-256 of the file)."""
    for number, image in enumerate(slices, 1):
        save(folder / "in" / "t" / "1" / f"{number:02}.png", image)
    pages, _ = find_pages([folder / "in"])
    reports = cut_episode(pages, folder / "out", Settings(**settings))
    assert not any(report.fault for report in reports)
    return [(page.name, *crop.box, crop.sha256) for page, each in zip(pages, reports) for crop in each.crops[1:]]


@pytest.mark.parametrize("settings", [{}, {"page_width": 230}])
@pytest.mark.parametrize("height", [130, 177, 400])
def test_slices_give_the_panels_of_the_whole_strip(tmp_path, height, settings):
    slices = np.split(WHOLE, range(height, len(WHOLE), height))
    whole = cut(tmp_path / "whole", WHOLE, **settings)
    assert len(whole) == len(HEIGHTS)
    panels = cut(tmp_path / "cut", *slices, **settings)
    scale = settings.get("page_width", 300) / 300
    tops = {f"{number:02}.png": round(scale * height * (number - 1)) for number in range(1, len(slices) + 1)}
    assert [panel[-1] for panel in panels] == [panel[-1] for panel in whole]  # the same pixels
    assert [tops[name] + y for name, _, y, *_ in panels] == [y for _, _, y, *_ in whole]


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
