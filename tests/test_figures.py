import csv
import json
import pathlib
import shutil

import cv2
import numpy as np
import pytest

from experiments import ablations, evaluate, report, reproduce
from experiments.figures import architecture, architecture_figure, challenges, drawing, panel_figures, rules, sheets
from experiments.figures.trained import Missing, Trained, load_gray_panels
from experiments.visual_metrics.flat_regions import find_flat_regions
from tests.conftest import draw_panel
from webtoon_colorize import run
from webtoon_colorize.io import csv_files, images
from webtoon_colorize.networks.unet import unet

TINY = ablations.Scale(image_size=32, filters=4, epochs=1, patience=1, batch_size=8)


@pytest.fixture(scope="module")
def folders(dataset, tmp_path_factory):
    """Results and runs of two rows."""
    folder = tmp_path_factory.mktemp("trained")
    places = {"runs_dir": str(folder / "runs"), "data_dir": str(dataset), "results_dir": str(folder / "results")}
    evaluate.evaluate_gray(image_size=32, data_dir=dataset, results_dir=places["results_dir"])
    for row in ("l2", "color_and_apply"):
        reproduce.reproduce_row(row, scale=TINY, seeds=[0], **places)
    return places


def content(folders):
    folder = pathlib.Path(folders["results_dir"]) / drawing.FOLDER
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def drawn(folders):
    """What was drawn, and the files as they were then."""
    return drawing.write(**folders), content(folders)


def test_figures_of_trained_rows_are_drawn_and_the_others_are_a_dash_and_a_sentence(folders, drawn):
    entries, _ = drawn
    drawn = {number for number, entry in entries.items() if entry.file}
    assert drawn == {8, 9, 10}
    captions = json.loads((pathlib.Path(folders["results_dir"]) / drawing.FOLDER / drawing.CAPTIONS).read_text())
    assert captions["4"]["file"] == "-" and entries[4].file is None
    assert "There is no result of adversarial yet" in entries[4].caption
    assert "No naturally gray panel" in entries[2].caption
    assert drawing.read(folders["results_dir"]) == entries


def test_drawing_again_changes_no_byte(folders, drawn):
    _, first = drawn
    drawing.write(**folders)
    assert content(folders) == first


