"""Draws the paper's figures from our runs."""
