"""What mouse, fingers and keys do in the app, in a real browser."""

import re

import numpy as np
import pytest

from tests import browser as app
from tests.browser import (
    Fingers,
    click,
    dots,
    drag,
    expect,
    expect_dots,
    open_pages,
    place,
    view,
    window,
    write_page,
)
from tests.test_app_session import page, strip

pytestmark = app.needs_chromium
run_dir, program, playwright, browser, tab, phone = (
    getattr(app, name) for name in "run_dir program playwright browser tab phone".split()
)


def at(dot):
    return pytest.approx((dot["x"], dot["y"]), abs=1.5)


def test_a_drag_moves_a_dot_and_is_undone_as_one(tab, tmp_path):
    open_pages(tab, write_page(tmp_path))
    click(tab, 100, 100, count=1)
    drag(tab, window(tab, 102, 101), window(tab, 250, 160), window(tab, 302, 501))
    expect_dots(tab, 1)
    assert (300, 500) == at(dots(tab)[0])
    drag(tab, window(tab, 300, 500), window(tab, 9999, 500))  # it stays in the page
    assert (400, 500) == at(dots(tab)[0])
    for where in ((300, 500), (100, 100)):
        tab.keyboard.press("Control+z")
        expect_dots(tab, 1)
        assert where == at(dots(tab)[0])


def test_right_click_and_delete_remove_a_dot(tab, tmp_path):
    open_pages(tab, write_page(tmp_path))
    for count, (x, y) in enumerate([(100, 100), (300, 100), (100, 500)], 1):
        click(tab, x, y, count=count)
    click(tab, 301, 101, button="right", count=2)
    click(tab, 200, 300, button="right", count=2)  # beside all dots
    assert [(100, 100), (100, 500)] == [at(dot) for dot in dots(tab)]
    click(tab, 101, 101, count=2)  # selects
    tab.keyboard.press("Delete")
    expect_dots(tab, 1)
    assert (100, 500) == at(dots(tab)[0])
    click(tab, 100, 500)
    tab.locator("#remove").click()
    expect_dots(tab, 0)


def test_undo_and_redo(tab, tmp_path):
    open_pages(tab, write_page(tmp_path))
    for count, (x, y) in enumerate([(100, 100), (300, 100), (100, 500)], 1):
        click(tab, x, y, count=count)
    three = view(tab)
    for keys, count in (("z", 2), ("z", 1), ("Shift+Z", 2), ("y", 3), ("y", 3), ("z", 2)):
        tab.keyboard.press(f"Control+{keys}")
        expect_dots(tab, count)
    tab.locator("#redo").click()
    expect_dots(tab, 3)
    np.testing.assert_allclose(view(tab), three, atol=1)
    tab.keyboard.press("Control+z")
    click(tab, 300, 500, count=3)
    expect(tab.locator("#redo")).to_be_disabled()


def test_a_stroke_is_a_row_of_dots_and_is_undone_as_one(tab, tmp_path):
    open_pages(tab, write_page(tmp_path))
    drag(tab, window(tab, 60, 100), window(tab, 260, 100))
    found = dots(tab)
    expect_dots(tab, len(found))
    assert 10 <= len(found) <= 15 and {round(dot["y"]) for dot in found} <= {99, 100, 101}
    gaps = np.diff([dot["x"] for dot in found])
    assert gaps.min() > 0 and np.ptp(gaps) < 0.5
    tab.keyboard.press("Control+z")
    expect_dots(tab, 0)
    drag(tab, window(tab, 60, 100), window(tab, 62, 101))  # a hand that trembles
    expect_dots(tab, 1)


@pytest.mark.parametrize("button", ["key", "button"])
def test_what_is_held_shows_the_gray_page_or_hides_the_dots(tab, tmp_path, button):
    open_pages(tab, write_page(tmp_path))
    click(tab, 100, 100, count=1)
    for key, name, hidden in (("b", "before", ".colors"), ("h", "hide", "#overlay")):
        expect(tab.locator(hidden)).to_have_css("visibility", "visible")
        if button == "key":
            tab.keyboard.down(key)
        else:
            tab.locator(f"#{name}").hover()
            tab.mouse.down()
        expect(tab.locator(hidden)).to_have_css("visibility", "hidden")
        tab.keyboard.up(key)
        tab.mouse.up()
        expect(tab.locator(hidden)).to_have_css("visibility", "visible")
    expect_dots(tab, 1)


