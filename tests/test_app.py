"""The app's whole way in a real browser: pages, files, colours."""

import json

import cv2
import numpy as np
import pytest

from tests import browser as app
from tests.browser import click, dots, expect, expect_dots, open_pages, saved, say, view, write_page
from tests.test_app_session import ab_at, assert_alike, page, strip
from tests.test_prints import lines

pytestmark = app.needs_chromium
run_dir, program, playwright, browser, tab, phone = (
    getattr(app, name) for name in "run_dir program playwright browser tab phone".split()
)

SPOTS = [(100, 100), (300, 100), (100, 500), (300, 500), (60, 250)]  # one is undone
COLORS = ["#c82828", "#2828c8", "#28c828", "#c8c828", "#c828c8"]


def test_line_art_is_named_with_what_gives_it_colour(tab, tmp_path):
    tab.locator("#open").set_input_files(write_page(tmp_path, "lines.png", lines()))
    advice = "lines.png, 340 x 220, line art, 0 dots. Line art takes its colours from dots"
    expect(tab.locator("#status")).to_have_text(advice)
    click(tab, 100, 100)
    expect(tab.locator("#status")).to_have_text("lines.png, 340 x 220, line art, 1 dot")


def test_the_whole_way_from_a_gray_page_to_hints_that_the_command_replays(tab, tmp_path, run_dir, colorize):
    open_pages(tab, write_page(tmp_path / "in"))
    for count, ((x, y), color) in enumerate(zip(SPOTS, COLORS), 1):
        before = view(tab)
        tab.locator("#hex").fill(color)
        tab.locator("#hex").press("Enter")
        click(tab, x, y, count=count)
    near, far = (ab_at(view(tab), x, 290) - ab_at(before, x, 290) for x in (100, 350))
    assert np.linalg.norm(near) > 10 and np.linalg.norm(near) > 3 * np.linalg.norm(far)  # its region and no other
    tab.locator("#undo").click()
    expect_dots(tab, 4)
    assert_alike(view(tab), before)

    hints = saved(tab, "#export", tmp_path)
    assert hints.name == "page.png.hints.json"
    assert [each["color"] for each in json.loads(hints.read_text())["page.png"]] == COLORS[:4]
    finished = saved(tab, "#download", tmp_path)
    assert finished.name == "page.png" and colorize("in", run_dir=str(run_dir), hints=str(hints))[0] == 0
    np.testing.assert_array_equal(cv2.imread(str(finished)), cv2.imread(str(tmp_path / "out" / "page.png")))
    assert_alike(view(tab), cv2.imread(str(finished))[..., ::-1])

    tab.locator("#clear").click()
    expect_dots(tab, 0)
    tab.locator("#import").set_input_files(hints)
    expect_dots(tab, 4)
    assert_alike(view(tab), before)


