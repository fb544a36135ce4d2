"""Opens a gray page in the browser, coloured, and takes a person's dots of colour.

Usage: webtoon-colorize-app
Example: webtoon-colorize-app --port=9000 --noopen

Pages stay in this program's memory, one per browser tab, until it ends; nothing else is read or written.
"""

import sys

from absl import flags

from webtoon_colorize import startup


def main(_: list[str]) -> int:
    startup.import_tensorflow()
    values = flags.FLAGS
    try:
        from webtoon_colorize.app import editor
        from webtoon_colorize.colorizer import Colorizer

        colorizer = Colorizer.load(values.run_dir)
        colorizer.check_options(title=values.title, hints=True)
        editor.serve(colorizer, title=values.title, host=values.host, port=values.port, show=values.open)
    except ModuleNotFoundError as error:
        if error.name != "nicegui":
            raise
        print("The app needs NiceGUI: pip install 'webtoon_colorize[app]'", file=sys.stderr)
        return 2
    except (ValueError, OSError) as error:
        print(f"{error}.", file=sys.stderr)
        return 2
    return 0


def run() -> None:
    flags.DEFINE_string("run_dir", None, "Folder of a trained run; without it, the weights that come with the package.")
    flags.DEFINE_string("title", None, "The comic's title, for runs that are given it.")
    flags.DEFINE_alias("label", "title")
    flags.DEFINE_string("host", "127.0.0.1", "Address to serve on.")
    flags.DEFINE_integer("port", 8080, "Port to serve on.")
    flags.DEFINE_bool("open", True, "Open it in the browser.")
    startup.run(main, __doc__)


if __name__ == "__main__":
    run()
