"""The ranking of a demand: on the same code as the command line, over what is on the shelf at this moment."""

import json
import subprocess
import sys
import threading
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, Invalid
from marketplace.extensions import db
from marketplace.models.accounts import Membership, Role, User
from marketplace.models.demands import Demand, DemandStatus
from marketplace.models.providers import Standing
from marketplace.models.solutions import PriceModel, Solution, SolutionStatus
from marketplace.services import accounts, criteria, demand_views, demands, match_inputs, matches, rankers
from marketplace.services.unit_of_work import writing
from tests.factories import Factory


@pytest.fixture
def user(app: Flask, make: Factory) -> User:
    return make.user(Role.ENTERPRISE)


@pytest.fixture
def owner(make: Factory, user: User) -> Actor:
    return make.actor(user)


def _ids(view: matches.RankingView) -> list[int]:
    return [place.card.id for place in view.places]


def test_points_add_up_to_the_score_and_places_fall_with_it(owner: Actor, user: User, make: Factory) -> None:
    for level in (1, 2, 3):
        make.solution(coverage=[("quality", level)], cases=level % 2, days_to_deploy=20 * level)
    demand = make.demand(user=user, lines=[("quality", 70), ("energy", 30)], budget=40_000, deadline_days=30)
    view = matches.rank(owner, demand.id)
    scores = [place.score for place in view.places]
    assert scores == sorted(scores, reverse=True)
    assert [place.number for place in view.places] == [1, 2, 3]
    for place in view.places:
        points = [one.points for group in place.groups for one in group.criteria]
        assert sum(points) == place.score
        assert len(points) == 2 * 2 + 7
        assert all(one.reason for group in place.groups for one in group.criteria)


def test_what_is_unknown_says_so_and_earns_nothing(owner: Actor, user: User, make: Factory) -> None:
    make.solution(price=None, days_to_deploy=None, sizes=None, deployments=None, industries=None)
    demand = make.demand(user=user, budget=40_000, deadline_days=30, deployments=["saas"])
    groups = {group.state: group for group in matches.rank(owner, demand.id).places[0].groups}
    assert {one.label for one in groups["unknown"].criteria} == {"行业", "企业规模", "部署方式", "工期", "预算"}
    assert {one.points for one in groups["unknown"].criteria} == {Decimal(0)}


@pytest.mark.parametrize("standing", [Standing.SUSPENDED, Standing.REMOVED])
def test_a_suspended_or_removed_provider_never_appears(
    owner: Actor, user: User, make: Factory, standing: Standing
) -> None:
    barred = make.solution(provider=make.provider(standing=standing))
    shown = make.solution()
    make.solution(status=SolutionStatus.DRAFT)
    view = matches.rank(owner, make.demand(user=user).id)
    assert _ids(view) == [shown.id]
    assert barred.provider_id not in {place.id for place in view.providers}


def test_a_change_of_the_shelf_shows_at_once_even_when_nobody_sent_a_message(
    owner: Actor, user: User, make: Factory
) -> None:
    provider = make.provider()
    mine, other = make.solution(provider=provider), make.solution()
    demand = make.demand(user=user)
    assert set(_ids(matches.rank(owner, demand.id))) == {mine.id, other.id}
    with writing() as session:
        session.merge(provider).standing = Standing.SUSPENDED
    assert _ids(matches.rank(owner, demand.id)) == [other.id]
    with writing() as session:
        session.get_one(Solution, other.id).status = SolutionStatus.SUSPENDED
    assert _ids(matches.rank(owner, demand.id)) == []


def test_the_ranker_is_fitted_once_for_one_catalogue(app: Flask, make: Factory) -> None:
    make.solution()
    first = rankers.current()
    assert rankers.current() is first
    make.solution()
    assert rankers.current() is not first


def test_threads_share_one_ranker(app: Flask, make: Factory) -> None:
    make.solution()
    found: list[Any] = []

    def look() -> None:
        with app.app_context():
            found.append(rankers.current())

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len({id(one) for one in found}) == 1


def test_a_draft_may_be_previewed_by_its_owner_alone(owner: Actor, user: User, make: Factory) -> None:
    make.solution()
    draft = make.demand(user=user, status=DemandStatus.DRAFT)
    view = matches.rank(owner, draft.id)
    assert len(view.places) == 1
    assert not view.may_shortlist
    for role in (Role.BUREAU_REVIEWER, Role.ENTERPRISE):
        with pytest.raises(Forbidden):
            matches.rank(make.actor(role), draft.id)


