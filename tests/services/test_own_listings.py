"""A provider sees its own listings, all of them, and what each page lacks."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.providers import Provider, Standing
from marketplace.models.solutions import SolutionStatus
from marketplace.services import own_listings
from marketplace.services.unit_of_work import writing
from tests.factories import Factory


@pytest.fixture
def owner(make: Factory) -> Actor:
    return make.actor(Role.PROVIDER)


def provider_of(actor: Actor) -> Provider:
    return db.session.get_one(Provider, actor.provider_id)


def test_own_listings_of_every_status_are_shown_and_no_others(make: Factory, owner: Actor) -> None:
    own = {make.solution(provider=provider_of(owner), status=status).id for status in SolutionStatus}
    make.solution()
    shown = own_listings.show(owner)
    assert {row.solution_id for row in shown.page.rows} == own
    assert shown.counts == {str(status): 1 for status in SolutionStatus}
    assert shown.page.rows[0].status == "listed"


def test_what_is_missing_is_named_and_what_is_there_is_not(make: Factory, owner: Actor) -> None:
    bare = make.solution(
        provider=provider_of(owner), price=None, days_to_deploy=None, deployments=None, sizes=None, industries=None
    )
    full = make.solution(provider=provider_of(owner), cases=1)
    missing = {row.solution_id: set(row.missing) for row in own_listings.show(owner).page.rows}
    assert {"本地样板", "报价", "实施周期", "部署方式", "适用规模", "适用行业"} <= missing[bare.id]
    assert not {"本地样板", "报价", "实施周期", "部署方式", "适用规模", "适用行业"} & missing[full.id]


def test_too_few_reviews_give_no_number(make: Factory, owner: Actor) -> None:
    minimum = own_listings.RATING_MINIMUM
    few = make.solution(provider=provider_of(owner), rating_sum=4 * (minimum - 1), rating_count=minimum - 1)
    enough = make.solution(provider=provider_of(owner), rating_sum=4 * minimum, rating_count=minimum)
    ratings = {row.solution_id: row.rating for row in own_listings.show(owner).page.rows}
    assert ratings[few.id] is None
    assert ratings[enough.id] == pytest.approx(4.0)


@pytest.mark.parametrize("standing", list(Standing))
def test_a_provider_off_the_shelf_is_told_so(make: Factory, owner: Actor, standing: Standing) -> None:
    with writing() as session:
        session.get_one(Provider, owner.provider_id).standing = standing
    assert own_listings.show(owner).is_hidden == (standing in (Standing.SUSPENDED, Standing.REMOVED))


@pytest.mark.parametrize("role", [role for role in Role if role != Role.PROVIDER])
def test_others_have_no_listings(make: Factory, role: Role) -> None:
    with pytest.raises(Forbidden):
        own_listings.show(make.actor(role))


def test_the_page_costs_the_same_for_one_listing_and_for_twenty(
    app: Flask, make: Factory, owner: Actor, count_queries: Callable[[Flask], AbstractContextManager[list[str]]]
) -> None:
    make.solution(provider=provider_of(owner))
    counts = []
    for _ in range(2):
        db.session.rollback()
        with count_queries(app) as statements:
            own_listings.show(owner)
        counts.append(len(statements))
        for _ in range(19):
            make.solution(provider=provider_of(owner))
    assert counts[0] == counts[1] <= 15
