"""From result files to committed values, claims.csv and the tables of the docs."""

import csv
import dataclasses

import numpy as np
import pytest

from experiments import results
from experiments.claims import __main__ as program
from experiments.claims import pages, store, table
from experiments.claims.judging import Outcome
from experiments.claims.statements import CLAIMS
from tests.result_files import make_result

PATHS = [f"panels/{title}/{episode}/{number}.png" for title in "ab" for episode in (1, 2, 3) for number in (0, 1)]


def write(folder, experiment, *seeds, curves=None, **changes):
    """A result file; `seeds` are measure -> array, one per run."""
    columns = [{name: np.array(column, object).tolist() for name, column in each.items()} for each in seeds]
    about = {"paths": PATHS, "labels": [0] * 6 + [1] * 6, "tags": [["light", "texture"]] + [[]] * 11}
    result = make_result(experiment, *columns, **about | changes)
    if curves:
        runs = [
            dataclasses.replace(run, training={"validation": {"l2": each}}) for run, each in zip(result.runs, curves)
        ]
        result = dataclasses.replace(result, runs=tuple(runs))
    results.write(folder, result)


@pytest.fixture
def folder(tmp_path):
    errors = np.linspace(10, 20, 12)
    write(tmp_path, "gray", {"rmse_lab": errors + 2, "chroma_lab_true": errors, "unused": errors})
    write(tmp_path, "l2", {"rmse_lab": errors, "unused": errors}, {"rmse_lab": errors + 0.1, "unused": errors})
    write(tmp_path, "no_skips", {"rmse_lab": errors + 5}, {"rmse_lab": errors + 5.1})
    skill = {"skill_small": np.full(12, 0.5)}
    write(tmp_path, "adversarial", {"rmse_lab": errors} | skill)
    write(tmp_path, "adversarial_label", {"rmse_lab": errors + 1} | skill, {"rmse_lab": errors + 1} | skill)
    results.write_reason(tmp_path, "residual_encoder_pretrained", "weights must be supplied.")
    return tmp_path


def read_csv(folder):
    with open(folder / "claims.csv", newline="") as file:
        return {row["claim"]: row for row in csv.DictReader(file)}


def pack(folder, study):
    program.pack(folder, study)
    program.judge_reported(study)


def test_values_keep_twelve_bits():
    """1 + 2^-12 lies between 1 and 1 + 2^-11, the next number of 12 bits: the even one of both is 1."""
    assert store.rounded(np.array([1.0, 1 + 2**-12, 1 + 2**-11, -0.75, 0.0])).tolist() == [1, 1, 1 + 2**-11, -0.75, 0]
    values = np.random.default_rng(0).normal(0, 100, 1000)
    np.testing.assert_allclose(store.rounded(values), values, rtol=1 / 4096)
    assert np.isnan(store.rounded(np.array([np.nan]))[0]) and store.rounded(values).dtype == np.float32


def test_a_study_comes_back_from_its_files_with_what_was_asked_for(folder, tmp_path):
    study = store.of_results(folder)
    asked = study.values("l2", "rmse_lab")
    study.write(tmp_path / "values", {("l2", "rmse_lab"), ("l2", "absent"), ("absent", "rmse_lab")})
    again = store.load(tmp_path / "values")
    assert again.rows.keys() == {"l2"} and again.rows["l2"].values.keys() == {"rmse_lab"}
    np.testing.assert_array_equal(again.values("l2", "rmse_lab"), asked)
    assert again.rows["l2"].seeds == [0, 1]
    panels = again.panels["test"]
    assert panels.paths == PATHS and panels.labels.tolist() == [0] * 6 + [1] * 6
    assert panels.tags == [["light", "texture"]] + [[]] * 11
    assert panels.episodes.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    with pytest.raises(store.NotMeasured, match="residual_encoder_pretrained .*: weights must be supplied$"):
        again.values("residual_encoder_pretrained", "rmse_lab")


def test_values_of_other_splits_are_of_their_own_panels_and_stand_at_their_paths(folder):
    write(folder, "tandem", {"train/x": [1.0, 2.0]}, train_paths=["panels/a/9/1.png", "panels/a/9/0.png"])
    write(
        folder,
        "sketch",
        {"train/x": [7.0], "validation/y": [5.0]},
        train_paths=["panels/b/9/0.png"],
        validation_paths=["v"],
    )
    study = store.of_results(folder)
    assert study.panels["train"].paths == ["panels/a/9/0.png", "panels/a/9/1.png", "panels/b/9/0.png"]
    np.testing.assert_array_equal(study.values("tandem", "train/x"), [[2, 1, np.nan]])
    np.testing.assert_array_equal(study.values("sketch", "train/x"), [[np.nan, np.nan, 7]])
    np.testing.assert_array_equal(study.values("sketch", "validation/y"), [[5]])


def test_curves_of_runs_of_different_lengths_are_padded(folder):
    write(folder, "tandem", {"x": [0.0] * 12}, {"x": [0.0] * 12}, curves=[[3.0, 2.0], [4.0, 3.0, 2.0]])
    np.testing.assert_array_equal(store.of_results(folder).values("tandem", "epochs/l2"), [[3, 2, np.nan], [4, 3, 2]])


