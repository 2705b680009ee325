"""Bundles: the mark 可达二级 stands only where the rule holds, and says why."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from flask import Flask
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.models.bundles import Bundle, BundleItem
from marketplace.models.providers import Standing
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import clock
from marketplace.services.unit_of_work import writing
from tests.factories import Factory
from tests.harness import Browser

Counting = Callable[[Flask], AbstractContextManager[list[str]]]
SIX = ("product_design", "marketing", "production_control", "quality", "equipment", "safety")


def make_bundle(make: Factory, members: Sequence[Solution], *, industry: str = "modern_food", name: str = "包") -> int:
    lead_id = make.provider(standing=Standing.LISTED).id
    with writing() as session:
        bundle = Bundle(
            provider_id=lead_id, name=name, industry=industry, summary="六件事", description="配好的",
            created_at=clock.now(),
        )  # fmt: skip
        bundle.items = [BundleItem(solution_id=one.id, position=place) for place, one in enumerate(members)]
        session.add(bundle)
        session.flush()
        return bundle.id


def test_six_scenes_with_three_mandatory_at_level_two_reach_level_two(client: Browser, make: Factory) -> None:
    members = [make.solution(coverage=[(scene, 2)], price=20_000) for scene in SIX]
    page = client.get(f"/bundles/{make_bundle(make, members)}")
    assert "可达二级" in page.body
    assert "达二级的场景6个，其中约束性6个，满足" in page.body
    assert "12.00" in page.body  # 万元 over all members


def test_a_member_that_leaves_the_shelf_counts_no_more(client: Browser, make: Factory) -> None:
    members = [make.solution(coverage=[(scene, 2)], price=20_000) for scene in SIX]
    bundle_id = make_bundle(make, members)
    with writing() as session:
        session.get_one(Solution, members[0].id).status = SolutionStatus.SUSPENDED
    page = client.get(f"/bundles/{bundle_id}")
    assert "未达二级要求" in page.body
    assert "还差场景1个" in page.body
    assert "有1个产品已不在架" in page.body
    assert "10.00" in page.body


def test_a_member_without_a_price_is_named_and_not_counted(client: Browser, make: Factory) -> None:
    members = [make.solution(price=20_000), make.solution(price=None)]
    page = client.get(f"/bundles/{make_bundle(make, members)}")
    assert "1个产品面议，未计入" in page.body
    assert "2.00" in page.body


def test_the_list_filters_by_industry_and_ignores_nonsense(client: Browser, make: Factory) -> None:
    make_bundle(make, [make.solution()], name="食品包")
    make_bundle(make, [make.solution()], industry="advanced_metals", name="金属包")
    food = client.get("/bundles?industry=modern_food&page=99&x=1")
    assert "食品包" in food.links()
    assert "金属包" not in food.links()
    assert "去找产品" in client.get("/bundles?industry=electronic_components").links()


def test_an_unknown_bundle_is_a_404(client: Browser) -> None:
    assert "没有找到这个数转包" in client.get("/bundles/4711", status=404).body


def test_every_demo_bundle_is_marked_as_the_rule_says(demo_client: Browser, demo_app: Flask) -> None:
    ids = db.session.scalars(select(Bundle.id)).all()
    assert len(ids) == 10
    for bundle_id in ids:
        page = demo_client.get(f"/bundles/{bundle_id}")
        assert ("满足二级对场景的要求" in page.body) == ("可达二级" in page.body.replace("单靠本包达不到二级", ""))


def test_the_list_takes_the_same_queries_for_one_bundle_and_for_ten(
    app: Flask, client: Browser, make: Factory, count_queries: Counting
) -> None:
    taken = []
    for number in (1, 9):
        for place in range(number):
            make_bundle(make, [make.solution(), make.solution()], name=f"包{number}-{place}")
        with count_queries(app) as statements:
            client.get("/bundles")
        taken.append(len(statements))
    assert taken[0] == taken[1] <= 15
