import numpy as np
import pytest

from experiments import hue_histogram


def flat(a, b, count=1):
    return np.broadcast_to(np.array([a, b], np.float32), (count, 4, 4, 2))


def test_a_hue_falls_into_the_sector_around_it_and_pale_pixels_into_none():
    ab = np.concatenate([flat(40, 0), flat(0, 40), flat(39, -9), flat(5, 5)])
    counts = hue_histogram.histogram(ab)
    assert counts[0] == 32  # hues 0 and 347 degrees
    assert counts[3] == 16
    assert counts.sum() == 48


def test_what_is_measured_is_what_was_painted():
    true = np.concatenate([flat(40, 0), flat(0, 20)])
    found = hue_histogram.measure("half", [(true / 2, true)])
    assert found.chroma == pytest.approx(15)
    assert found.of_gray[0] == pytest.approx(0.5)
    np.testing.assert_allclose(found.hues[[0, 3]], 0.5)


def test_gray_has_no_hues_and_the_truth_has_all_of_them():
    true = np.concatenate([flat(40, 0), flat(-40, 10)])
    truth, gray = hue_histogram.measure("truth", [(true, true)]), hue_histogram.measure("gray", [(0 * true, true)])
    assert [row[2] for row in hue_histogram.rows([truth, gray])] == ["1.00", "0.00"]
    assert gray.of_gray[0] == 1.0


def test_the_figure_has_a_wheel_for_each():
    true = flat(40, 0)
    found = [hue_histogram.measure(name, [(true, true)]) for name in ("truth", "run")]
    assert [axes.get_title() for axes in hue_histogram.plot(found).axes] == [
        "truth\nchroma 40.0",
        "run\nchroma 40.0",
    ]
