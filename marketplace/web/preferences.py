"""Reader's preferences kept in a cookie: 关怀版."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.web.access import public

blueprint = Blueprint("preferences", __name__)
COOKIE_SECONDS = 365 * 24 * 3600


@blueprint.post("/preferences/care")
@public
def care() -> ResponseReturnValue:
    """Switch the larger type on or off and go back to where the reader was."""
    value = "on" if request.form.get("care") == "on" else "off"
    response = redirect(local_path(request.referrer) or url_for("storefront.home"))
    response.set_cookie("care", value, max_age=COOKIE_SECONDS, httponly=True, samesite="Lax")
    return response


def local_path(address: str | None) -> str | None:
    """The path and query of an address of this very site, else None: nobody is sent elsewhere."""
    parts = urlsplit(address or "")
    if parts.netloc not in {"", request.host} or not parts.path.startswith("/") or parts.path.startswith("//"):
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")
