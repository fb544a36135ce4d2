"""CBZ in, CBZ out, whatever strangers put into it."""

import itertools
import pathlib
import zipfile

import numpy as np

from tests.comics import archive, is_colored, load, page_bytes
from webtoon_colorize.io import archives
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


