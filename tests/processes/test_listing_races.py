"""Two people, one listing, one moment: one effect, and the other is told so."""

import os
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from marketplace.domain.actors import Actor
from marketplace.extensions import db
from marketplace.models.accounts import Membership, Role
from marketplace.models.approvals import Approval, StatusChange
from marketplace.models.listings import ListingDraft, ListingVersion
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import accounts, clock, listing_drafts, listing_expiry, listing_projection, listings
from marketplace.services.unit_of_work import writing
from tests.factories import Factory
from tests.processes.racing import race

ROUNDS = int(os.environ.get("RACE_ROUNDS", "10"))


def _url(app: Flask) -> str:
    return str(app.config["SQLALCHEMY_ENGINES"]["default"]["url"])


def _owner(user_id: int) -> Actor:
    query = select(Membership).where(Membership.user_id == user_id).options(*accounts.SEAT)
    return accounts.actor_in(db.session.scalars(query).one())


def _draft(key: int) -> ListingDraft:
    return db.session.scalars(select(ListingDraft).where(ListingDraft.solution_id == key)).one()


def save_the_same(number: int, key: int) -> None:
    """Both tabs were opened on version 1."""
    owner = _owner(_draft(key).updated_by)
    listing_drafts.save(owner, solution_id=key, given={"summary": f"第{number + 1}个页面写的话"}, seen=1)


def submit(_number: int, key: int) -> None:
    listings.submit(_owner(_draft(key).updated_by), solution_id=key, version=1, is_declared=True)


def submit_or_save(number: int, key: int) -> None:
    """One submits what he has seen while the other still writes."""
    if number == 0:
        submit(number, key)
    else:
        save_the_same(number, key)


def withdraw_or_expire(number: int, key: int) -> None:
    if number == 0:
        solution = db.session.get_one(Solution, key)
        version = db.session.scalars(select(ListingVersion).where(ListingVersion.solution_id == key)).one()
        owner = _owner(version.created_by)
        listings.withdraw(owner, solution_id=key, version=solution.version, reason="产品停售")
    else:
        listing_expiry.sweep()


def _drafts(make: Factory) -> list[int]:
    user = make.user(Role.PROVIDER)
    return [make.listing_draft(user=user).solution_id for _ in range(ROUNDS)]


def test_of_two_tabs_that_save_at_once_one_is_kept_and_the_other_told(
    app: Flask, make: Factory, tmp_path: Path
) -> None:
    keys = _drafts(make)
    for happened in race(_url(app), tmp_path, save_the_same, keys=keys):
        assert sorted(happened) == ["Conflict", "done"]
    db.session.rollback()
    assert {row.version for row in db.session.scalars(select(ListingDraft))} == {2}


def test_submitted_twice_at_once_makes_one_version_and_one_review(app: Flask, make: Factory, tmp_path: Path) -> None:
    for happened in race(_url(app), tmp_path, submit, keys=_drafts(make)):
        assert sorted(happened) == ["Conflict", "done"]
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(ListingVersion)) == ROUNDS
    assert db.session.scalar(select(func.count()).select_from(Approval)) == ROUNDS


def test_what_is_reviewed_is_what_was_seen_however_fast_somebody_else_writes(
    app: Flask, make: Factory, tmp_path: Path
) -> None:
    keys = _drafts(make)
    first = {key: _draft(key).content for key in keys}
    for happened in race(_url(app), tmp_path, submit_or_save, keys=keys):
        assert sorted(happened) == ["Conflict", "done"]
    db.session.rollback()
    for version in db.session.scalars(select(ListingVersion)):
        assert version.content == first[version.solution_id]


def test_a_listing_that_is_withdrawn_in_the_moment_it_expires_leaves_once(
    app: Flask, make: Factory, tmp_path: Path
) -> None:
    user = make.user(Role.PROVIDER)
    keys = []
    for _ in range(ROUNDS):
        solution = make.solution(provider=make.provider_of(user))
        version = make.listing_version(solution, user=user, name="来料检验通")
        with writing() as session:
            row = session.get_one(Solution, solution.id)
            listing_projection.apply(session, row, session.get_one(ListingVersion, version.id))
            row.expires_on = clock.today().replace(year=2020)
        keys.append(solution.id)
    race(_url(app), tmp_path, withdraw_or_expire, keys=keys)
    db.session.rollback()
    for key in keys:
        status = db.session.get_one(Solution, key).status
        assert status in {SolutionStatus.WITHDRAWN, SolutionStatus.EXPIRED}
        left = select(func.count()).where(StatusChange.subject_kind == "solution", StatusChange.subject_id == key)
        assert db.session.scalar(left) == 1
