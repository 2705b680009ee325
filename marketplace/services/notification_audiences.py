"""Who is concerned by a change: small functions from the thing to the query of user ids, by the name in the table."""

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, or_, select
from sqlalchemy.orm import Session

from marketplace.domain import shelf
from marketplace.models.accounts import Membership, Organisation, Role, User
from marketplace.models.approvals import ReviewSeat
from marketplace.models.calls import CallExpert, CallResponse
from marketplace.models.challenges import ChallengeResponse
from marketplace.models.consortia import Consortium, ConsortiumConsent, ConsortiumMember
from marketplace.models.enterprises import Enterprise
from marketplace.models.matches import Shortlist, ShortlistEntry, ShortlistStatus
from marketplace.models.providers import Provider

People = Select[int]
Audience = Callable[[Any], People]


def find(session: Session, name: str, thing: Any, *, but: int | None) -> tuple[int, ...]:
    """The active people of the audience in a fixed order, without the one who acted."""
    query = select(User.id).where(User.id.in_(AUDIENCES[name](thing)), User.is_active, User.id != (but or 0))
    with session.no_autoflush:  # the caller's change goes to the database when he is ready, once
        return tuple(session.scalars(query.order_by(User.id)))


def of_provider(provider_id: int) -> People:
    return _of(select(Provider.organisation_id).where(Provider.id == provider_id))


def of_enterprise(enterprise_id: int) -> People:
    return _of(select(Enterprise.organisation_id).where(Enterprise.id == enterprise_id))


def of_organisation(organisation_id: int | None) -> People:
    return select(Membership.user_id).where(Membership.organisation_id == organisation_id)


def of_roles(*roles: Role) -> People:
    return select(Membership.user_id).where(Membership.role.in_(roles))


def of_providers(condition: ColumnElement[bool]) -> People:
    return _of(select(Provider.organisation_id).where(condition))


def _of(organisations: Any) -> People:
    return select(Membership.user_id).where(Membership.organisation_id.in_(organisations))


def _county_of_enterprise(thing: Any) -> People:
    where = select(Organisation.county).join(Enterprise).where(Enterprise.id == thing.enterprise_id)
    seats = select(Membership.user_id).join(Organisation).where(Membership.role == Role.COUNTY_OFFICER)
    return seats.where(Organisation.county == where.scalar_subquery())


def _considering(solution: Any) -> People:
    """Organisations with the solution on a shortlist that is still open."""
    lists = select(Shortlist.organisation_id).join(ShortlistEntry)
    return _of(lists.where(ShortlistEntry.solution_id == solution.id, Shortlist.status == ShortlistStatus.OPEN))


def _seats(approval: Any) -> People:
    return select(ReviewSeat.reviewer_id).where(ReviewSeat.approval_id == approval.id)


def _panel(approval: Any) -> People:
    """Whoever may sit on a panel by office; the two who differ are not called to judge themselves."""
    return of_roles(*STEERING, Role.EXPERT).where(Membership.user_id.not_in(_seats(approval)))


def _providers_of_industry(thing: Any) -> People:
    """All whose place in the pool lets them act; whoever names no industry works for all."""
    industries = cast(Provider.industries, Text)
    works_there = or_(industries == "[]", industries.contains(f'"{thing.industry}"'))
    return of_providers(and_(Provider.standing.not_in(shelf.HIDDEN_STANDINGS), works_there))


def _consortium_members(consortium: Any) -> People:
    """Who sits in it now, and the lead, whether or not he has a seat any more."""
    seats = select(ConsortiumMember.provider_id).where(
        ConsortiumMember.consortium_id == consortium.id,
        ConsortiumMember.left_at.is_(None),
        ConsortiumMember.declined_at.is_(None),
    )
    return of_providers(or_(Provider.id.in_(seats), Provider.id == consortium.lead_id))


def _lead_of_seat(seat: Any) -> People:
    return of_providers(Provider.id.in_(select(Consortium.lead_id).where(Consortium.id == seat.consortium_id)))


def _change_asked(change: Any) -> People:
    """Whose word is still missing."""
    asked = select(ConsortiumConsent.provider_id).where(ConsortiumConsent.change_id == change.id)
    return of_providers(Provider.id.in_(asked.where(ConsortiumConsent.consented_at.is_(None))))


def _change_touched(change: Any) -> People:
    asked = select(ConsortiumConsent.provider_id).where(ConsortiumConsent.change_id == change.id)
    return of_providers(or_(Provider.id.in_(asked), Provider.id == change.proposer_id))


def _call_experts(call: Any) -> People:
    query = select(CallExpert.user_id).where(CallExpert.call_id == call.id)
    return query.where(CallExpert.recused_at.is_(None))


def _responders(model: Any, column: Any) -> Audience:
    return lambda thing: of_providers(Provider.id.in_(select(model.provider_id).where(column == thing.id)))


STEERING: Collection[Role] = (Role.BUREAU_REVIEWER, Role.BUREAU_LEADER)
AUDIENCES: dict[str, Audience] = {
    "enterprise": lambda thing: of_enterprise(thing.enterprise_id),
    "county_of_enterprise": _county_of_enterprise,
    "organisation": lambda thing: of_organisation(thing.organisation_id),
    "provider": lambda thing: of_provider(thing.provider_id),
    "considering": _considering,
    "seats": _seats,
    "listing_reviewers": lambda thing: of_roles(Role.BUREAU_REVIEWER, Role.EXPERT),
    "supervisors": lambda thing: of_roles(Role.SUPERVISOR),
    "panel": _panel,
    "pool_officers": lambda thing: of_roles(*STEERING),
    "leaders": lambda thing: of_roles(Role.BUREAU_LEADER),
    "steering": lambda thing: of_roles(*STEERING),
    "providers_of_industry": _providers_of_industry,
    "consortium_lead": lambda consortium: of_provider(consortium.lead_id),
    "lead_of_seat": _lead_of_seat,
    "change_asked": _change_asked,
    "consortium_members": _consortium_members,
    "change_touched": _change_touched,
    "call_experts": _call_experts,
    "call_responders": _responders(CallResponse, CallResponse.call_id),
    "challenge_responders": _responders(ChallengeResponse, ChallengeResponse.challenge_id),
    "raiser": lambda objection: select(User.id).where(User.id == objection.user_id),
}
