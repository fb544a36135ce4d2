import numpy as np
import tensorflow as tf

from webtoon_colorize.methods.sketch import line_art


def lines_of(tone):
    """The line art of a picture `tone` [S, S] in 0..1; 0 is black and 1 is white."""
    return (line_art(tf.constant(2.0 * tone - 1.0, tf.float32)[None, :, :, None]).numpy()[0, :, :, 0] + 1) / 2


def test_a_flat_area_of_any_tone_is_white():
    for tone in (0.0, 0.3, 1.0):
        np.testing.assert_allclose(lines_of(np.full((64, 64), tone)), 1)


def test_a_drawing_in_ink_stays_as_it_is():
    page = np.ones((64, 64))
    page[20, 5:60] = page[10:50, 30] = 0
    np.testing.assert_allclose(lines_of(page), page)


def test_an_edge_between_tones_is_a_line_on_its_darker_side():
    page = np.full((64, 64), 0.9)
    page[:, 32:] = 0.3
    found = lines_of(page)
    # share = (0.3 + 0.1) / (0.9 + 0.1) = 0.4, below the 0.5 that is black, within 3 // 2 pixels of the edge.
    assert (found[:, 32] == 0).all()
    np.testing.assert_allclose(np.delete(found, 32, axis=1), 1)
    page[:, 32:] = 0.6  # (0.6 + 0.1) / 1 = 0.7: halfway from black to white
    np.testing.assert_allclose(lines_of(page)[:, 32], 0.5, rtol=1e-5)
