"""Weights by decision: an officer proposes what was fitted, a leader puts it in force with a reason, one at a time."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.domain import permissions
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, Invalid, NotFound
from marketplace.domain.permissions import Permission
from marketplace.models.matches import WeightSet, WeightSetStatus
from marketplace.services import (
    audit,
    clock,
    notifications,
    outcomes,
    rankers,
    ranking_weights,
    status_changes,
    unit_of_work,
)
from marketplace.services.outcomes import Outcomes
from matching import learning, lexicon

KIND = "weight_set"
NAME_MAX = 60  # the column's


def propose(actor: Actor, *, name: str, once: str | None = None) -> int:
    """Fit to what came of the checklists so far; refused while there is too little of it."""
    if not permissions.permits(actor, Permission.PROPOSE_WEIGHTS):
        raise Forbidden(Permission.PROPOSE_WEIGHTS)
    name = _check_name(name)
    found = outcomes.collect()
    if not found.is_enough:
        raise Invalid({"outcomes": [too_few(found)]})
    in_force = ranking_weights.in_force()
    fitted = learning.fit(
        found.judgements,
        rankers.documents(),
        weights=in_force.weights,
        lexicon=lexicon.default(),
        subsidy=rankers.subsidy(),
    )
    with unit_of_work.writing(actor, once=once) as session:
        row = WeightSet(
            name=name,
            points=dict(fitted.points),
            report=fitted.as_data() | {"grades": found.grades, "compared_with": in_force.name},
            status=WeightSetStatus.PROPOSED,
            created_by=actor.user_id,
            created_at=clock.now(),
        )
        session.add(row)
        session.flush()
        audit.record(session, actor, "weights.proposed", kind=KIND, key=row.id, details={"name": name})
        notifications.tell_audience(session, actor, "weight_set.proposed", row, audience="leaders")
        unit_of_work.remember(session, once, kind=KIND, key=row.id)
        return row.id


def adopt(actor: Actor, *, weight_set_id: int, version: int, seen: int, reason: str, once: str | None = None) -> None:
    """`seen` is the set in force as the page showed it (0: the configured weights); it is retired with this."""
    with unit_of_work.writing(actor, once=once) as session:
        rows = _locked(session)
        chosen = _chosen(rows, weight_set_id)
        adopted = next((row for row in rows if row.status == WeightSetStatus.ADOPTED), None)
        if (adopted.id if adopted else 0) != seen:
            raise status_changes.conflict(session, adopted or chosen, kind=KIND, wanted="采用")
        if adopted is not None and adopted is not chosen:
            told = f"由第{chosen.id}号“{chosen.name}”替换"
            status_changes.change(session, actor, adopted, kind=KIND, action="retire", reason=told)
            session.flush()  # one adopted at most, at every moment
        status_changes.change(session, actor, chosen, kind=KIND, action="adopt", reason=reason, version=version)
        unit_of_work.remember(session, once, kind=KIND, key=weight_set_id)


def retire(actor: Actor, *, weight_set_id: int, version: int, reason: str, once: str | None = None) -> None:
    """Back to the configured weights."""
    with unit_of_work.writing(actor, once=once) as session:
        row = _chosen(_locked(session), weight_set_id)
        status_changes.change(session, actor, row, kind=KIND, action="retire", reason=reason, version=version)
        unit_of_work.remember(session, once, kind=KIND, key=weight_set_id)


def too_few(found: Outcomes) -> str:
    least = ranking_weights.POLICY["fitting"]
    return (
        f"可用的结果还不够：现有{found.demands}份清单、{found.grades}条结果，"
        f"至少要{least['min_demands']}份清单、{least['min_grades']}条结果才能拟合"
    )


def _check_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid({"name": ["请填写方案名称，例如“2026年下半年结果拟合”"]})
    if len(name) > NAME_MAX:
        raise Invalid({"name": [f"方案名称不超过{NAME_MAX}个字，请精简"]})
    return name


def _locked(session: Session) -> Sequence[WeightSet]:
    """All sets in one order: two who decide on different sets wait for each other."""
    query = select(WeightSet).order_by(WeightSet.id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).all()


def _chosen(rows: Sequence[WeightSet], key: int) -> WeightSet:
    row = next((row for row in rows if row.id == key), None)
    if row is None:
        raise NotFound(KIND, key)
    return row
