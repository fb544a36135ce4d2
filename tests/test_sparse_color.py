import numpy as np
import pytest
import tensorflow as tf

from webtoon_colorize.methods import sparse_color

AB = tf.random.stateless_uniform([4, 64, 64, 2], seed=[0, 0], minval=0.1, maxval=1.0)


def test_pixel_dropout_keeps_a_hundredth_of_the_pixels_as_they_are_and_makes_the_others_neutral():
    sparse = sparse_color.pixel_dropout(AB, 0.01, seed=tf.constant([1, 2])).numpy()
    kept = sparse[..., 0] != 0
    # 16,384 draws with probability 0.01: 164 expected, standard deviation 12.7; four of them either way.
    assert 113 < kept.sum() < 215
    np.testing.assert_array_equal(sparse[kept], AB.numpy()[kept])
    np.testing.assert_array_equal(sparse[~kept], 0)


def test_pixel_dropout_is_a_function_of_its_seed():
    first, again, other = (sparse_color.pixel_dropout(AB, 0.5, seed=tf.constant([1, k])).numpy() for k in (2, 2, 3))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_keep_probabilities_of_one_and_zero_keep_all_and_nothing():
    np.testing.assert_array_equal(sparse_color.pixel_dropout(AB, 1.0, seed=tf.constant([0, 0])), AB)
    np.testing.assert_array_equal(sparse_color.pixel_dropout(AB, 0.0, seed=tf.constant([0, 0])), 0)


def test_smaller_pictures_keep_a_larger_share_so_that_as_many_pixels_are_kept():
    assert sparse_color.as_many_as_at_256(0.01, image_size=256) == 0.01
    assert sparse_color.as_many_as_at_256(0.01, image_size=64) == 0.16
    for size in (64, 32):  # 0.1 of 256 x 256 pixels are more than there are
        with pytest.raises(sparse_color.NothingDropped, match=f"0.1 at 256 px is no dropout at {size} px"):
            sparse_color.as_many_as_at_256(0.1, image_size=size)


def test_divided_dropout_keeps_the_total_of_colour_as_tensorflows_does():
    kept, divided = (
        sparse_color.pixel_dropout(AB, 0.25, seed=tf.constant([1, 2]), divided=each).numpy() for each in (False, True)
    )
    np.testing.assert_array_equal(divided, kept / np.float32(0.25))


def test_channel_dropout_withholds_a_b_or_both_of_each_image_equally_often():
    many = tf.ones([900, 2, 2, 2])
    kept = sparse_color.channel_dropout(many, seed=tf.constant([0, 5])).numpy()
    assert (kept == kept[:, :1, :1]).all()  # a channel goes as a whole
    cases, counts = np.unique(kept[:, 0, 0], axis=0, return_counts=True)
    assert cases.tolist() == [[0, 0], [0, 1], [1, 0]]
    assert (np.abs(counts - 300) < 60).all()  # standard deviation 14


def test_random_hints_give_the_true_colour_where_they_give_any():
    """In a picture of one colour every dot has that colour, whatever its width."""
    ab = tf.ones([64, 32, 32, 1]) * tf.constant([0.3, -0.2])
    fewest = set()
    for number in range(12):
        given = sparse_color.random_hints(ab, 0 * ab, seed=tf.constant([0, number])).numpy()
        mask = given[..., 2]
        assert set(np.unique(mask)) == {0, 1}
        np.testing.assert_allclose(given[mask == 1], [[0.3, -0.2, 1]] * int(mask.sum()), rtol=1e-4)
        assert not given[mask == 0].any()
        counts = mask.sum(axis=(1, 2))
        assert (counts == 0).sum() >= 6 and counts.max() > 4  # a tenth get none, others by chance
        fewest.add(counts[counts > 0].min())
    assert len(fewest) > 2  # dots of several widths


def test_random_hints_are_a_function_of_their_seed():
    first, again, other = (sparse_color.random_hints(AB, 0 * AB, seed=tf.constant([1, k])).numpy() for k in (2, 2, 3))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_half_of_the_pictures_get_their_dots_where_the_guess_is_wrong():
    """The guess is right in the left half of the picture: half of the pictures get dots in the right half only."""
    ab = tf.ones([400, 32, 32, 2])
    guess = ab * tf.cast(tf.range(32) < 16, tf.float32)[:, None]
    mask = sparse_color.random_hints(ab, guess, seed=tf.constant([0, 2])).numpy()[..., 2]
    many = mask[:, :, 16:].sum(axis=(1, 2)) >= 100
    left = mask[many][:, :, :12].any(axis=(1, 2))  # dots reach at most 4 pixels beyond their centre
    assert many.sum() > 20 and 0.3 < left.mean() < 0.7


def test_a_dot_has_the_mean_colour_of_what_it_covers():
    ab = np.zeros([1, 9, 9, 2], np.float32)
    ab[0, 4, 4] = 0.9
    points = np.zeros([1, 9, 9, 1], np.float32)
    points[0, 4, 5] = 1
    dots = sparse_color._dots(tf.constant(ab), tf.constant(points), 3).numpy()[0]
    assert np.argwhere(dots[..., 2] == 1).tolist() == [[y, x] for y in (3, 4, 5) for x in (4, 5, 6)]
    np.testing.assert_allclose(dots[3:6, 4:7, :2], 0.1, rtol=1e-5)  # a ninth of 0.9
