"""Writes colorizers in formats that other programs load without this package."""

import math
import os
import pathlib
import tempfile
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from webtoon_colorize import files
from webtoon_colorize.methods.method import Method

OPSET = 17  # of ONNX; runtimes since 2022 know it
_LARGE = 1024  # numbers; smaller weights stay in full precision

Signature = dict[str, tf.TensorSpec]


class ExportError(ValueError):
    """A method cannot be written in a format, or a library is missing; the message is the reason."""


def export(method: Method, path: str | os.PathLike, *, image_size: int, form: str) -> None:
    """Writes `method.colorize` as a file, or for a SavedModel as a folder.

    It takes lightness [N, S, S, 1] and gives ab [N, S, S, 2], float32 in network range. If the method needs the label,
    it also takes label [N] int32; if the method uses hints, it also takes hints [N, S, S, 3] (see `Method`).

    Args:
      form: a key of FORMATS.

    Raises:
      ExportError: the method does not colorize or cannot be written in this format, or a library is not installed.
      FileExistsError: there is something at `path`.
    """
    path = pathlib.Path(path)
    if path.exists():
        raise FileExistsError(f"{path} is there already: remove it or choose another --output")
    if method.colorize is None:
        raise ExportError("this run tells titles apart and does not colorize")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".", dir=path.parent) as folder:
        temporary = pathlib.Path(folder) / path.name
        FORMATS[form](method, temporary, signature(method, image_size=image_size))
        os.replace(temporary, path)


def signature(method: Method, *, image_size: int) -> Signature:
    """The inputs of the exported function, by name."""
    inputs = {"lightness": tf.TensorSpec([None, image_size, image_size, 1], name="lightness")}
    if method.takes_label:
        inputs["label"] = tf.TensorSpec([None], tf.int32, name="label")
    if method.takes_hints:
        inputs["hints"] = tf.TensorSpec([None, image_size, image_size, 3], name="hints")
    return inputs


def _colorize(method: Method, inputs: Signature) -> Callable[..., dict[str, tf.Tensor]]:
    """`method.colorize` with positional arguments, in the order of `inputs`."""
    names = list(inputs)
    return lambda *tensors: {"ab": method.colorize(**dict(zip(names, tensors)))}


def _write_saved_model(method: Method, path: pathlib.Path, inputs: Signature) -> None:
    module = tf.Module()  # keras.export.ExportArchive would write every weight twice
    networks = (*method.networks.values(), *method.helpers.values())
    module.weights = [variable.value for network in networks for variable in network.variables]
    module.colorize = tf.function(_colorize(method, inputs), list(inputs.values()), autograph=False)
    tf.saved_model.save(module, str(path), signatures=module.colorize)


def _write_tflite(method: Method, path: pathlib.Path, inputs: Signature) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _write_saved_model(method, pathlib.Path(folder) / "saved_model", inputs)
        converter = tf.lite.TFLiteConverter.from_saved_model(f"{folder}/saved_model")
        path.write_bytes(converter.convert())


def _write_onnx(method: Method, path: pathlib.Path, inputs: Signature) -> None:
    try:
        import tf2onnx
    except ImportError as error:
        raise ExportError("ONNX needs tf2onnx: pip install 'webtoon_colorize[export]'") from error
    colorize = tf.function(_colorize(method, inputs), autograph=False)
    tf2onnx.convert.from_function(colorize, list(inputs.values()), opset=OPSET, output_path=str(path))


def write_small_onnx(method: Method, path: pathlib.Path, *, image_size: int) -> None:
    """Writes `method.colorize` for `runtimes.bundled`: ONNX with weights in half precision and without hints.

    The method takes no label. Raises ExportError if the extra `export` is not installed.
    """
    inputs = signature(method, image_size=image_size)
    inputs.pop("hints", None)  # pages spread them without the networks
    with files.atomic_path(path) as temporary:
        _write_onnx(method, temporary, inputs)
        _halve(temporary)


def _halve(path: pathlib.Path) -> None:
    """Stores the weights of an ONNX file in half precision; its runtime casts them once, when it loads them."""
    import onnx

    model, casts = onnx.load(path), []
    for weight in model.graph.initializer:
        if weight.data_type == onnx.TensorProto.FLOAT and math.prod(weight.dims) >= _LARGE:
            name, values = weight.name, onnx.numpy_helper.to_array(weight)
            weight.CopyFrom(onnx.numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
            casts.append(onnx.helper.make_node("Cast", [weight.name], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.save(model, path)


def _write_keras(method: Method, path: pathlib.Path, inputs: Signature) -> None:
    symbols = {name: keras.Input(spec.shape[1:], dtype=spec.dtype.name, name=name) for name, spec in inputs.items()}
    try:
        ab = method.colorize(**symbols)
    except ValueError as error:  # a function of TensorFlow does not take Keras's symbolic tensors
        raise ExportError("this method is not made of Keras's layers alone; saved_model has it") from error
    keras.Model(symbols, ab, name="colorize").save(path)


FORMATS: dict[str, Callable[[Method, pathlib.Path, Signature], None]] = {
    "keras": _write_keras,
    "saved_model": _write_saved_model,
    "onnx": _write_onnx,
    "tflite": _write_tflite,
}
