"""The app learns colours from pages, says what came of it, and forgets them, in a real browser."""

import numpy as np
import pytest

from tests import browser as app
from tests.browser import click, expect, expect_dots, open_pages, opened, say, view, write_page
from tests.comics import art
from tests.test_app import wait_until

pytestmark = app.needs_chromium
run_dir, program, playwright, browser, tab = (
    getattr(app, name) for name in "run_dir program playwright browser tab".split()
)


def test_the_colours_of_a_page_with_dots_are_used_on_the_others(tab, program, tmp_path):
    open_pages(tab, write_page(tmp_path))
    tab.route("**/settings", lambda route: route.fulfill(json={"largest": 100}))
    asked, learned = [], {"names": ["page.png"], "said": "It is trusted."}
    tab.on("request", lambda request: request.url.endswith("/reference") and asked.append(request))
    tab.route("**/learn", lambda route: (asked.append(route.request), route.fulfill(json=learned)))
    tab.reload()
    expect_dots(tab, 0)
    click(tab, 100, 100, count=1)
    tab.locator("#learn").click()
    expect(tab.locator("#known")).to_have_text("Learned from page.png. It is trusted.")
    reference, learn = asked
    [[dot]] = reference.post_data_json.values()
    [[key, name]] = learn.post_data_json.items()
    assert dot["x"] == pytest.approx(100, abs=1) and name == "page.png"
    assert len(key) == 64 and reference.url == f"{program.address}/pages/{key}/reference"
    tab.locator("#open").set_input_files(write_page(tmp_path, "large.png"))
    say(tab, "large.png: the file is larger than 0 MB.")


def test_the_colours_of_a_coloured_page_are_used_on_the_others_until_they_are_forgotten(tab, program, tmp_path):
    open_pages(tab, write_page(tmp_path))
    before = view(tab)
    other = opened(tab.context, program)
    expect_dots(other, 0)
    tab.locator("#open").set_input_files([write_page(tmp_path, "cover.png", art(1))])
    tab.get_by_role("button", name="Use its colours for the other pages").click()
    expect(tab.locator("#status")).to_contain_text("Learning the colours of cover.png")
    expect(tab.locator("#status")).to_contain_text("0 dots", timeout=100_000)
    learned = "Learned from cover.png. The network was trained on; coloured panels: 1."
    say(tab, learned)
    for each in (tab, other):
        wait_until(each, lambda each=each: (view(each) != before).any())
        expect(each.locator("#known")).to_have_text(learned)
    tab.reload()
    expect(tab.locator("#known")).to_have_text(learned)
    tab.locator("#forget").click()
    for each in (tab, other):
        expect(each.locator("#learned")).to_be_hidden()
        wait_until(each, lambda each=each: np.abs(view(each).astype(int) - before).max() <= 1)


def test_a_program_that_starts_again_says_what_it_no_longer_knows(tab, program, tmp_path):
    open_pages(tab, write_page(tmp_path))
    tab.locator("#open").set_input_files([write_page(tmp_path, "cover.png", art(1))])
    tab.get_by_role("button", name="Use its colours for the other pages").click()
    expect(tab.locator("#learned")).to_be_visible()
    program.end()
    program.start()
    click(tab, 100, 100, count=1)
    say(tab, "The program no longer knows the colours of cover.png: it was started anew")
    expect(tab.locator("#learned")).to_be_hidden()
    tab.reload()
    expect_dots(tab, 1)
    expect(tab.locator("#notices p")).to_have_count(0)
