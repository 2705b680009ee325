"""The city's targets, each figure linked to its rows."""

from flask import Blueprint

blueprint = Blueprint("progress", __name__)
