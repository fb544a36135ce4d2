"""Writes the table as Markdown, CSV and HTML. It is a pure function of the result files.

Usage: python -m experiments.table --results_dir=RESULTS
Example: python -m experiments.table --results_dir=results/mine
"""

import dataclasses
import pathlib
from typing import Any

import jinja2
import numpy as np
from absl import flags

from experiments import ablations, markdown, results
from experiments.claims.comparison import CONSTANT, compare
from experiments.claims.store import NotMeasured, Panels
from experiments.results import Result
from webtoon_colorize import files, startup
from webtoon_colorize.io import csv_files

GRAY = "gray"
_HERE = pathlib.Path(__file__).parent


@dataclasses.dataclass(frozen=True)
class Row:
    """A row of the table. Its fields are the columns of table.csv; None marks a missing value.

    Values are means over test images and seeds. Intervals are 95% over other episodes; they say nothing of seeds.
    """

    experiment: str
    l2: float | None = None  # of ab, scaled to 256 px
    rmse_lab: float | None = None
    rmse_lab_low: float | None = None
    rmse_lab_high: float | None = None
    rmse_lab_seed_spread: float | None = None  # standard deviation over seeds
    psnr_db: float | None = None
    ssim: float | None = None
    chroma_lab: float | None = None
    colorfulness: float | None = None
    l2_best: float | None = None  # of each image's best variant
    accuracy: float | None = None  # of a title classifier, 0 to 1
    accuracy_low: float | None = None
    accuracy_high: float | None = None
    paper_l2: float | None = None  # what the paper reports
    parameters: int | None = None  # trained weights of all networks
    train_minutes: float | None = None
    images_seen: int | None = None
    seeds: int | None = None
    image_size: int | None = None
    filters: int | None = None
    epochs: int | None = None  # at most
    best_epoch: float | None = None  # mean over seeds
    dataset: str | None = None
    test_images: int | None = None


COLUMNS = tuple(field.name for field in dataclasses.fields(Row))


def paper_values() -> dict[str, dict[str, str]]:
    """What the paper says of each row: experiment -> columns of paper.csv."""
    return {row["experiment"]: row for row in csv_files.read(_HERE / "paper.csv")}


def rows(results_dir: str) -> list[Row]:
    """The table: gray first, then the experiments in the paper's order."""
    paper = paper_values()
    return [
        _row(name, paper.get(name, {}).get("paper_l2", results.MISSING), results.read_comparable(results_dir, name))
        for name in (GRAY, *ablations.EXPERIMENTS)
    ]


def _row(experiment: str, paper_l2: str, result: Result | None) -> Row:
    row = Row(experiment, paper_l2=None if paper_l2 == results.MISSING else float(paper_l2))
    if result is None:
        return row
    return dataclasses.replace(
        row,
        **_means(result) | _rmse_statistics(result) | _accuracy(result) | _training(result),
        image_size=result.settings["image_size"],
        filters=result.settings.get("filters"),
        epochs=result.settings.get("epochs"),
        dataset=result.dataset,
        test_images=len(result.paths),
    )


def _means(result: Result) -> dict[str, Any]:
    names = ("l2", "rmse_lab", "psnr_db", "ssim", "chroma_lab", "colorfulness")
    means = {name: float(result.per_image(name).mean()) for name in names if name in result.metrics}
    variants = result.variants("l2")
    return means | ({"l2_best": float(variants.min(axis=0).mean())} if len(variants) > 1 else {})


def _rmse_statistics(result: Result) -> dict[str, Any]:
    if "rmse_lab" not in result.metrics:
        return {}
    values = result.per_image("rmse_lab")
    spread = {"rmse_lab_seed_spread": float(values.mean(axis=1).std(ddof=1))} if len(values) > 1 else {}
    return _over_episodes("rmse_lab", values, result) | spread


def _over_episodes(name: str, values: np.ndarray, result: Result) -> dict[str, Any]:
    """The 95% interval over other episodes of the mean of values [seeds, images]; nothing if there is but one."""
    episodes = Panels(result.paths, np.array(result.labels), result.tags).episodes
    try:
        found = compare({CONSTANT: values.mean(axis=0, keepdims=True)}, {CONSTANT: np.zeros((1, 1))}, episodes)
    except NotMeasured:
        return {}
    low, high = found.interval(0.05)
    return {f"{name}_low": low, f"{name}_high": high}


def _accuracy(result: Result) -> dict[str, Any]:
    if "error" not in result.metrics:
        return {}
    correct = 1 - result.per_image("error")
    return {"accuracy": float(correct.mean())} | _over_episodes("accuracy", correct, result)


def _training(result: Result) -> dict[str, Any]:
    training = [run.training for run in result.runs]
    if not training[0]:
        return {}
    return {
        "parameters": sum(training[0]["parameters"].values()),
        "train_minutes": sum(each["train_minutes"] for each in training) / len(training),
        "images_seen": round(sum(each["images_seen"] for each in training) / len(training)),
        "best_epoch": sum(each["best_epoch"] for each in training) / len(training),
        "seeds": len(training),
    }


