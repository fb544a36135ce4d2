import json
import os
import shlex
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import tensorflow as tf
from tensorboard.plugins.hparams import plugin_data_pb2

from experiments import ablations
from experiments.train import train as train_row
from webtoon_colorize import checkpoints, data, evaluation, run
from webtoon_colorize.training import loop

SCALE = ["--filters=4", "--batch_size=4"]


def command(dataset, run_dir, *, experiment, epochs, image_size=32):
    flags = [f"--experiment={experiment}", f"--data_dir={dataset}", f"--run_dir={run_dir}", f"--epochs={epochs}"]
    return [sys.executable, "-m", "experiments.train", *flags, f"--image_size={image_size}", *SCALE]


BOOKKEEPING = ("_CHECKPOINTABLE_OBJECT_GRAPH", "save_counter", "progress/seconds")


def weights(run_dir, kind):
    """All values of a checkpoint except the training time and the number of saves."""
    reader = tf.train.load_checkpoint(str(run_dir / kind))
    names = sorted(reader.get_variable_to_shape_map())
    return {name: reader.get_tensor(name) for name in names if not name.startswith(BOOKKEEPING)}


@pytest.mark.slow
@pytest.mark.parametrize("experiment", ["adversarial", "color_and_apply"])
def test_a_killed_run_that_goes_on_ends_with_the_weights_of_an_undisturbed_one(dataset, tmp_path, experiment):
    settings = {"experiment": experiment, "epochs": 4, "image_size": 64}  # 64 px, because smaller ones have no dropout
    subprocess.run(command(dataset, tmp_path / "whole", **settings), check=True)
    killed = subprocess.Popen(command(dataset, tmp_path / "killed", **settings))
    while not (tmp_path / "killed" / "last" / "checkpoint").exists():
        assert killed.poll() is None, "it ended before it could be killed"
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert not (tmp_path / "killed" / "training.json").exists(), "it was finished before it could be killed"
    subprocess.run(command(dataset, tmp_path / "killed", **settings), check=True)
    assert any(name.startswith("dropout") for name in weights(tmp_path / "whole", "last"))
    for kind in ("last", "best"):
        whole, again = (weights(tmp_path / name, kind) for name in ("whole", "killed"))
        assert whole.keys() == again.keys()
        for name in whole:
            np.testing.assert_array_equal(whole[name], again[name], err_msg=name)


@pytest.mark.slow
def test_a_run_that_is_terminated_prints_the_command_that_goes_on(dataset, tmp_path):
    settings = {"experiment": "l2", "epochs": 4}
    program = subprocess.Popen(command(dataset, tmp_path, **settings), stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "last" / "checkpoint").exists():
        assert program.poll() is None, "it ended before it could be terminated"
        time.sleep(0.01)
    program.terminate()
    *_, said, again = program.communicate()[1].splitlines()
    assert program.returncode == 130 and said == "Interrupted: what is trained is saved. This goes on from there:"
    assert not (tmp_path / "training.json").exists()
    subprocess.run(shlex.split(again), check=True)
    assert json.loads((tmp_path / "training.json").read_text())["images_seen"] == 4 * 24


@pytest.fixture(scope="module")
def trained(dataset, tmp_path_factory):
    run_dir = tmp_path_factory.mktemp("runs") / "l2"
    scale = ablations.Scale(image_size=32, filters=4, epochs=2, patience=20, batch_size=4)
    train_row("l2", scale, data_dir=dataset, run_dir=run_dir, seed=0, learning_rate=ablations.LEARNING_RATE)
    return run_dir


def test_a_run_folder_holds_settings_summary_checkpoints_and_tensorboards_events(dataset, trained):
    settings = run.load_settings(trained)
    assert (settings.method, settings.arguments, settings.titles) == ("l2.build", {"skips": True}, ["blue", "red"])
    summary = json.loads((trained / "training.json").read_text())
    count = sum(weight.numpy().size for weight in run.build(settings).networks["generator"].trainable_variables)
    assert summary["images_seen"] == 2 * 24 and summary["parameters"] == {"generator": count}
    [events] = trained.glob("events.out.*")
    logged = [value for event in tf.compat.v1.train.summary_iterator(str(events)) for value in event.summary.value]
    l2 = [float(tf.make_ndarray(value.tensor)) for value in logged if value.tag == "validation_others/l2"]
    assert len(l2) == 2 and summary["best_epoch"] == 1 + np.argmin(l2)
    assert summary["best_validation"] == pytest.approx(min(l2), rel=1e-6)
    shown = sorted({value.tag for value in logged} - {"_hparams_/session_start_info"})
    assert shown == [
        "validation/rmse_lab",
        "validation_others/l2",
        "validation_panels/gray | colorized | truth",
        "while_training/loss/generator/l2",
        "while_training/speed/images_per_s",
    ]
    pictures = next(value.tensor.string_val for value in logged if value.tag == shown[2])
    width, height, *panels = pictures
    assert (width, height, len(panels)) == (b"768", b"256", 6)


