"""The one rule by which folders are searched."""

import io
import os

import pytest
from PIL import Image

from tests.comics import archive
from webtoon_colorize.io import kinds
from webtoon_colorize.io.walking import walk


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def found(folder, **options):
    return [(each.name, each.fault) for each in walk(folder, **options)]


def names(folder):
    return [name for name, _ in found(folder)]


def test_files_come_in_natural_order_and_before_the_folders_beside_them(tmp_path):
    expected = ["1.png", "2.png", "2.5.png", "10.png", "2/1.png", "2.5/1.png", "10/1.png", "10/a/1.png"]
    touch(tmp_path, *sorted(expected))
    assert names(tmp_path) == expected


def test_what_systems_storages_and_readers_keep_is_passed_over(tmp_path):
    hidden = ["__MACOSX", ".thumbnails", "@eaDir", "#recycle", "@Recycle", "$RECYCLE.BIN", "System Volume Information"]
    touch(tmp_path, "1.png", "a/._1.png", ".DS_Store", "Thumbs.db", "out/1.png", *(f"{name}/1.png" for name in hidden))
    assert found(tmp_path, without=tmp_path / "out") == [("1.png", "")]


def test_links_are_followed_to_files_in_the_folder_and_named_otherwise(tmp_path):
    touch(tmp_path, "in/1.png", "in/a/2.png", "outside/9.png")
    for link, target in {
        "3.png": "1.png",
        "4.png": "../outside/9.png",
        "5.png": "5.png",
        "b": "../outside",
        "loop": ".",
    }.items():
        (tmp_path / "in" / link).symlink_to(target)
    outside = "this is a link to a file outside the folder; name that file itself"
    folder = "this is a link to a folder; name that folder itself"
    assert found(tmp_path / "in") == [
        ("1.png", ""),
        ("3.png", ""),
        ("4.png", outside),
        ("5.png", ""),  # to itself: reading it says so
        ("b", folder),
        ("loop", folder),
        ("a/2.png", ""),
    ]


def test_a_folder_that_cannot_be_read_is_named(tmp_path, monkeypatch):
    touch(tmp_path, "1.png", "a/2.png", "b/3.png")
    scan = os.scandir

    def scandir(path):
        if str(path).endswith("a"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert found(tmp_path) == [("1.png", ""), ("a", "permission denied"), ("b/3.png", "")]


def test_a_pipe_is_named_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "1.png")
    os.mkfifo(tmp_path / "2")
    assert found(tmp_path) == [("1.png", "this is neither a file nor a folder")]


def image(kind):
    data = io.BytesIO()
    Image.new("L", (20, 20)).save(data, kind)
    return data.getvalue()


def test_pages_and_books_are_known_by_their_endings(tmp_path):
    pages = ["1.JPG", "2.jpe", "3.jfif", "4.png", "5.webp", "6.gif", "7.bmp", "8.tif", "9.avif", "10.jxl", "11.heic"]
    books = ["12.CBZ", "13.zip", "14.cbr", "15.cb7", "16.pdf", "17.epub"]
    touch(tmp_path, *pages, *books, "notes.txt", "19.xml", "ComicInfo.xml")
    assert names(tmp_path) == pages + books


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000"])
def test_images_without_an_ending_or_with_an_odd_one_are_known_by_their_first_bytes(tmp_path, kind):
    for name in ("1", "2.0", "3.tmp"):
        (tmp_path / name).write_bytes(image(kind))
    assert names(tmp_path) == ["1", "2.0", "3.tmp"]


def test_of_other_files_only_those_without_an_ending_are_books(tmp_path):
    data = archive(tmp_path / "book", {"1.png": b""}).read_bytes()
    (tmp_path / "letter.docx").write_bytes(data)
    (tmp_path / "page.html").write_text("<html>")
    (tmp_path / "words").write_text("BM is no picture, II neither")
    assert names(tmp_path) == ["book"]


def test_first_bytes_are_named_with_their_article():
    assert kinds.named(image("AVIF")) == "an AVIF image" and kinds.named(b"Rar!\x1a\x07") == "a RAR archive"
    assert kinds.named(b"\xff\x0a") == "a JPEG XL image"
