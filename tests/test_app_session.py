import base64
import io

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.conftest import HINTS, make_run
from tests.test_prints import lines
from webtoon_colorize import color
from webtoon_colorize.app import session as sessions
from webtoon_colorize.app.page import weakened
from webtoon_colorize.app.session import NotOpenError, Session
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


def strip(count=12, width=400):
    """A column of such pages, higher than is coloured at a time."""
    return np.concatenate([page(width)] * count)


def png(image):
    return cv2.imencode(".png", image)[1].tobytes()


def ab_at(view, x, y):
    return color.rgb_to_lab(view[int(y), int(x)][None].astype(np.float32) / 255)[1][0].numpy() * color.AB_SCALE


def assert_alike(view, other):
    """Networks sum in another order when they see other numbers of panels at a time, which now and then rounds."""
    difference = np.abs(view.astype(int) - other)
    assert difference.max() <= 1 and difference.mean() < 1e-3


def never(pages):
    raise AssertionError("nothing is to be learned here")


class Screen:
    """What a browser shows of a page."""

    def __init__(self, colorizer, image, adapt=never, **options):
        self.session = Session(colorizer, adapt, **options)
        self.key = self.session.open(png(image)).key
        self.picture, self.seen = images.read_image(png(image)), ""

    def show(self, *hints, y=0):
        """Colours all that waits for colour; returns the picture and the number of parts that came anew."""
        parts, more = 0, True
        while more:
            self.seen, patches, more, self.kinds = self.session.view(self.key, hints, seen=self.seen, y=y)
            parts += len(patches)
            for x, top, width, height, encoded in patches:
                data = np.frombuffer(base64.b64decode(encoded), np.uint8)
                assert (x >= 0, top >= 0) and x + width <= self.picture.shape[1]
                self.picture[top : top + height, x : x + width] = cv2.imdecode(data, 1)[..., ::-1]
        return self.picture.copy(), parts


def test_a_dot_colours_what_is_as_light_in_its_panel_and_without_it_all_is_as_before(hinted):
    screen = Screen(hinted, page())
    before, _ = screen.show()
    after, parts = screen.show(Hint(100, 100, RED, 6))
    red = color.rgb_to_lab(np.float32([RED]) / 255)[1][0].numpy() * color.AB_SCALE
    far_before, far_after = (np.linalg.norm(ab_at(view, 150, 200) - red) for view in (before, after))
    assert parts == 1 and far_after < 0.67 * far_before and far_before > 15
    np.testing.assert_array_equal(after[330:], before[330:])
    assert np.abs(ab_at(after, 300, 200) - ab_at(before, 300, 200)).max() < 5
    assert screen.show(Hint(100, 100, RED, 6))[1] == 0
    assert_alike(screen.show()[0], before)


def test_what_is_coloured_step_by_step_is_what_is_coloured_at_once_and_what_is_written(hinted):
    dots = (Hint(100, 100, RED, 6), Hint(300, 500, BLUE, 9), Hint(300, 100, BLUE, 6))
    slowly, at_once = (Screen(hinted, page()) for _ in range(2))
    for count in range(1, len(dots) + 1):
        slowly.show(*dots[:count])
    assert_alike(slowly.picture, at_once.show(*dots)[0])
    data = at_once.session.finished(at_once.key, dots)
    written = cv2.cvtColor(cv2.imdecode(np.frombuffer(data, np.uint8), 1), cv2.COLOR_BGR2RGB)
    np.testing.assert_array_equal(written, hinted.colorize(page(), dots))
    assert_alike(written, at_once.picture)  # a page this small is shown as it is


def test_only_panels_that_new_dots_reach_are_coloured_again(hinted):
    chroma = hinted.page_chroma(page())
    assert len(chroma.color(())) == 2 and chroma.color(()) == []
    [box] = chroma.color((Hint(100, 100, RED, 6),))
    assert box.y < 100 < box.y + box.height and crop(page(), box).shape == (box.height, box.width)


def test_a_browser_that_has_seen_nothing_gets_everything(hinted):
    screen = Screen(hinted, page())
    shown, _ = screen.show(Hint(100, 100, RED, 6))
    for unknown in ("", "0-9", "no version"):
        screen.picture[:], screen.seen = 0, unknown
        np.testing.assert_array_equal(screen.show(Hint(100, 100, RED, 6))[0], shown)


