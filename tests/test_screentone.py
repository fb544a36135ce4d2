"""Screentone of many patterns is found and smoothed; art is left as it is."""

import cv2
import numpy as np
import pytest

from tests import comics
from webtoon_colorize.pages import screentone


def halftone(tone, cell, angle):
    """`tone` (uint8 [H, W]) as black dots on white, in cells of this many pixels, at this angle in degrees."""
    height, width = tone.shape
    y, x = np.mgrid[: 4 * height, : 4 * width] / 4
    turn = np.deg2rad(angle)
    u, v = (x * np.cos(turn) + y * np.sin(turn)) / cell, (y * np.cos(turn) - x * np.sin(turn)) / cell
    threshold = (np.cos(2 * np.pi * u) + np.cos(2 * np.pi * v)) / 4 + 0.5
    share = np.cumsum(np.bincount((threshold * 4095).astype(int).ravel(), minlength=4096)) / threshold.size
    threshold = share[(threshold * 4095).astype(int)]  # even: as many dots as the tone is dark
    level = cv2.resize(tone, (4 * width, 4 * height), interpolation=cv2.INTER_NEAREST)
    white = (threshold < level / 255) | (level == 255)
    return cv2.resize(white.astype(np.float32) * 255, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)


@pytest.mark.parametrize("cell", [3.5, 5, 7, 9])
@pytest.mark.parametrize("angle", [0, 15, 45])
def test_dots_are_found_at_any_frequency_and_angle_and_become_their_tone(cell, angle):
    tone = np.full((200, 300), 255, np.uint8)
    tone[:, :100], tone[:, 100:200] = 90, 190
    page = halftone(tone, cell, angle)
    found = screentone.find(page)
    inside = np.s_[20:180, 20:90], np.s_[20:180, 120:180]
    assert all(found.mask[part].mean() > 0.95 for part in inside) and not found.mask[:, 240:].any()
    for part in inside:
        np.testing.assert_allclose(found.tone[part].mean(), page[part].mean(), atol=4)  # cells are cut
        assert found.tone[part].std() < 8
    assert (found.tone[:, 240:] == 255).all()


@pytest.mark.parametrize("cell", [4, 6, 9])
@pytest.mark.parametrize("angle", [0, 30, 45])
@pytest.mark.parametrize("width", [3, 5])
def test_screentone_ends_at_the_line_around_it_and_is_even_up_to_it(cell, angle, width):
    page = np.full((300, 400), 255, np.uint8)
    page[60:240, 150:330] = halftone(np.full((180, 180), 160, np.uint8), cell, angle)
    cv2.rectangle(page, (150, 60), (329, 239), 0, width)
    cv2.rectangle(page, (20, 20), (379, 279), 0, 4)  # a frame
    found = screentone.find(page)
    outside = np.ones(page.shape, bool)
    outside[60 - width : 240 + width, 150 - width : 330 + width] = False
    assert not (found.mask & outside & (page > 0)).any()
    inside = found.tone[60 + width + 3 : 240 - width - 3, 150 + width + 3 : 330 - width - 3].astype(int)
    assert np.abs(inside - np.median(inside)).max() < 10


def test_jpeg_does_not_hide_dots():
    page = halftone(np.tile(np.linspace(60, 220, 300), (200, 1)).astype(np.uint8), 6, 45)
    page = cv2.imdecode(cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, 60])[1], cv2.IMREAD_GRAYSCALE)
    assert screentone.find(page).mask.mean() > 0.8


def test_art_noise_lettering_and_hatching_are_no_screentone():
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (300, 300), dtype=np.uint8)
    letters = np.full((300, 300), 255, np.uint8)
    for row in range(20, 300, 16):
        cv2.putText(letters, "the quick brown fox jumps over", (5, row), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 0, 1)
    hatching = np.full((300, 300), 255, np.uint8)
    for column in np.cumsum(rng.integers(5, 11, 40)):
        cv2.line(hatching, (int(column), 0), (int(column + rng.integers(-6, 6)), 300), 0, 2)
    for page in (noise, letters, hatching, comics.gray(height=300, width=300), np.zeros((30, 30), np.uint8)):
        assert screentone.find(page) is None
