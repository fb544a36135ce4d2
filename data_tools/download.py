"""Downloads comics to train on, page by page, with the names of their artists.

Usage: python -m data_tools.download pepper_and_carrot --output_dir=COMICS
       python -m data_tools.download urls --list=FILE --artist=NAME --licence=LICENCE --output_dir=COMICS
Example: python -m data_tools.download pepper_and_carrot --output_dir=comics

Writes <title>/<episode>/<page>, as data_tools.prepare expects it, and <title>/attribution.csv. Download only what
its licence allows. The same command goes on where it stopped.

pepper_and_carrot: David Revoy's comic (CC BY 4.0), all episodes.
urls: a line of FILE is an address, and perhaps, after a space, title/episode/page.jpg (else the last three parts of the
address). A line that begins with # is a comment.

Exit code: 0 if all pages are there, 1 if some could not be had (they are named), 2 if nothing could be done.
"""

import csv
import datetime
import pathlib
import re
import sys
from collections.abc import Iterable, Sequence

import tqdm
from absl import flags

from data_tools import sources
from data_tools.fetching import Fetcher, FetchError, Hitch
from data_tools.sources import Failure, Page, SourceError
from webtoon_colorize import files, startup
from webtoon_colorize.io import csv_files
from webtoon_colorize.io.images import ImageError, opened, read_image

ATTRIBUTION = "attribution.csv"  # in the folder of a title
COLUMNS = ("page", "artist", "licence", "url", "date")
ONLY_FOR = {"list": "urls", "artist": "urls", "licence": "urls", "lang": "pepper_and_carrot"}  # flag -> source


def download(pages: Sequence[Page], output_dir: str, fetcher: Fetcher) -> list[Failure]:
    """Fetches the pages that are not there, or are not whole, and writes who drew them.

    Raises OSError if a file cannot be written, SourceError for an attribution that cannot be read, and files.InUse.
    """
    with files.locked(output_dir):
        return _download(pages, pathlib.Path(output_dir), fetcher)


def _download(pages: Sequence[Page], output: pathlib.Path, fetcher: Fetcher) -> list[Failure]:
    failures = []
    _write_attribution(pages, output)  # before the pages: a program that is killed leaves none without
    for page in tqdm.tqdm(pages, desc="downloading", unit="page"):
        if _is_whole(output / page.target):
            continue
        try:
            files.write_bytes(output / page.target, fetcher.fetch(page.url, check_image))
        except FetchError as error:
            failures.append(Failure(f"{page.target} ({page.url})", str(error)))
    return failures


def _is_whole(path: pathlib.Path) -> bool:
    try:
        read_image(path)
    except ImageError:
        return False
    return True


def check_image(content: bytes) -> None:
    """Raises FetchError for anything but an image, and Hitch for an image that is damaged or cut off."""
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise FetchError("what comes is a web page and no image")
    try:
        with opened(content):
            pass
    except ImageError as error:
        raise FetchError(f"what comes cannot be used: {error}") from error
    try:
        read_image(content)
    except ImageError as error:
        raise Hitch(f"what comes is not whole: {error}") from error


def _write_attribution(pages: Iterable[Page], output: pathlib.Path) -> None:
    """Notes artist, licence, source and day of `pages`, one file for each title. Raises SourceError.

    What is noted for a page that is there stays.
    """
    rows: dict[str, dict[str, dict[str, str]]] = {}
    today = datetime.date.today().isoformat()
    for page in pages:
        title, _, name = page.target.partition("/")
        rows.setdefault(title, {})[name] = dict(zip(COLUMNS, (name, page.artist, page.licence, page.url, today)))
    for title, new in rows.items():
        every = sorted((new | _read_attribution(output / title)).items(), key=lambda each: files.natural_key(each[0]))
        csv_files.write(output / title / ATTRIBUTION, COLUMNS, (row.values() for _, row in every))


def _read_attribution(folder: pathlib.Path) -> dict[str, dict[str, str]]:
    """Page -> its row, for those pages that are there. Raises SourceError."""
    path = folder / ATTRIBUTION
    if not path.exists():
        return {}
    try:
        rows = [{column: row[column] for column in COLUMNS} for row in csv_files.read(path)]
        return {row["page"]: row for row in rows if (folder / row["page"]).exists()}
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        raise SourceError(f"{path} is damaged: move it away, and copy by hand what it notes") from error


def find_pages(source: str, fetcher: Fetcher) -> tuple[list[Page], list[Failure]]:
    """The pages of the source that the command line names. Raises SourceError and FetchError."""
    if source == "urls":
        return sources.read_list(FLAGS.list, artist=FLAGS.artist, licence=FLAGS.licence), []
    return sources.pepper_and_carrot(fetcher, lang=FLAGS.lang)


def check_arguments(arguments: list[str]) -> str:
    """The source. Raises flags.Error."""
    if len(arguments) != 1 or arguments[0] not in ONLY_FOR.values():
        raise flags.Error(
            f"say what to download, pepper_and_carrot or urls, and not {' '.join(arguments) or 'nothing'}"
        )
    for name, source in ONLY_FOR.items():
        if source != arguments[0] and FLAGS[name].present:
            raise flags.Error(f"--{name} is for {source}")
    for name, source in ONLY_FOR.items():
        if source == arguments[0] and not FLAGS[name].value:
            raise flags.Error(f"{source} needs --{name}")
    return arguments[0]


def main(arguments: list[str]) -> int:
    source, fetcher = check_arguments(arguments), Fetcher()
    try:
        pages, failures = find_pages(source, fetcher)
        missing = download(pages, FLAGS.output_dir, fetcher)
    except (SourceError, FetchError, files.InUse, OSError) as error:
        print(f"error: {files.explained(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nInterrupted: the same command goes on with the next page.", file=sys.stderr)
        return 130
    for name, reason in (*failures, *missing):
        print(f"Left out {name}: {reason}.", file=sys.stderr)
    print(f"{len(pages) - len(missing)} of {len(pages)} pages are in {FLAGS.output_dir}.")
    print(f"Who drew them stands in {ATTRIBUTION} of each title.")
    return 1 if failures or missing else 0


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_string("output_dir", None, "Folder that gets the titles.", required=True)
    flags.DEFINE_string("lang", sources.WITHOUT_TEXT, "Language of the bubbles (en, fr, ...); gfx is art without text.")
    flags.DEFINE_string("list", None, "Of urls: the file that lists them.")
    flags.DEFINE_string("artist", None, "Of urls: who drew the pages.")
    flags.DEFINE_string("licence", None, "Of urls: what allows you to download them, such as CC BY 4.0.")
    flags.register_validator("lang", lambda lang: re.fullmatch("[a-z-]+", lang), "it is a code such as en")
    startup.run(main, __doc__, inputs=True)
