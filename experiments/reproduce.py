"""Reproduces the whole table: trains and evaluates every row, several at once, and prints the table after each.

Usage: python -m experiments.reproduce --data_dir=DATA --runs_dir=RUNS --results_dir=RESULTS
Example: python -m experiments.reproduce --data_dir=data/mine --runs_dir=runs/mine --results_dir=results/mine

Finished runs are kept and interrupted ones go on. If a row fails, the others are still trained.
"""

import contextlib
import dataclasses
import pathlib
import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any

import keras
from absl import flags

from experiments import ablations, evaluate, parallel, results, table, train, training_subsets
from webtoon_colorize import data, run, startup
from webtoon_colorize.methods import sparse_color
from webtoon_colorize.methods.method import MissingWeights


def reproduce_row(
    experiment: str,
    *,
    scale: ablations.Scale,
    seeds: list[int],
    runs_dir: str,
    how: Mapping[str, Any] = types.MappingProxyType({}),
    **folders: str,
) -> None:
    """Trains `experiment` once per seed and evaluates it. What is done already is not done again.

    `how` has the precision and whether XLA compiles the step, as `train.train` takes them.
    """
    run_dirs = [pathlib.Path(runs_dir) / experiment / f"seed_{seed}" for seed in seeds]
    for seed, run_dir in zip(seeds, run_dirs):
        keras.backend.clear_session()
        train.train(
            experiment,
            ablations.scale_of(experiment, scale),
            data_dir=folders["data_dir"],
            test_dir=folders.get("test_dir"),
            run_dir=run_dir,
            seed=seed,
            learning_rate=ablations.LEARNING_RATE,
            **how,
        )
    if not _is_evaluated(experiment, run_dirs, seeds, **folders):
        evaluate.evaluate_runs(run_dirs, **folders)
    results.forget_reason(folders["results_dir"], experiment)


def with_required(rows: list[str]) -> list[str]:
    """`rows` without repeats, each after the rows that it requires."""
    order = [name for row in rows for name in (*ablations.TRAINABLE[row].requires, row)]
    return list(dict.fromkeys(order))


def _evaluate_gray(image_size: int, *, data_dir: str, test_dir: str | None, results_dir: str) -> None:
    """Evaluates gray panels, unless that is done; rows at once would be in each other's way."""
    result = results.read(results_dir, table.GRAY)
    if result and (result.data, result.settings["image_size"]) == (data.fingerprint(test_dir or data_dir), image_size):
        return
    evaluate.evaluate_gray(image_size=image_size, data_dir=data_dir, test_dir=test_dir, results_dir=results_dir)


def _is_evaluated(
    experiment: str,
    run_dirs: list[pathlib.Path],
    seeds: list[int],
    *,
    data_dir: str,
    test_dir: str | None = None,
    results_dir: str,
) -> bool:
    result = results.read(results_dir, experiment)
    if result is None or [each.seed for each in result.runs] != seeds:
        return False
    if result.data != data.fingerprint(test_dir or data_dir):
        return False
    newest = max((run_dir / run.FINISHED).stat().st_mtime for run_dir in run_dirs)
    return (pathlib.Path(results_dir) / f"{experiment}.json").stat().st_mtime >= newest


def _check_rows(rows: list[str]) -> bool:
    unknown = [row for row in rows if row not in ablations.TRAINABLE]
    if unknown:
        raise flags.ValidationError(f"no row {', '.join(unknown)}; there are {', '.join(ablations.TRAINABLE)}")
    return True


def _are_seeds(seeds: list[str]) -> bool:
    return bool(seeds) and len(set(seeds)) == len(seeds) and all(map(str.isdecimal, seeds))


def _one_by_one(rows: list[str]) -> Iterator[tuple[str, str]]:
    """Reproduces the rows in this process; yields each with the error that it ended with, or an empty text."""
    for number, experiment in enumerate(rows, start=1):
        print(f"\n[{number}/{len(rows)}] {experiment}", flush=True)
        error = ""
        try:
            reproduce_row(
                experiment,
                scale=_scale(),
                seeds=[int(seed) for seed in FLAGS.seeds],
                runs_dir=FLAGS.runs_dir,
                how={"precision": FLAGS.precision, "compiled": FLAGS.xla},
                **_folders(),
            )
        except (MissingWeights, training_subsets.MissingTitle, sparse_color.NothingDropped) as reason:
            results.write_reason(FLAGS.results_dir, experiment, str(reason))
        except (ValueError, FloatingPointError, OSError) as failure:
            error = str(failure)
        yield experiment, error


