import numpy as np
import tensorflow as tf

from webtoon_colorize import hints

AB = tf.random.stateless_uniform([4, 64, 64, 2], seed=[0, 0], minval=0.1, maxval=1.0)


def test_pixel_dropout_keeps_a_hundredth_of_the_pixels_as_they_are_and_makes_the_others_neutral():
    sparse = hints.pixel_dropout(AB, 0.01, seed=tf.constant([1, 2])).numpy()
    kept = sparse[..., 0] != 0
    # 16,384 draws with probability 0.01: 164 expected, standard deviation 12.7; four of them either way.
    assert 113 < kept.sum() < 215
    np.testing.assert_array_equal(sparse[kept], AB.numpy()[kept])
    np.testing.assert_array_equal(sparse[~kept], 0)


def test_pixel_dropout_is_a_function_of_its_seed():
    first, again, other = (hints.pixel_dropout(AB, 0.5, seed=tf.constant([1, k])).numpy() for k in (2, 2, 3))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_keep_probabilities_of_one_and_zero_keep_all_and_nothing():
    np.testing.assert_array_equal(hints.pixel_dropout(AB, 1.0, seed=tf.constant([0, 0])), AB)
    np.testing.assert_array_equal(hints.pixel_dropout(AB, 0.0, seed=tf.constant([0, 0])), 0)


def test_smaller_pictures_keep_a_larger_share_so_that_as_many_pixels_are_kept():
    assert hints.as_many_as_at_256(0.01, image_size=256) == 0.01
    assert hints.as_many_as_at_256(0.01, image_size=64) == 0.16
    assert hints.as_many_as_at_256(0.1, image_size=64) == 1.0


def test_channel_dropout_withholds_a_b_or_both_of_each_image_equally_often():
    many = tf.ones([900, 2, 2, 2])
    kept = hints.channel_dropout(many, seed=tf.constant([0, 5])).numpy()
    assert (kept == kept[:, :1, :1]).all()  # a channel goes as a whole
    cases, counts = np.unique(kept[:, 0, 0], axis=0, return_counts=True)
    assert cases.tolist() == [[0, 0], [0, 1], [1, 0]]
    assert (np.abs(counts - 300) < 60).all()  # standard deviation 14


def test_no_color_is_two_channels_of_zeros():
    np.testing.assert_array_equal(hints.no_color(tf.ones([2, 3, 4, 1])), np.zeros([2, 3, 4, 2]))
