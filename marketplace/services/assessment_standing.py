"""Which record speaks for an enterprise: the weightiest kind by the 2024 standard, of that kind the latest."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.domain import assessments as rules
from marketplace.models.assessments import Assessment, AssessmentKind, AssessmentStatus
from marketplace.models.enterprises import Enterprise, Progress
from marketplace.services import status_changes
from matching import standard

BY_OTHERS = frozenset({AssessmentKind.DIAGNOSIS, AssessmentKind.ON_SITE})


def refresh(session: Session, *, enterprise_id: int, voided: AssessmentKind | None = None) -> None:
    """After a record was completed or voided; without any, level and points are unknown again.

    已诊断 comes with the first diagnosis or on-site assessment, and goes only when the last such record is voided.
    """
    session.flush()
    enterprise: Enterprise = status_changes.locked(session, Enterprise, kind="enterprise", key=enterprise_id)
    rows = _completed(session, [enterprise_id])
    leading = _leading(rows)
    enterprise.overall_level = leading.level if leading else None
    enterprise.assessment_score = leading.points if leading else None
    is_diagnosed = any(row.kind in BY_OTHERS for row in rows)
    if is_diagnosed and enterprise.progress == Progress.REGISTERED:
        enterprise.progress = Progress.DIAGNOSED
    elif voided in BY_OTHERS and not is_diagnosed and enterprise.progress == Progress.DIAGNOSED:
        enterprise.progress = Progress.REGISTERED


def leading_ids(session: Session, enterprise_ids: Collection[int]) -> dict[int, int]:
    """The record that speaks for each enterprise, by enterprise; nothing for one without any."""
    by_enterprise: dict[int, list[Assessment]] = defaultdict(list)
    for row in _completed(session, enterprise_ids) if enterprise_ids else ():
        by_enterprise[row.enterprise_id].append(row)
    return {key: leading.id for key, rows in by_enterprise.items() if (leading := _leading(rows))}


def _leading(rows: Sequence[Assessment]) -> Assessment | None:
    place = rules.leading([(row.kind, row.assessed_on or row.created_at.date(), row.id) for row in rows])
    return rows[place] if place is not None else None


def _completed(session: Session, enterprise_ids: Collection[int]) -> list[Assessment]:
    query = select(Assessment).where(
        Assessment.enterprise_id.in_(enterprise_ids),
        Assessment.standard == standard.VERSION,
        Assessment.status == AssessmentStatus.COMPLETED,
    )
    return list(session.scalars(query.order_by(Assessment.id)))
