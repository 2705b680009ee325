"""What a date brings about on the shelf: a term that is over, a suspension that ends by itself."""

from datetime import date

from sqlalchemy import select

from marketplace.domain import wording
from marketplace.domain.permissions import Actor
from marketplace.extensions import db
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import clock, outbox, status_changes, system_user, unit_of_work

KIND = "solution"


def sweep() -> tuple[int, int]:
    """How many have expired, how many suspensions have ended. Each in a transaction of its own, so that one that
    somebody holds keeps none of the others waiting, and a crash loses nothing: the next sweep finds what is left."""
    today = clock.today()
    expired = sum(_decide(key, action="expire", today=today) for key in _expired(today))
    restored = sum(_decide(key, action="restore", today=today) for key in _served(today))
    return expired, restored


def _expired(today: date) -> list[int]:
    query = select(Solution.id).where(Solution.status == SolutionStatus.LISTED, Solution.expires_on < today)
    return list(db.session.scalars(query.order_by(Solution.id)))


def _served(today: date) -> list[int]:
    query = select(Solution.id).where(Solution.status == SolutionStatus.SUSPENDED, Solution.suspended_until < today)
    return list(db.session.scalars(query.order_by(Solution.id)))


def _decide(key: int, *, action: str, today: date) -> bool:
    """False when somebody has renewed, withdrawn or restored it since it was looked up."""
    with unit_of_work.writing() as session:
        actor: Actor = system_user.actor(session)
        solution: Solution = status_changes.locked(session, Solution, kind=KIND, key=key)
        end = solution.expires_on if action == "expire" else solution.suspended_until
        source = SolutionStatus.LISTED if action == "expire" else SolutionStatus.SUSPENDED
        if solution.status != source or end is None or end >= today:
            return False
        what = "审核有效期" if action == "expire" else "暂停期限"
        reason = f"{what}到{wording.day(end)}为止"
        status_changes.change(session, actor, solution, kind=KIND, action=action, reason=reason)
        solution.status_note = reason if action == "expire" else None
        solution.suspended_until = None
        outbox.put(session, topic=outbox.SOLUTION, subject_id=key)
        return True
