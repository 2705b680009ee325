"""What test_access.py asks for on the pages of listings; plain values, for the table imports them."""

from typing import Any

from marketplace.domain.actors import Actor
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.services import listings
from tests.factories import Factory

STAFF = frozenset({Role.BUREAU_REVIEWER, Role.BUREAU_LEADER, Role.SUPERVISOR, Role.EXPERT, Role.AUDITOR})
EVERYBODY, NOBODY = frozenset({None, *Role}), frozenset[Role | None]()
PROVIDER = frozenset({Role.PROVIDER})
WRITE, READ = "write_listing", "read_approvals"
DRAFTED, SUBMITTED, LISTED = ({"solution_id": name} for name in ("drafted_listing", "submitted_listing", "listed"))
SECTION, QUESTION = DRAFTED | {"section": "=basics"}, DRAFTED | {"question": "=summary"}
SEEN = {"version": "=1"}
ROWS = (
    ("GET", "listings.new", WRITE, PROVIDER),
    ("POST", "listings.new", WRITE, PROVIDER),
    ("GET", "listings.show", WRITE, PROVIDER, NOBODY, DRAFTED),
    ("GET", "listings.section", WRITE, PROVIDER, NOBODY, SECTION),
    ("POST", "listings.section", WRITE, PROVIDER, NOBODY, SECTION, SEEN),
    ("POST", "listings.answer", WRITE, PROVIDER, NOBODY, QUESTION, SEEN),
    ("GET", "listings.check", WRITE, PROVIDER, NOBODY, DRAFTED),
    ("GET", "listings.preview", WRITE, PROVIDER, NOBODY, DRAFTED),
    ("POST", "listings.copy", WRITE, PROVIDER, NOBODY, DRAFTED, SEEN),
    ("POST", "listings.edit", WRITE, PROVIDER, NOBODY, LISTED, SEEN),
    ("POST", "listings.submit", WRITE, PROVIDER, NOBODY, DRAFTED, SEEN | {"is_declared": "=y"}),
    ("POST", "listings.recall", WRITE, PROVIDER, NOBODY, SUBMITTED, SEEN),
    ("POST", "listings.drop", WRITE, PROVIDER, NOBODY, DRAFTED, SEEN),
    ("GET", "listings.withdraw", WRITE, PROVIDER, NOBODY, LISTED),
    ("POST", "listings.withdraw", WRITE, PROVIDER, NOBODY, LISTED, SEEN | {"reason": "=停售"}),
    ("GET", "listings.versions", READ, PROVIDER | STAFF, STAFF, SUBMITTED),
    ("GET", "listings.version", READ, PROVIDER | STAFF, STAFF, SUBMITTED | {"number": "=1"}),
    ("GET", "listings.definition", "public", EVERYBODY),
    ("GET", "listings.data", "public", EVERYBODY, EVERYBODY, LISTED),
    ("GET", "listings.data", "public", NOBODY, NOBODY, DRAFTED),
)


def listing_things(make: Factory, person: Actor) -> dict[str, Any]:
    """One that is being written, and one that is under review."""
    owner = db.session.get_one(User, person.user_id)
    drafted = make.listing_draft(user=owner).solution_id
    submitted = make.listing_draft(user=owner)
    key = submitted.solution_id
    listings.submit(person, solution_id=key, version=submitted.version, is_declared=True)
    return {"drafted_listing": drafted, "submitted_listing": key}