def test_alt_click_picks_a_colour_from_another_panel_or_a_reference_picture(tab, tmp_path):
    open_pages(tab, write_page(tmp_path))
    click(tab, 100, 100, count=1)
    shown = view(tab)[500, 100]
    click(tab, 100, 500)  # with Alt below; this one is removed first
    tab.keyboard.press("Control+z")
    expect_dots(tab, 1)
    tab.keyboard.down("Alt")
    click(tab, 100, 500)
    tab.keyboard.up("Alt")
    expect(tab.locator("#hex")).to_have_value(f"#{bytes(shown).hex()}")
    picture = np.zeros((200, 200, 3), np.uint8) + np.uint8([40, 80, 200])
    picture[:, 100:] = (200, 80, 40)  # blue, as OpenCV has it
    tab.locator("#reference").set_input_files(write_page(tmp_path, "reference.png", picture))
    box = tab.locator("#referenced").bounding_box()
    tab.locator("#referenced").click(position={"x": 0.75 * box["width"], "y": 0.5 * box["height"]})
    expect(tab.locator("#hex")).to_have_value("#2850c8")
    click(tab, 300, 500, count=2)
    assert dots(tab)[-1]["color"] == "#2850c8"
    tab.keyboard.press("i")  # the next click picks
    expect(tab.locator("#pick")).to_have_attribute("aria-pressed", "true")
    click(tab, 100, 60)
    expect(tab.locator("#pick")).to_have_attribute("aria-pressed", "false")
    expect_dots(tab, 2)
    tab.reload()
    expect(tab.locator("#referenced")).to_be_visible()


def test_wheel_and_space_move_the_page_and_ctrl_wheel_zooms_about_the_pointer(tab, tmp_path):
    open_pages(tab, write_page(tmp_path, image=strip(6, width=1100)))
    scale, left, top = place(tab)
    tab.mouse.move(500, 500)
    tab.mouse.wheel(0, 300)
    expect(tab.locator("#paper")).to_have_css("transform", re.compile(r"-300\)$"))
    tab.keyboard.down(" ")
    drag(tab, (500, 500), (500, 600))
    tab.keyboard.up(" ")
    drag(tab, (500, 500), (500, 450), button="middle")
    assert place(tab) == pytest.approx((scale, left, top - 250))
    before = (600 - left) / scale, (400 - top + 250) / scale
    tab.mouse.move(600, 400)
    tab.keyboard.down("Control")
    for _ in range(4):
        tab.mouse.wheel(0, -100)
    tab.keyboard.up("Control")
    expect(tab.locator("#paper")).not_to_have_css("transform", re.compile(rf"^matrix\({scale}"))
    tab.wait_for_timeout(200)
    zoomed, left, top = place(tab)
    assert zoomed == pytest.approx(scale * np.e, rel=1e-3)
    assert before == pytest.approx(((600 - left) / zoomed, (400 - top) / zoomed), abs=0.5)
    expect_dots(tab, 0)
    x, y = (600 - left) / zoomed, (400 - top) / zoomed
    click(tab, x, y, count=1)
    assert (x, y) == at(dots(tab)[0])


def test_zoom_buttons_and_keys(tab, tmp_path):
    open_pages(tab, write_page(tmp_path, width=400, height=2000))
    stage = tab.locator("#stage").bounding_box()
    assert place(tab)[0] == 1  # pixel by pixel at first
    tab.keyboard.press("0")
    assert place(tab)[0] == pytest.approx(stage["height"] / 2000, rel=1e-3)
    tab.keyboard.press("1")
    assert place(tab)[0] == 1
    tab.keyboard.press("+")
    assert place(tab)[0] == pytest.approx(1.25)
    tab.locator("#out").click()
    assert place(tab)[0] == pytest.approx(1)
    tab.locator("#fit").click()
    tab.locator("#in").click()
    assert place(tab)[0] == pytest.approx(1.25 * stage["height"] / 2000, rel=1e-3)
    for _ in range(30):
        tab.keyboard.press("-")
    assert place(tab)[0] == pytest.approx(stage["height"] / 2000, rel=1e-3)
    tab.locator("#actual").click()
    expect_dots(tab, 0)