def test_a_strip_is_coloured_part_by_part_from_where_one_looks(hinted):
    screen = Screen(hinted, strip())
    _, patches, more, _ = screen.session.view(screen.key, (), y=5000)
    [patch] = patches
    assert more and patch.y <= 5000 < patch.y + patch.height <= 5000 + 4 * 400 and patch.width == 400
    shown, _ = screen.show()
    assert (np.ptp(shown[100::640, 100].astype(int), axis=-1) > 5).all()  # every page of it
    assert screen.show(Hint(100, 5000, RED, 6), y=5000)[1] == 1


def test_parts_of_a_strip_without_gutters_fade_into_each_other(hinted):
    ramp = np.linspace(60, 200, 3000, dtype=np.uint8)[:, None] + np.zeros((1, 400), np.uint8)
    shown, _ = Screen(hinted, ramp).show()
    _, ab = color.rgb_to_lab(shown[:, 200].astype(np.float32) / 255)
    steps = np.abs(np.diff(cv2.blur(ab.numpy() * color.AB_SCALE, (1, 15)), axis=0)).max(axis=1)
    assert np.ptp(shown.astype(int), axis=-1).mean() > 5 and steps.max() < 2


def test_paper_that_a_dot_lies_on_takes_its_colour(hinted):
    sky = page()
    sky[50:270, 230:350] = 255
    sky[sky == 255] = 244  # a scan, whose paper can hold colour
    automatic, on_dark, on_sky = (
        np.ptp(hinted.colorize(sky, hints)[80:250, 250:330].astype(int), axis=-1)
        for hints in ((), (Hint(100, 100, RED, 6),), (Hint(300, 100, RED, 6),))
    )
    assert automatic.max() == on_dark.max() == 0 and on_sky.min() > 0 and on_sky.mean() > 5


def test_a_view_says_what_its_panels_are(hinted):
    for image, kinds in ((lines(), ["line art"]), (page(), [])):
        screen = Screen(hinted, image)
        screen.show()
        assert screen.kinds == kinds


def test_large_pages_are_shown_and_written_at_their_size(hinted):
    screen = Screen(hinted, page(2000, 1200))
    dot = Hint(500, 300, RED, 20)
    shown, _ = screen.show(dot)
    assert shown.shape == (1200, 2000, 3) and ab_at(shown, 400, 400)[0] > 15
    written = cv2.imdecode(np.frombuffer(screen.session.finished(screen.key, [dot]), np.uint8), 1)[..., ::-1]
    assert written.shape == (1200, 2000, 3) and np.abs(written.astype(int) - shown).mean() < 1.5


@pytest.mark.parametrize("image", [lines(), page()])
def test_the_file_of_a_transparent_page_looks_like_the_screen(hinted, image):
    ink = np.dstack([np.zeros((*image.shape, 3), np.uint8), 255 - image])
    screen = Screen(hinted, ink)
    dot = Hint(100, 100, RED, 6)
    shown, _ = screen.show(dot)
    assert np.ptp(shown[100, 100].astype(int)) > 50
    finished = screen.session.finished(screen.key, [dot])
    assert_alike(images.read_image(finished), shown)
    transparent = Image.open(io.BytesIO(finished)).getchannel("A").point(lambda level: 255 * (level == 0))
    assert (shown[np.array(transparent) > 0] == 255).all() and np.array(transparent)[5, 5]


def test_a_dot_outside_the_page_is_refused_and_so_is_what_is_no_image(hinted):
    screen = Screen(hinted, page())
    with pytest.raises(ValueError, match="^hint 1 at 400, 0 is outside the page of 400 x 640$"):
        screen.show(Hint(400, 0, RED))
    with pytest.raises(images.ImageError, match="^this is not an image"):
        screen.session.open(b"text")


def test_pages_know_whether_they_have_colour(hinted):
    session = Session(hinted, never)
    colored = np.zeros((200, 200, 3), np.uint8) + np.uint8([200, 80, 40])
    assert session.open(png(colored)).is_colored and not session.open(png(page())).is_colored


