"""Archives are known by their records, and their copies keep all that is not a page."""

import io
import pathlib
import struct
import zipfile

import numpy as np
import pytest

from tests.comics import archive, page_bytes
from webtoon_colorize.io import archives, zip_records
from webtoon_colorize.io.archives import ArchiveError

NEW = b"new content"


def copied(tmp_path, path, *positions):
    """The copy of an archive in which the entries at these positions have NEW as content."""
    (tmp_path / "new").write_bytes(NEW)
    archives.write_copy(path, tmp_path / "copy.cbz", dict.fromkeys(positions, tmp_path / "new"))
    return tmp_path / "copy.cbz"


def info(name, **fields):
    made = zipfile.ZipInfo(name, (1999, 12, 31, 23, 58, 4))
    for field, value in fields.items():
        setattr(made, field, value)
    return made


def described(path):
    """What `zipfile` sees of each entry, but for its place and its content."""
    fields = ("filename", "date_time", "comment", "extra", "create_system", "external_attr", "internal_attr")
    with zipfile.ZipFile(path) as book:
        return book.comment, [tuple(getattr(each, field) for field in fields) for each in book.infolist()]


def test_a_copy_keeps_comments_extra_fields_modes_dates_and_folders(tmp_path):
    extra = struct.pack("<2HBI", 0x5455, 5, 1, 10**9)  # Info-ZIP's time
    with zipfile.ZipFile(tmp_path / "a.cbz", "w") as book:
        book.comment = b"ComicBookLover: \xff"
        book.writestr(info("ch/", external_attr=0o40755 << 16 | 0x10, create_system=3), b"")
        page = info("ch/1.png", external_attr=0o100644 << 16, create_system=3, extra=extra, comment=b"page")
        book.writestr(page, b"old", zipfile.ZIP_DEFLATED)
        book.writestr(info("ch/ComicInfo.xml", create_system=0, internal_attr=1), b"<a/>", zipfile.ZIP_DEFLATED)
    copy = copied(tmp_path, tmp_path / "a.cbz", 1)
    assert described(copy) == described(tmp_path / "a.cbz")
    with zipfile.ZipFile(copy) as book:
        assert book.testzip() is None and book.read("ch/1.png") == NEW and book.read("ch/ComicInfo.xml") == b"<a/>"


def test_a_copy_without_changes_is_the_archive(tmp_path):
    path = archive(tmp_path / "a.cbz", {"1.png": b"old" * 99, "ü.txt": b"", "b/": b""})
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())  # a program in front, as archives that unpack themselves have
    assert copied(tmp_path, path).read_bytes()[10:-22] == _shifted(path.read_bytes())[10:-22]
    with zipfile.ZipFile(tmp_path / "copy.cbz") as book:
        assert book.testzip() is None


def _shifted(data):
    """The archive with offsets that count the ten bytes in front, as the copy's do."""
    data = bytearray(data)
    place = data.find(b"PK\1\2")
    while place >= 0:
        offset = struct.unpack_from("<I", data, place + 42)[0]
        struct.pack_into("<I", data, place + 42, offset + 10)
        place = data.find(b"PK\1\2", place + 4)
    return bytes(data)


