import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from tests.comics import art, strip
from tests.conftest import make_run
from tests.test_compositing import chroma, gray_levels
from tests.test_prints import lines
from tests.test_run import SETTINGS
from webtoon_colorize import checkpoints, color, colorizer, run
from webtoon_colorize.colorizer import Colorizer
from webtoon_colorize.hints import Hint
from webtoon_colorize.lab import lightness_of
from webtoon_colorize.methods.method import Method
from webtoon_colorize.pages import runtimes

RED, BLUE, GRAY = (255, 0, 0), (0, 0, 255), (128, 128, 128)


def fake(*, takes_label=False, from_lines=False, calls=None, strength=1.0):
    """Colours by lightness, and bluer with each label."""

    def colorize(lightness, label, hints):
        if calls is not None:
            calls.append(lightness.shape)
        assert hints is None
        return tf.concat(
            [0.5 * lightness, 0.3 - 0.3 * tf.cast(label, tf.float32)[:, None, None, None] + 0 * lightness], -1
        )

    method = Method({}, None, colorize, takes_label=takes_label, from_lines=from_lines)
    return Colorizer(runtimes.of_method(method, image_size=32, titles=["one", "two"]), strength=strength)


def gray_strip():
    return np.ascontiguousarray(strip(art(1), art(2), art(3))[..., 0])


def hue_at(image, x, y):
    """a and b in Lab units."""
    return (110 * color.rgb_to_lab(tf.constant(image[y, x] / 255, tf.float32))[1]).numpy()


def test_a_page_keeps_its_size_and_lightness_and_its_gutters():
    page = gray_strip()
    colored = fake().colorize(page)
    assert colored.shape == (*page.shape, 3) and colored.dtype == np.uint8
    assert np.abs(gray_levels(lightness_of(colored)) - page).max() <= 0.55
    gutters = page == 255
    assert (colored[gutters] == 255).all() and chroma(colored)[~gutters].mean() > 10


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (3000, 7)])
def test_slivers_are_pages_too(shape):
    gray = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    calls = []
    assert fake(calls=calls).colorize(gray, [Hint(0.5, 0.5, RED)]).shape == (*shape, 3)
    assert len(calls) <= 1  # traced once at most


def test_the_strength_changes_chroma_and_not_hints():
    page = np.full((64, 64), 128, np.uint8)
    page[:, 32:] = 150
    full, half = (fake(strength=strength).page_chroma(page) for strength in (1.0, 0.5))
    for each in (full, half):
        each.color([])
    np.testing.assert_allclose(half.ab, 0.5 * full.ab, atol=1e-6)
    hint = Hint(16, 32, RED)
    for each in (full, half):
        each.color([hint])
    np.testing.assert_allclose(half.ab[32, 16], full.ab[32, 16], atol=0.02)
    assert (fake(strength=0.0).colorize(page) == page[..., None]).all()


def test_gray_and_rgb_pages_are_coloured_alike_and_left_as_they_were():
    page = gray_strip()
    rgb = np.repeat(page[..., None], 3, axis=2)
    before = rgb.copy()
    np.testing.assert_array_equal(fake().colorize(rgb), fake().colorize(page))
    np.testing.assert_array_equal(rgb, before)


def test_bubbles_stay_white_unless_told_otherwise():
    page = np.full((300, 300), 120, np.uint8)
    page[:, ::9] = 100
    page[50:150, 50:250] = 246
    kept, not_kept = fake().colorize(page), fake().colorize(page, keep_white=False)
    assert chroma(kept)[60:140, 60:240].max() < 0.5 < 3 < chroma(not_kept)[60:140, 60:240].mean()
    np.testing.assert_array_equal(kept[170:], not_kept[170:])


def test_paper_under_lines_takes_the_colour_and_darkens_no_more_than_it_must():
    page = np.full((300, 300), 255, np.uint8)
    page[20:280:40, 20:280] = page[20:280, 20:280:52] = 0
    page[20:280, 279] = 0
    shaded, drawn = fake().colorize(page), fake(from_lines=True).colorize(page)
    assert chroma(shaded).max() < 0.5
    paper = page[21:279, 21:279] == 255
    inside = drawn[21:279, 21:279]
    np.testing.assert_allclose(np.median(chroma(inside)[paper]), 110 * np.hypot(0.5, 0.3), atol=6)
    assert 0.2 < np.median(lightness_of(inside)[paper]) < 0.4  # where a = 55, b = 33 begins to be in sRGB
    np.testing.assert_array_equal(drawn[page == 0], 0)
    np.testing.assert_array_equal(drawn[:10], 255)


