"""Measures of what the paper judges by eye: evenness, bleeding, detail, speech bubbles."""
