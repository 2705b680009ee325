"""Shelf, detail page, comparison, suggestions."""

from flask import Blueprint

blueprint = Blueprint("solutions", __name__)
