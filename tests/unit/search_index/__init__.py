"""Unit tests of the search library."""
