import numpy as np
import tensorflow as tf

from webtoon_colorize.spreading import DOUBT, GRID, LIKENESS, REACHES, spread

SIZE = GRID  # a cell is a pixel, so that the grid can be compared with the sum that it stands for


def planes(places, lightness):
    """change [1, S, S, 2], given [1, S, S, 1] and lightness [1, S, S, 1] from {(row, column): change}."""
    change, given = np.zeros((1, SIZE, SIZE, 2), np.float32), np.zeros((1, SIZE, SIZE, 1), np.float32)
    for (row, column), value in places.items():
        change[0, row, column], given[0, row, column] = value, 1
    return change, given, np.broadcast_to(np.float32(lightness), (1, SIZE, SIZE, 1))


def test_it_is_kernel_regression_over_nearness_and_likeness():
    lightness = np.random.default_rng(0).uniform(-0.9, 0.9, (1, SIZE, SIZE, 1))
    places = {(3, 4): (0.5, 0.1), (20, 9): (-0.3, 0.2), (30, 31): (0.0, -0.4)}
    result = spread(*planes(places, lightness)).numpy()[0]
    rows, columns = np.mgrid[:SIZE, :SIZE] / SIZE
    light = lightness[0, ..., 0]
    total, weights = np.zeros((SIZE, SIZE, 2)), np.zeros((SIZE, SIZE))
    for (row, column), value in places.items():
        square = (rows - row / SIZE) ** 2 + (columns - column / SIZE) ** 2
        near = sum((REACHES[2] / reach) ** 2 * np.exp(-square / (2 * reach**2)) for reach in REACHES)
        like = np.exp(-((light - light[row, column]) ** 2) / (2 * LIKENESS**2))
        total += (near * like)[..., None] * value
        weights += near * like
    # The sum over centres of the product of two Gaussians is this Gaussian times sqrt(pi / 2).
    doubt = DOUBT / np.sqrt(np.pi / 2)
    np.testing.assert_allclose(result[..., :2], total / (weights + doubt)[..., None], atol=0.01)
    np.testing.assert_allclose(result[..., 2], weights / (weights + doubt), atol=0.01)


def test_nothing_is_spread_without_hints():
    change, given, lightness = planes({}, 0.2)
    assert not spread(change + 0.3, given, lightness).numpy().any()


def test_a_hint_stays_among_what_is_as_light():
    """The left half is dark and the right half light: a dot on the left colours the left alone."""
    lightness = np.where(np.arange(SIZE) < SIZE // 2, -0.6, 0.6)[None, None, :, None]
    result = spread(*planes({(16, 8): (0.4, 0.0)}, lightness)).numpy()[0]
    assert result[:, :16, 0].min() > 0.2
    assert np.abs(result[:, 16:]).max() < 1e-3


def test_larger_pictures_have_a_grid_of_the_same_size():
    given = np.zeros((2, 4 * GRID, 4 * GRID, 1), np.float32)
    given[:, 40:48, 40:48] = 1
    result = spread(tf.fill([2, 4 * GRID, 4 * GRID, 2], 0.5), given, 0 * given).numpy()
    assert result.shape == (2, 4 * GRID, 4 * GRID, 3)
    assert 0.4 < result[:, 44, 44, 0].min() and result[..., 0].max() <= 0.5 and 0 < result[..., 0].min()
