"""Colorizers as artefacts that other programs load without this package."""
