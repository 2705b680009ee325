"""The life of a listing: how long an approval carries it, what an edit of it is, what its provider may do next."""

import hashlib
import hmac
from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from marketplace.domain.answer_changes import Change
from marketplace.models.listings import VersionChange
from marketplace.models.solutions import SolutionStatus
from marketplace.policy import reader

POLICY: Mapping[str, Any] = reader.load("listings")
DECLARATION: Mapping[str, Any] = POLICY["declaration"]
OFF_SHELF = frozenset({SolutionStatus.WITHDRAWN, SolutionStatus.EXPIRED})
NEW_TERM = frozenset({VersionChange.INITIAL, VersionChange.RENEWAL})


def months_after(day: date, *, months: int) -> date:
    """The same day so many months later; the last of the month where there is no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def end_of_term(*, change: str, status: str, expires_on: date | None, today: date) -> date:
    """A first listing, a renewal and a return to the shelf start a term; who renews early loses no day of the old one.

    An edit that was reviewed keeps the term: its provider has not declared the rest anew.
    """
    if change not in NEW_TERM and status not in OFF_SHELF and expires_on is not None:
        return expires_on
    start = expires_on if change == VersionChange.RENEWAL and expires_on and expires_on > today else today
    return months_after(start, months=POLICY["term_months"])


def is_expiring(*, status: str, expires_on: date | None, today: date) -> bool:
    """On the shelf, and the end of the term is near: renewal is open."""
    near = today + timedelta(days=POLICY["remind_days"])
    return status == SolutionStatus.LISTED and expires_on is not None and expires_on <= near


def is_renewable(*, status: str, expires_on: date | None, today: date) -> bool:
    return status in OFF_SHELF or is_expiring(status=status, expires_on=expires_on, today=today)


def change_of(*, status: str, changes: Sequence[Change], is_renewal: bool) -> VersionChange | None:
    """What the edit of a listing that was approved before is; None where there is nothing to submit."""
    if any(change.is_material for change in changes):
        return VersionChange.MATERIAL
    if is_renewal or status in OFF_SHELF:
        return VersionChange.RENEWAL
    return VersionChange.MINOR if changes else None


def is_sampled(key: str, *, solution_id: int, digest: str) -> bool:
    """Whether a minor edit is picked for a later look: the same edit always or never, and nobody outside can tell."""
    drawn = hmac.new(key.encode(), f"{solution_id}:{digest}".encode(), hashlib.sha256).hexdigest()
    share: int = POLICY["sampled_per_mille"]
    return int(drawn[:8], 16) % 1000 < share
