"""CBZ in, CBZ out, whatever strangers put into it."""

import io
import itertools
import pathlib
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from tests.comics import archive, gray, is_colored, load, page_bytes, save
from webtoon_colorize.io import archives, page_images
from webtoon_colorize.pages import page_chroma


def test_an_archive_comes_out_with_its_order_and_other_files(tmp_path, colorize):
    pages = {
        "p10.png": page_bytes(tmp_path, 1),
        "ComicInfo.xml": b"<ComicInfo/>",
        "sub/": b"",
        "p2.png": page_bytes(tmp_path, 2),
    }
    archive(tmp_path / "in" / "book.cbz", pages)
    assert colorize("in/book.cbz")[0] == 0
    with zipfile.ZipFile(tmp_path / "out" / "book.cbz") as book:
        assert book.namelist() == list(pages)
        assert book.read("ComicInfo.xml") == b"<ComicInfo/>" and book.testzip() is None
        with book.open("p2.png") as file:
            assert is_colored(load(file))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["book.cbz"]


def test_a_bad_page_stays_in_its_archive_as_it_is(tmp_path, colorize):
    pages = {"1.png": page_bytes(tmp_path), "2.png": b"no image"}
    archive(tmp_path / "book.cbz", pages)
    code, said = colorize("book.cbz")
    assert code == 1 and "book.cbz/2.png: this is not an image" in said
    with zipfile.ZipFile(tmp_path / "out" / "book.cbz") as book:
        assert book.read("2.png") == b"no image" and book.read("1.png") != pages["1.png"]


def test_so_does_one_that_breaks_the_colorizer(tmp_path, colorize, monkeypatch):
    pages = {f"{number}.png": page_bytes(tmp_path, number) for number in range(3)}
    archive(tmp_path / "book.cbz", pages)
    original, calls = page_chroma.joined_panels, itertools.count()

    def joined_panels(image, **options):
        if next(calls) == 1:
            raise MemoryError("no room")
        return original(image, **options)

    monkeypatch.setattr(page_chroma, "joined_panels", joined_panels)
    code, said = colorize("book.cbz")
    assert code == 1 and "1.png: it could not be coloured" in said
    with zipfile.ZipFile(tmp_path / "out" / "book.cbz") as book:
        assert book.namelist() == list(pages) and book.read("1.png") == pages["1.png"]


def test_damaged_entries_and_names_are_named_and_the_rest_is_done(tmp_path, colorize):
    with zipfile.ZipFile(tmp_path / "book.cbz", "w", zipfile.ZIP_LZMA) as book:
        book.writestr("./1.png", page_bytes(tmp_path))
        book.writestr("2.png", page_bytes(tmp_path, 2))
        start = book.getinfo("2.png").header_offset
    data = bytearray((tmp_path / "book.cbz").read_bytes())
    data[start + 50 : start + 90] = bytes(40)
    (tmp_path / "book.cbz").write_bytes(data)
    archive(tmp_path / "odd.cbz", {"ü.png": page_bytes(tmp_path)})
    odd = (tmp_path / "odd.cbz").read_bytes()
    (tmp_path / "odd.cbz").write_bytes(odd.replace("ü".encode(), b"\xff\xff"))
    code, said = colorize("book.cbz", "odd.cbz")
    assert code == 1 and "2 pages coloured" in said
    assert "book.cbz/2.png: it cannot be unpacked: it is damaged or cut off." in said
    with zipfile.ZipFile(tmp_path / "out" / "book.cbz") as book:
        assert book.namelist() == ["./1.png", "2.png"] and book.getinfo("2.png").compress_type == zipfile.ZIP_LZMA
    assert b"\xff\xff.png" in (tmp_path / "out" / "odd.cbz").read_bytes()  # a name that says UTF-8 and is not


def test_nothing_is_written_outside_the_output_folder(tmp_path, colorize):
    evil = ["../evil.png", "/tmp/evil.png", "..\\evil.png", "C:\\evil.png", "a/../../evil.txt"]
    archive(tmp_path / "in" / "book.cbz", {name: page_bytes(tmp_path) for name in [*evil, "good.png"]})
    before = set(tmp_path.rglob("*"))
    code, said = colorize("in/book.cbz", color_layer=True)
    assert code == 1 and said.count("its name points outside the archive; it is left out.") == 5
    with zipfile.ZipFile(tmp_path / "out" / "book.cbz") as book:
        assert book.namelist() == ["good.png"]
    new = {path.relative_to(tmp_path).parts[0] for path in set(tmp_path.rglob("*")) - before}
    assert new == {"out"} and not pathlib.Path("/tmp/evil.png").exists()


