"""From the tables to what `matching` takes: the same dataclasses that its command line reads from files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.domain import demands, shelf
from marketplace.extensions import db
from marketplace.models.assessments import Assessment, AssessmentStatus, SceneLevel
from marketplace.models.demands import Demand
from marketplace.models.solutions import PricePlan, Solution
from marketplace.services import assessment_standing
from matching import documents, standard

LOADING = (
    joinedload(Solution.provider),
    selectinload(Solution.coverage),
    selectinload(Solution.price_plans),
    selectinload(Solution.cases),
)


def solutions(rows: Sequence[Solution]) -> tuple[documents.Solution, ...]:
    """Those on the shelf; whoever is suspended or removed is not even handed over."""
    return tuple(solution(row) for row in rows if shelf.is_on_shelf(row))


def solution(row: Solution) -> documents.Solution:
    """Everything that the provider wrote takes part in the text: the description, and what each function does."""
    return documents.Solution(
        id=str(row.id),
        name=row.name,
        provider_id=str(row.provider_id),
        summary=row.summary,
        description="\n".join([row.description, *(one.function for one in row.coverage)]),
        coverage={one.scene: one.level for one in row.coverage},
        industries=_known(row.industries),
        gbt4754=tuple(row.gbt4754),
        sizes=_known(row.sizes),
        deployment=_known(row.deployments),
        days_to_deploy=row.days_to_deploy,
        price=_price(shelf.entry_plan(row.price_plans)),
        cases=tuple(
            documents.Case(case.industry, case.scene, case.level_before, case.level_after) for case in row.cases
        ),
        provider=documents.Provider(
            documents.Standing(row.provider.standing), row.provider.rating_sum, row.provider.rating_count
        ),
    )


def _known(values: list[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)


def _price(plan: PricePlan | None) -> documents.Price | None:
    """The cheapest plan, as the card shows it."""
    if plan is None:
        return None
    share = 1.0 if plan.subsidy_category in shelf.ELIGIBLE else 0.0
    return documents.Price(documents.PriceModel(plan.model), plan.amount, share)


@dataclass(frozen=True, slots=True)
class Assessed:
    """What the assessment behind a checklist says; nothing where there is none by this edition."""

    points: Decimal | None = None
    levels: Mapping[str, int] | None = None


def demand(row: Demand) -> documents.Demand:
    """The checklist with its lines and its enterprise (loaded), and the assessment behind it: the one that it was drawn
    up from, else the one that speaks for the enterprise.
    """
    return next(iter(demands_of([row])))


def demands_of(rows: Sequence[Demand]) -> tuple[documents.Demand, ...]:
    """As many statements for one checklist as for all."""
    unlinked = {row.enterprise_id for row in rows if row.assessment_id is None}
    leading = assessment_standing.leading_ids(db.session, unlinked)
    behind = {row.id: row.assessment_id or leading.get(row.enterprise_id, 0) for row in rows}
    found = _assessed(list(filter(None, behind.values())))
    return tuple(_demand(row, found.get(behind[row.id], Assessed())) for row in rows)


def _assessed(ids: Sequence[int]) -> dict[int, Assessed]:
    """Completed records by the edition in force; one of an earlier edition is never compared."""
    if not ids:
        return {}
    query = (
        select(Assessment.id, Assessment.points, SceneLevel.scene, SceneLevel.level)
        .outerjoin(SceneLevel, SceneLevel.assessment_id == Assessment.id)
        .where(Assessment.id.in_(ids), Assessment.status == AssessmentStatus.COMPLETED)
        .where(Assessment.standard == standard.VERSION)
        .order_by(SceneLevel.id)
    )
    points: dict[int, Decimal | None] = {}
    levels: dict[int, dict[str, int]] = {}
    for row in db.session.execute(query):
        points[row.id] = row.points
        reached = levels.setdefault(row.id, {})
        if row.scene is not None:
            reached[row.scene] = row.level
    return {key: Assessed(points[key], levels[key] or None) for key in points}


def _demand(row: Demand, assessed: Assessed) -> documents.Demand:
    """A present level that is not known is taken as 0, which favours nobody. A draft without any weight yet is ranked
    as if all lines weighed the same.
    """
    is_unweighted = demands.weights_total(row.lines) == 0
    lines = tuple(
        documents.DemandLine(
            id=str(line.position),
            scene=line.scene,
            current_level=line.current_level or 0,
            target_level=line.target_level,
            text=line.text,
            weight=1 if is_unweighted else line.weight,
            is_essential=line.is_essential,
        )
        for line in row.lines
    )
    score = row.assessment_score if assessed.points is None else assessed.points
    return documents.Demand(
        id=str(row.id),
        enterprise=documents.Enterprise(
            row.enterprise.industry, row.enterprise.gbt4754, row.enterprise.size, row.enterprise.employees
        ),
        lines=lines,
        budget=row.budget,
        deadline_days=row.deadline_days,
        deployment=tuple(row.deployments) if row.deployments else None,
        assessment_score=None if score is None else float(score),
        scene_levels=assessed.levels,
    )
