"""Favourites and shortlists, their print and Excel."""

from flask import Blueprint

blueprint = Blueprint("shortlists", __name__)
