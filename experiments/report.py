"""Writes report.html from results: Table I, the table, the claims, the figures, and samples of every row.

Usage: python -m experiments.report --data_dir=DATA --results_dir=RESULTS
Example: python -m experiments.report --data_dir=data/mine --results_dir=results/mine

The order is the paper's. The page contains its pictures and needs no other file.
"""

import base64
import io
import json
import pathlib
from typing import Any

import jinja2
from absl import flags
from PIL import Image

from experiments import results, table
from experiments.claims import store
from experiments.claims import table as claims
from experiments.figures import drawing
from webtoon_colorize import data, files, startup
from webtoon_colorize.io import csv_files

SPLITS = ("train", "validation", "test")
EXAMPLES, EXAMPLE_HEIGHT = 3, 96  # pictures of each title in Table I, and their height in pixels
_HERE = pathlib.Path(__file__).parent


def dataset_rows(data_dir: str) -> list[list[Any]]:
    """The paper's Table I: the number of panels in each split, for each title and for all of them."""
    titles = data.load_titles(data_dir)
    counts = json.loads((pathlib.Path(data_dir) / "dataset.json").read_text(encoding="utf-8")).get("counts", {})
    rows = [[title, *(counts.get(title, {}).get(split, 0) for split in SPLITS)] for title in titles]
    return [*rows, ["all", *(sum(column) for column in zip(*(row[1:] for row in rows)))]]


def examples(data_dir: str) -> dict[str, list[str]]:
    """Title -> test panels at equal distances, as data URIs."""
    rows = [row for row in csv_files.read(pathlib.Path(data_dir) / "panels.csv") if row["split"] == "test"]
    every = {}
    for title in dict.fromkeys(row["title"] for row in rows):
        own = [row["path"] for row in rows if row["title"] == title]
        chosen = [own[index * len(own) // EXAMPLES] for index in range(min(EXAMPLES, len(own)))]
        every[title] = [_embedded(pathlib.Path(data_dir) / path, height=EXAMPLE_HEIGHT) for path in chosen]
    return every


def claim_rows(results_dir: str) -> list[claims.Row]:
    """The claims; none before anything has been evaluated."""
    try:
        return claims.rows(store.of_results(results_dir))
    except store.NotMeasured:
        return []


def samples(results_dir: str) -> tuple[list[str], list[str], dict[str, str]]:
    """Rows that have samples, the names of the samples, and row/name -> picture as a data URI."""
    folder = pathlib.Path(results_dir) / results.SAMPLES
    rows, names = table.sampled(results_dir)
    paths = {f"{row}/{name}": folder / row / name for row in rows for name in names}
    return rows, names, {key: _embedded(path, lossless=True) for key, path in paths.items() if path.exists()}


def _embedded(path: pathlib.Path, *, lossless: bool = False, height: int | None = None) -> str:
    """The picture as a data URI, reduced to `height` if it is higher.

    As WebP, a figure is a tenth of the size of its PNG file. Without `lossless`, colour has half the resolution: enough
    for figures, which enlarge panels, but too little for panels at the networks' size.
    """
    content = io.BytesIO()
    with Image.open(path) as picture:
        if height:
            picture.thumbnail((4 * height, height))
        picture.save(content, "WEBP", quality=90, lossless=lossless)
    return f"data:image/webp;base64,{base64.b64encode(content.getvalue()).decode()}"


def html(*, data_dir: str, results_dir: str) -> str:
    every = table.rows(results_dir)
    drawn = {
        number: entry._asdict() | {"image": _embedded(pathlib.Path(results_dir) / entry.file) if entry.file else None}
        for number, entry in drawing.read(results_dir).items()
    }
    rows, names, pictures = samples(results_dir)
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(_HERE), autoescape=True)
    return environment.get_template("report.html").render(
        dataset=pathlib.Path(data_dir).name,
        splits=SPLITS,
        titles=dataset_rows(data_dir),
        examples=examples(data_dir),
        caption=table.caption(every),
        lines=table.lines(every),
        paper=table.paper_values(),
        footnotes=table.reasons(results_dir),
        claims=[(row, claims.cells(row)) for row in claim_rows(results_dir)],
        headings=claims.HEADINGS,
        figures=drawn,
        rows=rows,
        names=names,
        pictures=pictures,
    )


def write(*, data_dir: str, results_dir: str) -> pathlib.Path:
    """Writes the page and returns its path. Raises FileNotFoundError if `data_dir` is no prepared dataset."""
    path = pathlib.Path(results_dir) / "report.html"
    text = html(data_dir=data_dir, results_dir=results_dir)
    with files.atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return path


def main(_) -> None:
    try:
        results.check_folder(FLAGS.results_dir)
        print(f"the report: {write(data_dir=FLAGS.data_dir, results_dir=FLAGS.results_dir)}")
    except FileNotFoundError as error:
        raise startup.failure(error) from error


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_string("data_dir", None, "Prepared dataset that the results are of.", required=True)
    flags.DEFINE_string("results_dir", None, "Folder of results and figures; gets report.html.", required=True)
    startup.run(main, __doc__)
