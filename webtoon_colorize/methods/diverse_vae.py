"""Several colorizations per image: the paper's [9] (section IV.A, figure 5).

A variational auto-encoder learns codes of an image's colours, given its lightness. A mixture density network predicts
from features of the gray image which codes fit it. The means of its components decode to different colorizations.
Source: Deshpande et al., "Learning Diverse Image Colorization", arXiv 1612.01958.

Deviation: the KL term has its final weight from the start. In theirs the weight rises over the epochs.
Reading: their weight 1e-2 multiplies a sum over a batch of 32, while all other terms are means over it. Per image that
is 0.32. With 1e-2 per image the codes hold more than gray features can predict, and the first colorization is worse
than gray (validation L2 at the quick scale after 10 epochs: 3528; gray: 3358; with 0.32: 3220). Their colour weights
are not normalized and ours are, so the balance of the terms is not exactly theirs with either weight.
Deviation: both networks are trained together, and the mixture density network learns the codes of the encoder at the
same step. Theirs is trained after the auto-encoder.
Deviation: Adam has the learning rate of all rows. Their released 1e-6 and 1e-5 hardly change the networks.
Reading: their gray features come from another colorizer, ours from the title classifier of gray panels. We take
conv4_3, which has 512 channels and, at 224 px, 28x28 positions, as theirs do.
"""

import math

import tensorflow as tf

from webtoon_colorize import color, losses
from webtoon_colorize.methods.method import Method, Size
from webtoon_colorize.networks import diverse
from webtoon_colorize.networks.classifiers import taps, vgg16

HELPER = "vgg16_gray"
FIELD_STRIDE = 4  # the field of ab is 64x64 at 256 px
COMPONENTS = 8

_TAP = "block4_conv3"
_SIGMA = 0.1  # standard deviation of the mixture's components
_KL_WEIGHT = 32 * 1e-2
_GRADIENT_WEIGHT = 1e-3


def build(size: Size, *, as_released: bool = False) -> Method:
    """The auto-encoder of ab given the lightness, and the mixture density network of codes z given gray features.

    `as_released` follows the authors' code in two places: the last BatchNorm begins with a scale of 1, and the squared
    distance of a code from a component is divided by 2 sigma, not by 2 sigma squared. Deviation: their learning rate of
    1e-6 leaves the scale near 1; ours lets it fall.

    The auto-encoder works on a field of a quarter of the image's width and height, and its ab is enlarged bilinearly.
    """
    classifier = vgg16(size.image_size, size.num_titles, filters=size.filters)
    classifier.trainable = False
    features = taps(classifier.get_layer("vgg16_features"), [_TAP])
    encoder = diverse.ab_encoder(size.image_size // FIELD_STRIDE, filters=size.filters)
    decoder = diverse.decoder(size.image_size // FIELD_STRIDE, filters=size.filters, gamma=1.0 if as_released else 0.1)
    sigma = math.sqrt(_SIGMA) if as_released else _SIGMA
    vae = diverse.vae(encoder, decoder)
    mdn = diverse.mixture_density_network(features.outputs[0].shape[1:], filters=size.filters, components=COMPONENTS)

    def mixture(lightness, *, training):
        return mdn(features(color.gray_rgb(lightness), training=False), training=training)

    def terms(batch, seed):
        lightness, ab = _to_field(batch.lightness), _to_field(batch.ab)
        noise = tf.random.stateless_normal([tf.shape(ab)[0], diverse.code_size(size.filters)], seed)
        decoded, mean, log_variance = vae([ab, lightness, noise], training=True)
        code, _ = encoder(ab, training=False)
        logits, means = mixture(batch.lightness, training=True)
        return {
            "vae": _decoded_terms(decoded, ab) | {"kl": _KL_WEIGHT * losses.kl_divergence(mean, log_variance)},
            "mdn": {"mixture": losses.mixture_density(logits, means, code, sigma=sigma)},
        }

    def decode(lightness, z):
        field = decoder([_to_field(lightness), z], training=False)
        return tf.image.resize(field, [size.image_size, size.image_size])

    def most_probable(lightness, count):
        """The means of the `count` most probable components, [B, count, code_size]."""
        logits, means = mixture(lightness, training=False)
        return tf.gather(means, tf.math.top_k(logits, count).indices, batch_dims=1)

    def colorize(lightness, label=None, hints=None):
        del label, hints
        return decode(lightness, most_probable(lightness, 1)[:, 0])

    def variants(lightness, label=None):
        del label
        return [decode(lightness, z) for z in tf.unstack(most_probable(lightness, COMPONENTS), axis=1)]

    return Method({"vae": vae, "mdn": mdn}, terms, colorize, helpers={HELPER: classifier}, variants=variants)


def _decoded_terms(decoded: tf.Tensor, ab: tf.Tensor) -> dict[str, tf.Tensor]:
    return {
        "l2": losses.rare_color_norm(decoded, ab),
        "gradient": _GRADIENT_WEIGHT * losses.gradient_norm(decoded, ab),
    }


def _to_field(x: tf.Tensor) -> tf.Tensor:
    """[B, H, W, C] -> [B, H / 4, W / 4, C], the means of 4x4 pixels."""
    return tf.nn.avg_pool2d(x, FIELD_STRIDE, FIELD_STRIDE, "VALID")
