"""The home page: every door leads where its number says."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

from flask import Flask

from tests.factories import Factory
from tests.harness import Browser, Page

Counting = Callable[[Flask], AbstractContextManager[list[str]]]


def test_home_has_search_industries_scenes_city_stages_bundles_reviews_news_and_figures(demo_client: Browser) -> None:
    page = demo_client.get("/")
    headings = {page.words(one) for one in page.all("h2")}
    assert {
        "按应用场景找", "按本市实施方案的环节找", "怎么用", "二级数转包", "用户评价好的", "最新上架", "试点进展",
    } <= headings  # fmt: skip
    addresses = [link.get("href", "") for link in page.all("a")]
    assert len({one for one in addresses if "industry=" in one}) == 4
    assert len({one for one in addresses if "?stage=" in one}) == 4
    assert len({one for one in addresses if "?scene=" in one}) == 16
    assert len({one for one in addresses if "city_stage=" in one}) == 9


def test_each_door_opens_on_as_many_listings_as_it_says(demo_client: Browser) -> None:
    doors = {}
    for link in demo_client.get("/").all("a"):
        address, words = link.get("href", ""), Page.words(link)
        found = re.search(r"(\d+)\D*$", words)
        if address.startswith("/solutions?") and "=" in address and "sort" not in address and found:
            doors[address] = found.group(1)
    assert len(doors) == 33
    for address, number in list(doors.items())[::4]:
        assert f"共 {number} 个产品" in demo_client.get(address).body, address


def test_an_empty_city_has_a_home_page_too(client: Browser) -> None:
    page = client.get("/")
    assert "0 个产品在架" in page.body


def test_home_takes_the_same_few_queries_however_much_there_is(
    app: Flask, client: Browser, make: Factory, count_queries: Counting
) -> None:
    taken = []
    for number in (1, 19):
        for _ in range(number):
            make.solution(rating_sum=25, rating_count=5)
        client.get("/")
        with count_queries(app) as statements:
            client.get("/")
        taken.append(len(statements))
    assert taken[0] == taken[1] <= 15
