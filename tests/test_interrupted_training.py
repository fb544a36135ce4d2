"""Ctrl-C and SIGTERM, damaged checkpoints, and numbers that are not finite, in the middle of a run."""

import os
import signal

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.test_training import weights
from tests.test_training_loop import train
from webtoon_colorize import data
from webtoon_colorize.methods.method import Method
from webtoon_colorize.training import loop


def small_method():
    """A method of two small networks, one with dropout, whose losses depend on the panels, the seed and each other."""
    keras.utils.set_random_seed(0)
    inputs, layer = keras.Input([3]), keras.layers
    first = keras.Model(inputs, layer.Dense(2)(layer.Dropout(0.5)(layer.Dense(8, "relu")(inputs))))
    second = keras.Model(inputs, layer.Dense(1)(inputs))

    def means(batch):
        return tf.concat([tf.reduce_mean(each, axis=[1, 2]) for each in (batch.lightness, batch.ab)], -1)

    def losses(batch, seed):
        known, noise = means(batch), tf.random.stateless_normal([], seed)
        error = tf.reduce_sum((first(known + 0.1 * noise, training=True) - known[:, 1:]) ** 2, -1)
        return {"first": {"error": error}, "second": {"follow": (second(known)[:, 0] - error) ** 2}}

    def measure(batch):
        return {"error": tf.reduce_sum((first(means(batch)) - means(batch)[:, 1:]) ** 2, -1)}

    return Method({"first": first, "second": second}, losses, colorize=None, measure=measure, judged_by="error")


@pytest.fixture(scope="module")
def undisturbed(dataset, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    train(small_method(), dataset, folder, epochs=3)
    return folder


def assert_same_weights(one, other):
    for kind in ("last", "best"):
        whole, again = weights(one, kind), weights(other, kind)
        assert whole.keys() == again.keys() and any(name.startswith("dropout") for name in whole) == (kind == "last")
        for name in whole:
            np.testing.assert_array_equal(whole[name], again[name], err_msg=name)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("step", [1, 8, 12])  # of 18; 6 are an epoch
def test_a_run_that_is_interrupted_ends_with_the_weights_of_an_undisturbed_one(
    dataset, undisturbed, tmp_path, monkeypatch, number, step
):
    make, handler = loop.make_train_step, signal.getsignal(number)
    monkeypatch.setattr(
        loop, "make_train_step", lambda *each, **named: interrupting(make(*each, **named), step, number)
    )
    with pytest.raises(KeyboardInterrupt):
        train(small_method(), dataset, tmp_path, epochs=3)
    assert tf.train.load_variable(str(tmp_path / "last"), "progress/epoch/.ATTRIBUTES/VARIABLE_VALUE") == step / 6
    assert signal.getsignal(number) == handler
    monkeypatch.setattr(loop, "make_train_step", make)
    train(small_method(), dataset, tmp_path, epochs=3)
    assert_same_weights(undisturbed, tmp_path)


def interrupting(train_step, step, number):
    """`train_step`, which asks its own process to end in the step of this number."""
    steps = iter(range(1, 100))

    def interrupted(*arguments):
        if next(steps) == step:
            os.kill(os.getpid(), number)
        return train_step(*arguments)

    return interrupted


def test_a_second_ctrl_c_ends_the_step_at_hand(dataset, tmp_path, monkeypatch):
    make = loop.make_train_step

    def twice(*each, **named):
        return interrupting(interrupting(make(*each, **named), 2, signal.SIGINT), 2, signal.SIGINT)

    monkeypatch.setattr(loop, "make_train_step", twice)
    with pytest.raises(KeyboardInterrupt):
        train(small_method(), dataset, tmp_path, epochs=3)
    assert not (tmp_path / "last").exists()


def test_a_run_whose_newest_checkpoint_is_damaged_ends_with_the_same_weights(dataset, undisturbed, tmp_path, capfd):
    train(small_method(), dataset, tmp_path, epochs=2)
    (tmp_path / "last" / "ckpt-12.index").write_bytes(b"")
    (tmp_path / "training.json").unlink()
    train(small_method(), dataset, tmp_path, epochs=3)
    assert "last/ckpt-12 is damaged" in capfd.readouterr().err
    assert_same_weights(undisturbed, tmp_path)


def test_a_number_that_is_not_finite_is_named_with_its_network_step_and_source(dataset, tmp_path, monkeypatch):
    method, batches = small_method(), data.training_batches

    def spoil_weights():
        method.networks["first"].trainable_variables[-1].assign([np.inf, 0])

    def spoil_panels(*arguments, **named):
        return batches(*arguments, **named).map(lambda batch: batch._replace(ab=batch.ab / 0.0))

    spoil_weights()
    with pytest.raises(
        FloatingPointError, match=r"^loss/\w+/\w+ became .* at step 1 from the weights of first; the last"
    ):
        train(method, dataset, tmp_path / "weights", epochs=1)
    monkeypatch.setattr(data, "training_batches", spoil_panels)
    with pytest.raises(
        FloatingPointError, match=r"^loss/\w+/\w+ became .* at step 1 from the ab of its batch; the last"
    ):
        train(small_method(), dataset, tmp_path / "panels", epochs=1)


def test_a_gradient_that_is_not_finite_is_named_before_it_reaches_the_weights(dataset, tmp_path):
    """The square root of 0 is finite, and its slope is not."""
    method = small_method()
    variables = method.networks["second"].trainable_variables

    def losses(batch, seed):
        zero = 0.0 * sum(tf.reduce_sum(variable) for variable in variables)
        return method.losses(batch, seed) | {"second": {"root": tf.sqrt(zero) + tf.zeros([4])}}

    with pytest.raises(
        FloatingPointError, match="^gradient/second became nan at step 1; the last checkpoint is from before"
    ):
        train(method._replace(losses=losses), dataset, tmp_path, epochs=1)
    assert all(np.isfinite(variable).all() for variable in variables)
