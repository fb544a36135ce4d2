"""Shows a prepared dataset on one HTML page.

Usage: python -m data_tools.inspect --data_dir=DATA
Example: python -m data_tools.inspect --data_dir=data/mine

Writes <data_dir>/inspect.html with Table I, pairs of gray and colour, and contact sheets of what was kept and of what
was dropped, by reason. The page contains its pictures. It shows an even sample of large datasets, the same each time.
"""

import base64
import io
import json
import pathlib
import sys
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import jinja2
from absl import flags
from PIL import Image

from data_tools.tables import title_rows
from webtoon_colorize import startup
from webtoon_colorize.files import atomic_path
from webtoon_colorize.io import csv_files
from webtoon_colorize.io.images import ImageError, read_image

PAIRS = 12
KEPT = 600  # thumbnails of kept panels in all, about 6 KB each
DROPPED = 60  # per reason
HEIGHT = 132  # of a thumbnail, pixels
REASONS = {
    "unreadable": "files that could not be read",
    "duplicate_page": "copies of pages (right: the first panel of the original page)",
    "near_duplicate_page": "near copies of pages, with the art of an earlier page (right: its first panel)",
    "duplicate": "copies of panels (right: the original)",
    "near_duplicate": "near copies of panels, with the art of an earlier panel (right: the original)",
    "too_small": "panels that are too small",
    "too_large": "panels that are too large",
    "gray": "panels that are gray by nature",
    "too_few_episodes": "titles with too few episodes, and their panels",
}


class Picture(NamedTuple):
    """A thumbnail with a caption, and perhaps a second picture beside it."""

    uri: str  # data URI of the thumbnail; empty if there is none
    caption: str
    mark: str = ""  # the split of a kept panel
    beside: str = ""  # data URI of the second picture; empty if there is none


class Sheet(NamedTuple):
    """A contact sheet: its heading, the number of pictures in all, and a sample of them."""

    heading: str
    total: int
    pictures: list[Picture]


def inspect(data_dir: str | pathlib.Path) -> pathlib.Path:
    """Writes the page and returns its path. Raises OSError or ValueError if `data_dir` holds no prepared dataset."""
    folder = pathlib.Path(data_dir)
    summary = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
    panels, dropped = csv_files.read(folder / "panels.csv"), csv_files.read(folder / "dropped.csv")
    by_title, by_reason = _group(panels, "title"), _group(dropped, "reason")
    heads, rows = title_rows(summary)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(pathlib.Path(__file__).parent), autoescape=True, undefined=jinja2.StrictUndefined
    )
    page = environment.get_template("inspect.html").render(
        name=folder.resolve().name,
        heads=[head.replace("_", " ") for head in heads],
        rows=rows,
        settings=summary["settings"],
        pairs=[_pair(folder, panel) for panel in sample(panels, PAIRS)],
        kept=[_kept_sheet(folder, title, by_title[title], len(summary["titles"])) for title in summary["titles"]],
        dropped=[_dropped_sheet(folder, reason, by_reason[reason]) for reason in REASONS if reason in by_reason],
    )
    path = folder / "inspect.html"
    with atomic_path(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return path


def sample(items: Sequence, most: int) -> list:
    """At most `most` of `items`, evenly spread, in order."""
    return [items[index * len(items) // most] for index in range(most)] if len(items) > most else list(items)


def _uri(path: pathlib.Path, *, gray: bool = False, height: int = HEIGHT) -> str:
    """The picture, reduced to `height`, as a data URI, or an empty string if the file cannot be read."""
    try:
        image = Image.fromarray(read_image(path))
    except ImageError:
        return ""
    image.thumbnail((4 * height, height))
    data = io.BytesIO()
    (image.convert("L") if gray else image).save(data, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(data.getvalue()).decode()


def _pair(folder: pathlib.Path, panel: dict[str, str]) -> Picture:
    path = folder / panel["path"]
    return Picture(_uri(path, gray=True, height=2 * HEIGHT), _caption(panel), beside=_uri(path, height=2 * HEIGHT))


def _caption(row: dict[str, str]) -> str:
    return f"{row['title']}/{row['episode']}/{row['page']}"


def _group(rows: Iterable[dict[str, str]], column: str) -> dict[str, list[dict[str, str]]]:
    groups: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        groups.setdefault(row[column], []).append(row)
    return groups


def _kept_sheet(folder: pathlib.Path, title: str, rows: Sequence[dict[str, str]], titles: int) -> Sheet:
    pictures = [
        Picture(_uri(folder / row["path"]), f"{_caption(row)}, {row['width']} x {row['height']}", row["split"])
        for row in sample(rows, max(1, KEPT // titles))
    ]
    return Sheet(title, len(rows), pictures)


def _dropped_sheet(folder: pathlib.Path, reason: str, rows: Sequence[dict[str, str]]) -> Sheet:
    return Sheet(REASONS[reason], len(rows), [_dropped_picture(folder, row) for row in sample(rows, DROPPED)])


def _dropped_picture(folder: pathlib.Path, row: dict[str, str]) -> Picture:
    beside = ""
    if "duplicate" in row["reason"]:
        # The original panel, the first panel of the original page, or the thumbnail of either if it was dropped for
        # another reason.
        places = ("panels/{}.png", "panels/{}_0.png", "dropped/{}.jpg", "dropped/{}_0.jpg")
        originals = (folder / place.format(row["detail"]) for place in places)
        beside = next((_uri(path) for path in originals if path.exists()), "")
    uri = _uri(folder / row["thumbnail"]) if row["thumbnail"] else ""
    return Picture(uri, f"{_caption(row)}: {row['detail']}", beside=beside)


def define_flags() -> None:
    flags.DEFINE_string("data_dir", None, "The prepared dataset.", required=True)


def main(_) -> int:
    try:
        path = inspect(flags.FLAGS.data_dir)
    except (OSError, ValueError, KeyError) as error:
        print(
            f"{flags.FLAGS.data_dir} is not a prepared dataset ({error}): make one with python -m data_tools.prepare.",
            file=sys.stderr,
        )
        return 2
    print(f"Open {path} ({path.stat().st_size / 2**20:.1f} MiB) in a browser.")
    return 0


if __name__ == "__main__":
    define_flags()
    startup.run(main, __doc__)
