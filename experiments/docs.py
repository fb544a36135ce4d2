"""Writes the tables of README.md and docs/ from experiments/reported/.

Usage: python -m experiments.docs [--check]
Example: python -m experiments.docs --check

A table stands between the lines `<!-- table: NAME -->` and `<!-- end -->`; TABLES has the names.
"""

import functools
import json
import pathlib
import re
from collections.abc import Callable
from typing import Any

from absl import flags

from experiments import hint_table, markdown, reliability
from experiments.benchmark import table as benchmark_tables
from experiments.cast import table as cast
from experiments.claims import pages as claims
from experiments.claims.store import REPORTED
from experiments.results import MISSING
from webtoon_colorize import files, startup
from webtoon_colorize.io import csv_files

ROOT = pathlib.Path(__file__).parent.parent
DRAWN, REAL = "synthetic_5_quick", "real_5_cpu"  # the two comics of the main table
DRAWN_128, COLLECTION = "synthetic_5_cpu", "real_19_cpu"  # the drawn comic at 128 px, and nineteen real titles

ROWS = {
    "gray": "no colour at all",
    "l2": "U-Net, L2",
    "no_skips": "U-Net without skip connections",
    "adversarial": "L2 + PatchGAN",
    "adversarial_label": "the same, given the title",
    "classification_loss": "L2 + cross-entropy of `vgg16_color`",
    "vgg_features": "L2, features of `vgg16_gray`",
    "diverse_vae": "VAE + mixture density network",
    "residual_encoder": "Dahl's model, from scratch",
    "residual_encoder_pretrained": "with illustration2vec's features",
    "residual_encoder_imagenet": "with ImageNet's features",
    "tandem": "Frans's two networks",
    "pixel_dropout": "sparse colour, second iteration",
    "channel_dropout": "a or b withheld, second iteration",
    "color_and_apply": "the paper's own model, keep 0.01",
    "color_and_apply_keep_0.001": "keep 0.001",
    "color_and_apply_keep_0.1": "keep 0.1",
    "color_and_apply_hints": "extension: hints",
    "references": "extension: reference panels",
    "sketch": "extension: from line art",
}
SIX_ROWS = ("gray", "l2", "no_skips", "adversarial", "vgg_features", "color_and_apply")
CLASSIFIERS = ("vgg16_gray", "vgg16_color", "resnet50_gray", "resnet50_color")
HINT_ROWS = {
    ("color_and_apply_hints", "random"): "`color_and_apply_hints`, at random places",
    ("color_and_apply_hints", "worst"): "`color_and_apply_hints`, where the error is largest",
    ("color_and_apply", "random"): "`color_and_apply`, at random places",
    ("color_and_apply", "worst"): "`color_and_apply`, where the error is largest",
}

REFERENCES = ("references", "hues_seen", "hues_unseen", "data")  # files of docs/references.md and docs/data.md

Row = dict[str, str]  # of a CSV file: column -> text


def read(path: str) -> list[Row]:
    """The rows of a CSV file below experiments/reported/."""
    return csv_files.read(REPORTED / path)


def _results(folder: str) -> dict[str, Row]:
    return {row["experiment"]: row for row in read(f"{folder}/table.csv")}


def _number(text: str, form: str) -> str:
    return MISSING if text == MISSING else format(float(text), form)


def _interval(row: Row, column: str, form: str) -> str:
    """The value and, in parentheses, its 95% interval."""
    if row[column] == MISSING:
        return MISSING
    value, low, high = (_number(row[name], form) for name in (column, f"{column}_low", f"{column}_high"))
    return f"{value} ({low} to {high})"


def _paper_l2(row: Row) -> str:
    return "" if row["paper_l2"] == MISSING else row["paper_l2"]


def six_rows() -> str:
    drawn, real = _results(DRAWN), _results(REAL)
    headings = ("row", "what it is", "paper: ab L2")
    headings += ("drawn: ab L2", "drawn: RMSE (95%)", "real: ab L2", "real: RMSE (95%)")
    lines = [
        (f"`{name}`", ROWS[name], _paper_l2(real[name]), *_errors(drawn[name]), *_errors(real[name]))
        for name in SIX_ROWS
    ]
    return markdown.table(headings, lines)


def _errors(row: Row) -> tuple[str, str]:
    return _number(row["l2"], ".0f"), _interval(row, "rmse_lab", ".2f")


