"""Consortia for tests, made through the acts themselves."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace.domain import consortia as rules
from marketplace.domain.actors import Actor
from marketplace.domain.consortia import DECLARATIONS, Terms
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.consortia import Consortium, ConsortiumChange, ConsortiumMember
from marketplace.models.providers import Provider, ProviderKind
from marketplace.services import consortia, consortium_changes, consortium_decisions, consortium_seats
from marketplace.services.consortia import Plan
from tests.factories import Factory

FOOD = "modern_food"
PURPOSE = "本行业小厂多，一家做不全，合起来分场景做。"


def lead(make: Factory) -> Actor:
    owner = make.provider(kind=ProviderKind.LEAD, industries=[FOOD])
    return make.actor(make.user(Role.PROVIDER, organisation_id=owner.organisation_id))


def provider(person: Actor) -> Provider:
    return db.session.get_one(Provider, person.provider_id)


def found(person: Actor, *, share: str = "40") -> int:
    name = f"测试联合体{person.provider_id}之{len(all_seats())}"
    return consortia.found(person, plan=Plan(name, FOOD, PURPOSE, Decimal(share), ("production_control",)))


def invite(person: Actor, key: int, guest: Actor, *, share: str = "30", scenes: Sequence[str] = ("quality",)) -> int:
    return consortia.invite(
        person, consortium_id=key, provider_id=guest.provider_id or 0, share=Decimal(share), scenes=scenes
    )


def forming(person: Actor, guests: Sequence[Actor]) -> int:
    """The lead with 40, the guests with the rest alike; nobody of them has answered."""
    key = found(person)
    for guest in guests:
        invite(person, key, guest, share=str(Decimal(60) / len(guests)))
    return key


def submitted(person: Actor, guests: Sequence[Actor]) -> int:
    key = forming(person, guests)
    for guest in guests:
        own = seat(key, guest)
        consortia.consent(guest, seat_id=own.id, version=own.version)
    consortium_decisions.submit(person, consortium_id=key, version=row(key).version, declared=DECLARATIONS)
    return key


def active(person: Actor, guests: Sequence[Actor], officer: Actor) -> int:
    key = submitted(person, guests)
    consortium_decisions.confirm(officer, consortium_id=key, version=row(key).version)
    return key


def row(key: int) -> Consortium:
    db.session.rollback()
    query = select(Consortium).where(Consortium.id == key).options(selectinload(Consortium.members))
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def seat(key: int, person: Actor) -> ConsortiumMember:
    return next(one for one in row(key).members if one.provider_id == person.provider_id and one.is_current)


def all_seats() -> Sequence[ConsortiumMember]:
    db.session.rollback()
    return db.session.scalars(select(ConsortiumMember).order_by(ConsortiumMember.id)).all()


def composition(key: int) -> tuple[Terms, ...]:
    return consortium_seats.composition(row(key))


def propose(person: Actor, key: int, after: Sequence[Terms], *, reason: str = "业务重心变了") -> int:
    return consortium_changes.propose(
        person, consortium_id=key, seen=rules.mark(composition(key)), after=after, reason=reason
    )


def change(key: int) -> ConsortiumChange:
    db.session.rollback()
    return db.session.get_one(ConsortiumChange, key)


def with_share(terms: Sequence[Terms], shares: Sequence[str]) -> tuple[Terms, ...]:
    return tuple(
        rules.terms(one.provider_id, one.role, Decimal(share), one.scenes)
        for one, share in zip(terms, shares, strict=True)
    )
