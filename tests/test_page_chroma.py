"""The chroma of a page, panel by panel; the networks are a function that says what it was asked."""

import functools

import cv2
import numpy as np
import pytest

from tests.comics import art, strip
from tests.test_screentone import halftone
from webtoon_colorize import lab
from webtoon_colorize.hints import Hint
from webtoon_colorize.pages import strips
from webtoon_colorize.pages.compositing import Painter
from webtoon_colorize.pages.page_chroma import PageChroma
from webtoon_colorize.panels import Box

RED, BLUE = (255, 0, 0), (0, 0, 255)


def networks(asked):
    """Gives each box the ab (0.1, 0)."""

    def predict(image, boxes):
        asked.extend(boxes)
        yield from (np.full((8, 8, 2), (0.1, 0), np.float32) for _ in boxes)

    return predict


def page():
    """Two panels of 260 x 240 with gutters of 20, gray."""
    gray = np.ascontiguousarray(strip(art(1), art(2))[..., 0])
    return np.repeat((gray // 2 + 100 * (gray == 255))[..., None], 3, axis=2).astype(np.uint8)


PANELS = [Box(20, 20, 260, 240), Box(20, 280, 260, 240)]


def chroma_of(image, asked=None, **options):
    return PageChroma(
        image, networks([] if asked is None else asked), **{"background": None, "keep_white": False} | options
    )


def test_panels_get_the_networks_ab_and_gutters_none():
    chroma = chroma_of(page())
    assert not chroma.ab.any() and chroma.color(()) == PANELS
    for box in PANELS:
        inside = chroma.ab[box.y : box.bottom, box.x : box.right]
        np.testing.assert_allclose(inside, np.broadcast_to(np.float32([0.1, 0]), inside.shape), atol=1e-6)
    assert np.count_nonzero(chroma.ab[..., 0]) == 2 * 260 * 240


def test_only_panels_whose_hints_change_are_coloured_again_and_the_networks_are_asked_once():
    asked = []
    chroma = chroma_of(page(), asked)
    dot, other = Hint(100, 100, RED), Hint(100, 400, RED)
    assert chroma.color([dot]) == PANELS == asked
    assert chroma.color([dot]) == []
    assert chroma.color([dot, other]) == PANELS[1:]
    assert chroma.color([other]) == PANELS[:1]
    assert asked == PANELS


def test_a_panel_whose_hints_are_taken_away_is_as_before():
    chroma = chroma_of(page())
    chroma.color(())
    before = chroma.ab.copy()
    chroma.color([Hint(100, 100, RED)])
    assert np.abs(chroma.ab - before)[20:260].max() > 0.5 and not (chroma.ab - before)[280:].any()
    chroma.color(())
    np.testing.assert_array_equal(chroma.ab, before)


def with_figures():
    """Two framed panels; a framed gray figure sticks out of the first, another one stands in the gutter."""
    image = np.full((700, 500, 3), 255, np.uint8)
    for top in (100, 420):
        image[top : top + 240, 20:480] = np.linspace(70, 190, 460, dtype=np.uint8)[:, None]
        cv2.rectangle(image, (20, top), (479, top + 239), (0, 0, 0), 4)
    for (left, top), corner in [((200, 50), (260, 200)), ((300, 365), (324, 389))]:
        cv2.rectangle(image, (left, top), corner, (120, 120, 120), -1)
        cv2.rectangle(image, (left, top), corner, (0, 0, 0), 3)
    return image


def test_a_dot_on_art_outside_of_all_panels_colours_it_and_what_it_continues_inside():
    chroma = chroma_of(with_figures(), keep_white=True)
    chroma.color(())
    before, wash = chroma.ab.copy(), chroma.wash.copy()
    assert not before[54:90, 204:256].any()
    first, second = Hint(230, 70, RED), Hint(312, 377, BLUE)
    panels = list(chroma._hints)
    assert chroma.color([first]) == [panels[0], Box(0, 0, 500, 700)]
    np.testing.assert_allclose(
        chroma.ab[54:196, 204:256], np.broadcast_to(lab.rgb_to_lab(np.array(RED))[1], (142, 52, 2)), atol=0.03
    )
    assert not chroma.ab[:90, :190].any() and not chroma.ab[350:410].any()
    assert chroma.color([first, second]) == [Box(0, 0, 500, 700)]
    np.testing.assert_allclose(chroma.ab[370:385, 304:320, 1], lab.rgb_to_lab(np.array(BLUE))[1][1], atol=1e-6)
    np.testing.assert_array_equal(chroma.ab[420:], before[420:])
    assert chroma.color(()) == [panels[0], Box(0, 0, 500, 700)]
    np.testing.assert_array_equal(chroma.ab, before)
    np.testing.assert_array_equal(chroma.wash, wash)


def test_two_dots_on_one_area_outside_of_all_panels_share_it():
    chroma = chroma_of(with_figures())
    chroma.color([Hint(306, 377, RED, 1), Hint(318, 377, BLUE, 1)])
    assert chroma.ab[377, 306, 1] > 0.4 and chroma.ab[377, 318, 1] < -0.4


def test_a_blank_page_has_no_panels():
    asked = []
    chroma = chroma_of(np.full((50, 40, 3), 200, np.uint8), asked)
    assert chroma.color([Hint(1, 1, RED)]) == [] == asked and not chroma.ab.any()


def test_white_stays_white_except_where_a_hint_lies():
    image = art(3, 300, 300)[..., :1].repeat(3, axis=2) // 2 + 50
    image[50:150, 50:250] = image[180:280, 50:250] = 255  # two bubbles
    kept = chroma_of(image, keep_white=True)
    kept.color(())
    assert not kept.ab[70:130, 70:230].any() and not kept.ab[200:260, 70:230].any() and kept.ab[20:40].any()
    kept.color([Hint(150, 100, RED)])
    assert kept.ab[70:130, 70:230, 0].min() > 0.09 and not kept.ab[200:260, 70:230].any()
    coloured = chroma_of(image)
    coloured.color(())
    assert coloured.ab[..., 0].min() > 0.09


@pytest.mark.parametrize("cell, width", [(6, 3), (4, 5)])
def test_a_dots_colour_does_not_ring_screentone_that_another_dot_colours(cell, width):
    gray = np.full((440, 640), 255, np.uint8)
    gray[120:320, 400:560] = halftone(np.full((200, 160), 165, np.uint8), cell, 0)
    cv2.rectangle(gray, (400, 120), (559, 319), 0, width)
    cv2.ellipse(gray, (180, 200), (110, 140), 0, 0, 360, 0, width)
    cv2.rectangle(gray, (10, 10), (629, 429), 0, 4)
    chroma = chroma_of(np.repeat(gray[..., None], 3, axis=2), keep_white=True)
    chroma.color([Hint(180, 200, RED), Hint(480, 220, BLUE)])
    painted = Painter(on_lines=False).paint(np.repeat(gray[..., None], 3, axis=2), chroma.wash)
    assert (painted[80:320, 150:210] == RED).all()
    paper = np.ones(gray.shape, bool)
    paper[60:345, 60:300] = paper[120:320, 400:560] = False
    assert (painted[paper] == gray[paper][:, None]).all()
    tone = chroma.wash[120:320, 400:560, :2][gray[120:320, 400:560] > 0]
    rings = np.abs(tone - np.median(tone, axis=0)).max(axis=1) > 0.06
    assert rings.mean() < 0.002  # in its corners


def test_a_dot_in_a_closed_line_leaves_the_paper_around_it_as_it_is_beside_another_dot():
    gray = np.full((440, 640), 240, np.uint8)
    gray[120:320, 400:560] = 150
    cv2.rectangle(gray, (400, 120), (559, 319), 0, 3)
    cv2.ellipse(gray, (180, 200), (110, 140), 0, 0, 360, 0, 3)
    cv2.rectangle(gray, (10, 10), (629, 429), 0, 4)
    chroma = chroma_of(np.repeat(gray[..., None], 3, axis=2), keep_white=True)
    chroma.color([Hint(180, 200, RED), Hint(480, 220, BLUE)])
    assert (chroma.ab[80:320, 150:210, 0] > 0.5).all() and (chroma.ab[130:310, 410:550, 1] < -0.5).all()
    assert not chroma.ab[360:410, 30:610].any() and not chroma.ab[30:410, 310:380].any()


@pytest.mark.parametrize("sky, gutter", [(236, 255), (245, 255), (14, 0)])
def test_a_flat_sky_at_a_slices_edge_is_coloured_as_in_the_whole_strip(sky, gutter):
    whole = np.full((1150, 300, 3), gutter, np.uint8)
    whole[20:1130] = np.repeat(cv2.resize(art(5), (300, 1110))[..., :1], 3, axis=2) // 2 + 60
    whole[380:400], whole[400:640] = gutter, sky
    color = functools.partial(section_of, networks([]))
    [together] = washes([whole], color)
    for cuts in ([500, 570], [410], [630]):
        np.testing.assert_array_equal(np.concatenate(washes(np.split(whole, cuts), color)), together)
    is_colored = (together != 0).any(axis=(1, 2))
    assert is_colored[22:378].all() and is_colored[402:1128].all() and not is_colored[382:398].any()
    [alone] = washes([whole[570:]], color)
    assert (alone[:70] != 0).any(axis=-1).all()


def section_of(predict, image, hints, background):
    chroma = PageChroma(image, predict, background=background, keep_white=True)
    chroma.color(hints)
    return chroma.wash


def washes(slices, color):
    """The wash of each slice, put together from its rows."""
    slices = [strips.Slice(image) for image in slices]
    rows = [(each.slice, each.wash) for each in strips.color_slices(slices, color)]
    return [np.concatenate([wash for owner, wash in rows if owner is each]) for each in slices]
