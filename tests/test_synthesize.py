"""The embedded comic: its files, and that what the JSON says about a strip is true of its pixels."""

import json
import shutil

import cv2
import numpy as np
import pytest

from data_tools import synthesize
from data_tools.comic import panel_kinds, strips, tags, titles
from data_tools.comic.colors import neutral, to_lab
from data_tools.comic.panel_kinds import Size
from data_tools.comic.style import COLOR_FIELDS

SEED = 3


@pytest.fixture(scope="module")
def drawn():
    """(title, strip, description) of the first episode of each of the five titles."""
    pages = [(index, page) for index in range(5) for page in strips.plan_episode(SEED, index, 1)]
    return [(titles.make_title(SEED, index), *strips.draw_page(SEED, index, page)[:2]) for index, page in pages]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A finished comic of two titles with one episode each, drawn by two processes."""
    output_dir = tmp_path_factory.mktemp("comic") / "out"
    assert synthesize.synthesize(output_dir, titles=2, episodes=1, seed=SEED, processes=2)
    return output_dir


def files_in(output_dir):
    return {
        str(path.relative_to(output_dir)): path.read_bytes() for path in sorted(output_dir.rglob("*")) if path.is_file()
    }


def crop(strip, box):
    x, y, width, height = box
    return strip[y : y + height, x : x + width]


def spread(picture):
    return int((picture.max(2).astype(int) - picture.min(2)).max())


def test_files_are_what_one_process_draws_strip_by_strip(folder):
    for index in range(2):
        for number, page in enumerate(strips.plan_episode(SEED, index, 1), 1):
            path = folder / titles.make_title(SEED, index).name / "001" / f"{number:02}.png"
            strip, described, _ = strips.draw_page(SEED, index, page)
            np.testing.assert_array_equal(cv2.imread(str(path))[:, :, ::-1], strip)
            assert json.loads(path.with_suffix(".json").read_text()) == described


def test_the_same_seed_gives_the_same_bytes_with_another_number_of_processes(folder, tmp_path):
    synthesize.synthesize(tmp_path / "again", titles=2, episodes=1, seed=SEED, processes=1)
    assert files_in(tmp_path / "again") == files_in(folder)


def test_later_episodes_can_be_drawn_without_the_first(folder, tmp_path):
    synthesize.synthesize(tmp_path / "later", titles=1, episodes=1, first_episode=41, seed=SEED, processes=1)
    title = titles.make_title(SEED, 0).name
    assert [path.name for path in (tmp_path / "later" / title).iterdir()] == ["041"]
    strip = strips.draw_page(SEED, 0, strips.plan_episode(SEED, 0, 41)[0]).image
    drawn = cv2.imread(str(tmp_path / "later" / title / "041" / "01.png"))
    np.testing.assert_array_equal(drawn[:, :, ::-1], strip)


def test_a_comic_from_before_first_episodes_were_noted_begins_with_the_first(folder, tmp_path):
    older = shutil.copytree(folder, tmp_path / "older")
    settings = json.loads((older / "settings.json").read_text())
    assert settings.pop("first_episode") == 1
    (older / "settings.json").write_text(json.dumps(settings))
    assert not synthesize.synthesize(older, titles=2, episodes=1, seed=SEED)


def test_another_seed_gives_another_comic():
    first, second = (strips.draw_page(seed, 0, strips.plan_episode(seed, 0, 1)[0]).described for seed in (0, 1))
    assert first != second


def test_a_finished_comic_is_left_alone_and_what_a_killed_run_lacks_is_drawn(folder):
    before = files_in(folder)
    assert not synthesize.synthesize(folder, titles=2, episodes=1, seed=SEED)
    lost = next(name for name in before if name.endswith("01.png"))
    (folder / lost).unlink()
    (folder / lost).with_name(".unfinished-half-written.png").write_bytes(b"left by a killed run")
    assert synthesize.synthesize(folder, titles=2, episodes=1, seed=SEED, processes=1)
    assert files_in(folder) == before


@pytest.mark.parametrize("change", [{"titles": 3}, {"episodes": 2}, {"seed": 4}])
def test_other_settings_are_refused_by_name(folder, change):
    with pytest.raises(ValueError, match=next(iter(change))):
        synthesize.synthesize(folder, **{"titles": 2, "episodes": 1, "seed": SEED, **change})


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ValueError, match="not made by this program"):
        synthesize.synthesize(tmp_path, titles=1, episodes=1, seed=0)


def test_comic_json_counts_what_the_descriptions_hold(folder):
    comic = json.loads((folder / "comic.json").read_text())
    described = [panel for path in folder.glob("*/*/*.json") for panel in json.loads(path.read_text())["panels"]]
    assert comic["panels"] == len(described)
    assert comic["usable_panels"] == sum(map(strips.is_usable, described))
    assert comic["titles"] == len(comic["by_title"]) == 2


def test_a_title_does_not_depend_on_how_many_there_are():
    few = synthesize._all_strips("comic", {"titles": 2, "episodes": 2, "first_episode": 1, "seed": SEED})
    many = synthesize._all_strips("comic", {"titles": 25, "episodes": 2, "first_episode": 1, "seed": SEED})
    assert many[: len(few)] == few
    assert len({titles.make_title(SEED, index).name for index in range(60)}) == 60


def test_default_settings_plan_about_1500_usable_panels():
    plans = [strips.plan_episode(0, index, episode) for index in range(5) for episode in range(1, 41)]
    kinds = [spot.kind for pages in plans for page in pages for spot in page.spots]
    assert 1450 <= sum(kind in (panel_kinds.color_panel, panel_kinds.sparse_panel) for kind in kinds) <= 1550
    assert all(1 <= len(pages) <= 3 and all(page.height <= strips.MAX_HEIGHT for page in pages) for pages in plans)


def test_boxes_lie_inside_the_strip_and_apart_by_a_gutter(drawn):
    for _, strip, described in drawn:
        assert strip.shape == (described["height"], described["width"], 3) and described["width"] == 690
        taken = np.zeros(strip.shape[:2], np.uint8)
        for panel in described["panels"]:
            x, y, width, height = panel["box"]
            assert 0 <= x and 0 <= y and x + width <= 690 and y + height <= described["height"]
            around = taken[max(y - 12, 0) : y + height + 12, max(x - 12, 0) : x + width + 12]
            assert not around.any()
            crop(taken, panel["box"])[:] = 1


def test_usable_panels_have_sizes_that_a_size_filter_keeps(drawn):
    for _, _, described in drawn:
        for panel in filter(strips.is_usable, described["panels"]):
            assert all(200 <= side <= 800 for side in panel["box"][2:])


def test_everything_outside_boxes_and_bubbles_is_exactly_gutter(drawn):
    for title, strip, described in drawn:
        covered = np.zeros(strip.shape[:2], np.uint8)
        for panel in described["panels"]:
            crop(covered, panel["box"])[:] = 1
            for outline in panel["bubbles"]:
                polygon = np.rint(np.float32(outline)).astype(np.int32)
                cv2.fillPoly(covered, [polygon], 1)
                cv2.polylines(covered, [polygon], True, 1, 7)  # the outline's own width
        np.testing.assert_array_equal(
            strip[covered == 0], np.broadcast_to(title.style.gutter, strip[covered == 0].shape)
        )


def test_white_black_and_tinted_gutters_occur_in_the_first_five_titles():
    gutters = [titles.make_title(SEED, index).style.gutter for index in range(5)]
    assert (255, 255, 255) in gutters and (0, 0, 0) in gutters
    assert any(len(set(gutter)) > 1 for gutter in gutters)


@pytest.mark.parametrize("kind", [tags.TITLE, tags.END])
def test_title_and_end_are_the_same_pixels_in_every_episode(kind):
    found = []
    for episode in (1, 2):
        for page in strips.plan_episode(SEED, 2, episode):
            if any(spot.stream[2] == 0 for spot in page.spots):
                strip, described, _ = strips.draw_page(SEED, 2, page)
                found.extend(crop(strip, panel["box"]) for panel in described["panels"] if kind in panel["tags"])
    assert len(found) == 2
    np.testing.assert_array_equal(*found)


def test_every_tag_is_a_known_one(drawn):
    for _, _, described in drawn:
        for panel in described["panels"]:
            assert panel["tags"] == sorted(panel["tags"]) and set(panel["tags"]) <= tags.ALL


@pytest.mark.parametrize("index", range(5))
@pytest.mark.parametrize("kind", [panel_kinds.balloon_panel, panel_kinds.screentone_panel])
def test_gray_and_screentone_panels_have_no_chroma(index, kind):
    for stream in range(3):
        panel = kind(titles.make_title(SEED, index), Size(420, 300, 0), np.random.default_rng(stream))
        assert spread(panel.image) == 0


def test_usable_panels_have_color(drawn):
    for _, strip, described in drawn:
        for panel in filter(strips.is_usable, described["panels"]):
            assert spread(crop(strip, panel["box"])) > 30


@pytest.mark.parametrize("index", range(5))
def test_sparse_panels_are_gray_but_for_one_person(index):
    for stream in range(4):
        panel = panel_kinds.sparse_panel(
            titles.make_title(SEED, index), Size(500, 400, 0), np.random.default_rng(stream)
        )
        image = panel.image.astype(int)
        colored = (image.max(2) - image.min(2) > 12).mean()
        assert 0.001 < colored < 0.5 and tags.SPARSE_COLOR in panel.tags


@pytest.mark.parametrize("index", range(10))
def test_lookalikes_have_the_same_grays_and_other_hues(index):
    """The tolerance is one unit of L: a step of an 8-bit gray is 0.4, and gamut mapping may move L by less than one."""
    first, second = titles.make_title(SEED, index).cast[:2]
    assert first.hair_style is second.hair_style and first.skin == second.skin
    for name in COLOR_FIELDS:
        one, other = to_lab(getattr(first, name)), to_lab(getattr(second, name))
        assert abs(one[0] - other[0]) < 1
        if name != "skin":
            assert np.hypot(one[1] - other[1], one[2] - other[2]) > 30


def test_the_gray_version_of_a_character_keeps_lightness_only():
    who = titles.make_title(SEED, 0).cast[3]
    gray = who.gray(keep=("hair",))
    assert gray.hair == who.hair and gray.top == neutral(who.top) and len(set(gray.top)) == 1
    assert abs(to_lab(gray.top)[0] - to_lab(who.top)[0]) < 0.5


def test_only_panels_with_lettering_are_tagged_as_occluded(drawn):
    for _, _, described in drawn:
        for panel in described["panels"]:
            if tags.OCCLUSION in panel["tags"]:
                assert panel["bubbles"] or {tags.SOUND_EFFECT, tags.TITLE, tags.END} & set(panel["tags"])


def test_both_colored_and_white_bubbles_and_all_difficulties_occur(drawn):
    seen = {tag for _, _, described in drawn for panel in described["panels"] for tag in panel["tags"]}
    assert {
        tags.TEXTURE,
        tags.OCCLUSION,
        tags.MULTIMODALITY,
        tags.LIGHT,
        tags.BACKGROUND,
        tags.COLORED_BUBBLE,
        tags.SOUND_EFFECT,
    } <= seen