def test_zip_bombs_are_left_out_unopened(tmp_path, colorize, monkeypatch):
    monkeypatch.setattr(archives, "MAX_BYTES", 5_000_000)
    good = page_bytes(tmp_path)
    contents = {"large.png": np.random.default_rng(0).bytes(5_000_001), "bomb.png": bytes(4_000_000), "1.png": good}
    archive(tmp_path / "book.cbz", contents | {"bomb.xml": bytes(4_000_000)})
    code, said = colorize("book.cbz")
    assert code == 1 and "1 page coloured." in said
    assert "book.cbz/bomb.png: it is packed to less than a 200th of its size, like a zip bomb" in said
    assert said.count("bomb.png") == 1
    assert "book.cbz/bomb.xml: it is packed" in said and "book.cbz/large.png: the file is larger than" in said
    with zipfile.ZipFile(tmp_path / "out" / "book.cbz") as book:
        assert book.namelist() == ["large.png", "1.png"]


def written(path):
    with zipfile.ZipFile(path) as book:
        return {each: book.read(each) for each in book.namelist()}


def test_an_archive_counts_as_done_when_its_pages_are_and_only_the_others_are_coloured(tmp_path, colorize, monkeypatch):
    pages = {f"{number}.png": page_bytes(tmp_path, number) for number in range(3)}
    archive(tmp_path / "book.cbz", pages)
    write = pathlib.Path.write_bytes

    def write_bytes(path, data):
        if path.name == "1" and path.parent.parent.name == "out":
            raise OSError(28, "No space left on device", str(path))
        return write(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(pathlib.Path, "write_bytes", write_bytes)
        code, said = colorize("book.cbz")
    assert code == 1 and "book.cbz/1.png: it could not be written (no space left on device).\n" in said
    half = written(tmp_path / "out" / "book.cbz")
    assert [half[name] == pages[name] for name in pages] == [False, True, False]
    code, said = colorize("book.cbz", skip_existing=True)
    assert code == 0 and "1 page coloured, 2 pages left as they are." in said
    assert "book.cbz/0.png: it is there already.\n" in said
    whole = written(tmp_path / "out" / "book.cbz")
    assert [whole[name] == half[name] for name in pages] == [True, False, True]
    before = (tmp_path / "out" / "book.cbz").stat().st_mtime_ns
    code, said = colorize("book.cbz", skip_existing=True)
    assert code == 0 and "book.cbz: it is there already.\n0 pages coloured, 3 pages left as they are." in said
    assert (tmp_path / "out" / "book.cbz").stat().st_mtime_ns == before
    colorize("book.cbz", output_dir=str(tmp_path / "once"))
    assert written(tmp_path / "once" / "book.cbz") == whole


def interrupted(colorize, monkeypatch, after, **options):
    """Presses Ctrl-C when so many pages are encoded."""
    encode, done = page_images.encode, itertools.count()

    def encode_some(page):
        if next(done) == after:
            raise KeyboardInterrupt
        return encode(page)

    with monkeypatch.context() as patch:
        patch.setattr(page_images, "encode", encode_some)
        with pytest.raises(KeyboardInterrupt):
            colorize("book.cbz", **options)


def test_an_interrupted_archive_has_the_pages_that_were_done_and_goes_on_from_there(tmp_path, colorize, monkeypatch):
    pages = {f"{number}.png": page_bytes(tmp_path, number) for number in range(4)}
    archive(tmp_path / "book.cbz", pages)
    interrupted(colorize, monkeypatch, 0)
    assert not (tmp_path / "out").exists()
    interrupted(colorize, monkeypatch, 2)
    half = written(tmp_path / "out" / "book.cbz")
    assert [half[name] == pages[name] for name in pages] == [False, False, True, True]
    interrupted(colorize, monkeypatch, 1, skip_existing=True)
    more = written(tmp_path / "out" / "book.cbz")
    assert [more[name] == pages[name] for name in pages] == [False, False, False, True]
    archive(tmp_path / "book.cbz", {"0.png": page_bytes(tmp_path, 9), **dict(list(pages.items())[1:])})
    interrupted(colorize, monkeypatch, 1)  # what is done of before stays
    other = written(tmp_path / "out" / "book.cbz")
    assert [other[name] == more[name] for name in pages] == [False, True, True, True]
    code, said = colorize("book.cbz", skip_existing=True)
    assert code == 0 and "1 page coloured, 3 pages left as they are." in said and "Replaced" not in said
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["book.cbz"]


def test_what_a_killed_call_left_of_an_archive_is_removed(tmp_path, colorize):
    archive(tmp_path / "book.cbz", {"1.png": page_bytes(tmp_path)})
    killed = "import os, sys; from webtoon_colorize.files import workspace\n"
    killed += "with workspace(sys.argv[1]) as folder: (folder / '1').touch(); os._exit(1)"
    subprocess.run([sys.executable, "-c", killed, str(tmp_path / "out" / "book.cbz")])
    [left] = (tmp_path / "out").iterdir()
    assert left.name == ".unfinished-book.cbz" and list(left.iterdir())
    assert colorize("book.cbz")[0] == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["book.cbz"]


def test_pages_of_an_archive_that_could_not_be_written_are_not_counted(tmp_path, colorize, monkeypatch):
    archive(tmp_path / "book.cbz", {f"{number}.png": page_bytes(tmp_path, number) for number in range(2)})

    def write_copy(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archives, "write_copy", write_copy)
    code, said = colorize("book.cbz")
    assert code == 2 and "0 pages coloured.\n" in said
    assert "book.cbz: the coloured archive could not be written (no space left on device).\n" in said
    save(tmp_path / "1.png", gray(1))
    code, said = colorize("book.cbz", "1.png")
    assert code == 1 and "1 page coloured.\n" in said


def test_an_archive_in_which_nothing_could_be_done_is_not_written(tmp_path, colorize):
    data = bytearray(archive(tmp_path / "in" / "book.cbz", {"1.png": page_bytes(tmp_path)}).read_bytes())
    data[data.find(b"PK\1\2") + 8] |= 1
    (tmp_path / "in" / "book.cbz").write_bytes(data)
    code, said = colorize("in/book.cbz")
    assert code == 2 and "book.cbz/1.png: it is encrypted; unpack the archive with its password first." in said
    assert not (tmp_path / "out").exists()
    assert colorize("in")[0] == 2
    assert (tmp_path / "out" / "book.cbz").read_bytes() == data  # what mirrors a folder lacks nothing
    assert "0 pages coloured.\n" in colorize("in", skip_existing=True)[1]


def test_books_that_cannot_be_opened_are_named_and_stay_in_what_mirrors_a_folder(tmp_path, colorize):
    books = {
        "1.cbr": (b"Rar!\x1a\x07\x00" + bytes(99), "this is a RAR archive; CBZ and ZIP archives can be coloured."),
        "2.cb7": (b"7z\xbc\xaf'\x1c" + bytes(99), "this is a 7z archive; CBZ and ZIP archives can be coloured."),
        "3.pdf": (b"%PDF-1.4", "this is a PDF file; CBZ and ZIP archives can be coloured."),
        "4.cbz": (b"PK\3\4" + bytes(99), "this ZIP archive is damaged or cut off (its directory is missing)."),
        "5": (b"Rar!\x1a\x07\x00" + bytes(99), "this is a RAR archive; CBZ and ZIP archives can be coloured."),
    }
    for name, (data, _) in books.items():
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / name).write_bytes(data)
    archive(tmp_path / "in" / "6.zip", {"words.txt": b""})
    archive(tmp_path / "in" / "7.cbr", {"1.png": page_bytes(tmp_path)})  # many a CBR is a ZIP
    code, said = colorize("in")
    assert code == 1 and "1 page coloured." in said and "6 files could not be coloured" in said
    for name, (data, reason) in books.items():
        assert f"\n{name}: {reason}\n" in f"\n{said}" and (tmp_path / "out" / name).read_bytes() == data
    assert "6.zip: there are no images in this archive." in said and (tmp_path / "out" / "6.zip").exists()
    assert list(written(tmp_path / "out" / "7.cbr")) == ["1.png"]
    code, said = colorize("in/1.cbr", output_dir=str(tmp_path / "other"))
    assert code == 2 and not (tmp_path / "other").exists()


