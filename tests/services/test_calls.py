"""A call for lead providers: weights, one response a provider, blind scores, agreement, 公示, objections, seats."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.domain import calls as rules
from marketplace.domain import concentration, working_days
from marketplace.domain.calls import Criterion, Objector
from marketplace.domain.declarations import TEXTS
from marketplace.domain.errors import Conflict, Forbidden, Invalid
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.approvals import DeclaredInterest
from marketplace.models.calls import CallObjection, CallResponse, CallResult, LeadSeat
from marketplace.models.provider_applications import DeclarationUse, ProviderDeclaration
from marketplace.models.providers import Provider, ProviderKind, Standing
from marketplace.services import (
    call_experts,
    call_objections,
    call_responses,
    call_results,
    call_scores,
    call_sheets,
    call_views,
    calls,
    clock,
)
from marketplace.services.unit_of_work import writing
from tests import call_world as world
from tests.factories import Factory


@pytest.mark.parametrize("weights", [(60, 39), (60, 41), (100, 0), (100,), ()])
def test_weights_that_do_not_sum_to_a_hundred_are_refused(app: Flask, make: Factory, weights: tuple[int, ...]) -> None:
    criteria = tuple(Criterion(f"第{number}项", "", weight) for number, weight in enumerate(weights))
    with pytest.raises(Invalid) as refused:
        calls.draw_up(make.actor(Role.BUREAU_REVIEWER), draft=world.draft(criteria=criteria))
    assert set(refused.value.messages) == {"criteria"}


def test_what_is_published_cannot_be_changed_and_keeps_its_rules(app: Flask, make: Factory) -> None:
    stage = world.opened(make)
    with pytest.raises(Conflict):
        calls.edit(stage.officer, call_id=stage.call_id, version=stage.version, draft=world.draft(places=3))
    assert stage.call.rules["spread_max"] == rules.SCORING["spread_max"]


def test_a_period_below_the_minimum_is_refused(app: Flask, make: Factory) -> None:
    with pytest.raises(Invalid) as refused:
        calls.draw_up(make.actor(Role.BUREAU_REVIEWER), draft=world.draft(objection_days=4))
    assert set(refused.value.messages) == {"objection_days"}


def test_one_response_a_provider_that_may_be_changed_until_the_last_day(app: Flask, make: Factory) -> None:
    stage = world.opened(make)
    person = world.respond(make, stage)
    with pytest.raises(Conflict):  # a second tab that does not know of the first
        world.respond(make, stage, person)
    row = call_responses.find(db.session, call_id=stage.call_id, provider_id=person.provider_id or 0)
    texts = {str(key): "改过的说法，驻点增加到八个人。" for key in stage.criteria()}
    call_responses.answer(person, call_id=stage.call_id, texts=texts, files={}, seen=call_responses.mark(row))
    assert db.session.scalar(select(func.count(CallResponse.id))) == 1
    world.move(stage, opens_on=clock.today() - timedelta(days=9), closes_on=clock.today() - timedelta(days=1))
    row = call_responses.find(db.session, call_id=stage.call_id, provider_id=person.provider_id or 0)
    with pytest.raises(Invalid):
        call_responses.answer(person, call_id=stage.call_id, texts=texts, files={}, seen=call_responses.mark(row))


def test_a_response_uses_declarations_in_force_again(app: Flask, make: Factory) -> None:
    first, second = world.opened(make), world.opened(make, industry="advanced_metals")
    person = world.respond(make, first)
    texts = {str(key): "沿用已作出的承诺，按公告要求办。" for key in second.criteria()}
    call_responses.answer(person, call_id=second.call_id, texts=texts, files={})  # declares nothing anew
    assert db.session.scalar(select(func.count(ProviderDeclaration.id))) == len(TEXTS)
    assert db.session.scalar(select(func.count(DeclarationUse.id))) == 2 * len(TEXTS)


def test_a_response_without_declarations_leaves_nothing(app: Flask, make: Factory) -> None:
    stage = world.opened(make)
    texts = {str(key): "没有承诺的应榜，内容写得足够长。" for key in stage.criteria()}
    with pytest.raises(Invalid) as refused:
        call_responses.answer(make.actor(Role.PROVIDER), call_id=stage.call_id, texts=texts, files={})
    assert set(refused.value.messages) == {"declared"}
    assert db.session.scalar(select(func.count(CallResponse.id))) == 0


@pytest.mark.parametrize("standing", [Standing.CANDIDATE, Standing.SUSPENDED, Standing.REMOVED])
def test_only_providers_of_the_pool_respond(app: Flask, make: Factory, standing: Standing) -> None:
    provider = make.provider(standing=standing)
    person = make.actor(make.user(Role.PROVIDER, organisation_id=provider.organisation_id))
    with pytest.raises(Invalid):
        world.respond(make, world.opened(make), person)


def test_a_call_is_not_closed_before_its_last_day_is_over(app: Flask, make: Factory) -> None:
    stage = world.opened(make)
    world.respond(make, stage)
    with pytest.raises(Invalid):
        calls.close(stage.officer, call_id=stage.call_id, version=stage.version)


def test_who_is_tied_to_a_responding_provider_is_not_assigned(app: Flask, make: Factory) -> None:
    stage, expert = world.scoring(make, experts=0), make.actor(Role.EXPERT)
    with writing() as session:
        session.add(
            DeclaredInterest(
                user_id=expert.user_id, organisation_id=stage.firms[0].organisation_id, what="持股",
                since=clock.today(), declared_by=expert.user_id, declared_at=clock.now(),
            )
        )  # fmt: skip
    with pytest.raises(Invalid):
        call_experts.assign(stage.officer, call_id=stage.call_id, user_id=expert.user_id or 0)
    tied = {user.id: words for user, words in call_sheets.panel(stage.officer, stage.call_id).candidates}
    assert "申报过利害关系" in tied[expert.user_id or 0][0]


def test_an_interest_declared_while_scoring_stops_the_submission(app: Flask, make: Factory) -> None:
    stage = world.scoring(make)
    world.score(stage, stage.experts[0], [[80, 70], [60, 50]])
    with writing() as session:
        session.add(
            DeclaredInterest(
                user_id=stage.experts[0].user_id, organisation_id=stage.firms[1].organisation_id, what="亲属任职",
                since=clock.today(), declared_by=stage.experts[0].user_id, declared_at=clock.now(),
            )
        )  # fmt: skip
    with pytest.raises(Invalid):
        call_scores.submit(stage.experts[0], call_id=stage.call_id)


def test_nobody_sees_a_score_before_all_are_in(app: Flask, make: Factory) -> None:
    stage = world.scoring(make)
    points = [[80, 70], [60, 50]]
    for number, expert in enumerate(stage.experts):
        assert call_sheets.panel(stage.officer, stage.call_id).consensus is None
        for other in stage.experts:
            assert call_sheets.sheet(other, stage.call_id).consensus is None
        world.score(stage, expert, points)
        assert call_scores.submit(expert, call_id=stage.call_id) == (number == len(stage.experts) - 1)
    consensus = call_sheets.panel(stage.officer, stage.call_id).consensus
    assert consensus is not None
    assert len(consensus.experts) == len(stage.experts)


def test_a_stranger_expert_sees_no_sheet(app: Flask, make: Factory) -> None:
    stage = world.scoring(make)
    with pytest.raises(Forbidden):
        call_sheets.sheet(make.actor(Role.EXPERT), stage.call_id)


def test_what_a_recused_expert_put_down_counts_for_nothing_and_frees_the_others(app: Flask, make: Factory) -> None:
    stage = world.scoring(make, experts=4)
    for expert in stage.experts:
        world.score(stage, expert, [[80, 70], [60, 50]])
    for expert in stage.experts[:3]:
        call_scores.submit(expert, call_id=stage.call_id)
    assert stage.call.status == "scoring"
    call_experts.recuse(stage.experts[3], call_id=stage.call_id, reason="与应榜单位有合作")
    assert stage.call.status == "consensus"
    consensus = call_sheets.panel(stage.officer, stage.call_id).consensus
    assert consensus is not None
    assert all(len(row.scores) == 3 for one in consensus.ranked for row in one.rows)


def test_too_few_experts_do_not_make_a_result(app: Flask, make: Factory) -> None:
    stage = world.scoring(make)
    for expert in stage.experts[:2]:
        world.score(stage, expert, [[80, 70], [60, 50]])
        call_scores.submit(expert, call_id=stage.call_id)
    call_experts.recuse(stage.experts[2], call_id=stage.call_id, reason="出差")
    assert stage.call.status == "scoring"


def test_an_extreme_score_says_why_and_an_unfinished_sheet_stays(app: Flask, make: Factory) -> None:
    stage = world.scoring(make)
    first, second = stage.criteria()
    response = stage.responses()[0]
    for wrong in ("101", "-1", "八十", "1e1", "98"):
        with pytest.raises(Invalid):
            call_scores.save(stage.experts[0], call_id=stage.call_id, response_id=response, typed={first: (wrong, "")})
    call_scores.save(
        stage.experts[0],
        call_id=stage.call_id,
        response_id=response,
        typed={first: ("98", "全省第一"), second: ("", "")},
    )
    with pytest.raises(Invalid):
        call_scores.submit(stage.experts[0], call_id=stage.call_id)


def test_a_wide_spread_must_be_agreed_on_before_the_result_is_announced(app: Flask, make: Factory) -> None:
    stage = world.gathered(make, [[[90, 70], [60, 60]], [[60, 70], [60, 60]], [[75, 70], [60, 60]]])
    with pytest.raises(Invalid):
        call_results.announce(stage.officer, call_id=stage.call_id, version=stage.version)
    response, criterion = stage.responses()[0], stage.criteria()[0]
    for wrong in ("59.99", "90.01", "abc", "NaN"):
        with pytest.raises(Invalid):
            call_results.agree(
                stage.officer, call_id=stage.call_id, response_id=response, criterion_id=criterion, text=wrong,
                reason="合议",
            )  # fmt: skip
    call_results.agree(
        stage.officer, call_id=stage.call_id, response_id=response, criterion_id=criterion, text="72.5",
        reason="案例核实后按两家计",
    )  # fmt: skip
    call_results.announce(stage.officer, call_id=stage.call_id, version=stage.version)
    total = db.session.scalar(select(CallResult.total).where(CallResult.response_id == response))
    assert total == Decimal("71.50")  # 0.6 × 72.5 + 0.4 × 70


def test_the_period_is_counted_in_working_days(app: Flask, make: Factory) -> None:
    stage = world.announced(make)
    assert stage.call.objections_until == working_days.after(clock.today(), stage.call.objection_days)


def test_a_result_counts_only_after_its_period_and_every_answer(app: Flask, make: Factory) -> None:
    stage = world.announced(make)
    key = world.objection(stage)
    with pytest.raises(Invalid):
        call_results.conclude(stage.leader, call_id=stage.call_id)
    world.past_period(stage)
    with pytest.raises(Invalid):
        call_results.conclude(stage.leader, call_id=stage.call_id)
    call_objections.answer(
        stage.officer, objection_id=key, version=1, is_upheld=False, reason="合同日期已核实，符合公告"
    )
    with pytest.raises(Forbidden):
        call_results.conclude(stage.officer, call_id=stage.call_id)
    call_results.conclude(stage.leader, call_id=stage.call_id)
    winner = stage.firms[0].provider_id
    seat = db.session.scalars(select(LeadSeat)).one()
    assert (seat.provider_id, seat.industry, seat.call_id) == (winner, "modern_food", stage.call_id)
    assert seat.since == clock.today()
    assert seat.until is not None
    assert seat.until > seat.since
    assert db.session.get_one(Provider, winner).kind == ProviderKind.LEAD


def test_the_end_of_a_period_confirms_the_result_by_itself(app: Flask, make: Factory) -> None:
    quiet, disputed, running = (
        world.announced(make, industry=key) for key in ("modern_food", "advanced_metals", "advanced_equipment")
    )
    world.objection(disputed)
    world.past_period(quiet)
    world.past_period(disputed)
    assert call_results.conclude_due() == (quiet.call_id,)
    assert [one.call.status for one in (quiet, disputed, running)] == ["concluded", "announced", "announced"]
    assert call_results.conclude_due() == ()


def test_an_upheld_objection_leads_back_to_agreement_with_its_reason(app: Flask, make: Factory) -> None:
    stage = world.announced(make)
    key = world.objection(stage)
    call_objections.answer(stage.officer, objection_id=key, version=1, is_upheld=True, reason="案例属于关联企业")
    page = call_views.get(stage.officer, stage.call_id)
    assert (page.call.status, page.reason) == ("consensus", "异议成立：案例属于关联企业")
    assert page.results == ()
    response = stage.responses()[0]
    for criterion in stage.criteria():
        call_results.agree(
            stage.officer, call_id=stage.call_id, response_id=response, criterion_id=criterion, text="40",
            reason="剔除关联案例",
        )  # fmt: skip
    call_results.announce(stage.officer, call_id=stage.call_id, version=stage.version)
    lines = call_views.get(None, stage.call_id).results
    assert [line.provider_id for line in lines] == [stage.firms[1].provider_id, stage.firms[0].provider_id]
    rounds = db.session.scalars(select(CallResult.round).order_by(CallResult.id)).all()
    assert rounds == [1, 1, 2, 2]


def test_a_visitor_needs_name_and_phone_and_few_at_a_time(app: Flask, make: Factory) -> None:
    stage = world.announced(make)
    for objector in (Objector("", "13900000003"), Objector("路人", ""), Objector("路人", "打给我")):
        with pytest.raises(Invalid):
            call_objections.object_to(None, call_id=stage.call_id, objector=objector, text="理由理由理由理由理由理由")
    for _ in range(rules.OBJECTIONS["open_per_person"]):
        world.objection(stage)
    with pytest.raises(Invalid):
        world.objection(stage)
    assert db.session.scalar(select(func.count(CallObjection.id))) == rules.OBJECTIONS["open_per_person"]


def test_an_award_beyond_the_limit_of_leads_needs_a_reason(app: Flask, make: Factory) -> None:
    stage = world.gathered(make)
    held = [make.provider().id for _ in range(concentration.POLICY["leads"]["per_industry"])]
    with writing() as session:
        session.add_all(LeadSeat(provider_id=key, industry="modern_food", since=clock.today()) for key in held)
    consensus = call_sheets.panel(stage.officer, stage.call_id).consensus
    assert consensus is not None
    assert [one.kind for one in consensus.warnings] == ["leads"]
    with pytest.raises(Invalid) as refused:
        call_results.announce(stage.officer, call_id=stage.call_id, version=stage.version)
    assert set(refused.value.messages) == {"cap_reason"}
    reason = "原一家牵头服务商本月到期，不再续"
    call_results.announce(stage.officer, call_id=stage.call_id, version=stage.version, cap_reason=reason)
    assert stage.call.cap_reason == reason


def test_a_winner_who_left_the_pool_is_not_confirmed(app: Flask, make: Factory) -> None:
    stage = world.announced(make)
    world.past_period(stage)
    with writing() as session:
        session.get_one(Provider, stage.firms[0].provider_id).standing = Standing.SUSPENDED
    with pytest.raises(Invalid):
        call_results.conclude(stage.leader, call_id=stage.call_id)
    assert db.session.scalar(select(func.count(LeadSeat.id))) == 0


def test_below_the_least_total_nobody_is_awarded(app: Flask, make: Factory) -> None:
    low = [[[50, 50], [40, 40]]] * 3
    stage = world.gathered(make, low)
    call_results.announce(stage.officer, call_id=stage.call_id, version=stage.version)
    assert not any(line.is_winner for line in call_views.get(None, stage.call_id).results)