def _at_once(rows: list[str], number: int) -> Iterator[tuple[str, str]]:
    """As `_one_by_one`, `number` rows at once, each by this program in a process of its own."""
    names = ("data_dir", "test_dir", "results_dir", "runs_dir", "scale", "epochs", "precision", "xla")
    given = {name: FLAGS[name].value for name in names} | {"seeds": " ".join(FLAGS.seeds), "at_once": 1}
    same = [f"--{name}={value}" for name, value in given.items() if value is not None]
    print(f"{number} rows at once; what each says is in {FLAGS.runs_dir}/<row>/{parallel.LOG}", flush=True)
    ended = parallel.run_rows(
        rows,
        lambda row: [sys.executable, "-m", "experiments.reproduce", *same, f"--rows={row}"],
        at_once=number,
        runs_dir=FLAGS.runs_dir,
        epochs={row: len(FLAGS.seeds) * ablations.scale_of(row, _scale()).epochs for row in rows},
    )
    with contextlib.closing(ended):
        for row, code in ended:
            yield row, parallel.last_error(row, FLAGS.runs_dir) if code else ""


def _scale() -> ablations.Scale:
    scale = ablations.SCALES[FLAGS.scale]
    return dataclasses.replace(scale, epochs=FLAGS.epochs or scale.epochs)


def _folders() -> dict[str, str]:
    return {name: FLAGS[name].value for name in ("data_dir", "test_dir", "results_dir")}


def main(_) -> None:
    failed = []
    try:
        _evaluate_gray(_scale().image_size, **_folders())
        rows = with_required(FLAGS.rows)
        number = min(FLAGS.at_once or parallel.default_number(), len(rows))
        with contextlib.closing(_at_once(rows, number) if number > 1 else _one_by_one(rows)) as ended:
            for experiment, error in ended:
                if error:
                    failed.append(experiment)
                    print(f"error: {experiment}: {error}", file=sys.stderr)
                elif reason := results.read_reason(FLAGS.results_dir, experiment):
                    print(f"{experiment} stays a dash: {reason}")
                print("\n" + table.write(FLAGS.results_dir), flush=True)
    except (ValueError, OSError) as error:
        raise startup.failure(error) from error
    except KeyboardInterrupt:
        print(
            f"\nInterrupted: what is trained is saved. This goes on from there:\n{startup.command()}", file=sys.stderr
        )
        raise SystemExit(startup.INTERRUPTED) from None
    folder = pathlib.Path(FLAGS.results_dir)
    print(f"the table with pictures: {folder / 'table.html'}; numbers: {folder / 'table.csv'}; runs: {FLAGS.runs_dir}")
    print(f"curves and sample grids: tensorboard --logdir {FLAGS.runs_dir}")
    if failed:
        raise SystemExit(f"error: rows that failed: {', '.join(failed)}")


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_string("data_dir", None, "Prepared dataset.", required=True)
    flags.DEFINE_string("test_dir", None, "Dataset whose test split judges the rows, if it is another one.")
    flags.DEFINE_string("runs_dir", None, "Gets a folder per row and seed.", required=True)
    flags.DEFINE_string("results_dir", None, "Gets result files, samples and the table.", required=True)
    flags.DEFINE_enum("scale", "quick", list(ablations.SCALES), "How large everything is.")
    flags.DEFINE_integer("epochs", None, "At most, instead of the scale's.", lower_bound=1)
    flags.DEFINE_spaceseplist("seeds", ["0"], "Each row is trained once per seed.")
    flags.DEFINE_spaceseplist("rows", list(ablations.EXPERIMENTS), "Rows to train, in this order.")
    flags.DEFINE_integer(
        "at_once",
        None,
        f"Rows at once, each in a process of 1 to 1.5 GB; by default one per core up to {parallel.MOST}, one on a GPU.",
        lower_bound=1,
    )
    flags.DEFINE_enum("precision", "float32", ["float32", "mixed_bfloat16", "mixed_float16"], "Of training.")
    flags.DEFINE_bool("xla", False, "Compile the training step; for one device.")
    flags.register_validator("rows", _check_rows)
    flags.register_validator("seeds", _are_seeds, "seeds are different whole numbers from 0")
    startup.run(main, __doc__)