def every_row() -> str:
    drawn, real = _results(DRAWN), _results(REAL)
    columns = ("ab L2", "RMSE (95%)", "minutes")
    headings = (
        "row",
        "what it is",
        "paper: ab L2",
        *(f"{comic}: {name}" for comic in ("drawn", "real") for name in columns),
    )
    lines = []
    for name, words in ROWS.items():
        rows = [comic.get(name, dict.fromkeys(comic["gray"], MISSING)) for comic in (drawn, real)]
        cells = [cell for row in rows for cell in (*_errors(row), _number(row["train_minutes"], ".1f"))]
        lines.append((f"`{name}`", words, _paper_l2(rows[0]), *cells))
    return markdown.table(headings, lines)


def units() -> str:
    """The paper's three numbers as RMSE in Lab units, if they are sums of squared ab and if they are half of that."""
    drawn, real = _results(DRAWN), _results(REAL)
    headings = ("row", "paper: ab L2", "RMSE if a sum", "RMSE if half a sum", "drawn: RMSE", "real: RMSE")
    lines = []
    for name, row in real.items():
        if row["paper_l2"] != MISSING:
            sums = (factor * float(row["paper_l2"]) for factor in (1, 2))
            readings = (format(110 * (total / (256 * 256 * 2)) ** 0.5, ".2f") for total in sums)
            ours = (_number(rows[name]["rmse_lab"], ".2f") for rows in (drawn, real))
            lines.append((f"`{name}`", row["paper_l2"], *readings, *ours))
    return markdown.table(headings, lines)


def growth(part: str) -> str:
    """What more work costs: a part of `benchmark.growth`."""
    return benchmark_tables.growth(measured("benchmark.json"), part)


def choices() -> str:
    """The candidates of each choice and their validation values, one column per seed; the chosen one is bold."""
    rows = read("choices.csv")
    columns = ("choice", "candidate", "validation ab L2, by seed", "best epochs", "commit", "date")
    lines = []
    for choice, candidate in dict.fromkeys((row["choice"], row["candidate"]) for row in rows):
        own = [row for row in rows if (row["choice"], row["candidate"]) == (choice, candidate)]
        words = f"**{candidate}**" if own[0]["chosen"] == "yes" else candidate
        values, epochs = (", ".join(row[name] for row in own) for name in ("validation_l2", "best_epoch"))
        lines.append((choice, words, values, epochs, own[0]["commit"], own[0]["date"]))
    return markdown.table(columns, lines)


def measures(folder: str) -> str:
    """What table.csv says beyond the errors, for each row that was measured."""
    columns = {
        "seeds": ("seeds", ".0f"),
        "SD over seeds": ("rmse_lab_seed_spread", ".2f"),
        "PSNR (dB)": ("psnr_db", ".2f"),
        "SSIM": ("ssim", ".3f"),
        "chroma (Lab)": ("chroma_lab", ".1f"),
        "best variant: ab L2": ("l2_best", ".0f"),
        "trained weights": ("parameters", ",.0f"),
        "images seen": ("images_seen", ",.0f"),
    }
    rows = [row for row in read(f"{folder}/table.csv") if row["rmse_lab"] != MISSING]
    lines = [
        (f"`{row['experiment']}`", *(_number(row[column], form) for column, form in columns.values())) for row in rows
    ]
    return markdown.table(("row", *columns), lines)


def errors(folder: str) -> str:
    """The errors of each row that was measured."""
    rows = [row for row in read(f"{folder}/table.csv") if row["rmse_lab"] != MISSING]
    headings = ("row", "ab L2", "RMSE (95%)", "chroma (Lab)", "seeds", "minutes")
    lines = []
    for row in rows:
        chroma, minutes = (_number(row[column], ".1f") for column in ("chroma_lab", "train_minutes"))
        lines.append((f"`{row['experiment']}`", *_errors(row), chroma, row["seeds"], minutes))
    return markdown.table(headings, lines)


def classifiers() -> str:
    """Accuracies of the title classifiers, on each comic they were trained on."""
    comics = {
        "5 drawn, 64 px": DRAWN,
        "25 drawn, 64 px": "synthetic_25_quick",
        "5 real, 64 px": "real_5_quick",
        "5 real, 128 px": REAL,
        "19 real, 64 px": "real_19_quick",
    }
    lines = []
    for words, folder in comics.items():
        rows = [_results(folder)[name] for name in CLASSIFIERS]
        cells = [_interval(row, "accuracy", ".3f") for row in rows]
        lines.append((words, rows[0]["test_images"], rows[0]["epochs"], *cells))
    return markdown.table(("titles", "test panels", "epochs", *(f"`{name}`" for name in CLASSIFIERS)), lines)


