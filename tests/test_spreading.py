"""Drawn panels of the kinds that people reported (colour across a line, small dots among large ones)."""

import cv2
import numpy as np
import pytest

from tests.test_regions import as_lightness, two_fields
from webtoon_colorize.hints import Hint
from webtoon_colorize.pages.regions import find_regions
from webtoon_colorize.pages.spreading import NOISE, Spreading

RED, BLUE, GREEN, BROWN, SKY = (208, 32, 32), (32, 64, 208), (64, 160, 64), (128, 96, 48), (64, 128, 255)


def ab_of(rgb):
    """a and b in Lab units, by OpenCV."""
    return cv2.cvtColor(np.float32([[rgb]]) / 255, cv2.COLOR_RGB2LAB)[0, 0, 1:]


def spread(gray, *hints, guess=0.0):
    """ab in Lab units."""
    guess = np.zeros((*gray.shape, 2), np.float32) + np.float32(guess) / 110
    lightness = as_lightness(gray)
    return 110 * Spreading(lightness, guess, find_regions(lightness)).ab(hints)


@pytest.mark.parametrize("gap", range(7))
def test_colours_of_two_equal_grays_that_a_line_parts_stay_apart(gap):
    ab = spread(two_fields(gap), Hint(30, 50, RED, 8), Hint(150, 60, BLUE, 8))
    for part, rgb in ((ab[:, 3:95], RED), (ab[:, 107:197], BLUE)):
        np.testing.assert_allclose(part.mean(axis=(0, 1)), ab_of(rgb), atol=3)
        assert np.ptp(part, axis=(0, 1)).max() < 1


def test_a_flat_region_with_one_dot_ends_flat_whatever_was_guessed():
    rng = np.random.default_rng(0)
    guess = cv2.resize(rng.normal(0, 20, (5, 5, 2)).astype(np.float32), (200, 200), interpolation=cv2.INTER_CUBIC)
    noisy = two_fields() + rng.integers(-1, 2, (200, 200)).astype(np.uint8)
    inside = spread(noisy, Hint(30, 50, RED), guess=guess)[3:-3, 3:95]
    assert inside.std(axis=(0, 1)).max() < 1
    np.testing.assert_allclose(inside.mean(axis=(0, 1)), ab_of(RED), atol=1.5)


def test_dots_that_disagree_in_a_region_make_a_smooth_change():
    ab = spread(np.full((200, 300), 150, np.uint8), Hint(20, 100, RED), Hint(280, 100, BLUE))[100, :, 1]
    assert ab[25] > 10 and ab[275] < -50 and (np.diff(ab[25:275]) < 0.5).all() and np.abs(np.diff(ab)).max() < 3


def test_a_dot_in_a_shaded_area_fades_and_several_fill_it_without_steps():
    gray = np.repeat(np.linspace(90, 190, 300).astype(np.uint8)[None], 200, axis=0)
    dots = [Hint(x, 100, RED) for x in (150, 40, 260)]
    one, three = (spread(gray, *dots[:count])[..., 0] for count in (1, 3))
    assert (np.diff(one[100, 160:290]) < 0.05).all() and one[100, 160] > 50 > 25 > one[100, 290]
    assert three.min() > 20 and three[100, 40:260].min() > 50
    for ab in (one, three):
        assert np.abs(np.diff(ab, axis=1)).max() < 2 and np.abs(np.diff(ab, axis=0)).max() < 2


def test_a_dot_among_large_ones_counts():
    """A ball that is outlined, on three fields with large dots."""
    gray = np.full((800, 800), 190, np.uint8)
    gray[400:] = 140
    gray[600:] = 100
    for row in (400, 600):
        gray[row : row + 4] = 20
    cv2.circle(gray, (620, 250), 60, 165, -1)
    cv2.circle(gray, (620, 250), 60, 20, 4)
    large = Hint(210, 205, SKY, 120), Hint(250, 500, GREEN, 90), Hint(250, 695, BROWN, 90)
    ab = spread(gray, *large, Hint(620, 250, RED, 5))
    np.testing.assert_allclose(ab[212:288, 582:658].mean(axis=(0, 1)), ab_of(RED), atol=3)
    np.testing.assert_allclose(ab[100:150, 100:150].mean(axis=(0, 1)), ab_of(SKY), atol=3)


def test_each_of_225_dots_counts():
    gray, dots = np.full((800, 800), 200, np.uint8), []
    rng = np.random.default_rng(0)
    for number in range(225):
        x, y = 40 + 51 * (number % 15), 40 + 51 * (number // 15)
        cv2.circle(gray, (x, y), 18, int(rng.integers(110, 170)), -1)
        cv2.circle(gray, (x, y), 18, 20, 3)
        dots.append(Hint(x, y, (RED, BLUE, GREEN, BROWN, SKY)[rng.integers(5)], 4))
    ab = spread(gray, *dots)
    balls = [ab[int(dot.y) - 8 : int(dot.y) + 9, int(dot.x) - 8 : int(dot.x) + 9].mean(axis=(0, 1)) for dot in dots]
    off = np.linalg.norm(np.array(balls) - [ab_of(dot.rgb) for dot in dots], axis=1)
    assert off.max() < 8 and np.median(off) < 2


def test_a_dot_says_more_about_its_own_region_than_about_others():
    change = np.abs(spread(two_fields(), Hint(30, 50, RED))).mean(axis=(0, 2))
    assert change[150] < 0.35 * change[50]


def test_a_dot_has_its_colour_where_no_region_can_have_it():
    noise = np.random.default_rng(0).integers(60, 200, (150, 150)).astype(np.uint8)
    dots = Hint(60.5, 60.5, RED), Hint(66.5, 60.5, BLUE), Hint(61.5, 67.5, GREEN)
    ab = spread(noise, *dots)
    for dot in dots[1:]:  # the first is in reach of the others' pixels
        np.testing.assert_allclose(ab[int(dot.y), int(dot.x)], ab_of(dot.rgb), atol=0.1)


def test_a_lone_dot_in_a_flat_region_is_followed_up_to_its_noise():
    """By hand: the region is one place, so its change is y / (1 + NOISE); the guess is taken from the dot first."""
    ab = spread(np.full((80, 90), 120, np.uint8), Hint(70, 20, RED), guess=(10, -10))
    np.testing.assert_allclose(ab[60, 10], [10, -10] + (ab_of(RED) - [10, -10]) / (1 + NOISE), atol=0.1)


def test_dots_beyond_the_border_count_as_on_it():
    gray = two_fields()
    beyond, on = (spread(gray, Hint(x, 50, RED, 6)) for x in (-4, 0))
    np.testing.assert_array_equal(beyond, on)
