"""Decodes and encodes page images with everything that their files hold: bit depth, transparency, profile, EXIF."""

import dataclasses
import io
import struct
from collections.abc import Callable, Set
from typing import Any

import cv2
import numpy as np
from PIL import Image

from webtoon_colorize.io import images, kinds, png, profiles
from webtoon_colorize.io.images import ImageError, opened

QUALITY = 95  # of JPEG and lossy WebP, whose files do not record their own quality

_COLOR_CHUNKS = {b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"cICP"}  # what a PNG's values mean
_TEXT_CHUNKS = {b"tEXt", b"zTXt", b"iTXt"}


@dataclasses.dataclass
class PageImage:
    """The content of a page's file; `pixels` may be painted over."""

    pixels: np.ndarray  # [H, W, 3] RGB, uint8 or, of 16-bit PNG files, uint16
    alpha: np.ndarray | None = None  # [H, W] of the type of `pixels`, 0 transparent
    format: str = "PNG"  # JPEG, PNG or WEBP, by content
    # For Pillow's `save`: quality, ICC profile, DPI, EXIF.
    options: dict[str, Any] = dataclasses.field(default_factory=dict)
    chunks: bytes = b""  # of a PNG: colour space, DPI, texts (and EXIF, of 16 bits) as they are in the file

    def on_white(self) -> np.ndarray:
        """How the page looks on a white background, uint8 [H, W, 3]; may share memory with `pixels`."""
        rgb = _to_8_bits(self.pixels)
        if self.alpha is None:
            return rgb
        return _on_white(rgb, _to_8_bits(self.alpha))

    def paint(self, rows: slice, painter: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """Changes rows of `pixels`. What changes becomes opaque; other pixels keep their alpha and what lies under it.

        painter: how the rows look on white, [N, W, 3] of the type of `pixels` -> how they are to look.

        Returns:
          How they look now, on white.
        """
        pixels = self.pixels[rows]
        if self.alpha is None:
            pixels[:] = painter(pixels)
            return pixels
        seen = _on_white(pixels, self.alpha[rows])
        painted = painter(seen)
        is_new = (painted != seen).any(axis=2)
        pixels[is_new] = painted[is_new]
        self.alpha[rows][is_new] = np.iinfo(pixels.dtype).max
        return painted


def _on_white(pixels: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    white = np.float32(np.iinfo(pixels.dtype).max)
    share = alpha[..., None].astype(np.float32) / white
    return (pixels * share + white * (1 - share)).round().astype(pixels.dtype)


def _to_8_bits(pixels: np.ndarray) -> np.ndarray:
    return pixels if pixels.dtype == np.uint8 else ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)


def decode(data: bytes) -> PageImage:
    """The page in a file's bytes; its declared size is checked before anything is decoded.

    It is turned upright by its EXIF orientation; a 16-bit PNG keeps the orientation instead. ICC profiles of other
    spaces than sRGB are carried out. EXIF that is damaged is left out. Raises ImageError, also for animations.
    """
    with opened(data) as image:
        kind = (image.format or "").replace("MPO", "JPEG")  # MPO: a JPEG that is followed by smaller copies of itself
        if kind not in ("JPEG", "PNG", "WEBP"):
            raise ImageError(_refusal(data[: kinds.HEAD], kind))
        if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
            raise ImageError("this is an animation; only still pages can be coloured")
        if png.bit_depth(data) == 16:
            return _decode_deep(data, profiles.of(image))
        page = profiles.in_srgb(images.upright(image))
        alpha = np.array(page.convert("RGBA"))[..., 3] if page.has_transparency_data else None
        is_turned = images.is_turned(image)
        chunks = _kept_chunks(data, profiles.of(image), is_turned=is_turned) if kind == "PNG" else b""
        return PageImage(np.array(page.convert("RGB")), alpha, kind, _options(image, data, kind), chunks)


def _refusal(head: bytes, kind: str) -> str:
    """Why an image of another kind, as Pillow names it, cannot be coloured."""
    what = kinds.named(head) or f"an image of the kind {kind}"
    return kinds.drawing_fault("", lambda: head) or f"this is {what}; JPEG, PNG and WebP can be coloured"


def is_page(data: bytes) -> bool:
    """Whether `data` begins like an image; its pixels are not decoded."""
    try:
        with opened(data):
            return True
    except ImageError:
        return False


def _options(image: Image.Image, data: bytes, kind: str) -> dict[str, Any]:
    """Arguments for Pillow's `save`."""
    options: dict[str, Any] = {
        "JPEG": {"quality": QUALITY, "subsampling": 0},
        "PNG": {"compress_level": 2},
        "WEBP": {"quality": QUALITY, "lossless": _is_lossless(data), "exact": True},
    }[kind]
    if kind != "PNG" and profiles.stays(profiles.of(image)):  # a PNG's profile and DPI are in its chunks
        options["icc_profile"] = profiles.of(image)
    if kind == "JPEG" and all(0 < each < 65536 for each in image.info.get("dpi", (0, 0))):  # what JPEG can hold
        options["dpi"] = image.info["dpi"]
    if exif := _exif(image):
        options["exif"] = exif
    return options


def _exif(image: Image.Image) -> bytes:
    """Its EXIF but for the orientation, for the page is upright now; empty if it cannot be written again."""
    try:
        exif = image.getexif()
        exif.pop(images.ORIENTATION, None)
        return exif.tobytes() if len(exif) else b""
    except Exception:  # Pillow raises TypeError, ValueError, struct.error and others for values of unexpected types
        return b""


def _is_lossless(webp: bytes) -> bool:
    """Whether a WebP file stores its pixels in a lossless chunk (VP8L)."""
    position = 12  # RIFF, size, WEBP
    while position + 8 <= len(webp):
        kind, length = struct.unpack("<4sI", webp[position : position + 8])
        if kind in (b"VP8 ", b"VP8L"):
            return kind == b"VP8L"
        position += 8 + length + length % 2
    return False


def _decode_deep(data: bytes, profile: bytes) -> PageImage:
    """Decodes a 16-bit PNG with OpenCV: Pillow reduces one with colour or transparency to 8 bits."""
    plain = png.without(data, _TEXT_CHUNKS | {b"iCCP"})  # OpenCV refuses large ones
    pixels = cv2.imdecode(np.frombuffer(plain, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise ValueError("its pixels cannot be decoded")
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    alpha = pixels[..., 3].copy() if channels == 4 else None
    code = {1: cv2.COLOR_GRAY2RGB, 3: cv2.COLOR_BGR2RGB, 4: cv2.COLOR_BGRA2RGB}[channels]
    pixels = cv2.cvtColor(pixels, code)
    if alpha is None and (transparent := _transparent(data)) is not None:
        alpha = np.where((pixels == transparent).all(axis=2), 0, 65535).astype(np.uint16)
    pixels = profiles.deep_in_srgb(pixels, profile)
    return PageImage(pixels, alpha, "PNG", {}, _kept_chunks(data, profile, {b"eXIf"}))


def _transparent(data: bytes) -> np.ndarray | None:
    """The colour, or the gray level, that a 16-bit PNG declares to be transparent."""
    found = [png.content(chunk) for kind, chunk in png.chunks(data) if kind == b"tRNS" and png.is_whole(chunk)]
    return np.frombuffer(found[0], ">u2") if found else None


def _kept_chunks(data: bytes, profile: bytes, others: Set[bytes] = frozenset(), *, is_turned: bool = False) -> bytes:
    """The chunks of a PNG that stay beside new pixels; damaged ones are left out.

    Without the meaning of the values if the profile was carried out or does not fit RGB, and, if the page was turned
    upright, without texts that may say that it lies on its side.
    """
    kept = {b"pHYs", *_TEXT_CHUNKS, *others}
    if profiles.stays(profile) or (not profile and png.profile_space(data) in (b"", b"RGB ")):
        kept |= _COLOR_CHUNKS
    return b"".join(
        chunk
        for kind, chunk in png.chunks(data)
        if kind in kept
        and png.is_whole(chunk)
        and not (is_turned and png.content(chunk).startswith((b"XML:com.adobe.xmp", b"Raw profile type")))
    )


def encode(page: PageImage) -> bytes:
    """The page as a file of its format."""
    if page.pixels.dtype == np.uint16:
        return _encode_deep(page)
    pixels = page.pixels if page.alpha is None else np.dstack([page.pixels, page.alpha])
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, page.format, **page.options)
    return png.with_chunks(data.getvalue(), page.chunks) if page.chunks else data.getvalue()


def _encode_deep(page: PageImage) -> bytes:
    if page.alpha is None:
        pixels = cv2.cvtColor(page.pixels, cv2.COLOR_RGB2BGR)
    else:
        pixels = np.dstack([page.pixels[..., ::-1], page.alpha])
    done, buffer = cv2.imencode(".png", pixels)
    if not done:
        raise ValueError("OpenCV could not encode a 16-bit PNG")
    return png.with_chunks(buffer.tobytes(), page.chunks)
