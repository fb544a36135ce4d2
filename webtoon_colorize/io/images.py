"""Reads and writes image files as RGB arrays."""

import contextlib
import io
import os
import pathlib
import re
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from webtoon_colorize import files
from webtoon_colorize.io import kinds, png, profiles
from webtoon_colorize.io.kinds import is_image as is_image  # the endings of what this module reads

ORIENTATION = 0x0112  # EXIF: how the image is to be turned


class ImageError(ValueError):
    """A file that cannot be read as an image; the message is the reason."""


def read_image(source: str | os.PathLike | bytes) -> np.ndarray:
    """Reads an image from a file, or from a file's bytes, as uint8 RGB [height, width, 3].

    It is turned upright by its EXIF orientation. The format is known by the content, not the ending. Gray, palette,
    CMYK and 16-bit images become 8-bit RGB (16-bit values are scaled, not clipped), and all of them sRGB by their ICC
    profiles. Transparent parts show a white background. Raises ImageError.
    """
    data = source if isinstance(source, bytes) else read_bytes(source)
    with opened(data) as image:
        return _to_rgb(profiles.in_srgb(_in_8_bits(upright(image))))


def read_bytes(path: str | os.PathLike) -> bytes:
    """The content of a file. Raises ImageError."""
    try:
        return pathlib.Path(path).read_bytes()
    except OSError as error:
        raise ImageError(f"the file cannot be opened ({files.reason(error)})") from error


@contextlib.contextmanager
def opened(data: bytes) -> Iterator[Image.Image]:
    """Opens the image in `data` and checks its declared size, without decoding it.

    Raises ImageError, also for anything that is raised while the image is decoded inside the block.
    """
    if not data:
        raise ImageError("the file is empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # the image can be read despite a bad EXIF block or palette
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(png.without_large_texts(data))) as image:
                yield image
    except ImageError:
        raise
    except UnidentifiedImageError as error:
        raise ImageError(_says(data)) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError(
            f"the image is too large ({_pixels(error)}, {Image.MAX_IMAGE_PIXELS:,} are allowed)"
        ) from error
    except MemoryError as error:
        raise ImageError("the image is too large for the memory") from error
    except Exception as error:  # damaged data: Pillow raises OSError, SyntaxError, ValueError, struct.error and others
        raise ImageError("the image is damaged or cut off") from error


def _says(data: bytes) -> str:
    """What a file is that Pillow does not know, by its first bytes."""
    head = data[: kinds.HEAD]
    if fault := kinds.drawing_fault("", lambda: head):
        return fault
    if kinds.kind_of(head) in kinds.READABLE:
        return "the image is damaged or cut off"
    if not kinds.named(head):
        return "this is not an image that can be read (JPEG, PNG and WebP can)"
    return f"this is {kinds.named(head)}; JPEG, PNG and WebP can be read"


def _pixels(error: Exception) -> str:
    """The size in Pillow's message on an image that is too large."""
    number = re.search(r"\d+", str(error))
    return f"{int(number[0]):,} pixels" if number else "too many pixels"


_TURNS = {  # EXIF orientation -> how the image is turned upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def is_turned(image: Image.Image) -> bool:
    """Whether its EXIF says that it does not lie upright. EXIF that cannot be read says nothing."""
    return _orientation(image) in _TURNS


def upright(image: Image.Image) -> Image.Image:
    """The image turned upright by its EXIF. (Pillow's own function writes the EXIF anew, which may fail.)"""
    turn = _TURNS.get(_orientation(image))
    return image if turn is None else image.transpose(turn)


def _orientation(image: Image.Image) -> Any:
    try:
        return image.getexif().get(ORIENTATION)
    except Exception:  # whatever Pillow raises for EXIF that is damaged; the pixels are there
        return None


def _in_8_bits(image: Image.Image) -> Image.Image:
    """The image; one of 16-bit gray, which Pillow's own conversion would clip at 255, with 8 bits and its profile."""
    if not image.mode.startswith("I"):
        return image
    gray = np.asarray(image).astype(np.int64).clip(0, 65535)
    small = Image.fromarray(((gray * 255 + 32767) // 65535).astype(np.uint8))
    small.info["icc_profile"] = profiles.of(image)
    return small


def _to_rgb(image: Image.Image) -> np.ndarray:
    """uint8 RGB [height, width, 3] of a Pillow image with 8 bits."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.array(image.convert("RGB"))


def write_image(path: str | os.PathLike, rgb: np.ndarray) -> None:
    """Writes `rgb` (uint8 [height, width, 3]) in the format of the path's ending.

    The file appears whole or not at all.
    """
    with files.atomic_path(path) as temporary:
        Image.fromarray(rgb).save(temporary, compress_level=2)  # PNG: half the time of the default 6, 6% larger files
