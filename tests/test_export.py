"""Every format, run by its own runtime, gives what the run gives."""

import itertools

import numpy as np
import onnxruntime
import pytest
import tensorflow as tf

from experiments import ablations
from webtoon_colorize.export import formats
from webtoon_colorize.methods.method import Size

SIZE = 32


def build(experiment):
    tf.keras.utils.set_random_seed(0)
    return ablations.EXPERIMENTS[experiment].build(Size(image_size=SIZE, filters=4, num_titles=2))


def given(method):
    rng = np.random.default_rng(0)
    every = {"lightness": rng.uniform(-1, 1, (2, SIZE, SIZE, 1)), "hints": rng.uniform(0, 1, (2, SIZE, SIZE, 3))}
    every["hints"][..., 2] = every["hints"][..., 2] > 0.9
    every["hints"][..., :2] *= every["hints"][..., 2:]
    every["label"] = np.array([0, 1])
    specs = formats.signature(method, image_size=SIZE)
    return {name: every[name].astype(spec.dtype.as_numpy_dtype) for name, spec in specs.items()}


def run_keras(path, inputs):
    return tf.keras.models.load_model(path)(inputs).numpy()


def run_saved_model(path, inputs):
    signature = tf.saved_model.load(str(path)).signatures["serving_default"]
    return signature(**{name: tf.constant(value) for name, value in inputs.items()})["ab"].numpy()


def run_onnx(path, inputs):
    return onnxruntime.InferenceSession(str(path)).run(None, inputs)[0]


def run_tflite(path, inputs):
    runtime = pytest.importorskip("ai_edge_litert.interpreter", reason="LiteRT, of the extra `test`, is not installed")
    return runtime.Interpreter(model_path=str(path)).get_signature_runner("serving_default")(**inputs)["ab"]


RUN = {"keras": run_keras, "saved_model": run_saved_model, "onnx": run_onnx, "tflite": run_tflite}


# With hints a linear system is solved; of a hundred random ones float32 leaves 0.0027 Lab units open.
TOLERANCES = {"l2": 1e-5, "adversarial_label": 1e-5, "color_and_apply_hints": 1e-4, "references": 1e-4, "sketch": 1e-5}


@pytest.mark.parametrize(
    ("experiment", "form"),
    [each for each in itertools.product(TOLERANCES, formats.FORMATS) if each != ("references", "keras")],
)
def test_the_artefact_colours_as_the_run_does(form, experiment, tmp_path):
    if form == "onnx":
        pytest.importorskip("tf2onnx", reason="the extra `export` is not installed")
    method, path = build(experiment), tmp_path / f"colorize.{form}"
    formats.export(method, path, image_size=SIZE, form=form)
    inputs = given(method)
    ab = RUN[form](path, inputs)
    expected = method.colorize(**{name: tf.constant(value) for name, value in inputs.items()}).numpy()
    np.testing.assert_allclose(ab, expected, atol=TOLERANCES[experiment])
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_saved_model_holds_every_weight_once(tmp_path):
    method = build("color_and_apply_hints")
    formats.export(method, tmp_path / "model", image_size=SIZE, form="saved_model")
    [data] = (tmp_path / "model" / "variables").glob("variables.data-*")
    weights = 4 * sum(network.count_params() for network in method.networks.values())
    assert weights <= data.stat().st_size < 1.1 * weights


def test_what_keras_cannot_hold_is_refused_in_a_sentence(tmp_path):
    for experiment in ("tandem", "references"):
        with pytest.raises(formats.ExportError, match="saved_model has it"):
            formats.export(build(experiment), tmp_path / "x.keras", image_size=SIZE, form="keras")
    with pytest.raises(formats.ExportError, match="does not colorize"):
        formats.export(build("vgg16_gray"), tmp_path / "x.keras", image_size=SIZE, form="keras")
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(tmp_path):
    path = tmp_path / "x.keras"
    path.write_text("mine")
    with pytest.raises(FileExistsError, match="x.keras is there already"):
        formats.export(build("l2"), path, image_size=SIZE, form="keras")
    assert path.read_text() == "mine"
