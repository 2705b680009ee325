"""Writing a demand checklist: create, change, copy, publish, withdraw, delete. A published one never changes."""

import dataclasses
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.domain import demands, permissions
from marketplace.domain.actors import Actor
from marketplace.domain.demands import Conditions, Line
from marketplace.domain.errors import Forbidden, Invalid
from marketplace.domain.permissions import Permission
from marketplace.models.demands import Demand, DemandLine, DemandStatus
from marketplace.models.enterprises import Enterprise
from marketplace.services import audit, clock, lead_waves, match_runs, rankers, status_changes, unit_of_work

KIND = "demand"
COPY_MARK = "（副本）"
LOADING = (selectinload(Demand.lines), joinedload(Demand.enterprise).joinedload(Enterprise.organisation))


def create(actor: Actor, *, title: str, first_line: Line | None = None, once: str | None = None) -> int:
    """A new draft; a first line, where one is given, carries the whole weight until there are others."""
    if not permissions.permits(actor, Permission.WRITE_DEMAND) or actor.enterprise_id is None:
        raise Forbidden(Permission.WRITE_DEMAND)
    title = demands.check_title(title)
    lines = [first_line] if first_line else []
    demands.check_lines(lines)
    with unit_of_work.writing(actor, once=once) as session:
        demand = _new(actor, title=title, enterprise_id=actor.enterprise_id)
        demand.lines = rows_of(lines)
        _keep_new(session, actor, demand, once=once)
        audit.record(session, actor, "demands.created", kind=KIND, key=demand.id, details={"title": title})
        return demand.id


def copy(actor: Actor, *, demand_id: int, once: str | None = None) -> int:
    """A draft with the same content; the owner goes through the conditions anew, for they may have changed since."""
    with unit_of_work.writing(actor, once=once) as session:
        source = _own(session, actor, demand_id)
        title = source.title[: demands.POLICY["title_max"] - len(COPY_MARK)] + COPY_MARK
        demand = _new(actor, title=title, enterprise_id=source.enterprise_id)
        demand.copied_from_id = source.id
        demand.budget, demand.deadline_days = source.budget, source.deadline_days
        demand.deployments, demand.assessment_score = source.deployments, source.assessment_score
        demand.assessment_id, demand.aimed_level = source.assessment_id, source.aimed_level
        demand.lines = rows_of([line_of(row) for row in source.lines])
        _keep_new(session, actor, demand, once=once)
        audit.record(session, actor, "demands.copied", kind=KIND, key=demand.id, details={"from": source.id})
        return demand.id


def save_basics(
    actor: Actor, *, demand_id: int, version: int, title: str, score: Decimal | None, once: str | None = None
) -> None:
    facts = {"title": demands.check_title(title), "assessment_score": demands.check_score(score)}
    with unit_of_work.writing(actor, once=once) as session:
        demand = get_draft(session, actor, demand_id, version=version)
        _set(session, actor, demand, facts)
        unit_of_work.remember(session, once, kind=KIND, key=demand_id)


def save_lines(actor: Actor, *, demand_id: int, version: int, lines: Sequence[Line], once: str | None = None) -> None:
    """All lines at once, in their order; they may be incomplete and their weights may not add up yet."""
    demands.check_lines(lines)
    with unit_of_work.writing(actor, once=once) as session:
        demand = get_draft(session, actor, demand_id, version=version)
        before = [told(line_of(row)) for row in demand.lines]
        demand.lines = rows_of(_with_suggestions(lines, demand.lines))
        after = [told(line) for line in lines]
        note_change(session, actor, demand, before={"lines": before}, after={"lines": after})
        unit_of_work.remember(session, once, kind=KIND, key=demand_id)


def save_conditions(
    actor: Actor, *, demand_id: int, version: int, conditions: Conditions, once: str | None = None
) -> None:
    """Budget, deadline, deployment; what is None was left open on purpose."""
    demands.check_conditions(conditions)
    facts = {
        "budget": conditions.budget,
        "deadline_days": conditions.deadline_days,
        "deployments": list(conditions.deployments) if conditions.deployments else None,
        "is_conditions_done": True,
    }
    with unit_of_work.writing(actor, once=once) as session:
        demand = get_draft(session, actor, demand_id, version=version)
        _set(session, actor, demand, facts)
        unit_of_work.remember(session, once, kind=KIND, key=demand_id)


def publish(actor: Actor, *, demand_id: int, version: int, once: str | None = None) -> None:
    """Only a complete checklist: every line with its words, weights that sum to the total, conditions gone through.

    The ranking of that moment is kept with it.
    """
    rankers.fitted()  # before the lock: fitting takes seconds
    with unit_of_work.writing(actor, once=once) as session:
        demand = _own(session, actor, demand_id)
        found = demands.problems(demand)
        if found and demand.status == DemandStatus.DRAFT:
            raise Invalid({"publish": [problem.message for problem in found]})
        status_changes.change(session, actor, demand, kind=KIND, action="publish", version=version)
        match_runs.keep(session, actor, demand)
        unit_of_work.remember(session, once, kind=KIND, key=demand_id)


