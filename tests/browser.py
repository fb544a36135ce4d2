"""The app in a real browser, for tests: Debian's Chromium, driven by Playwright."""

import base64
import re
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
from tests.test_app_session import page, png

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NO_SANDBOX = ["--no-sandbox"]

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
pytest.importorskip("starlette", reason="Starlette is not installed")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium to open the app in")
expect = sync_api.expect
PATIENCE = 120_000  # milliseconds: other tests may keep the cores busy
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    make_run(folder, **HINTS)
    return folder


class Program:
    """The app as a process of its own, which can be ended and started again at the same address."""

    def __init__(self, run_dir, log):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._run_dir, self._log = run_dir, log

    def start(self):
        with open(self._log, "a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "webtoon_colorize.app", *self.flags()], stdout=log, stderr=log
            )
        for _ in range(1800):
            assert self.process.poll() is None, self._log.read_text()
            try:
                urllib.request.urlopen(self.address, timeout=5).close()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(self._log.read_text())

    def flags(self):
        return [f"--run_dir={self._run_dir}", f"--port={self.port}", "--noopen"]

    def end(self):
        self.process.terminate()
        self.process.wait(30)


@pytest.fixture(scope="module")
def program(run_dir, tmp_path_factory):
    program = Program(run_dir, tmp_path_factory.mktemp("app") / "log")
    try:
        program.start()
        yield program
    finally:
        program.end()


@pytest.fixture(scope="module")
def playwright():
    with sync_api.sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(playwright):
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=NO_SANDBOX)
    yield browser
    browser.close()


def opened(context, program):
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE)
    tab.goto(program.address)
    tab.locator("body[data-ready]").wait_for()
    return tab


@pytest.fixture
def tab(browser, program):
    """A new browser's tab; the test fails if a script of the app does."""
    errors = []
    with browser.new_context(viewport={"width": 1200, "height": 900}) as context:
        tab = opened(context, program)
        tab.on("pageerror", lambda error: errors.append(error))
        yield tab
    assert errors == []


@pytest.fixture
def phone(browser, program):
    errors = []
    with browser.new_context(viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True) as context:
        tab = opened(context, program)
        tab.on("pageerror", lambda error: errors.append(error))
        yield tab
    assert errors == []


def write_page(folder, name="page.png", image=None, **size):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png(page(**size) if image is None else image))
    return path


def open_pages(tab, *paths):
    """Opens files and waits until the first of them is coloured."""
    tab.locator("#open").set_input_files(paths)
    expect(tab.locator("#status")).to_have_text(re.compile(rf"^{re.escape(paths[0].name)}, .* dots?$"))


def expect_dots(tab, count):
    """Waits until there are so many dots and the page has their colours."""
    expect(tab.locator("#status")).to_have_text(re.compile(rf", {count} dots?$"))
    assert tab.locator("#dots > g").count() == count


def dots(tab):
    """The dots as the browser keeps them, once they are written: dicts of x, y, color, radius."""
    read = """async () => {
        const opened = indexedDB.open("webtoon_colorize");
        await new Promise((resolve) => (opened.onsuccess = resolve));
        const found = opened.result.transaction("dots").objectStore("dots").getAll();
        await new Promise((resolve) => (found.onsuccess = resolve));
        opened.result.close();
        return found.result;
    }"""
    return [dot for page in tab.evaluate(read) for dot in page]


def place(tab):
    """Scale of the page, and where its corner lies in the window."""
    box = tab.locator("#paper").bounding_box()
    return box["width"] / float(tab.locator("#paper").evaluate("each => each.offsetWidth")), box["x"], box["y"]


def window(tab, x, y):
    """Where in the window a pixel of the page lies."""
    scale, left, top = place(tab)
    return left + x * scale, top + y * scale


def click(tab, x, y, *, count=None, **options):
    """Clicks at a pixel of the page and waits for the number of dots that there are then."""
    tab.mouse.click(*window(tab, x, y), **options)
    if count is not None:
        expect_dots(tab, count)


def drag(tab, start, *path, button="left"):
    """Drags from one place of the window over others."""
    tab.mouse.move(*start)
    tab.mouse.down(button=button)
    for x, y in path:
        tab.mouse.move(x, y, steps=8)
    tab.mouse.up(button=button)


def view(tab):
    """The coloured page as the screen shows it, uint8 RGB."""
    source = tab.evaluate("""() => {
        const canvas = document.createElement("canvas");
        const paper = document.getElementById("paper");
        [canvas.width, canvas.height] = [paper.offsetWidth, paper.offsetHeight];
        const context = canvas.getContext("2d");
        for (const each of paper.querySelectorAll("img"))
            context.drawImage(each, each.offsetLeft, each.offsetTop, each.offsetWidth, each.offsetHeight);
        return canvas.toDataURL();
    }""")
    data = np.frombuffer(base64.b64decode(source.partition(",")[2]), np.uint8)
    return cv2.cvtColor(cv2.imdecode(data, 1), cv2.COLOR_BGR2RGB)


def say(tab, sentence):
    expect(tab.locator("#notices p").filter(has_text=sentence).first).to_be_visible()


def saved(tab, press, folder):
    """The file that a click on something saves."""
    with tab.expect_download() as waiting:
        tab.locator(press).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


class Fingers:
    """Touches a tab with several fingers."""

    def __init__(self, tab):
        self._session = tab.context.new_cdp_session(tab)

    def __call__(self, kind, *points):
        touches = [{"x": x, "y": y, "id": index} for index, (x, y) in enumerate(points)]
        self._session.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": touches})
