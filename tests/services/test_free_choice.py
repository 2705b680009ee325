"""牵总不垄断, 不限制企业自主选择: nothing in the program lets a lead see, steer or profit where others compete."""

from dataclasses import fields
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask

from marketplace.domain import permissions
from marketplace.domain.errors import Forbidden, NotFound
from marketplace.domain.permissions import Permission
from marketplace.models.accounts import Role
from marketplace.models.demands import DemandStatus
from marketplace.models.leads import Lead, LeadStatus
from marketplace.models.providers import ProviderKind
from marketplace.services import clock, consortium_views, lead_views, leads, rankers, ranking_weights
from marketplace.services.unit_of_work import writing
from matching import weights
from tests import consortium_world as world
from tests.factories import Factory

MODULES = ("matching", "marketplace/services")
RANKING = ("matches", "rankers", "ranking_*", "match_*", "lead_waves", "leads", "lead_*")


def test_no_criterion_of_the_ranking_is_the_kind_of_provider_or_a_consortium() -> None:
    names = {one.name for one in fields(weights.Points)} | {one.name for one in fields(weights.ProviderWeights)}
    assert not {name for name in names if "lead" in name or "kind" in name or "consort" in name}
    assert set(ranking_weights.POLICY["points"]) <= {one.name for one in fields(weights.Points)}


def test_what_the_ranking_is_given_of_a_provider_does_not_tell_a_lead_from_others(app: Flask, make: Factory) -> None:
    seen = []
    for kind in (ProviderKind.LEAD, ProviderKind.PRODUCT):
        owner = make.provider(kind=kind, industries=[world.FOOD], short_name="同名")
        product = make.solution(provider=owner, name="同样的产品", industries=[world.FOOD])
        (document,) = [one for one in rankers.documents() if one.id == str(product.id)]
        known = document.provider
        assert known is not None
        seen.append({one.name: getattr(known, one.name) for one in fields(known) if one.name != "id"})
    assert seen[0] == seen[1]


def test_sitting_in_a_consortium_moves_nobody_in_the_ranking(app: Flask, make: Factory) -> None:
    lead, guest = world.lead(make), make.actor(Role.PROVIDER)
    make.solution(provider=world.provider(guest))
    make.solution(provider=world.provider(lead))
    before = rankers.documents()
    world.active(lead, [guest], make.actor(Role.BUREAU_LEADER))
    assert rankers.documents() == before


def test_no_module_of_ranking_or_contact_knows_of_consortia() -> None:
    """Membership is a condition of nothing: who ranks, offers and introduces does not import the tables."""
    paths = [path for pattern in RANKING for path in Path("marketplace/services").glob(f"{pattern}.py")]
    assert len(paths) > 10
    for path in paths:
        assert "models.consortia" not in path.read_text(encoding="utf-8"), path
        assert "models import consortia" not in path.read_text(encoding="utf-8"), path


def test_a_lead_neither_sees_nor_answers_what_is_offered_to_a_member(app: Flask, make: Factory) -> None:
    lead, guest = world.lead(make), make.actor(Role.PROVIDER)
    world.active(lead, [guest], make.actor(Role.BUREAU_LEADER))
    demand = make.demand(status=DemandStatus.PUBLISHED, is_open_to_leads=True)
    offer = Lead(
        demand_id=demand.id, provider_id=guest.provider_id, wave=1, score=Decimal(50), reasons={},
        status=LeadStatus.OFFERED, offered_at=clock.now(), expires_at=clock.now(),
    )  # fmt: skip
    with writing() as session:
        session.add(offer)
    key = offer.id
    with pytest.raises((NotFound, Forbidden)):
        leads.interest(lead, lead_id=key, version=1)
    with pytest.raises((NotFound, Forbidden)):
        lead_views.get(lead, key)


@pytest.mark.parametrize(
    "permission",
    [
        Permission.READ_DEMAND, Permission.RANK_DEMAND, Permission.OPEN_LEADS, Permission.BUILD_BUNDLE,
        Permission.READ_CONCENTRATION, Permission.DECIDE_CONSORTIUM,
    ],
)  # fmt: skip
def test_no_provider_may_steer_demands_or_decide_over_consortia(
    app: Flask, make: Factory, permission: Permission
) -> None:
    assert not permissions.permits(world.lead(make), permission)


def test_of_a_member_s_introductions_the_lead_is_told_nothing_when_it_dissolves(app: Flask, make: Factory) -> None:
    lead, guest, officer = world.lead(make), make.actor(Role.PROVIDER), make.actor(Role.BUREAU_LEADER)
    key = world.active(lead, [guest], officer)
    demand, now = make.demand(status=DemandStatus.PUBLISHED, is_open_to_leads=True), clock.now()
    with writing() as session:
        session.add(
            Lead(
                demand_id=demand.id, provider_id=guest.provider_id, wave=1, score=Decimal(50), reasons={},
                status=LeadStatus.INTRODUCED, offered_at=now, expires_at=now, decided_at=now,
                decided_by=guest.user_id,
            )
        )  # fmt: skip
    assert consortium_views.get(lead, key).obligations == ()
    assert "本单位有1条" in consortium_views.get(guest, key).obligations[0]
    assert "各成员有1条" in consortium_views.get(officer, key).obligations[0]


def test_the_enterprise_reads_that_it_chooses_freely() -> None:
    text = Path("templates/demands/_consortium.html").read_text(encoding="utf-8")
    assert "选谁由企业自己定" in text
    assert "没有哪家服务商能要求企业整体签约" in text
