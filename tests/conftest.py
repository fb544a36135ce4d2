"""A small prepared dataset for tests that need one, and TensorFlow without its start-up messages."""

import csv
import ctypes
import gc
import hashlib
import json
import os
import pathlib
import sys
import types

import cv2
import numpy as np
import pytest

from webtoon_colorize import startup

# Processes that run tests side by side share the cores. TensorFlow reads this when it is imported.
_workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
for _kind in ("INTRAOP", "INTEROP") if _workers > 1 else ():
    os.environ.setdefault(f"TF_NUM_{_kind}_THREADS", str(max(1, (os.cpu_count() or 1) // _workers)))
os.environ.setdefault("TF_ONEDNN_USE_SYSTEM_ALLOCATOR", "1")  # its own keeps all memory that it ever had


def pytest_collectstart():
    """Imports TensorFlow where tests are collected; pytest-xdist's own process does not, and saves 0.3 GB."""
    if "tensorflow" not in sys.modules:
        startup.import_tensorflow()
        gc.freeze()  # what is imported stays: collections need not look at it
        gc.set_threshold(50_000, 10, 10)  # more often, a tenth of the time goes into looking at what tracing makes


# Begun last, one of these would keep a process busy while the others have nothing left to do.
LONG = (
    "torture",
    "methods",
    "experiments",
    "training",
    "app",
    "app_gestures",
    "app_learning",
    "export",
    "figures",
    "illustration2vec",
    "synthesize",
    "activations",
)


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: LONG.index(item.path.stem[5:]) if item.path.stem[5:] in LONG else len(LONG))


MOST_GB = 0.9  # of a process, at which it gives memory back


def _resident_gb() -> float:
    """Of this process; infinite where the system does not say."""
    try:
        pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return float("inf")
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e9


@pytest.fixture(scope="module", autouse=True)
def memory():
    """Gives back what a module's graphs and networks took, or a process grows to several GB."""
    yield
    if _resident_gb() < MOST_GB:
        return  # it takes half a second
    import keras

    keras.backend.clear_session()  # collects garbage too
    gc.freeze()  # what is left will stay
    if hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)


@pytest.fixture
def without_values():
    """Networks that are built have weights with shapes and no values: at paper scale these take up to 0.7 GB."""
    import tensorflow as tf

    with tf.Graph().as_default():
        yield


def draw_panel(seed: int, *, size: int = 48) -> np.ndarray:
    """A sky, a ground and a disc whose colours follow from their lightness; uint8 RGB [size, size, 3]."""
    rng = np.random.default_rng(seed)
    panel = np.full((size, size, 3), (150, 190, 240), np.uint8)
    panel[rng.integers(size // 2, size - 8) :] = (60, 120, 40)
    center = tuple(int(value) for value in rng.integers(12, size - 12, 2))
    return cv2.circle(panel, center, int(rng.integers(6, 11)), (230, 90, 60), -1)


@pytest.fixture(scope="session")
def dataset(tmp_path_factory):
    """Two titles, 24 training, 6 validation and 6 test panels of 48 x 48 pixels; `data_tools.prepare`'s layout."""
    return write_dataset(tmp_path_factory.mktemp("dataset"), ["train"] * 4 + ["validation", "test"])


@pytest.fixture(scope="session")
def fresh(tmp_path_factory):
    """12 more test panels of the titles of `dataset`, and nothing else; episode by episode, as a dataset has them."""
    return write_dataset(tmp_path_factory.mktemp("fresh"), ["test"] * 2, first_episode=6, by_episode=True)


def write_dataset(folder, splits, *, first_episode=0, by_episode=False):
    """A prepared dataset with an episode of six panels for each of `splits`; returns the folder."""
    rows = []
    for index in range(first_episode * 6, (first_episode + len(splits)) * 6):
        title, episode = ("blue", "red")[index % 2], f"{index // 6:02}"
        split = splits[index // 6 - first_episode]
        path = f"panels/{title}/{episode}/{index:02}_0.png"
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / path), draw_panel(index)[..., ::-1])
        digest = hashlib.sha256((folder / path).read_bytes()).hexdigest()
        rows.append({"path": path, "title": title, "episode": episode, "split": split, "sha256": digest})
    if by_episode:
        rows.sort(key=lambda row: row["path"])
    with open(folder / "panels.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    (folder / "dataset.json").write_text(json.dumps({"titles": ["blue", "red"]}))
    return folder


HINTS = {"experiment": "color_and_apply_hints", "method": "color_and_apply_hints.build", "arguments": {}}


def make_run(folder, **changes):
    """A run folder of a method that takes hints, 32 px, untrained but for a tint; returns the method."""
    from webtoon_colorize import checkpoints, run

    settings = run.Settings(
        **{
            "experiment": "color_and_apply",
            "method": "color_and_apply.build",
            "arguments": {"keep_probability": 0.01},
            **changes,
        },
        image_size=32,
        filters=4,
        epochs=1,
        patience=1,
        batch_size=4,
        learning_rate=2e-4,
        seed=0,
        titles=["one", "two"],
        data="0123",
    )
    run.claim(folder, settings)
    method = run.build(settings)
    method.networks["applier"].trainable_variables[-1].assign([0.3, 0.2])  # the last bias: all is tinted
    checkpoints.best(folder, method).save()
    return method


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A run folder and its colorizer, for loading takes longer than colouring a small page."""
    from webtoon_colorize import colorizer

    folder = tmp_path_factory.mktemp("run")
    make_run(folder)
    return folder, colorizer.Colorizer.load(folder)


@pytest.fixture
def colorize(trained, tmp_path, capsys, monkeypatch):
    """Runs the command on inputs below tmp_path, into tmp_path/out; gives the exit code and what it said."""
    from webtoon_colorize import __main__, colorizer

    run_dir, loaded = trained
    load = colorizer.Colorizer.load

    def load_once(folder, strength=1.0):
        return loaded if (folder, strength) == (run_dir, 1.0) else load(folder, strength=strength)

    monkeypatch.setattr(colorizer.Colorizer, "load", load_once)
    values = {"run_dir": run_dir, "output_dir": str(tmp_path / "out"), "title": None, "hints": None}
    values |= {"skip_colored": True, "keep_white": True, "color_layer": False, "skip_existing": False}
    values |= {"references": [], "adapted_run": None, "strength": 1.0}

    def call(*inputs, **options):
        flags = types.SimpleNamespace(**values | options)
        code = __main__.colorize([str(tmp_path / each) for each in inputs], flags)
        said = capsys.readouterr()
        return code, said.out + "".join(line for line in said.err.splitlines(True) if "\r" not in line)

    return call
