"""The settings.json of a run folder.

It holds what is needed to build the run's method again, and to refuse a second run with other settings in the folder.
"""

import contextlib
import dataclasses
import functools
import importlib
import importlib.util
import inspect
import json
import os
import pathlib
import platform
import re
import subprocess
import typing
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from webtoon_colorize import checkpoints, files
from webtoon_colorize.methods.method import Method, Size

SETTINGS = "settings.json"
FINISHED = "training.json"  # exists only in folders of finished runs
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")

_WORDS = {str: "text", dict: "an object", list: "a list", int: "a whole number", float: "a number"}
_METHODS = "webtoon_colorize.methods."
_LIMITS = {"image_size": (16, 2048), "filters": (1, 512), "seed": (0, 2**32 - 1)}  # a file may come from somebody else


@dataclasses.dataclass(frozen=True)
class Settings:
    """Everything that determines the weights of a run."""

    experiment: str
    method: str  # "module.function" below webtoon_colorize.methods; the function's name starts with "build"
    arguments: dict[str, Any]  # of that function, besides the size
    image_size: int  # pixels
    filters: int
    epochs: int
    patience: int  # epochs without a better one that end the training
    batch_size: int
    learning_rate: float
    seed: int
    titles: list[str]  # in label order
    data: str  # data.fingerprint of the prepared dataset
    init_from: str = "none"  # checkpoints.fingerprint of the weights that it started from; none: random ones
    precision: str = PRECISIONS[0]  # in which training computes; a trained run is used in float32


def describe(build: Callable[..., Method]) -> tuple[str, dict[str, Any]]:
    """`Settings.method` and `Settings.arguments`, defaults included, of a build function or a partial of one."""
    partial = build if isinstance(build, functools.partial) else functools.partial(build)
    parameters = inspect.signature(partial.func).parameters.values()
    defaults = {each.name: each.default for each in parameters if each.default is not each.empty}
    return f"{partial.func.__module__.removeprefix(_METHODS)}.{partial.func.__name__}", defaults | partial.keywords


def build(settings: Settings) -> Method:
    """The method with freshly initialised networks, the same for the same seed, that compute in its precision.

    Weights are float32 in every precision.

    Raises:
      ValueError: there is no such build function, it does not take these arguments, or it refuses them.
      MissingWeights: the method needs weights that the user must supply.
    """
    return _seeded(find_build(settings), settings.seed, precision=settings.precision)


def _seeded(build_networks: Callable[[], Method], seed: int, *, precision: str) -> Method:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    keras.utils.set_random_seed(seed)
    try:
        return build_networks()
    except (MemoryError, tf.errors.ResourceExhaustedError) as error:
        raise ValueError("the run's networks are too large for the memory") from error
    finally:
        keras.config.set_dtype_policy(before)


def find_build(settings: Settings) -> Callable[[], Method]:
    """The build function that `settings` names, with its arguments.

    Only functions that are defined in a module of webtoon_colorize.methods are found: a run folder may come from
    somebody else. Raises ValueError with the reason.
    """
    names = re.fullmatch(r"(\w+)\.(build\w*)", settings.method)
    if not names or not importlib.util.find_spec(_METHODS + names[1]):
        raise ValueError(f"there is no method {settings.method}")
    module = importlib.import_module(_METHODS + names[1])
    function: Any = getattr(module, names[2], None)
    if getattr(function, "__module__", None) != module.__name__:
        raise ValueError(f"there is no method {settings.method}")
    size = Size(settings.image_size, settings.filters, len(settings.titles))
    try:
        inspect.signature(function).bind(size, **settings.arguments)
    except TypeError as error:
        raise ValueError(f"{settings.method} does not take the arguments {settings.arguments}: {error}") from error
    return functools.partial(function, size, **settings.arguments)


class ClaimedError(ValueError):
    """A folder that belongs to another run."""

    def __init__(self, message: str, names: list[str]):
        """names: of the settings that differ."""
        super().__init__(message)
        self.names = names


def claim(run_dir: str | os.PathLike, settings: Settings) -> None:
    """Writes the settings into `run_dir`, or checks that they are the same if the run has a checkpoint.

    Raises:
      ClaimedError: the folder belongs to a run with other settings; the message names the differences.
    """
    path = pathlib.Path(run_dir) / SETTINGS
    if not path.exists() or checkpoints.is_missing(run_dir):
        content = dataclasses.asdict(settings) | {"made_with": _environment()}
        with files.atomic_path(path) as temporary:
            temporary.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return
    there = dataclasses.asdict(load_settings(run_dir))
    here = json.loads(json.dumps(dataclasses.asdict(settings)))
    names = [name for name in here if there[name] != here[name]]
    if names:
        differences = (f"{name} is {there[name]} there and {here[name]} here" for name in names)
        message = f"{run_dir} belongs to another run: {'; '.join(differences)}. Choose another run_dir."
        raise ClaimedError(message, names)


def load_settings(run_dir: str | os.PathLike) -> Settings:
    """The settings of a run.

    Raises:
      FileNotFoundError: `run_dir` is no run folder.
      ValueError: its settings.json is damaged or of another version.
    """
    path = pathlib.Path(run_dir) / SETTINGS
    if not path.exists():
        raise FileNotFoundError(f"{run_dir} is not a run folder: {path} is missing")
    with _naming_folder(run_dir):
        return _read_settings(path)


