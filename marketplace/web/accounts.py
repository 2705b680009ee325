"""Log in and out, register, own account, colleagues."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)
