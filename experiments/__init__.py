"""The paper's experiments: train, evaluate, tabulate. Run from a checkout: `python -m experiments.train --help`."""

from webtoon_colorize import startup

startup.import_tensorflow()  # before any module below does
