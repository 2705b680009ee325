"""联合体 while it is being formed: the lead invites and sets terms, members consent to them or decline."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.domain import consortia as rules
from marketplace.domain.actors import Actor
from marketplace.domain.consortia import POLICY
from marketplace.domain.errors import Conflict, Forbidden, Invalid
from marketplace.domain.permissions import Permission
from marketplace.models.consortia import Consortium, ConsortiumMember, ConsortiumStatus, MemberRole
from marketplace.services import audit, clock, concentration, consortium_seats, unit_of_work
from marketplace.services.consortium_seats import KIND

FORMING = ConsortiumStatus.FORMING


@dataclass(frozen=True, slots=True)
class Plan:
    """What the lead fills in to begin: the consortium, and its own part in it."""

    name: str
    industry: str
    purpose: str
    share: Decimal | None
    scenes: tuple[str, ...]


def may_lead(session: Session, provider_id: int | None) -> tuple[str, ...]:
    """The industries that the provider leads, in which it may begin a consortium."""
    held = concentration.leads(session)
    return tuple(industry for industry, leads in held.items() if provider_id in leads)


def found(actor: Actor, *, plan: Plan, once: str | None = None) -> int:
    """The lead's own seat is agreed to at once."""
    consortium_seats.allow(actor, Permission.KEEP_CONSORTIUM, None)
    if actor.provider_id is None:
        raise Forbidden(Permission.KEEP_CONSORTIUM)
    name, purpose = _checked(plan)
    with unit_of_work.writing(actor, once=once) as session:
        if plan.industry not in may_lead(session, actor.provider_id):
            raise Invalid({"industry": ["只能在本单位牵头的行业里发起联合体"]})
        consortium_seats.find_free(session, actor.provider_id)
        if session.scalar(select(Consortium.id).where(Consortium.name == name)) is not None:
            raise Invalid({"name": ["已有同名的联合体，请换一个名称"]})
        made = Consortium(
            name=name, lead_id=actor.provider_id, industry=plan.industry, purpose=purpose, status=FORMING,
            declarations=[], created_by=actor.user_id, created_at=clock.now(),
        )  # fmt: skip
        session.add(made)
        _flush(session, "name", "已有同名的联合体，请换一个名称")
        own = consortium_seats.seat(
            made, actor, actor.provider_id, MemberRole.LEAD, plan.share or Decimal(0), plan.scenes
        )
        consortium_seats.agree(actor, own)
        session.add(own)
        unit_of_work.remember(session, once, kind=KIND, key=made.id)
        details = {"name": name, "industry": plan.industry}
        audit.record(session, actor, "consortia.founded", kind=KIND, key=made.id, details=details)
        return made.id


def _checked(plan: Plan) -> tuple[str, str]:
    name, purpose = " ".join(plan.name.split()), plan.purpose.strip()
    messages: dict[str, list[str]] = {}
    if not 0 < len(name) <= POLICY["name_max"]:
        messages["name"] = [f"请填写联合体名称，不超过{POLICY['name_max']}个字"]
    if not POLICY["purpose_min"] <= len(purpose) <= POLICY["purpose_max"]:
        messages["purpose"] = [f"请写明为什么组建、怎么分工，{POLICY['purpose_min']}到{POLICY['purpose_max']}个字"]
    try:
        rules.check_terms(plan.share, plan.scenes, role=MemberRole.LEAD)
    except Invalid as error:
        messages |= error.messages
    if messages:
        raise Invalid(messages)
    return name, purpose


def _flush(session: Session, field: str, message: str) -> None:
    """What a unique index refuses was done by somebody else in the same moment."""
    try:
        session.flush()
    except IntegrityError as error:
        raise Invalid({field: [message]}) from error


def invite(
    actor: Actor, *, consortium_id: int, provider_id: int, share: Decimal | None, scenes: Sequence[str],
    once: str | None = None,
) -> int:  # fmt: skip
    """A seat that waits for the consent of its holder."""
    with unit_of_work.writing(actor, once=once) as session:
        consortium = _own(session, actor, consortium_id, wanted="邀请成员")
        rules.check_terms(share, scenes)
        if any(seat.provider_id == provider_id for seat in consortium_seats.current(consortium)):
            raise Invalid({"provider_id": ["这家已经在名单里，请直接调整它的份额和场景"]})
        consortium_seats.find_free(session, provider_id, but=consortium_id)
        made = consortium_seats.seat(consortium, actor, provider_id, MemberRole.MEMBER, share or Decimal(0), scenes)
        session.add(made)
        session.flush()
        unit_of_work.remember(session, once, kind=KIND, key=consortium_id)
        _record(session, actor, "consortia.invited", made)
        consortium_seats.tell(session, actor, "invited", made)
        return made.id


