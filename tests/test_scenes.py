import numpy as np

from experiments.visual_metrics import scenes
from experiments.visual_metrics.flat_regions import find_flat_regions

RED, BLUE, GRAY = (50.0, 40.0, 0.0), (50.0, 0.0, -40.0), (50.0, 5.0, 0.0)


def thirds(size=64):
    """Red, blue and gray, side by side."""
    lab = np.empty((size, size, 3))
    lab[:, :20], lab[:, 20:40], lab[:, 40:] = RED, BLUE, GRAY
    return lab


def test_the_surroundings_of_a_bubble_reach_a_16th_of_the_width():
    corners = np.array([[0.25, 0.25], [0.5, 0.25], [0.5, 0.5], [0.25, 0.5]])
    near, off = scenes.bubble_masks([corners], size=64)
    # The bubble is 16 to 32; 64 / 16 = 4 pixels on both sides.
    assert np.flatnonzero(near[24]).tolist() == [12, 13, 14, 15, 33, 34, 35, 36]
    assert np.flatnonzero(off[24]).tolist() == [*range(12), *range(37, 64)]
    assert near[14, 14] and not near[13, 13]  # at a corner the distance is diagonal: 2.8 and 4.2 pixels
    assert (near | off).sum() == 64 * 64 - 17 * 17 and not (near & off).any()


def test_a_panel_without_bubbles_has_no_surroundings_and_nothing_off_them():
    assert not np.any(scenes.bubble_masks([], size=64))


def test_segments_are_the_flat_regions_that_have_a_colour():
    found = list(scenes.find_segments(find_flat_regions(thirds())))
    assert [segment.ab.tolist() for segment in found] == [[40, 0], [0, -40]]
    assert [segment.window for segment in found] == [(slice(0, 64), slice(0, 20)), (slice(0, 64), slice(20, 40))]
    assert scenes.smoothing(64) == 3
    corner, edge, inner = found[0].counts[0, 0], found[0].counts[0, 5], found[0].counts[5, 5]
    assert (corner, edge, inner) == (4, 6, 9) and np.count_nonzero(found[0].counts) == 64 * 20


def test_rims_of_regions_without_an_interior_are_left_out():
    lab = thirds()
    lab[:, 38:42] = (50.0, 0.0, 40.0)  # 4 pixels wide, between others: all of it is rim
    every = scenes.find_rims(find_flat_regions(lab))
    assert set(zip(every.borders.inside, every.borders.across)) == {(1, 2), (2, 1)}
    assert every.borders.pixels.size == every.borders.counts.sum() == 2 * 64 * 3
    assert np.flatnonzero(every.interior()[0] == 0).tolist() == [17, 18, 19, 20, 21, 22, *range(35, 45)]
