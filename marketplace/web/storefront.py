"""Home page: the doors to the shelves."""

from flask import Blueprint

blueprint = Blueprint("storefront", __name__)
