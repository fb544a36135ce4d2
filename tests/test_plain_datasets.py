"""Datasets with next to nothing in them: one test panel, panels of one colour, one title."""

import hashlib
import json
import shutil

import cv2
import numpy as np
import pytest

from experiments import ablations, evaluate, results, table
from experiments import train as training_program
from webtoon_colorize import run
from webtoon_colorize.io import csv_files

COLORS = [(0, 0, 0), (255, 255, 255), (128, 128, 128), (255, 0, 0), (0, 0, 255), (255, 255, 0)]


@pytest.fixture
def copied(dataset, tmp_path):
    return shutil.copytree(dataset, tmp_path / "data", ignore=shutil.ignore_patterns("cache"))


def keep(folder, wanted):
    """Keeps the rows of panels.csv that are `wanted`."""
    rows = [row for row in csv_files.read(folder / "panels.csv") if wanted(row)]
    csv_files.write(folder / "panels.csv", rows[0], (row.values() for row in rows))


def paint(folder):
    """Makes every panel one colour."""
    rows = csv_files.read(folder / "panels.csv")
    for number, row in enumerate(rows):
        panel = np.full((48, 48, 3), COLORS[number % len(COLORS)], np.uint8)
        cv2.imwrite(str(folder / row["path"]), panel[..., ::-1])
        row["sha256"] = hashlib.sha256((folder / row["path"]).read_bytes()).hexdigest()
    csv_files.write(folder / "panels.csv", rows[0], (row.values() for row in rows))


def measured(folder, results_dir):
    evaluate.evaluate_gray(image_size=32, data_dir=folder, results_dir=results_dir)
    text = table.write(results_dir)
    assert any(line.startswith("| gray ") for line in text.splitlines())
    return results.read(results_dir, "gray")


def test_one_test_panel_is_measured(copied, tmp_path):
    keep(copied, lambda row: row["split"] != "test" or row["path"].endswith("30_0.png"))
    result = measured(copied, tmp_path / "results")
    assert len(result.paths) == 1 and np.isfinite(result.per_image("rmse_lab")).all()


def test_panels_of_one_colour_are_trained_on_and_measured(copied, tmp_path):
    paint(copied)
    result = measured(copied, tmp_path / "results")
    assert len(result.paths) == 6 and result.per_image("rmse_lab")[0].round(3).tolist()[:3] == [0, 0, 0]
    assert np.isnan(result.per_image("psnr_db")[0][0])  # infinite: gray is what a black panel is
    scale = ablations.Scale(image_size=32, filters=4, epochs=1, patience=1, batch_size=4)
    options = {"data_dir": copied, "run_dir": tmp_path / "run", "seed": 0, "learning_rate": 1e-3}
    training_program.train("l2", scale, **options)
    evaluate.evaluate_runs([tmp_path / "run"], data_dir=copied, results_dir=tmp_path / "results")
    assert np.isfinite(results.read(tmp_path / "results", "l2").per_image("rmse_lab")).all()
    assert "| l2 " in table.write(tmp_path / "results") and (tmp_path / "run" / run.FINISHED).exists()


def test_no_panel_is_refused_by_the_name_of_its_split(copied, tmp_path):
    keep(copied, lambda row: row["split"] == "train")
    with pytest.raises(ValueError, match=f"{copied} has no panels in its test split"):
        evaluate.evaluate_gray(image_size=32, data_dir=copied, results_dir=tmp_path / "results")


def test_a_title_that_the_dataset_does_not_know_is_named(copied, tmp_path):
    (copied / "dataset.json").write_text(json.dumps({"titles": ["blue"]}))
    with pytest.raises(ValueError, match=r"dataset\.json lacks the title red of panels\.csv"):
        evaluate.evaluate_gray(image_size=32, data_dir=copied, results_dir=tmp_path / "results")