def withdraw(actor: Actor, *, demand_id: int, version: int, once: str | None = None) -> None:
    """Its open leads end with it."""
    with unit_of_work.writing(actor, once=once) as session:
        demand = _own(session, actor, demand_id)
        status_changes.change(session, actor, demand, kind=KIND, action="withdraw", version=version)
        lead_waves.cancel_open(session, actor, demand_id)
        unit_of_work.remember(session, once, kind=KIND, key=demand_id)


def delete(actor: Actor, *, demand_id: int, version: int, once: str | None = None) -> str:
    """Drafts only; copies that were made of it stay. Returns the title."""
    with unit_of_work.writing(actor, once=once) as session:
        demand = get_draft(session, actor, demand_id, version=version)
        title = demand.title
        copies = update(Demand).where(Demand.copied_from_id == demand_id).values(copied_from_id=None)
        session.execute(copies.execution_options(synchronize_session=False))
        session.delete(demand)
        audit.record(session, actor, "demands.deleted", kind=KIND, key=demand_id, details={"title": title})
        return title


def line_of(row: DemandLine) -> Line:
    return Line(row.scene, row.current_level, row.target_level, row.text, row.weight, row.is_essential, row.suggestion)


def _with_suggestions(lines: Sequence[Line], kept: Sequence[DemandLine]) -> list[Line]:
    """A form does not carry what was suggested: each scene's suggestion stays with the first line of that scene."""
    suggested = {row.scene: row.suggestion for row in reversed(kept) if row.suggestion is not None}
    return [dataclasses.replace(line, suggestion=suggested.pop(line.scene, None)) for line in lines]


def _own(session: Session, actor: Actor, demand_id: int) -> Demand:
    demand: Demand = status_changes.locked(session, Demand, kind=KIND, key=demand_id, options=LOADING)
    if not permissions.permits(actor, Permission.WRITE_DEMAND, demand):
        raise Forbidden(Permission.WRITE_DEMAND)
    return demand


def get_draft(session: Session, actor: Actor, demand_id: int, *, version: int) -> Demand:
    """The draft as the person has seen it; one that has moved on since is a conflict."""
    demand = _own(session, actor, demand_id)
    if demand.status != DemandStatus.DRAFT or demand.version != version:
        raise status_changes.conflict(session, demand, kind=KIND, wanted="修改")
    return demand


def _new(actor: Actor, *, title: str, enterprise_id: int) -> Demand:
    now = clock.now()
    return Demand(
        title=title, enterprise_id=enterprise_id, created_by=actor.user_id, created_at=now, changed_at=now,
        status=DemandStatus.DRAFT,
    )  # fmt: skip


def _keep_new(session: Session, actor: Actor, demand: Demand, *, once: str | None) -> None:
    session.add(demand)
    session.flush()
    unit_of_work.remember(session, once, kind=KIND, key=demand.id)


def rows_of(lines: Sequence[Line]) -> list[DemandLine]:
    """New rows in the order of the lines."""
    return [
        DemandLine(
            position=position,
            scene=line.scene,
            current_level=line.current_level,
            target_level=line.target_level,
            text=line.text,
            weight=line.weight,
            is_essential=line.is_essential,
            suggestion=line.suggestion,
        )
        for position, line in enumerate(lines, start=1)
    ]


def _set(session: Session, actor: Actor, demand: Demand, facts: Mapping[str, Any]) -> None:
    before = {name: getattr(demand, name) for name in facts}
    for name, value in facts.items():
        setattr(demand, name, value)
    changed = [name for name, value in facts.items() if before[name] != value]
    note_change(
        session,
        actor,
        demand,
        before={name: _plain(before[name]) for name in changed},
        after={name: _plain(facts[name]) for name in changed},
    )


def note_change(
    session: Session, actor: Actor, demand: Demand, *, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Write down what changed; the new time also moves the version, so that another tab's form is stale."""
    if before == after:
        return
    demand.changed_at = clock.now()
    details = {"before": before, "after": after}
    audit.record(session, actor, "demands.changed", kind=KIND, key=demand.id, details=details)


def told(line: Line) -> dict[str, Any]:
    """A line as the audit trail keeps it."""
    return {
        "scene": line.scene,
        "current_level": line.current_level,
        "target_level": line.target_level,
        "text": line.text,
        "weight": line.weight,
        "is_essential": line.is_essential,
    }


def _plain(value: Any) -> Any:
    """As JSON holds it: decimals as text, so that no digit is lost."""
    return str(value) if isinstance(value, Decimal) else value
