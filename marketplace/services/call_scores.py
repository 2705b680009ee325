"""盲评: an expert scores alone; his scores count, and anybody else sees them, only once all are in."""

from collections.abc import Mapping

from sqlalchemy.orm import selectinload

from marketplace.domain import call_scores as rules
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Invalid, NotFound
from marketplace.models.calls import Call, CallExpert, CallScore
from marketplace.services import audit, call_experts, calls, clock, impartiality, unit_of_work

LOADING = (
    selectinload(Call.responses),
    selectinload(Call.experts).selectinload(CallExpert.scores),
)


def save(
    actor: Actor,
    *,
    call_id: int,
    response_id: int,
    typed: Mapping[int, tuple[str, str]],
    once: str | None = None,
) -> None:
    """Score and comment by criterion, for one response; may be unfinished and changed until it is submitted."""
    with unit_of_work.writing(actor, once=once) as session:
        call = calls.locked(session, call_id, *LOADING)
        seat = call_experts.own_seat(session, actor, call)
        if response_id not in {one.id for one in call.responses}:
            raise NotFound("response", response_id)
        kept = rules.check_scores(typed, [(one.id, one.name) for one in call.criteria], call.rules)
        known = {row.criterion_id: row for row in seat.scores if row.response_id == response_id}
        for key, (score, comment) in kept.items():
            row = known.pop(key, None)
            if row is None:
                row = CallScore(response_id=response_id, criterion_id=key)
                seat.scores.append(row)
            row.score, row.comment = score, comment
        for row in known.values():
            seat.scores.remove(row)
        unit_of_work.remember(session, once, kind=calls.KIND, key=call_id)
        details = {"response": response_id}
        audit.record(session, actor, "calls.scored", kind=calls.KIND, key=call_id, details=details)


def submit(actor: Actor, *, call_id: int, once: str | None = None) -> bool:
    """All scores of his at once, for good; whether they were the last ones that were missing."""
    with unit_of_work.writing(actor, once=once) as session:
        call = calls.locked(session, call_id, *LOADING)
        seat = call_experts.own_seat(session, actor, call)
        wanted = len(call.responses) * len(call.criteria)
        if len(seat.scores) < wanted:
            raise Invalid({"scores": [f"还有{wanted - len(seat.scores)}处没有打分，打完再提交"]})
        for response in call.responses:
            impartiality.check(session, actor, provider_id=response.provider_id)
        seat.submitted_at = clock.now()
        unit_of_work.remember(session, once, kind=calls.KIND, key=call_id)
        details = {"scores": wanted}
        audit.record(session, actor, "calls.scores_submitted", kind=calls.KIND, key=call_id, details=details)
        call_experts.gather(session, call)
        return call.status != "scoring"
