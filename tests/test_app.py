"""The app's whole way in a real browser: Debian's Chromium, driven by Playwright."""

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import cv2
import numpy as np
import pytest

from tests.conftest import HINTS, make_run
from tests.test_app_session import ab_at, assert_alike, page, png

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SPOTS = [(100, 100), (300, 100), (100, 500), (300, 500), (60, 250)]  # one is undone
COLORS = ["#c82828", "#2828c8", "#28c828", "#c8c828", "#c828c8"]

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
pytest.importorskip("nicegui", reason="NiceGUI is not installed")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium to open the app in")


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    make_run(folder, **HINTS)
    return folder


@pytest.fixture(scope="module")
def address(run_dir, tmp_path_factory):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "webtoon_colorize.app", f"--run_dir={run_dir}", f"--port={port}", "--noopen"]
    log = tmp_path_factory.mktemp("app") / "log"
    environment = {name: value for name, value in os.environ.items() if "PYTEST" not in name}  # NiceGUI looks for it
    with open(log, "w") as output, subprocess.Popen(command, stdout=output, stderr=output, env=environment) as process:
        try:
            yield _wait_for(f"http://127.0.0.1:{port}", process, log)
        finally:
            process.terminate()


def _wait_for(url, process, log):
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return url
        except OSError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def tab(browser, address):
    with browser.new_context() as context:
        tab = context.new_page()
        tab.goto(address)
        yield tab


def write_page(folder, name="page.png", **size):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png(page(**size)))
    return path


def open_page(tab, path):
    tab.locator("#open input[type=file]").set_input_files(path)
    expect_status(tab, f"{path.name}, ")


def expect_status(tab, text):
    sync_api.expect(tab.locator("#status")).to_contain_text(text)


def view(tab):
    """The picture on the screen, uint8 RGB."""
    source = tab.locator("#page img").get_attribute("src")
    data = np.frombuffer(base64.b64decode(source.partition(",")[2]), np.uint8)
    return cv2.cvtColor(cv2.imdecode(data, 1), cv2.COLOR_BGR2RGB)


def click(tab, x, y, *, dots, width=400):
    """Clicks at a pixel of the page and waits for the number of dots that there are then."""
    image = tab.locator("#page img")
    factor = image.bounding_box()["width"] / width
    image.click(position={"x": x * factor, "y": y * factor})
    expect_status(tab, f" {dots} dot")


def wait_until(tab, condition):
    for _ in range(100):
        if condition():
            return
        tab.wait_for_timeout(100)
    raise AssertionError("it did not happen within ten seconds")


def say(tab, sentence):
    sync_api.expect(tab.locator(".q-notification").filter(has_text=sentence).first).to_be_visible()


def download(tab, button, folder):
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name=button).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_the_whole_way_from_a_gray_page_to_hints_that_the_command_replays(tab, tmp_path, run_dir, colorize):
    source = write_page(tmp_path / "in")
    open_page(tab, source)
    for count, ((x, y), color) in enumerate(zip(SPOTS, COLORS), 1):
        before = view(tab)
        tab.locator(".color input").first.fill(color)
        click(tab, x, y, dots=count)
    near, far = (ab_at(view(tab), x, 290) - ab_at(before, x, 290) for x in (100, 350))
    assert np.linalg.norm(near) > 10 and np.linalg.norm(near) > 3 * np.linalg.norm(far)  # its region and no other
    tab.get_by_role("button", name="Undo").click()
    expect_status(tab, " 4 dots")
    assert_alike(view(tab), before)

    hints = download(tab, "Export hints", tmp_path)
    assert [each["color"] for each in json.loads(hints.read_text())["page.png"]] == COLORS[:4]
    finished = download(tab, "Download the page", tmp_path)
    assert colorize("in", run_dir=str(run_dir), hints=str(hints))[0] == 0
    np.testing.assert_array_equal(cv2.imread(str(finished)), cv2.imread(str(tmp_path / "out" / "page.png")))
    assert cv2.imread(str(finished)).shape == (640, 400, 3)

    tab.get_by_role("button", name="Clear").click()
    expect_status(tab, " 0 dots")
    tab.locator("#import input[type=file]").set_input_files(hints)
    expect_status(tab, " 4 dots")
    assert_alike(view(tab), before)


def test_a_swatch_and_the_strength_change_the_dot_that_was_placed_last(tab, tmp_path):
    open_page(tab, write_page(tmp_path))
    click(tab, 100, 100, dots=1)
    before = np.linalg.norm(ab_at(view(tab), 150, 200))
    slider = tab.locator("#strength").bounding_box()
    x, y = slider["x"] + slider["width"] / 1.5, slider["y"] + slider["height"] / 2  # full strength of 1.5
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(slider["x"] + 2, y, steps=8)
    wait_until(tab, lambda: np.linalg.norm(ab_at(view(tab), 150, 200)) < 0.8 * before)  # while it is being dragged
    tab.mouse.up()
    tab.get_by_role("button", name="Undo").click()
    wait_until(tab, lambda: np.linalg.norm(ab_at(view(tab), 150, 200)) == pytest.approx(before, rel=0.02))
    expect_status(tab, " 1 dot")
    click(tab, 100, 100, dots=1)
    tab.locator("#suggested button").last.click()
    click(tab, 300, 500, dots=2)


def test_a_reload_loses_nothing_and_two_tabs_have_two_pages(tab, tmp_path):
    open_page(tab, write_page(tmp_path, "one.png"))
    click(tab, 100, 100, dots=1)
    other = tab.context.new_page()
    other.goto(tab.url)
    open_page(other, write_page(tmp_path, "two.png"))
    before = view(tab)
    tab.reload()
    expect_status(tab, "one.png, 400 x 640, 1 dot")
    assert_alike(view(tab), before)
    expect_status(other, "two.png, 400 x 640, 0 dots")
    click(other, 300, 500, dots=1)


def test_what_cannot_be_opened_is_said(tab, tmp_path):
    (tmp_path / "text.png").write_text("no image")
    tab.locator("#open input[type=file]").set_input_files(tmp_path / "text.png")
    say(tab, "text.png: this is not an image")
    transfer = tab.evaluate_handle(
        "() => { const d = new DataTransfer(); d.items.add(new File([], 'folder')); return d }"
    )
    tab.locator("#open").dispatch_event("dragover", {"dataTransfer": transfer})
    tab.locator("#open .q-uploader__dnd").dispatch_event("drop", {"dataTransfer": transfer})
    say(tab, "Folders and archives: webtoon-colorize")
    open_page(tab, write_page(tmp_path))
    (tmp_path / "other.json").write_text('{"other.png": []}')
    tab.locator("#import input[type=file]").set_input_files(tmp_path / "other.json")
    say(tab, "other.json: it has hints for other.png, and this page is page.png")


@pytest.mark.slow
def test_a_scan_of_3000_x_4000_pixels_comes_back_at_its_size(tab, tmp_path):
    open_page(tab, write_page(tmp_path, width=3000, height=4000))
    click(tab, 700, 700, dots=1, width=3000)
    assert view(tab).shape == (1333, 1000, 3)
    tab.set_default_timeout(120_000)
    assert cv2.imread(str(download(tab, "Download the page", tmp_path))).shape == (4000, 3000, 3)
