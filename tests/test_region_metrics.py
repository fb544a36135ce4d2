"""Measures on constructed pictures whose answer is known by hand, and what paleness does to them."""

import numpy as np
import pytest

from experiments.visual_metrics import region_metrics
from experiments.visual_metrics.flat_regions import find_flat_regions
from experiments.visual_metrics.scenes import find_rims, find_segments

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
RIMS = find_rims(REGIONS)


def striped():
    """Stripes of +-10 in a over the truth."""
    return TRUTH + np.where(np.arange(SIZE) % 2, 10.0, -10.0)[None, :, None] * [1.0, 0.0]


def test_inconsistency_is_the_spread_in_regions_over_the_spread_in_the_picture():
    assert region_metrics.inconsistency(TRUTH, REGIONS).relative == 0
    # Variance inside 10^2; of the halves (20^2 + 20^2); together 900.
    found = region_metrics.inconsistency(striped(), REGIONS)
    assert found.relative == pytest.approx(np.sqrt(100 / 900)) and found.lab == pytest.approx(10)


def test_a_tint_over_everything_does_not_make_regions_consistent():
    assert region_metrics.inconsistency(striped() + 30, REGIONS).relative == pytest.approx(np.sqrt(100 / 900))


def test_background_inconsistency_looks_at_the_largest_region_only():
    truth = TRUTH.copy()
    truth[:, : SIZE // 2 + 8] = RED
    ab = truth.copy()
    ab[:, -4:-2] += 20.0  # in the smaller region
    found = region_metrics.inconsistency(ab, regions_of(truth))
    assert found.relative > 0.1 and found.background == 0


def test_bleeding_is_the_share_of_the_step_that_has_crossed_the_border():
    assert region_metrics.bleeding(TRUTH, RIMS) == 0
    bled = TRUTH.copy()
    bled[:, SIZE // 2 : SIZE // 2 + 3] = RED  # the whole rim of one of the two sides
    assert region_metrics.bleeding(bled, RIMS) == pytest.approx(0.5)
    bled[:, SIZE // 2 : SIZE // 2 + 3] = np.mean([RED, BLUE], axis=0)
    assert region_metrics.bleeding(bled, RIMS) == pytest.approx(0.25)


def test_what_strays_in_another_direction_than_the_neighbours_colour_is_no_bleeding():
    strayed = TRUTH.copy()
    strayed[:, SIZE // 2 : SIZE // 2 + 3] += (20.0, -20.0)  # at a right angle to the step (40, 40)
    assert region_metrics.bleeding(strayed, RIMS) == pytest.approx(0, abs=1e-9)


def small_and_large():
    truth = halves()
    truth[4:8, 4:8] = BLUE  # 16 of 4096 pixels: a small region
    return truth


def small_large(truth):
    share, numbers = regions_of(truth).share, regions_of(truth).numbers
    return [((share > 0) & (share < region_metrics.SMALL))[numbers], (share >= region_metrics.LARGE)[numbers]]


def test_skill_is_one_minus_the_error_over_that_of_the_best_colour():
    """With x = 1 in red and 0 in blue, ab is x (40, 40) + (0, -40), so all is said of x, whose mean is q."""
    truth = small_and_large()
    misses_details = truth.copy()
    misses_details[4:8, 4:8] = RED
    small, large = region_metrics.skills(misses_details, truth, small_large(truth))
    # x of misses_details has mean 1/2 and variance 1/4; its covariance with the true x is q - q / 2: the gain is 2 q.
    q = 2032 / 4096
    assert small == pytest.approx(1 - (2 * q / 2 + q) / q)  # (gain / 2 + q) for q
    assert large == pytest.approx(1 - np.sqrt(2032 * (1 - 2 * q) ** 2 / (2032 * (1 - q) ** 2 + 2048 * q**2)))
    assert region_metrics.skills(truth, truth, small_large(truth)) == [1, 1]
    assert region_metrics.skills(-truth, truth, small_large(truth)) == [0, 0]  # the gain is 0, not below


def test_a_tint_and_paleness_change_no_skill_and_one_colour_has_none():
    truth = small_and_large()
    assert region_metrics.skills(0.3 * truth + (12, 30), truth, small_large(truth)) == pytest.approx([1, 1])
    for color in ((0, 0), (11.3, 26.1), tuple(truth.mean(axis=(0, 1)))):
        constant = np.broadcast_to(np.float32(color), truth.shape)
        assert region_metrics.skills(constant, truth, small_large(truth)) == [0, 0]


def test_there_is_no_skill_where_the_truth_is_its_mean_and_where_there_is_no_pixel():
    truth = halves(RED, (0.5, 0.5))
    truth[: SIZE // 2, : SIZE // 2] *= -1  # the mean is (0.25, 0.25)
    left, right = np.zeros((2, SIZE, SIZE), bool)
    left[:, : SIZE // 2], right[:, SIZE // 2 :] = True, True
    assert np.isnan(region_metrics.skills(truth, truth, [left, right, left & right])).tolist() == [False, True, True]


def test_a_region_is_right_in_part_if_a_fifth_to_a_half_of_it_is_and_half_of_it_is_wrong():
    segments = list(find_segments(REGIONS))
    for rows, found in ((0, (0, 0)), (12, (0, 0)), (16, (0.5, 0)), (28, (0.5, 0)), (40, (0, 0.5)), (SIZE, (0, 0.5))):
        ab = np.zeros_like(TRUTH)
        ab[:rows, : SIZE // 2] = RED  # 19% in the second case, of which smoothing leaves less
        assert region_metrics.rightness(ab, segments) == found, rows
    assert np.isnan(region_metrics.rightness(ab, [])).all()


def in_rows(part, rest):
    """The left half has `part` in its first 20 of 64 rows and `rest` below, both complex, over the truth."""
    ab = np.zeros_like(TRUTH)
    for rows, value in ((slice(None), rest), (slice(20), part)):
        ab[rows, : SIZE // 2] = 40 * np.array([value.real, value.imag])
    return ab


def test_right_is_nearer_to_the_truth_than_a_third_of_its_chroma_and_wrong_further_than_two_thirds():
    """At 30 degrees of hue nothing is right, and |0.425 e^(i pi/6) - 1| is 2/3. More than 4/3 is too strong.

    A factor of 1.25 is taken where it makes rows between both parts right: 1.25 x 0.34 is 0.425.
    """
    segments, turned = list(find_segments(REGIONS)), np.exp(1j * np.pi / 6)
    for part, rest, found in ((1, 0.33, 0.5), (1, 0.43, 0), (1.32, 0.3, 0.5), (1.35, 0.3, 0)):
        assert region_metrics.rightness(in_rows(complex(part), rest * turned), segments).in_part == found


def test_paleness_of_the_picture_is_undone_up_to_a_third():
    """3 x 0.225 is above 2/3, 3 x 0.22 is not. A part that is as right in hue as the rest and stronger is no fault."""
    segments = list(find_segments(REGIONS))
    for part, found in ((0.57, 0.5), (0.225, 0.5), (0.22, 0)):
        assert region_metrics.rightness(in_rows(complex(part), 0j), segments).in_part == found
    assert region_metrics.rightness(in_rows(complex(0.6), complex(0.4)), segments) == (0, 0.5)


def test_a_region_is_smoothed_without_its_neighbours():
    """A strip of 4 pixels in the colour of its neighbour, whose surroundings are right, is wrong all over."""
    truth = halves()
    truth[:, 30:34] = (-40.0, 0.0)
    ab = truth.copy()
    ab[:, 30:34] = RED
    segments = list(find_segments(regions_of(truth)))
    distances = [np.abs(region_metrics._over_the_truth(ab, segment) - 1) for segment in segments]
    for each, found in zip(distances, (0, 2, 0), strict=True):
        np.testing.assert_allclose(each, found, atol=1e-6)


def test_chroma_of_right_hue_looks_only_at_regions_of_the_right_hue():
    segments = list(find_segments(REGIONS))

    def found(left_degrees, right_degrees, *, left=20.0, right=30.0):
        """RED's hue is 0 degrees and BLUE's -90."""
        hues = np.radians([left_degrees, right_degrees - 90.0])
        colors = np.array([left, right])[:, None] * np.stack([np.cos(hues), np.sin(hues)], axis=1)
        return region_metrics.chroma_of_right_hue(halves(*colors), REGIONS, segments)

    assert found(0, 0) == pytest.approx((20 / 40 + 30 / 40) / 2)
    assert found(29, -31) == pytest.approx(20 / 40) and found(-31, 29) == pytest.approx(30 / 40)
    assert found(0, 0, left=0.9) == pytest.approx(30 / 40)  # is gray
    assert np.isnan(found(31, 180)) and np.isnan(region_metrics.chroma_of_right_hue(TRUTH, REGIONS, []))


def test_sepia_share_is_that_of_the_chroma_not_of_the_pixels():
    sepia = np.array([np.cos(np.radians(67)), np.sin(np.radians(67))])
    assert region_metrics.sepia_share(halves(30 * sepia, BLUE)) == pytest.approx(30 / 70)


def test_saturated_share_counts_what_exceeds_a_chroma():
    truth = halves()
    assert region_metrics.saturated_share(truth, 40) == 0
    assert region_metrics.saturated_share(halves((41.0, 0.0), BLUE), 40) == 0.5


def test_error_kept_is_what_is_left_of_the_first_error():
    first = TRUTH + (8.0, 0.0)
    assert region_metrics.error_kept(first, first, TRUTH) == pytest.approx(1)
    assert region_metrics.error_kept(TRUTH + (2.0, 5.0), first, TRUTH) == pytest.approx(0.25)
    assert region_metrics.error_kept(TRUTH, first, TRUTH) == 0


@pytest.mark.parametrize("factor", [0.1, 0.5, 3.0])
def test_no_measure_of_evenness_or_of_error_changes_when_everything_gets_paler(factor):
    truth = small_and_large()
    regions = regions_of(truth)
    ab = truth[::-1] * 0.5 + striped() + np.random.default_rng(0).normal(0, 5, truth.shape)

    def measures(ab):
        return [
            *region_metrics.inconsistency(ab, regions)[:2],
            region_metrics.bleeding(ab, find_rims(regions)),
            *region_metrics.skills(ab, truth, small_large(truth)),
            region_metrics.sepia_share(ab),
        ]

    np.testing.assert_allclose(measures(factor * ab), measures(ab), rtol=1e-6)
