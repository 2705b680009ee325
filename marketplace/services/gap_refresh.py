"""Bringing a drawn-up draft to a newer assessment: shown first, then applied to the version that was seen."""

from collections.abc import Collection
from dataclasses import dataclass

from marketplace.domain import gap_changes, gaps
from marketplace.domain.actors import Actor
from marketplace.domain.demands import MAX_LINES
from marketplace.domain.errors import Invalid, NotFound
from marketplace.domain.gap_changes import Change, Kind
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.assessments import Assessment
from marketplace.models.demands import Demand, DemandStatus
from marketplace.services import audit, demand_views, demands, unit_of_work
from marketplace.services import gaps as gap_pages


@dataclass(frozen=True, slots=True)
class ChangesView:
    """What would change; `is_draft` is false where the checklist must be copied first."""

    assessment: Assessment
    demand: Demand
    target: int
    changes: tuple[Change, ...]
    is_draft: bool
    is_moved: bool  # another assessment, level or score than the checklist stands on
    is_older: bool  # the checklist stands on a later assessment than this one

    @property
    def is_empty(self) -> bool:
        return not self.is_moved and all(one.kind == Kind.ADDED or one.before == one.after for one in self.changes)


def look(actor: Actor, *, assessment_id: int, demand_id: int) -> ChangesView:
    assessment = gap_pages.find(db.session, actor, assessment_id, permission=Permission.WRITE_DEMAND)
    demand = demand_views.get(actor, demand_id, permission=Permission.WRITE_DEMAND).demand
    _check(assessment, demand)
    target = _target(assessment, demand)
    return ChangesView(
        assessment=assessment,
        demand=demand,
        target=target,
        changes=_compare(assessment, demand, target),
        is_draft=demand.status == DemandStatus.DRAFT,
        is_moved=_basis(demand) != (assessment.id, target, assessment.points),
        is_older=_is_older(assessment, demand),
    )


def apply(
    actor: Actor,
    *,
    assessment_id: int,
    demand_id: int,
    version: int,
    added: Collection[str],
    once: str | None = None,
) -> None:
    """The changes of the draft as it was seen, and the added scenes that were ticked."""
    with unit_of_work.writing(actor, once=once) as session:
        assessment = gap_pages.lock_own(session, actor, assessment_id)
        demand = demands.get_draft(session, actor, demand_id, version=version)
        _check(assessment, demand)
        target = _target(assessment, demand)
        before = [demands.told(demands.line_of(row)) for row in demand.lines]
        lines = gap_changes.apply(_compare(assessment, demand, target), added)
        if len(lines) > MAX_LINES:
            raise Invalid({"scenes": [f"清单最多{MAX_LINES}项，请少勾几项或先合并"]})
        demand.lines = demands.rows_of(lines)
        demand.assessment_id, demand.aimed_level, demand.assessment_score = assessment.id, target, assessment.points
        after = [demands.told(line) for line in lines]
        demands.note_change(session, actor, demand, before={"lines": before}, after={"lines": after})
        details = {"assessment": assessment_id, "lines": len(lines)}
        audit.record(session, actor, "demands.drawn_up", kind=demands.KIND, key=demand_id, details=details)
        unit_of_work.remember(session, once, kind=demands.KIND, key=demand_id)


def _check(assessment: Assessment, demand: Demand) -> None:
    if demand.enterprise_id != assessment.enterprise_id or demand.assessment_id is None:
        raise NotFound(demands.KIND, demand.id)
    if reason := gap_pages.why_blocked(assessment):
        raise Invalid({"assessment": [reason]})


def _target(assessment: Assessment, demand: Demand) -> int:
    return demand.aimed_level or gaps.default_target(assessment.level or 0)


def _is_older(assessment: Assessment, demand: Demand) -> bool:
    basis = db.session.get_one(Assessment, demand.assessment_id).assessed_on
    return assessment.assessed_on is not None and basis is not None and assessment.assessed_on < basis


def _basis(demand: Demand) -> tuple[object, object, object]:
    return demand.assessment_id, demand.aimed_level, demand.assessment_score


def _compare(assessment: Assessment, demand: Demand, target: int) -> tuple[Change, ...]:
    present = [demands.line_of(row) for row in demand.lines]
    return gap_changes.compare(present, gap_pages.scene_levels(assessment), target)
