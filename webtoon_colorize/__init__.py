"""Colorizing webtoons: the systems of Cinarel and Zhang (2017) in TensorFlow and Keras."""

__version__ = "0.1.0"
