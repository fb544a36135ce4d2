import cv2
import numpy as np
import pytest

from webtoon_colorize.pages.regions import find_regions


def as_lightness(gray):
    return gray.astype(np.float32) / 127.5 - 1


def two_fields(gap=0, width=2):
    """Two equally gray fields of 198 x 100 that a line parts; `gap` pixels in its middle are open."""
    gray = np.full((200, 200), 160, np.uint8)
    gray[:, 100 : 100 + width] = 20
    gray[100 - gap // 2 : 100 - gap // 2 + gap] = 160
    return gray


@pytest.mark.parametrize("width", [1, 2, 4])
@pytest.mark.parametrize("gap", range(7))
def test_a_line_parts_two_equal_grays_even_if_it_has_a_small_gap(gap, width):
    labels, sizes, flatness = find_regions(as_lightness(two_fields(gap, width)))
    assert len(sizes) == 2 and sizes.tolist() == np.bincount(labels.ravel()).tolist()
    assert (labels[:, :97] == labels[0, 0]).all() and (labels[:, 107:] == labels[0, -1]).all()
    np.testing.assert_array_equal(flatness, 1)


def test_a_wide_opening_makes_one_region_of_two_fields():
    assert len(find_regions(as_lightness(two_fields(gap=30))).sizes) == 1


def test_flat_areas_that_differ_by_a_step_are_regions_without_a_line():
    gray = np.full((120, 160), 150, np.uint8)
    gray[30:90, 40:120] = 160
    labels = find_regions(as_lightness(gray)).labels
    inside = labels == labels[60, 80]
    assert inside[32:88, 42:118].all() and inside.sum() < 62 * 82


def test_painted_areas_are_not_flat():
    noise = np.random.default_rng(0).normal(128, 30, (40, 40)).astype(np.float32)
    gray = np.full((200, 400), 128, np.uint8)
    gray[:, 200:] = np.clip(cv2.resize(noise, (200, 200), interpolation=cv2.INTER_CUBIC), 0, 255)
    regions = find_regions(as_lightness(gray))
    share = regions.flatness[regions.labels]
    assert share[:, :190].min() == 1 and share[:, 210:].mean() < 0.3


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (2, 900), (31, 33), (120, 120)])
def test_every_pixel_of_any_picture_has_a_region(shape):
    for gray in (np.full(shape, 90), np.random.default_rng(0).integers(0, 256, shape)):
        labels, sizes, flatness = find_regions(as_lightness(gray))
        assert labels.shape == shape and labels.min() == 0 and labels.max() < len(sizes) == len(flatness)


def test_the_mean_over_a_region_is_that_of_its_pixels():
    regions = find_regions(as_lightness(two_fields()))
    plane = np.random.default_rng(0).normal(size=(200, 200)).astype(np.float32)
    expected = [plane[regions.labels == number].mean() for number in (0, 1)]
    np.testing.assert_allclose(regions.mean(plane), expected, atol=1e-6)


def test_flat_regions_are_evened_and_others_stay():
    lightness = np.full((60, 60), -0.2, np.float32)
    lightness[:, 29:31] = -1.0
    lightness[:, 31:] += np.linspace(0, 0.8, 29, dtype=np.float32)  # a gradient
    ab = np.random.default_rng(0).normal(0, 0.1, (60, 60, 2)).astype(np.float32)
    evened = find_regions(lightness).evened(ab)
    np.testing.assert_allclose(np.ptp(evened[5:55, 5:20], axis=(0, 1)), 0, atol=1e-5)
    np.testing.assert_allclose(evened[5, 5], ab[:, :27].mean(axis=(0, 1)), atol=0.02)
    np.testing.assert_array_equal(evened[:, 40:], ab[:, 40:])
