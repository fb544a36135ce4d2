"""Trains and evaluates the paper's experiments and writes tables of the results.

Run the programs from a checkout, for instance `python -m experiments.train --help`.
"""

from webtoon_colorize import startup

startup.import_tensorflow()  # before any module of this package imports it
