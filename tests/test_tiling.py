import numpy as np
import pytest

from webtoon_colorize.pages import tiling
from webtoon_colorize.panels import Box


@pytest.mark.parametrize("box", [Box(3, 5, 200, 400), Box(3, 5, 400, 200), Box(0, 0, 1, 2), Box(0, 0, 7, 7)])
def test_what_is_not_long_is_one_window(box):
    assert tiling.tiles(box) == [box]


def test_a_long_box_is_seen_in_windows_that_overlap_by_half_its_width():
    # Windows are 150 long and share at least 50: three cover at most 350, four 450.
    tall = tiling.tiles(Box(10, 20, 100, 420))
    assert tall == [Box(10, 20 + y, 100, 150) for y in (0, 90, 180, 270)]
    wide = tiling.tiles(Box(10, 20, 420, 100))
    assert wide == [Box(10 + x, 20, 150, 100) for x in (0, 90, 180, 270)]


@pytest.mark.parametrize("width, height", [(1, 30), (30, 1), (2, 5), (3, 1000), (640, 61)])
def test_windows_cover_the_box_and_stay_inside(width, height):
    covered = np.zeros((height, width), int)
    for x, y, w, h in tiling.tiles(Box(0, 0, width, height)):
        assert x >= 0 and y >= 0 and w > 0 and h > 0
        covered[y : y + h, x : x + w] += 1
        assert x + w <= width and y + h <= height
    assert covered.min() >= 1


@pytest.mark.parametrize("box", [Box(5, 7, 60, 300), Box(5, 7, 300, 60)])
def test_windows_of_one_colour_blend_to_it_and_unlike_ones_without_a_step(box):
    parts = tiling.tiles(box)
    same = [(part, np.full((part.height, part.width, 2), 0.3, np.float32)) for part in parts]
    np.testing.assert_allclose(tiling.blend(box, same), 0.3, rtol=1e-6)
    unlike = [(part, np.full((part.height, part.width, 2), index % 2, np.float32)) for index, part in enumerate(parts)]
    blended = tiling.blend(box, unlike)
    assert blended.shape == (box.height, box.width, 2) and blended.min() == 0 and blended.max() == 1
    # 30 pixels or more are shared: a 30th per pixel, a little more where the weights of both do not add up to 1.
    assert max(np.abs(np.diff(blended, axis=axis)).max() for axis in (0, 1)) < 1.5 / 30


def test_fading_goes_from_one_to_the_other_in_equal_steps():
    faded = tiling.fade(np.zeros((4, 1, 2), np.float32), np.ones((4, 1, 2), np.float32))
    np.testing.assert_allclose(faded[:, 0, 0], [0.125, 0.375, 0.625, 0.875])
