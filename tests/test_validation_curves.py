from experiments import results
from experiments.figures import validation_curves
from tests.result_files import make_result


def write(folder, row, *curves, **changes):
    result = make_result(row, *[{"l2": [1.0, 2.0, 3.0]}] * len(curves), **changes)
    runs = [
        run if curve is None else results.Run(run.seed, run.values, {"validation": {"l2": curve, "rmse_lab": []}})
        for run, curve in zip(result.runs, curves)
    ]
    results.write(folder, make_result(row, **changes | {"runs": tuple(runs)}))


def test_curves_are_those_of_each_seed_of_both_rows(tmp_path):
    write(tmp_path, "l2", [3.0, 2.0], [3.5, 2.5, 2.0])
    write(tmp_path, "adversarial", [4.0, 3.0])
    write(tmp_path, "no_skips", [9.0])
    assert validation_curves.read(tmp_path) == {"l2": [[3.0, 2.0], [3.5, 2.5, 2.0]], "adversarial": [[4.0, 3.0]]}


def test_runs_without_curves_and_rows_of_other_panels_have_none(tmp_path):
    write(tmp_path, "l2", [3.0], None)
    assert validation_curves.read(tmp_path) == {"l2": [[3.0]]}
    write(tmp_path, "gray", None)
    write(tmp_path, "adversarial", [4.0], data="other")
    assert validation_curves.read(tmp_path) == {"l2": [[3.0]]}


def test_a_line_is_a_seed_and_its_colour_the_row():
    axes = validation_curves.plot({"l2": [[3.0, 2.0], [3.5]], "adversarial": [[4.0, 3.0]]}).axes[0]
    lines = [(line.get_color(), list(line.get_xdata()), list(line.get_ydata())) for line in axes.lines]
    assert lines == [("C0", [1, 2], [3.0, 2.0]), ("C0", [1], [3.5]), ("C1", [1, 2], [4.0, 3.0])]
    labels = [line.get_label() for line in axes.lines if not line.get_label().startswith("_")]
    assert labels == ["l2, 2 seeds", "adversarial, 1 seed"]


def test_the_file_is_the_same_each_time_and_goes_when_there_is_nothing_to_draw(tmp_path):
    assert validation_curves.write(tmp_path) is None
    write(tmp_path, "l2", [3.0, 2.0])
    path = validation_curves.write(tmp_path)
    first = path.read_bytes()
    assert path.name == "validation_curves.svg" and validation_curves.write(tmp_path).read_bytes() == first
    (tmp_path / "l2.json").unlink()
    assert validation_curves.write(tmp_path) is None and not path.exists()
