"""Measures whether the same character keeps the same colours over the panels of a story."""
