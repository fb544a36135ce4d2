"""illustration2vec (Saito and Matsui 2015, MIT license; the paper's [4]), from the Caffe weights of its release.

A caffemodel is a protocol buffer. Of Caffe's schema (caffe.proto) only the part that describes convolutions is declared
here.
"""

import os
from typing import Any

import keras
import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory

BLOCKS = ((1,), (2,), (4, 4), (8, 8))  # before each of the first four pools: widths in units of `filters`
MEANS = (181.13838569, 167.47864617, 164.76139251)  # of R, G, B on the scale 0..255; the release lists B first

# Message -> field -> number and type; "*" means repeated. `layers` is the field of files from before 2015.
_SCHEMA = {
    "BlobShape": {"dim": (1, "int64*")},
    "BlobProto": {
        "num": (1, "int32"),
        "channels": (2, "int32"),
        "height": (3, "int32"),
        "width": (4, "int32"),
        "data": (5, "float*"),
        "shape": (7, "BlobShape"),
    },
    "V1LayerParameter": {"name": (4, "string"), "blobs": (6, "BlobProto*")},
    "LayerParameter": {"name": (1, "string"), "blobs": (7, "BlobProto*")},
    "NetParameter": {"layers": (2, "V1LayerParameter*"), "layer": (100, "LayerParameter*")},
}


def illustration2vec_taps(path: str | os.PathLike | None, image_size: int, *, filters: int = 64) -> keras.Model:
    """RGB [B, S, S, 3] in [0, 1] -> illustration2vec's maps before each of its first four pools.

    These are conv1_1 [B, S, S, filters], conv2_1 [B, S / 2, S / 2, 2 * filters], conv3_2 [B, S / 4, S / 4, 4 * filters]
    and conv4_2 [B, S / 8, S / 8, 8 * filters], with the weights of the file. The released network takes BGR; here the
    input channels of the first kernel are reversed instead.

    Deviation: the size of pictures is free, because only convolutions are used. In the release it is 224 x 224.

    Args:
      path: `illust2vec_tag_ver200.caffemodel`, or a file in the same format. None: random weights.
      filters: the release's are 64.

    Raises:
      FileNotFoundError: there is no such file.
      ValueError: it is no caffemodel, or its network has other convolutions.
    """
    picture = keras.Input([image_size, image_size, 3])
    x = keras.layers.Rescaling(255.0, [-mean for mean in MEANS])(picture)
    taps, convolutions = [], []
    for number, block in enumerate(BLOCKS):
        x = keras.layers.MaxPooling2D()(x) if number else x
        for width in block:
            convolutions.append(keras.layers.Conv2D(width * filters, 3, padding="same", activation="relu"))
            x = convolutions[-1](x)
        taps.append(x)
    if path:
        _assign(convolutions, read_convolutions(path), path)
    return keras.Model(picture, taps, name="features")


def read_convolutions(path: str | os.PathLike) -> list[tuple[np.ndarray, np.ndarray]]:
    """Kernel [height, width, in, out] and bias [out] of each convolution of a caffemodel, in the order of the file.

    Raises:
      FileNotFoundError: there is no such file.
      ValueError: it is no caffemodel.
    """
    with open(path, "rb") as file:
        content = file.read()
    try:
        network = _net_parameter().FromString(content)
    except message.DecodeError as error:
        raise ValueError(f"{path} is no caffemodel: {error}") from error
    blobs = [layer.blobs for layer in (network.layer or network.layers) if len(layer.blobs) == 2]
    pairs = [(_array(kernel), _array(bias).ravel()) for kernel, bias in blobs]
    return [(np.transpose(kernel, [2, 3, 1, 0]), bias) for kernel, bias in pairs if _is_kernel(kernel)]  # from OIHW


def _assign(convolutions: list[keras.layers.Conv2D], weights: list, path: str | os.PathLike) -> None:
    for number, layer in enumerate(convolutions):
        kernel, bias = weights[number] if number < len(weights) else (np.zeros(0), np.zeros(0))
        if kernel.shape != layer.kernel.shape or bias.shape != layer.bias.shape:
            raise ValueError(
                f"{path} is not illustration2vec's: convolution {number + 1} (height, width, in, out) is "
                f"{kernel.shape}, expected {tuple(layer.kernel.shape)}"
            )
        layer.set_weights([kernel if number else kernel[:, :, ::-1], bias])


def _is_kernel(blob: np.ndarray) -> bool:
    """Whether the blob is the kernel of a convolution.

    That of a fully connected layer has two dimensions; old files put two dimensions of size 1 before them.
    """
    return blob.ndim == 4 and blob.shape[:2] != (1, 1)


def _array(blob) -> np.ndarray:
    shape = blob.shape.dim or (blob.num, blob.channels, blob.height, blob.width)
    return np.array(blob.data, np.float32).reshape(shape)


def _net_parameter() -> Any:
    """The class of the message NetParameter."""
    file = descriptor_pb2.FileDescriptorProto(name="caffe.proto", package="caffe")
    for name, fields in _SCHEMA.items():
        declared = file.message_type.add(name=name)
        for field, (number, kind) in fields.items():
            _declare(declared.field.add(name=field, number=number), kind)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("caffe.NetParameter"))


def _declare(field: descriptor_pb2.FieldDescriptorProto, kind: str) -> None:
    name, repeated = kind.rstrip("*"), kind.endswith("*")
    field.label = field.LABEL_REPEATED if repeated else field.LABEL_OPTIONAL
    if name in _SCHEMA:
        field.type, field.type_name = field.TYPE_MESSAGE, f".caffe.{name}"
        return
    field.type = getattr(field, f"TYPE_{name.upper()}")
    if repeated:
        field.options.packed = True
