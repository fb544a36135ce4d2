"""Several devices, and several workers, against one."""

import json
import os
import pathlib
import socket
import subprocess
import sys
import time

import numpy as np
import pytest
import tensorflow as tf

from tests.test_data import assert_equal, collect, numbered
from tests.test_training import command, weights
from webtoon_colorize import data
from webtoon_colorize.training import devices

ROOT = pathlib.Path(__file__).parents[1]


def test_two_devices_train_what_one_does_with_the_same_batches():
    """All weights are compared, moving averages too: batch normalization has the statistics of the whole batch."""
    done = subprocess.run([sys.executable, "-m", "tests.two_devices"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    for network, moved in found["moved"].items():
        assert moved > 0.01 and found["difference"][network] < 1e-5 * moved
    (labels, terms), (of_two, terms_of_two) = found["one"], found["two"]
    assert [first + second for first, second in of_two] == [whole for [whole] in labels]
    assert terms_of_two == pytest.approx(terms, rel=1e-4)


def test_parts_of_batches_are_those_of_the_whole():
    order = {"batch_size": 4, "seed": 7, "epochs": 2}
    whole = collect(data.training_batches(numbered(12), **order))
    parts = [collect(data.training_batches(numbered(12), **order, part=(number, 2))) for number in (0, 1)]
    joined = [tf.nest.map_structure(lambda *each: np.concatenate(each), *pair) for pair in zip(*parts)]
    assert_equal(joined, whole)


def test_devices_that_cannot_share_a_batch_are_refused_with_a_sentence():
    with pytest.raises(ValueError, match="batch_size is 6 and must be a multiple of 4 on these devices"):
        devices.distribute(lambda part: None, batch_size=6, together=4)


def test_one_device_writes_and_agrees_with_itself():
    assert devices.choose_strategy() is tf.distribute.get_strategy() and devices.is_writer()
    assert devices.agree({"l2": 0.1}) == {"l2": 0.1}


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def start_workers(dataset, run_dir, logs):
    """Two processes that train a run together."""
    cluster = {"worker": [f"127.0.0.1:{port}" for port in free_ports(2)]}
    workers = []
    for index in range(2):
        config = json.dumps({"cluster": cluster, "task": {"type": "worker", "index": index}})
        with open(logs / f"{run_dir.name}_{index}.log", "ab") as log:
            workers.append(
                subprocess.Popen(
                    command(dataset, run_dir, experiment="l2", epochs=4),
                    env=os.environ | {"TF_CONFIG": config},
                    stdout=log,
                    stderr=log,
                )
            )
    return workers


def end_well(workers):
    assert [worker.wait(timeout=900) for worker in workers] == [0, 0]


@pytest.mark.slow
def test_two_workers_of_which_one_dies_end_with_the_weights_of_an_undisturbed_run(dataset, tmp_path):
    end_well(start_workers(dataset, tmp_path / "whole", tmp_path))
    first, second = start_workers(dataset, tmp_path / "killed", tmp_path)
    while not (tmp_path / "killed" / "last" / "checkpoint").exists():
        assert first.poll() is second.poll() is None, "one ended before it could be killed"
        time.sleep(0.01)
    second.kill()
    second.wait()
    assert first.wait(timeout=600) != 0
    said = (tmp_path / "killed_0.log").read_text()
    assert "another worker is gone" in said and "Traceback" not in said
    assert not (tmp_path / "killed" / "training.json").exists()
    end_well(start_workers(dataset, tmp_path / "killed", tmp_path))
    for kind in ("last", "best"):
        whole, again = (weights(tmp_path / name, kind) for name in ("whole", "killed"))
        assert whole.keys() == again.keys()
        for name in whole:
            np.testing.assert_array_equal(whole[name], again[name], err_msg=name)