def test_a_row_that_was_measured_on_other_panels_is_not_compared(folder):
    results.write(folder, dataclasses.replace(results.read(folder, "no_skips"), data="other"))
    with pytest.raises(store.NotMeasured, match="no_skips"):
        store.of_results(folder).values("no_skips", "rmse_lab")


def test_nothing_evaluated_is_said(tmp_path):
    with pytest.raises(store.NotMeasured, match="nothing has been evaluated"):
        store.of_results(tmp_path)


def test_values_alone_give_the_verdicts_of_the_results(folder, tmp_path):
    pack(folder, tmp_path / "study")
    table.write(folder, table.rows(store.of_results(folder)))
    assert (tmp_path / "study/claims.csv").read_bytes() == (folder / "claims.csv").read_bytes()
    rows = read_csv(folder)
    assert list(rows) == [claim.name for claim in CLAIMS]
    assert (rows["skips_help"]["verdict"], rows["skips_help"]["left_seeds"]) == ("holds", "2")
    assert (rows["label"]["verdict"], rows["label"]["reason"]) == ("not measured", "one seed: adversarial")
    assert rows["vgg_features"]["reason"] == "the results of l2 have no l2"
    assert rows["classification_loss"]["reason"] == "classification_loss has no results here"
    assert {path.name for path in (tmp_path / "study/values").iterdir()} == {
        "panels.csv",
        "gray.npz",
        "l2.npz",
        "no_skips.npz",
        "adversarial.npz",
        "adversarial_label.npz",
        "residual_encoder_pretrained.missing.txt",
    }
    with np.load(tmp_path / "study/values/l2.npz") as content:
        assert set(content.files) == {"seeds", "rmse_lab"}  # and nothing that no claim compares


def test_the_files_are_the_same_every_time(folder, tmp_path):
    pack(folder, tmp_path / "study")
    first = {path: path.read_bytes() for path in (tmp_path / "study").rglob("*.*")}
    pack(folder, tmp_path / "study")
    assert {path: path.read_bytes() for path in (tmp_path / "study").rglob("*.*")} == first


def test_people_read_three_digits_or_all_before_the_point():
    outcome = Outcome(2513.96, 2375.04, 138.92, 120.0, 160.04, "holds")
    assert table.cells(table.Row(CLAIMS[0], outcome))[3:] == ["2514", "2375", "139 (120 to 160)", "holds"]
    assert table.cells(table.Row(CLAIMS[0], Outcome()))[3:] == ["-", "-", "-", "not measured"]
    assert table.cells(table.Row(CLAIMS[0], Outcome(1.0, 2.0, -1.0)))[3:] == ["1", "2", "-1", "not measured"]


def test_a_cell_of_the_docs_says_what_it_stands_on(folder):
    table.write(folder, table.rows(store.of_results(folder)))
    rows = read_csv(folder)
    assert pages.cell(rows["vgg_features"]) == "not measured"
    text = pages.cell(rows["skips_help"])
    assert text.startswith("**holds**: 20.1 - 15.1 = 5 (") and text.endswith("); 2 and 2 seeds; 12 panels, 6 episodes")
    assert pages.cell(rows["label"]) == (
        "**not measured** (one seed: adversarial): 16 - 15 = 1; 2 and 1 seeds; 12 panels, 6 episodes"
    )
    assert "; 0 and 0 seeds; " not in text and "; 1 and 11 panels" not in text
    assert "; 3 and 3 seeds; 1 and 11 panels, " in pages.cell(
        rows["skips_help"] | {"left_seeds": "3", "right_seeds": "3", "left_panels": "1", "right_panels": "11"}
    )
    assert "; `no_skips`, the closest of 3 rows; 2 and" in pages.cell(
        rows["skips_help"] | {"closest": "no_skips", "rows": "3"}
    )
    assert pages.cell(rows["skips_help"] | {"episodes": "0"}).endswith("; 2 and 2 seeds")


def test_the_docs_read_studies_with_values_and_do_without_others(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(store, "REPORTED", tmp_path / "reported")
    assert "drawn" not in pages.verdicts() and "drawn" not in pages.main_result()
    pack(folder, tmp_path / "reported" / "synthetic_5_small")
    line = next(line for line in pages.claims("IV").splitlines() if "skip connections help" in line)
    assert line.count("**holds**") == 1 and line.endswith("| not measured | not measured | not measured |")
    assert "| drawn, 64 px | - | - | not measured | - | - | not measured |" in pages.main_result()
    statements = sum(not claim.control for claim in CLAIMS)
    assert f"| drawn, 64 px | 2 | 0 | 0 | 0 | {statements - 2} |" in pages.verdicts()


def test_the_main_result_of_one_seed_has_values_and_no_verdict(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "REPORTED", tmp_path)
    (tmp_path / "synthetic_5_cpu" / store.VALUES).mkdir(parents=True)
    outcomes = {"consistent": Outcome(0.5, 0.25, 0.25, left_seeds=1, right_seeds=2, reason="one seed: l2")}
    table.write_csv(
        tmp_path / "synthetic_5_cpu", [table.Row(each, outcomes.get(each.name, Outcome())) for each in CLAIMS]
    )
    assert "| drawn, 128 px | 0.500 | 0.250 | one seed | - | - | not measured |" in pages.main_result()
    assert "128 px" not in pages.verdicts()
