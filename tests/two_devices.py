"""Trains `adversarial` on one and on two logical CPU devices; a program, for devices are fixed when TensorFlow starts.

Prints for each network how far its weights are from those of one device and how far they came, and for both trainings
the panels of each device's part of each batch and the last losses.
"""

import json

import keras
import numpy as np
import tensorflow as tf

from webtoon_colorize import data
from webtoon_colorize.methods import adversarial
from webtoon_colorize.methods.method import Size
from webtoon_colorize.training import devices, steps

BATCH, STEPS, SIZE = 8, 6, 32
RATES = {"generator": 1e-6, "discriminator": 0.1}  # the generator's L2 has a weight of 131,072


def panels():
    rgb = np.random.default_rng(0).integers(0, 256, (32, SIZE, SIZE, 3), np.uint8)
    return data.Panels(rgb, np.arange(32, dtype=np.int32), [f"panels/{number}.png" for number in range(32)])


def weights(method):
    return {name: [weight.numpy() for weight in network.weights] for name, network in method.networks.items()}


def distance(one, other):
    return {
        name: max(float(np.abs(first - second).max()) for first, second in zip(one[name], other[name], strict=True))
        for name in one
    }


def train(strategy):
    """The weights before and after, the labels of each device's part of each batch, and the last losses.

    Plain descent: the steps of Adam depend on the sign of gradients that are 0 but for rounding.
    """
    with strategy.scope():
        keras.utils.set_random_seed(0)
        method = adversarial.build(Size(SIZE, 4, 2))
        optimizers = {name: keras.optimizers.SGD(RATES[name]) for name in method.networks}
        for name, optimizer in optimizers.items():
            optimizer.build(method.networks[name].trainable_variables)
        step, before = steps.make_train_step(method, optimizers), weights(method)
        batches = devices.distribute(
            lambda part: data.training_batches(panels(), batch_size=BATCH, seed=0, epochs=2, part=part),
            batch_size=BATCH,
            together=1,
        )
        labels = []
        for number, batch in zip(range(STEPS), batches):
            labels.append([each.numpy().tolist() for each in strategy.experimental_local_results(batch.label)])
            terms = step(batch, tf.constant([0, number]))
        return before, weights(method), labels, {name: float(value) for name, value in terms.items()}


def main():
    [cpu] = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    strategies = tf.distribute.get_strategy(), tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    one, two = map(train, strategies)
    assert not any(distance(one[0], two[0]).values()), "they begin with other weights"
    found = {"difference": distance(one[1], two[1]), "moved": distance(one[0], one[1])}
    print(json.dumps(found | {"one": one[2:], "two": two[2:]}))


if __name__ == "__main__":
    main()
