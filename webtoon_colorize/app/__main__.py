"""A gray page in the browser, coloured, with a person's dots of colour: webtoon-colorize-app

Pages stay in this program's memory, one per browser tab, until it ends; nothing else is read or written.
"""

import sys

from absl import app, flags

from webtoon_colorize import startup


def main(arguments: list[str]) -> int:
    startup.import_tensorflow()
    del arguments
    try:
        from webtoon_colorize.app import editor
        from webtoon_colorize.colorizer import Colorizer

        colorizer = Colorizer.load(flags.FLAGS.run_dir)
        colorizer.check_options(title=flags.FLAGS.label, hints=True)
        editor.serve(
            colorizer, label=flags.FLAGS.label, host=flags.FLAGS.host, port=flags.FLAGS.port, show=flags.FLAGS.open
        )
    except ModuleNotFoundError:
        print("The app needs NiceGUI: pip install 'webtoon_colorize[app]'", file=sys.stderr)
        return 2
    except (ValueError, OSError) as error:
        print(f"{error}.", file=sys.stderr)
        return 2
    return 0


def run() -> None:
    flags.DEFINE_string("run_dir", None, "Folder of a trained run; without it, the weights that come with the package.")
    flags.DEFINE_string("label", None, "The comic's title, for runs that are given it.")
    flags.DEFINE_string("host", "127.0.0.1", "Address to serve on.")
    flags.DEFINE_integer("port", 8080, "Port to serve on.")
    flags.DEFINE_bool("open", True, "Open it in the browser.")
    app.run(main)


if __name__ == "__main__":
    run()
