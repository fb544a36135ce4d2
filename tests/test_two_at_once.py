"""Two processes in one folder, and folders that change while they are read."""

import contextlib
import shutil
import subprocess
import sys

import numpy as np
import pytest

from data_tools import download, synthesize
from experiments import ablations, evaluate
from experiments import train as training_program
from tests.comics import art, gray, save
from tests.conftest import make_run
from webtoon_colorize import adaptation, color_chapters, data, files
from webtoon_colorize.io import csv_files, page_images

HOLDER = """
import sys, time
from webtoon_colorize import files
with files.locked(sys.argv[1]):
    print("locked", flush=True)
    time.sleep(600)
"""


@contextlib.contextmanager
def another_process(folder):
    """Holds the lock of a folder; it is killed at the end of the block."""
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(folder)], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"locked\n"
        try:
            yield
        finally:
            process.kill()


def test_a_folder_is_kept_to_one_process_which_does_not_hold_it_when_it_is_dead(tmp_path):
    refused = pytest.raises(files.InUse, match=f"another process is writing {tmp_path}/run")
    with another_process(tmp_path / "run"), refused, files.locked(tmp_path / "run"):
        pass
    with files.locked(tmp_path / "run"):
        pass


def test_parts_of_a_folder_have_locks_of_their_own(tmp_path):
    every = (files.locked(tmp_path, "l2"), files.locked(tmp_path, "gray"), files.locked(tmp_path))
    refused = pytest.raises(files.InUse, match=f"writing l2 in {tmp_path}: wait")
    with every[0], every[1], every[2], refused, files.locked(tmp_path, "l2"):
        pass


def test_a_folder_that_cannot_be_written_needs_no_lock(tmp_path, monkeypatch):
    import filelock

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(filelock.FileLock, "acquire", refuse)
    with files.locked(tmp_path):
        pass


def train(dataset, run_dir):
    scale = ablations.Scale(image_size=32, filters=4, epochs=1, patience=1, batch_size=4)
    training_program.train("l2", scale, data_dir=dataset, run_dir=run_dir, seed=0, learning_rate=1e-3)


def test_what_another_process_is_writing_is_refused_with_a_sentence(dataset, tmp_path):
    make_run(tmp_path / "run")
    programs = {
        None: [
            lambda: train(dataset, tmp_path),
            lambda: adaptation.adapt(tmp_path / "run", [art(1)], tmp_path),
            lambda: download.download([], str(tmp_path), None),
            lambda: synthesize.synthesize(tmp_path, titles=1, episodes=1, seed=0),
        ],
        "gray": [lambda: evaluate.evaluate_gray(image_size=32, data_dir=dataset, results_dir=tmp_path)],
        "color_and_apply": [lambda: evaluate.evaluate_runs([tmp_path / "run"], data_dir=dataset, results_dir=tmp_path)],
    }
    for part, calls in programs.items():
        with files.locked(tmp_path, part or ""):
            for call in calls:
                with pytest.raises(files.InUse, match="another process is writing"):
                    call()


def test_a_second_call_that_colours_into_one_folder_is_refused_and_the_first_leaves_no_lock(
    colorize, tmp_path, monkeypatch
):
    """The second begins while the first is about to write its first page."""
    for number in range(2):
        save(tmp_path / "in" / f"{number}.png", gray(number))
    book = shutil.make_archive(str(tmp_path / "book"), "zip", tmp_path / "in")
    shutil.move(book, tmp_path / "in")
    encode, said = page_images.encode, []
    colorize("in", output_dir=str(tmp_path / "alone"))

    def encode_late(image):
        monkeypatch.setattr(color_chapters.page_images, "encode", encode)
        with pytest.raises(files.InUse) as refusal:
            colorize("in")
        said.append(str(refusal.value))
        return encode(image)

    monkeypatch.setattr(color_chapters.page_images, "encode", encode_late)
    assert colorize("in")[0] == 0
    assert said == [f"another process is writing {tmp_path}/out: wait for its end, or choose another folder"]
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == ["0.png", "1.png", "book.zip"]
    for each in (tmp_path / "alone").iterdir():
        assert (tmp_path / "out" / each.name).read_bytes() == each.read_bytes()


@pytest.fixture
def copied(dataset, tmp_path):
    return shutil.copytree(dataset, tmp_path / "data", ignore=shutil.ignore_patterns("cache"))


def drop_a_row(folder):
    rows = csv_files.read(folder / "panels.csv")
    csv_files.write(folder / "panels.csv", rows[0], (row.values() for row in rows[1:]))


def test_a_dataset_that_changes_while_a_run_begins_is_refused(copied, tmp_path, monkeypatch):
    load = training_program.load_split

    def load_and_change(*arguments, **named):
        drop_a_row(copied)
        return load(*arguments, **named)

    monkeypatch.setattr(training_program, "load_split", load_and_change)
    with pytest.raises(ValueError, match=f"{copied} changed while it was read; start again"):
        train(copied, tmp_path / "run")
    assert not (tmp_path / "run" / "last").exists()


def test_a_dataset_that_changes_while_it_is_measured_gives_no_result(copied, tmp_path, monkeypatch):
    measure = evaluate._measure_gray

    def measure_and_change(*arguments):
        result = measure(*arguments)
        drop_a_row(copied)
        return result

    monkeypatch.setattr(evaluate, "_measure_gray", measure_and_change)
    with pytest.raises(ValueError, match=f"{copied} changed while it was read; start again"):
        evaluate.evaluate_gray(image_size=32, data_dir=copied, results_dir=tmp_path / "results")
    assert not (tmp_path / "results" / "gray.json").exists()


def test_a_panel_that_is_another_one_than_was_prepared_is_named(copied):
    first, second, *_ = sorted((copied / "panels").rglob("*.png"))
    shutil.copyfile(second, first)
    with pytest.raises(data.Damaged, match=f"{first} is damaged; prepare the dataset again$"):
        data.load_panels(copied, "train", image_size=32)


def test_resized_panels_that_are_cut_off_are_made_again(copied):
    whole = data.load_panels(copied, "train", image_size=32).rgb
    [cache] = (copied / "cache").iterdir()
    for content in (b"", cache.read_bytes()[:1000]):
        cache.write_bytes(content)
        np.testing.assert_array_equal(data.load_panels(copied, "train", image_size=32).rgb, whole)
