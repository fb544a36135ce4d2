"""Measures whether characters keep their colours from panel to panel: writes cast.json, cast.csv and cast.md.

Usage: python -m experiments.cast --results_dir=RESULTS [--run_dir=RUN]
Example: python -m experiments.cast --results_dir=results/cast --titles=5 --stories=2

Stories are three fresh episodes in a row of the drawn comic, which knows who is where. What is measured is not measured
again: the same command goes on where it stopped.
"""

import pathlib
from typing import Any

from absl import flags

from data_tools.synthesize import DRAWING_VERSION
from experiments import resumable
from experiments.cast import stories, table
from experiments.cast.consistency import judge
from experiments.cast.ways import Way, make_ways
from webtoon_colorize import checkpoints, files, startup
from webtoon_colorize.adaptation import learn
from webtoon_colorize.colorizer import Colorizer
from webtoon_colorize.io import csv_files
from webtoon_colorize.pages import runtimes


def measure(results_dir: str, ways: dict[str, Way], settings: dict[str, Any]) -> list[dict]:
    """Measures the stories that cast.json lacks and writes them there, one by one; returns all of them.

    Args:
      settings: "seed", "titles" and "stories" (of each title), and what else must stay the same in the file.

    Raises:
      ValueError: the file was measured with other settings.
    """

    def measure_story(place: tuple[int, int]) -> dict:
        story = stories.draw_story(settings["seed"], *place)
        values = {name: [value._asdict() for value in judge(way(story), story.judged)] for name, way in ways.items()}
        return {"title": story.title, "first_episode": story.first_episode, "ways": values}

    every = [(index, number) for index in range(settings["titles"]) for number in range(settings["stories"])]
    path = pathlib.Path(results_dir) / "cast.json"
    return resumable.measure_stories(path, settings | {"ways": list(ways)}, every, measure_story)


def write_table(results_dir: str, measured: list[dict]) -> str:
    """Writes cast.csv and cast.md; returns the table."""
    lines = table.rows(measured)
    csv_files.write(pathlib.Path(results_dir) / "cast.csv", table.COLUMNS, [row.values() for row in lines])
    text = table.markdown_table(lines)
    files.write_bytes(pathlib.Path(results_dir) / "cast.md", f"{text}\n".encode())
    return text


def main(_) -> None:
    settings = {name: FLAGS[name].value for name in ("titles", "stories", "seed")}
    try:
        settings["run"] = checkpoints.fingerprint(FLAGS.run_dir or runtimes.PRETRAINED)
        ways = make_ways(Colorizer.load(FLAGS.run_dir).colorize, lambda panels: learn(FLAGS.run_dir, panels).colorize)
        measured = measure(FLAGS.results_dir, ways, settings | {"drawing_version": DRAWING_VERSION})
    except (ValueError, FileNotFoundError) as error:
        raise startup.failure(error) from error
    except KeyboardInterrupt:
        raise SystemExit("\ninterrupted; the same command goes on where it stopped") from None
    print(write_table(FLAGS.results_dir, measured))


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_string("results_dir", None, "Gets cast.json, cast.csv and cast.md.", required=True)
    flags.DEFINE_string("run_dir", None, "Run that colours; by default the weights of the package.")
    flags.DEFINE_integer("titles", 5, "Of the drawn comic.", lower_bound=1)
    flags.DEFINE_integer("stories", 2, "Of each title.", lower_bound=1)
    flags.DEFINE_integer("seed", 0, "Of the drawn comic.", lower_bound=0)
    startup.run(main, __doc__)
