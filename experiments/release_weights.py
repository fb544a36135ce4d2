"""Writes the best weights of a finished run, in half precision, with its settings and summary, for a release.

A run that colours without a title, and not from lines, also gets a file for ONNX Runtime, which needs no TensorFlow.

Usage: python -m experiments.release_weights --run_dir=RUN --output_dir=OUT
Example: python -m experiments.release_weights --run_dir=runs/mine/l2/seed_0 --output_dir=release
"""

import pathlib
import shutil

from absl import flags

from webtoon_colorize import checkpoints, files, run, startup
from webtoon_colorize.export import formats
from webtoon_colorize.methods.method import Method
from webtoon_colorize.pages import runtimes


def pack(run_dir: str, output_dir: str) -> pathlib.Path:
    """Writes a run folder with packed weights instead of checkpoints; returns the file of the weights.

    Raises:
      FileNotFoundError: `run_dir` is no run folder, or its run is not finished.
      ValueError: its files are damaged or of another version.
      ExportError: the extra `export` is not installed; nothing is written.
    """
    method = run.load_method(run_dir)
    if not (pathlib.Path(run_dir) / run.FINISHED).exists():
        raise FileNotFoundError(f"{run_dir} is not finished; train it first")
    _write_onnx(method, pathlib.Path(output_dir) / runtimes.ONNX, run.load_settings(run_dir).image_size)
    for name in (run.SETTINGS, run.FINISHED):
        with files.atomic_path(pathlib.Path(output_dir) / name) as path:
            shutil.copyfile(pathlib.Path(run_dir) / name, path)
    checkpoints.write_packed(output_dir, method)
    return pathlib.Path(output_dir) / checkpoints.WEIGHTS


def _write_onnx(method: Method, path: pathlib.Path, image_size: int) -> None:
    """Writes the file for ONNX Runtime, or removes one of other weights if the method can have none."""
    if method.colorize and not method.takes_label and not method.from_lines:
        formats.write_small_onnx(method, path, image_size=image_size)
    else:
        path.unlink(missing_ok=True)


def main(_) -> None:
    try:
        path = pack(FLAGS.run_dir, FLAGS.output_dir)
    except (ValueError, FileNotFoundError) as error:
        raise startup.failure(error) from error
    print(f"{path}: {path.stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_string("run_dir", None, "Finished run whose best weights to take.", required=True)
    flags.DEFINE_string(
        "output_dir", None, "Gets settings.json, training.json, weights.npz and perhaps colorize.onnx.", required=True
    )
    startup.run(main, __doc__)
