"""Pages of prices: the band on the product page, the comparables behind it, the bureau's watch."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from marketplace.models.accounts import Role
from marketplace.models.listings import VersionChange
from marketplace.services import clock
from marketplace.services.demo import content
from tests.factories import Factory
from tests.harness import Browser

QUERIES = 15


def shelf(make: Factory, count: int = 8) -> None:
    for number in range(count):
        make.solution(price=30_000 + 1_000 * number)


def test_the_product_page_says_in_words_where_its_price_stands(client: Browser, make: Factory) -> None:
    shelf(make)
    dear = make.solution(price=90_000)
    page = client.get(f"/solutions/{dear.id}")
    assert "报价在同类中的位置" in page.body
    assert "偏高" in page.body
    assert "是8个同类（质量管理，二级，按年）三年费用中位价10.05万元的2.7倍" in page.body
    assert "签约前可请服务商说明价格依据" in page.body
    assert "请补充一项价格依据" not in page.body, "that is said to the provider"
    links = [link.get("href", "") for link in page.all("a")]
    assert f"/prices/{dear.price_plans[0].id}?whole=1" in links


def test_too_few_comparables_are_said_without_a_bar(client: Browser, make: Factory) -> None:
    shelf(make, 3)
    page = client.get(f"/solutions/{make.solution(price=90_000).id}")
    assert "可比的太少" in page.body
    assert "只有3个，不足8个，不作高低判断" in page.body
    assert "sz-place-here" not in page.html


def test_comparables_lead_to_their_products_and_to_a_workbook(client: Browser, make: Factory) -> None:
    shelf(make)
    plan = make.solution(price=90_000).price_plans[0].id
    page = client.get(f"/prices/{plan}")
    assert page.h1 == "同类报价"
    assert len([link for link in page.all("a") if link.get("href", "").startswith("/solutions/")]) >= 8
    book = next(link.get("href", "") for link in page.all("a") if "export.xlsx" in link.get("href", ""))
    response = client.send("GET", book)
    assert response.status_code == 200
    assert response.data.startswith(b"PK")
    assert "没有可比的报价" not in page.body
    client.get(f"/prices/{plan}?step=group")
    client.get("/prices/999999", status=404)


def test_a_price_that_is_not_on_the_shelf_can_be_compared_by_its_address(client: Browser, make: Factory) -> None:
    shelf(make)
    address = "/prices/compare?scene=quality&level=2&model=annual&amount=90000&family=x&plan=%3Cb%3E"
    page = client.get(address)
    assert "请补充一项价格依据" in page.body
    assert "<b>" not in page.html
    client.get("/prices/compare", status=404)
    assert "没有可比的报价" in client.get(address.replace("annual", "per_user")).body


def test_city_staff_watch_prices_by_scene_and_model(client: Browser, make: Factory) -> None:
    make.user(Role.BUREAU_REVIEWER)
    client.log_in(Role.BUREAU_REVIEWER)
    assert "没有符合条件的报价" in client.get("/prices").body
    shelf(make, 10)
    odd = make.solution(price=3_000_000)
    page = client.get("/prices")
    assert page.h1 == "价格监测"
    assert f"/prices/{odd.price_plans[0].id}" in [link.get("href", "") for link in page.all("a")]
    assert "没有产品调价" in page.body
    assert client.send("GET", "/prices/export.xlsx?scene=quality").data.startswith(b"PK")
    assert "没有符合条件的报价" in client.get("/prices?scene=safety&model=annual").body


def test_the_demo_city_has_verdicts_with_a_band(demo_client: Browser) -> None:
    demo_client.log_in(Role.BUREAU_REVIEWER)
    page = demo_client.get("/prices")
    odd = [link.get("href", "") for link in page.all("a") if link.get("href", "").startswith("/prices/")]
    assert odd
    assert "同类报价" in demo_client.get(odd[-1]).body


def test_pages_ask_as_much_for_one_product_as_for_thirty(
    app: Flask,
    client: Browser,
    make: Factory,
    count_queries: Callable[[Flask], AbstractContextManager[list[str]]],
) -> None:
    make.user(Role.BUREAU_REVIEWER)
    client.log_in(Role.BUREAU_REVIEWER)

    def statements(address: str) -> int:
        client.get(address)
        with count_queries(app) as sent:
            client.get(address)
        return len(sent)

    subject = make.solution(price=31_000)
    addresses = ("/prices", f"/prices/{subject.price_plans[0].id}", f"/solutions/{subject.id}")
    few = [statements(address) for address in addresses]
    shelf(make, 29)
    assert [statements(address) for address in addresses] == few
    assert max(few) <= QUERIES, few


def test_a_demo_price_was_raised_this_quarter(demo_client: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: content.DEMO_DAY)
    demo_client.log_in(Role.BUREAU_REVIEWER)
    page = demo_client.get("/prices")
    assert "询实比价台" in page.links()
    assert "涨14%" in page.body


def test_product_page_and_reviewer_read_what_it_was_sold_for(client: Browser, make: Factory) -> None:
    shelf(make)
    sold = make.solution(price=40_000)
    for amount in (30_000, 34_000, 40_000):
        make.contract_price(sold, amount=amount)
    words = "中位数3.40万元，为标价的85%，3份"
    assert words in client.get(f"/solutions/{sold.id}").body
    plans = [{"name": "标准版", "model": "annual", "amount": 40_000}]
    approval = make.approval(solution=sold, change=VersionChange.MATERIAL, price_plans=plans)
    client.log_in(make.user(Role.BUREAU_REVIEWER))
    assert words in client.get(f"/approvals/{approval.id}").body
