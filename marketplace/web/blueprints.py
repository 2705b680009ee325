"""All blueprints, in the order of the navigation."""

from flask import Flask

from marketplace.web import (
    access_grants,
    accounts,
    addresses,
    assessment_papers,
    audit,
    baskets,
    bundles,
    challenges,
    colleagues,
    demands,
    enterprises,
    evidence,
    gaps,
    insights,
    joining,
    leads,
    listing_acts,
    listing_imports,
    mails,
    matches,
    notifications,
    pages,
    password_resets,
    preferences,
    prices,
    progress,
    provider_applications,
    providers,
    quotation_sheets,
    registration,
    shortlists,
    solutions,
    status,
    storefront,
    users,
    weights,
)

MODULES = (
    storefront,
    solutions,
    listing_acts,  # with it all pages of listings, whose blueprint it completes
    listing_imports,
    providers,
    bundles,
    progress,
    enterprises,
    evidence,
    access_grants,
    pages,
    accounts,
    registration,
    colleagues,
    joining,
    password_resets,
    notifications,
    mails,
    assessment_papers,  # with it all pages of assessments, whose blueprint it completes
    demands,
    matches,
    leads,
    prices,
    gaps,
    insights,
    challenges,
    provider_applications,
    shortlists,
    baskets,
    quotation_sheets,
    status,
    preferences,
    audit,
    users,
    weights,
)


def init_app(app: Flask) -> None:
    addresses.init_app(app)
    for module in MODULES:
        app.register_blueprint(module.blueprint)
