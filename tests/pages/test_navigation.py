"""The main navigation leads nobody who is logged in to a page that refuses him."""

import pytest

from marketplace.models.accounts import Role
from tests.factories import Factory
from tests.harness import Browser, Page


def doors(page: Page) -> dict[str, str]:
    (bar,) = [nav for nav in page.all("nav") if nav.get("aria-label") == "主导航"]
    return {"".join(link.itertext()).strip(): link.get("href", "") for link in bar.iter("a")}


@pytest.mark.parametrize("role", list(Role))
def test_every_entry_opens_for_the_role_that_sees_it(client: Browser, make: Factory, role: Role) -> None:
    client.log_in(make.user(role))
    for address in doors(client.get("/")).values():
        assert client.get(address).h1


@pytest.mark.parametrize(
    ("role", "label"),
    [
        (Role.ENTERPRISE, "组合方案"),
        (Role.PROVIDER, "商机"),
        (Role.BUREAU_REVIEWER, "行业清单"),
        (None, "揭榜挂帅"),
        (Role.PROVIDER, "我的产品"),
        (Role.SUPERVISOR, "双审核"),
        (Role.EXPERT, "双审核"),
    ],
)
def test_who_comes_for_something_finds_it(client: Browser, make: Factory, role: Role | None, label: str) -> None:
    if role is not None:
        client.log_in(make.user(role))
    assert label in doors(client.get("/"))
