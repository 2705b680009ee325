"""Provider list and provider page."""

from flask import Blueprint

blueprint = Blueprint("providers", __name__)
