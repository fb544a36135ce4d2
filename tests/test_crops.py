import pathlib

import numpy as np

from data_tools import crops
from data_tools.pages import Page, page_path


def page(name):
    return Page("title", "1", name, pathlib.Path("x.cbz"))


def test_pages_with_slashes_and_percent_signs_in_their_names_have_different_paths():
    names = ["a/1.png", "a%2F1.png", "a%1.png", "a1.png"]
    paths = [page_path(page(name)) for name in names]
    assert paths == ["title/1/a%2F1.png", "title/1/a%252F1.png", "title/1/a%251.png", "title/1/a1.png"]


def test_long_names_are_cut_to_what_file_systems_take_and_stay_different():
    paths = {page_path(page("쪽" * 80 + end + ".png")) for end in ("1", "2")}  # 245 bytes
    assert len(paths) == 2
    assert all(len(f"{path}_100.png".rsplit("/")[-1].encode()) <= 255 for path in paths)


def test_wide_pages_are_reduced_to_the_width_and_narrow_ones_stay_as_they_are():
    small = np.arange(3 * 4 * 2, dtype=np.uint8).reshape(4, 2, 3)
    image = small.repeat(2, axis=0).repeat(2, axis=1)
    assert crops.reduce_to_width(image, 4) is image
    np.testing.assert_array_equal(crops.reduce_to_width(image, 2), small)


def test_a_panel_is_too_small_too_large_gray_or_of_use():
    settings = crops.Settings(min_size=20, max_size=40, min_colour=0.5)
    colored = np.zeros((40, 20, 3), np.uint8)
    colored[..., 0] = 200
    assert crops.panel_fault(colored, settings) is None
    assert crops.panel_fault(colored[:, :19], settings) == ("too_small", "19 x 40")
    assert crops.panel_fault(np.zeros((20, 41, 3), np.uint8), settings) == ("too_large", "41 x 20")
    assert crops.panel_fault(np.full((20, 20, 3), 99, np.uint8), settings) == ("gray", "0.00% coloured")
