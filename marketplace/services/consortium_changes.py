"""Changes of an active consortium: proposed, consented to, confirmed, then in force as a whole."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from marketplace.domain import consortia as rules
from marketplace.domain import permissions
from marketplace.domain.actors import Actor
from marketplace.domain.consortia import Terms
from marketplace.domain.errors import Conflict, Forbidden, Invalid, NotFound
from marketplace.domain.permissions import Permission
from marketplace.models.consortia import (
    ChangeStatus,
    Consortium,
    ConsortiumChange,
    ConsortiumConsent,
    ConsortiumMember,
    ConsortiumStatus,
    MemberRole,
)
from marketplace.models.providers import Provider
from marketplace.services import audit, clock, consortia, consortium_seats, notifications, status_changes, unit_of_work
from marketplace.services.consortium_decisions import PENDING
from marketplace.services.consortium_seats import IN_THE_POOL

KIND = "consortium_change"
ACTIVE = ConsortiumStatus.ACTIVE


def propose(
    actor: Actor, *, consortium_id: int, seen: str, after: Sequence[Terms], reason: str, once: str | None = None
) -> int:
    """How all seats are to stand; `seen` tells which composition the form was made of."""
    reason = consortium_seats.check_reason(reason)
    with unit_of_work.writing(actor, once=once) as session:
        consortium = consortium_seats.locked(session, consortium_id)
        consortium_seats.allow(actor, Permission.KEEP_CONSORTIUM, consortium)
        consortium_seats.expect(session, consortium, ACTIVE, "提出变更")
        before = consortium_seats.composition(consortium)
        if rules.mark(before) != seen:
            raise Conflict("consortium", consortium_id, str(consortium.status), wanted="提出变更")
        _check(session, consortium, before, after)
        change = ConsortiumChange(
            consortium_id=consortium_id, proposer_id=consortium.lead_id, reason=reason,
            before=[one.stored() for one in before], after=[one.stored() for one in after],
            status=ChangeStatus.CONSENTING, proposed_at=clock.now(), proposed_by=actor.user_id,
        )  # fmt: skip
        change.consents = _asked(session, actor, consortium, before, after)
        session.add(change)
        session.flush()
        unit_of_work.remember(session, once, kind=KIND, key=change.id)
        details = {"consortium": consortium_id, "reason": reason, "seats": change.after}
        audit.record(session, actor, "consortia.change_proposed", kind=KIND, key=change.id, details=details)
        notifications.tell_audience(session, actor, "consortium_change.proposed", change, audience="change_asked")
        _go_on(session, actor, change)
        return change.id


def _check(session: Session, consortium: Consortium, before: Sequence[Terms], after: Sequence[Terms]) -> None:
    if len({one.provider_id for one in after}) != len(after):
        raise Invalid({"seats": ["同一家单位只能有一个席位"]})
    rules.check_whole(after)
    if not rules.touched(before, after):
        raise Invalid({"seats": ["和现在的一样，没有要变更的内容"]})
    pending = select(ConsortiumChange.id).where(
        ConsortiumChange.consortium_id == consortium.id, ConsortiumChange.status.in_(PENDING)
    )
    if session.scalar(pending) is not None:
        raise Invalid({"seats": ["已有一项变更在办，办完或撤回后再提"]})
    _check_people(session, consortium, before, after)


def _check_people(session: Session, consortium: Consortium, before: Sequence[Terms], after: Sequence[Terms]) -> None:
    """Who comes is in the pool and has a seat free; a new lead leads the industry."""
    here = {one.provider_id for one in before}
    for key in sorted(one.provider_id for one in after if one.provider_id not in here):
        consortium_seats.find_free(session, key, but=consortium.id)
    lead = next(one.provider_id for one in after if one.role == MemberRole.LEAD)
    if lead != consortium.lead_id and consortium.industry not in consortia.may_lead(session, lead):
        raise Invalid({"seats": ["新的牵头单位应是本行业的牵头服务商"]})


def _asked(
    session: Session, actor: Actor, consortium: Consortium, before: Sequence[Terms], after: Sequence[Terms]
) -> list[ConsortiumConsent]:
    """Whom it touches; the lead agrees by proposing, who lost his place in the pool is not asked about leaving."""
    staying = {one.provider_id for one in after}
    query = select(Provider.id, Provider.standing).where(Provider.id.in_({one.provider_id for one in before}))
    gone = {row.id for row in session.execute(query) if row.standing not in IN_THE_POOL and row.id not in staying}
    asked = sorted((rules.touched(before, after) | {consortium.lead_id}) - (gone - {consortium.lead_id}))
    return [
        ConsortiumConsent(
            provider_id=key,
            consented_at=clock.now() if key == consortium.lead_id else None,
            consented_by=actor.user_id if key == consortium.lead_id else None,
        )
        for key in asked
    ]


def _go_on(session: Session, actor: Actor, change: ConsortiumChange) -> None:
    """With the last word it goes to the bureau."""
    if all(one.consented_at is not None for one in change.consents):
        status_changes.change(session, actor, change, kind=KIND, action="agree")


def consent(actor: Actor, *, change_id: int, version: int, once: str | None = None) -> None:
    with unit_of_work.writing(actor, once=once) as session:
        change = _locked(session, change_id)
        consortium_seats.allow(actor, Permission.ANSWER_CONSORTIUM, change)
        if change.status != ChangeStatus.CONSENTING or change.version != version:
            raise status_changes.conflict(session, change, kind=KIND, wanted="同意变更")
        own = next(one for one in change.consents if one.provider_id == actor.provider_id)
        if own.consented_at is None:
            own.consented_at, own.consented_by = clock.now(), actor.user_id
            details = {"provider": own.provider_id}
            audit.record(session, actor, "consortia.change_consented", kind=KIND, key=change_id, details=details)
            notifications.close_own_todos(session, actor, KIND, change_id)
            _go_on(session, actor, change)
        unit_of_work.remember(session, once, kind=KIND, key=change_id)


def decline(actor: Actor, *, change_id: int, version: int, reason: str, once: str | None = None) -> None:
    """One no of whom it touches ends it."""
    if not permissions.permits(actor, Permission.ANSWER_CONSORTIUM):
        raise Forbidden(Permission.ANSWER_CONSORTIUM)
    _step(actor, change_id, "decline", version=version, reason=consortium_seats.check_reason(reason), once=once)


def withdraw(actor: Actor, *, change_id: int, version: int, once: str | None = None) -> None:
    _step(actor, change_id, "withdraw", version=version, once=once)


def refuse(actor: Actor, *, change_id: int, version: int, reason: str, once: str | None = None) -> None:
    _step(actor, change_id, "refuse", version=version, reason=consortium_seats.check_reason(reason), once=once)


def _step(
    actor: Actor, change_id: int, action: str, *, version: int, reason: str | None = None, once: str | None = None
) -> None:
    with unit_of_work.writing(actor, once=once) as session:
        change = _locked(session, change_id)
        status_changes.change(session, actor, change, kind=KIND, action=action, reason=reason, version=version)
        unit_of_work.remember(session, once, kind=KIND, key=change_id)


def confirm(actor: Actor, *, change_id: int, version: int, once: str | None = None) -> None:
    """Takes effect at once and as a whole: seats that end keep their rows, seats that begin carry the consent."""
    with unit_of_work.writing(actor, once=once) as session:
        change = _locked(session, change_id)
        status_changes.change(session, actor, change, kind=KIND, action="confirm", version=version)
        consortium = consortium_seats.locked(session, change.consortium_id)
        consortium_seats.expect(session, consortium, ACTIVE, "同意变更")
        before = consortium_seats.composition(consortium)
        after = tuple(rules.read(one) for one in change.after)
        if rules.mark(before) != rules.mark([rules.read(one) for one in change.before]):
            raise Conflict(KIND, change_id, str(change.status), wanted="同意变更")
        rules.check_whole(after)
        _check_people(session, consortium, before, after)
        _apply(session, consortium, change, after)
        unit_of_work.remember(session, once, kind=KIND, key=change_id)
        details = {"change_id": change_id, "seats": change.after}
        audit.record(session, actor, "consortia.changed", kind="consortium", key=consortium.id, details=details)


def _apply(session: Session, consortium: Consortium, change: ConsortiumChange, after: Sequence[Terms]) -> None:
    now = clock.now()
    wanted = {one.provider_id: one for one in after}
    kept = set[int]()
    for seat in consortium_seats.current(consortium):
        if wanted.get(seat.provider_id) == rules.of_seat(seat):
            kept.add(seat.provider_id)
        else:
            seat.left_at = now
    session.flush()  # the old seat ends before the new one begins: the index of current seats is unique
    words: Mapping[int, ConsortiumConsent] = {one.provider_id: one for one in change.consents}
    for one in after:
        if one.provider_id not in kept:
            session.add(_seat(consortium, change, one, words[one.provider_id]))
    consortium.lead_id = next(one.provider_id for one in after if one.role == MemberRole.LEAD)
    session.flush()


def _seat(consortium: Consortium, change: ConsortiumChange, one: Terms, word: ConsortiumConsent) -> ConsortiumMember:
    return ConsortiumMember(
        consortium_id=consortium.id, provider_id=one.provider_id, role=MemberRole(one.role), share=one.share,
        scenes=list(one.scenes), invited_at=change.proposed_at, invited_by=change.proposed_by,
        consented_at=word.consented_at, consented_by=word.consented_by, agreed=one.stored(),
    )  # fmt: skip


def _locked(session: Session, change_id: int) -> ConsortiumChange:
    """The consortium's row first, as every act on it does."""
    consortium_id = session.scalar(select(ConsortiumChange.consortium_id).where(ConsortiumChange.id == change_id))
    if consortium_id is None:
        raise NotFound(KIND, change_id)
    consortium_seats.locked(session, consortium_id)
    options = (selectinload(ConsortiumChange.consents),)
    change: ConsortiumChange = status_changes.locked(
        session, ConsortiumChange, kind=KIND, key=change_id, options=options
    )
    return change
