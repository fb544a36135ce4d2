"""Result files -> the table, as Markdown, CSV and one HTML page. A pure function of the results folder."""

import csv
import pathlib
from collections.abc import Iterable, Sequence
from typing import Any

import jinja2
from absl import flags

from experiments import ablations, bootstrap, results
from webtoon_colorize import files, startup

GRAY = "gray"
COLUMNS = (
    "experiment",
    "l2",
    "rmse_lab",
    "rmse_lab_low",
    "rmse_lab_high",
    "rmse_lab_seed_spread",
    "psnr_db",
    "ssim",
    "chroma_lab",
    "colorfulness",
    "l2_best",
    "accuracy",
    "accuracy_low",
    "accuracy_high",
    "paper_l2",
    "parameters",
    "train_minutes",
    "images_seen",
    "seeds",
    "image_size",
    "filters",
    "epochs",
    "dataset",
    "test_images",
)
_HERE = pathlib.Path(__file__).parent


def paper_values() -> dict[str, dict[str, str]]:
    """What the paper says of each row: experiment -> columns of paper.csv."""
    with open(_HERE / "paper.csv", newline="", encoding="utf-8") as file:
        return {row["experiment"]: row for row in csv.DictReader(file)}


def rows(results_dir: str) -> list[dict[str, Any]]:
    """The table, gray first, then the paper's order: a dict with COLUMNS for each; what is missing is a dash."""
    paper = paper_values()
    table = []
    for experiment in (GRAY, *ablations.EXPERIMENTS):
        row = dict.fromkeys(COLUMNS, results.MISSING) | {"experiment": experiment}
        row["paper_l2"] = paper.get(experiment, {}).get("paper_l2", results.MISSING)
        result = results.read_comparable(results_dir, experiment)
        table.append(row | _measured(result) if result else row)
    return table


def _measured(result: dict[str, Any]) -> dict[str, Any]:
    """Means over seeds, then over images; the interval is over images, the spread over seeds (standard deviation)."""
    run = result["runs"][0]
    metrics = ("l2", "rmse_lab", "psnr_db", "ssim", "chroma_lab", "colorfulness")
    row = {name: results.per_image(result, name).mean() for name in metrics if name in run["values"]}
    if "rmse_lab" in row:
        rmse_lab = results.per_image(result, "rmse_lab")
        row["rmse_lab_low"], row["rmse_lab_high"] = bootstrap.bootstrap_interval(rmse_lab.mean(axis=0))
        if len(rmse_lab) > 1:
            row["rmse_lab_seed_spread"] = rmse_lab.mean(axis=1).std(ddof=1)
    if "error" in run["values"]:
        correct = 1 - results.per_image(result, "error").mean(axis=0)
        row["accuracy"] = correct.mean()
        row["accuracy_low"], row["accuracy_high"] = bootstrap.bootstrap_interval(correct)
    variants = results.variants(result, "l2")
    if len(variants) > 1:
        row["l2_best"] = variants.min(axis=0).mean()
    if "parameters" in run:
        row["parameters"] = sum(run["parameters"].values())
        row["train_minutes"] = sum(run["train_minutes"] for run in result["runs"]) / len(result["runs"])
        row["images_seen"] = run["images_seen"]
        row["seeds"] = len(result["runs"])
    settings = {name: result["settings"].get(name, results.MISSING) for name in ("image_size", "filters", "epochs")}
    return row | settings | {"dataset": result["dataset"], "test_images": len(result["paths"])}


def _cell(row: dict[str, Any], column: str, form: str) -> str:
    return row[column] if row[column] == results.MISSING else format(row[column], form)


def _interval(row: dict[str, Any], column: str, form: str) -> str:
    low, high = _cell(row, f"{column}_low", form), _cell(row, f"{column}_high", form)
    return results.MISSING if low == results.MISSING else f"{low} to {high}"


def cells(row: dict[str, Any]) -> dict[str, str]:
    """What people read: heading -> text."""
    experiment = ablations.EXPERIMENTS.get(row["experiment"])
    return {
        "row": row["experiment"],
        "what it is": experiment.label if experiment else "no colour at all",
        "section": experiment.section if experiment else results.MISSING,
        "paper: ab L2": row["paper_l2"],
        "ab L2": _cell(row, "l2", ".1f"),
        "best variant": _cell(row, "l2_best", ".1f"),
        "RMSE (Lab)": _cell(row, "rmse_lab", ".2f"),
        "95%": _interval(row, "rmse_lab", ".2f"),
        "seeds": _cell(row, "seeds", "d"),
        "spread": _cell(row, "rmse_lab_seed_spread", ".2f"),
        "PSNR (dB)": _cell(row, "psnr_db", ".2f"),
        "SSIM": _cell(row, "ssim", ".3f"),
        "chroma": _cell(row, "chroma_lab", ".1f"),
        "accuracy": _cell(row, "accuracy", ".3f"),
        "95% of it": _interval(row, "accuracy", ".3f"),
        "trained weights": _cell(row, "parameters", ",d"),
        "minutes": _cell(row, "train_minutes", ".1f"),
        "images seen": _cell(row, "images_seen", ",d"),
    }


