"""Everything that reads a user's files, fed with damaged ones.

A reader answers with a sentence that names the file, or reads what it can. It raises nothing else, ends soon, and
writes only where it was told to.
"""

import contextlib
import functools
import io
import json
import os
import pathlib
import random
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from unittest import mock

import numpy as np
from absl import flags
from PIL import Image

from experiments import training_subsets
from experiments.visual_metrics import per_panel
from tests.comics import archive, gray
from tests.conftest import make_run, write_dataset
from tests.torture.mutations import damaged
from webtoon_colorize import __main__ as program
from webtoon_colorize import checkpoints, color_chapters, data, run, startup
from webtoon_colorize.io import chapters, hint_files
from webtoon_colorize.pages.compositing import Painter
from webtoon_colorize.pages.strips import ColoredRows

MOST_SECONDS = 20.0  # for one file; a reader that needs more hangs
_INTERNALS = re.compile(r"Traceback|\w+(Error|Exception)\b|0x[0-9a-f]{6}|object at|\[Errno|<class|NoneType")

Reader = Callable[[pathlib.Path, random.Random], None]  # damages a file in an empty folder and reads it


class Hangs(Exception):
    """A reader that does not end."""


class _Pale:
    """Stands for the colorizer: gives every pixel one colour, without networks."""

    painter = Painter(on_lines=False)
    strength = 1.0

    def check(self, hints, *, width, height, title):
        """Takes everything."""

    def color_slices(self, slices, *, title, keep_white, saw) -> Iterator[ColoredRows]:
        for each in slices:
            yield ColoredRows(each, 0, np.full((*each.image.shape[:2], 3), (0.1, 0.1, 0.0), np.float32))


def _check_sentence(sentence: str, name: str) -> None:
    assert name in sentence, f"{sentence!r} does not name {name}"
    assert not _INTERNALS.search(sentence.replace(name, "")), f"{sentence!r} speaks of Python"


def _color(folder: pathlib.Path, name: str, content: bytes) -> None:
    """Colours the file as `webtoon-colorize` does."""
    (folder / "in").mkdir()
    (folder / "in" / name).write_bytes(content)
    found, faults = chapters.find_chapters([str(folder / "in")], str(folder / "out"))
    report = color_chapters.color_chapters(found, _Pale(), color_chapters.Options())
    for fault in [*faults, *report.faults]:
        _check_sentence(fault, name)
        assert fault.endswith("."), fault
    assert faults or report.faults or report.notes or report.colored, "it is passed over in silence"
    assert {each.name for each in folder.iterdir()} <= {"in", "out"}
    assert (folder / "in" / name).read_bytes() == content


@functools.cache
def _pictures() -> dict[str, bytes]:
    """A file of each kind by its name."""
    page, found = Image.fromarray(gray(1, height=40, width=30)), {}
    kinds = {
        "a.jpg": {"dpi": (72, 72)},
        "b.png": {},
        "c.webp": {"lossless": True},
        "d.webp": {},
        "e.tif": {},
        "f.gif": {},
    }
    for name, options in kinds.items():
        file = io.BytesIO()
        page.save(file, {"jpg": "JPEG", "tif": "TIFF"}.get(name[2:], name[2:].upper()), **options)
        found[name] = file.getvalue()
    deep = io.BytesIO()
    Image.fromarray(gray(2, height=30, width=30).astype(np.uint16) * 257).save(deep, "PNG")
    return found | {"g.png": deep.getvalue()}


def images(folder: pathlib.Path, rng: random.Random) -> None:
    name, content = rng.choice(list(_pictures().items()))
    _color(folder, name, damaged(content, rng))


@functools.cache
def _book() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        contents = _pictures() | {
            "글/1.png": _pictures()["b.png"],
            "info.xml": b"<a/>",
            "../out.png": _pictures()["b.png"],
        }
        return archive(pathlib.Path(folder) / "book.cbz", contents).read_bytes()


def archives(folder: pathlib.Path, rng: random.Random) -> None:
    _color(folder, "book.cbz", damaged(_book(), rng))


def hints(folder: pathlib.Path, rng: random.Random) -> None:
    page = [{"x": 120, "y": 80.5, "color": "#c03020", "radius": 6}, {"x": 0, "y": 0, "color": "#000000"}]
    text = json.dumps({"1.png": page, "a/2.png": page[:1]}, indent=rng.choice([None, 1]))
    path = folder / "hints.json"
    path.write_bytes(damaged(text.encode(rng.choice(["utf-8", "utf-16", "utf-8-sig"])), rng))
    try:
        program._read_hints(str(path), [])
    except ValueError as error:
        _check_sentence(str(error), "hints.json")
        return
    found = hint_files.read_hints(path)
    hint_files.assign(found, ["1.png", "b/a/2.png"])
    assert hint_files.parse_hints(hint_files.format_hints(found).encode()) == found


