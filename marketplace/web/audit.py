"""The audit trail for auditors."""

from flask import Blueprint

blueprint = Blueprint("audit", __name__)
