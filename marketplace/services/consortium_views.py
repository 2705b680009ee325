"""Reading consortia: the provider's own, the bureau's queue, one consortium; for who has a part in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.domain import consortia as rules
from marketplace.domain import permissions, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Invalid, NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.consortia import (
    ChangeStatus,
    Consortium,
    ConsortiumChange,
    ConsortiumConsent,
    ConsortiumMember,
    ConsortiumStatus,
    MemberRole,
)
from marketplace.models.leads import Lead, LeadStatus
from marketplace.services import consortium_change_views, consortium_seats, status_changes
from marketplace.services.consortium_change_views import ChangeView


@dataclass(frozen=True, slots=True)
class SeatView:
    seat: ConsortiumMember
    name: str
    share: str
    scenes: str
    state: str  # consented, waiting, declined, withdrawn, left
    at: str
    may_answer: bool
    may_edit: bool


@dataclass(frozen=True, slots=True)
class View:
    consortium: Consortium
    seats: tuple[SeatView, ...]
    former: tuple[SeatView, ...]
    changes: tuple[ChangeView, ...]
    problems: tuple[str, ...]  # what is still missing before it may be submitted
    obligations: tuple[str, ...]
    total: str
    answer: str  # why it was sent back
    may_keep: bool
    may_decide: bool
    may_dissolve: bool

    @property
    def invitation(self) -> SeatView | None:
        return next((one for one in self.seats if one.may_answer), None)


@dataclass(frozen=True, slots=True)
class Row:
    consortium: Consortium
    lead: str
    members: int
    is_own: bool


@dataclass(frozen=True, slots=True)
class Board:
    """`invited` and `asked` wait for the provider, `submitted` and `changes` for the bureau."""

    invited: tuple[Row, ...]
    asked: tuple[ChangeView, ...]
    submitted: tuple[Row, ...]
    changes: tuple[ChangeView, ...]
    forming: tuple[Row, ...]
    active: tuple[Row, ...]
    past: tuple[Row, ...]


LOADED = (joinedload(Consortium.lead), selectinload(Consortium.members).joinedload(ConsortiumMember.provider))


def board(actor: Actor) -> Board:
    """A provider sees where it has a part, city staff see all."""
    own = actor.provider_id
    query = select(Consortium).options(*LOADED).order_by(Consortium.created_at.desc(), Consortium.id.desc())
    if own is not None:
        part = select(ConsortiumMember.consortium_id).where(ConsortiumMember.provider_id == own)
        query = query.where(Consortium.id.in_(part))
    rows = [_row(one, own) for one in db.session.scalars(query)]
    invited = {row.consortium.id for row in rows if _is_invited(row.consortium, own)}
    by = {
        status: tuple(row for row in rows if row.consortium.status == status and row.consortium.id not in invited)
        for status in ConsortiumStatus
    }
    changes = consortium_change_views.waiting(actor)
    return Board(
        invited=tuple(row for row in rows if row.consortium.id in invited),
        asked=tuple(one for one in changes if one.may_answer),
        submitted=by[ConsortiumStatus.SUBMITTED],
        changes=tuple(one for one in changes if not one.may_answer),
        forming=by[ConsortiumStatus.FORMING],
        active=by[ConsortiumStatus.ACTIVE],
        past=by[ConsortiumStatus.DISSOLVED],
    )


def _row(one: Consortium, own: int | None) -> Row:
    return Row(one, one.lead.short_name, len(consortium_seats.current(one)), one.lead_id == own)


def _is_invited(one: Consortium, own: int | None) -> bool:
    if own is None or one.status != ConsortiumStatus.FORMING:
        return False
    return any(seat.provider_id == own and seat.consented_at is None for seat in consortium_seats.current(one))


def get(actor: Actor, consortium_id: int) -> View:
    query = select(Consortium).where(Consortium.id == consortium_id).options(*LOADED)
    one = db.session.scalars(query).one_or_none()
    if one is None or not (permissions.permits(actor, Permission.READ_CONSORTIUM, one) or _is_asked(actor, one.id)):
        raise NotFound("consortium", consortium_id)
    changes = (
        select(ConsortiumChange)
        .where(ConsortiumChange.consortium_id == one.id)
        .options(*consortium_change_views.LOADED)
    )
    rows = db.session.scalars(changes.order_by(ConsortiumChange.id.desc())).all()
    is_forming, is_over = one.status == ConsortiumStatus.FORMING, one.status == ConsortiumStatus.DISSOLVED
    seats = consortium_seats.current(one)
    return View(
        consortium=one,
        seats=tuple(_seat_view(actor, one, seat) for seat in seats),
        former=tuple(_seat_view(actor, one, seat) for seat in one.members if not seat.is_current),
        changes=consortium_change_views.views(actor, rows),
        problems=_problems(one) if is_forming else (),
        obligations=() if is_over else _obligations(actor, one, rows),
        total=rules.plain(sum((seat.share for seat in seats), rules.WHOLE - rules.WHOLE)),
        answer=_sent_back(one) if is_forming else "",
        may_keep=permissions.permits(actor, Permission.KEEP_CONSORTIUM, one),
        may_decide=permissions.permits(actor, Permission.DECIDE_CONSORTIUM, one),
        may_dissolve=not is_over and permissions.permits(actor, Permission.DISSOLVE_CONSORTIUM, one),
    )


def _is_asked(actor: Actor, consortium_id: int) -> bool:
    """By a change that would bring it in."""
    query = (
        select(ConsortiumConsent.id)
        .join(ConsortiumChange, ConsortiumChange.id == ConsortiumConsent.change_id)
        .where(ConsortiumChange.consortium_id == consortium_id, ConsortiumConsent.provider_id == actor.provider_id)
    )
    return actor.provider_id is not None and db.session.scalar(query.limit(1)) is not None


def _seat_view(actor: Actor, one: Consortium, seat: ConsortiumMember) -> SeatView:
    is_forming = one.status == ConsortiumStatus.FORMING
    state, at = _state(seat)
    return SeatView(
        seat=seat,
        name=seat.provider.short_name,
        share=rules.plain(seat.share),
        scenes=rules.scene_words(seat.scenes),
        state=state,
        at=at,
        may_answer=is_forming
        and seat.is_current
        and seat.role != MemberRole.LEAD
        and permissions.permits(actor, Permission.ANSWER_CONSORTIUM, seat),
        may_edit=is_forming and seat.is_current and permissions.permits(actor, Permission.KEEP_CONSORTIUM, one),
    )


def _state(seat: ConsortiumMember) -> tuple[str, str]:
    if seat.declined_at is not None:
        return "declined", wording.day(seat.declined_at)
    if seat.left_at is not None:
        return ("left" if seat.consented_at else "withdrawn"), wording.day(seat.left_at)
    if seat.consented_at is not None:
        return "consented", wording.day(seat.consented_at)
    return "waiting", wording.day(seat.invited_at)


def _sent_back(one: Consortium) -> str:
    changes = status_changes.history(db.session, kind=consortium_seats.KIND, key=one.id)
    return (changes[-1].reason or "") if changes and changes[-1].action == "return" else ""


def _problems(one: Consortium) -> tuple[str, ...]:
    found: list[str] = []
    try:
        rules.check_whole(consortium_seats.composition(one))
    except Invalid as error:
        found += [message for messages in error.messages.values() for message in messages]
    waiting = [seat for seat in consortium_seats.current(one) if not rules.holds_consent(seat)]
    if waiting:
        found.append("、".join(seat.provider.short_name for seat in waiting) + "还没有同意现在的份额和场景")
    return tuple(found)


def _obligations(actor: Actor, one: Consortium, changes: Sequence[ConsortiumChange]) -> tuple[str, ...]:
    """What is open when it is dissolved: of introductions a provider hears its own alone, the bureau all members'."""
    found = []
    if any(row.status in (ChangeStatus.CONSENTING, ChangeStatus.SUBMITTED) for row in changes):
        found.append("有一项变更在办，解散后随之终止。")
    if one.status == ConsortiumStatus.ACTIVE:
        members = {seat.provider_id for seat in consortium_seats.current(one)}
        counted = members if actor.provider_id is None else members & {actor.provider_id}
        query = select(func.count(Lead.id)).where(Lead.provider_id.in_(counted), Lead.status == LeadStatus.INTRODUCED)
        if number := db.session.scalar(query):
            whose = "各成员" if actor.provider_id is None else "本单位"
            found.append(f"{whose}有{number}条已对接的商机，解散不影响已和企业谈定的事，由各成员继续履行。")
    return tuple(found)
