"""Tries to break the programs: kills them, feeds them damaged files, lets them run long. See docs/reliability.md."""
