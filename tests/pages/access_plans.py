"""What test_access.py asks for on the pages from an assessment to a challenge."""

from datetime import timedelta
from typing import Any

from marketplace.domain.actors import Actor
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.challenges import Challenge, ChallengeStatus
from marketplace.services import clock, gaps
from marketplace.services.unit_of_work import writing
from tests.factories import Factory


def plan_things(make: Factory, person: Actor) -> dict[str, Any]:
    """A completed assessment, the draft that was drawn up from it, a challenge that is drafted and one that is open."""
    owner = db.session.get_one(User, person.user_id)
    assessment = make.assessment(user=owner)
    drawn = gaps.draw_up(person, assessment_id=assessment.id, target=2, scenes={"quality"})
    drafted, opened = (challenge(make, status) for status in (ChallengeStatus.DRAFT, ChallengeStatus.OPEN))
    return {
        "gap_assessment": assessment.id,
        "drawn_demand": drawn,
        "drafted_challenge": drafted.id,
        "open_challenge": opened.id,
    }


def challenge(make: Factory, status: ChallengeStatus, *, days: int = 30, **facts: Any) -> Challenge:
    """A challenge that closes `days` from today; drawn up without unmet demand behind it."""
    person, now = make.actor(make.user(Role.BUREAU_LEADER)), clock.now()
    is_draft = status == ChallengeStatus.DRAFT
    values: dict[str, Any] = {
        "title": "食品工艺设计三级解决方案", "industry": "modern_food", "scene": "process_design", "target_level": 3,
        "text": "配方改了，车间还在用旧配方单。", "closes_on": clock.today() + timedelta(days=days),
        "basis": {"lines": [], "enterprises": 1, "budget": 84_000, "unstated": 0},
    }  # fmt: skip
    row = Challenge(
        status=status,
        decided_at=None if is_draft else now,
        decided_by=None if is_draft else person.user_id,
        created_by=person.user_id,
        created_at=now,
        **(values | facts),
    )
    with writing() as session:
        session.add(row)
    return row
