import cv2
import numpy as np
import pytest

from webtoon_colorize.pages.paper_mask import paper_level, paper_mask


def page():
    """A gray page, 600 px wide, with a bubble with lettering, an eye's highlight and a hatched cloth."""
    gray = np.full((500, 600), 140, np.uint8)
    cv2.ellipse(gray, (200, 150), (120, 70), 0, 0, 360, 0, 4)
    cv2.ellipse(gray, (200, 150), (118, 68), 0, 0, 360, 255, -1)
    cv2.putText(gray, "Hello", (140, 165), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 0, 4)
    cv2.circle(gray, (450, 150), 8, 255, -1)
    gray[300:400, 300:500:3] = 255
    return gray


def test_a_bubble_is_paper_with_its_lettering_and_ends_at_its_outline():
    share = paper_mask(page(), 600)
    bubble = np.zeros((500, 600), np.uint8)
    cv2.ellipse(bubble, (200, 150), (105, 55), 0, 0, 360, 1, -1)
    assert (share[bubble > 0] == 1).all()  # from 10 pixels inside the outline on
    outside = np.ones((500, 600), np.uint8)
    cv2.ellipse(outside, (200, 150), (124, 74), 0, 0, 360, 0, -1)
    assert (share[:280][outside[:280] > 0] == 0).all()


def test_a_highlight_is_no_paper():
    assert paper_mask(page(), 600)[130:170, 430:470].max() == 0


def test_a_blank_page_is_all_paper_and_a_gray_one_none():
    assert paper_mask(np.full((40, 600), 250, np.uint8), 600).min() == 1
    assert paper_mask(np.full((40, 600), 200, np.uint8), 600).max() == 0


def test_a_window_over_a_strip_agrees_with_the_strip_away_from_its_border():
    gray = page()
    np.testing.assert_allclose(paper_mask(gray[60:], 600)[60:], paper_mask(gray, 600)[120:])


@pytest.mark.parametrize("lettering", [False, True])
def test_a_sky_that_fades_to_white_ends_without_a_seam(lettering):
    gray = np.full((600, 600), 255, np.uint8)
    gray[:400] = np.linspace(150, 255, 400)[:, None]
    gray[500:] = 120
    if lettering:
        cv2.putText(gray, "Hello", (140, 365), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 0, 4)
    share = paper_mask(gray, 600)
    assert (share[:320] == 0).all() and (share[400:490] == 1).all()
    assert np.abs(np.diff(share[:480, :100], axis=0)).max() < 0.12


def test_paper_beside_light_art_with_an_edge_is_white_up_to_the_edge():
    gray = np.full((600, 600), 255, np.uint8)
    gray[200:400, 200:400] = 236
    share = paper_mask(gray, 600)
    assert (share[202:398, 202:398] == 0).all() and (share[:194] == 1).all() and (share[:, 406:] == 1).all()


def scan(paper, noise, *, slope=0, quality=100):
    """Two panels with a light face and a bubble each, as a scan of paper of this level that darkens to the right."""
    page = np.full((640, 480), 255, np.uint8)
    for top in (16, 330):
        page[top : top + 290, 16:464] = np.linspace(150, 200, 290)[:, None]
        cv2.rectangle(page, (16, top), (464, top + 290), 0, 4)
        cv2.circle(page, (165, top + 106), 36, 235, -1)  # nearly as light as the paper
        cv2.ellipse(page, (374, top + 60), (70, 40), 0, 0, 360, 255, -1)
        cv2.ellipse(page, (374, top + 60), (70, 40), 0, 0, 360, 0, 3)
        cv2.putText(page, "HELLO", (330, top + 68), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 0, 3)
    page = page * (paper / 255) - slope * np.arange(480) / 480
    page += np.random.default_rng(0).normal(0, noise, page.shape)
    data = cv2.imencode(".jpg", page.clip(0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)


@pytest.mark.parametrize("paper", [255, 250, 236, 222, 205, 190])
@pytest.mark.parametrize("noise, slope, quality", [(0, 0, 100), (2, 0, 100), (4, 8, 60)])
def test_the_level_of_paper_is_found_and_bubbles_in_a_gray_scan_are_paper(paper, noise, slope, quality):
    page = scan(paper, noise, slope=slope, quality=quality)
    assert abs(paper_level(page) - paper) <= 8
    share = paper_mask(page, 480)
    assert share[70:84, 330:420].min() == 1 == share[384:398, 330:420].min()
    assert share[90:150, 140:190].max() == 0 and share[40:290, 30:110].max() == 0


def test_bright_art_is_no_paper():
    art = np.tile(np.linspace(40, 160, 600), (500, 1)).astype(np.uint8)
    sky = art.copy()
    sky[:200] = 245
    assert paper_level(sky) is None and paper_mask(sky, 600).max() == 0
    moon = art.copy()
    cv2.circle(moon, (300, 250), 60, 254, -1)
    assert paper_level(moon) == 254 and paper_mask(moon, 600).max() == 0
    moon[:50] = 255  # beside real paper, a light sky of another level stays art
    moon[50:200] = 240
    share = paper_mask(moon, 600)
    assert share[:40].min() == 1 and share[60:].max() == 0


def test_a_large_empty_field_of_paper_is_paper():
    vignette = np.full((500, 600), 130, np.uint8)
    vignette[100:400, 100:500] = 255
    assert paper_mask(vignette, 600)[120:380, 120:480].min() == 1
