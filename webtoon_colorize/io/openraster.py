"""Writes pictures in layers as OpenRaster files, which Krita, GIMP and others open.

Source: the OpenRaster specification 0.0.6 (openraster.org).
"""

import io
import os
import zipfile
from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

import numpy as np
from PIL import Image

from webtoon_colorize import files

THUMBNAIL = 256  # pixels; greatest side, of the specification
_OLDEST = (1980, 1, 1, 0, 0, 0)  # so that equal pictures are equal files


class Layer(NamedTuple):
    """A layer as large as the picture."""

    name: str
    mode: str  # a composite-op of the specification, such as svg:multiply
    png: bytes  # its pixels
    is_visible: bool = True


def png(pixels: np.ndarray) -> bytes:
    """uint8 [H, W, 3 or 4] as a PNG file."""
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "PNG", compress_level=2)
    return data.getvalue()


def write(path: str | os.PathLike, layers: Sequence[Layer], merged: np.ndarray) -> None:
    """Writes an OpenRaster file, whole or not at all.

    Args:
      path: of the file.
      layers: the topmost first.
      merged: uint8 [H, W, 3], what they look like together.
    """
    height, width = merged.shape[:2]
    thumbnail = Image.fromarray(merged)
    thumbnail.thumbnail((THUMBNAIL, THUMBNAIL))
    rows = [
        f'<layer name={quoteattr(layer.name)} src="data/layer{number}.png" composite-op={quoteattr(layer.mode)} '
        f'opacity="1.0" visibility="{"visible" if layer.is_visible else "hidden"}" x="0" y="0"/>'
        for number, layer in enumerate(layers)
    ]
    stack = f'<image version="0.0.3" w="{width}" h="{height}"><stack>{"".join(rows)}</stack></image>'
    contents = {
        "mimetype": b"image/openraster",  # the first entry, and not compressed
        "stack.xml": f'<?xml version="1.0" encoding="UTF-8"?>\n{stack}'.encode(),
        **{f"data/layer{number}.png": layer.png for number, layer in enumerate(layers)},
        "mergedimage.png": png(merged),
        "Thumbnails/thumbnail.png": png(np.asarray(thumbnail)),
    }
    with files.atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as file:
        for name, data in contents.items():
            file.writestr(zipfile.ZipInfo(name, _OLDEST), data)
