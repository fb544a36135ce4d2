"""Measurements that take long: what is measured stands in a JSON file, and an interrupted program goes on there."""

import json
import pathlib
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import tqdm

from webtoon_colorize import files

T = TypeVar("T")


def measure_stories(
    path: pathlib.Path, settings: dict[str, Any], stories: Sequence[T], measure: Callable[[T], dict[str, Any]]
) -> list[dict[str, Any]]:
    """Measures the stories that the file lacks and writes them there, one by one; returns all, with a progress bar.

    Args:
      settings: what must be the same for all that stands in the file.
      measure: its result must be JSON.

    Raises:
      ValueError: the file was measured with other settings.
    """
    found: list[dict[str, Any]] = []
    if path.exists():
        there = json.loads(path.read_text(encoding="utf-8"))
        if there["settings"] != settings:
            raise ValueError(f"{path} was measured with other settings: choose another --results_dir or delete it")
        found = there["stories"]
    for story in tqdm.tqdm(stories[len(found) :], path.stem, len(stories), initial=len(found), unit="story"):
        found.append(measure(story))
        content = {"settings": settings, "stories": found}
        files.write_bytes(path, (json.dumps(content, indent=1) + "\n").encode())
    return found
