"""What came of published checklists, as grades for the fitting of weights: shortlists and leads tell what fitted."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.extensions import db
from marketplace.models.demands import Demand, DemandStatus
from marketplace.models.leads import DeclineReason, Lead, LeadStatus
from marketplace.models.matches import Shortlist, ShortlistEntry, ShortlistStatus
from marketplace.services import demand_views, match_inputs, ranking_weights
from matching.documents import Judgement

GRADES: Mapping[str, int] = ranking_weights.POLICY["grades"]
Told = tuple[int, int, int]  # demand, solution, grade


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Demands with at least one positive grade, and how many grades there are in all."""

    judgements: tuple[Judgement, ...]
    grades: int

    @property
    def demands(self) -> int:
        return len(self.judgements)

    @property
    def is_enough(self) -> bool:
        least: Mapping[str, int] = ranking_weights.POLICY["fitting"]
        return self.demands >= least["min_demands"] and self.grades >= least["min_grades"]


def collect() -> Outcomes:
    """The best grade of a product for a checklist counts; a checklist that was never published says nothing."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for demand, solution, grade in (*_shortlisted(), *_led()):
        found[demand][solution] = max(grade, found[demand].get(solution, 0))
    told = {key: grades for key, grades in found.items() if any(grades.values())}
    query = select(Demand).where(Demand.id.in_(told), Demand.status != DemandStatus.DRAFT).order_by(Demand.id)
    demands = db.session.scalars(query.options(*demand_views.LOADING)).all()
    judgements = tuple(
        Judgement(matched, {str(key): grade for key, grade in sorted(told[row.id].items())})
        for row, matched in zip(demands, match_inputs.demands_of(demands), strict=True)
    )
    return Outcomes(judgements, sum(len(one.grades) for one in judgements))


def _shortlisted() -> Iterator[Told]:
    """Favourites belong to no checklist and tell nothing."""
    query = select(Shortlist.demand_id, Shortlist.status, ShortlistEntry.solution_id)
    query = query.join(ShortlistEntry, ShortlistEntry.shortlist_id == Shortlist.id)
    for row in db.session.execute(query.where(Shortlist.demand_id.is_not(None))):
        grade = GRADES["decided" if row.status == ShortlistStatus.CLOSED else "shortlisted"]
        yield row.demand_id, row.solution_id, grade


def _led() -> Iterator[Told]:
    """The products that the provider was asked for."""
    for row in db.session.execute(select(Lead.demand_id, Lead.status, Lead.decline_reason, Lead.reasons)):
        grade = _grade(row.status, row.decline_reason)
        if grade is not None:
            for key, _ in row.reasons.get("solutions", ()):
                yield row.demand_id, key, grade


def _grade(status: LeadStatus, reason: DeclineReason | None) -> int | None:
    """A provider without capacity says nothing about the fit; one whose field it is not does."""
    if status == LeadStatus.DECLINED:
        return GRADES["not_our_field"] if reason == DeclineReason.NOT_OUR_FIELD else None
    return {LeadStatus.INTRODUCED: GRADES["introduced"], LeadStatus.INTERESTED: GRADES["interested"]}.get(status)
