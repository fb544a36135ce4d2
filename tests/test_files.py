"""Files appear whole or not at all; names have a natural order and some are hidden."""

import os
import subprocess
import sys

import pytest

from webtoon_colorize.files import (
    atomic_path,
    derived_name,
    is_hidden,
    natural_key,
    path_key,
    reason,
    remove_unfinished,
    write_bytes,
)


def test_a_file_appears_at_the_end_of_the_block_and_its_folder_with_it(tmp_path):
    path = tmp_path / "new" / "page.png"
    with atomic_path(path) as temporary:
        temporary.write_bytes(b"whole")
        assert temporary.parent == path.parent and temporary.suffix == ".png" and not path.exists()
    assert path.read_bytes() == b"whole" and os.listdir(path.parent) == ["page.png"]
    assert path.stat().st_mode & 0o777 == 0o644


def test_when_the_block_raises_the_old_file_stays_and_nothing_else(tmp_path):
    path = tmp_path / "page.png"
    write_bytes(path, b"old")
    with pytest.raises(KeyboardInterrupt), atomic_path(path) as temporary:
        temporary.write_bytes(b"half")
        raise KeyboardInterrupt
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["page.png"]


def test_what_a_killed_process_left_is_hidden_and_can_be_removed(tmp_path):
    killed = (
        "import os, sys; from webtoon_colorize.files import atomic_path\nwith atomic_path(sys.argv[1]): os._exit(1)"
    )
    for name in ("panels/a.png", "weights"):
        subprocess.run([sys.executable, "-c", killed, str(tmp_path / name)])
    (tmp_path / "panels" / ".a.png").touch()
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()} - {".a.png"}
    assert len(left) == 2 and all(map(is_hidden, left))
    remove_unfinished(tmp_path)
    assert not left & {path.name for path in tmp_path.rglob("*")}
    assert (tmp_path / "panels" / ".a.png").exists()


def test_two_comes_before_ten():
    names = ["10화", "2화", "1화", "02화", "B2", "a10", "b1"]
    assert sorted(names, key=natural_key) == ["1화", "02화", "2화", "10화", "a10", "b1", "B2"]


def test_numbers_sort_by_value_and_capitals_only_among_equal_names():
    names = ["10", "a2", "2", "A10", "02", "b", "a", "A", "1화", "10화", "2화"]
    expected = ["1화", "02", "2", "2화", "10", "10화", "A", "a", "a2", "A10", "b"]
    assert sorted(names, key=natural_key) == expected


def test_a_half_comes_between_and_an_ending_is_no_part_of_the_number():
    names = ["10.png", "2.5.png", "2.png", "2 (1).png", "Chapter 2.5", "Chapter 10", "Chapter 2", "\uff19.png"]
    expected = ["2.png", "2 (1).png", "2.5.png", "\uff19.png", "10.png", "Chapter 2", "Chapter 2.5", "Chapter 10"]
    assert sorted(names, key=natural_key) == expected
    assert sorted(["9" * 5000, "1"], key=natural_key)[0] == "1"


def test_paths_are_sorted_part_by_part_and_files_before_folders():
    expected = ["1.png", "3.png", "2/1.png", "2/10.png", "2.5/1.png", "10/1.png"]
    assert sorted({*expected}, key=path_key) == expected


def test_a_derived_name_fits_and_tells_long_names_apart():
    assert derived_name("1.png", ".color.png") == "1.png.color.png"
    long = ["화" * 85, "화" * 84 + "하"]
    short = [derived_name(name, ".color.png") for name in long]
    assert short[0] != short[1] and all(len(name.encode()) <= 255 and name.endswith(".color.png") for name in short)
    assert derived_name("a" * 255) == "a" * 255


def test_a_file_whose_name_is_as_long_as_can_be_is_written(tmp_path):
    for name in ("a" * 251 + ".png", "a." + "b" * 253):
        write_bytes(tmp_path / name, b"")
    assert len(os.listdir(tmp_path)) == 2


def test_reasons_have_neither_numbers_of_errors_nor_names_of_files():
    assert reason(OSError(28, "No space left on device", "/tmp/x")) == "no space left on device"
    assert reason(MemoryError("std::bad_alloc")) == "there is not enough memory"
    assert reason(ValueError("one\ntwo")) == "one" and reason(KeyError()) == "KeyError"


@pytest.mark.parametrize(
    "name",
    [
        ".hidden",
        "a/.git/b.png",
        "__MACOSX/1.png",
        "a/__MACOSX/._1.png",
        "../1.png",
        "a/@eaDir/1.png",
        "$RECYCLE.BIN/1.png",
    ],
)
def test_dotted_names_and_macos_folders_are_hidden(name):
    assert is_hidden(name)


@pytest.mark.parametrize("name", ["1.png", "./1.png", "a.b/c.png", "__MACOSX2/1.png"])
def test_other_names_are_not(name):
    assert not is_hidden(name)
