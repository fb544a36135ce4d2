"""What the drawing of the comic rests on: colours by lightness, curves, masks, halftones."""

import numpy as np
import pytest

from data_tools.comic import colors, curves, effects, shading, texts
from data_tools.comic.canvas import SCALE, Canvas
from data_tools.comic.genres import GENRES


def canvas(width=80, height=60):
    return Canvas(width, height, np.random.default_rng(0))


@pytest.mark.parametrize("hue", range(0, 360, 30))
def test_a_color_keeps_the_lightness_asked_for_where_the_chroma_is_out_of_gamut(hue):
    lightness, chroma, _ = colors.to_lch(colors.lch(50, 120, hue))
    assert abs(lightness - 50) < 1 and chroma > 25


@pytest.mark.parametrize(
    "change",
    [
        colors.darker,
        colors.lighter,
        colors.neutral,
        shading.black_line,
        shading.own_line,
        shading.brown_line,
        shading.blue_line,
    ],
)
def test_grays_stay_gray(change):
    for level in range(0, 256, 5):
        assert colors.is_neutral(change((level,) * 3))


def test_shadows_take_the_same_lightness_from_every_hue():
    steps = [
        colors.to_lab(colors.lch(55, 32, hue))[0] - colors.to_lab(colors.darker(colors.lch(55, 32, hue), 12))[0]
        for hue in range(0, 360, 15)
    ]
    np.testing.assert_allclose(steps, 12, atol=1.5)  # two roundings to 8 bits and gamut mapping


def test_a_smooth_curve_passes_through_its_control_points():
    controls = [(0, 0), (4, 1, True), (5, 5), (1, 4)]
    np.testing.assert_allclose(curves.smooth(controls, steps=6)[::6], [point[:2] for point in controls])
    np.testing.assert_allclose(curves.smooth(controls, closed=False, steps=6)[[0, -1]], [(0, 0), (1, 4)])


def test_a_frame_mirrors_turns_and_moves():
    frame = curves.Frame(10, 20, 2.0, mirror=-1)
    np.testing.assert_allclose(frame([(1, 3)]), [(8, 26)])
    np.testing.assert_allclose(frame.at(1, 3)([(0, 0)]), frame([(1, 3)]))
    np.testing.assert_allclose(curves.Frame(0, 0, 1.0, angle=np.pi / 2)([(1, 0)]), [(0, 1)], atol=1e-6)


def test_a_filled_box_covers_exactly_its_pixels():
    picture = canvas()
    picture.fill(curves.box(10, 20, 30, 15), (1, 2, 3))
    inside = (picture.finished() == (1, 2, 3)).all(2)
    assert inside[21:34, 11:39].all() and not inside[:19].any() and not inside[:, :9].any() and not inside[37:].any()


def test_shapes_outside_the_picture_leave_no_trace():
    picture = canvas()
    assert picture.region(curves.box(500, 20, 30, 15)) is None
    picture.fill_inside(curves.box(500, 20, 30, 15), curves.box(0, 0, 80, 60), (0, 0, 0))
    assert (picture.finished() == 255).all()


def test_a_part_that_sticks_out_of_its_shape_is_cut_off():
    picture = canvas()
    picture.fill_inside(curves.box(30, 30, 40, 20), curves.box(10, 10, 30, 30), (0, 0, 0))
    dark = (picture.finished() < 128).all(2)
    assert dark[32:38, 32:38].all() and not dark[:, 42:].any() and not dark[42:].any()


def test_people_count_as_covered_only_where_lettering_lies_on_what_is_visible():
    picture = canvas(200, 200)
    picture.mark_figure(curves.box(0, 0, 100, 200))
    picture.mark_lettering(curves.box(120, 20, 60, 60))
    assert not picture.is_figure_covered()
    picture.mark_lettering(curves.box(60, 120, 60, 60))
    assert picture.is_figure_covered()
    picture.mark_figure(curves.box(0, 110, 200, 90), visible=False)
    assert not picture.is_figure_covered()


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_a_halftone_covers_the_share_it_stands_for(share):
    ranks = shading.dot_ranks(10, 200, 200)
    assert abs((ranks <= share).mean() - share) < 0.01


def test_dropping_color_leaves_exact_grays():
    picture = canvas()
    picture.image[:] = np.random.default_rng(1).integers(0, 256, picture.image.shape)
    picture.drop_color()
    assert np.ptp(picture.finished(), axis=2).max() == 0


def test_grain_has_no_color_of_its_own():
    gray = np.full((50, 50, 3), 128, np.uint8)
    noisy = effects.grain(gray, np.random.default_rng(0))
    assert np.ptp(noisy, axis=2).max() == 0 and 5 < noisy.std() < 15


def test_light_moves_the_picture_towards_its_color():
    picture = canvas(160, 160)
    picture.image[:] = (10, 20, 30)
    effects.glow(picture, 80, 80, 20, (250, 200, 100), strength=0.8)
    middle, corner = picture.image[80 * SCALE, 80 * SCALE].astype(int), picture.image[0, 0]
    assert (middle > 70).all() and middle[0] > middle[2] and (corner == (10, 20, 30)).all()


def test_every_genre_has_its_own_texts():
    assert len({genre.texts for genre in GENRES}) == len(GENRES)
    assert all(isinstance(genre.texts, texts.Texts) for genre in GENRES)
