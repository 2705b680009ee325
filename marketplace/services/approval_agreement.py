"""Cohen's kappa between the two first seats, by the quarter in which the second of them decided."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from marketplace.domain import agreement, permissions
from marketplace.domain import approvals as rules
from marketplace.domain.actors import Actor
from marketplace.domain.agreement import Agreement, Pair
from marketplace.domain.errors import Forbidden
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.approvals import Approval, ApprovalKind, ReviewSeat, Seat, Verdict
from marketplace.models.solutions import Solution
from marketplace.services import clock

PASS, OTHER = "pass", "not"


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Quarter:
    year: int
    number: int
    verdict: Agreement
    items: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Case:
    approval_id: int
    name: str
    round: int
    feasibility: str
    price: str
    decided_at: datetime


Found = tuple[int, str, int, Verdict, dict[str, Any], Verdict, dict[str, Any], datetime]


def quarters(actor: Actor) -> tuple[Quarter, ...]:
    """The newest first."""
    _check(actor)
    grouped = defaultdict(list)
    for row in _rows():
        grouped[_quarter(row)].append(row)
    return tuple(_line(*key, rows) for key, rows in sorted(grouped.items(), reverse=True))


def cases(actor: Actor, *, year: int, number: int) -> tuple[Case, ...]:
    """The rows behind a quarter, those first in which the two differed."""
    _check(actor)
    rows = [row for row in _rows() if _quarter(row) == (year, number)]
    found = [Case(row[0], row[1], row[2], str(row[3]), str(row[5]), row[7]) for row in rows]
    return tuple(sorted(found, key=lambda one: ((one.feasibility == PASS) == (one.price == PASS), one.decided_at)))


def _check(actor: Actor) -> None:
    if not permissions.permits(actor, Permission.OVERSEE_REVIEWS):
        raise Forbidden(Permission.OVERSEE_REVIEWS)


def _rows() -> list[Found]:
    """Every round in which both have decided, of every submission but samples."""
    one, other = aliased(ReviewSeat), aliased(ReviewSeat)
    query = (
        select(
            Approval.id, Solution.name, one.round, one.verdict, one.checklist, other.verdict, other.checklist,
            one.decided_at, other.decided_at,
        )
        .join(one, one.approval_id == Approval.id)
        .join(other, (other.approval_id == Approval.id) & (other.round == one.round))
        .join(Solution, Solution.id == Approval.solution_id)
        .where(one.seat == Seat.FEASIBILITY, other.seat == Seat.PRICE, Approval.kind != ApprovalKind.SAMPLE)
        .where(one.verdict.is_not(None), other.verdict.is_not(None))
        .order_by(Approval.id, one.round)
    )  # fmt: skip
    return [(*row[:7], max(row[7], row[8])) for row in db.session.execute(query)]


def _quarter(row: Found) -> tuple[int, int]:
    return agreement.quarter(row[7].astimezone(clock.CITY_ZONE).date())


def _line(year: int, number: int, rows: list[Found]) -> Quarter:
    shared = [item for item in rules.checklist(Seat.PRICE, ApprovalKind.INITIAL) if item.is_shared]
    lines = tuple(Line(item.text, agreement.of(_answers(rows, item.id))) for item in shared)
    return Quarter(year, number, agreement.of([(_short(row[3]), _short(row[5])) for row in rows]), lines)


def _short(verdict: Verdict) -> str:
    return PASS if verdict == Verdict.PASS else OTHER


def _answers(rows: list[Found], item: str) -> list[Pair]:
    pairs = ((row[4].get(item), row[6].get(item)) for row in rows)
    return [(str(one), str(other)) for one, other in pairs if one is not None and other is not None]
