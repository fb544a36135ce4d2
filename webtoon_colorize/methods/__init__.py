"""The systems of the paper, one file each. Every module has build functions, `build...(size, ...) -> Method`."""