def test_40_fast_clicks_are_40_dots_in_few_requests(tab, tmp_path, run_dir, colorize):
    open_pages(tab, write_page(tmp_path / "in"))
    asked = []
    tab.on("request", lambda request: "/view" in request.url and asked.append(request.url))
    for number in range(40):
        click(tab, 30 + 35 * (number % 10), 40 + 150 * (number // 10))
    assert tab.locator("#dots > g").count() == 40  # whatever the program is doing
    expect_dots(tab, 40)
    assert len(asked) < 40 and len(dots(tab)) == 40
    hints, finished = saved(tab, "#export", tmp_path), saved(tab, "#download", tmp_path)
    assert colorize("in", run_dir=str(run_dir), hints=str(hints))[0] == 0
    np.testing.assert_array_equal(cv2.imread(str(finished)), cv2.imread(str(tmp_path / "out" / "page.png")))


def test_a_dot_appears_before_the_program_answers(tab, tmp_path):
    open_pages(tab, write_page(tmp_path))
    held, is_held = [], [True]
    tab.route("**/view?*", lambda route: held.append(route) if is_held else route.continue_())
    for count, (x, y) in enumerate(SPOTS, 1):
        click(tab, x, y)
        assert tab.locator("#dots > g").count() == count
    expect(tab.locator("#status")).to_have_text("page.png, 400 x 640, 5 dots, colouring ...")
    [first] = held  # the others wait for it, and go together
    is_held.clear()
    first.continue_()
    expect_dots(tab, 5)


def test_a_page_that_has_colour_asks(tab, tmp_path):
    colored = write_page(tmp_path, "cover.png", np.zeros((300, 200, 3), np.uint8) + np.uint8([40, 80, 200]))
    question = tab.locator("#question")

    def answer(button):
        tab.locator("#open").set_input_files([colored])
        expect(question).to_have_text("cover.png: this page has colour already.")
        tab.get_by_role("button", name=button).click()
        expect(question).to_be_hidden()

    answer("Leave alone")
    expect(tab.locator("#status")).to_have_text("Open a gray page to begin.")
    answer("Colour anew")
    expect_dots(tab, 0)
    open_pages(tab, colored, write_page(tmp_path))  # it is open already, so nothing is asked
    other = write_page(tmp_path, "other.png", np.zeros((300, 200, 3), np.uint8) + np.uint8([40, 200, 80]))
    tab.locator("#open").set_input_files([other])
    tab.get_by_role("button", name="Use as reference picture").click()
    tab.locator("#referenced").click()
    expect(tab.locator("#hex")).to_have_value("#50c828")


def test_what_cannot_be_opened_is_said_and_names_are_text(tab, tmp_path):
    (tmp_path / "text.png").write_text("no image")
    name = "<img src=x onerror=document.title=1>.png"
    tab.locator("#open").set_input_files([tmp_path / "text.png", write_page(tmp_path, name)])
    say(tab, "text.png: this is not an image")
    expect(tab.get_by_role("button", name=name, exact=True)).to_be_visible()
    expect(tab).to_have_title("webtoon colorize")
    tab.evaluate("""() => {
        const data = new DataTransfer();
        const folder = new File([], "folder");
        folder.arrayBuffer = () => Promise.reject(new Error("a folder"));
        Object.defineProperty(data, "files", { value: [folder] });
        const event = new DragEvent("drop");
        Object.defineProperty(event, "dataTransfer", { value: data });
        window.dispatchEvent(event);
    }""")
    say(tab, "folder: this cannot be read. Folders and archives: webtoon-colorize FOLDER.")
    for content, said in (
        ('{"other.png": []}', "hints.json: it has hints for other.png, and no open page has such a name."),
        ("[]", 'hints.json: expected {"page name": [hint, ...], ...}.'),
        (
            json.dumps({name: [{"x": 400, "y": 0, "color": "#000000"}]}),
            f"hints.json: a dot at 400, 0 is outside {name}, which has 400 x 640.",
        ),
    ):
        (tmp_path / "hints.json").write_text(content)
        tab.locator("#import").set_input_files(tmp_path / "hints.json")
        say(tab, said)
    expect_dots(tab, 0)


def test_a_palette_outlives_pages_and_is_saved_as_gpl(tab, tmp_path):
    open_pages(tab, write_page(tmp_path))
    tab.locator("#hex").fill("123456")
    tab.locator("#hex").press("Enter")
    tab.locator("#keep").click()
    (tmp_path / "more.gpl").write_text("GIMP Palette\nName: more\n#\n  1   2   3\tdark\n255 255 256\n")
    tab.locator("#open").set_input_files(tmp_path / "more.gpl")
    say(tab, "more.gpl: 1 colours, now in the palette.")
    tab.get_by_role("button", name="Close page.png").click()
    tab.reload()
    open_pages(tab, write_page(tmp_path, "other.png", page() // 2))
    colors = [each.get_attribute("title") for each in tab.locator("#palette button").all()]
    assert len(colors) == 10 and colors[-2:] == ["#123456", "#010203"]
    header, *rows = saved(tab, "#gpl", tmp_path).read_text().splitlines()
    assert header == "GIMP Palette" and rows[-2] == " 18  52  86\t#123456"
    tab.locator("#palette button").last.click()
    expect(tab.locator("#hex")).to_have_value("#010203")
    tab.locator("#drop").click()
    expect(tab.locator("#palette button")).to_have_count(9)


def test_a_colour_or_a_picture_that_cannot_be_used_is_named_and_the_one_before_stays(tab, tmp_path):
    open_pages(tab, write_page(tmp_path))
    tab.locator("#hex").fill("zzz")
    tab.locator("#hex").press("Enter")
    say(tab, "zzz is no colour: six digits from 0 to f are expected, such as #c03020.")
    expect(tab.locator("#hex")).to_have_value("#c03020")
    picture = write_page(tmp_path, "sky.png", np.zeros((30, 20, 3), np.uint8) + np.uint8([200, 80, 40]))
    (tmp_path / "art.psd").write_bytes(b"8BPS" + bytes(99))
    for path in (picture, tmp_path / "art.psd"):
        tab.locator("#reference").set_input_files(path)
    say(tab, "art.psd: this browser cannot show it as a picture; JPEG, PNG and WebP can be shown.")
    for _ in range(2):
        expect(tab.locator("#referenced")).to_have_js_property("naturalWidth", 20)
        tab.locator("#referenced").click()
        expect(tab.locator("#hex")).to_have_value("#2850c8")
        tab.reload()
        expect_dots(tab, 0)


def test_a_page_that_is_chosen_before_the_program_is_ready_is_opened(tab, tmp_path):
    held = []
    tab.route("**/settings", lambda route: held.append(route))
    tab.reload(wait_until="commit")
    wait_until(tab, lambda: held)
    tab.locator("#open").set_input_files(write_page(tmp_path))
    held[0].continue_()
    expect(tab.locator("#status")).to_contain_text("page.png, 400 x 640")


def test_a_swatch_and_the_strength_change_the_dot_that_was_placed_last(tab, tmp_path):
    open_pages(tab, write_page(tmp_path))
    click(tab, 100, 100, count=1)
    before = np.linalg.norm(ab_at(view(tab), 150, 200))
    slider = tab.locator("#strength").bounding_box()
    x, y = slider["x"] + slider["width"] / 1.5, slider["y"] + slider["height"] / 2  # full strength of 1.5
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(slider["x"] + 2, y, steps=8)
    wait_until(tab, lambda: np.linalg.norm(ab_at(view(tab), 150, 200)) < 0.8 * before)  # while it is being dragged
    tab.mouse.up()
    tab.locator("#undo").click()
    wait_until(tab, lambda: np.linalg.norm(ab_at(view(tab), 150, 200)) == pytest.approx(before, rel=0.02))
    expect_dots(tab, 1)
    click(tab, 100, 100, count=1)
    tab.locator("#suggested button").last.click()
    wait_until(tab, lambda: len({*bytes.fromhex(dots(tab)[0]["color"][1:])}) == 1)  # gray
    tab.locator("#radius").fill("30")
    wait_until(tab, lambda: dots(tab)[0]["radius"] == 30)
    click(tab, 300, 500, count=2)


def test_suggestions_are_of_the_place_that_was_looked_at_last(tab, tmp_path):
    open_pages(tab, write_page(tmp_path))
    held = []
    tab.route("**/suggestions?*", lambda route: held.append(route))
    for number, (x, y) in enumerate([(100, 100), (300, 500)], 1):
        click(tab, x, y, count=number)
        wait_until(tab, lambda number=number: len(held) == number)
    held[1].fulfill(json=["#ff0000"])
    expect(tab.locator("#suggested button")).to_have_css("background-color", "rgb(255, 0, 0)")
    held[0].fulfill(json=["#00ff00"])
    tab.wait_for_timeout(300)
    expect(tab.locator("#suggested button")).to_have_css("background-color", "rgb(255, 0, 0)")


def wait_until(tab, condition):
    for _ in range(app.PATIENCE // 100):
        if condition():
            return
        tab.wait_for_timeout(100)
    raise AssertionError("it did not happen in time")


def test_a_strip_is_shown_at_its_own_width_and_coloured_where_one_looks(tab, tmp_path):
    open_pages(tab, write_page(tmp_path, image=strip(10)))
    assert app.place(tab)[0] == 1
    shown = view(tab)
    assert shown.shape == (6400, 400, 3) and (np.ptp(shown[100::640, 100].astype(int), axis=-1) > 5).all()


@pytest.mark.slow
def test_a_scan_of_3000_x_4000_pixels_comes_back_at_its_size(tab, tmp_path):
    open_pages(tab, write_page(tmp_path, width=3000, height=4000))
    click(tab, 700, 700, count=1)
    assert view(tab).shape == (4000, 3000, 3)
    assert cv2.imread(str(saved(tab, "#download", tmp_path))).shape == (4000, 3000, 3)
