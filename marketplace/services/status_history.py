"""The public history of a thing's status: what was decided, when, by which role; never by whom."""

from dataclasses import dataclass

from sqlalchemy import select

from marketplace.domain import transitions, wording
from marketplace.extensions import db
from marketplace.models.accounts import Membership
from marketplace.models.approvals import StatusChange

STATUSES = {"solution": wording.SOLUTION_STATUSES}
STEPS = {  # the seats of the double review (实施方案 三(七)); the table of transitions has the acts of this application
    ("solution", "submit"): "提交上架申请",
    ("solution", "feasibility"): "技术可行性评估通过",
    ("solution", "price"): "价格合理性评估通过",
    ("solution", "list"): "监理复审通过，准予上架",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """As components/timeline.html shows it."""

    at: str
    who: str
    what: str
    note: str
    role: str = ""
    before: str = ""
    after: str = ""
    rule: str = ""


def of(*, kind: str, key: int) -> tuple[Entry, ...]:
    """Newest first."""
    role = (
        select(Membership.role)
        .where(Membership.user_id == StatusChange.decided_by)
        .order_by(Membership.id)
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(
            StatusChange.action,
            StatusChange.to_status,
            StatusChange.reason,
            StatusChange.seat,
            StatusChange.decided_at,
            role.label("role"),
        )
        .where(StatusChange.subject_kind == kind, StatusChange.subject_id == key)
        .order_by(StatusChange.decided_at.desc(), StatusChange.id.desc())
    )
    return tuple(
        Entry(
            at=wording.moment(row.decided_at),
            who=wording.ROLES.get(row.role or "", "平台"),
            what=_what(kind, row.action, row.to_status, row.seat),
            note=row.reason or "",
        )
        for row in db.session.execute(query)
    )


def _what(kind: str, action: str, status: str, seat: str | None) -> str:
    """The act in words; one that nobody has named is called by where it led."""
    if (kind, action) in STEPS:
        return STEPS[kind, action]
    transition = transitions.TRANSITIONS.get(kind, {}).get(action)
    label = transition.label if transition else f"转为{STATUSES.get(kind, {}).get(status, status)}"
    return f"{seat}：{label}" if seat else label
