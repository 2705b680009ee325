"""Two at once on one consortium: consents, terms, changes, dissolution. One effect each, and the loser is told."""

import os
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from marketplace.domain import consortia as rules
from marketplace.domain.actors import Actor
from marketplace.extensions import db
from marketplace.models.accounts import Membership, Organisation, Role
from marketplace.models.consortia import ChangeStatus, Consortium, ConsortiumChange, ConsortiumMember, ConsortiumStatus
from marketplace.models.providers import Provider
from marketplace.services import accounts, consortia, consortium_changes, consortium_decisions
from tests import consortium_world as world
from tests.factories import Factory
from tests.processes.racing import Act, race

ROUNDS = int(os.environ.get("RACE_ROUNDS", "10"))


def _of_provider(provider_id: int) -> Actor:
    query = (
        select(Membership)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .join(Provider, Provider.organisation_id == Organisation.id)
        .where(Provider.id == provider_id)
    )
    return accounts.actor_in(db.session.scalars(query.options(*accounts.SEAT).limit(1)).one())


def _officer() -> Actor:
    query = select(Membership).where(Membership.role == Role.BUREAU_LEADER).options(*accounts.SEAT).limit(1)
    return accounts.actor_in(db.session.scalars(query).one())


def _members(key: int) -> list[ConsortiumMember]:
    query = select(ConsortiumMember).where(ConsortiumMember.consortium_id == key, ConsortiumMember.role == "member")
    return list(db.session.scalars(query.order_by(ConsortiumMember.id)))


def _change(key: int) -> ConsortiumChange:
    query = select(ConsortiumChange).where(ConsortiumChange.consortium_id == key)
    return db.session.scalars(query.options(selectinload(ConsortiumChange.consents))).one()


def both_consent(number: int, key: int) -> None:
    seat = _members(key)[number]
    consortia.consent(_of_provider(seat.provider_id), seat_id=seat.id, version=1)


def consent_or_change_terms(number: int, key: int) -> None:
    seat = _members(key)[0]
    if number:
        lead = db.session.get_one(Consortium, key).lead_id
        consortia.set_terms(_of_provider(lead), seat_id=seat.id, version=1, share=Decimal(10), scenes=["safety"])
    else:
        consortia.consent(_of_provider(seat.provider_id), seat_id=seat.id, version=1)


def both_consent_to_the_change(number: int, key: int) -> None:
    change = _change(key)
    asked = sorted(one.provider_id for one in change.consents if one.provider_id != change.proposer_id)
    consortium_changes.consent(_of_provider(asked[number]), change_id=change.id, version=1)


def both_confirm_the_change(_number: int, key: int) -> None:
    consortium_changes.confirm(_officer(), change_id=_change(key).id, version=2)


def confirm_or_refuse(number: int, key: int) -> None:
    if number:
        consortium_changes.refuse(_officer(), change_id=_change(key).id, version=2, reason="不妥")
    else:
        consortium_changes.confirm(_officer(), change_id=_change(key).id, version=2)


def confirm_or_dissolve(number: int, key: int) -> None:
    row = db.session.get_one(Consortium, key)
    if number:
        consortium_decisions.dissolve(_of_provider(row.lead_id), consortium_id=key, version=2, reason="不办了")
    else:
        consortium_decisions.confirm(_officer(), consortium_id=key, version=2)


def dissolve_or_confirm_the_change(number: int, key: int) -> None:
    if number:
        row = db.session.get_one(Consortium, key)
        consortium_decisions.dissolve(_officer(), consortium_id=key, version=row.version, reason="到期")
    else:
        both_confirm_the_change(0, key)


def propose_twice(number: int, key: int) -> None:
    row = db.session.get_one(Consortium, key)
    shares = [["50", "20", "30"], ["50", "30", "20"]][number]
    world.propose(_of_provider(row.lead_id), key, world.with_share(world.composition(key), shares))


Maker = Callable[[Factory], int]


def _table(make: Factory) -> tuple[Actor, Sequence[Actor]]:
    return world.lead(make), [make.actor(Role.PROVIDER) for _ in range(2)]


def forming(make: Factory) -> int:
    return world.forming(*_table(make))


def submitted(make: Factory) -> int:
    make.actor(Role.BUREAU_LEADER)
    return world.submitted(*_table(make))


def active(make: Factory) -> int:
    return world.active(*_table(make), make.actor(Role.BUREAU_LEADER))


def asked(make: Factory) -> int:
    lead, guests = _table(make)
    key = world.active(lead, guests, make.actor(Role.BUREAU_LEADER))
    world.propose(lead, key, world.with_share(world.composition(key), ["50", "26", "24"]))
    return key


def agreed(make: Factory) -> int:
    key = asked(make)
    for one in _change(key).consents:
        if one.consented_at is None:
            consortium_changes.consent(_of_provider(one.provider_id), change_id=one.change_id, version=1)
    return key


@pytest.mark.parametrize(
    ("state", "act", "wanted"),
    [
        (forming, both_consent, ["done", "done"]),
        (forming, consent_or_change_terms, ["Conflict", "done"]),
        (asked, both_consent_to_the_change, ["done", "done"]),
        (agreed, both_confirm_the_change, ["Conflict", "done"]),
        (agreed, confirm_or_refuse, ["Conflict", "done"]),
        (submitted, confirm_or_dissolve, ["Conflict", "done"]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_two_at_once(app: Flask, make: Factory, tmp_path: Path, state: Maker, act: Act, wanted: list[str]) -> None:
    keys = [state(make) for _ in range(ROUNDS)]
    outcomes = race(app.config["SQLALCHEMY_ENGINES"]["default"]["url"], tmp_path, act, keys=keys)
    assert [sorted(pair) for pair in outcomes] == [wanted] * ROUNDS
    for key in keys:
        _is_whole(key)
    if act is both_consent_to_the_change:
        assert {_change(key).status for key in keys} == {ChangeStatus.SUBMITTED}


def test_a_change_and_the_end_at_once_leave_no_change_waiting(app: Flask, make: Factory, tmp_path: Path) -> None:
    keys = [agreed(make) for _ in range(ROUNDS)]
    url = app.config["SQLALCHEMY_ENGINES"]["default"]["url"]
    outcomes = race(url, tmp_path, dissolve_or_confirm_the_change, keys=keys)
    for key, pair in zip(keys, outcomes, strict=True):
        assert pair[1] in {"done", "Conflict"}
        assert "done" in pair
        row = world.row(key)
        assert (row.status == ConsortiumStatus.DISSOLVED) == (pair[1] == "done")
        assert _change(key).status == (ChangeStatus.CONFIRMED if pair[0] == "done" else ChangeStatus.WITHDRAWN)


def test_two_proposals_at_once_make_one(app: Flask, make: Factory, tmp_path: Path) -> None:
    keys = [active(make) for _ in range(ROUNDS)]
    outcomes = race(app.config["SQLALCHEMY_ENGINES"]["default"]["url"], tmp_path, propose_twice, keys=keys)
    assert [sorted(pair) for pair in outcomes] == [["Invalid", "done"]] * ROUNDS
    db.session.rollback()
    assert db.session.scalar(select(func.count(ConsortiumChange.id))) == ROUNDS


def _is_whole(key: int) -> None:
    row = world.row(key)
    seats = [seat for seat in row.members if seat.is_current]
    if row.status == ConsortiumStatus.ACTIVE:
        assert sum(seat.share for seat in seats) == rules.WHOLE
        assert all(rules.holds_consent(seat) for seat in seats)
    assert all(seat.agreed == rules.of_seat(seat).stored() for seat in seats if seat.consented_at is not None)
