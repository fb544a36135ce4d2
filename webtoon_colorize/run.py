"""A run folder's settings.json: enough to build the run's method again, and to refuse to mix two runs."""

import contextlib
import dataclasses
import functools
import importlib
import inspect
import json
import os
import pathlib
import platform
import subprocess
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from webtoon_colorize import checkpoints, files
from webtoon_colorize.methods.method import Method, Size

PRETRAINED = pathlib.Path(__file__).parent / "pretrained"  # the run folder that comes with the package
SETTINGS = "settings.json"
FINISHED = "training.json"  # its presence says that a run is finished

_METHODS = "webtoon_colorize.methods."


@dataclasses.dataclass(frozen=True)
class Settings:
    """All that decides what a run's weights become."""

    experiment: str
    method: str  # function below webtoon_colorize.methods that builds it
    arguments: dict[str, Any]  # of that function, beside the size
    image_size: int  # pixels
    filters: int
    epochs: int
    batch_size: int
    learning_rate: float
    seed: int
    titles: list[str]  # in label order
    data: str  # data.fingerprint of the prepared dataset


def describe(build: Callable[..., Method]) -> tuple[str, dict[str, Any]]:
    """The name and arguments, defaults included, by which settings remember a method's `build` or a partial of it."""
    partial = build if isinstance(build, functools.partial) else functools.partial(build)
    parameters = inspect.signature(partial.func).parameters.values()
    defaults = {each.name: each.default for each in parameters if each.default is not each.empty}
    return f"{partial.func.__module__.removeprefix(_METHODS)}.{partial.func.__name__}", defaults | partial.keywords


def build(settings: Settings) -> Method:
    """The method with freshly initialised networks, the same for the same seed."""
    keras.utils.set_random_seed(settings.seed)
    size = Size(settings.image_size, settings.filters, len(settings.titles))
    module, function = settings.method.rsplit(".", 1)
    return getattr(importlib.import_module(_METHODS + module), function)(size, **settings.arguments)


def claim(run_dir: str | os.PathLike, settings: Settings) -> None:
    """Makes `run_dir` the folder of a run with these settings, or sees that it is, once it has a checkpoint.

    Raises:
      ValueError: the folder belongs to a run with other settings; the differences are named.
    """
    path = pathlib.Path(run_dir) / SETTINGS
    if not path.exists() or checkpoints.is_missing(run_dir):
        content = dataclasses.asdict(settings) | {"made_with": _environment()}
        with files.atomic_path(path) as temporary:
            temporary.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return
    there = dataclasses.asdict(load_settings(run_dir))
    differences = [
        f"{name} is {there[name]} there and {value} here"
        for name, value in json.loads(json.dumps(dataclasses.asdict(settings))).items()
        if there[name] != value
    ]
    if differences:
        raise ValueError(f"{run_dir} belongs to another run: {'; '.join(differences)}. Choose another run_dir.")


def load_settings(run_dir: str | os.PathLike) -> Settings:
    """Raises FileNotFoundError where `run_dir` is no run folder, ValueError where its settings make no sense."""
    path = pathlib.Path(run_dir) / SETTINGS
    if not path.exists():
        raise FileNotFoundError(f"{run_dir} is not a run folder: {path} is missing")
    with _of_this_version(run_dir):
        content = json.loads(path.read_text(encoding="utf-8"))
        return Settings(**{field.name: content[field.name] for field in dataclasses.fields(Settings)})


@contextlib.contextmanager
def _of_this_version(run_dir: str | os.PathLike):
    try:
        yield
    except (KeyError, TypeError, AttributeError, ImportError, UnicodeError, json.JSONDecodeError) as error:
        raise ValueError(f"{run_dir} is not a run folder of this version: {error!r}") from error


def load_method(run_dir: str | os.PathLike) -> Method:
    """The method with the weights of its best epoch, or those packed in the folder.

    Raises:
      FileNotFoundError: `run_dir` is no run folder or has no checkpoint yet.
      ValueError: its files are damaged.
    """
    with _of_this_version(run_dir):
        method = build(load_settings(run_dir))
    if not checkpoints.restore_packed(run_dir, method) and not checkpoints.restore(checkpoints.best(run_dir, method)):
        raise FileNotFoundError(f"{run_dir} has no checkpoint yet; train the run for at least one epoch")
    return method


def fill_helpers(method: Method, settings: Settings, run_dirs: dict[str, str | os.PathLike]) -> None:
    """Gives the method's helpers the weights of finished runs: experiment name -> run folder.

    Raises:
      FileNotFoundError: such a run is missing or not finished; it is named.
      ValueError: it is of another size or data than `settings`.
    """
    for name, helper in method.helpers.items():
        if not (pathlib.Path(run_dirs[name]) / FINISHED).exists():
            raise FileNotFoundError(f"this row needs a finished run of {name} in {run_dirs[name]}; train it first")
        there = load_settings(run_dirs[name])
        if any(getattr(there, each) != getattr(settings, each) for each in ("image_size", "filters", "titles", "data")):
            raise ValueError(f"{run_dirs[name]} was trained at another size or on other data than this row")
        [trained] = load_method(run_dirs[name]).networks.values()
        helper.set_weights(trained.get_weights())


def _environment() -> dict[str, str]:
    versions = {module.__name__: module.__version__ for module in (tf, keras, np)}
    return versions | {"python": platform.python_version(), "machine": platform.machine(), "commit": _commit()}


def _commit() -> str:
    """Of the checkout this file lies in; empty when the package was installed without one."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        done = subprocess.run(command, cwd=pathlib.Path(__file__).parent, capture_output=True, text=True, check=False)
    except FileNotFoundError:  # no git on this machine
        return ""
    return done.stdout.strip()
