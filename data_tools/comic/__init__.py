"""Drawing routines of the embedded comic: from curves and colours up to whole strips.

`data_tools.synthesize` is their command.
"""
