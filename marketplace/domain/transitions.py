"""Every status change that exists, one table a noun: action, sources, target, permission, is a reason due."""

from dataclasses import dataclass

from marketplace.domain.permissions import Permission
from marketplace.models.demands import DemandStatus
from marketplace.models.matches import ShortlistStatus
from marketplace.models.solutions import SolutionStatus


@dataclass(frozen=True, slots=True)
class Transition:
    action: str
    label: str
    sources: frozenset[str]
    target: str
    permission: Permission
    needs_reason: bool = False


def _table(*rows: Transition) -> dict[str, Transition]:
    return {row.action: row for row in rows}


TRANSITIONS: dict[str, dict[str, Transition]] = {
    "demand": _table(
        Transition("publish", "发布", frozenset({DemandStatus.DRAFT}), DemandStatus.PUBLISHED, Permission.WRITE_DEMAND),
        Transition(
            "withdraw", "撤回", frozenset({DemandStatus.PUBLISHED}), DemandStatus.WITHDRAWN, Permission.WRITE_DEMAND
        ),
    ),
    "solution": _table(
        Transition(
            "suspend",
            "暂停",
            frozenset({SolutionStatus.LISTED}),
            SolutionStatus.SUSPENDED,
            Permission.SUSPEND_LISTING,
            needs_reason=True,
        ),
        Transition(
            "restore",
            "恢复",
            frozenset({SolutionStatus.SUSPENDED}),
            SolutionStatus.LISTED,
            Permission.SUSPEND_LISTING,
            needs_reason=True,
        ),
    ),
    "shortlist": _table(
        Transition(
            "close", "定稿", frozenset({ShortlistStatus.OPEN}), ShortlistStatus.CLOSED, Permission.KEEP_SHORTLIST
        ),
        Transition(
            "reopen", "重新打开", frozenset({ShortlistStatus.CLOSED}), ShortlistStatus.OPEN, Permission.KEEP_SHORTLIST
        ),
    ),
}


def available(kind: str, status: str) -> tuple[Transition, ...]:
    return tuple(row for row in TRANSITIONS[kind].values() if status in row.sources)


INITIAL: dict[str, str] = {
    "demand": DemandStatus.DRAFT,
    "solution": SolutionStatus.DRAFT,
    "shortlist": ShortlistStatus.OPEN,
}
