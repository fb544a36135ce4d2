"""The networks of the row `references`: pix2pix's U-Net, opened where its decoder has a quarter of the picture's size.

One network guesses a colour for each place there, and tells how alike places of different panels are. The other, the
rest of the decoder, brings the chosen colours to the picture's size.
"""

import keras
import numpy as np
from keras import ops

from webtoon_colorize.networks import candidates, layers, unet
from webtoon_colorize.networks.efficientnet_lite import efficientnet_lite0

STRIDE = 4  # pixels per place
_EMBEDDING = 32
# Of what is compared besides the network's embedding: the lightness at three scales, and the height in the picture.
_SCALES = (6.0, 2.0, 2.0, 0.5)
_ENLARGED = 2  # times as large the classifier sees a panel, because it was trained on larger pictures
_HIDDEN = 0.5  # share of the channels of ImageNet's features that training hides


def places(image_size: int) -> int:
    """How many places a picture has."""
    return (image_size // STRIDE) ** 2


def color_generator(image_size: int, *, filters: int, imagenet: bool = False) -> keras.Model:
    """Lightness [B, S, S, 1] -> five tensors.

    The decoder's map [B, S/4, S/4, 4 filters], the encoder's outermost map [B, S/2, S/2, filters], and of each place
    its embedding [B, N, 36], the logits of the grid's colours [B, N, K], and the features [B, N, F] that the embedding
    was learned from.

    `imagenet`: the embedding also depends on the maps of a frozen layer called `efficientnet_lite0`, and the logits on
    them and not on the decoder's map. Its weights are random at first.
    """
    sizes = unet.widths(image_size, filters)
    lightness = keras.Input([image_size, image_size, 1])
    x, maps = unet.go_down(lightness, sizes, normalization=layers.batch_normalization)
    up = unet.go_up(x, maps, sizes, image_size=image_size, normalization=layers.batch_normalization, skips=True)
    x = next(decoded for stride, decoded in zip(unet.strides(image_size), up) if stride == STRIDE)
    comparing = guessing = keras.layers.ReLU()(x)
    if imagenet:
        # Without the decoder's map, which knows the panels that it was trained on by heart.
        guessing = _imagenet_features(lightness, 4 * filters)
        comparing = keras.layers.Concatenate()([comparing, guessing])
    embedding = keras.layers.Concatenate(dtype="float32")(
        [keras.layers.Dense(_EMBEDDING)(comparing), _compared(lightness)]
    )
    colors = len(candidates.grid())
    prior = keras.layers.Dense(colors)(guessing)
    # At first a grid's colour is as likely as a pixel at a squared distance of 4.
    unlike = keras.layers.Dense(1, bias_initializer=keras.initializers.Constant(np.log(colors) - 4.0))(comparing)
    logits = keras.layers.Activation("log_softmax", dtype="float32")(prior) + unlike
    flat = [
        keras.layers.Reshape([places(image_size), each.shape[-1]], dtype="float32")(each)
        for each in (embedding, logits, comparing)
    ]
    return keras.Model(lightness, [x, maps[0], *flat], name="color_generator")


def _imagenet_features(lightness, width: int):
    """What a frozen EfficientNet-Lite0 sees, brought together by two residual blocks: [B, S/4, S/4, width].

    Half of each map is hidden in training, because a few thousand panels are soon known by heart from all of it. The
    lightness around each place comes last: the maps are an eighth of the picture's size.
    """
    network = efficientnet_lite0(_ENLARGED * lightness.shape[1])
    network.trainable = False
    gray = keras.layers.Rescaling(0.5, 0.5)(lightness)  # lightness differs from a gray level by less than 0.04
    gray = keras.layers.UpSampling2D(_ENLARGED, interpolation="bilinear")(gray)
    _, _, finest, *coarser = network(gray)
    maps = [layers.conv(4 * finest.shape[-1])(finest)]
    maps += [keras.layers.UpSampling2D(2**n, interpolation="bilinear")(each) for n, each in enumerate(coarser)]
    hidden = [keras.layers.SpatialDropout2D(_HIDDEN)(layers.batch_normalization()(each)) for each in maps]
    x = layers.conv(width, kernel_size=1, strides=1)(keras.layers.Concatenate()(hidden))
    for _ in range(2):
        change = x
        for _ in range(2):
            change = keras.layers.ReLU()(layers.batch_normalization()(change))
            change = layers.conv(width, kernel_size=3, strides=1)(change)
        x = keras.layers.Add()([x, change])
    x = keras.layers.ReLU()(layers.batch_normalization()(x))
    x = keras.layers.UpSampling2D(2, interpolation="bilinear")(x)
    x = layers.conv(width, kernel_size=1, strides=1)(keras.layers.Concatenate()([x, _around(lightness)]))
    return keras.layers.ReLU()(layers.batch_normalization()(x))


def _compared(lightness):
    """[B, S/4, S/4, 4]."""
    scaled = _around(lightness) * np.array(_SCALES, np.float32)
    return keras.layers.Dense(len(_SCALES), use_bias=False, kernel_initializer=keras.initializers.Identity())(scaled)


def _around(lightness):
    """Of each place the lightness at three scales and the height in the picture, [B, S/4, S/4, 4]."""
    fine = keras.layers.AveragePooling2D(STRIDE)(lightness)
    coarse = [
        keras.layers.UpSampling2D(2**n, interpolation="bilinear")(keras.layers.AveragePooling2D(2**n)(fine))
        for n in (1, 2)
    ]
    # NumPy's, for a tensor made here would not be part of a graph that is exported.
    rows = np.linspace(-1.0, 1.0, fine.shape[1], dtype=np.float32)
    height = ops.ones_like(fine) * rows[:, None, None]
    return keras.layers.Concatenate()([fine, *coarse, height])


def applier(image_size: int, *, filters: int) -> keras.Model:
    """The first two tensors of `color_generator` and the ab of each place [B, S/4, S/4, 2] -> ab [B, S, S, 2].

    The output is what to add to the ab of the places, enlarged. Transposed convolutions would leave a pattern in even
    areas, so interpolation enlarges the maps (Odena, Dumoulin and Olah, Distill 2016, doi 10.23915/distill.00003).
    """
    coarse, fine = image_size // STRIDE, image_size // 2
    x, outermost = keras.Input([coarse, coarse, 4 * filters]), keras.Input([fine, fine, filters])
    ab = keras.Input([coarse, coarse, 2])
    enlarge = keras.layers.UpSampling2D(2, interpolation="bilinear")
    # The means of neighbours have none of the pattern that the decoder's transposed convolutions leave in its map.
    smooth = keras.layers.AveragePooling2D(2, strides=1, padding="same")(keras.layers.ReLU()(x))
    joined = enlarge(keras.layers.Concatenate()([smooth, ab]))
    joined = layers.batch_normalization()(layers.conv(filters, kernel_size=3, strides=1)(joined))
    joined = keras.layers.Concatenate()([*map(keras.layers.ReLU(), (joined, outermost)), enlarge(ab)])
    joined = layers.conv(2, kernel_size=3, strides=1, use_bias=True)(enlarge(joined))
    outputs = keras.layers.Activation("tanh", dtype="float32")(joined)
    return keras.Model([x, outermost, ab], outputs, name="applier")
