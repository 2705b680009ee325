"""What acts on consortia share: the locks in their order, who may sit, how a seat is made and agreed to."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from marketplace.domain import consortia as rules
from marketplace.domain import permissions
from marketplace.domain.actors import Actor
from marketplace.domain.consortia import POLICY, Terms
from marketplace.domain.errors import Forbidden, Invalid, NotFound
from marketplace.domain.permissions import Permission
from marketplace.models.consortia import Consortium, ConsortiumMember, ConsortiumStatus, MemberRole
from marketplace.models.providers import Provider, Standing
from marketplace.services import clock, notifications, status_changes

KIND, SEAT = "consortium", "consortium_member"
IN_THE_POOL = frozenset({Standing.LISTED, Standing.RECOMMENDED, Standing.WATCH})
CURRENT = (ConsortiumMember.left_at.is_(None), ConsortiumMember.declined_at.is_(None))


def locked(session: Session, key: int) -> Consortium:
    """The consortium first, then its seats: every act on either holds the consortium's row."""
    row: Consortium = status_changes.locked(session, Consortium, kind=KIND, key=key)
    query = select(Consortium).where(Consortium.id == key).options(selectinload(Consortium.members))
    session.scalars(query.execution_options(populate_existing=True)).one()
    return row


def locked_seat(session: Session, key: int) -> tuple[Consortium, ConsortiumMember]:
    consortium_id = session.scalar(select(ConsortiumMember.consortium_id).where(ConsortiumMember.id == key))
    if consortium_id is None:
        raise NotFound("consortium", key)
    consortium = locked(session, consortium_id)
    return consortium, next(seat for seat in consortium.members if seat.id == key)


def current(consortium: Consortium) -> list[ConsortiumMember]:
    """The lead first, then in the order of their seats."""
    return sorted((seat for seat in consortium.members if seat.is_current), key=lambda seat: seat.role != "lead")


def composition(consortium: Consortium) -> tuple[Terms, ...]:
    return tuple(rules.of_seat(seat) for seat in current(consortium))


def allow(actor: Actor, permission: Permission, thing: object) -> None:
    if not permissions.permits(actor, permission, thing):
        raise Forbidden(permission)


def expect(session: Session, consortium: Consortium, status: ConsortiumStatus, wanted: str) -> None:
    if consortium.status != status:
        raise status_changes.conflict(session, consortium, kind=KIND, wanted=wanted)


def find_free(session: Session, provider_id: int, *, but: int | None = None) -> Provider:
    """The provider, locked, if it is in the pool and sits in fewer consortia than the policy wants; else Invalid."""
    provider = session.scalars(
        select(Provider).where(Provider.id == provider_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if provider is None:
        raise Invalid({"provider_id": ["请从在库服务商里选择"]})
    if provider.standing not in IN_THE_POOL:
        raise Invalid({"provider_id": [f"{provider.short_name}现在不在服务商池里，不能加入联合体"]})
    query = (
        select(func.count(func.distinct(ConsortiumMember.consortium_id)))
        .join(Consortium, Consortium.id == ConsortiumMember.consortium_id)
        .where(ConsortiumMember.provider_id == provider_id, *CURRENT, ConsortiumMember.consented_at.is_not(None))
        .where(Consortium.status != ConsortiumStatus.DISSOLVED, Consortium.id != (but or 0))
    )
    if (session.scalar(query) or 0) >= POLICY["per_provider"]:
        message = f"{provider.short_name}已在{POLICY['per_provider']}个联合体里，到了上限，退出一个再加入"
        raise Invalid({"provider_id": [message]})
    return provider


def seat(consortium: Consortium, actor: Actor, provider_id: int, role: MemberRole, share: Decimal, scenes: Sequence[str]) -> ConsortiumMember:  # fmt: skip  # noqa: E501
    made = ConsortiumMember(
        consortium_id=consortium.id, provider_id=provider_id, role=role, share=share, scenes=list(scenes),
        invited_at=clock.now(), invited_by=actor.user_id,
    )  # fmt: skip
    made.scenes = list(rules.of_seat(made).scenes)
    return made


def agree(actor: Actor, seat: ConsortiumMember) -> None:
    """The consent is to the terms as they stand in this moment."""
    seat.consented_at, seat.consented_by = clock.now(), actor.user_id
    seat.agreed = rules.of_seat(seat).stored()


def check_reason(reason: str) -> str:
    reason = reason.strip()
    if not 0 < len(reason) <= POLICY["reason_max"]:
        raise Invalid({"reason": [f"请写明理由，不超过{POLICY['reason_max']}个字"]})
    return reason


def tell(session: Session, actor: Actor, act: str, seat: ConsortiumMember) -> None:
    """The other side of an invitation hears of it; what was asked before has been answered or asked anew."""
    notifications.close_todos(session, SEAT, seat.id)
    audience = "lead_of_seat" if act in {"consented", "declined"} else "provider"
    key = clock.now().isoformat()  # asked twice about the same seat, he is told twice
    notifications.tell_audience(session, actor, f"{SEAT}.{act}", seat, audience=audience, page="consortium", key=key)
