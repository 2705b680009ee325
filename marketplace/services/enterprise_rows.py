"""What stands in an enterprise's file, stage by stage, as far as the reader may see it; one statement a table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.domain import evidence as rules
from marketplace.domain import permissions, wording
from marketplace.domain.actors import Actor
from marketplace.domain.evidence import Ask
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.assessments import Assessment, AssessmentAnswer, AssessmentKind, AssessmentStatus, SceneLevel
from marketplace.models.bundles import Basket, BasketItem, QuotationSheet
from marketplace.models.demands import Demand, DemandStatus
from marketplace.models.enterprises import Enterprise
from marketplace.models.matches import Shortlist, ShortlistEntry
from marketplace.models.reviews import Review
from marketplace.models.solutions import Solution

DEMAND_ORDER = (Demand.created_at.desc(), Demand.id.desc())


@dataclass(frozen=True, slots=True)
class Row:
    """A thing of the file; `key` is None where this reader finds no page behind it. `lines` unfold under the row."""

    kind: str
    key: int | None
    label: str
    status: str
    status_label: str
    facts: str
    at: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    rows: Mapping[str, tuple[Row, ...]]
    asks: tuple[Ask, ...]
    titles: dict[tuple[str, int], str] = field(default_factory=dict)


def collect(actor: Actor, enterprise: Enterprise, *, is_own: bool, is_reduced: bool) -> Found:
    """Who is let in by consent sees what a diagnosis or a plan needs; not whom else the enterprise deals with."""
    titles: dict[tuple[str, int], str] = {}
    assessments = _assessments(enterprise, is_own=is_own)
    answers, scenes = _latest_answers(assessments)
    rows = {
        "assessments": tuple(_assessment(actor, one, scenes, is_reduced=is_reduced) for one in assessments),
        "demands": tuple(_demands(actor, enterprise, titles, is_own=is_own, is_reduced=is_reduced)),
    }
    if not is_reduced:
        rows |= {
            "matching": tuple(_shortlists(actor, enterprise, titles)),
            "bundles": tuple(_baskets(actor, enterprise, titles)) + tuple(_sheets(actor, enterprise, titles)),
            "reviews": tuple(_reviews(enterprise)),
        }
    return Found(rows, _asks(assessments, answers, scenes), titles)


def _assessments(enterprise: Enterprise, *, is_own: bool) -> tuple[Assessment, ...]:
    """The newest first; drafts are nobody's business but the enterprise's."""
    query = select(Assessment).where(Assessment.enterprise_id == enterprise.id).options(
        joinedload(Assessment.organisation)
    )  # fmt: skip
    if not is_own:
        query = query.where(Assessment.status != AssessmentStatus.DRAFT)
    return tuple(db.session.scalars(query.order_by(Assessment.created_at.desc(), Assessment.id.desc())))


def _current(assessments: Iterable[Assessment]) -> Assessment | None:
    """The record that has to be proved: the newest that was completed by the edition in force."""
    return next(
        (one for one in assessments if one.status == AssessmentStatus.COMPLETED and one.standard == "2024"), None
    )


def _latest_answers(assessments: tuple[Assessment, ...]) -> tuple[dict[str, list[str]], dict[str, int]]:
    current = _current(assessments)
    key = current.id if current else 0
    answers = db.session.execute(
        select(AssessmentAnswer.item, AssessmentAnswer.options).where(AssessmentAnswer.assessment_id == key)
    ).all()
    scenes = db.session.execute(select(SceneLevel.scene, SceneLevel.level).where(SceneLevel.assessment_id == key)).all()
    return {row.item: row.options for row in answers}, {row.scene: row.level for row in scenes}


def _asks(
    assessments: tuple[Assessment, ...], answers: Mapping[str, list[str]], scenes: Mapping[str, int]
) -> tuple[Ask, ...]:
    current = _current(assessments)
    if current is None:
        return ()
    owed_by = "enterprise" if current.kind == AssessmentKind.SELF else "assessor"
    return rules.asked_of_assessment(current.id, answers=answers, scenes=scenes, owed_by=owed_by)


def _assessment(actor: Actor, one: Assessment, scenes: Mapping[str, int], *, is_reduced: bool) -> Row:
    result = f"{one.points:.2f}分，{wording.LEVELS[str(one.level)]}" if one.points is not None else "还没有结果"
    lines = (f"{name}：{wording.LEVELS[str(scenes[key])]}" for key, name in wording.SCENES.items() if key in scenes)
    is_current = one.status == AssessmentStatus.COMPLETED and is_reduced
    return Row(
        kind="assessment",
        key=one.id if permissions.permits(actor, Permission.READ_ASSESSMENT, one) else None,
        label=f"{wording.ASSESSMENT_KINDS[one.kind]}（{one.standard}年版）",
        status=one.status,
        status_label=wording.ASSESSMENT_STATUSES[one.status],
        facts=f"{result}，{one.organisation.name}",
        at=wording.day(one.assessed_on or one.changed_at),
        lines=tuple(lines) if is_current else (),
    )


def _demands(
    actor: Actor, enterprise: Enterprise, titles: dict[tuple[str, int], str], *, is_own: bool, is_reduced: bool
) -> Iterable[Row]:
    query = select(Demand).where(Demand.enterprise_id == enterprise.id).options(selectinload(Demand.lines))
    if not is_own:
        query = query.where(Demand.status != DemandStatus.DRAFT)
    for one in db.session.scalars(query.order_by(*DEMAND_ORDER)):
        titles["demand", one.id] = one.title
        lines = (
            f"{wording.SCENES[line.scene]}，目标{wording.LEVELS[str(line.target_level)]}：{line.text}"
            for line in one.lines
        )
        yield Row(
            kind="demand",
            key=one.id if permissions.permits(actor, Permission.READ_DEMAND, one) else None,
            label=one.title,
            status=one.status,
            status_label=wording.DEMAND_STATUSES[one.status],
            facts=f"{len(one.lines)}项需求",
            at=wording.day(one.changed_at),
            lines=tuple(lines) if is_reduced else (),
        )


def _shortlists(actor: Actor, enterprise: Enterprise, titles: dict[tuple[str, int], str]) -> Iterable[Row]:
    count = (
        select(func.count()).where(ShortlistEntry.shortlist_id == Shortlist.id).correlate(Shortlist).scalar_subquery()
    )
    query = select(Shortlist, count).where(Shortlist.organisation_id == enterprise.organisation_id)
    for one, entries in db.session.execute(query.order_by(Shortlist.created_at.desc(), Shortlist.id.desc())):
        titles["shortlist", one.id] = one.title
        yield Row(
            kind="shortlist",
            key=one.id if permissions.permits(actor, Permission.KEEP_SHORTLIST, one) else None,
            label=one.title,
            status=one.status,
            status_label=wording.SHORTLIST_STATUSES[one.status] if one.demand_id else "收藏",
            facts=f"{entries}个产品",
            at=wording.day(one.created_at),
        )


def _baskets(actor: Actor, enterprise: Enterprise, titles: dict[tuple[str, int], str]) -> Iterable[Row]:
    count = select(func.count()).where(BasketItem.basket_id == Basket.id).correlate(Basket).scalar_subquery()
    query = select(Basket, count).where(Basket.enterprise_id == enterprise.id)
    for one, items in db.session.execute(query.order_by(Basket.created_at.desc(), Basket.id.desc())):
        titles["basket", one.id] = one.title
        yield Row(
            kind="basket",
            key=one.id if permissions.permits(actor, Permission.BUILD_BUNDLE, one) else None,
            label=one.title,
            status="open",
            status_label="组合方案",
            facts=f"{items}个产品，目标{wording.LEVELS[str(one.target_level)]}",
            at=wording.day(one.changed_at),
        )


def _sheets(actor: Actor, enterprise: Enterprise, titles: dict[tuple[str, int], str]) -> Iterable[Row]:
    query = select(QuotationSheet).where(QuotationSheet.enterprise_id == enterprise.id)
    for one in db.session.scalars(query.order_by(QuotationSheet.created_at.desc(), QuotationSheet.id.desc())):
        titles["quotation_sheet", one.id] = one.number
        yield Row(
            kind="quotation_sheet",
            key=one.id if permissions.permits(actor, Permission.BUILD_BUNDLE, one) else None,
            label=f"报价单{one.number}",
            status=one.status,
            status_label=wording.SHEET_STATUSES[one.status],
            facts=f"有效期至{wording.day(one.valid_until)}",
            at=wording.day(one.created_at),
        )


def _reviews(enterprise: Enterprise) -> Iterable[Row]:
    query = (
        select(Review, Solution.name)
        .join(Solution, Solution.id == Review.solution_id)
        .where(Review.enterprise_id == enterprise.id)
        .order_by(Review.written_on.desc(), Review.id.desc())
    )
    for one, name in db.session.execute(query):
        row: Any = one
        yield Row(
            kind="solution",
            key=row.solution_id,
            label=name,
            status="done",
            status_label=f"{row.rating}分",
            facts=row.text,
            at=wording.day(row.written_on),
        )
