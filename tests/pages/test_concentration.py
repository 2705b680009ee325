"""集中度 for city staff: leads of the limit, figures that lead to their rows, small samples that say so, Excel."""

import io

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.enterprises import Enterprise
from marketplace.models.matches import MatchOrder
from marketplace.models.providers import ProviderKind
from marketplace.services import concentration, match_runs
from tests.factories import Factory
from tests.harness import Browser

FOOD = "modern_food"


def test_leads_shares_and_rows(client: Browser, make: Factory) -> None:
    big, small = (make.provider(kind=ProviderKind.LEAD, industries=[FOOD]) for _ in range(2))
    product = make.solution(provider=big, industries=[FOOD], contracts=30)
    make.solution(provider=small, industries=[FOOD], contracts=10)
    make.solution(provider=small, industries=["advanced_metals"], contracts=50)
    client.log_in(make.user(Role.AUDITOR))
    page = client.get(f"/concentration?industry={FOOD}")
    assert "牵头服务商（2家，限额3家）" in page.body
    assert "合计40，2家；HHI 6,250" in page.body
    assert "高度集中" in page.body
    assert "数量少，不作判断" in page.body  # two listings are no sample
    rows = client.get(f"/concentration/{FOOD}/contracts/{big.id}")
    assert rows.links()[product.name] == f"/solutions/{product.id}"
    client.get(f"/concentration/{FOOD}/nonsense/{big.id}", status=404)
    client.get(f"/concentration/{FOOD}/contracts/99999", status=404)
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(client.raw(f"/concentration/export.xlsx?industry={FOOD}").get_data())
    )
    shares = book.get_sheet_by_name("份额").to_python()
    assert ["合同数", big.short_name, 30, 75] in shares


def test_the_warning_before_an_award_names_what_would_pass_the_limit(app: Flask, make: Factory) -> None:
    held = [make.provider(kind=ProviderKind.LEAD, industries=[FOOD]) for _ in range(3)]
    fourth = make.provider(industries=[FOOD])
    make.solution(provider=fourth, industries=[FOOD], contracts=30)
    assert concentration.before_award(db.session, FOOD, [held[0].id]) == ()
    found = concentration.before_award(db.session, FOOD, [fourth.id])
    assert [one.kind for one in found] == ["leads", "share", "hhi"]
    assert "再加1家就是4家" in found[0].sentence
    assert concentration.before_award(db.session, "advanced_metals", [fourth.id]) == ()


def test_an_empty_city_has_a_page(client: Browser, make: Factory) -> None:
    page = client.log_in(make.user(Role.SUPERVISOR)).get("/concentration?industry=nonsense")
    assert "这个行业现在没有牵头服务商" in page.body
    assert "还没有记录" in page.body


@pytest.mark.parametrize(
    ("role", "is_linked"),
    [
        (Role.BUREAU_REVIEWER, True),
        (Role.BUREAU_LEADER, True),
        (Role.AUDITOR, True),
        (Role.SUPERVISOR, False),
        (Role.EXPERT, False),
    ],
)
def test_a_ranking_is_linked_for_whom_it_opens(client: Browser, make: Factory, role: Role, is_linked: bool) -> None:
    product = make.solution()
    owner = make.user(Role.ENTERPRISE)
    demand = make.demand(user=owner)
    run = match_runs.create(make.actor(owner), demand_id=demand.id, order=MatchOrder.FIT)
    client.log_in(make.user(role))
    industry = db.session.get_one(Enterprise, demand.enterprise_id).industry
    page = client.get(f"/concentration/{industry}/exposure/{product.provider_id}")
    assert demand.title in page.body
    assert (page.links().get(demand.title) == f"/runs/{run}") is is_linked
    client.get(f"/runs/{run}", status=200 if is_linked else 403)
