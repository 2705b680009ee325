"""Reading kept runs: those of a checklist, one as it was, and what has changed from an earlier one."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from marketplace.domain import permissions
from marketplace.domain.actors import Actor
from marketplace.domain.errors import NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.accounts import User
from marketplace.models.demands import Demand
from marketplace.models.matches import MatchOrder, MatchRun
from marketplace.services import criteria, demand_views, match_changes, ranking_weights
from marketplace.services.criteria import StateGroup
from marketplace.services.match_changes import Changes
from marketplace.services.pages import Page

PER_PAGE: int = ranking_weights.POLICY["shown"]["runs"]
ORDERS = {MatchOrder.FIT: "按匹配程度", MatchOrder.PLAIN: "不按画像"}


@dataclass(frozen=True, slots=True)
class RunRow:
    id: int
    created_at: datetime
    by: str
    order: str
    weights: str
    places: int
    best: str
    best_score: Decimal | None


@dataclass(frozen=True, slots=True)
class RunList:
    demand: Demand
    page: Page[RunRow]
    may_keep: bool


@dataclass(frozen=True, slots=True)
class KeptPlace:
    number: int
    solution_id: int
    name: str
    provider_id: int
    provider_name: str
    score: Decimal
    groups: tuple[StateGroup, ...]


@dataclass(frozen=True, slots=True)
class RunView:
    """Everything as it was kept; only the links lead to what is there now."""

    run: MatchRun
    demand: Demand
    by: str
    order: str
    places: tuple[KeptPlace, ...]
    providers: tuple[dict[str, Any], ...]
    points: tuple[tuple[str, float], ...]
    changes: Changes | None
    earlier: tuple[tuple[int, datetime], ...]
    may_rerun: bool


def page(actor: Actor, demand_id: int, *, number: int) -> RunList:
    """Newest first."""
    sheet = demand_views.get(actor, demand_id, permission=Permission.RANK_DEMAND)
    total = db.session.scalar(select(func.count(MatchRun.id)).where(MatchRun.demand_id == demand_id)) or 0
    number = Page.clamp(number, total=total, per_page=PER_PAGE)
    query = (
        select(MatchRun, User.name)
        .outerjoin(User, User.id == MatchRun.created_by)
        .where(MatchRun.demand_id == demand_id)
        .order_by(MatchRun.id.desc())
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    )
    rows = tuple(_row(run, name) for run, name in db.session.execute(query))
    may_keep = sheet.may_write and sheet.demand.status == "published"
    return RunList(sheet.demand, Page(rows, number=number, per_page=PER_PAGE, total=total), may_keep)


def _row(run: MatchRun, name: str | None) -> RunRow:
    places = run.results["places"]
    best = places[0] if places else None
    return RunRow(
        id=run.id,
        created_at=run.created_at,
        by=name or "系统",
        order=ORDERS[run.order],
        weights=run.weights["name"],
        places=len(places),
        best=best["name"] if best else "",
        best_score=Decimal(best["score"]) if best else None,
    )


def get(actor: Actor, run_id: int, *, since: int | None = None) -> RunView:
    """The run; with `since`, compared with an earlier one of the same checklist and order."""
    row = db.session.execute(
        select(MatchRun, User.name).outerjoin(User, User.id == MatchRun.created_by).where(MatchRun.id == run_id)
    ).one_or_none()
    if row is None:
        raise NotFound("match_run", run_id)
    run, name = row
    sheet = demand_views.get(actor, run.demand_id, permission=Permission.RANK_DEMAND)
    earlier = _earlier(run)
    compared = db.session.get(MatchRun, since) if since in {key for key, _ in earlier} else None
    return RunView(
        run=run,
        demand=sheet.demand,
        by=name or "系统",
        order=ORDERS[run.order],
        places=_places(run),
        providers=tuple(run.results["providers"]),
        points=tuple((criteria.PARTS[key], value) for key, value in run.weights["points"].items()),
        changes=match_changes.between(compared, run) if compared else None,
        earlier=earlier,
        may_rerun=permissions.permits(actor, Permission.WRITE_DEMAND, sheet.demand)
        and sheet.demand.status == "published",
    )


def _earlier(run: MatchRun) -> tuple[tuple[int, datetime], ...]:
    """Runs that this one can be compared with, the newest first."""
    query = select(MatchRun.id, MatchRun.created_at).where(
        MatchRun.demand_id == run.demand_id, MatchRun.order == run.order, MatchRun.id < run.id
    )
    rows = db.session.execute(query.order_by(MatchRun.id.desc()).limit(PER_PAGE))
    return tuple((row.id, row.created_at) for row in rows)


def _places(run: MatchRun) -> tuple[KeptPlace, ...]:
    return tuple(
        KeptPlace(
            number=number,
            solution_id=row["solution"],
            name=row["name"],
            provider_id=row["provider"],
            provider_name=row["provider_name"],
            score=Decimal(row["score"]),
            groups=criteria.grouped(criteria.restored(row["criteria"])),
        )
        for number, row in enumerate(run.results["places"], start=1)
    )
