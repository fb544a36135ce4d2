"""From a prepared dataset to the table, as `make reproduce-table` does it."""

import csv
import dataclasses
import json
import re
import subprocess
import sys

import pytest

from experiments import ablations, evaluate, reproduce, results, table, train, training_subsets
from webtoon_colorize import data, run

TINY = ablations.Scale(image_size=32, filters=4, epochs=1, patience=1, batch_size=4)


def python(*arguments):
    return subprocess.run([sys.executable, "-m", *map(str, arguments)], capture_output=True, text=True)


@pytest.fixture(scope="module")
def trained(dataset, tmp_path_factory):
    """Two seeds of `l2`, one of `no_skips`, at a scale too small to mean anything."""
    folder = tmp_path_factory.mktemp("runs")
    for experiment, seed in (("l2", 0), ("l2", 1), ("no_skips", 0)):
        train.train(
            experiment,
            TINY,
            data_dir=dataset,
            run_dir=folder / experiment / f"seed_{seed}",
            seed=seed,
            learning_rate=ablations.LEARNING_RATE,
        )
    return folder


@pytest.fixture(scope="module")
def evaluated(dataset, trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    folders = {"data_dir": dataset, "results_dir": folder}
    evaluate.evaluate_gray(image_size=32, **folders)
    evaluate.evaluate_runs([trained / "l2/seed_0", trained / "l2/seed_1"], **folders)
    return folder


def test_a_result_holds_a_value_per_image_and_seed(evaluated):
    result = results.read(evaluated, "l2")
    assert [run.seed for run in result.runs] == [0, 1] and len(result.paths) == 6
    assert result.per_image("rmse_lab").shape == (2, 6)
    assert (result.per_image("l2")[0] != result.per_image("l2")[1]).all()


def test_the_table_starts_with_gray_and_what_is_missing_is_a_dash(evaluated):
    table.write(evaluated)
    with open(evaluated / "table.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["experiment"] for row in rows] == ["gray", *ablations.EXPERIMENTS]
    gray, l2 = rows[0], next(row for row in rows if row["experiment"] == "l2")
    assert gray["parameters"] == gray["paper_l2"] == "-" and float(gray["l2"]) > 0
    assert l2["paper_l2"] == "1578.8" and l2["seeds"] == "2" and l2["images_seen"] == "24"
    values = results.read(evaluated, "l2").per_image("rmse_lab")
    assert float(l2["rmse_lab"]) == pytest.approx(values.mean())
    assert float(l2["rmse_lab_seed_spread"]) == pytest.approx(abs(values[0].mean() - values[1].mean()) / 2**0.5)
    assert float(l2["rmse_lab_low"]) <= float(l2["rmse_lab"]) <= float(l2["rmse_lab_high"])
    missing = next(row for row in rows if row["experiment"] == "color_and_apply")
    assert missing["l2"] == missing["rmse_lab"] == missing["train_minutes"] == "-"


def test_the_table_is_a_pure_function_of_the_results(evaluated):
    first = table.write(evaluated)
    files = {name: (evaluated / name).read_bytes() for name in ("table.md", "table.csv", "table.html")}
    assert table.write(evaluated) == first
    assert files == {name: (evaluated / name).read_bytes() for name in files}


def test_the_page_shows_the_same_panels_for_every_row_between_gray_and_the_truth(evaluated):
    table.write(evaluated)
    page = (evaluated / "table.html").read_text()
    rows = re.findall(r'<h2 id="(\w+)">', page)
    shown = re.findall(r'src="samples/(\w+)/', page)
    assert "l2" in rows and shown == [each for row in rows for each in ["gray"] * 6 + [row] * 6 + ["truth"] * 6]
    assert len(list((evaluated / "samples" / "l2").iterdir())) == 6
    assert page.index("<h2") < page.index("<table")  # pictures first


def test_the_page_names_rows_that_are_not_trained_and_shows_no_line_for_them(evaluated):
    table.write(evaluated)
    page = (evaluated / "table.html").read_text()
    assert "<td>l2</td>" in page and "<td>color_and_apply</td>" not in page
    [left] = re.findall("Not trained here: (.*)", page)
    assert "color_and_apply" in left and "l2," not in left


def test_an_empty_results_folder_gives_a_table_of_what_the_paper_says(tmp_path):
    text = table.write(tmp_path)
    [l2] = [line.split() for line in text.splitlines() if line.startswith("| l2 ")]
    assert "No results yet." in text and l2 == "| l2 | L2 | IV.A | 1578.8 |".split()
    with open(tmp_path / "table.csv", newline="") as file:
        assert all(row["rmse_lab"] == row["parameters"] == "-" for row in csv.DictReader(file))


def test_runs_that_differ_in_more_than_their_seed_are_not_averaged(dataset, trained, tmp_path):
    with pytest.raises(ValueError, match="differ in more than their seed"):
        evaluate.evaluate_runs(
            [trained / "l2/seed_0", trained / "no_skips/seed_0"], data_dir=dataset, results_dir=tmp_path
        )


def test_a_run_that_is_not_finished_is_refused_with_a_sentence(dataset, trained, tmp_path):
    run.claim(tmp_path / "new", run.load_settings(trained / "l2/seed_0"))
    with pytest.raises(FileNotFoundError, match="is not finished"):
        evaluate.evaluate_runs([tmp_path / "new"], data_dir=dataset, results_dir=tmp_path)


def test_runs_may_be_judged_on_the_test_panels_of_another_dataset(dataset, fresh, trained, tmp_path):
    evaluate.evaluate_runs([trained / "l2/seed_0"], data_dir=dataset, test_dir=fresh, results_dir=tmp_path)
    result = results.read(tmp_path, "l2")
    assert result.data == data.fingerprint(fresh) != data.fingerprint(dataset)
    assert len(result.paths) == len(result.runs[0].values["l2"]) == 12
    assert len(result.validation_paths) == len(result.runs[0].values["validation/l2"]) == 6
    with pytest.raises(ValueError, match="trained on other data"):
        evaluate.evaluate_runs([trained / "l2/seed_0"], data_dir=fresh, results_dir=tmp_path)


def test_a_row_that_trained_on_test_panels_is_judged_on_their_neighbours_alone(dataset, fresh, tmp_path):
    folders = {"data_dir": dataset, "test_dir": fresh}
    train.train("l2_neighbours", TINY, run_dir=tmp_path / "run", seed=0, learning_rate=1e-3, **folders)
    evaluate.evaluate_runs([tmp_path / "run"], results_dir=tmp_path, **folders)
    values = results.read(tmp_path, "l2_neighbours").per_image("l2")[0]
    # Three panels an episode: the third and the first of the next one are no neighbours.
    assert [index for index, value in enumerate(values) if value == value] == [0, 4, 6, 10]
    with pytest.raises(ValueError, match="trained on other data"):
        evaluate.evaluate_runs([tmp_path / "run"], data_dir=dataset, results_dir=tmp_path)


def test_an_argument_takes_the_place_of_the_rows_own(dataset, tmp_path):
    flags = [f"--data_dir={dataset}", f"--run_dir={tmp_path / 'run'}", "--image_size=32", "--filters=4", "--epochs=1"]
    done = python("experiments.train", "--experiment=no_skips", *flags, "--argument=skips=true")
    assert done.returncode == 0 and run.load_settings(tmp_path / "run").arguments == {"skips": True}
    done = python("experiments.train", "--experiment=no_skips", *flags, "--argument=skips=maybe")
    assert done.returncode == 1 and "--argument=skips=maybe: give name=value" in done.stderr


def test_paper_csv_speaks_of_rows_that_exist():
    assert set(table.paper_values()) <= set(ablations.EXPERIMENTS)


def test_a_row_measured_on_other_panels_than_gray_is_left_out(evaluated, tmp_path):
    for name in ("gray", "l2"):
        results.write(tmp_path, dataclasses.replace(results.read(evaluated, name), data=name))
    assert [row.l2 for row in table.rows(tmp_path)[1:]] == [None] * len(ablations.EXPERIMENTS)


@pytest.mark.slow
def test_rows_come_after_the_rows_they_require_and_are_not_trained_twice(dataset, tmp_path, monkeypatch):
    assert reproduce.with_required(["vgg_features", "l2", "vgg16_gray"]) == ["vgg16_gray", "vgg_features", "l2"]
    folders = {"data_dir": dataset, "runs_dir": tmp_path / "runs", "results_dir": tmp_path / "results"}
    for experiment in ("vgg16_gray", "vgg_features"):
        reproduce.reproduce_row(experiment, scale=TINY, seeds=[3, 4], **folders)
    [weights] = run.load_method(tmp_path / "runs/vgg_features/seed_4").helpers.values()
    [trained] = run.load_method(tmp_path / "runs/vgg16_gray/seed_4").networks.values()
    assert all((one == other).all() for one, other in zip(weights.get_weights(), trained.get_weights()))
    assert [each.seed for each in results.read(tmp_path / "results", "vgg_features").runs] == [3, 4]
    monkeypatch.setattr(evaluate, "evaluate_runs", lambda *_, **__: pytest.fail("evaluated again"))
    monkeypatch.setattr(reproduce.train.loop, "train", lambda *_, **__: pytest.fail("trained again"))
    reproduce.reproduce_row("vgg_features", scale=TINY, seeds=[3, 4], **folders)


def test_a_row_whose_required_run_is_missing_says_which(dataset, tmp_path):
    folders = {"data_dir": dataset, "runs_dir": tmp_path, "results_dir": tmp_path}
    with pytest.raises(FileNotFoundError, match="needs a finished run of vgg16_gray in"):
        reproduce.reproduce_row("vgg_features", scale=TINY, seeds=[0], **folders)


def test_a_missing_dataset_is_one_sentence_not_a_traceback(tmp_path):
    flags = [f"--data_dir={tmp_path / 'none'}", f"--runs_dir={tmp_path}", f"--results_dir={tmp_path}"]
    done = python("experiments.reproduce", *flags)
    assert done.returncode == 1
    assert (
        done.stderr.startswith("error: ")
        and "is not a prepared dataset" in done.stderr
        and done.stderr.count("\n") == 1
    )


def test_an_unknown_row_is_named(dataset, tmp_path):
    flags = [f"--data_dir={dataset}", f"--runs_dir={tmp_path}", f"--results_dir={tmp_path}", "--rows=l2 l3"]
    done = python("experiments.reproduce", *flags)
    assert done.returncode == 2 and "l3" in done.stderr and "Traceback" not in done.stderr


def test_a_row_may_override_its_scale():
    small = ablations.SCALES["small"]
    assert ablations.scale_of("l2", small) == small
    longer = dataclasses.replace(small, epochs=120, patience=40)
    assert ablations.scale_of("diverse_vae_one_title", small) == longer


def test_rows_on_the_papers_data_are_no_rows_of_its_table(tmp_path):
    assert not ablations.CLAIM_EXPERIMENTS.keys() & ablations.EXPERIMENTS.keys()
    assert {row.experiment for row in table.rows(tmp_path)}.isdisjoint(ablations.CLAIM_EXPERIMENTS)


def test_a_row_on_the_papers_data_trains_on_its_selection(dataset, tmp_path):
    """24 training panels of two titles, seen as often as in any other row."""
    tiny = ablations.Scale(image_size=16, filters=2, epochs=1, patience=1, batch_size=8)
    folders = {"data_dir": dataset, "seed": 0, "learning_rate": 1e-3}
    train.train("l2_only_1", tiny, run_dir=tmp_path / "one", **folders)
    train.train("l2", tiny, run_dir=tmp_path / "all", **folders)
    one, every = (json.loads((tmp_path / name / run.FINISHED).read_text()) for name in ("one", "all"))
    assert one["images_seen"] == every["images_seen"] == 24
    assert one["best_validation"] != every["best_validation"]
    with pytest.raises(training_subsets.MissingTitle, match="title number 2"):
        train.train("l2_only_2", tiny, run_dir=tmp_path / "none", **folders)
