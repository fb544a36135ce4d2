from types import SimpleNamespace

import numpy as np
import pytest

from experiments import data_curve as program
from tests.test_adaptation import SIZE, write_run
from tests.test_run import SETTINGS
from webtoon_colorize import data


def test_every_way_is_measured_with_each_number_of_panels_that_there_are():
    points = program.points(60, seeds=2)
    assert sorted({point.count for point in points}) == [10, 25, 50]
    assert len(points) == len(set(points)) == 3 * 3 * 2


def test_a_seed_takes_consecutive_panels_that_another_does_not_start_with():
    panels = data.Panels(np.zeros((10, SIZE, SIZE, 3), np.uint8), np.zeros(10, np.int32), [f"{n}" for n in range(10)])
    assert program.select(panels, program.Point(4, "references", 0)).path == ["0", "1", "2", "3"]
    assert program.select(panels, program.Point(5, "references", 1)).path == ["6", "7", "8", "9", "0"]


def test_rows_average_seeds_and_then_panels():
    measured = [
        {"count": 10, "way": "references", "seed": 0, "errors": [0.8, 0.6]},
        {"count": 10, "way": "references", "seed": 1, "errors": [1.0, 0.8]},
    ]
    [row] = program.rows(measured)
    assert row[:4] == ("10", "references", "2", "0.800")
    assert 0.7 <= float(row[4]) <= float(row[5]) <= 0.9


def test_the_points_of_a_title_are_measured_once_and_a_known_title_is_refused(tmp_path, dataset, monkeypatch):
    run_dir = write_run(tmp_path / "run", titles=["seen"])
    for name, value in (("COUNTS", (2, 1000)), ("SHOWN", 16), ("EPOCHS", 1)):
        monkeypatch.setattr(program, name, value)
    measured = program.measure(str(run_dir), str(dataset), str(tmp_path), seeds=1)
    assert [(each["count"], each["way"]) for each in measured] == [(2, way) for way in program.WAYS]
    assert len({len(each["errors"]) for each in measured}) == 1
    monkeypatch.setattr(program, "_train", None)
    assert program.measure(str(run_dir), str(dataset), str(tmp_path), seeds=1) == measured
    known = write_run(tmp_path / "known", titles=data.load_titles(dataset))
    with pytest.raises(ValueError, match="was trained on"):
        program.measure(str(known), str(dataset), str(tmp_path / "out"), seeds=1)


def test_from_nothing_a_row_starts_with_the_weights_that_it_always_starts_with(tmp_path, dataset, monkeypatch):
    loaded = []
    method = SimpleNamespace(load_pretrained=lambda: loaded.append("pretrained"))
    monkeypatch.setattr(program.run, "build", lambda settings: method)
    monkeypatch.setattr(program.run, "start_from", lambda method, run_dir: loaded.append(run_dir))
    monkeypatch.setattr(program.loop, "train", lambda *args, **named: None)
    splits = {name: data.load_panels(dataset, name, image_size=SIZE) for name in ("train", "validation")}
    for number, way in enumerate(program.WAYS[:2]):
        program._train("run", tmp_path / str(number), SETTINGS, splits, program.Point(2, way, 0))
    assert loaded == ["pretrained", "run"]
