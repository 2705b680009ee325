"""What a lead may choose from when it keeps its consortium; everything here refuses who does not lead it."""

from sqlalchemy import select

from marketplace.domain import permissions, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.consortia import Consortium, ConsortiumMember
from marketplace.models.providers import Provider
from marketplace.services import consortia, consortium_seats, consortium_views
from marketplace.services.consortium_views import SeatView, View


def industries(actor: Actor) -> dict[str, str]:
    """Where the provider may begin a consortium; empty for everybody else."""
    if actor.provider_id is None:
        return {}
    return {one: wording.INDUSTRIES[one] for one in consortia.may_lead(db.session, actor.provider_id)}


def candidates(consortium: Consortium) -> dict[str, str]:
    """Who is in the pool and not yet at the table, those of the industry first."""
    here = {seat.provider_id for seat in consortium_seats.current(consortium)}
    query = select(Provider.id, Provider.short_name, Provider.kind, Provider.industries)
    rows = db.session.execute(query.where(Provider.standing.in_(consortium_seats.IN_THE_POOL)).order_by(Provider.id))
    found = [row for row in rows if row.id not in here]
    found.sort(key=lambda row: (consortium.industry not in row.industries, bool(row.industries)))
    return {str(row.id): f"{row.short_name}（{wording.PROVIDER_KINDS[row.kind]}）" for row in found}


def own(actor: Actor, consortium_id: int) -> View:
    view = consortium_views.get(actor, consortium_id)
    if not permissions.permits(actor, Permission.KEEP_CONSORTIUM, view.consortium):
        raise Forbidden(Permission.KEEP_CONSORTIUM)
    return view


def own_seat(actor: Actor, seat_id: int) -> tuple[View, SeatView]:
    view = own(actor, consortium_of(actor, seat_id))
    seat = next((one for one in (*view.seats, *view.former) if one.seat.id == seat_id), None)
    if seat is None:
        raise NotFound("consortium", seat_id)
    return view, seat


def consortium_of(actor: Actor, seat_id: int) -> int:
    """Which consortium the seat belongs to; refused to who may not read it."""
    key = db.session.scalar(select(ConsortiumMember.consortium_id).where(ConsortiumMember.id == seat_id))
    if key is None:
        raise NotFound("consortium", seat_id)
    return consortium_views.get(actor, key).consortium.id
