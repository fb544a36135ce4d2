"""Decodes and encodes page images with everything that their files hold: bit depth, transparency, profile, EXIF."""

import dataclasses
import io
import os
import struct
import zlib
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageOps

from webtoon_colorize import files
from webtoon_colorize.io.images import ImageError, opened

QUALITY = 95  # of JPEG and lossy WebP, whose files do not record their own quality

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT_CHUNKS = (b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"pHYs", b"eXIf", b"tEXt", b"zTXt", b"iTXt")


@dataclasses.dataclass
class PageImage:
    """The content of a page's file; `pixels` may be painted over."""

    pixels: np.ndarray  # [H, W, 3] RGB, uint8 or, of 16-bit PNG files, uint16
    alpha: np.ndarray | None  # [H, W] of the type of `pixels`, 0 transparent
    format: str  # JPEG, PNG or WEBP, by content
    options: dict[str, Any]  # for Pillow's `save`: quality, ICC profile, DPI, EXIF
    chunks: bytes = b""  # of a 16-bit PNG, which OpenCV saves: ICC profile, DPI, EXIF as they are in the file

    def on_white(self) -> np.ndarray:
        """How the page looks on a white background, uint8 [H, W, 3]; may share memory with `pixels`."""
        rgb = _to_8_bits(self.pixels)
        if self.alpha is None:
            return rgb
        alpha = _to_8_bits(self.alpha)[..., None].astype(np.float32) / 255
        return (rgb * alpha + 255 * (1 - alpha)).round().astype(np.uint8)


def _to_8_bits(pixels: np.ndarray) -> np.ndarray:
    return pixels if pixels.dtype == np.uint8 else ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)


def decode(data: bytes) -> PageImage:
    """The page in a file's bytes; its declared size is checked before anything is decoded.

    It is turned upright by its EXIF orientation; a 16-bit PNG keeps the orientation instead. Raises ImageError, also
    for animations.
    """
    with opened(data) as image:
        kind = (image.format or "").replace("MPO", "JPEG")  # MPO: a JPEG that is followed by smaller copies of itself
        if kind not in ("JPEG", "PNG", "WEBP"):
            raise ImageError(f"this is a {kind} image; JPEG, PNG and WebP can be coloured")
        if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
            raise ImageError("this is an animation; only still pages can be coloured")
        if data.startswith(_PNG_SIGNATURE) and data[24] == 16:  # the bit depth in the header
            return _decode_deep(data, keep_profile=bool(_profile(image)))
        upright = ImageOps.exif_transpose(image)
        alpha = np.array(upright.convert("RGBA"))[..., 3] if upright.has_transparency_data else None
        return PageImage(np.array(upright.convert("RGB")), alpha, kind, _options(image, data, kind))


def _profile(image: Image.Image) -> bytes:
    """The ICC profile if its header says RGB, else nothing: a profile of gray does not fit a coloured page."""
    profile = image.info.get("icc_profile", b"")
    return profile if profile[16:20] == b"RGB " else b""


def _options(image: Image.Image, data: bytes, kind: str) -> dict[str, Any]:
    """Arguments for Pillow's `save`."""
    options: dict[str, Any] = {
        "JPEG": {"quality": QUALITY, "subsampling": 0},
        "PNG": {"compress_level": 2},
        "WEBP": {"quality": QUALITY, "lossless": _is_lossless(data), "exact": True},
    }[kind]
    if _profile(image):
        options["icc_profile"] = _profile(image)
    if "dpi" in image.info:
        options["dpi"] = image.info["dpi"]
    exif = image.getexif()
    if len(exif):
        exif.pop(0x0112, None)  # the orientation: the page is upright now
        options["exif"] = exif.tobytes()
    return options


def _is_lossless(webp: bytes) -> bool:
    """Whether a WebP file stores its pixels in a lossless chunk (VP8L)."""
    position = 12  # RIFF, size, WEBP
    while position + 8 <= len(webp):
        kind, length = struct.unpack("<4sI", webp[position : position + 8])
        if kind in (b"VP8 ", b"VP8L"):
            return kind == b"VP8L"
        position += 8 + length + length % 2
    return False


def _decode_deep(data: bytes, *, keep_profile: bool) -> PageImage:
    """Decodes a 16-bit PNG with OpenCV: Pillow reduces one with colour or transparency to 8 bits."""
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise ValueError("its pixels cannot be decoded")
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    alpha = pixels[..., 3].copy() if channels == 4 else None
    code = {1: cv2.COLOR_GRAY2RGB, 3: cv2.COLOR_BGR2RGB, 4: cv2.COLOR_BGRA2RGB}[channels]
    pixels = cv2.cvtColor(pixels, code)
    chunks = _chunks(data)
    if alpha is None and b"tRNS" in chunks:  # one colour, or gray level, is transparent
        transparent = np.frombuffer(chunks[b"tRNS"][8:-4], ">u2")
        alpha = np.where((pixels == transparent).all(axis=2), 0, 65535).astype(np.uint16)
    kept = (chunks[kind] for kind in _KEPT_CHUNKS if kind in chunks and (keep_profile or kind != b"iCCP"))
    return PageImage(pixels, alpha, "PNG", {}, b"".join(kept))


def _chunks(png: bytes) -> dict[bytes, bytes]:
    """The chunks before a PNG's pixels by kind, with lengths and checksums; damaged ones are left out."""
    found: dict[bytes, bytes] = {}
    position = len(_PNG_SIGNATURE)
    while position + 8 <= len(png):
        length, kind = struct.unpack(">I4s", png[position : position + 8])
        chunk = png[position : position + 12 + length]
        if kind == b"IDAT":
            break
        if chunk[-4:] == struct.pack(">I", zlib.crc32(chunk[4:-4])):
            found[kind] = found.get(kind, b"") + chunk  # there may be several of a kind (texts)
        position += len(chunk)
    return found


def encode(page: PageImage) -> bytes:
    """The page as a file of its format."""
    if page.pixels.dtype == np.uint16:
        return _encode_deep(page)
    pixels = page.pixels if page.alpha is None else np.dstack([page.pixels, page.alpha])
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, page.format, **page.options)
    return data.getvalue()


def _encode_deep(page: PageImage) -> bytes:
    if page.alpha is None:
        pixels = cv2.cvtColor(page.pixels, cv2.COLOR_RGB2BGR)
    else:
        pixels = np.dstack([page.pixels[..., ::-1], page.alpha])
    done, buffer = cv2.imencode(".png", pixels)
    if not done:
        raise ValueError("OpenCV could not encode a 16-bit PNG")
    png = buffer.tobytes()
    header = len(_PNG_SIGNATURE) + 25  # the signature and IHDR
    return png[:header] + page.chunks + png[header:]


def write_layer(path: str | os.PathLike, layer: np.ndarray) -> None:
    """Writes `layer` (uint8 [H, W, 4], RGB and alpha) as a PNG, whole or not at all."""
    with files.atomic_path(path) as temporary:
        Image.fromarray(layer).save(temporary, "PNG", compress_level=2)
