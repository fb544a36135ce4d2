"""The paper's systems, a short file each. Every module has a `build(size, ...) -> Method`."""
