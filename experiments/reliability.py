"""The table of docs/reliability.md: what is promised, and what `make torture` found."""

from collections.abc import Mapping, Sequence
from typing import Any

from experiments import markdown
from experiments.results import MISSING

HEADS = ("promise", "how it is tested", "trials", "failures", "found and mended")


def markdown_table(promises: Sequence[Mapping[str, str]], measured: Mapping[str, Mapping[str, Any]]) -> str:
    """A line for each promise.

    Args:
      promises: the rows of promises.csv. `kinds` are the beginnings of names of trials, with semicolons between them;
        a promise that is kept by tests alone has none.
      measured: the content of torture.json: part -> kind -> trials and failures.
    """
    lines = []
    for row in promises:
        kinds = measured.get(row["part"], {})
        own = [kinds[kind] for kind in kinds if is_of(kind, row)]
        counts = [f"{sum(each[name] for each in own):,}" for name in ("trials", "failures")] if own else [MISSING] * 2
        counts = counts if row["kinds"] else [f"`{row['part']}`", ""]
        lines.append((row["promise"], row["how it is tested"], *counts, row["found and mended"]))
    return markdown.table(HEADS, lines)


def is_of(kind: str, promise: Mapping[str, str]) -> bool:
    """Whether trials of this name try the promise."""
    return any(name and kind.startswith(name) for name in promise["kinds"].split(";"))
