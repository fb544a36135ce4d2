"""What `make torture` measures with, and a few of its kills."""

import json
import pathlib
import random
import subprocess
import sys

import numpy as np
import pytest

from experiments import docs, reliability
from tests.torture import long_runs, readers
from tests.torture.mutations import damaged

ROOT = pathlib.Path(__file__).parents[1]


def test_what_grows_is_told_from_what_wavers():
    noise = np.random.default_rng(0).normal(0, 1, 300)
    rising = long_runs._slope(100 + 0.5 * np.arange(300) + noise)
    assert rising.grows and rising.low < 500 < rising.high  # in 1,000 rounds
    assert not long_runs._slope(100 + noise).grows
    assert not long_runs._slope(np.full(300, 7.0)).grows


def test_damage_is_a_function_of_its_seed_and_nearly_always_damages():
    copies = [damaged(bytes(range(100)), random.Random(seed)) for seed in range(50)]
    assert copies == [damaged(bytes(range(100)), random.Random(seed)) for seed in range(50)]
    assert len(set(copies) - {bytes(range(100))}) > 45


def test_a_reader_that_raises_hangs_or_says_nothing_fails(monkeypatch):
    def hang(folder, rng):
        while True:
            pass

    def unnamed(folder, rng):
        readers._check_sentence("it is damaged", "page.png")

    def internal(folder, rng):
        readers._check_sentence("page.png: KeyError", "page.png")

    monkeypatch.setattr(readers, "MOST_SECONDS", 0.2)
    for reader, words in ((hang, "Hangs"), (unnamed, "does not name page.png"), (internal, "speaks of Python")):
        monkeypatch.setitem(readers.READERS, "bad", reader)
        [failure] = readers.failures("bad", range(1))
        assert failure.startswith("bad, seed 0: ") and words in failure


def test_every_kind_of_trial_belongs_to_a_promise():
    measured = json.loads((docs.REPORTED / "torture.json").read_text(encoding="utf-8"))
    promises = docs.read("promises.csv")
    for part, kinds in measured.items():
        own = [row for row in promises if row["part"] == part]
        assert all(any(reliability.is_of(kind, row) for row in own) for kind in kinds), part


@pytest.mark.slow
def test_programs_that_are_killed_and_started_again_write_what_undisturbed_ones_write(tmp_path):
    output = tmp_path / "torture.json"
    command = [sys.executable, "-m", "tests.torture", "--only=kills", "--share=0.02", f"--output={output}"]
    subprocess.run(command, check=True, cwd=ROOT)
    kinds = json.loads(output.read_text())["kills"]
    assert len(kinds) == 10 and all(each["trials"] >= 1 and each["failures"] == 0 for each in kinds.values())
