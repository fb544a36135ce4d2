"""Writes colorizers in formats that other programs load without this package."""
