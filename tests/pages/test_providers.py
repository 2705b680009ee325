"""Providers: who is listed, how they are filtered, what their pages say."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from urllib.parse import quote

import pytest
from flask import Flask

from marketplace.models.providers import ProviderKind, Standing
from tests.factories import Factory
from tests.harness import Browser, Page

Counting = Callable[[Flask], AbstractContextManager[list[str]]]


def ids(page: Page) -> list[int]:
    headings = [link for row in page.by_class("sz-listing") for head in row.iter("h2") for link in head.iter("a")]
    return [int(link.get("href", "").rsplit("/", 1)[1]) for link in headings]


def test_suspended_and_removed_providers_are_not_listed_but_keep_a_page_with_a_dated_banner(
    client: Browser, make: Factory
) -> None:
    kept = make.provider(standing=Standing.LISTED)
    hidden = [make.provider(standing=one, standing_note="投诉核实") for one in (Standing.SUSPENDED, Standing.REMOVED)]
    assert ids(client.get("/providers")) == [kept.id]
    for one in hidden:
        page = client.get(f"/providers/{one.id}")
        assert "2026年1月5日起" in page.body
        assert "投诉核实" in page.body


def test_recommended_ones_come_first_and_candidates_last(client: Browser, make: Factory) -> None:
    made = {one: make.provider(standing=one).id for one in (Standing.CANDIDATE, Standing.WATCH, Standing.RECOMMENDED)}
    wanted = [made[one] for one in (Standing.RECOMMENDED, Standing.WATCH, Standing.CANDIDATE)]
    assert ids(client.get("/providers")) == wanted


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("kind=lead", True),
        ("kind=integrator", False),
        ("kind=lead&kind=integrator", True),
        ("industry=modern_food", True),
        ("industry=advanced_metals", False),
        ("place=local", True),
        ("place=remote", False),
        ("standing=recommended", True),
        ("standing=watch", False),
        ("q=" + quote("谷鉴"), True),
        ("q=" + quote("没有这家"), False),
        ("standing=suspended&nonsense=1&page=9999", True),
    ],
)
def test_filters_find_what_fits(client: Browser, make: Factory, query: str, is_found: bool) -> None:
    provider = make.provider(
        short_name="谷鉴", kind=ProviderKind.LEAD, industries=["modern_food"], place="local",
        standing=Standing.RECOMMENDED,
    )  # fmt: skip
    assert ids(client.get(f"/providers?{query}")) == ([provider.id] if is_found else [])


def test_a_provider_without_home_industry_serves_every_industry(client: Browser, make: Factory) -> None:
    provider = make.provider(industries=[])
    assert ids(client.get("/providers?industry=advanced_metals")) == [provider.id]


def test_an_empty_list_has_a_next_step(client: Browser) -> None:
    assert "去找产品" in client.get("/providers?kind=lead").links()


@pytest.mark.parametrize("sort", ["standing", "rating", "listings", "nonsense"])
def test_every_order_shows_the_whole_pool(demo_client: Browser, sort: str) -> None:
    found = [one for number in range(1, 6) for one in ids(demo_client.get(f"/providers?sort={sort}&page={number}"))]
    assert len(found) == len(set(found)) == 82


def test_a_provider_page_shows_facts_listings_alliance_and_cases(demo_client: Browser) -> None:
    page = demo_client.get("/providers/1")
    headings = {page.words(one) for one in page.all("h2")}
    assert {"单位资料", "在架产品", "服务商联合体", "本地案例"} <= headings
    assert "起" in page.body


def test_an_unknown_provider_is_a_404(client: Browser) -> None:
    assert "没有找到这个服务商" in client.get("/providers/4711", status=404).body


def test_the_list_takes_the_same_queries_for_one_row_and_for_twenty(
    app: Flask, client: Browser, make: Factory, count_queries: Counting
) -> None:
    taken = []
    for number in (1, 19):
        for _ in range(number):
            make.provider()
        with count_queries(app) as statements:
            client.get("/providers")
        taken.append(len(statements))
    assert taken[0] == taken[1] <= 15


def test_a_provider_page_takes_the_same_queries_for_one_listing_and_for_twenty(
    app: Flask, client: Browser, make: Factory, count_queries: Counting
) -> None:
    provider = make.provider()
    taken = []
    for number in (1, 19):
        for _ in range(number):
            make.solution(provider=provider, cases=1)
        with count_queries(app) as statements:
            client.get(f"/providers/{provider.id}")
        taken.append(len(statements))
    assert taken[0] == taken[1] <= 15
