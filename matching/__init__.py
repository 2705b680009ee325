"""Matching of demands with solutions: a library with a command line, independent of the web app."""
