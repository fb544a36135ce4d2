import numpy as np
import tensorflow as tf

from webtoon_colorize.networks.kriging import CELLS, LENGTH_SCALES, NOISE, THIN, propagate

SIZE = CELLS  # a cell is a pixel


def planes(places, size=SIZE):
    """change [1, S, S, 2] and given [1, S, S, 1] from {(row, column): change}."""
    change, given = np.zeros((1, size, size, 2), np.float32), np.zeros((1, size, size, 1), np.float32)
    for (row, column), value in places.items():
        change[0, row, column], given[0, row, column] = value, 1
    return change, given


def flat(tone, channels=1, size=SIZE):
    return np.full((1, size, size, channels), tone, np.float32)


def test_it_is_kriging():
    """Against the covariances written out and a direct solution; the lightness has a step, the guess is noise."""
    rng = np.random.default_rng(0)
    lightness = np.where(np.arange(SIZE) < 12, -0.4, 0.3)[None, None, :, None] + np.zeros((1, SIZE, SIZE, 1))
    guess = rng.uniform(-0.3, 0.3, (1, SIZE, SIZE, 2))
    places = {(3, 4): (0.5, 0.1), (20, 9): (-0.3, 0.2), (30, 31): (0.0, -0.4)}
    change, given = planes(places)
    result = np.concatenate(propagate(change, given, np.float32(lightness), np.float32(guess)), axis=-1)[0]

    def covariance(place, other):
        apart = np.hypot(*(np.subtract(place, other) / SIZE)) / LENGTH_SCALES.position
        tone = abs(lightness[0][place][0] - lightness[0][other][0])
        tones = tone / LENGTH_SCALES.lightness + tone * len(THIN) * (
            1 / LENGTH_SCALES.closed + 1 / LENGTH_SCALES.opened
        )
        return np.exp(-apart - tones - np.hypot(*(guess[0][place] - guess[0][other])) / LENGTH_SCALES.guess)

    known = list(places)
    between = np.array([[covariance(one, two) for two in known] for one in known])
    room = np.sqrt(1.1 - lightness[0, ..., 0] ** 2)
    values = np.array([[*np.divide(value, room[place]), 1.0] for place, value in places.items()])
    weights = np.linalg.solve(between + NOISE * np.eye(3), values)
    for place in [(0, 0), (20, 9), (5, 6), (31, 20), (17, 25), (20, 2)]:
        expected = np.array([covariance(place, each) for each in known]) @ weights * [room[place], room[place], 1]
        np.testing.assert_allclose(result[place], expected, atol=1e-4)


def test_nothing_changes_without_hints():
    change, given = planes({})
    result = propagate(change + 0.3, given, flat(0.2), flat(0.1, 2))
    assert not result.change.numpy().any() and not result.confidence.numpy().any()


def test_a_lone_dot_is_followed_at_its_place_and_less_the_farther_away():
    change, given = planes({(16, 4): (0.4, -0.2)})
    change, confidence = (each.numpy()[0, 16, 4:] for each in propagate(change, given, flat(0.2), flat(0.0, 2)))
    np.testing.assert_allclose([*change[0], *confidence[0]], np.array([0.4, -0.2, 1.0]) / (1 + NOISE), rtol=1e-5)
    assert (np.diff(change[:, 0]) < 0).all() and confidence[-1] > 0.3


def test_dots_that_agree_do_not_add_up():
    change, given = planes({(row, column): (0.4, 0.0) for row in range(2, 30, 9) for column in range(2, 30, 9)})
    change, confidence = (each.numpy() for each in propagate(change, given, flat(0.2), flat(0.0, 2)))
    assert 0.35 < change[..., 0].min() and change[..., 0].max() < 0.41 and confidence.max() <= 1


def test_a_hint_prefers_what_is_as_light_and_what_was_guessed_alike():
    """The right half differs from the left, on which the dot is, as far from one column as from the other."""
    right = np.arange(SIZE) >= SIZE // 2
    change, given = planes({(16, 12): (0.4, 0.0)})
    even = propagate(change, given, flat(0.0), flat(0.0, 2)).change.numpy()[0, 16, [5, 19], 0]
    dark, colour = flat(0.0), flat(0.0, 2)
    dark[:, :, right], colour[:, :, right] = -0.9, 0.5
    darker = propagate(change, given, dark, flat(0.0, 2)).change.numpy()[0, 16, [5, 19], 0]
    other = propagate(change, given, flat(0.0), colour).change.numpy()[0, 16, [5, 19], 0]
    assert darker[1] < 0.5 * even[1] and other[1] < 0.5 * even[1]
    np.testing.assert_allclose([even[1], darker[0]], even[0], rtol=1e-4)


def test_a_line_is_thought_of_with_what_it_is_drawn_on():
    """A dot on light paint reaches a thin dark line across it better than a dark area."""
    size = 4 * SIZE
    lightness = flat(0.6, size=size)
    lightness[:, :, 60:62] = -0.6
    lightness[:, :, 90:] = -0.6
    change, given = planes({(64, 76): (0.4, 0.0)}, size)
    row = propagate(change, given, lightness, flat(0.0, 2, size)).change.numpy()[0, 64, :, 0]
    assert row[61] > 1.5 * row[91]


def test_the_middle_of_a_dot_says_where_it_lies():
    """A dot of 3x3 pixels whose middle lies on dark paint and one side of its rim on light paint."""
    size = 4 * SIZE
    lightness = flat(-0.5, size=size)
    lightness[:, :, 66:] = 0.5
    dot = {(row, column): (0.4, 0.0) for row in (64, 65, 66) for column in (64, 65, 66)}
    row = propagate(*planes(dot, size), lightness, flat(0.0, 2, size)).change.numpy()[0, 65, :, 0]
    lone = propagate(*planes({(65, 65): (0.4, 0.0)}, size), lightness, flat(0.0, 2, size)).change.numpy()[0, 65, :, 0]
    np.testing.assert_allclose(row, lone, atol=0.03)
    assert row[64] > 2 * row[67]


def test_of_more_hints_than_it_heeds_it_heeds_some_everywhere_and_pictures_do_not_mix():
    size = 4 * SIZE
    given = tf.concat([tf.ones([1, size, size, 1]), tf.zeros([1, size, size, 1])], axis=0)
    change = np.zeros((2, size, size, 2), np.float32)
    change[:, : size // 2, :, 0] = 0.3
    change[:, size // 2 :, :, 0] = -0.3
    result = propagate(change, given, tf.zeros([2, size, size, 1]), tf.zeros([2, size, size, 2]))
    blocks = result.change.numpy()[0, ..., 0].reshape(4, 32, 4, 32).mean(axis=(1, 3))
    assert blocks[:2].min() > 0.15 and blocks[2:].max() < -0.15
    assert not result.change.numpy()[1].any() and not result.confidence.numpy()[1].any()
