"""/healthz and /status: is the process alive; do database and index answer, how far behind is the index."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from marketplace.services import status
from marketplace.web.access import public

blueprint = Blueprint("status", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    return jsonify(status="ok")


@blueprint.get("/status")
@public
def show() -> ResponseReturnValue:
    """200 as long as pages can be served; the search engine may be away, the shelf then answers from the database."""
    report = status.report()
    return jsonify(report), 200 if report["database"] == "ok" else 503
