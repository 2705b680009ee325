"""The lists of an industry and unmet demand, as city and county staff see them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from urllib.parse import unquote

from flask import Flask

from marketplace.domain import wording
from marketplace.models.accounts import Role
from tests.factories import Factory
from tests.harness import Browser
from tests.services.test_insights import PAPER, PAPER_TOO, PRESS, publish

QUERIES = 15


def test_the_three_lists_of_the_demo_city_lead_to_their_rows(demo_client: Browser) -> None:
    demo_client.log_in(Role.BUREAU_REVIEWER)
    for industry, label in wording.INDUSTRIES.items():
        page = demo_client.get(f"/insights?industry={industry}")
        assert page.h1 == "行业三张清单"
        assert label in page.text("head/title")
        for heading in ("需求清单（", "问题清单（", "场景清单（"):
            assert heading in page.body
        links = {link.get("href", "") for link in page.all("a")}
        assert f"/insights/export.xlsx?industry={industry}" in links
        scene_links = [link for link in links if link.startswith("/demands?") and "scene=" in link]
        assert scene_links
        assert all(link for link in links)
    rows = demo_client.get(scene_links[0])
    assert "没有符合条件的需求清单" not in rows.body


def test_a_scene_figure_is_the_length_of_its_list(demo_client: Browser) -> None:
    demo_client.log_in(Role.BUREAU_REVIEWER)
    page = demo_client.get("/insights?industry=modern_food")
    told = {link.get("href", ""): page.words(link) for link in page.all("a") if "scene=" in link.get("href", "")}
    assert told
    for address, words in list(told.items())[:6]:
        number = int(words.removesuffix("份").removesuffix("个"))
        body = demo_client.get(address).body
        assert f"共{number}份" in body or f"{number} 个" in body or f"{number}个" in body, (address, number)


def test_unmet_demand_of_the_demo_city_can_be_made_a_challenge(demo_client: Browser) -> None:
    page = demo_client.log_in(Role.BUREAU_REVIEWER).get("/insights/unmet")
    drafts = [link.get("href", "") for link in page.all("a") if link.get("href", "").startswith("/challenges/new?")]
    assert drafts
    form = demo_client.get(drafts[0])
    assert form.h1 == "拟榜"
    assert "背后的预算" in form.body


def test_city_staff_without_that_permission_see_no_button_to_draw_up(client: Browser, make: Factory) -> None:
    publish(make, PRESS, scene="equipment", target=4)
    make.user(Role.AUDITOR)
    page = client.log_in(Role.AUDITOR).get("/insights/unmet")
    assert PRESS in page.body
    assert "拟榜" not in page.body


def test_an_industry_without_checklists_has_a_next_step(client: Browser, make: Factory) -> None:
    make.user(Role.BUREAU_LEADER)
    client.log_in(Role.BUREAU_LEADER)
    assert "还没有发布的需求清单" in client.get("/insights?industry=advanced_metals").body
    assert "没有未满足的需求" in client.get("/insights/unmet").body


def test_the_workbooks_are_downloads_named_after_what_they_hold(client: Browser, make: Factory) -> None:
    publish(make, PAPER)
    make.user(Role.COUNTY_OFFICER)
    client.log_in(Role.COUNTY_OFFICER)
    for address, name in (
        ("/insights/export.xlsx?industry=modern_food", "现代食品制造-需求问题场景清单.xlsx"),
        ("/insights/unmet/export.xlsx", "未满足的需求.xlsx"),
    ):
        response = client.send("GET", address)
        assert response.status_code == 200
        assert response.data.startswith(b"PK")
        assert name in unquote(response.headers["Content-Disposition"])


def test_the_pages_ask_the_database_as_often_for_one_line_as_for_many(
    app: Flask,
    client: Browser,
    make: Factory,
    count_queries: Callable[[Flask], AbstractContextManager[list[str]]],
) -> None:
    make.user(Role.BUREAU_REVIEWER)
    client.log_in(Role.BUREAU_REVIEWER)
    counts: dict[str, list[int]] = {"/insights?industry=modern_food": [], "/insights/unmet": []}
    for times in (1, 20):
        for number in range(times):
            publish(make, PAPER if number % 2 else PAPER_TOO)
        for address, found in counts.items():
            client.get(address)  # the ranker is fitted once
            with count_queries(app) as statements:
                client.get(address)
            found.append(len(statements))
    for one, many in counts.values():
        assert one == many <= QUERIES
