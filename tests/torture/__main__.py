"""Tries to break the programs, long, and writes what came out.

Usage: python -m tests.torture [--share=1] [--only=PART...] [--output=FILE]
Example: python -m tests.torture --share=0.1 --only=kills --output=/tmp/torture.json

Parts: kills, files, long. A share of 1 is 50 kills of training and 25 of each other program, 2,000 damaged files for
each reader, and the whole long runs. What other parts, or larger shares, have left in FILE stays.
"""

import datetime
import json
import math
import os
import pathlib
import tempfile
import time
import types

from absl import flags

from webtoon_colorize import files, startup

startup.import_tensorflow()

from tests.torture import kills, long_runs, readers  # noqa: E402

OUTPUT = pathlib.Path(__file__).parents[2] / "experiments" / "reported" / "torture.json"
TRAINING_KILLS, KILLS, FILES = 50, 25, 2000
OPTIONS = types.SimpleNamespace()  # from the command line; damaged ones overwrite FLAGS


def note(part: str, kind: str, trials: int, failures: list[str], **more: object) -> bool:
    """Writes what came out of one kind of trials to the file, and says it; returns whether all went well."""
    path = pathlib.Path(OPTIONS.output)
    content = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    today = datetime.date.today().isoformat()
    there = content.setdefault(part, {})
    there[kind] = {"trials": trials, "failures": len(failures), "date": today, **more}
    if failures:
        there[kind]["first failures"] = failures[:10]
    files.write_bytes(path, (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode())
    print(f"{part}: {kind}: {trials} trials, {len(failures)} failures", *failures[:10], sep="\n  ", flush=True)
    return not failures


def _share(count: int) -> int:
    return max(1, math.ceil(OPTIONS.share * count))


def run_kills(work: pathlib.Path) -> bool:
    """Children are forked: this comes before anything that uses TensorFlow here."""
    with kills.served(work) as server:
        trainings, others = kills.trainings(work), kills.other_programs(work, server.url)
        counts = dict.fromkeys(trainings, _share(TRAINING_KILLS // len(trainings))) | dict.fromkeys(
            others, _share(KILLS)
        )
        well = True
        for name, program in (trainings | others).items():
            folder = work / name.replace(" ", "_")
            well &= note("kills", name, counts[name], kills.failures(name, program, counts[name], folder))
    return well


def run_files(_: pathlib.Path) -> bool:
    well = True
    for name in readers.READERS:
        well &= note("files", name, _share(FILES), readers.failures(name, range(_share(FILES))))
    return well


def run_long(work: pathlib.Path) -> bool:
    well = True
    for name, (rounds, count, weight) in long_runs.LONG_RUNS.items():
        start = time.perf_counter()
        found = long_runs.slopes(rounds(work), _share(count))
        grown = [f"{what} grow by {slope.value:.3g} in 1,000 rounds" for what, slope in found.items() if slope.grows]
        slopes = {
            what: {key: round(value, 5) for key, value in slope._asdict().items()} for what, slope in found.items()
        }
        minutes = round((time.perf_counter() - start) / 60, 1)
        well &= note("long", name, weight * _share(count), grown, slopes=slopes, minutes=minutes)
    return well


PARTS = {"kills": run_kills, "files": run_files, "long": run_long}


def main(_: list[str]) -> int:
    vars(OPTIONS).update({name: FLAGS[name].value for name in ("only", "share", "output")})
    os.nice(10)
    with tempfile.TemporaryDirectory(prefix="torture") as folder:
        well = [PARTS[part](pathlib.Path(folder)) for part in PARTS if part in OPTIONS.only]
    return 0 if all(well) else 1


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_multi_enum("only", list(PARTS), list(PARTS), "Part to do; may be repeated.")
    flags.DEFINE_float("share", 1.0, "Of the full numbers.", lower_bound=0.0)
    flags.DEFINE_string("output", str(OUTPUT), "JSON file that gets trials and failures by kind.")
    startup.run(main, __doc__)
