"""Reads and writes colour hints as JSON: {"page": [{"x": 120, "y": 80, "color": "#c03020", "radius": 6}, ...], ...}."""

import json
import os
import pathlib
import posixpath
import re
import unicodedata
from collections.abc import Iterable

from webtoon_colorize import files
from webtoon_colorize.hints import Hint

_NUMBERS = {"x", "y", "radius"}
_REQUIRED = {"x", "y", "color"}
_MOST = 10**8  # pixels; images that can be read have fewer


class HintError(ValueError):
    """A hint file that cannot be used; the message is the reason, with the page and the entry."""


def read_hints(path: str | os.PathLike) -> dict[str, tuple[Hint, ...]]:
    """Page name -> its hints. Raises HintError."""
    try:
        content = pathlib.Path(path).read_bytes()
    except OSError as error:
        raise HintError(f"the file cannot be opened ({files.reason(error)})") from error
    return parse_hints(content)


def parse_hints(data: bytes) -> dict[str, tuple[Hint, ...]]:
    """Page name -> its hints. Raises HintError.

    x and y are pixels from the page's top left corner, radius is in pixels too (3 without one), color is #rrggbb.
    The text is UTF-8, UTF-16 or UTF-32, with or without a byte order mark.
    """
    try:
        content = json.loads(data, object_pairs_hook=_without_doubles)
    except HintError:
        raise
    except json.JSONDecodeError as error:
        raise HintError(f"this is not JSON (line {error.lineno}, column {error.colno})") from error
    except UnicodeDecodeError as error:
        raise HintError("this is not JSON (its text is neither UTF-8 nor UTF-16)") from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets in brackets
        raise HintError("this is not JSON that can be read") from error
    if not isinstance(content, dict) or not all(isinstance(entries, list) for entries in content.values()):
        raise HintError('expected {"page name": [hint, ...], ...}')
    return {
        page: tuple(_hint(entry, f"page {page}, entry {number}") for number, entry in enumerate(entries, 1))
        for page, entries in content.items()
    }


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        double = next(name for name in found if [each for each, _ in pairs].count(name) > 1)
        raise HintError(f"{double} is there twice")
    return found


def _hint(entry: object, place: str) -> Hint:
    if not isinstance(entry, dict) or not _REQUIRED <= entry.keys() <= _REQUIRED | _NUMBERS:
        raise HintError(f"{place}: expected x, y, color and perhaps radius, got {json.dumps(entry)}")
    for name in _NUMBERS & entry.keys():
        value = entry[name]
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < _MOST:
            raise HintError(f"{place}: {name} is {json.dumps(value)}, expected a number of pixels below {_MOST:,}")
    color = entry["color"]
    if not isinstance(color, str) or not re.fullmatch("#[0-9a-fA-F]{6}", color):
        raise HintError(f"{place}: color is {json.dumps(color)}, expected #rrggbb")
    red, green, blue = bytes.fromhex(color[1:])
    return Hint(**{name: float(entry[name]) for name in _NUMBERS & entry.keys()}, rgb=(red, green, blue))


def format_hints(hints: dict[str, tuple[Hint, ...]]) -> str:
    """The JSON that `parse_hints` reads."""
    entries = {page: [_entry(hint) for hint in each] for page, each in hints.items()}
    return json.dumps(entries, indent=1, ensure_ascii=False) + "\n"


def as_hex(rgb: tuple[int, int, int]) -> str:
    return f"#{bytes(rgb).hex()}"


def _entry(hint: Hint) -> dict[str, float | str]:
    return {"x": hint.x, "y": hint.y, "color": as_hex(hint.rgb), "radius": hint.radius}


def assign(
    hints: dict[str, tuple[Hint, ...]], pages: Iterable[str], paths: Iterable[str] = ()
) -> tuple[dict[str, tuple[Hint, ...]], list[str]]:
    """Finds the pages that a hint file's names mean.

    A name is a page's name or path, or the end of one: folders (and the archive) in front may be left out.

    Args:
      pages: names of pages.
      paths: where each of them lies, absolute; without them, only their names count.

    Returns:
      The hints by names of pages, and the names for which there is no page.

    Raises HintError if a name is the end of several pages' names, and none of them itself.
    """
    pages = list(pages)
    known = {page: (_plain(page), _plain(path)) for page, path in zip(pages, list(paths) or pages)}
    assigned: dict[str, tuple[Hint, ...]] = {}
    unknown = []
    for name, each in hints.items():
        page = _meant(name, known)
        if page is None:
            unknown.append(name)
        elif each:
            assigned[page] = assigned.get(page, ()) + each
    return assigned, unknown


def _meant(name: str, known: dict[str, tuple[str, str]]) -> str | None:
    """The page that a name means, of the names and paths of pages; None if there is none. Raises HintError."""
    plain = _plain(name)
    if plain.startswith("../"):
        plain = _plain(os.path.abspath(plain))
    end = plain if plain.startswith("/") else f"/{plain}"
    same = [page for page, names in known.items() if plain in names]
    alike = same or [page for page, names in known.items() if any(f"/{each}".endswith(end) for each in names)]
    if len(alike) > 1:
        raise HintError(f"{name} could be {alike[0]} or {alike[1]}; put the folder in front")
    return alike[0] if alike else None


def _plain(name: str) -> str:
    """A page's name with forward slashes, without "." in it, in composed letters: macOS stores decomposed ones."""
    return unicodedata.normalize("NFC", posixpath.normpath(name.replace("\\", "/")))
