"""Draws the paper's figures from trained runs as PNG files, and writes captions.json. Trains nothing.

Also draws validation_curves.svg: the validation L2 of `l2` and `adversarial` over epochs.

Usage: python -m experiments.figures --data_dir=DATA --runs_dir=RUNS --results_dir=RESULTS
Example: python -m experiments.figures --data_dir=data/mine --runs_dir=runs/mine --results_dir=results/mine
"""

import pathlib

from absl import flags

from experiments import results
from experiments.figures import drawing, validation_curves
from webtoon_colorize import startup


def main(_) -> None:
    try:
        results.check_folder(FLAGS.results_dir)
        entries = drawing.write(data_dir=FLAGS.data_dir, runs_dir=FLAGS.runs_dir, results_dir=FLAGS.results_dir)
        curves = validation_curves.write(FLAGS.results_dir)
    except (ValueError, FileNotFoundError) as error:
        raise startup.failure(error) from error
    for number, entry in entries.items():
        said = pathlib.Path(FLAGS.results_dir) / entry.file if entry.file else f"{results.MISSING} {entry.caption}"
        print(f"figure {number}: {said}")
    print(f"validation curves: {curves or results.MISSING}")


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_string("data_dir", None, "Prepared dataset of the runs.", required=True)
    flags.DEFINE_string("runs_dir", None, "Folder of runs: a folder per row and seed.", required=True)
    flags.DEFINE_string("results_dir", None, "Folder of result files; gets the figures.", required=True)
    startup.run(main, __doc__)
