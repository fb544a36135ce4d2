import numpy as np
import pytest

from experiments.visual_metrics import flat_regions


def picture(*blocks, size=40):
    """Lab [size, size, 3]: gray 50, and a rectangle (y0, y1, x0, x1, lab) per block."""
    lab = np.full((size, size, 3), (50.0, 0.0, 0.0))
    for y0, y1, x0, x1, color in blocks:
        lab[y0:y1, x0:x1] = color
    return lab


def test_a_region_is_what_one_colour_covers():
    found = flat_regions.find_flat_regions(picture((0, 20, 0, 10, (50, 40, 0)), (30, 40, 30, 40, (50, 0, 40))))
    assert found.share == pytest.approx([0, 200 / 1600, 1300 / 1600, 100 / 1600])
    np.testing.assert_allclose(found.ab, [[0, 0], [40, 0], [0, 0], [0, 40]])
    assert found.numbers[0, 0] == 1 and found.numbers[0, 39] == 2 and found.numbers[39, 39] == 3


def test_a_line_of_ink_parts_two_regions_of_one_colour():
    found = flat_regions.find_flat_regions(picture((0, 40, 19, 21, (5, 0, 0))))
    assert len(found.share) == 4


def test_a_gradient_of_colour_is_no_region():
    lab = picture()
    lab[..., 1] = np.linspace(0, 60, 40)  # steps of 1.5: neighbours look alike, the ends do not
    assert len(flat_regions.find_flat_regions(lab).share) == 1


def test_specks_are_no_regions():
    found = flat_regions.find_flat_regions(picture((0, 1, 0, 1, (50, 40, 0))))
    assert len(found.share) == 2 and found.numbers[0, 0] == 0


def test_a_border_reaches_over_the_ink_and_only_along_another_colour():
    red, gray, ink = (50, 40, 0), (50, 0, 0), (5, 0, 0)
    found = flat_regions.find_flat_regions(
        picture((0, 40, 0, 10, red), (0, 40, 10, 11, ink), (0, 40, 11, 25, gray), (0, 40, 25, 26, ink))
    )
    inside, across, counts, pixels = flat_regions.borders(found, reach=3)
    rims = dict(zip(zip(inside, across), np.split(pixels, np.cumsum(counts)[:-1])))
    left, middle, right = found.numbers[0, [0, 12, 30]]
    assert (middle, right) not in rims and (right, middle) not in rims
    assert len(rims[left, middle]) == len(rims[middle, left]) == 40 * 2
    assert rims[left, middle][:4].tolist() == [8, 9, 48, 49]  # 11 - 3 = 8, in the first two rows of 40 pixels
    assert rims[middle, left][:4].tolist() == [11, 12, 51, 52]


def test_a_picture_of_one_region_has_no_border():
    found = flat_regions.find_flat_regions(picture())
    assert [len(each) for each in flat_regions.borders(found, reach=3)] == [0, 0, 0, 0]
