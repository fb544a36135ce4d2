"""The time of a call. It imports nothing of the package, whose import is that of TensorFlow."""

import os
import time
from collections.abc import Callable
from typing import Any

_WARM_UP = 2  # calls that do not count
_FEWEST = 3  # calls that do


def seconds(call: Callable[[], Any], *, budget_s: float) -> float:
    """The duration of the fastest of at least three calls, and of as many as `budget_s` allows.

    Other work on the machine makes calls slower and none faster.
    """
    for _ in range(_WARM_UP):
        call()
    times: list[float] = []
    while len(times) < _FEWEST or sum(times) < budget_s:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def threads() -> int:
    """That an operation may use: all, or as many as TF_NUM_INTRAOP_THREADS says."""
    return int(os.environ.get("TF_NUM_INTRAOP_THREADS", "0")) or os.cpu_count() or 1
