"""All blueprints, in the order of the navigation."""

from flask import Flask

from marketplace.web import (
    accounts,
    audit,
    bundles,
    demands,
    enterprises,
    pages,
    preferences,
    progress,
    providers,
    shortlists,
    solutions,
    status,
    storefront,
    users,
)

MODULES = (
    storefront,
    solutions,
    providers,
    bundles,
    progress,
    enterprises,
    pages,
    accounts,
    demands,
    shortlists,
    status,
    preferences,
    audit,
    users,
)


def init_app(app: Flask) -> None:
    for module in MODULES:
        app.register_blueprint(module.blueprint)
