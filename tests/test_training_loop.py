"""The loop and its step, on methods of one weight whose course is known."""

import json

import keras
import pytest
import tensorflow as tf

from experiments import ablations
from webtoon_colorize import data
from webtoon_colorize.methods.method import Method, Size
from webtoon_colorize.training import loop, steps


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
