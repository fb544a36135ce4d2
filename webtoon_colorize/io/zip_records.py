"""ZIP archives as the records that they consist of (PKWARE's APPNOTE.TXT, 6.3.10), so that copies keep every byte.

`zipfile` knows entries by their decoded names, writes these anew, and refuses archives in which a name is odd. Here an
entry is its record in the directory at the archive's end, and the bytes from its own header to the next one.
"""

import dataclasses
import io
import itertools
import os
import pathlib
import re
import struct
import zlib
from collections.abc import Container, Iterator, Mapping
from typing import BinaryIO, NamedTuple

_END = struct.Struct("<4s4H2IH")
_END_64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR_64 = struct.Struct("<4sIQI")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_LOCAL = struct.Struct("<4s5H3I2H")
_MOST_16, _MOST_32 = 0xFFFF, 0xFFFFFFFF  # where these stand, the value is in a field of 64 bits
_FIELD_64 = 1  # kind of the extra field with the sizes and the offset in 64 bits
_ENCRYPTED, _PACKING, _UTF_8 = 0x1, 0x7, 0x800  # flags; _PACKING: what concerns the packed bytes
_UNIX, _LINK = 3, 0o12  # the system that made the entry; the type in a Unix mode
_PIECE = 2**20  # bytes that are copied at a time


class BadRecords(ValueError):
    """A file whose records are not those of a ZIP archive."""


class _Central(NamedTuple):
    """The fixed part of an entry's record in the directory; `packed`, `size` and `offset` may exceed 32 bits."""

    signature: bytes
    made_by: int
    needed: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    packed: int
    size: int
    name_length: int
    extra_length: int
    comment_length: int
    disk: int
    internal: int
    external: int
    offset: int


@dataclasses.dataclass(frozen=True)
class Record:
    """An entry of an archive."""

    central: _Central
    name: bytes  # as it is in the directory
    extra: bytes  # fields that are not understood; without that of 64 bits
    comment: bytes
    start: int  # of its own header in the file
    end: int  # where the next entry, or the directory, begins

    @property
    def is_encrypted(self) -> bool:
        return bool(self.central.flags & _ENCRYPTED)

    @property
    def is_link(self) -> bool:
        """Whether a Unix system would unpack it as a link."""
        return self.central.made_by >> 8 == _UNIX and self.central.external >> 28 == _LINK


class Directory(NamedTuple):
    """What stands at the end of an archive."""

    records: list[Record]
    start: int  # in the file
    comment: bytes


def read_directory(file: BinaryIO) -> Directory:
    """The directory of an archive. Raises BadRecords."""
    try:
        size, offset, end, comment = _read_end(file)
        start = end - size
        if start < 0:
            raise BadRecords("its directory is cut off")
        file.seek(start)
        found = list(_records(file.read(size), start - offset))
    except struct.error as error:
        raise BadRecords("its directory is damaged") from error
    starts = sorted({each.start for each in found} | {start})
    ends = dict(itertools.pairwise(starts))
    return Directory([dataclasses.replace(each, end=ends.get(each.start, start)) for each in found], start, comment)


def _read_end(file: BinaryIO) -> tuple[int, int, int, bytes]:
    """Size and offset of the directory, where it ends in the file, and the archive's comment."""
    length = file.seek(0, os.SEEK_END)
    file.seek(max(0, length - _END.size - _MOST_16 - _LOCATOR_64.size - _END_64.size))
    before = file.tell()
    tail = file.read()
    places = [each.start() for each in re.finditer(rb"PK\x05\x06(?=.{18})", tail, re.DOTALL)]
    if not places:
        raise BadRecords("its directory is missing")
    lengths = {each: _END.unpack_from(tail, each)[-1] for each in places}
    whole = [each for each in places if each + _END.size + lengths[each] == len(tail)]
    place = (whole or places)[-1]  # a comment may contain the signature, and other bytes may follow
    *_, size, offset, _ = _END.unpack_from(tail, place)
    comment = tail[place + _END.size :][: lengths[place]]
    place_64 = place - _LOCATOR_64.size - _END_64.size
    if (
        place_64 >= 0
        and tail[place_64:].startswith(b"PK\6\6")
        and tail[place_64 + _END_64.size :].startswith(b"PK\6\7")
    ):
        *_, size, offset = _END_64.unpack_from(tail, place_64)
        place = place_64
    return size, offset, before + place, comment


def _records(directory: bytes, shift: int) -> Iterator[Record]:
    """The records of a directory, their ends still unknown. `shift`: bytes in front of what offsets count from."""
    place = 0
    while directory.startswith(b"PK\1\2", place):
        central = _Central(*_CENTRAL.unpack_from(directory, place))
        lengths = (central.name_length, central.extra_length, central.comment_length)
        place += _CENTRAL.size
        name, extra, comment = (
            directory[place + sum(lengths[:index]) : place + sum(lengths[: index + 1])] for index in range(3)
        )
        place += sum(lengths)
        central, extra = _with_64(central, extra)
        start = central.offset + shift
        if start < 0 or place > len(directory):
            raise BadRecords("its directory is damaged")
        yield Record(central, name, extra, comment, start, start)
    if place < len(directory) and not directory.startswith(b"PK\5\5", place):  # a signature may follow
        raise BadRecords("its directory is damaged")


