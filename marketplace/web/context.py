"""What every template knows: the site, versioned static files, filters for money and dates."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask, current_app, request, url_for

from marketplace.domain import assessment_words, price_words, wording
from marketplace.policy import reader
from marketplace.web import navigation


@dataclass(frozen=True, slots=True)
class Site:
    name: str
    city: str
    bureau_name: str
    is_demo: bool
    footer: tuple[tuple[str, str], ...]


def site(app: Flask) -> Site:
    city = reader.load("city")
    footer = tuple((row["label"], row["value"]) for row in city["footer"])
    return Site(city["site"], city["name"], city["bureau"], bool(app.config["DEMO_MODE"]), footer)


@cache
def _digest(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


def asset(path: str) -> str:
    """The address of a static file, with its content's hash, so that browsers may keep it for a year."""
    return _address(request.script_root, path)


@cache
def _address(script_root: str, path: str) -> str:
    """Kept: a list shows a hundred icons, and each asks for the address of the sprite."""
    return url_for("static", filename=path, v=_digest(str(Path(str(current_app.static_folder)) / path)))


def init_app(app: Flask) -> None:
    the_site = site(app)

    @app.context_processor
    def _context() -> dict[str, object]:
        return {
            "site": the_site,
            "asset": asset,
            "care_mode": request.cookies.get("care") == "on",
            "nav_current": (request.blueprint or ""),
            "navigation": navigation.entries,
            "wording": wording,
        }

    app.jinja_env.globals["asset"] = asset  # macros are imported without the context
    app.jinja_env.filters.update(
        money=wording.money,
        yuan=wording.yuan,
        day=wording.day,
        moment=wording.moment,
        price=price_words.money,
        points=assessment_words.points,
    )
    app.jinja_env.add_extension("jinja2.ext.do")
