"""Pages of words: how it works, accessibility."""

from flask import Blueprint

blueprint = Blueprint("pages", __name__)
