"""Tests the paper's statements on result files and writes claims.csv and claims.md. Trains nothing.

Usage: python -m experiments.claims --results_dir=RESULTS
Example: python -m experiments.claims --results_dir=results/mine
"""

from absl import flags

from experiments.claims import judging, table
from webtoon_colorize import startup


def main(_) -> None:
    try:
        print(table.write(FLAGS.results_dir))
    except judging.NotMeasured as error:
        raise SystemExit(f"error: {FLAGS.results_dir}: {error}") from error


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_string("results_dir", None, "Folder of result files; gets claims.csv and claims.md.", required=True)
    startup.run(main, __doc__)