def test_a_folder_that_is_no_dataset_is_an_error_and_not_nine_dashes(tmp_path):
    with pytest.raises(FileNotFoundError, match="is not a prepared dataset"):
        drawing.write(data_dir=tmp_path, runs_dir=tmp_path, results_dir=tmp_path)
    with pytest.raises(FileNotFoundError, match="is not a prepared dataset"):
        report.write(data_dir=tmp_path, results_dir=tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_run_that_was_trained_again_since_its_result_is_not_shown_under_its_numbers(folders, tmp_path):
    run_dir = pathlib.Path(shutil.copytree(folders["runs_dir"], tmp_path / "runs")) / "l2/seed_0"
    trained = Trained(**folders | {"runs_dir": tmp_path / "runs"})
    assert trained.settings("l2").experiment == "l2"
    path = run_dir / run.FINISHED
    path.write_text(json.dumps(json.loads(path.read_text()) | {"train_minutes": 99.0}))
    with pytest.raises(Missing, match="l2 was trained again after its result: make reproduce-table ROWS=l2"):
        trained.method("l2")
    path.unlink()
    with pytest.raises(Missing, match="no finished run"):
        trained.method("l2")


def test_gray_panels_are_those_that_were_dropped_from_test_episodes(dataset, tmp_path):
    for name in ("panels.csv", "dataset.json"):
        shutil.copy(dataset / name, tmp_path)
    with pytest.raises(Missing, match="No naturally gray panel"):
        load_gray_panels(tmp_path, image_size=32)
    rows = []
    for number, (episode, reason) in enumerate([("00", "gray"), ("05", "gray"), ("05", "duplicate"), ("05", "gray")]):
        rows.append({"title": "red", "episode": episode, "reason": reason, "thumbnail": f"{number}.png"})
        images.write_image(tmp_path / f"{number}.png", np.full((20, 40, 3), number, np.uint8))
    with open(tmp_path / "dropped.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    found = load_gray_panels(tmp_path, image_size=32)
    assert found.path == ["1.png", "3.png"] and found.label.tolist() == [1, 1]
    assert found.rgb.shape == (2, 32, 32, 3) and np.unique(found.rgb).tolist() == [1, 3]


def test_the_largest_scores_are_chosen_never_nan_and_never_what_is_left_out():
    assert rules.largest([1, 5, np.nan, 3, 5], 3) == [1, 4, 3]
    assert rules.largest([1, 5, np.nan, 3, 5], 9, without=[1]) == [4, 3, 0]
    assert rules.largest_per_group([1, 5, 4, 3], "aabb", 5) == [1, 2]


def test_a_loss_is_never_shown_as_a_gain():
    assert rules.largest_positive([-1, 0, 2, np.nan, 3], 5) == [4, 2]
    assert rules.largest_positive([-1, 0, 2, np.nan, 3], 5, without=[4]) == [2]


def test_a_challenge_is_shown_by_panels_of_different_titles_that_are_of_few_other_kinds():
    tags = [["texture", "light"], ["texture"], ["texture", "title"], ["texture"], ["light"], []]
    label, chroma = np.array([0, 0, 0, 1, 1, 1]), np.array([90.0, 10.0, 20.0, 5.0, 1.0, 99.0])
    # A tag that is no kind does not count; panel 0 is the last of its title that is left for light.
    assert challenges.pick(tags, label, chroma) == {"texture": [2, 3], "light": [4, 0]}


def test_challenges_are_drawn_from_the_files_of_tagged_panels(folders, dataset, tmp_path):
    with pytest.raises(Missing, match="Nothing says which"):
        challenges.draw(Trained(**folders))
    rows = csv_files.read(dataset / "panels.csv")
    for row in rows:
        row["tags"] = "light" if row["path"].endswith(("30_0.png", "31_0.png")) else ""
    shutil.copytree(dataset, tmp_path / "data")
    csv_files.write(tmp_path / "data" / "panels.csv", rows[0], [row.values() for row in rows])
    evaluate.evaluate_gray(image_size=32, data_dir=tmp_path / "data", results_dir=tmp_path)
    figure = challenges.draw(Trained(data_dir=tmp_path / "data", runs_dir=tmp_path, results_dir=tmp_path))
    expected = [cv2.resize(draw_panel(index), (192, 192), interpolation=cv2.INTER_CUBIC) for index in (30, 31)]
    top = sheets.MARGIN + sheets.CAPTION + sheets.GAP
    shown = figure.picture[top : top + 192, sheets.MARGIN : sheets.MARGIN + 192]
    assert any(np.array_equal(shown, each) for each in expected) and figure.picture.shape[0] > top + 2 * 192


def test_a_failure_is_shown_above_a_panel_of_its_title_that_is_not_of_its_kind():
    tags = [["light"], ["light"], [], [], ["texture"]]
    label = np.array([0, 1, 0, 1, 1])
    errors = np.array([[9, 8, 1, 7, 8], [9, 8, 2, 1, 9]], float)
    # Title 0: min(9, 9) - max(1, 2) = 7; title 1: 8 - max(7, 1) = 1.
    assert panel_figures.pick_failures(tags, label, errors) == {"light": (0, 2), "texture": (4, 3)}


def test_a_kind_that_comes_out_no_worse_than_the_rest_of_its_title_is_no_failure():
    errors = np.array([[3, 7], [3, np.inf]], float)
    assert panel_figures.pick_failures([["light"], []], np.zeros(2), errors) == {}
    errors = np.array([[3, 7], [3, 7]], float)
    assert panel_figures.pick_failures([["light"], []], np.zeros(2), errors) == {}


def halves():
    ab = np.zeros((32, 32, 2))
    ab[:, 16:] = (40, 0)
    return ab, find_flat_regions(np.concatenate([np.full((32, 32, 1), 50.0), ab], axis=2))


def test_a_background_is_the_largest_flat_region_and_jumbled_as_far_as_its_colour_spreads():
    truth, regions = halves()
    ab = truth.copy()
    ab[::2, :16] += (0, 6)
    ab[:, 16:] += np.arange(16)[None, :, None]  # the right half, which is no larger, does not count
    assert rules.background_spread(ab, regions) == pytest.approx(3)
    small = np.where(np.arange(32)[:, None, None] * [1, 1] < 1, 0, np.random.default_rng(0).normal(0, 50, (32, 32, 2)))
    noise = np.concatenate([np.full((32, 32, 1), 50.0), small], axis=2)  # one flat row of 32 is 3% of the picture
    assert np.isnan(rules.background_spread(ab, find_flat_regions(noise)))


def test_mistakes_are_measured_region_by_region():
    truth, regions = halves()
    ab = truth.copy()
    ab[::2, :16] += (0, 6)  # the left half is striped: off by 3 in the mean, 3 around it
    uneven, right = rules.mistakes(ab, truth, regions, panel=7)
    assert (uneven.panel, uneven.unevenness, uneven.wrongness) == (7, pytest.approx(3), pytest.approx(3))
    assert (right.unevenness, right.wrongness, right.rim_excess) == (0, 0, 0)


def test_no_panel_is_shown_twice_among_the_mistakes():
    mask = np.ones((4, 4), bool)
    found = [rules.Mistake(panel, mask, 9 - panel, 9 - panel, 9 - panel) for panel in (0, 0, 1, 2, 3, 4)]
    chosen = rules.pick_mistakes(found)
    assert [mistake.panel for _, mistake, _ in chosen] == [0, 1, 2, 3, 4]
    assert [kind for kind, _, _ in chosen] == ["uneven segment"] * 2 + ["wrong segment"] + ["boundary"] * 2


def test_a_detail_in_strong_colour_scores_more_than_a_background_in_the_same():
    detail = np.zeros((64, 64, 2))
    detail[30:34, 30:34] = 60
    assert rules.small_saturated(detail) > 0.1 > rules.small_saturated(np.full((64, 64, 2), 60.0))


def test_the_architecture_is_read_from_the_model():
    network = architecture.read(unet(32, 3, filters=4, name="applier"))
    assert [(stage.size, stage.channels) for stage in network.stages] == [
        (32, 3), (16, 4), (8, 8), (4, 16), (2, 32), (1, 32), (2, 32), (4, 16), (8, 8), (16, 4), (32, 2)
    ]  # fmt: skip
    assert [stage.grows for stage in network.stages] == [False] * 6 + [True] * 5
    assert network.skips == [(4, 6), (3, 7), (2, 8), (1, 9)]


def test_boxes_grow_with_the_roots_of_size_and_channels_and_fill_their_width():
    boxes = architecture_figure.layout(
        architecture.read(unet(32, 3, filters=4, name="applier")), left=100, center=50, width=300, height=64
    )
    lefts, tops, widths, heights = np.transpose(boxes)
    assert heights == pytest.approx([64 * (size / 32) ** 0.5 for size in (32, 16, 8, 4, 2, 1, 2, 4, 8, 16, 32)])
    assert widths / widths[0] == pytest.approx([(c / 3) ** 0.5 for c in (3, 4, 8, 16, 32, 32, 32, 16, 8, 4, 2)])
    assert (lefts[0], lefts[-1] + widths[-1]) == pytest.approx((100, 400)) and (lefts[1:] > (lefts + widths)[:-1]).all()
    assert tops + heights / 2 == pytest.approx(50)


def test_a_line_is_drawn_around_a_segment_and_leaves_it_visible():
    mask = np.zeros((64, 64), bool)
    mask[20:40, 20:40] = True
    rgb = np.where(mask[..., None], (200, 30, 30), (30, 30, 200)).astype(np.uint8)
    plain, outlined = (np.asarray(sheets.enlarge(sheets.Tile(rgb, outline=each), 192)) for each in (None, mask))
    assert (plain == outlined)[60:120, 60:120].all() and (outlined[90] == 255).all(axis=1).sum() >= 2


def test_a_sheet_has_a_place_for_every_tile():
    tile = sheets.Tile(np.zeros((64, 64, 3), np.uint8), "1.0")
    picture = sheets.draw([sheets.Block("", ["a", "b"], [[tile, tile]] * 3)])
    black = (picture == 0).all(axis=2)
    assert black.sum() >= 6 * 192**2 and picture[0, 0].tolist() == [255, 255, 255]
