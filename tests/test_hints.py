import numpy as np
import tensorflow as tf

from webtoon_colorize import color, hints


def test_a_dot_reaches_the_pixels_whose_centres_it_covers_with_its_colour():
    # 8 pixels of 10 x 5 page pixels each, centres at 5, 15, ... and 2.5, 7.5, ...
    planes = hints.draw_hints([hints.Hint(35, 17.5, (255, 0, 0), radius=10)], width=80, height=40, size=8)
    given = np.argwhere(planes[..., 2] == 1).tolist()
    assert given == [[1, 3], [2, 3], [3, 2], [3, 3], [3, 4], [4, 3], [5, 3]]
    _, red = color.rgb_to_lab(tf.constant([1.0, 0.0, 0.0]))
    np.testing.assert_allclose(planes[3, 3], [*red.numpy(), 1], rtol=1e-6)  # NumPy rounds otherwise
    assert not planes[planes[..., 2] == 0].any()


def test_the_smallest_dot_reaches_the_pixel_it_lies_in_and_later_dots_cover_earlier_ones():
    dots = [hints.Hint(0.2, 0.1, (0, 0, 255), radius=0), hints.Hint(0.3, 0.1, (128, 128, 128), radius=0)]
    planes = hints.draw_hints(dots, width=1000, height=1000, size=4)
    np.testing.assert_allclose(planes[0, 0], [0, 0, 1], atol=1e-4)  # neutral is a colour, too
    assert planes[..., 2].sum() == 1


def test_dots_outside_the_picture_reach_into_it_as_far_as_their_radius():
    dot = hints.Hint(-2, 5, (255, 0, 0), radius=4)
    assert dot.touches(10, 10) and not dot.moved(-2, 0).touches(10, 10)
    assert hints.draw_hints([dot], width=10, height=10, size=10)[5, :3, 2].tolist() == [1, 1, 0]
