"""Trains one row of the table into a run folder, or resumes an interrupted run.

Usage: python -m experiments.train --experiment=ROW --data_dir=DATA --run_dir=RUN
Example: python -m experiments.train --experiment=l2 --data_dir=data/mine --run_dir=runs/mine/l2/seed_0 --epochs=50
"""

import contextlib
import dataclasses
import functools
import json
import os
import pathlib
import sys
from typing import Any

from absl import flags

from experiments import ablations, training_subsets
from webtoon_colorize import checkpoints, data, files, run, startup
from webtoon_colorize.methods.method import Method
from webtoon_colorize.training import devices, loop


def train(
    experiment: str,
    scale: ablations.Scale,
    *,
    data_dir: str,
    test_dir: str | None = None,
    run_dir: str,
    seed: int,
    learning_rate: float,
    arguments: dict[str, Any] | None = None,
    init_from: str | None = None,
    precision: str = run.PRECISIONS[0],
    **how: bool,
) -> None:
    """Trains until the run is finished. A finished run stays as it is.

    `test_dir` is the dataset whose test panels it will be judged on, by default `data_dir`; only rows that train on
    some of these look at it. `arguments` take the place of those of the row's build function. `init_from` is a run
    whose weights it starts from. Required runs lie beside this one: <runs>/vgg_features/seed_0 requires
    <runs>/vgg16_gray/seed_0. `how` are `compiled` and `profile` of `loop.train`.

    Raises:
      ValueError: `run_dir` belongs to a run with other settings or is in use, the data is too small or changes while it
        is read, or `init_from` does not fit.
      FileNotFoundError: `data_dir` is no prepared dataset, or `init_from` or a required run is missing.
      MissingWeights: the row needs weights that the user must supply.
      MissingTitle: the row is about a title that is not in the dataset.
      NothingDropped: the row's dropout would keep every pixel at this size.
    """
    datasets = {"data_dir": data_dir, "test_dir": test_dir or data_dir}
    settings = _settings(
        experiment,
        arguments or {},
        **dataclasses.asdict(scale),
        learning_rate=learning_rate,
        seed=seed,
        titles=data.load_titles(data_dir),
        data=fingerprint(experiment, **datasets),
        precision=precision,
        init_from=checkpoints.fingerprint(init_from) if init_from else "none",
    )
    with _only_run(run_dir):
        run.claim(run_dir, settings)
        if (pathlib.Path(run_dir) / run.FINISHED).exists():
            print(f"{run_dir} is finished")
            return
        _train(settings, run_dir, datasets, init_from=init_from, **how)


def _only_run(run_dir: str) -> contextlib.AbstractContextManager:
    """Keeps other runs out of the folder. The workers of one run share it, and a second run cannot have their ports."""
    return contextlib.nullcontext() if "TF_CONFIG" in os.environ else files.locked(run_dir)


def _train(
    settings: run.Settings, run_dir: str, datasets: dict[str, str], *, init_from: str | None, **how: bool
) -> None:
    with devices.choose_strategy().scope():
        method = run.build(settings)
        _fill(method, settings, run_dir=run_dir, init_from=init_from)
        panels, validation = load_split(settings.experiment, settings.image_size, **datasets)
        if fingerprint(settings.experiment, **datasets) != settings.data:
            raise ValueError(f"{datasets['data_dir']} changed while it was read; start again")
        loop.train(
            method,
            run_dir,
            loop.Schedule(**{name: getattr(settings, name) for name in loop.Schedule._fields}),
            training=panels,
            validation=validation,
            settings=_compared(settings),
            **how,
        )


def _settings(experiment: str, arguments: dict[str, Any], **others: Any) -> run.Settings:
    """The settings of a run of the row; `others` are those that the row does not say."""
    build = functools.partial(ablations.TRAINABLE[experiment].build, **arguments)
    method, every = run.describe(build)
    return run.Settings(experiment=experiment, method=method, arguments=every, **others)


def _fill(method: Method, settings: run.Settings, *, run_dir: str, init_from: str | None) -> None:
    """Gives the method what it takes from other runs. Raises ValueError and FileNotFoundError."""
    beside, requires = pathlib.Path(run_dir).resolve(), ablations.TRAINABLE[settings.experiment].requires
    run.fill_helpers(method, settings, {name: beside.parent.parent / name / beside.name for name in requires})
    if checkpoints.is_missing(run_dir) and (taken := run.start(method, init_from)):
        print(f"starts from {init_from}: {', '.join(taken)}")


