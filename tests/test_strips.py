import cv2
import numpy as np
import pytest

from webtoon_colorize.hints import Hint
from webtoon_colorize.pages import strips

WIDTH = 50


def gray_art(height, *, seed=0, width=WIDTH):
    small = np.random.default_rng(seed).integers(60, 200, (height // 20 + 1, 4), dtype=np.uint8)
    gray = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.repeat(gray[..., None], 3, axis=2)


def with_gutters(height, *, every=130, gutter=16):
    image = gray_art(height)
    for row in range(every, height, every):
        image[row : row + gutter] = 255
    return image


def cut(image, *heights):
    return [strips.Slice(part) for part in np.split(image, np.cumsum(heights))]


def by_lightness(image, hints, background):
    """A wash that depends on the pixel alone."""
    return np.repeat(image[..., :1], 3, axis=2).astype(np.float32) / 255


def colored(slices, color_section=by_lightness):
    """ab of each slice, put together from its rows."""
    rows = {}
    for each, row, ab in strips.color_slices(slices, color_section):
        assert row == sum(len(part) for part in rows.setdefault(each, []))
        rows[each].append(ab)
    return [np.concatenate(parts) for parts in rows.values()]


def numbered_sections(calls):
    """A color_section that gives each section its number."""

    def color_section(image, hints, background):
        calls.append(image.copy())
        return np.full((*image.shape[:2], 3), len(calls), np.float32)

    return color_section


@pytest.mark.parametrize("image", [gray_art(1111), with_gutters(1111)])
def test_slices_come_back_as_they_were_and_coloured_like_the_whole_strip(image):
    slices = cut(image, 1, 300, 7, 99, 450)
    together = colored(slices)
    assert [len(ab) for ab in together] == [len(each.image) for each in slices]
    np.testing.assert_array_equal(np.concatenate(together), colored([strips.Slice(image)])[0])
    np.testing.assert_allclose(np.concatenate(together), by_lightness(image, (), None), atol=1e-6)


@pytest.mark.parametrize("image", [gray_art(1500), with_gutters(1500)])
def test_where_slices_are_cut_plays_no_part_in_the_sections(image):
    whole, sliced = [], []
    colored([strips.Slice(image)], numbered_sections(whole))
    colored(cut(image, 100, 140, 100, 500), numbered_sections(sliced))
    assert len(whole) == len(sliced) > 2
    assert all(np.array_equal(*pair) for pair in zip(whole, sliced))


def test_a_strip_is_cut_in_the_middle_of_the_last_gutter_within_reach():
    sections = []
    [ab] = colored([strips.Slice(with_gutters(400))], numbered_sections(sections))
    # 200 rows are within reach, gutters at 130, 260 and 390; the 132 rows that are left at last are done at once.
    assert [len(section) for section in sections] == [138, 130, 132]
    assert (ab[:138] == 1).all() and (ab[138:268] == 2).all() and (ab[268:] == 3).all()


def test_art_without_a_gutter_is_windowed_and_fades_from_window_to_window():
    sections = []
    [ab] = colored([strips.Slice(gray_art(500))], numbered_sections(sections))
    assert [len(section) for section in sections] == [200, 200, 200]  # each shares 50 rows with the next
    assert (ab[:150] == 1).all() and (ab[200:300] == 2).all() and (ab[350:] == 3).all()
    assert np.abs(np.diff(ab, axis=0)).max() < 1.001 / 50


def test_no_more_is_held_than_a_piece_and_the_slices_it_touches():
    fetched, finished = [], 0

    def slices():
        image = gray_art(20_000)
        for start in range(0, 20_000, 100):
            fetched.append(start)
            yield strips.Slice(image[start : start + 100])

    for _, _, ab in strips.color_slices(slices(), by_lightness):
        assert fetched[-1] + 100 - finished <= 200 + 2 * 100  # what is within reach, and the slices that it ends in
        finished += len(ab)
    assert finished == 20_000


def test_pages_of_the_same_width_that_do_not_go_on_are_coloured_by_themselves():
    pages = [gray_art(70, seed=seed) for seed in range(3)]
    framed = [cv2.copyMakeBorder(page, 9, 9, 0, 0, cv2.BORDER_CONSTANT, value=(255,) * 3) for page in pages]
    for images in (pages, framed):
        sections = []
        colored([strips.Slice(image) for image in images], numbered_sections(sections))
        assert [len(section) for section in sections] == [len(image) for image in images]


def test_art_goes_on_across_a_cut_but_not_across_widths_gutters_and_unlike_pages():
    image = with_gutters(300)
    assert strips.continues(image[:60], image[60:])
    assert strips.continues(image[:60], image[60:61])
    assert not strips.continues(image[:60], image[60:, :-1])
    assert not strips.continues(image[:138], image[138:])
    assert not strips.continues(image[:60], 255 - image[60:])


def test_hints_move_with_their_slice_and_reach_the_piece_they_lie_in():
    seen = []

    def color_section(image, hints, background):
        seen.append([(hint.x, hint.y) for hint in hints if 0 <= hint.y < len(image)])
        return by_lightness(image, hints, background)

    image = gray_art(500)
    slices = [strips.Slice(image[:120]), strips.Slice(image[120:], (Hint(3, 60, (255, 0, 0)), Hint(4, 300, (0, 0, 0))))]
    colored(slices, color_section)
    # In the strip at rows 180 and 420; sections begin at 0, 150 and 300, and overlap.
    assert seen == [[(3, 180)], [(3, 30)], [(4, 120)]]


def test_what_is_not_wanted_is_not_coloured_and_changes_nothing_elsewhere():
    image = gray_art(1500)
    every = cut(image, 300, 300, 300, 300)
    some = [strips.Slice(each.image, wanted=index == 2) for index, each in enumerate(every)]
    sections = []

    def color_section(image, hints, background):
        sections.append(image)
        return by_lightness(image, hints, background)

    np.testing.assert_array_equal(colored(some, color_section)[2], colored(every)[2])
    assert len(sections) == 3  # of ten


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (2, 3)])
def test_the_smallest_pages_are_pages(shape):
    [ab] = colored([strips.Slice(np.full((*shape, 3), 77, np.uint8))])
    assert ab.shape == (*shape, 3)
