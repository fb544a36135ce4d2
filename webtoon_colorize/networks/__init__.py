"""Functional Keras models."""
