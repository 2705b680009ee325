"""数转超市: the marketplace of a city's SME digital-transformation pilot."""

__version__ = "0.1.0"
