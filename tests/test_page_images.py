"""Pages keep what their files have: depth, transparency, profile, resolution."""

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from webtoon_colorize.io import images, page_images, png
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


@pytest.mark.parametrize("depth", [8, 16])
def test_what_the_values_of_a_png_mean_and_its_texts_stay(depth):
    data = cv2.imencode(".png", np.full((3, 4), 99, np.uint8 if depth == 8 else np.uint16))[1].tobytes()
    chunks = {
        b"gAMA": struct.pack(">I", 100000),
        b"cHRM": struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000),
        b"sRGB": b"\0",
        b"pHYs": struct.pack(">IIB", 3000, 2999, 1),
        b"tEXt": b"Author\0someone",
        b"zTXt": b"Comment\0\0" + zlib.compress(b"a" * 99),
        b"iTXt": b"Title\0\0\0ko\0\0" + "제목".encode(),
    }
    for kind, content in chunks.items():
        data = with_chunk(data, kind + content)
    encoded = page_images.encode(page_images.decode(data))
    assert {kind: png.content(chunk) for kind, chunk in png.chunks(encoded) if kind in chunks} == chunks
    assert all(png.is_whole(chunk) for _, chunk in png.chunks(encoded))


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize(
    "chunk",
    [
        b"zTXt" + b"Parameters\0\0" + zlib.compress(bytes(9_000_000)),
        b"iTXt" + b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(bytes(1_500_000)),
        b"tEXt" + b"workflow\0" + b"a" * 9_000_000,
        b"iCCP" + b"rgb\0\0" + zlib.compress(SRGB + bytes(2_000_000)),
    ],
    ids=lambda chunk: chunk[:4].decode(),
)
def test_large_texts_are_no_damage_and_stay(depth, chunk):
    data = cv2.imencode(".png", np.full((3, 4), 99, np.uint8 if depth == 8 else np.uint16))[1].tobytes()
    encoded = page_images.encode(page_images.decode(with_chunk(data, chunk)))
    assert encoded.count(chunk) == 1 and (page_images.decode(encoded).pixels == 99).all()
    assert images.read_image(with_chunk(data, chunk)).shape == (3, 4, 3)


def test_many_texts_are_not_unpacked_either():
    data = file(Image.new("L", (3, 4)))
    text = b"zTXt" + b"a\0\0" + zlib.compress(bytes(1_000_000))
    for _ in range(99):
        data = with_chunk(data, text)
    assert len(png.without_large_texts(data)) < len(data) // 50
    assert page_images.decode(data).pixels.shape == (4, 3, 3)


def test_a_png_that_is_turned_upright_loses_what_says_that_it_lies_on_its_side():
    xmp = b"XML:com.adobe.xmp\0\0\0\0\0" + b'<x tiff:Orientation="6"/>'
    data = with_chunk(file(Image.new("L", (8, 4))), b"iTXt" + xmp)
    encoded = page_images.encode(page_images.decode(data))
    assert Image.open(io.BytesIO(encoded)).size == (4, 8) and b"Orientation" not in encoded


def test_a_resolution_that_jpeg_cannot_hold_is_dropped():
    exif = Image.Exif()
    exif[0x011A] = exif[0x011B] = 4_000_000.0
    exif[0x0128] = 2
    assert through(file(Image.new("L", (8, 8)), "JPEG", exif=exif)).size == (8, 8)


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


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_what_is_painted_becomes_opaque_and_all_else_stays(dtype):
    full = np.iinfo(dtype).max
    hidden = (full, full // 3, 0)
    pixels = np.array([[(0,) * 3, (0,) * 3, hidden, hidden]], dtype)
    picture = page_images.PageImage(pixels, np.array([[full, full // 5, 0, full // 5]], dtype))
    white, faint = [full] * 3, [full - full // 5] * 3  # black through a fifth leaves four fifths of white

    def painter(seen):
        assert seen[0, :3].tolist() == [[0] * 3, faint, white]
        seen = seen.copy()
        seen[0, 1:3] = (full, 0, full)
        return seen

    before = picture.on_white()
    painted = picture.paint(np.s_[0:1], painter)
    assert picture.pixels.tolist() == [[[0] * 3, [full, 0, full], [full, 0, full], list(hidden)]]
    assert picture.alpha.tolist() == [[full, full, full, full // 5]]
    assert painted[0, 1:3].tolist() == [[full, 0, full]] * 2
    after = picture.on_white()
    assert after[0, 1:3].tolist() == [[255, 0, 255]] * 2 and (after[0, [0, 3]] == before[0, [0, 3]]).all()


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


# A Photoshop file of a gray pixel: its header, three empty sections, and the pixel.
PSD = b"8BPS" + struct.pack(">H6xH2I2H", 1, 1, 1, 1, 8, 1) + bytes(12) + b"\0\0\x63"


def exif_of(tag, kind, content):
    """EXIF with the orientation 6 and one more entry of a kind (2: text, 3: a short, 5: a fraction)."""
    count = len(content) if kind == 2 else 1
    value = content.ljust(4, b"\0") if len(content) <= 4 else struct.pack("<I", 38)  # or where it stands
    entries = sorted([struct.pack("<HHIHxx", 0x0112, 3, 1, 6), struct.pack("<HHI", tag, kind, count) + value])
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + b"".join(entries) + bytes(4) + content


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    "entry",
    [(282, 2, b"300\0"), (256, 5, struct.pack("<II", 64, 1)), (256, 2, b"1200\0"), (305, 3, b"\7\0")],
    ids=["resolution", "fraction", "width", "software"],
)
def test_values_of_unexpected_types_in_the_exif_are_no_damage_and_the_page_is_turned(format, entry):
    data = file(Image.new("RGB", (8, 4)), format, exif=exif_of(*entry))
    assert through(data).size == (4, 8) and images.read_image(data).shape == (8, 4, 3)


@pytest.mark.parametrize(
    "data, fault",
    [
        (b"", "empty"),
        (b"no image", "not an image"),
        (file(Image.new("L", (9, 9)), "GIF"), "GIF"),
        (file(Image.new("L", (9, 9)), save_all=True, append_images=[Image.new("L", (9, 9), 5)]), "animation"),
        (file(Image.new("L", (9, 9)), "AVIF"), "is an AVIF image; JPEG, PNG and WebP can be coloured"),
        (b"\xff\x0a" + bytes(99), "is a JPEG XL image; JPEG, PNG and WebP can be read"),
        (b"PK\3\4" + bytes(99), "is a ZIP archive; JPEG, PNG and WebP can be read"),
        (b"<html>", "is an HTML file; JPEG, PNG and WebP can be read"),
        (file(Image.new("L", (9, 9)), "TGA"), "is an image of the kind TGA; JPEG, PNG and WebP can be coloured"),
        (file(Image.new("L", (9, 9)), "PPM"), "is an image of the kind PPM; JPEG, PNG and WebP can be coloured"),
        (PSD, "is a Photoshop file; export it as PNG"),
        (PSD[:20], "is a Photoshop file; export it as PNG"),
        (b"\xff\xd8\xff", "damaged"),
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
