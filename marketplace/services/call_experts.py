"""评分专家: assigned by the bureau where nothing ties them to a response; each may stand aside (回避)."""

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from marketplace.domain import call_scores, permissions
from marketplace.domain.actors import Actor
from marketplace.domain.call_scores import Seat
from marketplace.domain.errors import Conflict, Forbidden, Invalid
from marketplace.domain.permissions import Permission
from marketplace.models.accounts import Membership, Role, User
from marketplace.models.calls import Call, CallExpert, CallResponse, CallStatus
from marketplace.models.providers import Provider
from marketplace.services import (
    audit,
    calls,
    clock,
    impartiality,
    notifications,
    status_changes,
    system_user,
    unit_of_work,
)

LOADING = (
    selectinload(Call.responses).joinedload(CallResponse.provider).joinedload(Provider.organisation),
    selectinload(Call.experts).joinedload(CallExpert.user),
)


def assign(actor: Actor, *, call_id: int, user_id: int, once: str | None = None) -> None:
    """While the call is being scored; refused with the ties that speak against it."""
    calls.managed(actor)
    with unit_of_work.writing(actor, once=once) as session:
        call = calls.locked(session, call_id, *LOADING)
        if call.status != CallStatus.SCORING:
            raise status_changes.conflict(session, call, kind=calls.KIND, wanted="指定专家")
        if user_id not in {user.id for user in _experts(session)}:
            raise Invalid({"expert": ["请从专家库里选人"]})
        if any(one.user_id == user_id for one in call.experts):
            raise Conflict(calls.KIND, call_id, "已指定这位专家")
        if found := ties(session, call, user_id=user_id):
            raise Invalid({"expert": [f"这位专家应当回避。{'；'.join(found)}"]})
        row = CallExpert(call_id=call_id, user_id=user_id, assigned_by=actor.user_id, assigned_at=clock.now())
        session.add(row)
        notifications.tell(
            session, "call.assigned", subject_kind=calls.KIND, subject_id=call_id, to=[user_id],
            words={"name": call.title},
        )  # fmt: skip
        unit_of_work.remember(session, once, kind=calls.KIND, key=call_id)
        details = {"expert": user_id}
        audit.record(session, actor, "calls.expert_assigned", kind=calls.KIND, key=call_id, details=details)


def recuse(actor: Actor, *, call_id: int, reason: str, once: str | None = None) -> None:
    """Before his scores are in; what he has put down so far counts for nothing."""
    calls.check_reason(reason)
    if not reason.strip():
        raise Invalid({"reason": ["请写明回避的理由"]})
    with unit_of_work.writing(actor, once=once) as session:
        call = calls.locked(session, call_id, *LOADING)
        seat = own_seat(session, actor, call)
        seat.recused_at, seat.recusal_reason = clock.now(), reason.strip()
        unit_of_work.remember(session, once, kind=calls.KIND, key=call_id)
        details = {"expert": actor.user_id, "reason": reason.strip()}
        audit.record(session, actor, "calls.expert_recused", kind=calls.KIND, key=call_id, details=details)
        gather(session, call)


def own_seat(session: Session, actor: Actor, call: Call) -> CallExpert:
    """The actor's seat, as long as he still works on it; the call is locked, with its experts."""
    if not permissions.permits(actor, Permission.SCORE_CALL):
        raise Forbidden(Permission.SCORE_CALL)
    seat = next((one for one in call.experts if one.user_id == actor.user_id), None)
    if seat is None:
        raise Forbidden(Permission.SCORE_CALL)
    if call.status != CallStatus.SCORING:
        raise status_changes.conflict(session, call, kind=calls.KIND, wanted="评分")
    if seat.submitted_at is not None or seat.recused_at is not None:
        raise Conflict(calls.KIND, call.id, "评分已提交" if seat.submitted_at else "已回避", wanted="评分")
    return seat


def seats_of(call: Call) -> tuple[Seat, ...]:
    return tuple(Seat(one.id, one.submitted_at is not None, one.recused_at is not None) for one in call.experts)


def gather(session: Session, call: Call) -> None:
    """When the last scores are in, the platform lays them side by side; the call is locked."""
    if call_scores.is_complete(seats_of(call), least=call.rules["experts_min"]):
        status_changes.change(session, system_user.actor(session), call, kind=calls.KIND, action="gather")


def ties(session: Session, call: Call, *, user_id: int) -> tuple[str, ...]:
    firms = [(one.provider_id, one.provider.short_name) for one in call.responses]
    return impartiality.ties_to_any(session, user_id=user_id, providers=firms)


def candidates(session: Session, call: Call) -> tuple[tuple[User, tuple[str, ...]], ...]:
    """Every expert who is not assigned yet, with what speaks against him."""
    assigned = {one.user_id for one in call.experts}
    return tuple((user, ties(session, call, user_id=user.id)) for user in _experts(session) if user.id not in assigned)


def _experts(session: Session) -> tuple[User, ...]:
    query = (
        select(User)
        .join(Membership)
        .where(Membership.role == Role.EXPERT, User.is_active.is_(True))
        .options(selectinload(User.memberships).joinedload(Membership.organisation))
        .order_by(User.id)
    )
    return tuple(session.scalars(query).unique())


def whole(session: Session, call_id: int) -> Call | None:
    """Unlocked, with everything that scoring shows."""
    query = select(Call).where(Call.id == call_id).options(selectinload(Call.criteria), *LOADING)
    return session.scalars(query).unique().one_or_none()
