"""ICC profiles are carried out, of files with 8 and with 16 bits, and alike by both readers."""

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.test_page_images import SRGB, file, through, with_chunk
from webtoon_colorize.io import page_images, profiles
from webtoon_colorize.io.images import read_image

GAMMA = 563 / 256  # of Adobe RGB (1998)
# The primaries' XYZ relative to D50, a column each: of Adobe RGB (1998), annex A, and of sRGB in the ICC's own profile.
ADOBE = np.array([[0.60974, 0.20528, 0.14919], [0.31111, 0.62567, 0.06322], [0.01947, 0.06087, 0.74457]])
TO_XYZ = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])


def icc_profile(space, tags):
    """An ICC profile (version 2) of tags beside those of the white point and the name."""
    tags = tags | {
        b"wtpt": xyz((0.9642, 1, 0.8249)),
        b"desc": b"desc" + bytes(4) + struct.pack(">I", 2) + b"g\0" + bytes(78),
    }
    table, data, start = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for tag, content in tags.items():
        table += tag + struct.pack(">2I", start + len(data), len(content))
        data += content + bytes(-len(content) % 4)
    head = struct.pack(">I4sI4s4s4s", start + len(data), b"lcms", 0x02100000, b"mntr", space, b"XYZ ") + bytes(12)
    head += b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head + bytes(128 - len(head)) + table + data


def xyz(values):
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(65536 * each) for each in values))


def curve(gamma):
    return b"curv" + bytes(4) + struct.pack(">IHxx", 1, round(256 * gamma))


def gray_profile(gamma):
    return icc_profile(b"GRAY", {b"kTRC": curve(gamma)})


def adobe_profile():
    """Three primaries and a gamma."""
    primaries = {name: xyz(column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), ADOBE.T)}
    return icc_profile(b"RGB ", primaries | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve(GAMMA)))


def test_gray_pages_become_rgb_and_lose_a_profile_of_gray():
    profile = bytearray(SRGB)
    profile[16:20] = b"GRAY"
    image = through(file(Image.new("L", (4, 4), 99), icc_profile=bytes(profile)))
    assert image.mode == "RGB" and "icc_profile" not in image.info


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_a_profile_of_gray_is_carried_out(format):
    """Linear light: 55 of 255 is 0.2157, which sRGB codes as 1.055 * 0.2157 ** (1 / 2.4) - 0.055 = 0.502, or 128."""
    for mode, expected in (("L", 128), ("LA", 128))[: 1 + (format == "PNG")]:
        image = Image.new(mode, (8, 8), (55, 99)[: len(mode)] if mode == "LA" else 55)
        picture = page_images.decode(file(image, format, icc_profile=gray_profile(1.0)))
        assert np.abs(picture.pixels.astype(int) - expected).max() <= 1
        assert picture.alpha is None or (picture.alpha == 99).all()
        encoded = page_images.encode(picture)
        assert "icc_profile" not in Image.open(io.BytesIO(encoded)).info


def test_a_profile_of_gray_is_carried_out_at_sixteen_bits():
    values = np.array([[0, 55 * 257, 65535]], np.uint16)
    chunk = b"iCCP" + b"gray\0\0" + zlib.compress(gray_profile(1.0))
    gamma = b"gAMA" + struct.pack(">I", 45455)  # what a profile overrules
    picture = page_images.decode(with_chunk(with_chunk(cv2.imencode(".png", values)[1].tobytes(), chunk), gamma))
    assert np.abs(picture.pixels[0, :, 0].astype(int) - (0, 128 * 257, 65535)).max() <= 257
    assert picture.chunks == b""


