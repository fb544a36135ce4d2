"""Results for tests that need some."""

from experiments.results import Result, Run


def make_result(experiment, *seeds, training=None, **changes):
    """A result of three test images of two titles; `seeds` are the values (metric -> list) of one run each."""
    content = {
        "settings": {"image_size": 64},
        "runs": tuple(Run(number, values, training or {}) for number, values in enumerate(seeds)),
        "dataset": "drawn",
        "data": "same",
        "titles": ["a", "b", "c"],
        "paths": ["0.png", "1.png", "2.png"],
        "labels": [0, 2, 2],
        "tags": [[], [], []],
    }
    return Result(experiment, **content | changes)