def _read_settings(path: pathlib.Path) -> Settings:
    """Raises ValueError with the reason."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{SETTINGS} is not JSON (line {error.lineno}, column {error.colno})") from error
    except (ValueError, RecursionError) as error:  # no UTF-8, a number of thousands of digits, brackets in brackets
        raise ValueError(f"{SETTINGS} is not JSON that can be read") from error
    if not isinstance(content, dict):
        raise ValueError(f"{SETTINGS} holds no settings")
    # Older runs never ended early, started from random weights, and were trained in float32.
    content = {"patience": content.get("epochs"), "init_from": "none", "precision": "float32"} | content
    for field in dataclasses.fields(Settings):
        if field.name not in content:
            raise ValueError(f"{SETTINGS} lacks {field.name}")
        kind: Any = typing.get_origin(field.type) or field.type
        if not isinstance(content[field.name], (int, float) if kind is float else kind):
            there = json.dumps(content[field.name], ensure_ascii=False)[:80]
            raise ValueError(f"{field.name} in {SETTINGS} is {there}, and must be {_WORDS[kind]}")
    settings = Settings(**{field.name: content[field.name] for field in dataclasses.fields(Settings)})
    for name, (least, most) in _LIMITS.items():
        if not least <= getattr(settings, name) <= most:
            raise ValueError(f"{name} in {SETTINGS} is {getattr(settings, name)}; {least} to {most} is possible")
    if not all(isinstance(title, str) for title in settings.titles):
        raise ValueError(f"titles in {SETTINGS} are not all text")
    return settings


@contextlib.contextmanager
def _naming_folder(run_dir: str | os.PathLike) -> Iterator[None]:
    """Puts the run folder in front of the reason of a ValueError."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{run_dir} is not a run folder of this version: {error}") from error


def load_method(run_dir: str | os.PathLike, *, older: bool = False) -> Method:
    """The method with the weights of its best epoch, or with packed weights if the folder has them.

    `older`: whether, if these are damaged, those of the best epoch before may take their place (see
    `checkpoints.restore`). They are good enough to colour a page, and not to measure a row.

    Raises:
      FileNotFoundError: `run_dir` is no run folder or has no checkpoint yet.
      ValueError: its files are damaged or of another version.
      MissingWeights: the method needs weights that the user must supply.
    """
    settings = load_settings(run_dir)
    with _naming_folder(run_dir):
        build_networks = find_build(settings)
    method = _seeded(build_networks, settings.seed, precision="float32")  # its errors say nothing about the folder
    if not checkpoints.restore_packed(run_dir, method) and not checkpoints.restore(
        checkpoints.best(run_dir, method), older=older
    ):
        raise FileNotFoundError(f"{run_dir} has no checkpoint yet; train the run for at least one epoch")
    return method


def fill_helpers(method: Method, settings: Settings, run_dirs: dict[str, str | os.PathLike]) -> None:
    """Gives helpers of the method the weights of finished runs.

    Args:
      run_dirs: experiment name -> run folder, for every helper that an experiment trains.

    Raises:
      FileNotFoundError: a run is missing or not finished; the message names it.
      ValueError: a run is of another size or of other data than `settings`.
    """
    for name, run_dir in run_dirs.items():
        if not (pathlib.Path(run_dir) / FINISHED).exists():
            raise FileNotFoundError(f"this row needs a finished run of {name} in {run_dir}; train it first")
        there = load_settings(run_dir)
        if any(getattr(there, each) != getattr(settings, each) for each in ("image_size", "filters", "titles", "data")):
            raise ValueError(f"{run_dir} was trained at another size or on other data than this row")
        [trained] = load_method(run_dir).networks.values()
        method.helpers[name].set_weights(trained.get_weights())


def start(method: Method, init_from: str | os.PathLike | None) -> list[str]:
    """Gives the method the weights that its training starts from: another run's, or pretrained ones if it has any.

    Returns:
      The names of the networks that got weights of `init_from`.

    Raises:
      MissingWeights: the method needs weights that the user must supply.
      FileNotFoundError, ValueError: those of `start_from`.
    """
    if init_from:
        return start_from(method, init_from)
    if method.load_pretrained:
        method.load_pretrained()
    return []


def start_from(method: Method, run_dir: str | os.PathLike) -> list[str]:
    """Gives networks of the method the weights that networks of the same names have in another run.

    Returns:
      The names of these networks. The others stay as they are.

    Raises:
      FileNotFoundError: `run_dir` is no run folder or has no checkpoint yet.
      ValueError: its files are damaged, it has no network of such a name, or one has other shapes.
    """
    there = load_method(run_dir).networks
    names = [name for name in method.networks if name in there]
    if not names:
        raise ValueError(f"{run_dir} has {', '.join(there)}, and none of {', '.join(method.networks)}")
    for name in names:
        if difference := _difference(there[name], method.networks[name]):
            raise ValueError(f"{name} of {run_dir} does not fit: {difference}")
    for name in names:
        method.networks[name].set_weights(there[name].get_weights())
    return names


def _difference(there: keras.Model, here: keras.Model) -> str | None:
    """The first difference between the shapes of two networks' weights; None if there is none."""
    if len(there.weights) != len(here.weights):
        return f"it has {len(there.weights)} weights there and {len(here.weights)} here"
    for number, (other, own) in enumerate(zip(there.weights, here.weights), 1):
        if other.shape != own.shape:
            return f"its weight {number} ({own.name}) has the shape {other.shape} there and {own.shape} here"
    return None


def _environment() -> dict[str, str]:
    versions = {module.__name__: module.__version__ for module in (tf, keras, np)}
    return versions | {"python": platform.python_version(), "machine": platform.machine(), "commit": _commit()}


def _commit() -> str:
    """The commit of the checkout that holds this file; empty if there is no checkout or no git."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        done = subprocess.run(command, cwd=pathlib.Path(__file__).parent, capture_output=True, text=True, check=False)
    except FileNotFoundError:  # git is not installed
        return ""
    return done.stdout.strip()
