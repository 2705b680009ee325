"""Enterprises: the public list never shows money, the file is for who may read it."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from marketplace.models.accounts import Role
from marketplace.models.enterprises import Progress
from marketplace.services import clock
from tests.factories import Factory
from tests.harness import Browser, Page

Counting = Callable[[Flask], AbstractContextManager[list[str]]]
REVENUE = 43_210_000


def names(page: Page) -> list[str]:
    return [Page.words(cell) for body in page.all("tbody") for cell in body.iter("th")]


def test_the_public_list_has_no_turnover_no_head_count_and_no_links_to_files(client: Browser, make: Factory) -> None:
    make.enterprise(revenue=REVENUE, employees=7_654)
    page = client.get("/enterprises")
    assert "4,321" not in page.html
    assert "7,654" not in page.html
    assert "7654" not in page.html
    assert not [link for body in page.all("tbody") for link in body.iter("a")]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 2),
        ("progress=completed", 1),
        ("progress=completed&progress=registered", 2),
        ("industry=advanced_metals", 1),
        ("county=santai", 1),
        ("county=santai&industry=modern_food", 0),
        ("level=2", 1),
        ("level=3", 0),
        ("sample=yes", 1),
        ("size=micro", 0),
        ("q=%E6%B5%8B%E8%AF%95", 2),
        ("q=%25", 0),
        ("progress=nonsense&foo=%ff&page=99", 2),
    ],
)
def test_filters_find_what_fits(client: Browser, make: Factory, query: str, count: int) -> None:
    make.enterprise()
    make.enterprise(
        county="santai", industry="advanced_metals", progress=Progress.COMPLETED, completed_on=clock.today(),
        overall_level=2, is_sample=True,
    )  # fmt: skip
    page = client.get(f"/enterprises?{query}")
    assert len(names(page)) == count
    assert f"共 {count} 家企业" in page.body


def test_pages_cover_the_whole_list(demo_client: Browser) -> None:
    found = [name for number in range(1, 21) for name in names(demo_client.get(f"/enterprises?page={number}"))]
    assert len(found) == len(set(found)) == 391


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.PROVIDER, 403),
        (Role.ADMINISTRATOR, 403),
        (Role.ENTERPRISE, 403),
        (Role.COUNTY_OFFICER, 200),
        (Role.BUREAU_REVIEWER, 200),
        (Role.AUDITOR, 200),
    ],
)
def test_the_file_is_for_its_own_people_and_for_staff(client: Browser, make: Factory, role: Role, status: int) -> None:
    enterprise = make.enterprise(county="fucheng", revenue=REVENUE)
    client.log_in(make.user(role))
    page = client.get(f"/enterprises/{enterprise.id}", status=status)
    assert ("4,321.00万元" in page.body) == (status == 200)


def test_an_enterprise_reads_its_own_file_and_a_county_only_its_own_enterprises(client: Browser, make: Factory) -> None:
    own = make.enterprise(county="santai")
    client.log_in(make.user(Role.ENTERPRISE, organisation_id=own.organisation_id))
    assert "一企一档" in client.get(f"/enterprises/{own.id}").body
    officer = Browser(client.app).log_in(make.user(Role.COUNTY_OFFICER))  # of fucheng
    officer.get(f"/enterprises/{own.id}", status=403)


def test_nobody_unknown_reads_a_file_and_an_unknown_file_is_a_404(client: Browser, make: Factory) -> None:
    enterprise = make.enterprise()
    assert "/login" in client.raw(f"/enterprises/{enterprise.id}", status=302).headers["Location"]
    client.log_in(make.user(Role.AUDITOR))
    client.get("/enterprises/4711", status=404)


def test_staff_find_links_to_the_files_in_the_list(client: Browser, make: Factory) -> None:
    enterprise = make.enterprise()
    client.log_in(make.user(Role.BUREAU_LEADER))
    assert f"/enterprises/{enterprise.id}" in client.get("/enterprises").links().values()


def test_the_list_takes_the_same_queries_for_one_row_and_for_twenty(
    app: Flask, client: Browser, make: Factory, count_queries: Counting
) -> None:
    taken = []
    for number in (1, 19):
        for _ in range(number):
            make.enterprise()
        with count_queries(app) as statements:
            client.get("/enterprises")
        taken.append(len(statements))
    assert taken[0] == taken[1] <= 15
