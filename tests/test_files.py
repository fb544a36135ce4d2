"""Files appear whole or not at all; names have a natural order and some are hidden."""

import os

import pytest

from webtoon_colorize.files import atomic_path, is_hidden, natural_key, write_bytes


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


def test_two_comes_before_ten():
    names = ["10화", "2화", "1화", "02화", "B2", "a10", "b1"]
    assert sorted(names, key=natural_key) == ["1화", "02화", "2화", "10화", "a10", "b1", "B2"]


def test_numbers_sort_by_value_and_capitals_only_among_equal_names():
    names = ["10", "a2", "2", "A10", "02", "b", "a", "A", "1화", "10화", "2화"]
    expected = ["1화", "02", "2", "2화", "10", "10화", "A", "a", "a2", "A10", "b"]
    assert sorted(names, key=natural_key) == expected


@pytest.mark.parametrize("name", [".hidden", "a/.git/b.png", "__MACOSX/1.png", "a/__MACOSX/._1.png", "../1.png"])
def test_dotted_names_and_macos_folders_are_hidden(name):
    assert is_hidden(name)


@pytest.mark.parametrize("name", ["1.png", "./1.png", "a.b/c.png", "__MACOSX2/1.png"])
def test_other_names_are_not(name):
    assert not is_hidden(name)
