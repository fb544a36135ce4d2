"""A page in layers is the page, and its colour layer is without ink."""

import io
import zipfile
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from PIL import Image, ImageChops

from tests.comics import art
from webtoon_colorize.hints import Hint
from webtoon_colorize.pages import layers
from webtoon_colorize.pages.compositing import Painter


def composed(path):
    """An OpenRaster file, read by its specification with Pillow alone: what its layers give, its picture, names."""
    with zipfile.ZipFile(path) as file:
        first = file.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert file.read("mimetype") == b"image/openraster"
        root = ElementTree.fromstring(file.read("stack.xml"))
        result = Image.new("RGB", (int(root.get("w")), int(root.get("h"))), "white")
        rows = root.find("stack").findall("layer")
        for row in reversed(rows):  # the topmost comes first
            image = Image.open(io.BytesIO(file.read(row.get("src"))))
            assert image.size == result.size and (row.get("x"), row.get("y"), row.get("opacity")) == ("0", "0", "1.0")
            if row.get("visibility") == "hidden":
                continue
            if row.get("composite-op") == "svg:multiply":
                result = ImageChops.multiply(result, image)
            else:
                assert row.get("composite-op") == "svg:src-over"
                result = image
        merged = Image.open(io.BytesIO(file.read("mergedimage.png")))
        assert max(Image.open(io.BytesIO(file.read("Thumbnails/thumbnail.png"))).size) <= 256
        return np.array(result), np.array(merged), [row.get("name") for row in rows]


def page():
    """Two fields of gray that a black line with soft edges parts, and their ab, which the line does not have."""
    gray = np.full((200, 300), 190, np.uint8)
    gray[:, 150:] = 110
    ab = np.full((200, 300, 2), (0.15, 0.1), np.float32)
    ab[:, 150:] = (-0.1, 0.12)
    ab[:, 147:154] = 0
    cv2.line(gray, (150, 0), (150, 200), 0, 4, cv2.LINE_AA)
    return gray, np.dstack([ab, np.zeros((200, 300), np.float32)])


def painted(gray, wash):
    return Painter(on_lines=False).paint(np.repeat(gray[..., None], 3, axis=2), wash)


def test_the_flat_colour_goes_on_under_a_line_and_is_one_colour_for_one_ab():
    gray, wash = page()
    flat = layers.flat_color(gray, wash, 400).astype(int)
    assert np.ptp(flat[:, :140].reshape(-1, 3), axis=0).max() == 0 == np.ptp(flat[:, 160:].reshape(-1, 3), axis=0).max()
    assert flat.max(axis=2).min() >= 250 and np.ptp(flat, axis=2).min() > 30  # neither dark nor white, anywhere


@pytest.mark.parametrize("darker", [0, 0.3])
def test_flat_colour_times_ink_is_the_page_within_a_level(darker, tmp_path):
    rng = np.random.default_rng(0)
    gray = art(1)[..., 0]
    wash = np.concatenate([rng.normal(0, 0.2, (*gray.shape, 2)), np.full((*gray.shape, 1), darker)], axis=2)
    cases = [(gray, cv2.blur(wash, (9, 9)).astype(np.float32)), (gray, wash.astype(np.float32)), page()]
    for number, (gray, wash) in enumerate(cases):
        colored = painted(gray, wash)
        flat = layers.flat_color(gray, wash, gray.shape[1])
        layers.write((str(tmp_path / str(number)) + "{}").format, colored, flat, ())
        result, merged, names = composed(tmp_path / f"{number}.ora")
        assert np.abs(result.astype(int) - colored).max() <= 1 and names == ["ink", "colour"]
        np.testing.assert_array_equal(merged, colored)
        laid = [np.array(Image.open(tmp_path / f"{number}.{kind}.png")) for kind in ("ink", "color")]
        assert np.abs(np.round(laid[0] / 255 * laid[1]) - colored).max() <= 1


def test_the_layers_of_line_art_are_its_wash_and_its_ink():
    gray = np.array([[0, 100, 255]], np.uint8)
    wash = np.broadcast_to(np.float32([0.3, 0.2, 0.4]), (1, 3, 3))
    flat, ink = layers.separate(painted(gray, wash), layers.flat_color(gray, wash, 3))
    assert (flat == flat[0, 0]).all() and np.abs(ink[0].astype(int) - gray.T).max() <= 2


def test_dots_are_drawn_where_the_hints_are():
    layer = layers.dots([Hint(10, 20, (200, 40, 30), 4), Hint(30.5, 20, (0, 0, 255), 2)], 40, 50)
    assert layer[20, 10].tolist() == [200, 40, 30, 255] and layer[20, 30].tolist() == [0, 0, 255, 255]
    assert layer[0, 0].tolist() == [0] * 4 and 40 <= np.count_nonzero(layer[:, :20, 3]) <= 64