def test_tensorboard_compares_the_settings_of_runs(trained):
    [events] = trained.glob("events.out.*")
    contents = [
        plugin_data_pb2.HParamsPluginData.FromString(value.metadata.plugin_data.content)
        for event in tf.compat.v1.train.summary_iterator(str(events))
        for value in event.summary.value
        if value.metadata.plugin_data.plugin_name == "hparams"
    ]
    found = contents[0].session_start_info.hparams
    assert found["experiment"].string_value == "l2" and found["filters"].number_value == 4
    assert found["skips"].bool_value and "titles" not in found


@pytest.fixture(scope="module")
def again(dataset, trained):
    """The same command on the finished run, and when that was finished."""
    before = os.stat(trained / "training.json").st_mtime_ns
    return subprocess.run(command(dataset, trained, experiment="l2", epochs=2), capture_output=True, text=True), before


def test_a_finished_run_stays_as_it_is_and_other_settings_are_refused(dataset, trained, again):
    again, before = again
    assert again.returncode == 0 and "finished" in again.stdout
    assert os.stat(trained / "training.json").st_mtime_ns == before
    other = subprocess.run(command(dataset, trained, experiment="l2", epochs=5), capture_output=True, text=True)
    assert other.returncode == 1
    assert (
        other.stderr.endswith("epochs is 2 there and 5 here. Choose another run_dir.\n")
        and "Traceback" not in other.stderr
    )


def test_the_programs_keep_tensorflows_start_up_messages_off_the_screen(again):
    assert again[0].stderr == ""


def test_a_restored_best_epoch_colorizes_like_the_one_that_was_saved(dataset, trained):
    panels = data.load_panels(dataset, "validation", image_size=32)
    method = run.load_method(trained)
    l2 = evaluation.make_evaluate(evaluation.validation_measure(method))(panels)["l2"].mean()
    assert l2 == pytest.approx(json.loads((trained / "training.json").read_text())["best_validation"], rel=1e-5)


@pytest.fixture
def start(dataset, trained):
    """Trains a run from the weights of `trained`, or of another run, for an epoch that changes almost nothing."""

    def train(run_dir, *, init_from=trained, filters=4, epochs=1):
        scale = ablations.Scale(image_size=32, filters=filters, epochs=epochs, patience=20, batch_size=4)
        train_row("l2", scale, data_dir=dataset, run_dir=run_dir, seed=1, learning_rate=1e-9, init_from=init_from)

    return train


def distance(one, two):
    return max(np.abs(first - second).max() for first, second in zip(one, two, strict=True))


def trainable(run_dir):
    return [weight.numpy() for weight in run.load_method(run_dir).networks["generator"].trainable_variables]


def test_a_run_starts_from_the_best_weights_of_another_and_remembers_which(trained, start, tmp_path):
    start(tmp_path / "run")
    start(tmp_path / "random", init_from=None)
    assert distance(trainable(tmp_path / "run"), trainable(trained)) < 1e-6
    assert distance(trainable(tmp_path / "random"), trainable(trained)) > 1e-2
    assert run.load_settings(tmp_path / "run").init_from == checkpoints.fingerprint(trained)
    assert run.load_settings(tmp_path / "random").init_from == "none"
    start(tmp_path / "run")  # it is finished
    with pytest.raises(ValueError, match=r"init_from is \w{16} there and none here\. Choose another run_dir"):
        start(tmp_path / "run", init_from=None)
    with pytest.raises(ValueError, match=r"init_from is none there and \w{16} here"):
        start(tmp_path / "random")
    with pytest.raises(ValueError, match=r"init_from is \w{16} there and \w{16} here"):
        start(tmp_path / "run", init_from=tmp_path / "random")


def test_a_run_that_started_from_another_and_goes_on_ends_with_the_weights_of_an_undisturbed_one(
    start, tmp_path, monkeypatch
):
    """It is interrupted while it saves its second epoch, and does not read the other run again."""
    start(tmp_path / "whole", epochs=3)

    def interrupt(step, *rest, **named):
        if step.progress.epoch.numpy() == 1:
            raise KeyboardInterrupt
        return save(step, *rest, **named)

    save = loop._save
    monkeypatch.setattr(loop, "_save", interrupt)
    with pytest.raises(KeyboardInterrupt):
        start(tmp_path / "again", epochs=3)
    monkeypatch.setattr(loop, "_save", save)
    monkeypatch.setattr(run, "start_from", None)
    start(tmp_path / "again", epochs=3)
    for kind in ("last", "best"):
        whole, again = (weights(tmp_path / name, kind) for name in ("whole", "again"))
        assert whole.keys() == again.keys()
        for name in whole:
            np.testing.assert_array_equal(whole[name], again[name], err_msg=name)


def test_a_start_that_does_not_fit_or_is_no_run_is_refused(start, tmp_path):
    with pytest.raises(ValueError, match="generator of .* does not fit: its weight 1"):
        start(tmp_path / "run", filters=8)
    with pytest.raises(FileNotFoundError, match="nowhere has no weights"):
        start(tmp_path / "run", init_from=tmp_path / "nowhere")
    assert not (tmp_path / "run" / "last").exists()
