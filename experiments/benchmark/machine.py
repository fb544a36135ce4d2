"""The machine's own rate, and the work of a graph."""

import os
import platform
import resource
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from experiments.benchmark import timing

_SIDE = 1024  # of the matrices
_MEMORY_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes, of what the system says a process has had


def finish(values: Any) -> None:
    """Waits until tensors are computed."""
    tf.nest.map_structure(lambda value: value.numpy() if value is not None else None, values)


def matmul_gflops(budget_s: float) -> float:
    """10^9 multiplications and additions a second in float32 products of 1024 x 1024 matrices."""
    product = tf.function(tf.matmul, autograph=False)
    one = tf.constant(np.random.default_rng(0).normal(size=(_SIDE, _SIDE)), tf.float32)
    return 2 * _SIDE**3 / timing.seconds(lambda: finish(product(one, one)), budget_s=budget_s) / 1e9


def multiply_adds(graph: Any) -> int:
    """Of all convolutions, their gradients, and matrix products of a function's graph; both together are one.

    A kernel [kh, kw, in, out] is used once per place of the smaller map, in each of the three passes. Raises ValueError
    if a shape is not known.
    """
    return sum(_OPERATIONS[op.type](op) for op in _needed(graph) if op.type in _OPERATIONS)


def _needed(graph: Any) -> set[tf.Operation]:
    """The operations that run: what leads to no output, such as the gradient of a picture, does not."""
    found: set[tf.Operation] = set()
    waiting = [*(output.op for output in graph.outputs), *graph.control_outputs]
    while waiting:
        op = waiting.pop()
        if op not in found:
            found.add(op)
            waiting += [each.op for each in op.inputs] + list(op.control_inputs)
    return found


def _product(shape: tf.TensorShape) -> int:
    if not shape.is_fully_defined():
        raise ValueError(f"the shape {shape} is not known, so its work cannot be counted")
    return int(np.prod(shape.as_list()))


def _convolution(places: tf.Tensor, kernel: tf.TensorShape) -> int:
    return _product(places.shape[:3]) * _product(kernel)


def _matrix_product(op: tf.Operation) -> int:
    shared = op.inputs[0].shape[-2 if op.get_attr("transpose_a" if op.type == "MatMul" else "adj_x") else -1]
    return _product(op.outputs[0].shape) * shared


_OPERATIONS: dict[str, Callable[[tf.Operation], int]] = {
    "Conv2D": lambda op: _convolution(op.outputs[0], op.inputs[1].shape),
    "Conv2DBackpropInput": lambda op: _convolution(op.inputs[2], op.inputs[1].shape),
    "Conv2DBackpropFilter": lambda op: _convolution(op.inputs[2], op.outputs[0].shape),
    "MatMul": _matrix_product,
    "BatchMatMulV2": _matrix_product,
}


def peak_memory_gb() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MEMORY_UNIT / 1e9


def describe() -> dict[str, Any]:
    """The processor, how many cores and threads are used, how busy they are, and the version of TensorFlow."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": timing.threads(),
        "load": round(os.getloadavg()[0], 1),  # processes that want to run, a mean over the last minute
        "tensorflow": tf.__version__,
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "")
    except OSError:
        return platform.processor()
