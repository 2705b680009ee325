"""Ready-made bundles (数转包)."""

from flask import Blueprint

blueprint = Blueprint("bundles", __name__)
