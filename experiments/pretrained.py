"""Puts the best weights of a run into a folder that can be given away: settings.json and half-precision weights.npz."""

import json
import pathlib

from absl import app, flags

from webtoon_colorize import files, packed, run


def pack(run_dir: str, output_dir: str) -> pathlib.Path:
    """Writes a run folder that has packed weights in the place of checkpoints; returns the file of weights.

    Raises:
      FileNotFoundError: `run_dir` is no run folder or has no checkpoint yet.
    """
    method = run.load_method(run_dir)
    settings = json.loads((pathlib.Path(run_dir) / "settings.json").read_text(encoding="utf-8"))
    with files.atomic_path(pathlib.Path(output_dir) / "settings.json") as path:
        path.write_text(json.dumps(settings, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    packed.write(output_dir, method)
    return pathlib.Path(output_dir) / packed.WEIGHTS


def main(_) -> None:
    try:
        path = pack(FLAGS.run_dir, FLAGS.output_dir)
    except (ValueError, FileNotFoundError) as error:
        raise SystemExit(f"error: {error}") from error
    print(f"{path}: {path.stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_string("run_dir", None, "Run whose best weights to take.", required=True)
    flags.DEFINE_string("output_dir", None, "Gets settings.json and weights.npz.", required=True)
    app.run(main)
