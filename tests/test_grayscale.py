"""Which panels have colour to learn from."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from data_tools.crops import Settings
from webtoon_colorize.io.images import read_image
from webtoon_colorize.pages.grayscale import color_share, is_colored

LEAST = Settings().min_colour


def gray_art():
    small = np.random.default_rng(0).integers(0, 256, (12, 12), dtype=np.uint8)
    return np.repeat(cv2.resize(small, (400, 300), interpolation=cv2.INTER_CUBIC)[..., None], 3, axis=2)


def as_jpeg(image, quality):
    data = io.BytesIO()
    Image.fromarray(image).save(data, "JPEG", quality=quality)
    return read_image(data.getvalue())


def test_gray_art_has_no_colour_even_with_noise_in_it():
    assert color_share(gray_art()) == 0
    noisy = (gray_art() + np.random.default_rng(1).normal(0, 4, (300, 400, 3))).clip(0, 255).astype(np.uint8)
    assert color_share(as_jpeg(noisy, 40)) < LEAST


def test_sepia_and_yellowed_paper_are_gray():
    light = gray_art()[..., :1] / 255.0
    sepia = np.array([40, 26, 13]) + light * (np.array([240, 222, 190]) - np.array([40, 26, 13]))
    assert color_share(as_jpeg(sepia.astype(np.uint8), 75)) < LEAST
    paper = np.full((300, 400, 3), (235, 225, 200), np.uint8)
    cv2.putText(paper, "text", (60, 180), cv2.FONT_HERSHEY_SIMPLEX, 4, (50, 45, 35), 8)
    assert color_share(paper) < LEAST


def test_a_small_coloured_accent_is_kept():
    accent = gray_art()
    cv2.circle(accent, (200, 150), 10, (200, 30, 40), -1)  # 314 of 120,000 pixels: 0.26%
    assert LEAST < color_share(accent) < 0.005


def test_a_panel_in_shades_of_one_strong_colour_is_kept():
    night = (gray_art() * np.array([0.25, 0.45, 1.0])).astype(np.uint8)
    assert color_share(night) > 0.5
    assert color_share(np.full((250, 250, 3), (160, 90, 90), np.uint8)) == 1


@pytest.mark.parametrize(
    "cast", [(1, 1, 1), (1, 0.96, 0.82), (0.96, 0.98, 1.03), (0.98, 1.02, 0.97), (1.02, 0.97, 0.98)]
)
@pytest.mark.parametrize("quality", [30, 60])
def test_noise_and_casts_of_any_hue_are_gray(cast, quality):
    page = cv2.resize(gray_art(), (1200, 900)) * np.array(cast) + np.random.default_rng(0).normal(0, 5, (900, 1200, 3))
    assert not is_colored(as_jpeg(page.clip(0, 255).astype(np.uint8), quality))


def test_a_small_red_title_is_colour_and_as_many_scattered_pixels_are_none():
    page = cv2.resize(gray_art(), (1200, 900))
    noisy = page.copy()
    cv2.putText(page, "RED", (60, 80), cv2.FONT_HERSHEY_SIMPLEX, 2, (200, 30, 40), 10)
    title = (page != noisy).any(axis=2)
    assert title.mean() < 0.005
    assert is_colored(as_jpeg(page, 75))
    places = np.random.default_rng(0).permutation(title.size)[: title.sum()]
    noisy.reshape(-1, 3)[places] = (200, 30, 40)
    assert not is_colored(noisy)
