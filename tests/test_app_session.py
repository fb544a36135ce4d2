import json

import cv2
import numpy as np
import pytest

from tests.conftest import HINTS, make_run
from webtoon_colorize import color
from webtoon_colorize.app.session import Session, weakened
from webtoon_colorize.colorizer import Colorizer
from webtoon_colorize.hints import Hint
from webtoon_colorize.io import images
from webtoon_colorize.panels import crop

RED, BLUE = (200, 40, 40), (40, 40, 200)


@pytest.fixture(scope="module")
def hinted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hints")
    make_run(folder, **HINTS)
    return Colorizer.load(folder)


def page(width=400, height=640):
    """Two panels on white paper, each half dark and half light."""
    image = np.full((height, width), 255, np.uint8)
    for top in (20, height // 2 + 10):
        image[top : top + height // 2 - 30, 20 : width - 20] = 90
        image[top : top + height // 2 - 30, width // 2 : width - 20] = 190
    return image


def png(image):
    return cv2.imencode(".png", image)[1].tobytes()


def ab_at(view, x, y):
    return color.rgb_to_lab(view[int(y), int(x)][None].astype(np.float32) / 255)[1][0].numpy() * color.AB_SCALE


def assert_alike(view, other):
    """Networks sum in another order when they see other numbers of panels at a time, which now and then rounds."""
    difference = np.abs(view.astype(int) - other)
    assert difference.max() <= 1 and difference.mean() < 1e-3


def test_a_dot_colours_what_is_as_light_in_its_panel_and_undo_takes_it_back(hinted):
    session = Session(hinted, png(page()), "page.png")
    before = session.view()
    session.set((Hint(100, 100, RED, 6),))
    after = session.view()
    red = color.rgb_to_lab(np.float32([RED]) / 255)[1][0].numpy() * color.AB_SCALE
    far_before, far_after = (np.linalg.norm(ab_at(view, 150, 200) - red) for view in (before, after))
    assert far_after < 0.67 * far_before and far_before > 15
    np.testing.assert_array_equal(after[330:], before[330:])
    assert np.abs(ab_at(after, 300, 200) - ab_at(before, 300, 200)).max() < 5
    session.undo()
    assert_alike(session.view(), before)
    session.undo()
    assert session.hints == ()


def test_drafts_make_one_step_with_what_follows_them(hinted):
    session = Session(hinted, png(page()), "page.png")
    first, *drafts, last = [(Hint(100, 100, RED, radius),) for radius in (6, 7, 8, 9)]
    session.set(first)
    for draft in drafts:
        session.set(draft, draft=True)
        assert session.hints == draft
    session.set(last)
    session.set(last, draft=True)  # the slider's last word, after it was let go
    session.undo()
    assert session.hints == first
    session.set(last, draft=True)
    session.set(first)  # dragged and brought back
    session.undo()
    assert session.hints == ()


def test_what_is_coloured_step_by_step_is_what_is_coloured_at_once(hinted):
    dots = (Hint(100, 100, RED, 6), Hint(300, 500, BLUE, 9), Hint(300, 100, BLUE, 6))
    slowly, at_once = (Session(hinted, png(page()), "page.png") for _ in range(2))
    for count in range(1, len(dots) + 1):
        slowly.set(dots[:count])
        slowly.view()
    at_once.set(dots)
    assert_alike(slowly.view(), at_once.view())
    written = cv2.cvtColor(cv2.imdecode(np.frombuffer(at_once.finished(), np.uint8), 1), cv2.COLOR_BGR2RGB)
    np.testing.assert_array_equal(written, hinted.colorize(page(), dots))
    assert_alike(written, at_once.view())  # a page this small is shown as it is


def test_only_panels_that_new_dots_reach_are_coloured_again(hinted):
    chroma = hinted.page_chroma(page())
    assert len(chroma.color(())) == 2 and chroma.color(()) == []
    [box] = chroma.color((Hint(100, 100, RED, 6),))
    assert box.y < 100 < box.y + box.height and crop(page(), box).shape == (box.height, box.width)


def test_paper_that_a_dot_lies_on_takes_its_colour(hinted):
    sky = page()
    sky[60:270, 230:350] = 244  # as white as paper
    automatic, on_dark, on_sky = (
        np.ptp(hinted.colorize(sky, hints)[80:250, 250:330].astype(int), axis=-1)
        for hints in ((), (Hint(100, 100, RED, 6),), (Hint(300, 100, RED, 6),))
    )
    assert automatic.max() == on_dark.max() == 0 and on_sky.min() > 0 and on_sky.mean() > 5


def test_large_pages_are_shown_smaller_and_written_whole(hinted):
    session = Session(hinted, png(page(2000, 1200)), "page.png")
    session.set((Hint(500, 300, RED, 20),))
    assert session.view().shape == (600, 1000, 3)
    assert ab_at(session.view(), 200, 200)[0] > 15
    assert cv2.imdecode(np.frombuffer(session.finished(), np.uint8), 1).shape == (1200, 2000, 3)


def test_a_hint_file_comes_back_and_one_of_another_page_does_not(hinted):
    session = Session(hinted, png(page()), "page.png")
    dots = (Hint(100.5, 100, RED, 6), Hint(300, 500, BLUE, 9))
    session.set(dots)
    written = session.hint_file()
    assert json.loads(written)["page.png"][0] == {"x": 100.5, "y": 100, "color": "#c82828", "radius": 6}
    session.set(())
    assert session.load(written.encode()) == 2 and session.hints == dots
    for content, said in (
        (b'{"other.png": []}', "^it has hints for other.png, and this page is page.png; nothing was placed$"),
        (b"\xff", "^this is not JSON"),
        (b'{"page.png": [{"x": 400, "y": 0, "color": "#000000"}]}', "hint 1 at 400, 0 is outside the page"),
    ):
        with pytest.raises(ValueError, match=said):
            session.load(content)
    assert session.hints == dots


def test_what_is_no_image_is_refused(hinted):
    with pytest.raises(images.ImageError, match="^this is not an image"):
        Session(hinted, b"text", "text.png")


def test_suggestions_are_what_the_network_gave_there_and_to_what_looks_like_it_and_neutral(trained):
    """The fixture tints everything alike, and what is tinted enough has that colour and gray to choose from."""
    first, *others = Session(trained[1], png(page()), "page.png").suggestions(100, 100)
    view = Session(trained[1], png(page()), "page.png").view()
    _, ab = color.rgb_to_lab(np.float32(first)[None] / 255)
    np.testing.assert_allclose(ab[0] * color.AB_SCALE, ab_at(view, 100, 100), atol=3)
    assert len(set(others[-1])) == 1


def test_strength_scales_chroma():
    _, full = color.rgb_to_lab(np.float32(RED)[None] / 255)
    _, half = color.rgb_to_lab(np.float32(weakened(RED, 0.5))[None] / 255)
    np.testing.assert_allclose(half, full / 2, atol=0.01)
    assert weakened(RED, 1.0) == RED and len(set(weakened(RED, 0.0))) == 1
