"""Prints the error of one row on each title, from result files.

Usage: python -m experiments.by_title --results_dir=RESULTS --experiment=ROW
Example: python -m experiments.by_title --results_dir=results/mine --experiment=l2
"""

import numpy as np
from absl import flags

from experiments import bootstrap, markdown, results
from experiments.table import GRAY
from webtoon_colorize import startup


def rows(results_dir: str, experiment: str) -> list[dict[str, str]]:
    """A line for each title in the test split and one for all of them: heading -> text.

    RMSE is in Lab units: means over seeds and panels, and intervals (95%, bootstrap) over panels.

    Raises:
      ValueError: the row or gray has no result, or the row does not colorize.
    """
    result, gray = results.read_comparable(results_dir, experiment), results.read(results_dir, GRAY)
    if result is None or gray is None or "rmse_lab" not in result.metrics:
        raise ValueError(f"{results_dir} has no colours of {experiment} that compare with gray's")
    errors, gray_errors = (each.per_image("rmse_lab").mean(axis=0) for each in (result, gray))
    labels = np.array(result.labels)
    titles = {title: labels == label for label, title in enumerate(result.titles) if label in labels}
    return [
        _row(title, errors[chosen], gray_errors[chosen])
        for title, chosen in {**titles, "all": np.full(len(labels), True)}.items()
    ]


def _row(title: str, errors: np.ndarray, gray_errors: np.ndarray) -> dict[str, str]:
    low, high = bootstrap.mean_interval(errors)
    return {
        "title": title,
        "test panels": str(len(errors)),
        "gray": f"{gray_errors.mean():.2f}",
        "RMSE (Lab)": f"{errors.mean():.2f}",
        "95%": f"{low:.2f} to {high:.2f}",
    }


def main(_) -> None:
    try:
        results.check_folder(FLAGS.results_dir)
        table = rows(FLAGS.results_dir, FLAGS.experiment)
        print(markdown.table(table[0], [row.values() for row in table]))
    except ValueError as error:
        raise startup.failure(error) from error


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_string("results_dir", None, "Folder of result files.", required=True)
    flags.DEFINE_string("experiment", None, "Row whose errors to list.", required=True)
    startup.run(main, __doc__)
