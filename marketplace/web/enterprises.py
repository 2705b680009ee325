"""Public list of pilot enterprises; the file of one enterprise."""

from flask import Blueprint

blueprint = Blueprint("enterprises", __name__)
