"""What the benchmark counts and shows; how fast anything is, is no matter of tests."""

import importlib.util
import json
import pathlib

import keras
import pytest
import tensorflow as tf

from experiments import ablations, docs
from experiments.benchmark import against, growth, machine, pages, rows, table, timing
from webtoon_colorize.methods import l2
from webtoon_colorize.methods.method import Size
from webtoon_colorize.networks import unet

TINY = ablations.Scale(image_size=32, filters=4, epochs=1, patience=1, batch_size=4)


def graph(network, *, with_gradients=False):
    inputs = tf.TensorSpec([2, *network.input_shape[1:]])

    def call(x):
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(network(x) ** 2)
        return tape.gradient(y, network.trainable_variables) if with_gradients else y

    return tf.function(call, autograph=False).get_concrete_function(inputs).graph


@pytest.mark.parametrize(
    ("layer", "by_hand"),
    [
        (keras.layers.Conv2D(5, 4, 2, "same"), 2 * 4 * 4 * (4 * 4 * 3 * 5)),  # 4 x 4 places in each of two images
        (keras.layers.Conv2DTranspose(5, 4, 2, "same"), 2 * 8 * 8 * (4 * 4 * 3 * 5)),  # from each of 8 x 8 places
        (keras.layers.Dense(7), 2 * 8 * 8 * (3 * 7)),
    ],
    ids=["convolution", "transposed", "dense"],
)
def test_multiply_adds_are_those_counted_by_hand(layer, by_hand):
    inputs = keras.Input([8, 8, 3])
    network = keras.Model(inputs, layer(inputs))
    assert machine.multiply_adds(graph(network)) == by_hand
    # The gradient of the weights costs as much again; the input needs none.
    assert machine.multiply_adds(graph(network, with_gradients=True)) == 2 * by_hand


def test_the_fastest_of_at_least_three_calls_counts(monkeypatch):
    clock = iter([0, 9, 10, 14, 20, 22, 30, 38])
    monkeypatch.setattr(timing.time, "perf_counter", lambda: next(clock))
    calls = []
    assert timing.seconds(lambda: calls.append(1), budget_s=20) == 2
    assert len(calls) == 2 + 4  # three take 15 s, and there are 20


def test_a_row_has_every_number_and_the_parts_of_a_step_are_the_step(tmp_path):
    found = rows.measure("l2", TINY, 0.0)
    assert all(value >= 0 for value in found.values()) and 0 < found["train_share"] < 1.5
    assert found["forward_ms"] + found["backward_ms"] + found["optimizer_ms"] >= 0.99 * found["step_ms"]
    content = {"machine": machine.describe(), "scale": vars(TINY), "rows": {"l2": found}, "pages": {"start_ms": 1.0}}
    shown = table.text(json.loads(json.dumps(content)))
    assert "| `l2` |" in shown and "32 px, 4 filters, batches of 4" in shown and "| start | 1 |" in shown


def test_growth_measures_what_it_says(monkeypatch):
    called = []

    def seconds(module, *arguments):
        called.append(module)
        if module == "data_tools.synthesize":
            all_strips = pathlib.Path(arguments[-1].removeprefix("--output_dir="))
            for name in ("a/001/1.png", "a/002/1.png", "a/003/1.png", "b/001/1.png"):
                (all_strips / name).parent.mkdir(parents=True)
                (all_strips / name).touch()
        return 1.5

    monkeypatch.setattr(growth, "_seconds", seconds)
    monkeypatch.setattr(growth, "_BASE", {"image_size": 16, "filters": 4, "batch_size": 4})
    monkeypatch.setattr(growth, "_STEPS", {"filters": (2,)})
    monkeypatch.setattr(growth, "_PAGES", (1,))
    monkeypatch.setattr(growth, "_EPISODES", (2,))
    monkeypatch.setattr(growth, "_PIPELINE_SIZES", (16,))
    found = growth.measure(0.0)
    assert [(line["batch_size"], line["filters"]) for line in found["steps"]] == [(4, 2)]
    assert found["colorizing"] == [{"pages": 1, "seconds": 1.5}]
    assert found["preparing"] == [{"strips": 3, "seconds": 1.5}]  # two of each title, as far as there are
    assert called == ["webtoon_colorize", "data_tools.synthesize", "data_tools.prepare"]
    for part in table.GROWTH:
        assert table.growth({"growth": found}, part).count("\n") == 1 + len(found[part])


def test_the_parts_of_a_page_are_found_and_add_up():
    found = pages.measure()
    parts = [value for name, value in found.items() if name not in ("start_ms", "page_ms")]
    assert sum(parts) == pytest.approx(found["page_ms"]) and all(value > 0 for value in parts)


@pytest.mark.skipif(not importlib.util.find_spec("torch"), reason="PyTorch is an extra (bench)")
def test_the_network_in_pytorch_has_the_weights_of_ours():
    with against.torch_process() as process:
        for image_size in (32, 64):
            shapes = against.ask(process, {"work": "shapes", "widths": unet.widths(image_size, 4)})
            ours = l2.build(Size(image_size, 4, 1)).networks["generator"]
            assert sorted(map(sorted, shapes)) == sorted(sorted(weight.shape) for weight in ours.trainable_variables)


def test_a_process_of_pytorch_that_dies_is_said(monkeypatch):
    monkeypatch.setattr(against, "_TORCH", pathlib.Path("there_is_no_such.py"))
    with against.torch_process() as process, pytest.raises(ChildProcessError, match="PyTorch ended with code 2"):
        process.wait()
        against.ask(process, {"work": "shapes"})


def test_the_committed_numbers_are_shown():
    assert "l2" in docs.measured("benchmark.json")["rows"]
