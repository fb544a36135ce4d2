import numpy as np
import pytest
import tensorflow as tf

from experiments import hint_curve, plots
from webtoon_colorize import data
from webtoon_colorize.methods.method import Method


def spread_hints(lightness, label=None, hints=None):
    """Paints the whole picture in the mean of the hints; gray without any."""
    if hints is None:
        return tf.concat([tf.zeros_like(lightness)] * 2, axis=-1)
    given = tf.reduce_sum(hints, axis=[1, 2], keepdims=True)
    return tf.zeros_like(hints[..., :2]) + tf.math.divide_no_nan(given[..., :2], given[..., 2:])


def test_a_dot_is_drawn_in_the_colour_of_its_place_and_cut_off_at_the_edge():
    hints, truth = np.zeros((1, 8, 8, 3), np.float32), np.zeros((1, 8, 8, 2), np.float32)
    truth[0, 0, 7] = (0.5, -0.5)
    hint_curve.add_dots(hints, truth, np.array([[0, 7]]))
    assert np.argwhere(hints[0, ..., 2] == 1).tolist() == [[0, 6], [0, 7], [1, 6], [1, 7]]
    np.testing.assert_array_equal(hints[0, :2, 6:, :2], np.broadcast_to(np.float32([0.5, -0.5]), (2, 2, 2)))


def test_the_worst_place_is_in_the_middle_of_the_worst_area_not_at_a_single_wrong_pixel():
    truth = np.zeros((1, 64, 64, 2), np.float32)
    ab = truth.copy()
    ab[0, 40:45, 20:25] = 0.4
    ab[0, 5, 5] = 1.0
    assert hint_curve.at_worst(64)(lambda: ab, truth).tolist() == [[42, 22]]


def test_the_error_is_that_after_each_number_of_hints(dataset):
    panels = data.load_panels(dataset, "test", image_size=64)
    method = Method({}, None, spread_hints, takes_hints=True)
    errors = hint_curve.curve(method, panels, hint_curve.at_random(64))
    assert tuple(errors) == hint_curve.COUNTS and errors[0].shape == (len(panels.path),)
    [ab] = [batch.ab.numpy() for batch in data.evaluation_batches(panels, batch_size=16)]
    np.testing.assert_allclose(errors[0], 110 * np.sqrt(np.mean(ab**2, axis=(1, 2, 3))), rtol=1e-5)
    even = 110 * np.sqrt(np.mean((ab - ab.mean(axis=(1, 2), keepdims=True)) ** 2, axis=(1, 2, 3)))
    assert errors[100].mean() == pytest.approx(even.mean(), rel=0.1)  # the mean of many dots is about the picture's


def test_the_plot_has_a_line_for_each_run_and_kind_of_places():
    points = [
        hint_curve.Point("l2", places, count, rmse_lab=share * 20, gray_rmse_lab=20)
        for places, share in (("random", 0.5), ("worst", 0.25))
        for count in hint_curve.COUNTS
    ]
    [axes] = hint_curve.plot(points).axes
    _, random, worst = axes.lines  # the first is gray's
    assert worst.get_label() == "l2: where the error is largest"
    assert list(random.get_xdata()) == [0, 1, 2, 3, 4]  # evenly spaced
    assert list(random.get_ydata()) == [0.5] * 5 and list(worst.get_ydata()) == [0.25] * 5


def test_the_file_of_a_plot_is_the_same_every_time(tmp_path):
    points = [hint_curve.Point("l2", "worst", count, 10, 20) for count in hint_curve.COUNTS]
    for name in ("a.svg", "b.svg"):
        plots.write_svg(hint_curve.plot(points), tmp_path / name)
    content = (tmp_path / "a.svg").read_bytes()
    assert content == (tmp_path / "b.svg").read_bytes() and b"<dc:date>" not in content