def test_a_profile_of_cmyk_is_carried_out_if_it_can_be():
    profile = bytearray(SRGB)
    profile[16:20] = b"CMYK"
    image = through(file(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG", icc_profile=bytes(profile)))
    np.testing.assert_allclose(np.array(image)[4, 4], (255, 0, 0), atol=4)  # this one is damaged
    assert "icc_profile" not in image.info


def adobe_in_srgb(rgb):
    """Levels 0 to 255, by hand: gamma, matrix to XYZ, matrix to linear sRGB, sRGB's curve."""
    linear = np.clip((np.asarray(rgb) / 255) ** GAMMA @ (np.linalg.inv(TO_XYZ) @ ADOBE).T, 0, 1)
    return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


COLORS = np.array([[(60, 60, 60), (128, 128, 128), (200, 200, 200), (100, 150, 120), (180, 120, 90)]], np.uint8)


def colors(format):
    """A page of squares of COLORS, large enough for JPEG."""
    return file(Image.fromarray(COLORS.repeat(16, 0).repeat(16, 1)), format, icc_profile=adobe_profile())


@pytest.mark.parametrize("format", ["PNG", "WEBP", "JPEG"])
def test_a_profile_of_another_rgb_is_carried_out(format):
    data = colors(format)
    for seen in (page_images.decode(data).pixels, read_image(data)):
        lossy = 8 if format != "PNG" else 1
        np.testing.assert_allclose(seen[8:9, 8::16], adobe_in_srgb(COLORS), atol=lossy)
    assert "icc_profile" not in through(data).info


def test_gray_and_palette_pages_with_a_profile_of_rgb_are_read_by_it_and_keep_their_transparency():
    gray = Image.new("LA", (2, 2), (128, 99))
    palette = Image.new("P", (2, 2), 0)
    palette.putpalette((100, 150, 120))
    for image, color, options in ((gray, (128,) * 3, {}), (palette, (100, 150, 120), {"transparency": b"\x63"})):
        page = page_images.decode(file(image, icc_profile=adobe_profile(), **options))
        np.testing.assert_allclose(page.pixels[0, 0], adobe_in_srgb(color), atol=1)
        assert (page.alpha == 99).all()


def deep(values, profile):
    png = cv2.imencode(".png", values)[1].tobytes()
    return with_chunk(png, b"iCCP" + b"own\0\0" + zlib.compress(profile))


def test_a_profile_of_another_rgb_is_carried_out_at_sixteen_bits():
    values = np.concatenate([COLORS.astype(np.uint16) * 257, np.full((1, 5, 3), 30000, np.uint16)])
    data = deep(values[..., ::-1], adobe_profile())
    page = page_images.decode(data)
    assert page.pixels.dtype == np.uint16 and page.chunks == b""
    np.testing.assert_allclose(page.pixels / 257, adobe_in_srgb(values / 257), atol=1)
    np.testing.assert_allclose(read_image(data), adobe_in_srgb(values / 257), atol=1.5)
    grays = page_images.decode(deep(np.arange(65536, dtype=np.uint16).reshape(256, 256), adobe_profile())).pixels
    assert len(np.unique(grays)) > 60_000 and (np.diff(grays[..., 0].ravel().astype(int)) >= 0).all()


def test_both_readers_agree_about_a_profile_of_gray_at_sixteen_bits():
    data = deep(np.full((8, 8), 55 * 257, np.uint16), gray_profile(1.0))
    for seen in (page_images.decode(data).on_white(), read_image(data)):
        assert np.abs(seen.astype(int) - 128).max() <= 1  # 55 of 255 in linear light, as in `test_page_images`


def test_a_profile_of_srgb_stays_and_changes_nothing():
    assert profiles.stays(SRGB) and not profiles.stays(adobe_profile())
    image = Image.fromarray(COLORS)
    assert profiles.in_srgb(image) is image
    page = page_images.decode(file(image, icc_profile=SRGB))
    np.testing.assert_array_equal(page.pixels, COLORS)
    assert Image.open(io.BytesIO(page_images.encode(page))).info["icc_profile"] == SRGB


def test_a_profile_that_is_cut_off_or_whose_parts_are_missing_is_no_fault():
    data = file(Image.new("RGB", (8, 8), (9, 99, 200)), "JPEG", icc_profile=SRGB)
    place = data.index(b"ICC_PROFILE\0") + 13
    for damaged in (data[:place] + b"\2" + data[place + 1 :], file(Image.new("L", (8, 8)), icc_profile=SRGB[:200])):
        assert page_images.decode(damaged).pixels.shape == (8, 8, 3) and read_image(damaged).shape == (8, 8, 3)
