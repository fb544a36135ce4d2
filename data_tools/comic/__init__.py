"""Draws the invented comic, from curves and colours up to whole strips.

The program is `data_tools.synthesize`.
"""
