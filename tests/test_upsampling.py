import cv2
import numpy as np

from webtoon_colorize.pages.upsampling import upsample


def two_halves(edge, *, width=160, height=96):
    """A dark and a light half, and the two colours that go with them."""
    lightness = np.full((height, width), -0.5, np.float32)
    lightness[:, edge:] = 0.5
    ab = np.where(lightness[..., None] > 0, (0.4, -0.2), (-0.3, 0.5)).astype(np.float32)
    return lightness, ab


def reduced(ab, size=16):
    return cv2.resize(ab, (size, size), interpolation=cv2.INTER_AREA)


def test_one_colour_stays_one_colour_whatever_the_lightness():
    lightness = np.random.default_rng(0).uniform(-1, 1, (50, 70)).astype(np.float32)
    ab = upsample(np.full((16, 16, 2), 0.25, np.float32), lightness)
    assert ab.shape == (50, 70, 2) and ab.dtype == np.float32
    np.testing.assert_allclose(ab, 0.25, atol=1e-6)


def test_colour_changes_where_lightness_does_even_in_the_middle_of_a_small_pixel():
    lightness, ab = two_halves(85)  # pixels of the small picture are 10 wide
    linear = cv2.resize(reduced(ab), (160, 96))
    found = upsample(reduced(ab), lightness)
    # The step is 0.7.
    assert np.abs(found - ab).max() < 0.2 and np.abs(linear - ab).max() > 0.3
    assert np.abs(found - ab).mean() < np.abs(linear - ab).mean() / 2


def test_a_line_darker_than_all_that_the_network_saw_gets_no_colour_of_its_own():
    lightness, ab = two_halves(80)
    lightness[40:42] = -1
    found = upsample(reduced(ab), lightness)
    assert found.min() >= ab.min() - 1e-6 and found.max() <= ab.max() + 1e-6


def test_pictures_smaller_than_the_networks_are_fine():
    for shape in [(1, 1), (3, 40), (16, 16)]:
        ab = np.random.default_rng(1).uniform(-1, 1, (16, 16, 2)).astype(np.float32)
        found = upsample(ab, np.zeros(shape, np.float32))
        assert found.shape == (*shape, 2) and np.isfinite(found).all()