@functools.cache
def _dataset() -> pathlib.Path:
    folder = pathlib.Path(tempfile.mkdtemp(prefix="torture"))
    write_dataset(folder, ["train", "validation", "test"])
    lines = (folder / "panels.csv").read_text().splitlines()
    added = ["tags,width,height,bubbles", *['light;title,48,48,"[[[0, 0], [9, 0], [9, 9]]]"'] * (len(lines) - 1)]
    (folder / "panels.csv").write_text("\n".join(map(",".join, zip(lines, added))) + "\n")
    return folder


def manifests(folder: pathlib.Path, rng: random.Random) -> None:
    copy = pathlib.Path(shutil.copytree(_dataset(), folder / "data"))
    path = copy / rng.choice(["panels.csv", "panels.csv", "dataset.json"])
    path.write_bytes(damaged(path.read_bytes(), rng))
    try:
        panels = training_subsets.load_test(copy, data_dir=_dataset(), image_size=16)
        per_panel.load_annotations(copy, panels)
        data.load_panels(copy, "train", image_size=16)
    except (ValueError, FileNotFoundError) as error:
        _check_sentence(str(error), str(copy))


@functools.cache
def _run() -> tuple[pathlib.Path, run.Method]:
    folder = pathlib.Path(tempfile.mkdtemp(prefix="torture"))
    method = make_run(folder)
    checkpoints.write_packed(folder, method)
    return folder, method


def run_folders(folder: pathlib.Path, rng: random.Random) -> None:
    source, method = _run()
    copy = pathlib.Path(shutil.copytree(source, folder / "run"))
    name = rng.choice(["settings.json", "settings.json", "weights.npz", "best/checkpoint", "best/ckpt-1.index"])
    (copy / name).write_bytes(damaged((copy / name).read_bytes(), rng))
    try:
        if name == "settings.json":
            run.find_build(run.load_settings(copy))
        elif name == "weights.npz":
            checkpoints.restore_packed(copy, method)
        else:
            checkpoints.restore(checkpoints.best(copy, method))
    except ValueError as error:
        assert name == "settings.json" or str(copy) in str(error), error
        assert not re.search("Traceback|object at", str(error)), error


@functools.cache
def _define_flags() -> None:
    if "output_dir" not in flags.FLAGS:
        program.define_flags()


def command_lines(folder: pathlib.Path, rng: random.Random) -> None:
    _define_flags()
    words = [
        "in",
        "--output_dir=out",
        "--hints=h.json",
        "--noskip_colored",
        "--title=a b",
        "--color_layer",
        "--",
        "~/x",
    ]
    line = "\n".join(rng.sample(words, rng.randint(1, len(words)))).encode()
    given = damaged(line, rng).decode(errors="surrogateescape").split("\n")
    flags.FLAGS.unparse_flags()
    try:
        with mock.patch.object(sys, "argv", ["webtoon-colorize", *given]):
            startup._parse(inputs=True)
    except flags.Error as error:
        assert not _INTERNALS.search(startup._sentence(error)), startup._sentence(error)
    finally:
        for name in program.define_flags.__code__.co_consts:
            if isinstance(name, str) and name in flags.FLAGS:
                flags.FLAGS[name].unparse()


READERS: dict[str, Reader] = {
    "images": images,
    "archives": archives,
    "hint files": hints,
    "datasets": manifests,
    "run folders": run_folders,
    "command lines": command_lines,
}


def _hangs(*_) -> None:
    raise Hangs(f"after {MOST_SECONDS:.0f} seconds")


def failures(name: str, seeds: range) -> list[str]:
    """What went wrong with a damaged file for each seed: the seed and the error."""
    found = []
    before = signal.signal(signal.SIGALRM, _hangs)
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder, open(os.devnull, "w") as nowhere:
            signal.setitimer(signal.ITIMER_REAL, MOST_SECONDS)
            try:
                with contextlib.redirect_stderr(nowhere), contextlib.redirect_stdout(nowhere):
                    READERS[name](pathlib.Path(folder), random.Random(f"{name} {seed}"))
            except Exception as error:  # whatever it is, the user would see it
                found.append(f"{name}, seed {seed}: {type(error).__name__}: {error}"[:500])
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)
    return found
