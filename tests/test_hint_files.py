import json
import os
import unicodedata

import pytest

from webtoon_colorize.hints import Hint
from webtoon_colorize.io.hint_files import HintError, assign, read_hints

GOOD = {"x": 120, "y": 80.5, "color": "#c03020", "radius": 6}


def write(folder, content):
    path = folder / "hints.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_hints_are_read_per_page(tmp_path):
    path = write(tmp_path, {"1화/01.png": [GOOD, {"x": 0, "y": 0, "color": "#FFFFFF"}], "02.png": []})
    first, second = Hint(120.0, 80.5, (192, 48, 32), 6.0), Hint(0.0, 0.0, (255, 255, 255), 3.0)
    assert read_hints(path) == {"1화/01.png": (first, second), "02.png": ()}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_files_of_editors_that_write_marks_other_encodings_or_crlf_are_read(tmp_path, encoding):
    text = json.dumps({"1화.png": [GOOD]}, indent=1, ensure_ascii=False).replace("\n", "\r\n")
    (tmp_path / "hints.json").write_bytes(text.encode(encoding))
    assert read_hints(tmp_path / "hints.json") == {"1화.png": (Hint(120.0, 80.5, (192, 48, 32), 6.0),)}


@pytest.mark.parametrize(
    "content, fault",
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"01.png": [' + "9" * 5000 + "]}", "^this is not JSON that can be read$"),
        ('{"01.png": [],\n"01.png": []}', "^01.png is there twice$"),
        ("{\n x", r"not JSON \(line 2, column 2\)"),
        ([GOOD], "expected"),
        ({"01.png": GOOD}, "expected"),
        ({"01.png": [GOOD, {"x": 1, "y": 2}]}, "page 01.png, entry 2: expected x, y, color"),
        ({"01.png": [GOOD | {"size": 3}]}, "page 01.png, entry 1: expected x, y, color"),
        ({"01.png": ["red"]}, "page 01.png, entry 1: expected x, y, color"),
        ({"01.png": [GOOD | {"x": "left"}]}, 'entry 1: x is "left", expected a number'),
        ({"01.png": [GOOD | {"y": True}]}, "entry 1: y is true, expected a number"),
        ({"01.png": [GOOD | {"x": 10**400}]}, "entry 1: x is 1000.*, expected a number"),
        (
            {"01.png": [GOOD | {"radius": 200000000}]},
            "radius is 200000000, expected a number of pixels below 100,000,000$",
        ),
        ({"01.png": [GOOD | {"radius": -1}]}, "entry 1: radius is -1, expected a number"),
        ('{"01.png": [{"x": NaN, "y": 0, "color": "#000000"}]}', "entry 1: x is NaN, expected a number"),
        ({"01.png": [GOOD | {"color": "red"}]}, 'entry 1: color is "red", expected #rrggbb'),
        ({"01.png": [GOOD | {"color": 7}]}, "entry 1: color is 7, expected #rrggbb"),
    ],
)
def test_a_bad_file_is_refused_with_a_reason_that_names_page_and_entry(tmp_path, content, fault):
    with pytest.raises(HintError, match=fault) as error:
        read_hints(write(tmp_path, content))
    assert "hints.json" not in str(error.value) and not str(error.value).endswith(".")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(HintError, match="^the file cannot be opened"):
        read_hints(tmp_path / "none.json")


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "hints.json").write_bytes(b"{\xff\xfe\xff}")
    with pytest.raises(HintError, match="^this is not JSON .its text is neither UTF-8 nor UTF-16.$"):
        read_hints(tmp_path / "hints.json")


def test_names_match_with_backslashes_and_in_the_letters_of_macos():
    dot = (Hint(1, 2, (0, 0, 0)),)
    pages = [unicodedata.normalize("NFD", "book/é화.png"), "a/1.png"]
    assert assign({unicodedata.normalize("NFC", "é화.png"): dot, "a\\1.png": dot}, pages) == (
        dict.fromkeys(pages, dot),
        [],
    )


def test_names_may_leave_out_the_folders_that_they_lie_in():
    dot = (Hint(1, 2, (0, 0, 0)),)
    pages = ["book.cbz/a/01.png", "book.cbz/a/001.png", "02.png"]
    assert assign({"a/01.png": dot}, pages) == ({"book.cbz/a/01.png": dot}, [])
    assert assign({"02.png": dot, "book.cbz/a/001.png": dot}, pages)[0].keys() == {"02.png", "book.cbz/a/001.png"}
    assert assign({"1.png": dot, "03.png": dot}, pages) == ({}, ["1.png", "03.png"])


def test_names_may_have_the_folders_that_the_page_lies_in(monkeypatch):
    dot = (Hint(1, 2, (0, 0, 0)),)
    monkeypatch.setattr(os, "getcwd", lambda: "/home/me/work")
    pages, paths = ["01.png", "b.cbz/./02.png"], ["/home/me/comic/01.png", "/home/me/b.cbz/./02.png"]
    for name in ("01.png", "comic/01.png", "./comic/01.png", "/home/me/comic/01.png", "../comic/01.png"):
        assert assign({name: dot}, pages, paths) == ({"01.png": dot}, [])
    for name in ("02.png", "b.cbz/02.png", "me/b.cbz/02.png"):
        assert assign({name: dot}, pages, paths) == ({"b.cbz/./02.png": dot}, [])
    for name in ("other/01.png", "/01.jpg", "../01.png", "", "."):
        assert assign({name: dot}, pages, paths) == ({}, [name])
    assert assign({"01.png": dot, "comic/01.png": dot}, pages, paths) == ({"01.png": dot + dot}, [])


def test_the_end_of_several_names_is_refused_and_a_whole_name_is_not():
    dot = (Hint(1, 2, (0, 0, 0)),)
    pages = ["a/01.png", "b/01.png"]
    with pytest.raises(HintError, match="^01.png could be a/01.png or b/01.png; put the folder in front$"):
        assign({"01.png": dot}, pages)
    assert assign({"b/01.png": dot}, pages) == ({"b/01.png": dot}, [])
    assert assign({"01.png": dot}, ["01.png", *pages]) == ({"01.png": dot}, [])
