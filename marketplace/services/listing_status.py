"""The bureau leader takes a listing off the shelf, or puts it back."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from marketplace.domain import permissions, steps, transitions
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, Invalid, NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import clock, outbox, status_changes, unit_of_work
from marketplace.services.solution_details import Detail

KIND = "solution"


@dataclass(frozen=True, slots=True)
class Question:
    """What the confirm page asks: the act, the listing, and the version that the answer refers to."""

    solution_id: int
    name: str
    label: str
    version: int
    is_possible: bool


def question(actor: Actor, *, solution_id: int, action: str) -> Question:
    query = select(Solution).where(Solution.id == solution_id, Solution.listed_at.is_not(None))
    solution = db.session.scalars(query).one_or_none()
    if solution is None:
        raise NotFound(KIND, solution_id)
    transition = transitions.TRANSITIONS[KIND][action]
    if not permissions.permits(actor, transition.permission, solution):
        raise Forbidden(transition.permission)
    is_possible = solution.status in transition.sources
    return Question(solution.id, solution.name, transition.label, solution.version, is_possible)


def decide(
    actor: Actor,
    *,
    solution_id: int,
    action: str,
    reason: str,
    version: int | None,
    once: str | None,
    until: date | None = None,
) -> None:
    """The reason of a suspension stands on the listing's page until the leader restores it or its last day is over."""
    if until is not None and until < clock.today():
        raise Invalid({"until": ["最后一天不能早于今天"]})
    with unit_of_work.writing(actor, once=once) as session:
        solution: Solution = status_changes.locked(session, Solution, kind=KIND, key=solution_id)
        status_changes.change(session, actor, solution, kind=KIND, action=action, reason=reason, version=version)
        is_suspended = solution.status == SolutionStatus.SUSPENDED
        solution.status_note = reason.strip() if is_suspended else None
        solution.suspended_until = until if is_suspended else None
        outbox.put(session, topic=outbox.SOLUTION, subject_id=solution_id)
        unit_of_work.remember(session, once, kind=KIND, key=solution_id)


def offered(actor: Actor | None, solution: Detail | Solution) -> tuple[steps.Transition, ...]:
    """The acts that this person can take now."""
    if actor is None or not permissions.permits(actor, Permission.SUSPEND_LISTING, solution):
        return ()
    return tuple(row for row in transitions.available(KIND, solution.status) if row.action in {"suspend", "restore"})
