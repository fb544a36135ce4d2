import json
import os
import signal
import subprocess
import sys
import time

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorboard.plugins.hparams import plugin_data_pb2

from experiments import ablations
from experiments.train import train as train_row
from webtoon_colorize import checkpoints, data, evaluation, run
from webtoon_colorize.methods.method import Method, Size
from webtoon_colorize.training import loop, steps

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


def train(method, dataset, run_dir, *, epochs, patience=9, **options):
    loop.train(
        method,
        run_dir,
        loop.Schedule(epochs, patience, batch_size=4, learning_rate=1e-3, seed=0),
        training=data.load_panels(dataset, "train", image_size=32),
        validation=data.load_panels(dataset, "validation", image_size=32),
        settings={},
        **options,
    )


@pytest.mark.parametrize("epochs", [3, 4])
def test_a_profiled_run_has_a_trace_also_if_it_ends_within_it(dataset, tmp_path, epochs):
    """The trace is of steps 11 to 20, and there are six in an epoch."""
    train(weight_that_falls(judged_by="falls"), dataset, tmp_path, epochs=epochs, profile=True)
    assert len(list(tmp_path.glob("plugins/profile/*/*.xplane.pb"))) == 1


def test_a_loss_that_is_not_finite_stops_the_run_and_is_named(dataset, tmp_path):
    method = ablations.EXPERIMENTS["l2"].build(Size(image_size=32, filters=4, num_titles=2))

    def spoiled(batch, seed):
        return {"generator": {"l2": method.losses(batch, seed)["generator"]["l2"] / 0.0}}

    with pytest.raises(FloatingPointError, match=r"loss/generator/l2 became (inf|nan)"):
        train(Method(method.networks, spoiled, method.colorize), dataset, tmp_path, epochs=1)
    assert not (tmp_path / "last").exists() and not (tmp_path / "training.json").exists()


def test_the_step_is_traced_once(dataset):
    method = ablations.EXPERIMENTS["adversarial"].build(Size(image_size=32, filters=4, num_titles=2))
    step = steps.make_train_step(method, steps.make_optimizers(method, 1e-3))
    panels = data.load_panels(dataset, "train", image_size=32)
    for number, batch in enumerate(data.training_batches(panels, batch_size=4, seed=0, epochs=2)):
        step(batch, tf.constant([0, number]))
    assert step.experimental_get_tracing_count() == 1


def one_weight(value):
    """A network from [B, 1] to [B, 1] that multiplies by its only weight."""
    inputs = keras.Input([1])
    layer = keras.layers.Dense(1, use_bias=False, kernel_initializer=keras.initializers.Constant(value))
    return keras.Model(inputs, layer(inputs))


def weight_that_falls(*, judged_by):
    """A method whose one weight is its own loss, so that it is lower after each epoch."""
    network = one_weight(1.0)

    def weight(batch):
        return network(tf.ones([tf.shape(batch.label)[0], 1]))[:, 0]

    return Method(
        {"only": network},
        lambda batch, seed: {"only": {"weight": weight(batch)}},
        colorize=None,
        measure=lambda batch: {"falls": weight(batch), "rises": -weight(batch)},
        judged_by=judged_by,
    )


@pytest.mark.parametrize(("judged_by", "best_epoch"), [("falls", 2), ("rises", 1)])
def test_the_best_epoch_has_the_lowest_value_of_the_metric_that_the_method_names(
    dataset, tmp_path, judged_by, best_epoch
):
    train(weight_that_falls(judged_by=judged_by), dataset, tmp_path, epochs=2)
    assert json.loads((tmp_path / "training.json").read_text())["best_epoch"] == best_epoch


@pytest.mark.parametrize(("judged_by", "epochs"), [("falls", 5), ("rises", 3)])
def test_training_ends_when_patience_has_brought_no_better_epoch(dataset, tmp_path, judged_by, epochs):
    """The metric that rises is best after epoch 1, and two more epochs are the patience."""
    train(weight_that_falls(judged_by=judged_by), dataset, tmp_path, epochs=5, patience=2)
    summary = json.loads((tmp_path / "training.json").read_text())
    assert summary["images_seen"] == epochs * 24
    falls = summary["validation"]["falls"]
    assert len(falls) == epochs and falls == sorted(falls, reverse=True)
    assert summary["validation"]["rises"] == [-value for value in falls]


def test_a_run_that_goes_on_has_the_curves_of_all_its_epochs(dataset, tmp_path):
    """The second epoch of the first run stands for one that was noted, but not saved, when the run was killed."""
    train(weight_that_falls(judged_by="falls"), dataset, tmp_path / "whole", epochs=3)
    train(weight_that_falls(judged_by="falls"), dataset, tmp_path / "resumed", epochs=1)
    with open(tmp_path / "resumed" / loop.CURVES, "a") as file:
        file.write("7.0,-7.0\n")
    train(weight_that_falls(judged_by="falls"), dataset, tmp_path / "resumed", epochs=3)
    whole, resumed = (
        json.loads((tmp_path / name / "training.json").read_text())["validation"] for name in ("whole", "resumed")
    )
    assert whole == resumed and len(whole["falls"]) == 3


def test_the_step_minimises_the_batch_mean_with_all_gradients_before_any_update():
    """Two networks of one weight, 2 and 3, with their product as the loss of both.

    By hand, with steps of 0.1: 2 - 0.1 * 3, and 3 - 0.1 * 2 with the 2 from before its update.
    """
    networks = {"first": one_weight(2.0), "second": one_weight(3.0)}
    one = tf.ones([4, 1])

    def losses(batch, seed):
        product = networks["first"](one)[:, 0] * networks["second"](one)[:, 0]
        return {"first": {"product": product}, "second": {"product": product}}

    optimizers = {name: keras.optimizers.SGD(0.1) for name in networks}
    for name, optimizer in optimizers.items():
        optimizer.build(networks[name].trainable_variables)
    values = steps.make_train_step(Method(networks, losses, None), optimizers)(None, None)
    assert values["first/product"].numpy() == pytest.approx(6)  # the mean of four sixes
    assert networks["first"].weights[0].numpy().item() == pytest.approx(2 - 0.1 * 3)
    assert networks["second"].weights[0].numpy().item() == pytest.approx(3 - 0.1 * 2)
