"""Pages keep what their files have: depth, transparency, profile, resolution."""

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from webtoon_colorize.io import page_images
from webtoon_colorize.io.images import ImageError

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def file(image, format="PNG", **options):
    data = io.BytesIO()
    image.save(data, format, **options)
    return data.getvalue()


def through(data):
    """The file after decoding and encoding, as Pillow sees it."""
    return Image.open(io.BytesIO(page_images.encode(page_images.decode(data))))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_format_profile_resolution_and_exif_are_kept(format):
    exif = Image.Exif()
    exif[0x010E] = "a page"
    image = through(file(Image.new("RGB", (20, 10), (9, 99, 200)), format, dpi=(300, 300), icc_profile=SRGB, exif=exif))
    assert (image.format, image.size, image.mode) == (format, (20, 10), "RGB")
    assert image.info["icc_profile"] == SRGB
    assert image.getexif()[0x010E] == "a page"
    if format != "WEBP":  # which has no place for it
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_gray_pages_become_rgb_and_lose_a_profile_of_gray():
    profile = bytearray(SRGB)
    profile[16:20] = b"GRAY"
    image = through(file(Image.new("L", (4, 4), 99), icc_profile=bytes(profile)))
    assert image.mode == "RGB" and "icc_profile" not in image.info


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_transparency_is_kept_and_white_paper_is_seen_through_it(mode):
    image = Image.new(mode, (2, 1), 0)
    image.putalpha(Image.fromarray(np.array([[255, 51]], np.uint8)))
    picture = page_images.decode(file(image))
    assert picture.on_white()[0, :, 0].tolist() == [
        0,
        204,
    ]  # 51 is a fifth: black through it leaves four fifths of white
    assert np.array(through(file(image)))[0, :, 3].tolist() == [255, 51]


def test_a_transparent_palette_colour_stays_transparent():
    image = Image.new("P", (1, 1), 0)
    image.putpalette((9, 9, 9))
    assert np.array(through(file(image, transparency=0))).tolist() == [[[9, 9, 9, 0]]]


def with_chunk(png, chunk):
    """The PNG with a chunk (its kind and its content) behind the header."""
    return png[:33] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + png[33:]


@pytest.mark.parametrize("channels", [1, 3])
def test_a_transparent_colour_of_sixteen_bits_stays_transparent(channels):
    values = np.full((1, 3, channels), 40000, np.uint16)
    values[0, 1] = 40001  # the same to eight bits
    png = with_chunk(cv2.imencode(".png", values)[1].tobytes(), b"tRNS" + struct.pack(">H", 40001) * channels)
    picture = page_images.decode(png)
    assert picture.alpha.tolist() == [[65535, 0, 65535]] and picture.pixels[0, 0].tolist() == [40000] * 3
    assert page_images.decode(page_images.encode(picture)).alpha.tolist() == [[65535, 0, 65535]]


def test_of_a_jpeg_with_smaller_copies_the_page_counts():
    page, copy = Image.new("RGB", (40, 30), (9, 99, 200)), Image.new("RGB", (4, 3))
    image = through(file(page, "MPO", save_all=True, append_images=[copy], dpi=(300, 300)))
    assert (image.format, image.size, image.info["dpi"]) == ("JPEG", (40, 30), (300, 300))


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_stay_sixteen_with_what_the_file_says_beside_them(channels):
    values = np.random.default_rng(0).integers(0, 65536, (5, 6, channels)).astype(np.uint16)
    png = cv2.imencode(".png", values)[1].tobytes()
    data = with_chunk(png, b"pHYs" + struct.pack(">IIB", 11811, 11811, 1))
    picture = page_images.decode(data)
    assert picture.pixels.dtype == np.uint16 and picture.pixels.shape == (5, 6, 3)
    encoded = page_images.encode(picture)
    again = page_images.decode(encoded)
    np.testing.assert_array_equal(again.pixels, picture.pixels)
    np.testing.assert_array_equal(
        again.pixels[..., ::-1] if channels > 1 else again.pixels, values[..., :3] + 0 * again.pixels
    )
    assert (again.alpha is None) == (channels < 4)
    assert Image.open(io.BytesIO(encoded)).info["dpi"] == pytest.approx((300, 300), abs=0.1)
    assert picture.on_white().dtype == np.uint8


def test_a_lossless_webp_stays_lossless():
    noise = np.random.default_rng(0).integers(0, 256, (30, 30, 3), dtype=np.uint8)
    np.testing.assert_array_equal(np.array(through(file(Image.fromarray(noise), "WEBP", lossless=True))), noise)


def test_a_lossless_webp_with_a_profile_and_transparency_keeps_every_value():
    noise = np.random.default_rng(0).integers(0, 256, (30, 30, 4), dtype=np.uint8)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = through(file(Image.fromarray(noise), "WEBP", lossless=True, exact=True, icc_profile=profile))
    assert image.info["icc_profile"] == profile
    np.testing.assert_array_equal(np.array(image), noise)


def test_a_page_that_lies_on_its_side_is_turned_upright_once():
    exif = Image.Exif()
    exif[0x0112] = 6
    image = through(file(Image.new("RGB", (8, 4)), "JPEG", exif=exif))
    assert image.size == (4, 8) and image.getexif().get(0x0112, 1) == 1


@pytest.mark.parametrize(
    "data, fault",
    [
        (b"", "empty"),
        (b"no image", "not an image"),
        (file(Image.new("L", (9, 9)), "GIF"), "GIF"),
        (file(Image.new("L", (9, 9)), save_all=True, append_images=[Image.new("L", (9, 9), 5)]), "animation"),
        (file(Image.new("L", (99, 99)))[:60], "damaged"),
        (cv2.imencode(".png", np.full((99, 99), 777, np.uint16))[1].tobytes()[:60], "damaged"),
    ],
)
def test_what_cannot_be_coloured_is_refused_with_the_reason_alone(data, fault):
    with pytest.raises(ImageError, match=f"^th[^:]*{fault}.*(?<!\\.)$"):
        page_images.decode(data)


@pytest.mark.parametrize("depth", [8, 16])
def test_a_declared_size_that_is_too_large_is_refused_before_decoding(depth):
    header = b"IHDR" + struct.pack(">IIBBBBB", 400_000, 400_000, depth, 0, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    with pytest.raises(ImageError, match="too large"):
        page_images.decode(png + file(Image.new("L", (1, 1)))[33:])
