"""Tests the paper's statements. Trains nothing.

Usage: python -m experiments.claims [--results_dir=RESULTS [--reported_dir=STUDY]]
Example: python -m experiments.claims --results_dir=results/mine

Without flags it judges every study of experiments/reported/ by its values and writes each study's claims.csv. With
--results_dir it judges result files and writes claims.csv and claims.md beside them. With both it adds the values that
claims compare to those that STUDY has, and writes claims.csv there.
"""

import collections
import pathlib

from absl import flags

from experiments import results
from experiments.claims import joining, judging, store, table
from experiments.claims.statements import CLAIMS
from webtoon_colorize import startup


def judge_reported(folder: pathlib.Path) -> None:
    """Writes claims.csv of a study from its values."""
    rows = table.rows(store.load(folder / store.VALUES))
    table.write_csv(folder, rows)
    counts = collections.Counter(row.outcome.verdict for row in rows)
    print(f"{folder.name}: {', '.join(f'{count} {verdict}' for verdict, count in counts.most_common())}")


def pack(results_dir: str, folder: pathlib.Path) -> None:
    """Adds the values of result files that claims compare to a study. Raises ValueError if they do not fit."""
    study, values = store.of_results(results_dir), folder / store.VALUES
    if values.exists():
        study = joining.join(store.load(values), study)
    study.write(values, judging.asked(CLAIMS, study))


def main(_) -> None:
    try:
        if FLAGS.reported_dir and not FLAGS.results_dir:
            raise SystemExit("error: --reported_dir needs --results_dir, whose values it gets.")
        if FLAGS.results_dir:
            results.check_folder(FLAGS.results_dir)
        if FLAGS.reported_dir:
            pack(FLAGS.results_dir, pathlib.Path(FLAGS.reported_dir))
            judge_reported(pathlib.Path(FLAGS.reported_dir))
        elif FLAGS.results_dir:
            print(table.write(FLAGS.results_dir, table.rows(store.of_results(FLAGS.results_dir))))
        else:
            for values in sorted(store.REPORTED.glob(f"*/{store.VALUES}")):
                judge_reported(values.parent)
    except (store.NotMeasured, ValueError) as error:
        raise SystemExit(f"error: {FLAGS.results_dir}: {error}") from error


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_string("results_dir", None, "Folder of result files.")
    flags.DEFINE_string("reported_dir", None, "Study that gets their values besides its own, and claims.csv.")
    startup.run(main, __doc__)
