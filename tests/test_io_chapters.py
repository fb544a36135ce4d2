"""From inputs to pages in reading order, and archives written again."""

import os
import zipfile

import pytest

from tests.comics import archive
from webtoon_colorize.io import archives, chapters
from webtoon_colorize.io.chapters import InputError, find_chapters


def touch(folder, *names):
    """Finding looks at names alone."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def names(found):
    return [[page.name for page in chapter.pages] for chapter in found]


def test_each_folder_is_a_chapter_in_natural_order_without_hidden_files(tmp_path):
    touch(tmp_path / "in", "2.png", "10.JPG", "1.webp", "b/1.png", "a10/1.png", "a9/1.png", "notes.txt")
    touch(tmp_path / "in", ".hidden/1.png", "a9/._1.png", "__MACOSX/1.png")
    found, faults = find_chapters([str(tmp_path / "in")], str(tmp_path / "out"))
    assert names(found) == [["1.webp", "2.png", "10.JPG"], ["a9/1.png"], ["a10/1.png"], ["b/1.png"]] and not faults
    assert found[1].pages[0].output == tmp_path / "out" / "a9" / "1.png"
    assert found[1].pages[0].layer(".ora") == tmp_path / "out" / "colorize-layers" / "a9" / "1.png.ora"


def test_named_images_of_one_folder_are_one_chapter_as_they_are_named(tmp_path):
    touch(tmp_path, "2.png", "1.png", "other/3.png")
    inputs = [str(tmp_path / name) for name in ("2.png", "1.png", "other/3.png")]
    assert names(find_chapters(inputs, str(tmp_path / "out"))[0]) == [["2.png", "1.png"], ["3.png"]]


def test_the_output_folder_is_passed_over(tmp_path):
    touch(tmp_path, "1.png", "out/1.png")
    assert names(find_chapters([str(tmp_path)], str(tmp_path / "out"))[0]) == [["1.png"]]


def test_an_archive_is_a_chapter_whose_images_are_its_pages(tmp_path):
    content = {"10.png": b"", "2.png": b"", "info.xml": b"", "sub/": b"", ".1.png": b"", "../evil.png": b""}
    file = archive(tmp_path / "in" / "book.cbz", content)
    touch(tmp_path / "in", "1.png")
    found, faults = find_chapters([str(tmp_path / "in")], str(tmp_path / "out"))
    assert names(found) == [["1.png"], ["book.cbz/2.png", "book.cbz/10.png"]]
    assert found[1].archive == chapters.Archive("book.cbz", file, tmp_path / "out" / "book.cbz", is_mirrored=True)
    assert [page.entry.position for page in found[1].pages] == [1, 0]
    layers = tmp_path / "out" / "colorize-layers" / "book.cbz"
    assert found[1].pages[0].layer(".ora") == layers / "2.png.ora"
    assert faults == ["book.cbz/../evil.png: its name points outside the archive; it is left out."]


def test_inputs_without_pages_are_named_in_a_sentence(tmp_path):
    archive(tmp_path / "none.zip", {"a.txt": b""})
    touch(tmp_path, "bad.cbz", "notes.txt")
    (tmp_path / "empty").mkdir()
    inputs = [str(tmp_path / name) for name in ("none.zip", "bad.cbz", "notes.txt", "empty", "missing.png")]
    found, faults = find_chapters(inputs, str(tmp_path / "out"))
    assert [(page.name, page.fault) for chapter in found for page in chapter.pages] == [
        ("none.zip", "there are no images in this archive"),
        ("bad.cbz", "the file is empty"),
    ]
    assert faults == [
        f"{tmp_path}/notes.txt: this is no image (JPEG, PNG, WebP), folder, CBZ or ZIP.",
        f"{tmp_path}/empty: there are no images or archives in this folder.",
        f"{tmp_path}/missing.png: there is no such file.",
    ]


def test_what_is_no_page_is_told_by_what_it_is(tmp_path):
    touch(tmp_path, "f.psd", "g.kra")
    (tmp_path / "h").write_bytes(b"CSFCHUNK")
    (tmp_path / "link.png").symlink_to("nothing")
    os.mkfifo(tmp_path / "pipe.png")
    inputs = [str(tmp_path / name) for name in ("f.psd", "g.kra", "h", "link.png", "pipe.png")]
    assert find_chapters(inputs, str(tmp_path / "out")) == (
        [],
        [
            f"{tmp_path}/f.psd: this is a Photoshop file; export it as PNG.",
            f"{tmp_path}/g.kra: this is a Krita file; export it as PNG.",
            f"{tmp_path}/h: this is a Clip Studio Paint file; export it as PNG.",
            f"{tmp_path}/link.png: this is a link to what does not exist.",
            f"{tmp_path}/pipe.png: this is neither a file nor a folder.",
        ],
    )


def test_files_of_drawing_programs_are_named_in_folders_and_in_archives(tmp_path):
    touch(tmp_path / "in", "1.png", "1.PSD", "a/2.clip", ".3.psd")
    archive(tmp_path / "in" / "book.cbz", {"1.png": b"", "b/1.xcf": b"", "2": b"8BPS", "@eaDir/1.psd": b""})
    found, faults = find_chapters([str(tmp_path / "in")], str(tmp_path / "out"))
    assert names(found) == [["1.png"], ["book.cbz/1.png"]]
    assert sorted(faults) == [
        "1.PSD: this is a Photoshop file; export it as PNG.",
        "a/2.clip: this is a Clip Studio Paint file; export it as PNG.",
        "book.cbz/2: this is a Photoshop file; export it as PNG.",
        "book.cbz/b/1.xcf: this is a GIMP file; export it as PNG.",
    ]


def test_outputs_that_meet_or_cover_an_input_are_refused_with_the_reason_alone(tmp_path):
    touch(tmp_path, "a/1.png", "b/1.png")
    with pytest.raises(InputError, match="a/1.png and .*b/1.png would both become .*out/1.png$"):
        find_chapters([str(tmp_path / "a"), str(tmp_path / "b")], str(tmp_path / "out"))
    with pytest.raises(InputError, match="a/1.png would be overwritten: choose another --output_dir$"):
        find_chapters([str(tmp_path / "a")], str(tmp_path / "a"))


def test_no_output_covers_another_input_a_reference_or_a_layer_that_is_named(tmp_path):
    touch(tmp_path, "a/ch1/01.png", "b/ch1/01.png", "1.png", "b/colorize-layers/1.png.ink.png")
    given = [str(tmp_path / name) for name in ("a", "b/ch1/01.png")]
    with pytest.raises(InputError, match="b/ch1/01.png would be overwritten: choose another --output_dir$"):
        find_chapters(given, str(tmp_path / "b"))
    for other in ("b", "b/ch1/01.png"):
        with pytest.raises(InputError, match="b/ch1/01.png would be overwritten"):
            find_chapters(given[:1], str(tmp_path / "b"), others=[str(tmp_path / other)])
    with pytest.raises(InputError, match="b/colorize-layers/1.png.ink.png would be overwritten"):
        find_chapters([str(tmp_path / "1.png"), str(tmp_path / "b/colorize-layers/1.png.ink.png")], str(tmp_path / "b"))
    assert names(find_chapters(given[:1], str(tmp_path / "c"), others=[str(tmp_path / "b")])[0]) == [["ch1/01.png"]]


def test_an_archive_is_written_again_in_its_order_with_the_coloured_pages_in_their_places(tmp_path):
    content = {"2.png": b"gray two", "info.xml": b"<a/>", "sub/": b"", "1.png": b"gray one", "../evil": b""}
    archive(tmp_path / "book.cbz", content)
    [chapter], _ = find_chapters([str(tmp_path / "book.cbz")], str(tmp_path / "out"))
    (tmp_path / "new.png").write_bytes(b"coloured one")
    position = chapter.pages[0].entry.position
    archives.write_copy(chapter.archive.file, chapter.archive.output, {position: tmp_path / "new.png"})
    with zipfile.ZipFile(tmp_path / "out" / "book.cbz") as book:
        read = {name: book.read(name) for name in book.namelist()}
    expected = {"2.png": b"gray two", "info.xml": b"<a/>", "sub/": b"", "1.png": b"coloured one"}
    assert list(read.items()) == list(expected.items())
