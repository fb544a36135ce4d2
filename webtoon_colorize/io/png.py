"""PNG files as the chunks that they consist of: what is kept beside the pixels, and texts too large to be unpacked."""

import re
import struct
import zlib
from collections.abc import Iterable, Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_TEXT = 2**20  # bytes to which a file's texts and profile may unpack in all; more are not given to decoders

_HEADER = len(SIGNATURE) + 25  # signature and IHDR
_PACKED = {  # what stands before the packed part of a chunk
    b"zTXt": re.compile(rb"[^\0]*\0.", re.DOTALL),
    b"iCCP": re.compile(rb"[^\0]*\0.", re.DOTALL),
    b"iTXt": re.compile(rb"[^\0]*\0\x01.[^\0]*\0[^\0]*\0", re.DOTALL),
}
_TEXTS = {b"tEXt", *_PACKED}


def bit_depth(png: bytes) -> int:
    """Bits per channel as the header says; 0 of what is no PNG."""
    return png[24] if png.startswith(SIGNATURE) and len(png) > 24 else 0


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and bytes, with length and checksum, of each chunk."""
    position = len(SIGNATURE)
    while position + 8 <= len(png):
        length, kind = struct.unpack_from(">I4s", png, position)
        yield kind, png[position : position + 12 + length]
        position += 12 + length


def content(chunk: bytes) -> bytes:
    return chunk[8:-4]


def is_whole(chunk: bytes) -> bool:
    return chunk[-4:] == struct.pack(">I", zlib.crc32(chunk[4:-4]))


def without_large_texts(png: bytes) -> bytes:
    """The file without texts and profiles that unpack to more than is left of MOST_TEXT; anything else as it is.

    Decoders unpack all texts, and refuse the picture for a large one.
    """
    if not png.startswith(SIGNATURE):
        return png
    left, kept = MOST_TEXT, [SIGNATURE]
    for kind, chunk in chunks(png):
        size = _text_size(kind, content(chunk), left) if kind in _TEXTS else 0
        if size <= left:
            left -= size
            kept.append(chunk)
    return b"".join(kept)


def _text_size(kind: bytes, text: bytes, most: int) -> int:
    """The size of a text when it is unpacked, or a number above `most`."""
    packed = _PACKED[kind].match(text) if kind in _PACKED else None
    if not packed:
        return len(text)
    try:
        return len(zlib.decompressobj().decompress(text[packed.end() :], most + 1))
    except zlib.error:
        return most + 1


def profile_space(png: bytes) -> bytes:
    """The colour space of the ICC profile, such as b"RGB " or b"GRAY"; empty without a profile that can be read."""
    for chunk in (chunk for kind, chunk in chunks(png) if kind == b"iCCP"):
        packed = _PACKED[b"iCCP"].match(content(chunk))
        try:
            return zlib.decompressobj().decompress(content(chunk)[packed.end() if packed else 0 :], 128)[16:20]
        except zlib.error:
            break
    return b""


def without(png: bytes, kinds: Iterable[bytes]) -> bytes:
    """The file without all chunks of these kinds."""
    return SIGNATURE + b"".join(chunk for kind, chunk in chunks(png) if kind not in set(kinds))


def with_chunks(png: bytes, added: bytes) -> bytes:
    """The file with more chunks behind its header."""
    return png[:_HEADER] + added + png[_HEADER:]
