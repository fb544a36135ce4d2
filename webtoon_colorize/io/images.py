"""Reads and writes image files as RGB arrays."""

import contextlib
import io
import os
import pathlib
import warnings
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from webtoon_colorize.files import atomic_path

ENDINGS = (".jpg", ".jpeg", ".png", ".webp")


class ImageError(ValueError):
    """A file that cannot be read as an image; the message is the reason."""


def read_image(source: str | os.PathLike | bytes) -> np.ndarray:
    """Reads an image from a file, or from a file's bytes, as uint8 RGB [height, width, 3].

    It is turned upright by its EXIF orientation. The format is known by the content, not the ending. Gray, palette,
    CMYK and 16-bit images become 8-bit RGB (16-bit values are scaled, not clipped). Transparent parts show a white
    background. Raises ImageError.
    """
    data = source if isinstance(source, bytes) else read_bytes(source)
    with opened(data) as image:
        return _to_rgb(ImageOps.exif_transpose(image))


def is_image(name: str) -> bool:
    """Whether the ending of a file's name says that it is an image."""
    return name.lower().endswith(ENDINGS)


def read_bytes(path: str | os.PathLike) -> bytes:
    """The content of a file. Raises ImageError."""
    try:
        return pathlib.Path(path).read_bytes()
    except OSError as error:
        raise ImageError(f"the file cannot be opened ({error.strerror or error})") from error


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
            with Image.open(io.BytesIO(data)) as image:
                yield image
    except ImageError:
        raise
    except UnidentifiedImageError as error:
        raise ImageError("this is not an image that can be read (JPEG, PNG and WebP can)") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError(f"the image is too large ({Image.MAX_IMAGE_PIXELS:,} pixels are allowed)") from error
    except Exception as error:  # damaged data: Pillow raises OSError, SyntaxError, ValueError, struct.error and others
        raise ImageError(f"the image is damaged or cut off ({error})") from error


def _to_rgb(image: Image.Image) -> np.ndarray:
    """uint8 RGB [height, width, 3] of a Pillow image in any mode."""
    if image.mode.startswith("I"):  # 16-bit gray; Pillow's own conversion clips at 255
        gray = np.asarray(image).astype(np.int64).clip(0, 65535)
        return np.repeat(((gray * 255 + 32767) // 65535).astype(np.uint8)[..., None], 3, axis=2)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.array(image.convert("RGB"))


def write_image(path: str | os.PathLike, rgb: np.ndarray) -> None:
    """Writes `rgb` (uint8 [height, width, 3]) in the format of the path's ending.

    The file appears whole or not at all.
    """
    with atomic_path(path) as temporary:
        Image.fromarray(rgb).save(temporary, compress_level=2)  # PNG: half the time of the default 6, 6% larger files
