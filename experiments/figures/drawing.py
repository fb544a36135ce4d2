"""Draws the paper's figures as PNG files, and writes captions.json, which says how panels were chosen.

The files are a pure function of result files, checkpoints and the dataset. For a figure that cannot be drawn,
captions.json has a dash and the reason.
"""

import json
import pathlib
from typing import NamedTuple

from experiments import results
from experiments.figures import architecture_figure, challenges, panel_figures
from experiments.figures.trained import Missing, Trained
from webtoon_colorize import data, files
from webtoon_colorize.io import images

FOLDER = "figures"  # below the results
CAPTIONS = "captions.json"

# Number in the paper -> title, and the function that draws it.
FIGURES = {
    1: ("Challenges of the dataset", challenges.draw),
    2: ("Naturally gray panels in colour", panel_figures.gray),
    3: ("Failures by kind", panel_figures.failures),
    4: ("Adversarial loss, L2 loss, truth", panel_figures.adversarial),
    5: ("Samples of the variational auto-encoder", panel_figures.vae),
    6: ("Sparse colour", panel_figures.sparse),
    7: ("Iterations", panel_figures.iterations),
    8: ("Architecture of color & apply", architecture_figure.draw),
    9: ("L2 loss and color & apply", panel_figures.color_and_apply),
    10: ("Typical mistakes of color & apply", panel_figures.mistakes),
}


class Entry(NamedTuple):
    """The entry of a figure in captions.json."""

    title: str
    file: str | None  # below the results; None if there is no figure
    caption: str  # or the reason why there is no figure


def write(*, data_dir: str, runs_dir: str, results_dir: str) -> dict[int, Entry]:
    """Draws all figures that can be drawn into results_dir/figures; writes and returns the entries of captions.json.

    Raises:
      FileNotFoundError: `data_dir` is no prepared dataset.
      ValueError: it has no test panels.
    """
    data.load_titles(data_dir)  # else the reason for every figure would be that its row has no result
    trained = Trained(data_dir=data_dir, runs_dir=runs_dir, results_dir=results_dir)
    folder = pathlib.Path(results_dir)
    entries = {number: _write_figure(number, trained, folder) for number in FIGURES}
    content = {number: entry._replace(file=results.shown(entry.file))._asdict() for number, entry in entries.items()}
    with files.atomic_path(folder / FOLDER / CAPTIONS) as temporary:
        temporary.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return entries


def _write_figure(number: int, trained: Trained, folder: pathlib.Path) -> Entry:
    title, draw = FIGURES[number]
    name = f"{FOLDER}/figure_{number:02}.png"
    try:
        figure = draw(trained)
    except Missing as missing:
        (folder / name).unlink(missing_ok=True)
        return Entry(title, None, str(missing))
    images.write_image(folder / name, figure.picture)
    return Entry(title, name, figure.caption)


def read(results_dir: str) -> dict[int, Entry]:
    """The entries of captions.json; none if no figures have been drawn."""
    path = pathlib.Path(results_dir) / FOLDER / CAPTIONS
    if not path.exists():
        return {}
    entries = {int(number): Entry(**entry) for number, entry in json.loads(path.read_text(encoding="utf-8")).items()}
    return {
        number: entry._replace(file=None) if entry.file == results.MISSING else entry
        for number, entry in entries.items()
    }
