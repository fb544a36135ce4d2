import cv2
import numpy as np
import pytest
import tensorflow as tf

from webtoon_colorize import lab
from webtoon_colorize.methods.method import Method
from webtoon_colorize.pages import runtimes
from webtoon_colorize.pages.predictor import predict
from webtoon_colorize.panels import Box

SIZE = 16


@pytest.fixture
def traced():
    """A shape for each tracing of `networks`."""
    return []


@pytest.fixture
def networks(traced):
    """Of a method that gives a = lightness and b = label / 10."""

    def colorize(lightness, label, hints):
        assert hints is None
        traced.append(lightness.shape)
        return tf.concat([lightness, lightness * 0.0 + tf.cast(label, tf.float32)[:, None, None, None] / 10.0], axis=-1)

    return runtimes.of_method(Method({}, None, colorize), image_size=SIZE, titles=[])


def stripes(levels):
    """A page of a column of 8 x 8 pixels for each gray level, and its boxes."""
    page = np.repeat(np.repeat(np.array([levels], np.uint8), 8, axis=0), 8, axis=1)
    return np.repeat(page[..., None], 3, axis=2), [Box(8 * index, 0, 8, 8) for index in range(len(levels))]


def test_every_box_is_seen_by_itself_in_order_whatever_the_batch(networks):
    levels = range(0, 220, 20)  # eleven boxes: a batch of eight and one of three
    page, boxes = stripes(levels)
    ab = np.stack(list(predict(networks, page, boxes, label=3, strength=1.0)))
    assert ab.shape == (11, SIZE, SIZE, 2)
    gray = np.float32([[[level] * 3 for level in levels]]) / 255
    lightness = cv2.cvtColor(gray, cv2.COLOR_RGB2LAB)[0, :, 0] / 50 - 1
    expected = np.broadcast_to(lightness[:, None, None], (11, SIZE, SIZE))
    np.testing.assert_allclose(
        ab[..., 0], expected, atol=0.19 / 50
    )  # what OpenCV's table interpolation costs (test_color)
    np.testing.assert_allclose(ab[..., 1], 0.3, rtol=1e-6)


def test_the_networks_are_traced_once_whatever_the_sizes(networks, traced):
    page, boxes = stripes([50, 100, 150])
    for count in (1, 2, 3):
        list(predict(networks, page[: 8 - count], boxes[:count], label=0, strength=1.0))
    assert len(traced) == 1


@pytest.mark.parametrize("period", [4, 8])
def test_a_pattern_that_stays_where_it_is_when_the_panel_moves_cancels(period):
    pattern = np.where(np.arange(16) % period < period // 2, 0.1, -0.1).astype(np.float32)

    def colorize(lightness, label):
        return np.concatenate([lightness, np.broadcast_to(pattern[:, None, None], lightness.shape)], axis=-1)

    gray = np.random.default_rng(0).integers(0, 256, (16, 16, 1), dtype=np.uint8).repeat(3, axis=2)
    networks = runtimes.Networks(colorize, image_size=16, titles=[])
    [ab] = predict(networks, gray, [Box(0, 0, 16, 16)], label=0, strength=1.0)
    np.testing.assert_allclose(ab[:-6, :-6, 1], 0, atol=1e-7)
    np.testing.assert_allclose(ab[..., 0], lab.lightness_of(gray), atol=1e-6)  # it comes back to its place


def test_smooth_networks_are_asked_once():
    asked = []

    def colorize(lightness, label):
        asked.append(lightness)
        return np.concatenate([lightness, lightness], axis=-1)

    networks = runtimes.Networks(colorize, image_size=16, titles=[], smooth=True)
    assert len(list(predict(networks, *stripes([50, 100, 150]), label=0, strength=1.0))) == 3
    assert len(asked) == 1


def test_no_boxes_give_nothing(networks):
    assert list(predict(networks, np.zeros((5, 5, 3), np.uint8), [], label=0, strength=1.0)) == []