def _with_64(central: _Central, extra: bytes) -> tuple[_Central, bytes]:
    """The record with the values of its field of 64 bits, and the other extra fields."""
    others, place = b"", 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, place)
        field = extra[place : place + 4 + length]
        place += 4 + length
        if kind != _FIELD_64:
            others += field
            continue
        missing = [name for name in ("size", "packed", "offset") if getattr(central, name) == _MOST_32]
        values = struct.unpack_from(f"<{len(missing)}Q", field, 4)
        central = _Central(**central._asdict() | dict(zip(missing, values)))
    return central, others + extra[place:]


def _central_bytes(record: Record, offset: int) -> bytes:
    """The entry's record in a directory, for content that begins at `offset`."""
    size, packed = record.central.size, record.central.packed
    large = [value for value in (size, packed, offset) if value >= _MOST_32]
    extra = struct.pack(f"<2H{len(large)}Q", _FIELD_64, 8 * len(large), *large) if large else b""
    extra += record.extra
    fields = record.central._replace(
        size=min(size, _MOST_32),
        packed=min(packed, _MOST_32),
        offset=min(offset, _MOST_32),
        name_length=len(record.name),
        extra_length=len(extra),
    )
    return _CENTRAL.pack(*fields) + record.name + extra + record.comment


def _end_bytes(count: int, size: int, offset: int, comment: bytes) -> bytes:
    """What follows a directory of `size` bytes at `offset`."""
    large = b""
    if count >= _MOST_16 or offset + size >= _MOST_32:
        large = _END_64.pack(b"PK\6\6", _END_64.size - 12, 45, 45, 0, 0, count, count, size, offset)
        large += _LOCATOR_64.pack(b"PK\6\7", 0, offset + size, 1)
    count, size, offset = min(count, _MOST_16), min(size, _MOST_32), min(offset, _MOST_32)
    return large + _END.pack(b"PK\5\6", 0, 0, count, count, size, offset, len(comment)) + comment


def _local_bytes(central: _Central, name: bytes, extra: bytes) -> bytes:
    """An entry's own header, before content whose sizes `central` has."""
    return _LOCAL.pack(b"PK\3\4", *central[2:10], len(name), len(extra)) + name + extra


def _own_extra(file: BinaryIO, record: Record) -> bytes:
    """The extra fields in an entry's own header, except that of 64 bits; `file` then stands where its data begin.

    Raises BadRecords.
    """
    file.seek(record.start)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or not header.startswith(b"PK\3\4"):
        raise BadRecords("its header is damaged")
    *_, name_length, extra_length = _LOCAL.unpack(header)
    extra = file.read(name_length + extra_length)[name_length:]
    return _with_64(record.central._replace(size=0, packed=0, offset=0), extra)[1]


def alone(file: BinaryIO, record: Record) -> io.BytesIO:
    """An archive with this entry alone, under the name "page", for `zipfile` to unpack. Raises BadRecords."""
    _own_extra(file, record)
    if file.tell() + record.central.packed > record.end:
        raise BadRecords("it is cut off")
    central = record.central._replace(flags=record.central.flags & _PACKING, comment_length=0)
    content = _local_bytes(central, b"page", b"") + file.read(central.packed)
    directory = _central_bytes(Record(central, b"page", b"", b"", 0, 0), 0)
    return io.BytesIO(content + directory + _end_bytes(1, len(directory), len(content), b""))


def write_copy(
    source: BinaryIO, target: BinaryIO, replaced: Mapping[int, pathlib.Path], left_out: Container[int]
) -> None:
    """Copies an archive, byte for byte.

    Args:
      replaced: position in the directory -> file with new content of this entry, which is stored as it is.
      left_out: positions of entries that the copy lacks.

    Raises BadRecords, OSError.
    """
    records, start, comment = read_directory(source)
    _copy(source, target, 0, min((each.start for each in records), default=start))  # a program that unpacks, if any
    written: dict[int, bytes] = {}  # position -> its record in the new directory
    for position, record in sorted(enumerate(records), key=lambda pair: pair[1].start):
        if position in left_out:
            continue
        offset = target.tell()
        if position in replaced:
            record = _write_stored(source, target, record, replaced[position].read_bytes())
        else:
            _copy(source, target, record.start, record.end)
        written[position] = _central_bytes(record, offset)
    directory = b"".join(written[position] for position in sorted(written))
    offset = target.tell()
    target.write(directory + _end_bytes(len(written), len(directory), offset, comment))


def _write_stored(source: BinaryIO, target: BinaryIO, record: Record, content: bytes) -> Record:
    """Writes an entry with new content, and returns its record."""
    size = len(content)
    central = record.central._replace(
        flags=record.central.flags & _UTF_8, method=0, crc=zlib.crc32(content), packed=size, size=size
    )
    target.write(_local_bytes(central, record.name, _own_extra(source, record)) + content)
    return dataclasses.replace(record, central=central)


def _copy(source: BinaryIO, target: BinaryIO, start: int, end: int) -> None:
    source.seek(start)
    for place in range(start, end, _PIECE):
        target.write(source.read(min(_PIECE, end - place)))
