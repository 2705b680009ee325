"""Progress: every figure is the length of the list that it links to."""

import re

from marketplace.models.enterprises import Progress
from marketplace.models.providers import Standing
from marketplace.services import clock
from tests.factories import Factory
from tests.harness import Browser, Page


def total(page: Page) -> int:
    found = re.search(r"共 (\d+) ", page.body)
    assert found
    return int(found.group(1))


def test_the_four_targets_link_to_exactly_their_rows(demo_client: Browser) -> None:
    page = demo_client.get("/progress")
    tiles = page.by_class("sz-stat")
    assert len(tiles) == 4
    for tile in tiles:
        (link,) = tile.iter("a")
        value = next(one for one in tile.iter("span") if "sz-stat-value" in (one.get("class") or ""))
        assert total(demo_client.get(link.get("href", ""))) == int(Page.words(value).split()[0])


def test_every_cell_of_the_tables_links_to_exactly_its_rows(demo_client: Browser) -> None:
    page = demo_client.get("/progress")
    cells = [link for table in page.all("tbody") for link in table.iter("a")]
    assert len(cells) > 80
    for link in cells[::9]:
        assert total(demo_client.get(link.get("href", ""))) == int(Page.words(link))


def test_only_completed_ones_at_level_two_count_towards_the_target(client: Browser, make: Factory) -> None:
    today = clock.today()
    make.enterprise(progress=Progress.COMPLETED, completed_on=today, overall_level=2)
    make.enterprise(progress=Progress.COMPLETED, completed_on=today, overall_level=1)
    make.enterprise(progress=Progress.TRANSFORMING, overall_level=3)
    values = [Page.words(one) for one in client.get("/progress").by_class("sz-stat-value")]
    assert values[0] == "1 家"


def test_candidates_suspended_and_removed_providers_are_not_in_the_pool(client: Browser, make: Factory) -> None:
    for standing in Standing:
        make.provider(standing=standing)
    values = [Page.words(one) for one in client.get("/progress").by_class("sz-stat-value")]
    assert values[1] == "3 家"
