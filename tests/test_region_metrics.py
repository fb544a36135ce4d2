"""Measures on constructed pictures whose answer is known by hand, and what paleness does to them."""

import numpy as np
import pytest

from experiments.visual_metrics import region_metrics
from experiments.visual_metrics.flat_regions import find_flat_regions

SIZE = 64
RED, BLUE = (40.0, 0.0), (0.0, -40.0)


def halves(left=RED, right=BLUE):
    ab = np.empty((SIZE, SIZE, 2))
    ab[:, : SIZE // 2], ab[:, SIZE // 2 :] = left, right
    return ab


def regions_of(ab):
    return find_flat_regions(np.concatenate([np.full((*ab.shape[:2], 1), 50.0), ab], axis=2))


TRUTH = halves()
REGIONS = regions_of(TRUTH)


def striped():
    """Stripes of +-10 in a over the truth."""
    return TRUTH + np.where(np.arange(SIZE) % 2, 10.0, -10.0)[None, :, None] * [1.0, 0.0]


def test_inconsistency_is_the_spread_in_regions_over_the_spread_in_the_picture():
    assert region_metrics.inconsistency(TRUTH, REGIONS) == 0
    # Variance inside 10^2; of the halves (20^2 + 20^2); together 900.
    assert region_metrics.inconsistency(striped(), REGIONS) == pytest.approx(np.sqrt(100 / 900))


def test_a_tint_over_everything_does_not_make_regions_consistent():
    assert region_metrics.inconsistency(striped() + 30, REGIONS) == pytest.approx(np.sqrt(100 / 900))


def test_background_inconsistency_looks_at_the_largest_region_only():
    truth = TRUTH.copy()
    truth[:, : SIZE // 2 + 8] = RED
    ab = truth.copy()
    ab[:, -4:-2] += 20.0  # in the smaller region
    assert region_metrics.inconsistency(ab, regions_of(truth)) > 0.1
    assert region_metrics.background_inconsistency(ab, regions_of(truth)) == 0


def test_bleeding_is_the_share_of_the_step_that_has_crossed_the_border():
    assert region_metrics.bleeding(TRUTH, REGIONS) == 0
    bled = TRUTH.copy()
    bled[:, SIZE // 2 : SIZE // 2 + 3] = RED  # the whole rim of one of the two sides
    assert region_metrics.bleeding(bled, REGIONS) == pytest.approx(0.5)
    bled[:, SIZE // 2 : SIZE // 2 + 3] = np.mean([RED, BLUE], axis=0)
    assert region_metrics.bleeding(bled, REGIONS) == pytest.approx(0.25)


def test_what_strays_in_another_direction_than_the_neighbours_colour_is_no_bleeding():
    strayed = TRUTH.copy()
    strayed[:, SIZE // 2 : SIZE // 2 + 3] += (20.0, -20.0)  # at a right angle to the step (40, 40)
    assert region_metrics.bleeding(strayed, REGIONS) == pytest.approx(0, abs=1e-9)


def small_and_large():
    truth = halves()
    truth[4:8, 4:8] = BLUE  # 16 of 4096 pixels: a small region
    return truth


def test_detail_sets_the_relative_error_in_small_regions_against_that_in_large_ones():
    truth = small_and_large()
    misses_details = truth.copy()
    misses_details[4:8, 4:8] = RED
    misses_backgrounds = truth[:, ::-1].copy()
    misses_backgrounds[4:8, 4:8] = BLUE
    regions = regions_of(truth)
    assert region_metrics.detail(misses_details, truth, regions) > 0.9
    assert region_metrics.detail(misses_backgrounds, truth, regions) < 0.5
    assert region_metrics.detail(np.zeros_like(truth), truth, regions) == 0.5  # everything is missed alike


def bubble():
    inside, ring = np.zeros((2, SIZE, SIZE), bool)
    inside[20:40, 20:44], ring[16:44, 16:48] = True, True
    return inside, ring


def test_near_bubbles_sets_the_error_around_them_against_that_elsewhere_and_leaves_out_their_inside():
    inside, ring = bubble()
    confused = TRUTH.copy()
    confused[ring] = -confused[ring]
    gain = (4096 - 2 * 28 * 32) / 4096  # all chroma is 40; the ring and what it encloses have turned round
    by_hand = (1 + gain) / ((1 + gain) + (1 - gain))
    assert region_metrics.near_bubbles(confused, TRUTH, inside, ring) == pytest.approx(by_hand)
    away = TRUTH.copy()
    away[:, :8] = -away[:, :8]
    away[inside] = 0  # the truth's colour of a bubble is not asked for
    gain = (4096 - 2 * 8 * 64 - 20 * 24) / (4096 - 20 * 24)
    elsewhere = np.sqrt(((1 + gain) ** 2 * 8 * 64 + (1 - gain) ** 2 * (4096 - 896 - 512)) / (4096 - 896))
    by_hand = (1 - gain) / ((1 - gain) + elsewhere)
    assert region_metrics.near_bubbles(away, TRUTH, inside, ring) == pytest.approx(by_hand)
    assert np.isnan(region_metrics.near_bubbles(TRUTH, TRUTH, *np.zeros((2, SIZE, SIZE), bool)))


def test_sepia_share_is_that_of_the_chroma_not_of_the_pixels():
    sepia = np.array([np.cos(np.radians(67)), np.sin(np.radians(67))])
    assert region_metrics.sepia_share(halves(30 * sepia, BLUE)) == pytest.approx(30 / 70)


def test_saturated_share_counts_what_exceeds_the_truths_95th_percentile():
    truth = halves()
    assert region_metrics.saturated_share(truth, truth) == 0
    assert region_metrics.saturated_share(halves((41.0, 0.0), BLUE), truth) == 0.5
    assert region_metrics.saturated_share(truth / 2, truth) == 0


def test_error_kept_is_what_is_left_of_the_first_error():
    first = TRUTH + (8.0, 0.0)
    assert region_metrics.error_kept(first, first, TRUTH) == pytest.approx(1)
    assert region_metrics.error_kept(TRUTH + (2.0, 5.0), first, TRUTH) == pytest.approx(0.25)
    assert region_metrics.error_kept(TRUTH, first, TRUTH) == 0


@pytest.mark.parametrize("factor", [0.1, 0.5, 3.0])
def test_no_measure_of_evenness_or_of_error_changes_when_everything_gets_paler(factor):
    truth = small_and_large()
    regions, bubbles = regions_of(truth), bubble()
    ab = truth[::-1] * 0.5 + striped() + np.random.default_rng(0).normal(0, 5, truth.shape)

    def measures(ab):
        return [
            region_metrics.inconsistency(ab, regions),
            region_metrics.background_inconsistency(ab, regions),
            region_metrics.bleeding(ab, regions),
            region_metrics.detail(ab, truth, regions),
            region_metrics.near_bubbles(ab, truth, *bubbles),
            region_metrics.sepia_share(ab),
        ]

    np.testing.assert_allclose(measures(factor * ab), measures(ab), rtol=1e-6)


def test_a_gray_picture_has_no_evenness_no_bleeding_and_no_hue():
    gray = np.zeros_like(TRUTH)
    assert np.isnan(region_metrics.inconsistency(gray, REGIONS))
    assert np.isnan(region_metrics.background_inconsistency(gray, REGIONS))
    assert np.isnan(region_metrics.bleeding(gray, REGIONS))
    assert np.isnan(region_metrics.sepia_share(gray))