def cells(row: Row) -> dict[str, str]:
    """The row as people read it: heading -> text."""
    shown = results.shown
    experiment = ablations.EXPERIMENTS.get(row.experiment)
    return {
        "row": row.experiment,
        "what it is": experiment.description if experiment else "no colour at all",
        "section": experiment.section if experiment else results.MISSING,
        "paper: ab L2": shown(row.paper_l2, ".1f"),
        "ab L2": shown(row.l2, ".1f"),
        "best variant": shown(row.l2_best, ".1f"),
        "RMSE (Lab)": shown(row.rmse_lab, ".2f"),
        "95%": _interval(row.rmse_lab_low, row.rmse_lab_high, ".2f"),
        "seeds": shown(row.seeds, "d"),
        "spread": shown(row.rmse_lab_seed_spread, ".2f"),
        "PSNR (dB)": shown(row.psnr_db, ".2f"),
        "SSIM": shown(row.ssim, ".3f"),
        "chroma": shown(row.chroma_lab, ".1f"),
        "accuracy": shown(row.accuracy, ".3f"),
        "95% of it": _interval(row.accuracy_low, row.accuracy_high, ".3f"),
        "trained weights": shown(row.parameters, ",d"),
        "minutes": shown(row.train_minutes, ".1f"),
        "images seen": shown(row.images_seen, ",d"),
        "best epoch": shown(row.best_epoch, ".0f"),
    }


def _interval(low: float | None, high: float | None, form: str) -> str:
    return results.MISSING if low is None else f"{low:{form}} to {high:{form}}"


def lines(table: list[Row]) -> list[dict[str, str]]:
    """The cells of all rows, without the columns that are empty in every row."""
    every = [cells(row) for row in table]
    filled = [heading for heading in every[0] if any(line[heading] != results.MISSING for line in every)]
    return [{heading: line[heading] for heading in filled} for line in every]


def caption(table: list[Row]) -> str:
    """What the numbers are measured on, in one sentence."""
    measured = [row for row in table if row.test_images is not None]
    if not measured:
        return "No results yet."
    row = measured[-1]
    return (
        f"Mean over {row.test_images} test panels of {row.dataset} at {row.image_size} px; ab L2 is scaled to 256 px."
    )


def reasons(results_dir: str) -> dict[str, str]:
    """The noted reasons why rows have no result: experiment -> sentence."""
    every = {experiment: results.read_reason(results_dir, experiment) for experiment in ablations.EXPERIMENTS}
    return {name: reason for name, reason in every.items() if reason and not results.read_comparable(results_dir, name)}


def as_markdown(table: list[Row], footnotes: dict[str, str]) -> str:
    every = lines(table)
    grid = markdown.aligned_table(every[0], [line.values() for line in every])
    below = [f"\n{experiment}: {reason}" for experiment, reason in footnotes.items()]
    return "\n".join([caption(table), "", grid, *below, ""])


def confusions(results_dir: str) -> dict[str, tuple[list[str], list[list[int]]]]:
    """Titles and confusion matrix (rows: true titles, columns: answers) of each title classifier with a result."""
    every = {experiment: results.read_comparable(results_dir, experiment) for experiment in ablations.EXPERIMENTS}
    return {
        experiment: (result.titles, result.confusion().tolist())
        for experiment, result in every.items()
        if result and "predicted" in result.metrics
    }


def sampled(results_dir: str) -> tuple[list[str], list[str]]:
    """The rows that have sample pictures, with gray first and the truth last, and the names of the pictures."""
    folder = pathlib.Path(results_dir) / results.SAMPLES
    columns = [name for name in (GRAY, *ablations.EXPERIMENTS, "truth") if (folder / name).exists()]
    return columns, sorted(path.name for path in (folder / columns[-1]).glob("*.png")) if columns else []


def _pictured(row: Row, paper_says: str) -> dict[str, str]:
    """What stands over the pictures of a row."""
    shown = cells(row)
    error = f"RMSE {shown['RMSE (Lab)']} Lab units." if row.rmse_lab is not None else "Not measured here."
    remarks = f"{error} The paper: {paper_says}." if paper_says else error
    return {"name": row.experiment, "what": shown["what it is"], "remarks": remarks}


def html(table: list[Row], footnotes: dict[str, str], matrices: dict[str, tuple], results_dir: str) -> str:
    """The page with the table, `reasons` and `confusions`; it shows the pictures in results_dir/samples."""
    paper, (names, samples) = paper_values(), sampled(results_dir)
    measured = [row for row in table if row.test_images is not None]
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(_HERE), autoescape=True)
    return environment.get_template("table.html").render(
        caption=caption(table),
        lines=lines(measured or table),
        pictured=[
            _pictured(row, paper.get(row.experiment, {}).get("paper_says", ""))
            for row in table
            if row.experiment in names and row.experiment != GRAY
        ],
        samples=samples,
        untrained=[row.experiment for row in table if measured and row not in measured],
        footnotes=footnotes,
        confusions=matrices,
    )


def write(results_dir: str) -> str:
    """Writes table.md, table.csv and table.html into `results_dir` and returns the Markdown."""
    table, footnotes, matrices = rows(results_dir), reasons(results_dir), confusions(results_dir)
    text, folder = as_markdown(table, footnotes), pathlib.Path(results_dir)
    with files.atomic_path(folder / "table.md") as path:
        path.write_text(text, encoding="utf-8")
    values = [[results.shown(getattr(row, column)) for column in COLUMNS] for row in table]
    csv_files.write(folder / "table.csv", COLUMNS, values)
    for experiment, (titles, counts) in matrices.items():
        matrix = [[title, *row] for title, row in zip(titles, counts)]
        csv_files.write(folder / f"confusion_{experiment}.csv", ["true title", *titles], matrix)
    with files.atomic_path(folder / "table.html") as path:
        path.write_text(html(table, footnotes, matrices, results_dir), encoding="utf-8")
    return text


def main(_) -> None:
    print(write(FLAGS.results_dir))


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_string("results_dir", None, "Folder of result files; gets the tables.", required=True)
    startup.run(main, __doc__)