def fingerprint(experiment: str, *, data_dir: str, test_dir: str) -> str:
    """Identifies the data that the row trains on."""
    datasets = [data_dir, test_dir] if ablations.TRAINABLE[experiment].unseen else [data_dir]
    return "+".join(map(data.fingerprint, datasets))


def load_split(experiment: str, image_size: int, *, data_dir: str, test_dir: str) -> training_subsets.Split:
    """The training and validation panels of the row. Raises MissingTitle."""
    panels, validation = (data.load_panels(data_dir, each, image_size=image_size) for each in ("train", "validation"))
    select = ablations.TRAINABLE[experiment].select
    if select is None:
        return panels, validation
    test = training_subsets.load_test(test_dir, data_dir=data_dir, image_size=image_size)
    return select(panels, validation, test)


def _compared(settings: run.Settings) -> dict[str, str | float]:
    """What TensorBoard compares between runs: settings that are a text or a number, and the method's arguments."""
    every = dataclasses.asdict(settings)
    every |= every.pop("arguments")
    return {name: value for name, value in every.items() if isinstance(value, (str, int, float))}


def _argument(text: str) -> tuple[str, Any]:
    """ "name=value", whose value is JSON. Raises ValueError."""
    name, _, value = text.partition("=")
    try:
        return name, json.loads(value)
    except ValueError as error:
        raise ValueError(f"--argument={text}: give name=value with a number, true, false or null") from error


def main(_) -> None:
    scale = ablations.scale_of(FLAGS.experiment, ablations.SCALES[FLAGS.scale])
    given = {field.name: FLAGS[field.name].value for field in dataclasses.fields(scale)}
    scale = dataclasses.replace(scale, **{name: value for name, value in given.items() if value is not None})
    try:
        train(
            FLAGS.experiment,
            scale,
            data_dir=FLAGS.data_dir,
            test_dir=FLAGS.test_dir,
            run_dir=FLAGS.run_dir,
            seed=FLAGS.seed,
            learning_rate=FLAGS.learning_rate,
            arguments=dict(map(_argument, FLAGS.argument)),
            init_from=FLAGS.init_from,
            precision=FLAGS.precision,
            compiled=FLAGS.xla,
            profile=FLAGS.profile,
        )
    except (ValueError, OSError, FloatingPointError) as error:
        raise startup.failure(error) from error
    except devices.WORKER_IS_GONE as error:
        if "TF_CONFIG" not in os.environ:
            raise
        advice = "end all and start them again; they go on from the last whole epoch"
        raise SystemExit(f"error: another worker is gone ({files.reason(error)}); {advice}") from error
    except KeyboardInterrupt:
        print(
            f"\nInterrupted: what is trained is saved. This goes on from there:\n{startup.command()}", file=sys.stderr
        )
        raise SystemExit(startup.INTERRUPTED) from None


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_enum("experiment", None, list(ablations.TRAINABLE), "Row to train.", required=True)
    flags.DEFINE_string("data_dir", None, "Prepared dataset (see data_tools.prepare).", required=True)
    flags.DEFINE_string("test_dir", None, "Dataset whose test panels will judge the row, if it is another one.")
    flags.DEFINE_string("run_dir", None, "Folder of this run; one that was interrupted goes on.", required=True)
    flags.DEFINE_string("init_from", None, "Run whose weights it starts from, such as webtoon_colorize/pretrained.")
    flags.DEFINE_enum("scale", "quick", list(ablations.SCALES), "Bundle of sizes; the flags below override it.")
    flags.DEFINE_integer("seed", 0, "Of weights, order, augmentation and dropout.")
    flags.DEFINE_integer("image_size", None, "Width and height in pixels, a power of two.", lower_bound=16)
    flags.DEFINE_integer("filters", None, "Width of the networks' first layer.", lower_bound=1)
    flags.DEFINE_integer("epochs", None, "Passes over the training panels, at most.", lower_bound=1)
    flags.DEFINE_integer("patience", None, "Epochs without a better one that end the training.", lower_bound=1)
    flags.DEFINE_integer("batch_size", None, "Panels per step.", lower_bound=1)
    flags.DEFINE_multi_string("argument", [], "Of the row's build function, such as keep_probability=0.04; repeatable.")
    flags.DEFINE_float("learning_rate", ablations.LEARNING_RATE, "Of Adam.", lower_bound=0.0)
    flags.DEFINE_enum("precision", "float32", ["float32", "mixed_bfloat16", "mixed_float16"], "Of maps and gradients.")
    flags.DEFINE_bool("xla", False, "Compile the step; for one device.")
    flags.DEFINE_bool("profile", False, "Write a trace of ten steps for TensorBoard.")
    startup.run(main, __doc__)
