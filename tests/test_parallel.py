"""Several rows at once: their order, what is left when one fails, and Ctrl-C."""

import signal
import subprocess
import sys
import time

import pytest

from experiments import parallel, results


def script(text):
    return lambda row: [sys.executable, "-c", f"import os, pathlib, sys, time; row = {row!r}\n{text}"]


def run(rows, text, tmp_path, *, at_once=2, epochs=10):
    how = {"at_once": at_once, "runs_dir": str(tmp_path), "epochs": dict.fromkeys(rows, epochs)}
    return parallel.run_rows(rows, script(text), **how)


def test_a_row_waits_for_what_it_requires_and_others_pass_it(tmp_path):
    """vgg16_gray takes longest; vgg_features needs it, l2 does not."""
    text = "time.sleep(2 if row == 'vgg16_gray' else 0.1)"
    ended = list(run(["vgg16_gray", "vgg_features", "l2"], text, tmp_path))
    assert ended == [("l2", 0), ("vgg16_gray", 0), ("vgg_features", 0)]


def test_no_more_run_at_once_than_was_said_and_all_share_the_processor(tmp_path, monkeypatch):
    monkeypatch.setattr(parallel, "_cores", lambda: 7)
    monkeypatch.delenv("TF_NUM_INTRAOP_THREADS", raising=False)
    text = f"""
folder = pathlib.Path({str(tmp_path)!r})
(folder / f"now_{{row}}").touch()
print(len(list(folder.glob("now_*"))), os.environ["TF_NUM_INTRAOP_THREADS"], flush=True)
time.sleep(1)
(folder / f"now_{{row}}").unlink()
"""
    rows = ["l2", "no_skips", "tandem", "sketch"]
    assert sorted(run(rows, text, tmp_path, at_once=3)) == sorted((row, 0) for row in rows)
    said = [(tmp_path / row / parallel.LOG).read_text().split() for row in rows]
    assert max(int(running) for running, _ in said) in (2, 3) and {threads for _, threads in said} == {"2"}


def test_a_row_that_fails_says_why_and_the_others_go_on(tmp_path):
    text = "sys.exit('error: the disk is full.' if row == 'l2' else 0)"
    assert sorted(run(["l2", "no_skips"], text, tmp_path)) == [("l2", 1), ("no_skips", 0)]
    log = tmp_path / "l2" / parallel.LOG
    assert parallel.last_error("l2", str(tmp_path)) == f"the disk is full. ({log} has more)"
    log.write_text("killed by the system\n")
    assert parallel.last_error("l2", str(tmp_path)) == f"it ended early ({log} has more)"


def test_leaving_early_ends_what_runs_in_order(tmp_path):
    text = """
import signal
def end(*_): print("saved", flush=True); sys.exit()
signal.signal(signal.SIGTERM, end)
time.sleep(0 if row == "l2" else 60)
"""
    running = run(["l2", "no_skips"], text, tmp_path)
    time.sleep(0.1)
    assert next(running)[0] == "l2"
    running.close()
    assert (tmp_path / "no_skips" / parallel.LOG).read_text() == "saved\n"


def test_epochs_are_counted_from_the_curves_of_all_seeds(tmp_path):
    for seed, epochs in enumerate((3, 0)):
        (tmp_path / f"l2/seed_{seed}").mkdir(parents=True)
        (tmp_path / f"l2/seed_{seed}/validation.csv").write_text("l2\n" + "1.0\n" * epochs)
    assert parallel._epochs("l2", False, str(tmp_path), 10) == 3
    assert parallel._epochs("l2", True, str(tmp_path), 10) == 10
    assert parallel._epochs("tandem", False, str(tmp_path), 10) == 0


@pytest.mark.slow
def test_the_table_of_two_rows_at_once_and_what_ctrl_c_leaves(dataset, tmp_path):
    folders = [f"--data_dir={dataset}", f"--runs_dir={tmp_path}/runs", f"--results_dir={tmp_path}/results"]
    command = [
        sys.executable,
        "-m",
        "experiments.reproduce",
        *folders,
        "--epochs=15",
        "--rows=l2 residual_encoder_pretrained no_skips",
    ]
    first = subprocess.Popen([*command, "--at_once=2"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    curves = tmp_path / "runs/l2/seed_0/validation.csv"
    while not curves.exists() and first.poll() is None:
        time.sleep(0.2)
    first.send_signal(signal.SIGINT)
    _, said = first.communicate()
    assert first.returncode == 130, said
    assert "Interrupted: what is trained is saved." in said
    assert "Interrupted" in (tmp_path / "runs/l2" / parallel.LOG).read_text()
    assert results.read(tmp_path / "results", "l2") is None
    done = subprocess.run([*command, "--at_once=2"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "residual_encoder_pretrained stays a dash: pretrained weights are missing" in done.stdout
    for row in ("l2", "no_skips"):
        assert results.read(tmp_path / "results", row).settings["epochs"] == 15