def as_it_is(path: str) -> str:
    """A CSV file whose columns are those of the table."""
    rows = read(path)
    return markdown.table(tuple(rows[0]), [tuple(row.values()) for row in rows])


def hints() -> str:
    """RMSE after each number of hints."""
    rows = read(f"{COLLECTION}/hints.csv")
    counts = sorted({int(row["hints"]) for row in rows})
    lines = []
    for key, words in HINT_ROWS.items():
        values = {int(row["hints"]): row["rmse_lab"] for row in rows if (row["experiment"], row["places"]) == key}
        lines.append((words, *(_number(values[count], ".2f") for count in counts)))
    return markdown.table(("dots", *map(str, counts)), lines)


def measured(name: str) -> dict[str, Any]:
    """What `experiments.benchmark` or `make torture` measured last."""
    return json.loads((REPORTED / name).read_text(encoding="utf-8"))


TABLES: dict[str, Callable[[], str]] = {
    "six rows": six_rows,
    "every row": every_row,
    "units": units,
    "choices": choices,
    "measures, drawn": lambda: measures(DRAWN),
    "measures, real": lambda: measures(REAL),
    "errors, drawn at 128 px": lambda: errors(DRAWN_128),
    "errors, nineteen titles": lambda: errors(COLLECTION),
    "classifiers": classifiers,
    "main result": claims.main_result,
    "verdicts": claims.verdicts,
    **{f"claims, {section}": functools.partial(claims.claims, section) for section in claims.SECTIONS},
    "hints": hints,
    "reliability": lambda: reliability.markdown_table(read("promises.csv"), measured("torture.json")),
    "hint loop": lambda: hint_table.markdown_table(read("hint_loop/hint_loop.csv")),
    **{f"references, {name}": functools.partial(as_it_is, f"references/{name}.csv") for name in REFERENCES},
    "cast": lambda: cast.markdown_table(read("drawn_stories/cast.csv")),
    "benchmark: machine": lambda: benchmark_tables.machine(measured("benchmark.json")),
    "benchmark: rows": lambda: benchmark_tables.rows(measured("benchmark.json")),
    "benchmark: pages": lambda: benchmark_tables.pages(measured("benchmark.json")),
    **{f"benchmark: growth, {part}": functools.partial(growth, part) for part in benchmark_tables.GROWTH},
    "benchmark: PyTorch": lambda: benchmark_tables.against(measured("benchmark.json")),
}

_START, _END = "<!-- table: ", "<!-- end -->"
_MARKED = re.compile(rf"^{_START}(?P<name>[^\n]+?) -->\n(?P<table>.*?)^{_END}$", re.DOTALL | re.MULTILINE)


def filled(text: str) -> str:
    """`text` with every marked table written anew. Raises ValueError for an unknown table or one without an end."""

    def table(match: re.Match) -> str:
        name = match["name"]
        if name not in TABLES:
            raise ValueError(f"there is no table {name!r}, only {', '.join(map(repr, TABLES))}")
        if _START in match["table"]:
            raise ValueError(f"the table {name!r} has no {_END} behind it")
        return f"{_START}{name} -->\n\n{TABLES[name]()}\n\n{_END}"  # some Markdown readers need the empty lines

    text, count = _MARKED.subn(table, text)
    if count != text.count(_START) or count != text.count(_END):
        raise ValueError(f"not every {_START.strip()} has its {_END}, each on a line of its own")
    return text


def pages() -> list[pathlib.Path]:
    """The files that may have tables."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def _rewritten(path: pathlib.Path) -> str:
    try:
        return filled(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SystemExit(f"error: {path.relative_to(ROOT)}: {error}.") from error


def main(_) -> None:
    texts = {path: _rewritten(path) for path in pages()}
    changed = [path for path, text in texts.items() if text != path.read_text(encoding="utf-8")]
    if FLAGS.check and changed:
        names = ", ".join(str(path.relative_to(ROOT)) for path in changed)
        raise SystemExit(f"error: tables differ from experiments/reported in {names}; `make docs` writes them anew.")
    for path in changed:
        with files.atomic_path(path) as temporary:
            temporary.write_text(texts[path], encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: tables written")


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_bool("check", False, "Write nothing; say which file has tables that differ.")
    startup.run(main, __doc__)