def test_staff_sees_the_same_ranking_as_the_enterprise(owner: Actor, user: User, make: Factory) -> None:
    make.solution()
    demand = make.demand(user=user)
    theirs, ours = matches.rank(make.actor(Role.BUREAU_LEADER), demand.id), matches.rank(owner, demand.id)
    assert theirs.places == ours.places
    assert (theirs.may_shortlist, ours.may_shortlist) == (False, True)
    with pytest.raises(Forbidden):
        matches.rank(make.actor(Role.EXPERT), demand.id)


def test_without_a_line_there_is_nothing_to_rank(owner: Actor) -> None:
    with pytest.raises(Invalid):
        matches.rank(owner, demands.create(owner, title="空清单"))


def test_a_draft_without_weights_counts_every_line_the_same_and_says_so(
    owner: Actor, user: User, make: Factory
) -> None:
    make.solution(coverage=[("energy", 2)])
    draft = make.demand(user=user, status=DemandStatus.DRAFT, lines=[("quality", 0), ("energy", 0)])
    view = matches.rank(owner, draft.id)
    assert view.places[0].score > 0
    assert any("同等重要" in notice for notice in view.notices)


def test_providers_are_ranked_with_what_they_cover_and_by_which_products(
    owner: Actor, user: User, make: Factory
) -> None:
    both = make.provider()
    quality = make.solution(provider=both, coverage=[("quality", 2)])
    energy = make.solution(provider=both, coverage=[("energy", 2)], description="抄表、看电费")
    make.solution(coverage=[("quality", 2)])
    demand = make.demand(user=user, lines=[("quality", 50), ("energy", 50)])
    first, second = matches.rank(owner, demand.id).providers
    assert first.id == both.id
    assert first.score > second.score
    assert {key for key, _ in first.solutions} == {quality.id, energy.id}
    assert (first.missing, second.missing) == ((), ("第2项能耗管理",))


@given(st.lists(st.floats(0, 60, allow_nan=False).map(lambda value: round(value, 6)), max_size=40))
def test_tenths_add_up_to_the_rounded_sum(values: list[float]) -> None:
    parts = criteria.apportion(values)
    exact = sum((Decimal(repr(value)) for value in values), Decimal(0))
    assert sum(parts, Decimal(0)) == exact.quantize(criteria.TENTH)
    assert all(abs(part - Decimal(repr(value))) < criteria.TENTH for part, value in zip(parts, values, strict=True))


def test_the_page_ranks_as_the_command_line_does(own_demo_app: Flask, tmp_path: Path) -> None:
    """Without a budget, for the command line knows no subsidy, nor the seed of the day."""
    with own_demo_app.app_context():
        with writing() as session:
            query = select(Demand).where(Demand.status == "published").options(*demand_views.LOADING).limit(1)
            session.scalars(query).one().budget = None
        row = db.session.scalars(query).one()
        person = _keeper_of(row)
        view = matches.rank(person, row.id)
        catalogue = [_as_file(one) for one in rankers.current().catalogue_.solutions]
        (tmp_path / "solutions.json").write_text(json.dumps(catalogue, ensure_ascii=False), encoding="utf-8")
        demand = _as_file(match_inputs.demand(row))
        (tmp_path / "demand.json").write_text(json.dumps(demand, ensure_ascii=False), encoding="utf-8")
    command = [sys.executable, "-m", "matching", "rank", "--top", "20"]
    files = ["--demand", str(tmp_path / "demand.json"), "--solutions", str(tmp_path / "solutions.json")]
    done = subprocess.run([*command, *files], capture_output=True, text=True, check=True)
    ranking = json.loads(done.stdout)["ranking"]
    shown = {str(place.card.id): float(place.score) for place in view.places}
    assert list(shown.values()) == sorted(shown.values(), reverse=True)
    assert shown.keys() == {one["solution"] for one in ranking}
    assert all(abs(shown[one["solution"]] - one["score"]) <= 0.05 + 1e-9 for one in ranking)


def _keeper_of(row: Demand) -> Actor:
    query = select(Membership).where(Membership.organisation_id == row.enterprise.organisation_id)
    return accounts.actor_in(db.session.scalars(query.options(*accounts.SEAT).limit(1)).one())


RENAMED = {"is_essential": "essential"}


def _as_file(thing: Any) -> Any:
    """A dataclass of `matching` as its file format writes it: what is unknown is left out."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {RENAMED.get(key, key): plain(one) for key, one in value.items() if one is not None}
        if isinstance(value, list | tuple):
            return [plain(one) for one in value]
        return str(value) if isinstance(value, PriceModel | Standing) else value

    content = plain(asdict(thing))
    if "coverage" in content:
        content["coverage"] = [{"scene": scene, "level": level} for scene, level in content["coverage"].items()]
    return content