def test_pages_that_were_used_least_recently_make_room(hinted, monkeypatch):
    monkeypatch.setattr(sessions, "MOST_PIXELS", 2 * 400 * 640)
    session = Session(hinted, never)
    first, second, third = (session.open(png(page() // divisor)).key for divisor in (1, 2, 3))
    with pytest.raises(NotOpenError, match="^this page is not open$"):
        session.view(first, ())
    session.finished(second, ())
    session.open(png(page()))
    assert session.view(second, ()).patches
    with pytest.raises(NotOpenError):
        session.finished(third, ())


def test_many_small_pages_make_room_too(hinted, monkeypatch):
    """Dots on a panel of any size take as much memory as a picture of LEAST_PIXELS."""
    monkeypatch.setattr(sessions, "MOST_PIXELS", 2 * sessions.LEAST_PIXELS)
    session = Session(hinted, never)
    first, second, _ = (session.open(png(page()[:60, :50] // divisor)).key for divisor in (1, 2, 3))
    assert session.view(second, ()).version
    with pytest.raises(NotOpenError):
        session.view(first, ())


def test_the_same_bytes_are_the_same_page(hinted):
    session = Session(hinted, never)
    assert session.open(png(page())) is session.open(png(page()))


def test_learned_colours_are_those_of_all_pages(hinted, trained):
    learned, other_colors = [], Colorizer.load(trained[0], strength=0.0)

    def adapt(pages):
        learned.extend(pages)
        return other_colors, "They go together."

    screen = Screen(hinted, page(), adapt=adapt)
    before, _ = screen.show()
    other = screen.session.open(png(np.uint8([[[200, 80, 40]]]).repeat(99, 0).repeat(99, 1))).key
    dot = Hint(100, 100, RED, 6)
    screen.session.add_reference(screen.key, [dot])
    screen.session.add_reference(other, [])
    answer = screen.session.learn({screen.key: "page.png", other: "cover.png"})
    assert answer == screen.session.learned == (["page.png", "cover.png"], "They go together.")
    assert [name for name, _ in learned] == ["page.png", "cover.png"]
    np.testing.assert_array_equal(learned[0][1], hinted.colorize(page(), [dot]))
    assert learned[1][1][0, 0].tolist() == [40, 80, 200]
    after, _ = screen.show()
    assert_alike(after, other_colors.colorize(page()))
    assert np.abs(after.astype(int) - before).max() > 5
    screen.session.forget()
    assert screen.session.learned is None
    assert_alike(screen.show()[0], before)


def test_references_may_be_more_than_are_open_at_a_time(hinted, monkeypatch):
    monkeypatch.setattr(sessions, "MOST_PIXELS", 2 * 400 * 640)
    learned = []
    session = Session(hinted, lambda pages: (hinted, learned.extend(pages)))
    names = {}
    for number in range(1, 6):
        key = session.open(png(page() // number)).key
        session.add_reference(key, [])
        names[key] = f"{number}.png"
    session.learn(names)
    assert [(name, image[0, 0, 0]) for name, image in learned] == [(f"{n}.png", 255 // n) for n in range(1, 6)]
    with pytest.raises(NotOpenError, match=r"^the colours of 1\.png, 2\.png, .* are not there any more$"):
        session.learn(names)


def test_suggestions_are_what_the_network_gave_there_and_to_what_looks_like_it_and_neutral(trained):
    """The fixture tints everything alike, and what is tinted enough has that colour and gray to choose from."""
    screen = Screen(trained[1], page())
    assert screen.session.suggestions(screen.key, 100, 100) == []
    view, _ = screen.show()
    first, *others = screen.session.suggestions(screen.key, 100, 100)
    _, ab = color.rgb_to_lab(np.float32(first)[None] / 255)
    np.testing.assert_allclose(ab[0] * color.AB_SCALE, ab_at(view, 100, 100), atol=3)
    assert len(set(others[-1])) == 1
    for x, y in ((400, 5), (99999, 5), (100, 640), (100, 9999)):
        with pytest.raises(ValueError, match=f"^the place {x}, {y} is outside the page of 400 x 640$"):
            screen.session.suggestions(screen.key, x, y)
    assert screen.session.suggestions(screen.key, 399.9, 639.9)


def test_strength_scales_chroma():
    _, full = color.rgb_to_lab(np.float32(RED)[None] / 255)
    _, half = color.rgb_to_lab(np.float32(weakened(RED, 0.5))[None] / 255)
    np.testing.assert_allclose(half, full / 2, atol=0.01)
    assert weakened(RED, 1.0) == RED and len(set(weakened(RED, 0.0))) == 1
    for strength in (-0.1, 4.01, 2000, float("nan")):
        with pytest.raises(ValueError, match=f"^strength is {strength:g}, expected 0 to 4$"):
            weakened(RED, strength)
