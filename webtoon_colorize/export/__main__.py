"""Writes trained weights in a format that other programs load without this package.

Usage: python -m webtoon_colorize.export --format=FORMAT --output=FILE
Example: python -m webtoon_colorize.export --format=onnx --output=colorize.onnx

The result takes lightness [N, S, S, 1], L / 50 - 1, and gives ab [N, S, S, 2], (a / 110, b / 110), float32
(docs/export.md).
"""

import sys

from absl import flags

from webtoon_colorize import files, startup
from webtoon_colorize.pages import runtimes


def main(_: list[str]) -> int:
    startup.import_tensorflow()
    from webtoon_colorize import run
    from webtoon_colorize.export import formats

    values = flags.FLAGS
    run_dir = values.run_dir or runtimes.PRETRAINED
    try:
        settings, method = run.load_settings(run_dir), run.load_method(run_dir)
        formats.export(method, values.output, image_size=settings.image_size, form=values.format)
    except (ValueError, OSError) as error:
        print(f"Nothing was exported. {files.explained(error)}.", file=sys.stderr)
        return 2
    print(f"{values.output}: {', '.join(formats.signature(method, image_size=settings.image_size))} -> ab")
    return 0


if __name__ == "__main__":
    flags.DEFINE_string("run_dir", None, "Folder of a trained run; without it, the weights that come with the package.")
    flags.DEFINE_enum("format", None, ["keras", "saved_model", "onnx", "tflite"], "What to write.", required=True)
    flags.DEFINE_string("output", None, "File to write; for saved_model a folder.", required=True)
    startup.run(main, __doc__)
