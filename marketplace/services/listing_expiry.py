"""What a date brings about on the shelf: a term that is over, a suspension that ends by itself."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import exists, select

from marketplace.domain import listings as rules
from marketplace.domain import wording
from marketplace.domain.actors import Actor
from marketplace.extensions import db
from marketplace.models.notifications import Notification
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import clock, notifications, outbox, status_changes, system_user, unit_of_work

KIND = "solution"
REMINDER = "solution.expiring"  # a line of domain/notices


@dataclass(frozen=True, slots=True)
class Swept:
    expired: int
    restored: int
    reminded: int


def sweep() -> Swept:
    """Each listing in a transaction of its own, so that one that somebody holds keeps none of the others waiting, and
    a crash loses nothing: the next sweep finds what is left."""
    today = clock.today()
    expired = sum(_decide(key, action="expire", today=today) for key in _expired(today))
    restored = sum(_decide(key, action="restore", today=today) for key in _served(today))
    return Swept(expired, restored, sum(_remind(key) for key in _ending(today)))


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


def _ending(today: date) -> list[int]:
    """Those whose renewal is open and whose provider has not been told of this end."""
    near = today + timedelta(days=rules.POLICY["remind_days"])
    told = exists().where(
        Notification.subject_kind == KIND,
        Notification.subject_id == Solution.id,
        Notification.kind == REMINDER,
        Notification.ends_at > clock.now(),
    )
    is_near = Solution.expires_on.between(today, near)
    query = select(Solution.id).where(Solution.status == SolutionStatus.LISTED, is_near, ~told)
    return list(db.session.scalars(query.order_by(Solution.id)))


def _remind(key: int) -> bool:
    """A to-do of the provider's people until the term is over; the same words are never told twice."""
    with unit_of_work.writing() as session:
        solution: Solution = status_changes.locked(session, Solution, kind=KIND, key=key)
        end = solution.expires_on
        if solution.status != SolutionStatus.LISTED or end is None:
            return False
        over = datetime.combine(end + timedelta(days=1), time.min, tzinfo=wording.CITY_ZONE)
        until = wording.day(end)
        actor = system_user.actor(session)
        notifications.tell_audience(
            session, actor, REMINDER, solution, audience="provider", page="own_listing", ends_at=over, until=until
        )
        return True