def test_entries_of_one_name_are_two_entries(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(tmp_path / "a.cbz", "w") as book:
        for content in (b"one", b"two", b"three"):
            book.writestr("1.png", content)
    found = archives.entries(tmp_path / "a.cbz")
    assert [entry.path for entry in found] == ["1.png", "1.png (2)", "1.png (3)"]
    assert [archives.read(tmp_path / "a.cbz", entry) for entry in found] == [b"one", b"two", b"three"]
    copy = copied(tmp_path, tmp_path / "a.cbz", 1)
    assert [archives.read(copy, entry) for entry in archives.entries(copy)] == [b"one", NEW, b"three"]


@pytest.mark.parametrize(
    "name, encoding", [("1화/표지.png", "cp949"), ("表紙ソ.png", "cp932"), ("1화.png", "utf-8"), ("é.png", "cp437")]
)
def test_names_whose_encoding_is_not_said_are_read_and_stay(tmp_path, name, encoding):
    raw = name.encode(encoding)
    path = archive(tmp_path / "a.cbz", {"x" * len(raw): b"old"})
    path.write_bytes(path.read_bytes().replace(b"x" * len(raw), raw))
    assert [entry.path for entry in archives.entries(path)] == [name]
    copy = copied(tmp_path, path, 0)
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(copy) as after:
        assert before.namelist() == after.namelist() and after.infolist()[0].flag_bits & 0x800 == 0
    assert copy.read_bytes().count(raw) == 2


def test_an_entry_whose_two_headers_disagree_about_its_name_is_read(tmp_path):
    path = archive(tmp_path / "a.cbz", {"1.png": b"old", "2.xml": b"<a/>"})
    path.write_bytes(path.read_bytes().replace(b"1.png", b"9.png", 1).replace(b"2.xml", b"8.xml", 1))
    page, _ = archives.entries(path)
    assert archives.read(path, page) == b"old" and page.path == "1.png"
    copy = copied(tmp_path, path, 0)
    assert b"8.xml" in copy.read_bytes()
    with zipfile.ZipFile(copy) as book:
        assert book.read("1.png") == NEW  # the page's headers agree now


def test_sizes_behind_the_data_and_fields_of_64_bits_are_understood(tmp_path):
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

        def tell(self):
            raise OSError

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("1.png", b"old")
        with book.open("2.png", "w", force_zip64=True) as file:
            file.write(b"two")
        book.writestr("3.png", b"three")
    (tmp_path / "a.cbz").write_bytes(pipe.getvalue())
    copy = copied(tmp_path, tmp_path / "a.cbz", 0)
    with zipfile.ZipFile(copy) as book:
        assert [book.read(name) for name in book.namelist()] == [NEW, b"two", b"three"]
    copy = copied(tmp_path, copy, 1)
    assert [archives.read(copy, entry) for entry in archives.entries(copy)] == [NEW, NEW, b"three"]


def test_a_directory_of_64_bits_is_written_and_read(tmp_path, monkeypatch):
    path = archive(tmp_path / "a.cbz", {f"{number}.png": b"old" for number in range(3)})
    source, copy = io.BytesIO(path.read_bytes()), io.BytesIO()
    directory = zip_records.read_directory(source)
    monkeypatch.setattr(zip_records, "read_directory", lambda file: directory)
    monkeypatch.setattr(zip_records, "_MOST_16", 2)  # as if three entries were more than the smaller fields can count
    zip_records.write_copy(source, copy, {}, ())
    monkeypatch.undo()
    data = copy.getvalue()
    assert data[-98:-94] == b"PK\6\6" and data[-42:-38] == b"PK\6\7" and data[-14:-10] == b"\2\0\2\0"
    with zipfile.ZipFile(copy) as book:
        assert len(book.namelist()) == 3 and book.testzip() is None
    assert len(zip_records.read_directory(copy).records) == 3


def test_an_entry_beyond_four_gigabytes_has_a_field_of_64_bits(tmp_path):
    path = archive(tmp_path / "a.cbz", {"1.png": b"old"})
    [record] = zip_records.read_directory(io.BytesIO(path.read_bytes())).records
    central = zip_records._central_bytes(record, 2**32 + 5)
    assert central.endswith(b"1.png" + struct.pack("<2HQ", 1, 8, 2**32 + 5))
    [again] = zip_records._records(central, 0)
    assert again.start == 2**32 + 5 and again.extra == b""


def test_a_comment_that_contains_a_signature_and_bytes_behind_the_end_do_no_harm(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.cbz", "w") as book:
        book.writestr("1.png", b"old")
        book.comment = b"PK\5\6" + bytes(40)
    assert [entry.path for entry in archives.entries(tmp_path / "a.cbz")] == ["1.png"]
    copy = copied(tmp_path, tmp_path / "a.cbz", 0)  # `zipfile` itself loses its way in such a comment
    assert copy.read_bytes().endswith(struct.pack("<H", 44) + b"PK\5\6" + bytes(40))
    assert [archives.read(copy, entry) for entry in archives.entries(copy)] == [NEW]
    path = archive(tmp_path / "b.cbz", {"1.png": b"old"})
    path.write_bytes(path.read_bytes() + bytes(100))
    assert [entry.path for entry in archives.entries(path)] == ["1.png"]


def test_links_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.cbz", "w") as book:
        book.writestr(info("1.png", external_attr=0o120777 << 16, create_system=3), b"/etc/passwd")
        book.writestr("2.png", b"two")
    assert [entry.refusal() for entry in archives.entries(tmp_path / "a.cbz")] == ["it is a link", None]
    assert [entry.path for entry in archives.entries(copied(tmp_path, tmp_path / "a.cbz"))] == ["2.png"]


@pytest.mark.parametrize(
    "data, reason",
    [
        (b"", "the file is empty"),
        (b"Rar!\x1a\x07\x01\x00" + bytes(99), "this is a RAR archive; CBZ and ZIP archives can be coloured"),
        (b"7z\xbc\xaf'\x1c" + bytes(99), "this is a 7z archive; CBZ and ZIP archives can be coloured"),
        (b"%PDF-1.7\n", "this is a PDF file; CBZ and ZIP archives can be coloured"),
        (bytes(257) + b"ustar\0" + bytes(99), "this is a TAR archive; CBZ and ZIP archives can be coloured"),
        (b"\xff\xd8\xff\xe0" + bytes(99), "this is a JPEG image; CBZ and ZIP archives can be coloured"),
        (b"\n<!DOCTYPE html>", "this is an HTML file; CBZ and ZIP archives can be coloured"),
        (b"PK\3\4" + bytes(99), "this ZIP archive is damaged or cut off (its directory is missing)"),
        (b"no archive", "this is not a ZIP archive"),
    ],
)
def test_what_is_no_archive_is_told_by_its_first_bytes(tmp_path, data, reason):
    (tmp_path / "a.cbz").write_bytes(data)
    with pytest.raises(ArchiveError) as error:
        archives.entries(tmp_path / "a.cbz")
    assert str(error.value) == reason


def test_encrypted_entries_and_unknown_packings_are_told(tmp_path):
    path = archive(tmp_path / "a.cbz", {"1.png": b"old"})
    data = bytearray(path.read_bytes())
    place = data.find(b"PK\1\2")
    data[place + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match="^it is encrypted; unpack the archive with its password first$"):
        archives.read(path, archives.entries(path)[0])
    data[place + 8] &= 0xFE
    data[place + 10] = 9
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match=r"^it is packed in a way that cannot be unpacked \(method 9\)$"):
        archives.read(path, archives.entries(path)[0])


def test_no_damage_raises_anything_but_a_reason(tmp_path):
    """300 archives with up to eight bytes changed, or cut off."""
    whole = archive(tmp_path / "a.cbz", {"1.png": page_bytes(tmp_path)[:300], "2/ü.xml": b"<a/>" * 9}).read_bytes()
    rng = np.random.default_rng(0)
    reasons, path = set(), tmp_path / "b.cbz"
    for _ in range(300):
        data = bytearray(whole[: rng.integers(1, len(whole) + 1)] if rng.random() < 0.2 else whole)
        for place in rng.integers(0, len(data), rng.integers(1, 9)):
            data[place] = rng.choice([0, 0xFF, rng.integers(256)])
        path.write_bytes(data)
        try:
            for entry in archives.entries(path):
                archives.read(path, entry)
            copied(tmp_path, path, 0)
        except ArchiveError as error:
            reasons.add(str(error))
    assert len(reasons) > 4 and not any("\n" in reason or reason.endswith(".") for reason in reasons)
    assert {each.name for each in pathlib.Path(tmp_path).iterdir()} <= {"a.cbz", "b.cbz", "copy.cbz", "new"}
