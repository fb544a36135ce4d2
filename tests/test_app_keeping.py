"""What the app keeps, in a real browser: dots survive switching, closing, reloading, crashes."""

import contextlib
import json
import os
import pathlib
import signal

from tests import browser as app
from tests.browser import click, expect, expect_dots, open_pages, opened, saved, say, view, write_page
from tests.test_app import SPOTS
from tests.test_app_session import assert_alike, page

pytestmark = app.needs_chromium
run_dir, program, playwright, browser, tab = (
    getattr(app, name) for name in "run_dir program playwright browser tab".split()
)


def test_several_pages_keep_their_dots_through_switching_reloading_and_closing(tab, tmp_path):
    pages = [write_page(tmp_path, f"{number}.png", page() // number) for number in (1, 2, 3)]
    open_pages(tab, *pages)
    click(tab, 100, 100, count=1)
    tab.get_by_role("button", name="2.png", exact=True).click()
    click(tab, 100, 100, count=1)
    click(tab, 300, 500, count=2)
    before = view(tab)
    hints = json.loads(saved(tab, "#export", tmp_path).read_text())
    assert {name: len(each) for name, each in hints.items()} == {"1.png": 1, "2.png": 2}
    tab.reload()
    expect(tab.locator("#status")).to_have_text("2.png, 400 x 640, 2 dots")
    assert_alike(view(tab), before)
    tab.get_by_role("button", name="Close 2.png").click()
    say(tab, "2.png is closed. Its dots are kept, and come back when you open it again.")
    tab.get_by_role("button", name="1.png", exact=True).click()
    expect_dots(tab, 1)
    open_pages(tab, write_page(tmp_path, "renamed.png", page() // 2))
    expect_dots(tab, 2)
    assert_alike(view(tab), before)


def test_a_page_in_two_tabs_has_the_same_dots(tab, program, tmp_path):
    open_pages(tab, write_page(tmp_path))
    other = opened(tab.context, program)
    click(other, 100, 100, count=1)
    expect_dots(tab, 1)
    click(tab, 300, 500, count=2)
    expect_dots(other, 2)
    assert_alike(view(other), view(tab))


def test_a_program_that_ends_and_starts_again_loses_nothing(tab, program, tmp_path):
    open_pages(tab, write_page(tmp_path))
    click(tab, 100, 100, count=1)
    program.end()
    click(tab, 300, 500)
    expect(tab.locator("#status")).to_contain_text("2 dots. The program does not answer; your dots are kept.")
    program.start()
    expect_dots(tab, 2)
    click(tab, 100, 500, count=3)


def test_a_browser_that_is_killed_loses_nothing(playwright, program, tmp_path):
    def start():
        return playwright.chromium.launch_persistent_context(
            tmp_path / "profile", executable_path=app.CHROMIUM, args=app.NO_SANDBOX
        )

    context = start()
    tab = opened(context, program)
    open_pages(tab, write_page(tmp_path))
    for count, (x, y) in enumerate(SPOTS, 1):
        click(tab, x, y, count=count)
    tab.locator("#keep").click()
    for process in _processes_of(tmp_path / "profile"):
        os.kill(process, signal.SIGKILL)
    with contextlib.suppress(app.sync_api.Error):  # it may have noticed already that its browser is gone
        context.close()
    (tmp_path / "page.png").unlink()
    with start() as context:
        tab = opened(context, program)
        expect_dots(tab, 5)


def _processes_of(profile):
    """The browser's processes: those whose command line names its folder."""
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended
        if b"chrom" in command[0] and f"--user-data-dir={profile}".encode() in command:
            yield int(path.parent.name)
