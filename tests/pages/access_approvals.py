"""What test_access.py asks for on the pages of the double review; plain values, for the table imports them."""

from typing import Any

from marketplace.domain.actors import Actor
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.approvals import DeclaredInterest
from marketplace.models.providers import Provider
from marketplace.models.solutions import SolutionStatus
from marketplace.services import clock
from marketplace.services.unit_of_work import writing
from tests.factories import Factory

STAFF = frozenset({Role.BUREAU_REVIEWER, Role.BUREAU_LEADER, Role.SUPERVISOR, Role.EXPERT, Role.AUDITOR})
REVIEWERS = STAFF - {Role.AUDITOR}
FIRST = frozenset({Role.BUREAU_REVIEWER, Role.EXPERT})
LEADER, OVERSEERS = frozenset({Role.BUREAU_LEADER}), frozenset({Role.BUREAU_LEADER, Role.AUDITOR})
PROVIDER, NOBODY = frozenset({Role.PROVIDER}), frozenset[Role | None]()
ONE, SEAT = {"approval_id": "approval"}, {"seat": "=feasibility"}
JUDGED = SEAT | {"version": "=1", "verdict": "=pass"}
ROWS = (
    ("GET", "approvals.index", "review_queue", STAFF),
    ("GET", "approvals.show", "read_approvals", STAFF | PROVIDER, STAFF, ONE),
    ("GET", "approvals.agreement", "oversee_reviews", OVERSEERS),
    ("POST", "approvals.claim", "review_listing", FIRST, FIRST, ONE, SEAT),
    ("POST", "approvals.release", "review_listing", REVIEWERS, REVIEWERS, ONE, SEAT),
    ("POST", "approvals.decide", "review_listing", FIRST, FIRST, ONE, JUDGED),
    ("POST", "approvals.recall", "write_listing", PROVIDER, NOBODY, ONE, {"version": "=1"}),
    ("POST", "approvals.restart", "assign_reviewers", LEADER, LEADER, ONE, {"version": "=1"}),
    ("POST", "approval_batches.run", "review_listing", REVIEWERS),
    ("GET", "interests.index", "declare_interest", REVIEWERS),
    ("POST", "interests.index", "declare_interest", REVIEWERS),
    ("GET", "interests.everybody", "oversee_reviews", OVERSEERS),
    ("POST", "interests.end", "declare_interest", REVIEWERS, NOBODY, {"interest_id": "interest"}),
)


def approval_things(make: Factory, person: Actor) -> dict[str, Any]:
    """A submission of the provider: in review, nobody seated."""
    provider = db.session.get_one(Provider, person.provider_id)
    listing = make.solution(provider=provider, status=SolutionStatus.DRAFT)
    return {"approval": make.approval(solution=listing).id}


def interest_things(make: Factory, person: Actor) -> dict[str, Any]:
    """What the person has declared about a provider that has nothing else to do here."""
    row = DeclaredInterest(
        user_id=person.user_id, organisation_id=make.provider().organisation_id, what="曾任顾问", since=clock.today(),
        declared_by=person.user_id, declared_at=clock.now(),
    )  # fmt: skip
    with writing() as session:
        session.add(row)
    return {"interest": row.id}
