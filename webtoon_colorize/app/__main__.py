"""Opens gray pages in the browser, coloured, and takes a person's dots of colour.

Usage: webtoon-colorize-app
Example: webtoon-colorize-app --port=9000 --noopen

The browser keeps pages and dots; this program reads and writes no file of yours.
"""

import functools
import sys
import threading
import webbrowser

from absl import flags

from webtoon_colorize import files, startup


def main(_: list[str]) -> int:
    values = flags.FLAGS
    try:
        from webtoon_colorize.app import server
        from webtoon_colorize.app.session import Session
        from webtoon_colorize.colorizer import Colorizer

        listening = server.bind(values.host, values.port)
        colorizer = Colorizer.load(values.run_dir, strength=values.strength)
        colorizer.check_title(values.title)
    except ModuleNotFoundError as error:
        if error.name not in ("starlette", "uvicorn"):
            raise
        print("The app needs a web server: pip install 'webtoon_colorize[app]'", file=sys.stderr)
        return 2
    except (ValueError, OSError) as error:
        print(f"{files.explained(error)}.", file=sys.stderr)
        return 2
    address = f"http://{values.host}:{values.port}"
    print(f"{address} (Ctrl+C ends it)", flush=True)
    if values.open:
        threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()

    learn = functools.partial(_learn, run_dir=values.run_dir, strength=values.strength)
    server.serve(Session(colorizer, learn, title=values.title), listening, host=values.host)
    return 0


def _learn(pages, *, run_dir, strength):
    """See `session.Adapt`."""
    startup.import_tensorflow()
    from webtoon_colorize import adaptation

    found = [(name, adaptation.cut(page)) for name, page in pages]
    panels = [panel for _, each in found for panel in each]
    said: list[str] = []
    colorizer = adaptation.learn(run_dir, panels, strength=strength, say=said.append)
    said += [f"{name}: it has no coloured panel." for name, each in found if not each]
    print(*said, sep="\n", flush=True)
    return colorizer, " ".join(said)


def run() -> None:
    flags.DEFINE_string("run_dir", None, "Folder of a trained run; without it, the weights that come with the package.")
    flags.DEFINE_float("strength", 1.0, "Of automatic colours: 0.5 halves their chroma.", lower_bound=0, upper_bound=4)
    flags.DEFINE_string("title", None, "The comic's title, for runs that are given it.")
    flags.DEFINE_string("host", "127.0.0.1", "Address to serve on; with another one, other computers can use the app.")
    flags.DEFINE_integer("port", 8080, "Port to serve on.", lower_bound=1, upper_bound=65535)
    flags.DEFINE_bool("open", True, "Open it in the browser.")
    startup.run(main, __doc__)


if __name__ == "__main__":
    run()