def test_the_keyboard_alone_can_place_move_and_remove_dots(tab, tmp_path):
    open_pages(tab, write_page(tmp_path))
    for _ in range(9):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.id") == "stage":
            break
    tab.keyboard.press("ArrowLeft")
    expect(tab.locator("#cross")).to_have_css("visibility", "visible")
    for _ in range(4):
        tab.keyboard.press("Shift+ArrowLeft")
    tab.keyboard.press("Enter")
    expect_dots(tab, 1)
    [first] = dots(tab)
    assert first["x"] == pytest.approx(200 - 2 - 80, abs=1.5)
    for _ in range(3):
        tab.keyboard.press("Shift+ArrowDown")
    tab.keyboard.press("Enter")
    expect_dots(tab, 2)
    assert dots(tab)[1]["y"] == pytest.approx(first["y"] + 60, abs=1)
    tab.keyboard.press("n")  # from the second to the first
    tab.keyboard.press("Control+Shift+ArrowRight")
    expect_dots(tab, 2)
    assert dots(tab)[0]["x"] == pytest.approx(first["x"] + 20, abs=1)
    tab.keyboard.press("p")
    tab.keyboard.press("Delete")
    expect_dots(tab, 1)
    tab.keyboard.press("Alt+Enter")
    expect(tab.locator("#hex")).not_to_have_value("#c03020")
    expect_dots(tab, 1)


def test_keys_in_a_text_field_are_text(tab, tmp_path):
    open_pages(tab, write_page(tmp_path))
    click(tab, 100, 100, count=1)
    tab.locator("#hex").focus()
    tab.keyboard.press("Backspace")
    tab.keyboard.type("b0")
    expect_dots(tab, 1)
    expect(tab.locator(".colors")).to_have_css("visibility", "visible")


def test_fingers_tap_drag_and_pinch(phone, tmp_path):
    open_pages(phone, write_page(tmp_path, image=strip(3)))
    finger = Fingers(phone)
    scale, left, top = place(phone)
    finger("Start", (100, 200))
    finger("End")
    expect_dots(phone, 1)
    assert ((100 - left) / scale, (200 - top) / scale) == at(dots(phone)[0])
    finger("Start", (200, 500))
    for y in (450, 400, 350, 300):
        finger("Move", (200, y))
    finger("End")
    assert place(phone)[2] == pytest.approx(top - 200, abs=15)
    expect_dots(phone, 1)
    x, y = window(phone, 200, 800)
    finger("Start", (x - 50, y), (x + 50, y))
    for reach in (70, 90, 100):
        finger("Move", (x - reach, y), (x + reach, y))
    finger("End")
    assert place(phone)[0] == pytest.approx(2 * scale, rel=0.02)
    assert window(phone, 200, 800) == pytest.approx((x, y), abs=15)
    expect_dots(phone, 1)


def test_a_finger_moves_a_dot_and_a_long_press_removes_it(phone, tmp_path):
    open_pages(phone, write_page(tmp_path))
    finger = Fingers(phone)
    finger("Start", window(phone, 100, 100))
    finger("End")
    expect_dots(phone, 1)
    finger("Start", window(phone, 105, 105))
    for way in (0.3, 0.6, 1):
        finger("Move", window(phone, 105 + 200 * way, 105 + 20 * way))
    finger("End")
    expect_dots(phone, 1)
    assert (300, 120) == at(dots(phone)[0])
    phone.evaluate(
        """([x, y]) => document.getElementById("stage").dispatchEvent(
        new PointerEvent("contextmenu", { clientX: x, clientY: y, pointerType: "touch", cancelable: true }))""",
        list(window(phone, 310, 125)),
    )
    expect_dots(phone, 0)


def test_a_gesture_on_a_page_of_another_size_means_that_page(tab, tmp_path):
    open_pages(tab, write_page(tmp_path), write_page(tmp_path, "small.png", page(200, 300)))
    tab.get_by_role("button", name="small.png", exact=True).click()
    click(tab, 50, 60, count=1)
    assert (50, 60) == at(dots(tab)[0])
    click(tab, 250, 60, count=1)  # outside of it