def test_in_an_archive_too_what_looks_like_a_page_or_a_book_is_done_or_named(tmp_path, colorize):
    page = page_bytes(tmp_path)
    gif = b"GIF89a" + bytes(20)
    inner = archive(tmp_path / "inner.cbz", {"1.png": page}).read_bytes()
    content = {
        "1.JPE": page,
        "2": page,
        "3.gif": gif,
        "inner.cbz": inner,
        "ComicInfo.xml": b"<a/>",
        "@eaDir/1.png": b"",
    }
    archive(tmp_path / "book.cbz", content)
    code, said = colorize("book.cbz")
    assert code == 1 and "2 pages coloured." in said and "2 files could not be coloured" in said
    assert "book.cbz/3.gif: this is " in said and "book.cbz/inner.cbz: this is a ZIP archive; " in said
    out = written(tmp_path / "out" / "book.cbz")
    assert [name for name, data in content.items() if out[name] != data] == ["1.JPE", "2"]


def test_two_pages_of_one_name_are_both_coloured(tmp_path, colorize):
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(tmp_path / "book.cbz", "w") as book:
        book.writestr("1.png", page_bytes(tmp_path, 1))
        book.writestr("1.png", page_bytes(tmp_path, 2))
    code, said = colorize("book.cbz", color_layer=True)
    assert code == 0 and "2 pages coloured." in said
    with zipfile.ZipFile(tmp_path / "out" / "book.cbz") as book:
        pages = [book.read(each) for each in book.infolist()]
    assert len(set(pages)) == 2 and all(is_colored(load(io.BytesIO(page))) for page in pages)
    layers = {path.name for path in (tmp_path / "out" / "colorize-layers" / "book.cbz").iterdir()}
    assert layers == {f"{page}.{end}" for page in ("1.png", "1.png (2)") for end in ("color.png", "ink.png", "ora")}
