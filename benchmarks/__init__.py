"""Measurements side by side, run as modules: `python -m benchmarks.ranking`."""
