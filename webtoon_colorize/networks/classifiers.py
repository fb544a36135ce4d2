"""The networks that tell titles apart (section IV.B): RGB [B, S, S, 3] in [0, 1] -> logits [B, num_titles]."""

from collections.abc import Sequence

import keras
import tensorflow as tf

# Per block: width in units of `filters`, convolutions (arXiv 1409.1556, table 1, configuration D).
_VGG16 = ((1, 2), (2, 2), (4, 3), (8, 3), (8, 3))


def vgg16_features(image_size: int, *, filters: int = 64) -> keras.Model:
    """VGG16's convolutions, [B, S, S, 3] -> [B, S / 32, S / 32, 8 * filters].

    With 64 filters they are those of `keras.applications.VGG16(include_top=False)`, with the same layer names, and
    take its weights.
    """
    x = inputs = keras.Input([image_size, image_size, 3])
    for block, (width, convolutions) in enumerate(_VGG16, start=1):
        for number in range(1, convolutions + 1):
            x = keras.layers.Conv2D(
                width * filters,
                3,
                padding="same",
                activation="relu",
                kernel_initializer="he_normal",
                name=f"block{block}_conv{number}",
            )(x)
        x = keras.layers.MaxPooling2D(name=f"block{block}_pool")(x)
    return keras.Model(inputs, x, name="vgg16_features")


def _rescaling() -> keras.layers.Layer:
    """[0, 1] -> [-1, 1]."""
    return keras.layers.Rescaling(2.0, -1.0)


def taps(
    convolutions: keras.Model, names: Sequence[str], *, rescaling: keras.layers.Layer | None = None
) -> keras.Model:
    """RGB [B, S, S, 3] in [0, 1] -> the outputs of the layers `names` of `convolutions`.

    The model returns a list, or one tensor for a single name.

    Args:
      convolutions: a `vgg16_features`; its weights are shared with the taps.
      rescaling: from [0, 1] to the range of the convolutions, by default [-1, 1].
    """
    outputs = keras.Model(convolutions.input, [convolutions.get_layer(name).output for name in names])
    picture = keras.Input(convolutions.input_shape[1:])
    return keras.Model(picture, outputs((rescaling or _rescaling())(picture)), name="features")


def vgg16(image_size: int, num_titles: int, *, filters: int, name: str = "vgg16") -> keras.Model:
    """VGG16 with all widths in proportion to `filters`; the fully connected layers are 64 * filters wide."""
    inputs = keras.Input([image_size, image_size, 3])
    x = vgg16_features(image_size, filters=filters)(_rescaling()(inputs))
    x = keras.layers.Flatten()(x)
    for _ in range(2):
        x = keras.layers.Dense(64 * filters, activation="relu", kernel_initializer="he_normal")(x)
        x = keras.layers.Dropout(0.5)(x)
    return keras.Model(inputs, keras.layers.Dense(num_titles, dtype="float32")(x), name=name)


def resnet50(image_size: int, num_titles: int, *, filters: int, name: str = "resnet50") -> keras.Model:
    """ResNet-50 (arXiv 1512.03385) with all widths in proportion to `filters`; with 64 it is Keras's own.

    Deviation: the momentum of its BatchNorms is 0.9, as in all other networks here. With Keras's 0.99 the moving
    averages of 50 layers still hold their initial values after a short training, and inference is far from training.
    """
    inputs = keras.Input([image_size, image_size, 3])
    full = keras.applications.ResNet50(
        weights=None, input_shape=(image_size, image_size, 3), classes=num_titles, classifier_activation=None
    )

    def narrowed(layer):
        config = layer.get_config()
        if isinstance(layer, keras.layers.Conv2D):
            config["filters"] = config["filters"] * filters // 64
        if isinstance(layer, keras.layers.BatchNormalization):
            config |= {"momentum": 0.9, "synchronized": tf.distribute.get_strategy().num_replicas_in_sync > 1}
        if isinstance(layer, keras.layers.Dense):
            config["dtype"] = "float32"  # logits, under any precision policy
        return type(layer).from_config(config)

    network = keras.models.clone_model(full, clone_function=narrowed)
    return keras.Model(inputs, network(_rescaling()(inputs)), name=name)
