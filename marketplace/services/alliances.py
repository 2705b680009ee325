"""The consortia of a provider as the public reads them: active ones, with the members that have consented."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.domain import shelf, wording
from marketplace.extensions import db
from marketplace.models.consortia import Consortium, ConsortiumMember, ConsortiumStatus
from marketplace.services import solution_cards


@dataclass(frozen=True, slots=True)
class Ally:
    provider_id: int
    name: str
    scenes: str
    share: Decimal


@dataclass(frozen=True, slots=True)
class Alliance:
    """The lead stands apart from the members."""

    name: str
    industry: str
    since: date | None
    lead_id: int
    lead_name: str
    lead_share: Decimal
    members: tuple[Ally, ...]


def of_provider(provider_id: int) -> tuple[Alliance, ...]:
    """In which it sits now, as lead or member; a member that is off the shelf is not named."""
    here = (
        ConsortiumMember.provider_id == provider_id,
        ConsortiumMember.left_at.is_(None),
        ConsortiumMember.consented_at.is_not(None),
    )
    query = (
        select(Consortium)
        .where(Consortium.status == ConsortiumStatus.ACTIVE)
        .where(Consortium.id.in_(select(ConsortiumMember.consortium_id).where(*here)))
        .options(joinedload(Consortium.lead), selectinload(Consortium.members).joinedload(ConsortiumMember.provider))
        .order_by(Consortium.id)
    )
    return tuple(_alliance(one) for one in db.session.scalars(query))


def _alliance(one: Consortium) -> Alliance:
    seats = [seat for seat in one.members if seat.is_current and seat.consented_at is not None]
    shares = {seat.provider_id: seat.share for seat in seats}
    return Alliance(
        name=one.name,
        industry=wording.INDUSTRIES[one.industry],
        since=one.formed_on,
        lead_id=one.lead_id,
        lead_name=one.lead.short_name,
        lead_share=shares[one.lead_id],
        members=tuple(
            Ally(
                seat.provider_id,
                seat.provider.short_name,
                solution_cards.labels(seat.scenes, wording.SCENES),
                seat.share,
            )
            for seat in seats
            if seat.provider_id != one.lead_id and seat.provider.standing not in shelf.HIDDEN_STANDINGS
        ),
    )
