"""Reads the architecture of a Keras model: its feature maps from input to output, and its skip connections."""

from typing import NamedTuple

import keras


class Stage(NamedTuple):
    """A model's input, or the output of one of its convolutions."""

    name: str  # of the layer
    size: int  # pixels, width and height
    channels: int
    grows: bool  # output of a transposed convolution, in the decoder


class Network(NamedTuple):
    """The stages in the order in which they are computed."""

    stages: list[Stage]
    skips: list[tuple[int, int]]  # (from stage, to stage) that are concatenated


def read(model: keras.Model) -> Network:
    """The stages and skips of a functional model with one input and square maps."""
    layers = [
        layer
        for layer in model.layers
        if isinstance(layer, (keras.layers.InputLayer, keras.layers.Conv2D, keras.layers.Conv2DTranspose))
    ]
    position = {layer.name: index for index, layer in enumerate(layers)}
    joins = [layer for layer in model.layers if isinstance(layer, keras.layers.Concatenate)]
    skips = [tuple(sorted(position[_origin(each, position)] for each in join.input)) for join in joins]
    return Network([_stage(layer) for layer in layers], skips)


def _stage(layer: keras.layers.Layer) -> Stage:
    _, size, _, channels = layer.output.shape
    return Stage(layer.name, size, channels, isinstance(layer, keras.layers.Conv2DTranspose))


def _origin(tensor: keras.KerasTensor, position: dict[str, int]) -> str:
    """The name of the stage that `tensor` comes from, through layers other than convolutions."""
    layer = tensor._keras_history.operation
    return layer.name if layer.name in position else _origin(layer.input, position)
