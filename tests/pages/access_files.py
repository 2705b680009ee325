"""The world of test_access.py, as to files of enterprises: evidence, consents, a zip that waits to be imported."""

from typing import Any

from marketplace.domain.actors import Actor
from marketplace.domain.evidence import Place
from marketplace.extensions import db
from marketplace.models.accounts import User
from marketplace.services import access_grants, evidence_views, file_exchange, file_packages
from tests.factories import Factory


def file_things(
    make: Factory, person: Actor, *, guests: list[Actor], visitor: Actor, administrator: Actor
) -> dict[str, Any]:
    """The guests are let in; the visitor among them has opened the file on record a moment ago."""
    owner = db.session.get_one(User, person.user_id)
    place = Place("enterprise", person.enterprise_id or 0, "contract")
    piece = make.evidence(user=owner, places=[place])
    grants = {
        guest.organisation_id: make.access_grant(user=owner, organisation_id=guest.organisation_id or 0).id
        for guest in guests
    }
    if visitor in guests:
        access_grants.use(visitor, grant_id=grants[visitor.organisation_id])
    made = file_exchange.export(person, enterprise_id=person.enterprise_id or 0)
    with made.file:
        key = file_packages.stage(administrator, made.file)
    return {
        "evidence": piece.id,
        "citation": evidence_views.get(person, evidence_id=piece.id).citations[0].id,
        "place": place.text,
        "grant": grants[guests[0].organisation_id],
        "import_key": key,
    }
