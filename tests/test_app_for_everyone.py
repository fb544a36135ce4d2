"""The app for those who are new to it, who do not see or hear it well, and who hold a phone."""

import re

from tests import browser as app
from tests.browser import click, expect, open_pages, say, write_page

pytestmark = app.needs_chromium
run_dir, program, playwright, browser, tab, phone = (
    getattr(app, name) for name in "run_dir program playwright browser tab phone".split()
)

# Every visible text, and its contrast with the colour behind it as WCAG 2.2 defines it.
CONTRASTS = """() => {
    const light = (rgb) => rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
    const behind = (each) => {
        for (; each; each = each.parentElement) {
            const [r, g, b, alpha = 1] = numbers(getComputedStyle(each).backgroundColor);
            if (alpha === 1) return [r, g, b];
        }
        return [255, 255, 255];
    };
    const found = [];
    for (const each of document.querySelectorAll("body *")) {
        const own = [...each.childNodes].filter((node) => node.nodeType === 3);
        const text = own.map((node) => node.data.trim()).join("");
        const isText = text || (each.value && !["color", "range"].includes(each.type));
        if (!isText || !each.checkVisibility() || each.disabled) continue;
        const [one, other] = [numbers(getComputedStyle(each).color).slice(0, 3), behind(each)].map(light);
        found.push([text || each.id, (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)]);
    }
    return found;
}"""
# What can be used or seen and has no name for those who hear the page.
UNNAMED = """() => [...document.querySelectorAll("button, input, [tabindex], img")].filter((each) => {
    const label = each.labels?.length && [...each.labels].some((label) => label.textContent.trim());
    const name = each.getAttribute("aria-label") || each.textContent.trim() || label || each.alt;
    return !name && !each.closest(".colors") && each.checkVisibility();
}).map((each) => each.outerHTML)"""


def test_the_first_page_shows_what_to_do_and_an_example(tab):
    expect(tab.locator("#start img")).to_be_visible()
    assert tab.locator("#start img").evaluate("each => each.naturalWidth") > 600
    tab.locator("#example").click()
    expect(tab.locator("#status")).to_have_text(re.compile("^example.png, .* 0 dots$"))


def test_texts_can_be_read_and_everything_has_a_name(tab, tmp_path):
    assert tab.evaluate(UNNAMED) == []
    found = tab.evaluate(CONTRASTS)
    open_pages(tab, write_page(tmp_path))
    click(tab, 100, 100, count=1)
    tab.locator("details").evaluate("each => (each.open = true)")
    (tmp_path / "text.png").write_text("no image")
    tab.locator("#open").set_input_files([tmp_path / "text.png"])
    say(tab, "text.png: ")
    found += tab.evaluate(CONTRASTS)
    tab.evaluate("document.getElementById('ask').showModal()")
    found += tab.evaluate(CONTRASTS)
    assert len(found) > 60 and [(text, ratio) for text, ratio in found if ratio < 4.5] == []
    assert tab.evaluate(UNNAMED) == []


def test_on_a_phone_the_page_gets_the_room(phone, tmp_path):
    open_pages(phone, write_page(tmp_path, width=800, height=1200))
    stage = phone.locator("#stage").bounding_box()
    assert stage["width"] == 390 and stage["height"] > 0.75 * 780
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    quick = [each.bounding_box() for each in phone.locator("#quick > *").all()]
    assert all(each["x"] >= 0 and each["x"] + each["width"] <= 390 for each in quick)
    phone.locator("#more").tap()
    expect(phone.locator("#palette")).to_be_visible()
    phone.locator("#more").tap()
    expect(phone.locator("#palette")).to_be_hidden()
