"""Tables in Markdown."""

from collections.abc import Iterable


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A line per row, below the heads and a rule."""
    heads = list(heads)
    return "\n".join([_line(heads), "|---" * len(heads) + "|", *map(_line, rows)])


def aligned_table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """As `table`, with cells padded to the width of their column."""
    lines = [list(heads), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*lines)]
    padded = [[cell.ljust(width) for cell, width in zip(line, widths)] for line in lines]
    padded.insert(1, ["-" * width for width in widths])
    return "\n".join(map(_line, padded))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
