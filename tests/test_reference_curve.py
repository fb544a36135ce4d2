import json

import pytest

from experiments import reference_curve as program
from tests.test_adaptation import write_run
from webtoon_colorize import data


def test_every_second_panel_of_a_story_is_judged_and_the_nearest_others_are_references():
    named = [
        f"panels/a/{episode}/{number}.png"
        for episode, count in (("1", 9), ("2", 3), ("10", 8))
        for number in range(count)
    ]
    first, last = program.find_stories([*named, *(f"panels/b/1/{number}.png" for number in range(7))])
    assert (first.title, first.episode) == ("a", "1")
    assert first.judged == [1, 3, 5, 7]
    assert first.references == [0, 2, 4, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
    assert (last.episode, last.judged) == ("10", [13, 15, 17, 19])
    assert last.references == [12, 14, 16, 18, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]


def story(**errors):
    return {"gray": 20.0, "errors": errors, "seconds": dict.fromkeys(errors, 1.0)}


def test_rows_are_means_over_the_stories_that_have_as_many_references():
    few = {"0": 16.0, "1": 16.4, "2": 14.0, "4": 12.0, "8": 12.0}
    many = {"0": 12.0, "1": 12.2, "2": 10.0, "4": 8.0, "8": 6.0, "16": 5.0}
    rows = program.rows([story(**few), story(**many)])
    assert [row[:3] for row in rows] == [
        (0, 2, "0.700"),
        (1, 2, "0.715"),
        (2, 2, "0.600"),
        (4, 2, "0.500"),
        (8, 2, "0.450"),
        (16, 1, "0.250"),
    ]
    assert [row[5] for row in rows] == ["0.000", "0.500", *["0.000"] * 4]  # 16.4 is 2.5% more, 12.2 is 1.7%


def test_an_interrupted_measurement_goes_on_and_titles_that_the_run_knows_are_refused(tmp_path, fresh, monkeypatch):
    run_dir = write_run(tmp_path / "run", titles=["seen"])
    monkeypatch.setattr(program, "SMALLEST", 2)
    monkeypatch.setattr(program, "COUNTS", (0, 1))
    calls = []

    def error(run_dir, judged, references):
        calls.append(len(references))
        if len(calls) == 4:  # of the second story
            raise KeyboardInterrupt
        return 10.0 - len(references)

    monkeypatch.setattr(program, "_error", error)
    with pytest.raises(KeyboardInterrupt):
        program.measure(str(run_dir), str(fresh), str(tmp_path))
    before = json.loads((tmp_path / "references.json").read_text())["stories"]
    measured = program.measure(str(run_dir), str(fresh), str(tmp_path))
    assert measured[: len(before)] == before and len(measured) > len(before) == 1
    assert all(each["errors"] == {"0": 10.0, "1": 9.0} and each["gray"] > 0 for each in measured)
    again = write_run(tmp_path / "again", titles=["seen"], seed=7)  # of the same titles, with other weights
    with pytest.raises(ValueError, match="other settings"):
        program.measure(str(again), str(fresh), str(tmp_path))
    known = write_run(tmp_path / "known", titles=data.load_titles(fresh))
    with pytest.raises(ValueError, match="was trained on blue, red, which"):
        program.measure(str(known), str(fresh), str(tmp_path / "other"))
    assert len(program.plot(measured).axes[0].lines) == len(measured) + 2