def test_a_large_scan_is_coloured_like_a_small_page(monkeypatch):
    page = np.ascontiguousarray(art(1, height=600, width=400)[..., 0] // 2 + 50)
    hint = Hint(200, 300, RED, radius=9)
    whole = fake().colorize(page, [hint]), fake().colorize(page)
    monkeypatch.setattr(colorizer, "_LARGEST", 600 * 400 // 9)
    reduced = fake().colorize(page, [hint]), fake().colorize(page)
    for before, after in zip(whole, reduced):
        assert np.abs(before.astype(int) - after).mean() < 1
        assert np.abs(gray_levels(lightness_of(after)) - page).max() <= 0.6


def test_a_blank_page_stays_blank():
    for value in (0, 90, 255):
        assert (fake().colorize(np.full((60, 40), value, np.uint8)) == value).all()


def test_a_hint_colours_the_panel_it_lies_in_and_no_other():
    page = gray_strip()
    automatic, hinted = fake().colorize(page), fake().colorize(page, [Hint(150, 400, RED)])
    np.testing.assert_array_equal(hinted[:270], automatic[:270])
    np.testing.assert_array_equal(hinted[530:], automatic[530:])
    a, b = hue_at(hinted, 150, 400)
    assert a > 20 and b > 10
    assert chroma(automatic)[400, 150] > 20 and chroma(fake().colorize(page, [Hint(150, 400, GRAY)]))[400, 150] < 2


def test_gray_tones_keep_their_lightness_under_a_hint_and_what_lines_enclose_takes_the_hints():
    blue = Hint(100, 100, (40, 60, 160))
    tones = np.full((220, 340), 150, np.uint8)
    tones[:, 170:] = 90
    for page, expected in ((tones, 150), (lines(), gray_levels(lightness_of(np.uint8([[blue.rgb]])))[0, 0])):
        colored = fake().colorize(page, [blue])
        assert gray_levels(lightness_of(colored[100:101, 100:101]))[0, 0] == pytest.approx(expected, abs=0.6)
        np.testing.assert_allclose(hue_at(colored, 100, 100), hue_at(np.uint8([[blue.rgb]]), 0, 0), atol=1.5)


def test_a_hint_reaches_every_window_of_long_art_that_it_lies_in():
    art_ = np.ascontiguousarray(art(5, height=200, width=1400)[..., 0] // 2 + 50)
    [left, right] = [Hint(x, 100, rgb) for x, rgb in ((260, RED), (1300, BLUE))]
    colored = fake().colorize(art_, [left, right])
    assert hue_at(colored, 100, 100)[1] > 5 > -5 > hue_at(colored, 1350, 100)[1]  # red's b is 67, blue's -108
    assert hue_at(colored, 250, 100)[0] > 20  # two windows hold this place and both know the hint


def test_functions_are_traced_once_whatever_the_sizes():
    calls = []
    counting = fake(calls=calls)
    for shape in [(100, 80), (33, 200), (700, 100), (1, 1), (5, 300)]:
        image = np.random.default_rng(0).integers(0, 255, shape, dtype=np.uint8)
        counting.colorize(image)
        counting.colorize(image, [Hint(0, 0, RED)])
    assert len(calls) == 1 and set(map(tuple, calls)) == {(None, 32, 32, 1)}


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (2, 900), (900, 2), (31, 33)])
def test_the_smallest_and_thinnest_pages_are_coloured(shape):
    page = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    assert fake().colorize(page).shape == (*shape, 3)


def test_the_networks_label_is_the_titles_index():
    page = np.ascontiguousarray(art(1)[..., 0] // 2 + 50)
    one, two = (fake(takes_label=True).colorize(page, title=title) for title in ("one", "two"))
    assert (110 * color.rgb_to_lab(tf.constant(one / 255, tf.float32))[1])[..., 1].numpy().mean() > 20
    assert abs((110 * color.rgb_to_lab(tf.constant(two / 255, tf.float32))[1])[..., 1].numpy().mean()) < 2


@pytest.mark.parametrize(
    "options, fault",
    [
        ({"title": "three"}, "no title three in this run; it knows one, two"),
        ({"title": None}, "needs a title; it knows one, two"),
    ],
)
def test_titles_that_the_method_does_not_know_are_refused(options, fault):
    with pytest.raises(ValueError, match=fault):
        fake(takes_label=True).colorize(np.zeros((9, 9), np.uint8), **options)


@pytest.mark.parametrize(
    "image",
    [np.zeros((9, 9), np.float32), np.zeros((9, 9, 4), np.uint8), np.zeros(9, np.uint8), np.zeros((0, 9), np.uint8)],
)
def test_what_is_no_page_is_refused(image):
    with pytest.raises(ValueError, match="a page is uint8"):
        fake().colorize(image)


def test_a_hint_beside_the_page_is_refused():
    with pytest.raises(ValueError, match="hint 2 at 40, 3 is outside the page of 40 x 30"):
        fake().colorize(np.zeros((30, 40), np.uint8), [Hint(1, 1, RED), Hint(40, 3, RED)])


def test_a_run_is_loaded_with_its_weights(tmp_path):
    method = make_run(tmp_path)
    page = np.ascontiguousarray(art(1)[..., 0])
    colored = Colorizer.load(tmp_path).colorize(page, [Hint(20, 20, RED)])
    again = Colorizer(runtimes.of_method(method, image_size=32, titles=["one", "two"])).colorize(
        page, [Hint(20, 20, RED)]
    )
    np.testing.assert_array_equal(colored, again)


def test_what_is_no_run_of_a_colorizer_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match="is not a run folder"):
        Colorizer.load(tmp_path)
    (tmp_path / "settings.json").write_text("{}")
    with pytest.raises(ValueError, match="is not a run folder of this version"):
        Colorizer.load(tmp_path)
    (tmp_path / "settings.json").write_text("no json")
    with pytest.raises(ValueError, match="is not a run folder of this version"):
        Colorizer.load(tmp_path)
    run.claim(tmp_path, SETTINGS)
    with pytest.raises(FileNotFoundError, match="has no checkpoint yet"):
        Colorizer.load(tmp_path)


def test_a_classifier_cannot_colour(tmp_path):
    settings = dataclasses.replace(SETTINGS, method="title_classifier.build_vgg16", arguments={"gray": True})
    run.claim(tmp_path, settings)
    checkpoints.best(tmp_path, run.build(settings)).save()
    with pytest.raises(ValueError, match="tells titles apart and does not colorize"):
        Colorizer.load(tmp_path)