def lines(table: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The table's cells without the columns that are empty in every row."""
    every = [cells(row) for row in table]
    filled = [heading for heading in every[0] if any(line[heading] != results.MISSING for line in every)]
    return [{heading: line[heading] for heading in filled} for line in every]


def caption(table: list[dict[str, Any]]) -> str:
    """What the numbers stand on, in one sentence."""
    measured = [row for row in table if row["test_images"] != results.MISSING]
    if not measured:
        return "No results yet."
    row = measured[-1]
    return (
        f"Mean over {row['test_images']} test panels of {row['dataset']} at {row['image_size']} px; "
        "ab L2 is scaled to 256 px."
    )


def reasons(results_dir: str) -> dict[str, str]:
    """Why rows without a result have none, as far as it is known: experiment -> sentence."""
    every = {experiment: results.read_reason(results_dir, experiment) for experiment in ablations.EXPERIMENTS}
    return {name: reason for name, reason in every.items() if reason and not results.read_comparable(results_dir, name)}


def markdown(table: list[dict[str, Any]], footnotes: dict[str, str]) -> str:
    every = lines(table)
    columns = [[heading, *(line[heading] for line in every)] for heading in every[0]]
    widths = [max(map(len, column)) for column in columns]
    grid = [[cell.ljust(width) for cell, width in zip(line, widths)] for line in zip(*columns)]
    grid.insert(1, ["-" * width for width in widths])
    below = [f"\n{experiment}: {reason}" for experiment, reason in footnotes.items()]
    return "\n".join([caption(table), "", *(f"| {' | '.join(line)} |" for line in grid), *below, ""])


def confusions(results_dir: str) -> dict[str, tuple[list[str], list[list[int]]]]:
    """Titles and confusion matrix (true titles down, answers across) of each title classifier with a result."""
    every = {experiment: results.read_comparable(results_dir, experiment) for experiment in ablations.EXPERIMENTS}
    return {
        experiment: (result["titles"], results.confusion(result).tolist())
        for experiment, result in every.items()
        if result and "predicted" in result["runs"][0]["values"]
    }


def html(table: list[dict[str, Any]], footnotes: dict[str, str], matrices: dict[str, tuple], results_dir: str) -> str:
    """The page, with what `reasons` and `confusions` say; its sample pictures are the files in results_dir/samples."""
    folder = pathlib.Path(results_dir) / results.SAMPLES
    columns = [name for name in (GRAY, *ablations.EXPERIMENTS, "truth") if (folder / name).exists()]
    samples = sorted(path.name for path in (folder / columns[-1]).glob("*.png")) if columns else []
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(_HERE), autoescape=True)
    return environment.get_template("table.html").render(
        caption=caption(table),
        lines=lines(table),
        paper=paper_values(),
        footnotes=footnotes,
        confusions=matrices,
        columns=columns,
        samples=samples,
    )


def write(results_dir: str) -> str:
    """Writes table.md, table.csv and table.html into `results_dir` and returns the Markdown."""
    table, footnotes, matrices = rows(results_dir), reasons(results_dir), confusions(results_dir)
    text, folder = markdown(table, footnotes), pathlib.Path(results_dir)
    with files.atomic_path(folder / "table.md") as path:
        path.write_text(text, encoding="utf-8")
    _write_csv(folder / "table.csv", [COLUMNS, *([row[column] for column in COLUMNS] for row in table)])
    for experiment, (titles, counts) in matrices.items():
        matrix = [[title, *row] for title, row in zip(titles, counts)]
        _write_csv(folder / f"confusion_{experiment}.csv", [["true title", *titles], *matrix])
    with files.atomic_path(folder / "table.html") as path:
        path.write_text(html(table, footnotes, matrices, results_dir), encoding="utf-8")
    return text


def _write_csv(path: pathlib.Path, lines: Iterable[Sequence[Any]]) -> None:
    with files.atomic_path(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(lines)


def main(_) -> None:
    print(write(FLAGS.results_dir))


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_string("results_dir", None, "Folder of result files; gets the tables.", required=True)
    startup.run(main, __doc__)
