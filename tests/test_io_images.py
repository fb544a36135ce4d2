"""Reading and writing image files."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from webtoon_colorize.io.images import ImageError, read_image, write_image

RED = (200, 30, 40)


def saved(path, image, **options):
    image.save(path, **options)
    return path


@pytest.mark.parametrize("ending", ["png", "webp", "jpg"])
def test_the_usual_formats_are_read_as_rgb(tmp_path, ending):
    rgb = read_image(saved(tmp_path / f"a.{ending}", Image.new("RGB", (6, 4), RED)))
    assert rgb.shape == (4, 6, 3) and rgb.dtype == np.uint8
    np.testing.assert_allclose(rgb.reshape(-1, 3).mean(0), RED, atol=4)  # JPEG and WebP lose a little


def test_bytes_are_read_like_files(tmp_path):
    data = saved(tmp_path / "a.png", Image.new("RGB", (2, 2), RED)).read_bytes()
    assert (read_image(data) == RED).all()


def test_cmyk_becomes_rgb(tmp_path):
    rgb = read_image(saved(tmp_path / "a.jpg", Image.new("CMYK", (8, 8), (0, 255, 255, 0)), quality=95))
    np.testing.assert_allclose(rgb[4, 4], (255, 0, 0), atol=4)  # no cyan, all magenta and yellow: red


def test_sixteen_bit_gray_is_scaled_and_not_clipped(tmp_path):
    values = np.array([[0, 257, 30000, 65535]], np.uint16)
    rgb = read_image(saved(tmp_path / "a.png", Image.fromarray(values)))
    assert rgb[0, :, 0].tolist() == [0, 1, 117, 255]  # 257 = 65535 / 255; 30000 / 257 = 116.7
    assert (rgb == rgb[..., :1]).all()


def test_sixteen_bit_colour_is_scaled_and_not_clipped(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), np.full((2, 2, 3), (65535, 30000, 514), np.uint16))  # OpenCV writes blue first
    np.testing.assert_allclose(read_image(tmp_path / "a.png")[0, 0], (2, 117, 255), atol=1)


def test_gray_and_palette_images_become_rgb(tmp_path):
    assert read_image(saved(tmp_path / "gray.png", Image.new("L", (1, 1), 99))).tolist() == [[[99, 99, 99]]]
    palette = Image.new("RGB", (3, 3), RED).quantize(4)
    assert (read_image(saved(tmp_path / "palette.png", palette)) == RED).all()


def test_transparent_parts_show_white_paper(tmp_path):
    image = Image.new("RGBA", (2, 1), (*RED, 255))
    image.putpixel((1, 0), (0, 0, 0, 0))
    assert read_image(saved(tmp_path / "a.png", image)).tolist() == [[list(RED), [255, 255, 255]]]


def test_a_transparent_palette_colour_shows_white_paper(tmp_path):
    image = Image.new("P", (1, 1), 0)
    image.putpalette(RED)
    assert read_image(saved(tmp_path / "a.png", image, transparency=0)).tolist() == [[[255, 255, 255]]]


def test_a_photo_taken_sideways_is_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise to view
    assert read_image(saved(tmp_path / "a.jpg", Image.new("RGB", (8, 4), RED), exif=exif)).shape == (8, 4, 3)


def test_the_content_counts_and_not_the_ending(tmp_path):
    path = tmp_path / "png_called.jpg"
    saved(path, Image.new("RGB", (1, 1), RED), format="PNG")
    assert read_image(path).tolist() == [[list(RED)]]


def test_korean_names_with_spaces_work(tmp_path):
    path = tmp_path / "가우스 전자 3화.png"
    write_image(path, np.full((1, 1, 3), 7, np.uint8))
    assert read_image(path).tolist() == [[[7, 7, 7]]]


def truncated(path):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    data = io.BytesIO()
    Image.fromarray(noise).save(data, "PNG" if path.suffix == ".png" else "JPEG")
    path.write_bytes(data.getvalue()[: len(data.getvalue()) // 2])


@pytest.mark.parametrize(
    "name, write, fault",
    [
        ("empty 빈.png", lambda path: path.touch(), "empty"),
        ("text.png", lambda path: path.write_text("no image"), "not an image"),
        ("half.png", truncated, "damaged or cut off"),
        ("half.jpg", truncated, "damaged or cut off"),
        ("missing.png", lambda path: None, "cannot be opened"),
        ("folder.png", lambda path: path.mkdir(), "cannot be opened"),
    ],
)
def test_bad_files_are_refused_with_the_reason_alone(tmp_path, name, write, fault):
    write(tmp_path / name)
    with pytest.raises(ImageError, match=fault) as error:
        read_image(tmp_path / name)
    assert name not in str(error.value) and "\n" not in str(error.value) and not str(error.value).endswith(".")


def test_a_decompression_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 99)
    with pytest.raises(ImageError, match="too large"):
        read_image(saved(tmp_path / "a.png", Image.new("RGB", (10, 11))))


def test_a_write_that_fails_leaves_nothing_behind(tmp_path):
    with pytest.raises(ValueError):
        write_image(tmp_path / "a.nonsense", np.zeros((1, 1, 3), np.uint8))
    assert list(tmp_path.iterdir()) == []
