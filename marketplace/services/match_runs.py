"""Kept runs (匹配记录): a ranking as it was, with what went in, by which weights, from which catalogue.

Equal inputs give equal bytes, so two runs can be compared and anybody can check one again.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.domain import permissions
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, Invalid
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.demands import Demand, DemandStatus
from marketplace.models.matches import MatchOrder, MatchRun
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution
from marketplace.services import audit, clock, criteria, demand_views, matches, rankers, status_changes, unit_of_work
from marketplace.services.matches import Computed
from matching import standard
from matching.results import Result

KIND = "match_run"


@dataclass(frozen=True, slots=True)
class Content:
    """What a run keeps, as JSON; the order of its keys is that of the code, never of a set."""

    inputs: dict[str, Any]
    weights: dict[str, Any]
    versions: dict[str, Any]
    results: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Last:
    """The newest kept run of a demand in this order, and whether the ranking of this moment is still the same."""

    id: int
    created_at: datetime
    is_current: bool


def create(actor: Actor, *, demand_id: int, order: MatchOrder, once: str | None = None) -> int:
    """Compute and keep; only a published checklist has runs, for that one does not change any more."""
    rankers.fitted()  # before the lock: fitting takes seconds, and others may write meanwhile
    with unit_of_work.writing(actor, once=once) as session:
        demand = _published(session, actor, demand_id)
        run = keep(session, actor, demand, order=order)
        details = {"run": run.id}
        audit.record(session, actor, "matches.run", kind="demand", key=demand.id, details=details)
        unit_of_work.remember(session, once, kind=KIND, key=run.id)
        return run.id


def rerun(actor: Actor, *, run_id: int, once: str | None = None) -> int:
    """The same ranking again as of now; the page of the new run shows what is different."""
    rankers.fitted()
    with unit_of_work.writing(actor, once=once) as session:
        earlier: MatchRun = status_changes.locked(session, MatchRun, kind=KIND, key=run_id)
        demand = _published(session, actor, earlier.demand_id)
        run = keep(session, actor, demand, order=earlier.order)
        is_changed = scores(run.results) != scores(earlier.results)
        details = {"run": run.id, "changed": is_changed}
        audit.record(session, actor, "matches.rerun", kind="demand", key=demand.id, details=details)
        unit_of_work.remember(session, once, kind=KIND, key=run.id)
        return run.id


def _published(session: Session, actor: Actor, demand_id: int) -> Demand:
    demand: Demand = status_changes.locked(session, Demand, kind="demand", key=demand_id, options=demand_views.LOADING)
    if not permissions.permits(actor, Permission.WRITE_DEMAND, demand):
        raise Forbidden(Permission.WRITE_DEMAND)
    if demand.status == DemandStatus.DRAFT:
        raise Invalid({"run": ["草稿只能预览，发布后才能保存匹配结果"]})
    if demand.status != DemandStatus.PUBLISHED:
        raise status_changes.conflict(session, demand, kind="demand", wanted="计算匹配")
    return demand


def keep(session: Session, actor: Actor, demand: Demand, *, order: MatchOrder = MatchOrder.FIT) -> MatchRun:
    """A new run in the caller's transaction; the demand has its lines and its enterprise."""
    computed = matches.compute(demand, order=order)
    made = content(computed)
    run = MatchRun(
        demand_id=demand.id,
        order=order,
        seed=computed.seed,
        inputs=made.inputs,
        weights=made.weights,
        versions=made.versions,
        results=made.results,
        created_by=actor.user_id,
        created_at=clock.now(),
    )
    session.add(run)
    session.flush()
    return run


def content(computed: Computed) -> Content:
    in_force = computed.fitted.weights
    return Content(
        inputs=_plain(asdict(computed.matched)),
        weights={"set": in_force.key, "name": in_force.name, "points": dict(in_force.points)},
        versions={
            "standard": standard.VERSION,
            "weights": in_force.version,
            "catalogue": computed.fitted.catalogue,
            "size": computed.fitted.size,
        },
        results={"places": _places(computed), "providers": _providers(computed)},
    )


def _places(computed: Computed) -> list[dict[str, Any]]:
    results = computed.ranking.results
    names = _names([int(one.solution) for one in results])
    return [_place(one, computed.demand, names) for one in results if int(one.solution) in names]


def _place(result: Result, demand: Demand, names: Mapping[int, dict[str, Any]]) -> dict[str, Any]:
    rows = criteria.views(result.criteria, demand)
    key = int(result.solution)
    return {"solution": key, **names[key], "score": str(criteria.total(rows)), "criteria": criteria.stored(rows)}


def _names(ids: list[int]) -> dict[int, dict[str, Any]]:
    """As they were called: a name may change later."""
    query = select(Solution.id, Solution.name, Solution.provider_id, Provider.short_name)
    rows = db.session.execute(query.join(Provider, Provider.id == Solution.provider_id).where(Solution.id.in_(ids)))
    return {row.id: {"name": row.name, "provider": row.provider_id, "provider_name": row.short_name} for row in rows}


def _providers(computed: Computed) -> list[dict[str, Any]]:
    return [
        {
            "provider": place.id,
            "name": place.name,
            "score": str(place.score),
            "covered": list(place.covered),
            "missing": list(place.missing),
            "solutions": [list(one) for one in place.solutions],
        }
        for place in matches.provider_places(computed.ranking, computed.demand)
    ]


def _plain(value: Any) -> Any:
    """As JSON has it, so that what was just made equals what was kept."""
    return json.loads(json.dumps(value, ensure_ascii=False, sort_keys=True))


def scores(results: Mapping[str, Any]) -> list[tuple[int, Decimal]]:
    return [(place["solution"], Decimal(place["score"])) for place in results["places"]]


def last(demand_id: int, computed: Computed) -> Last | None:
    """Compared by places and scores: that is what the reader sees."""
    query = select(MatchRun.id, MatchRun.created_at, MatchRun.results)
    query = query.where(MatchRun.demand_id == demand_id, MatchRun.order == computed.order)
    row = db.session.execute(query.order_by(MatchRun.id.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    now = [
        (int(one.solution), criteria.total(criteria.views(one.criteria, computed.demand)))
        for one in computed.ranking.results
    ]
    return Last(row.id, row.created_at, scores(row.results) == now)


def count(demand_id: int) -> int:
    return db.session.scalar(select(func.count(MatchRun.id)).where(MatchRun.demand_id == demand_id)) or 0
