"""The training step of all methods."""

from collections.abc import Callable

import keras
import tensorflow as tf

from webtoon_colorize import data
from webtoon_colorize.methods.method import Method

ADAM_BETA_1 = 0.5  # pix2pix
STEP_STREAM = 2  # of randomness; data.py has 0 and 1

TrainStep = Callable[[data.Batch, tf.Tensor], dict[str, tf.Tensor]]


def make_optimizers(method: Method, learning_rate: float) -> dict[str, keras.optimizers.Optimizer]:
    """An Adam for each network. With float16 it scales the loss, so that small gradients do not become 0."""
    optimizers = {name: keras.optimizers.Adam(learning_rate, ADAM_BETA_1) for name in method.networks}
    for name, optimizer in optimizers.items():
        network = method.networks[name]
        if network.compute_dtype == "float16":
            optimizers[name] = optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
        optimizer.build(network.trainable_variables)
    return optimizers


def terms_and_gradients(
    method: Method, optimizers: dict[str, keras.optimizers.Optimizer], batch: data.Batch, seed: tf.Tensor
) -> tuple[dict[str, dict[str, tf.Tensor]], dict[str, list[tf.Tensor]]]:
    """Network -> term -> mean over the batch, and network -> gradients of the sum of its terms, as it scales them."""
    with tf.GradientTape(persistent=True) as tape:
        terms = {
            name: {term: tf.nn.compute_average_loss(value) for term, value in own.items()}
            for name, own in method.losses(batch, seed).items()
        }
        totals = {name: optimizers[name].scale_loss(sum(own.values())) for name, own in terms.items()}
    networks = method.networks.items()
    return terms, {name: tape.gradient(totals[name], network.trainable_variables) for name, network in networks}


def make_train_step(
    method: Method, optimizers: dict[str, keras.optimizers.Optimizer], *, compiled: bool = False
) -> TrainStep:
    """A `tf.function` from (batch, seed int32 [2]) to "network/term" -> mean over the batch.

    A step is one forward pass, then for each network the gradient of the sum of its own terms with respect to its own
    weights, then all updates. A term or gradient that is not finite raises InvalidArgumentError, which names it; its
    network is not updated. XLA raises nothing, and an optimizer that scales float16 leaves out such a step by itself.

    Under a strategy with several replicas each has a part of the batch. Losses and gradients are means over the whole
    batch. Replicas draw different random numbers.

    Args:
      compiled: by XLA.

    Raises:
      ValueError: XLA is asked for on several devices.
    """
    strategy = tf.distribute.get_strategy()
    if compiled and strategy.num_replicas_in_sync > 1:
        raise ValueError("XLA compiles the step for one device, and here are several")

    scales = keras.optimizers.LossScaleOptimizer
    checked = [] if compiled else [name for name, optimizer in optimizers.items() if not isinstance(optimizer, scales)]
    check = tf.debugging.check_numerics

    def replica_step(batch, seed):
        if strategy.num_replicas_in_sync > 1:
            seed = tf.random.fold_in(seed, tf.distribute.get_replica_context().replica_id_in_sync_group)
        terms, gradients = terms_and_gradients(method, optimizers, batch, seed)
        finite = [check(value, f"loss/{name}/{term}") for name in checked for term, value in terms[name].items()]
        for name, optimizer in optimizers.items():
            with tf.control_dependencies(finite):
                sizes = [check(tf.linalg.global_norm(gradients[name]), f"gradient/{name}")] if name in checked else []
            with tf.control_dependencies(sizes):
                optimizer.apply(gradients[name], method.networks[name].trainable_variables)
        return {f"{name}/{term}": value for name, own in terms.items() for term, value in own.items()}

    @tf.function(autograph=False, jit_compile=compiled or None)
    def train_step(batch, seed):
        terms = strategy.run(replica_step, args=(batch, seed))
        return {name: strategy.reduce(tf.distribute.ReduceOp.SUM, value, axis=None) for name, value in terms.items()}

    return train_step