def set_terms(
    actor: Actor, *, seat_id: int, version: int, share: Decimal | None, scenes: Sequence[str], once: str | None = None
) -> None:
    """Other terms void the consent that was given to the old ones; the lead agrees to its own by setting them."""
    with unit_of_work.writing(actor, once=once) as session:
        consortium, seat = consortium_seats.locked_seat(session, seat_id)
        consortium_seats.allow(actor, Permission.KEEP_CONSORTIUM, consortium)
        consortium_seats.expect(session, consortium, FORMING, "调整份额和场景")
        _same(consortium, seat, version, "调整份额和场景")
        rules.check_terms(share, scenes, role=seat.role)
        before = rules.of_seat(seat)
        seat.share = share or Decimal(0)
        seat.scenes = list(rules.terms(seat.provider_id, seat.role, seat.share, scenes).scenes)
        unit_of_work.remember(session, once, kind=KIND, key=consortium.id)
        if rules.of_seat(seat) == before:
            return
        seat.consented_at = seat.consented_by = seat.agreed = None
        if seat.role == MemberRole.LEAD:
            consortium_seats.agree(actor, seat)
        else:
            consortium_seats.tell(session, actor, "terms_changed", seat)
        _record(session, actor, "consortia.terms_changed", seat)


def uninvite(actor: Actor, *, seat_id: int, version: int, once: str | None = None) -> None:
    """The lead takes a seat back before the consortium stands; the row stays."""
    with unit_of_work.writing(actor, once=once) as session:
        consortium, seat = consortium_seats.locked_seat(session, seat_id)
        consortium_seats.allow(actor, Permission.KEEP_CONSORTIUM, consortium)
        consortium_seats.expect(session, consortium, FORMING, "撤回邀请")
        _same(consortium, seat, version, "撤回邀请")
        if seat.role == MemberRole.LEAD:
            raise Invalid({"seats": ["牵头单位不能移出自己；不再组建的，请解散"]})
        seat.left_at = clock.now()
        unit_of_work.remember(session, once, kind=KIND, key=consortium.id)
        details = {"provider": seat.provider_id}
        audit.record(session, actor, "consortia.uninvited", kind=KIND, key=consortium.id, details=details)
        consortium_seats.tell(session, actor, "uninvited", seat)


def consent(actor: Actor, *, seat_id: int, version: int, once: str | None = None) -> None:
    """To the terms that stood on the page: a seat that has changed since is refused."""
    with unit_of_work.writing(actor, once=once) as session:
        consortium, seat = consortium_seats.locked_seat(session, seat_id)
        consortium_seats.allow(actor, Permission.ANSWER_CONSORTIUM, seat)
        consortium_seats.expect(session, consortium, FORMING, "同意加入")
        _same(consortium, seat, version, "同意加入")
        if seat.consented_at is None:
            consortium_seats.find_free(session, seat.provider_id, but=consortium.id)
            consortium_seats.agree(actor, seat)
            _record(session, actor, "consortia.consented", seat)
            consortium_seats.tell(session, actor, "consented", seat)
        unit_of_work.remember(session, once, kind=KIND, key=consortium.id)


def decline(actor: Actor, *, seat_id: int, version: int, reason: str, once: str | None = None) -> None:
    """Before the consortium stands, a consent may be taken back the same way."""
    reason = consortium_seats.check_reason(reason)
    with unit_of_work.writing(actor, once=once) as session:
        consortium, seat = consortium_seats.locked_seat(session, seat_id)
        consortium_seats.allow(actor, Permission.ANSWER_CONSORTIUM, seat)
        consortium_seats.expect(session, consortium, FORMING, "不加入")
        _same(consortium, seat, version, "不加入")
        if seat.role == MemberRole.LEAD:
            raise Invalid({"reason": ["牵头单位不再组建的，请解散"]})
        seat.consented_at = seat.consented_by = seat.agreed = None
        seat.declined_at, seat.decline_reason = clock.now(), reason
        unit_of_work.remember(session, once, kind=KIND, key=consortium.id)
        details = {"provider": seat.provider_id, "reason": reason}
        audit.record(session, actor, "consortia.declined", kind=KIND, key=consortium.id, details=details)
        consortium_seats.tell(session, actor, "declined", seat)


def _own(session: Session, actor: Actor, consortium_id: int, *, wanted: str) -> Consortium:
    consortium = consortium_seats.locked(session, consortium_id)
    consortium_seats.allow(actor, Permission.KEEP_CONSORTIUM, consortium)
    consortium_seats.expect(session, consortium, FORMING, wanted)
    return consortium


def _same(consortium: Consortium, seat: ConsortiumMember, version: int, wanted: str) -> None:
    if not seat.is_current or seat.version != version:
        raise Conflict(KIND, consortium.id, str(consortium.status), wanted=wanted)


def _record(session: Session, actor: Actor, act: str, seat: ConsortiumMember) -> None:
    details = {"provider": seat.provider_id, "share": str(seat.share), "scenes": list(seat.scenes)}
    audit.record(session, actor, act, kind=KIND, key=seat.consortium_id, details=details)
