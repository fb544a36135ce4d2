import cv2
import numpy as np

from webtoon_colorize.pages.paper_mask import paper_mask


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
