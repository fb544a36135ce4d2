"""Writes files in the format of illustration2vec's release, byte by byte: not with the code that reads them."""

import itertools
import struct

import numpy as np


def varint(value):
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + varint(rest) if rest else bytes([low])


def field(number, content):
    """A field of a protocol buffer's wire format: bytes and strings with their length, whole numbers as they are."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    content = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(content)) + content


def blob(array):
    shape = field(7, field(1, b"".join(varint(size) for size in array.shape)))
    return field(5, array.astype("<f4").tobytes()) + shape


def old_blob(array):
    """num, channels, height, width; padded with ones in front; every number with a tag of its own."""
    sizes = (1,) * (4 - array.ndim) + array.shape
    data = b"".join(varint(5 << 3 | 5) + struct.pack("<f", value) for value in array.ravel())
    return b"".join(field(number, size) for number, size in enumerate(sizes, start=1)) + data


def layer(name, kind, *arrays):
    return field(100, field(1, name) + field(2, kind) + b"".join(field(7, blob(array)) for array in arrays))


def old_layer(name, *arrays):
    return field(2, field(4, name) + field(5, 4) + b"".join(field(6, old_blob(array)) for array in arrays))


def weights(filters, *, seed=0):
    """OIHW kernels and biases of the released network's convolutions up to conv4_2, and one more."""
    rng = np.random.default_rng(seed)
    widths = (3, *(filters * width for width in (1, 2, 4, 4, 8, 8, 8)))
    return [
        (
            rng.normal(0, (2 / 9 / before) ** 0.5, (after, before, 3, 3)).astype(np.float32),
            rng.normal(0, 1, after).astype(np.float32),
        )
        for before, after in itertools.pairwise(widths)
    ]


def write_caffemodel(path, convolutions):
    layers = [layer(f"conv{number}", "Convolution", *arrays) for number, arrays in enumerate(convolutions)]
    dense = layer("dense", "InnerProduct", np.zeros((3, 2)), np.zeros(3))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(field(1, "net") + b"".join([layer("data", "Input"), *layers, layer("relu", "ReLU"), dense]))
    return path
