"""The devices that share a run: one, the GPUs of a machine, or those of several machines.

Everything that belongs to a run happens within the scope of its strategy. All devices have the same weights. Each gets
a part of every batch, and gradients are summed over them (`tf.distribute`). Batch normalization takes the statistics
of the whole batch (`networks.layers`). So several devices train what one would, but for rounding and for what rows draw
at random.
"""

import contextlib
import itertools
import os
from collections.abc import Callable, Iterator

import tensorflow as tf

from webtoon_colorize.training.steps import TrainStep

WORKER_IS_GONE = (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError, tf.errors.InternalError)
_PROFILED = range(10, 20)  # steps after the start; the first ones are slow


def choose_strategy() -> tf.distribute.Strategy:
    """The workers that TF_CONFIG names, or else the GPUs of this machine, or else its CPU.

    It waits for all workers. A GPU's batches are sent to it ahead of time.
    """
    if "TF_CONFIG" in os.environ:
        return tf.distribute.MultiWorkerMirroredStrategy()
    return tf.distribute.MirroredStrategy() if tf.config.list_logical_devices("GPU") else tf.distribute.get_strategy()


def is_writer() -> bool:
    """Whether this process writes the files of the run: the first worker, or the only one."""
    return tf.distribute.get_strategy().extended.should_checkpoint


def distribute(make_batches: Callable[[tuple[int, int]], tf.data.Dataset], *, batch_size: int, together: int):
    """Batches whose parts lie on the devices.

    Args:
      make_batches: from (worker, workers) to the batches of a `data.training_batches` that has this `part`.
      batch_size: of all devices together.
      together: panels that must not be parted.

    Raises:
      ValueError: the devices cannot share a batch.
    """
    strategy = tf.distribute.get_strategy()
    replicas = strategy.num_replicas_in_sync
    if batch_size % (replicas * together):
        raise ValueError(f"batch_size is {batch_size} and must be a multiple of {replicas * together} on these devices")

    def of_worker(context):
        batches = make_batches((context.input_pipeline_id, context.num_input_pipelines))
        return batches if replicas == 1 else batches.rebatch(batch_size // replicas, drop_remainder=True)

    return strategy.distribute_datasets_from_function(of_worker)


def agree(values: dict[str, float]) -> dict[str, float]:
    """The means over all workers. A last bit may differ between them, and then one would stop earlier than the rest."""
    strategy = tf.distribute.get_strategy()
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return values

    @tf.function(autograph=False)
    def mean(own):
        return strategy.reduce(tf.distribute.ReduceOp.MEAN, strategy.run(tf.identity, args=(own,)), axis=None)

    return dict(zip(values, mean(tf.constant([*values.values()])).numpy().tolist()))


@contextlib.contextmanager
def profiled(step: TrainStep, folder: str) -> Iterator[TrainStep]:
    """`step`, of which TensorBoard will show a trace of ten calls. It is written to `folder` at the end of the block.

    With fewer calls than these there is none.
    """
    calls = itertools.count()

    def traced(batch, seed):
        call = next(calls)
        if call == _PROFILED.start:
            tf.profiler.experimental.start(folder)
        values = step(batch, seed)
        if call == _PROFILED.stop - 1:
            tf.nest.map_structure(lambda value: value.numpy(), values)  # waits for the device
            tf.profiler.experimental.stop()
        return values

    yield traced
    if next(calls) in _PROFILED[1:]:
        tf.profiler.experimental.stop()
