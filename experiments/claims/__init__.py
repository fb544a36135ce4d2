"""Tests of the paper's statements by measurements, which can contradict them."""
