"""Accounts as the administrator sees them."""

from flask import Blueprint

blueprint = Blueprint("users", __name__)
