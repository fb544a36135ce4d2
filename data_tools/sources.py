"""Lists of pages to download: Pepper & Carrot's index, and lists of addresses in a file."""

import json
import os
import pathlib
import re
from typing import NamedTuple
from urllib.parse import quote, unquote, urljoin, urlsplit

from data_tools.fetching import Fetcher, FetchError, Hitch, origin_of
from webtoon_colorize.files import is_hidden
from webtoon_colorize.io.images import is_image

PEPPER_AND_CARROT = "https://www.peppercarrot.com/0_sources/episodes-v1.json"
WITHOUT_TEXT = "gfx"  # in place of a language

_NAME = re.compile(r'[^/\\<>:"|?*]+')  # what every file system can hold
_LONGEST_NAME = 200  # bytes


class SourceError(ValueError):
    """A list of pages that cannot be used. The message says what is wrong."""


class Page(NamedTuple):
    """A page to download."""

    url: str
    target: str  # title/episode/page.jpg
    artist: str
    licence: str


class Failure(NamedTuple):
    """What was not downloaded, and why."""

    name: str
    reason: str


def pepper_and_carrot(fetcher: Fetcher, *, lang: str) -> tuple[list[Page], list[Failure]]:
    """The pages of David Revoy's "Pepper & Carrot", in low resolution, and those that cannot be used.

    Source: peppercarrot.com/en/documentation/130_API.html

    Args:
      lang: the site's code of the language of the speech bubbles, or WITHOUT_TEXT.

    Raises:
      FetchError: the index cannot be had.
      SourceError: it is not what it was.
    """
    index = json.loads(fetcher.fetch(PEPPER_AND_CARROT, _check_json))
    if not isinstance(index, list) or not index:
        raise SourceError(f"{PEPPER_AND_CARROT} is not a list of episodes")
    pages, failures = [], []
    for number, episode in enumerate(index, 1):
        try:
            name, files = _episode_files(episode)
        except SourceError as error:
            failures.append(Failure(f"episode {number} of {PEPPER_AND_CARROT}", str(error)))
            continue
        for file in files:
            target = f"pepper_and_carrot/{name}/{lang}_{file}"
            if file.endswith(".gif"):
                print(f"Left out {target}: it is an animation.")
            elif fault := find_fault(target):
                failures.append(Failure(target, fault))
            else:
                pages.append(
                    Page(_page_url(name, file, lang), target, "David Revoy, www.peppercarrot.com", "CC BY 4.0")
                )
    return pages, failures


def _check_json(content: bytes) -> None:
    try:
        json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Hitch(f"what comes is not JSON ({error})") from error


def _episode_files(episode: object) -> tuple[str, list[str]]:
    """The name of an episode and those of its pages. Raises SourceError."""
    name, files = (episode.get(key) if isinstance(episode, dict) else None for key in ("name", "pages"))
    if not _is_text(name) or not isinstance(files, dict) or not files:
        raise SourceError("it has no name or no pages")
    if not all(map(_is_text, files.values())):
        raise SourceError(f"the pages of {name} are not names of files")
    return name, list(dict.fromkeys(files.values()))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.isprintable()


def _page_url(name: str, file: str, lang: str) -> str:
    folder = "low-res/gfx-only" if lang == WITHOUT_TEXT else "low-res"
    return urljoin(PEPPER_AND_CARROT, quote(f"{name}/{folder}/{lang}_{file}"))


def read_list(path: str | os.PathLike, *, artist: str, licence: str) -> list[Page]:
    """The pages of a list: a line for each, with its URL and perhaps, after a space, title/episode/page.jpg.

    Without the latter a page is named after the last three parts of its URL. Empty lines, and those that begin with #,
    are skipped. Raises SourceError.
    """
    try:
        lines = pathlib.Path(path).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path} cannot be read ({error})") from error
    pages: dict[str, Page] = {}
    for number, line in enumerate(lines, 1):
        url, *target = line.split(maxsplit=1)[:2] or ["#"]
        if url.startswith("#"):
            continue
        page = Page(url, target[0].strip() if target else _last_parts(url), artist, licence)
        fault = _url_fault(url) or find_fault(page.target)
        if fault:
            raise SourceError(f"{path}, line {number}: {fault}")
        if pages.setdefault(page.target.casefold(), page).url != url:
            raise SourceError(f"{path}, line {number}: there is another page {page.target} above")
    if not pages:
        raise SourceError(f"{path} has no addresses")
    return list(pages.values())


def _last_parts(url: str) -> str:
    try:
        return unquote("/".join(urlsplit(url).path.lstrip("/").split("/")[-3:]))
    except ValueError:
        return ""


def _url_fault(url: str) -> str | None:
    try:
        place = origin_of(url)
    except FetchError as error:
        return str(error)
    return "an address with a password would stand in the attribution" if "@" in place else None


def find_fault(target: str) -> str | None:
    """Why there can be no file of that name in a folder of comics; None if there can."""
    parts = target.split("/")
    if len(parts) != 3 or not is_image(target):
        return f"{target} is not title/episode/page.jpg (.png, .webp), which may stand behind the address"
    for part in parts:
        usable = _NAME.fullmatch(part) and part.isprintable() and part[-1] not in ". " and not is_hidden(part)
        if not usable or len(part.encode()) > _LONGEST_NAME:
            return f"{target}: {part!r} cannot be the name of a file or folder"
    return None
