"""Measures how much coloured panels of a story help with its others: references.json, .csv, .md and .svg.

Usage: python -m experiments.reference_curve --run_dir=RUN --data_dir=DATA --results_dir=RESULTS
Example: python -m experiments.reference_curve --run_dir=runs/mine --data_dir=data/unseen --results_dir=out

DATA has titles that the run never saw, in its test split (data_tools.prepare --test_share=1). Every second panel of a
story is judged. References are the first of the others; where a story has too few, the rest are of the title's next
stories. What is measured is not measured again: the same command goes on where it stopped.
"""

import pathlib
import tempfile
import time
from typing import Any, NamedTuple

import numpy as np
from absl import flags
from matplotlib.figure import Figure

from experiments import bootstrap, plots, resumable, written
from webtoon_colorize import adaptation, checkpoints, data, evaluation, files, metrics, run, startup

COUNTS = (0, 1, 2, 4, 8, 16)
SMALLEST = 8  # panels of a story
HARM = 1.02  # a story is worse from this ratio of its error to the automatic one
COLUMNS = ("references", "stories", "of gray", "95% low", "95% high", "worse than automatic", "seconds")


class Story(NamedTuple):
    """Indices into the panels of the split."""

    title: str
    episode: str
    judged: list[int]
    references: list[int]  # the nearest first


def find_stories(paths: list[str]) -> list[Story]:
    """The stories of at least SMALLEST panels, in order; `paths` as in `data.Panels`."""
    episodes: dict[str, dict[str, list[int]]] = {}
    for index, path in sorted(enumerate(paths), key=lambda each: files.path_key(each[1])):
        title, episode = pathlib.PurePath(path).parts[1:3]
        episodes.setdefault(title, {}).setdefault(episode, []).append(index)
    found = []
    for title, every in episodes.items():
        names = list(every)
        for number, (episode, indices) in enumerate(every.items()):
            others = [index for name in names[number + 1 :] + names[:number] for index in every[name]]
            if len(indices) >= SMALLEST:
                found.append(Story(title, episode, indices[1::2], (indices[::2] + others)[: COUNTS[-1]]))
    return found


def judge(run_dir: str, panels: data.Panels, story: Story) -> dict[str, Any]:
    """Errors of the story's judged panels (mean RMSE, Lab units) without references and with each of COUNTS."""
    judged, errors, seconds = data.take(panels, story.judged), {}, {}
    for count in COUNTS[: 1 + sum(count <= len(story.references) for count in COUNTS[1:])]:
        start = time.perf_counter()
        errors[str(count)] = _error(run_dir, judged, list(panels.rgb[story.references[:count]]))
        seconds[str(count)] = round(time.perf_counter() - start, 1)
    gray = _rmse(evaluation.gray, judged)
    place = {"title": story.title, "episode": story.episode, "judged": len(story.judged)}
    return place | {"gray": gray, "errors": errors, "seconds": seconds}


def _error(run_dir: str, judged: data.Panels, references: list[np.ndarray]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        adapted = adaptation.adapt(run_dir, references, folder) if references else run_dir
        return _rmse(run.load_method(adapted).colorize, judged)


def _rmse(colorize: evaluation.Colorize, judged: data.Panels) -> float:
    def measure(batch):
        return {"rmse_lab": metrics.ab_rmse_lab(colorize(batch.lightness, batch.label), batch.ab)}

    return float(evaluation.make_evaluate(measure)(judged)["rmse_lab"].mean())


def measure(run_dir: str, data_dir: str, results_dir: str) -> list[dict[str, Any]]:
    """Measures the stories that references.json lacks and writes them there, one by one; returns all of them.

    Raises:
      FileNotFoundError: `run_dir` or `data_dir` is missing.
      ValueError: the run saw a title of the dataset, or the file was measured with another run or dataset.
    """
    settings = run.load_settings(run_dir)
    if seen := set(settings.titles) & set(data.load_titles(data_dir)):
        raise ValueError(f"{run_dir} was trained on {', '.join(sorted(seen))}, which {data_dir} has too")
    panels = data.load_panels(data_dir, "test", image_size=settings.image_size)
    path = pathlib.Path(results_dir) / "references.json"
    same = {"run": checkpoints.fingerprint(run_dir), "data": data.fingerprint(data_dir)}
    return resumable.measure_stories(path, same, find_stories(panels.path), lambda story: judge(run_dir, panels, story))


def rows(measured: list[dict[str, Any]]) -> list[tuple]:
    """A row of COLUMNS per number of references. Intervals are over stories."""
    lines = []
    for count in COUNTS:
        own = [each for each in measured if str(count) in each["errors"]]
        errors = np.array([each["errors"][str(count)] for each in own])
        ratios = errors / [each["gray"] for each in own]
        worse = np.mean(errors > HARM * np.array([each["errors"]["0"] for each in own]))
        seconds = float(np.median([each["seconds"][str(count)] for each in own]))
        shown = (ratios.mean(), *bootstrap.mean_interval(ratios), worse)
        lines.append((count, len(own), *(f"{value:.3f}" for value in shown), f"{seconds:.0f}"))
    return lines


def plot(measured: list[dict[str, Any]]) -> Figure:
    """The mean over stories, and a thin line for each. x: references, evenly spaced. y: error as a share of gray's."""
    drawn = plots.figure(800, 440)
    drawn.set_layout_engine("constrained")
    axes = drawn.add_subplot()
    for each in measured:
        shares = [each["errors"][str(count)] / each["gray"] for count in COUNTS if str(count) in each["errors"]]
        axes.plot(range(len(shares)), shares, color="0.8", linewidth=0.8)
    means = [float(row[2]) for row in rows(measured)]
    axes.plot(range(len(means)), means, color="C0", marker="o", linewidth=2, label="mean over stories")
    axes.axhline(1.0, color="0.45", linewidth=1)
    axes.set_xticks(range(len(COUNTS)), map(str, COUNTS))
    axes.set_xlabel("coloured panels given")
    axes.set_ylabel("RMSE (Lab) as a share of gray's")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return drawn


def main(_) -> None:
    try:
        measured = measure(FLAGS.run_dir, FLAGS.data_dir, FLAGS.results_dir)
    except (ValueError, FileNotFoundError) as error:
        raise startup.failure(error) from error
    except KeyboardInterrupt:
        raise SystemExit("\ninterrupted; the same command goes on where it stopped") from None
    print(written.write(FLAGS.results_dir, "references", COLUMNS, rows(measured), plot(measured)))


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_string("run_dir", None, "Run that is adapted.", required=True)
    flags.DEFINE_string("data_dir", None, "Prepared dataset of titles that the run never saw.", required=True)
    flags.DEFINE_string("results_dir", None, "Gets references.json, .csv, .md and .svg.", required=True)
    startup.run(main, __doc__)
