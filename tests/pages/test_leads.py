"""The pages of leads, as the enterprise and as a provider walk through them, without JavaScript."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.demands import Demand
from marketplace.models.providers import Provider
from tests.factories import Factory
from tests.harness import Browser, Page

QUERIES = 15


@pytest.fixture
def owner(app: Flask, make: Factory) -> User:
    return make.user(Role.ENTERPRISE)


@pytest.fixture
def seat(app: Flask, make: Factory) -> User:
    """A person of a provider that can do the line."""
    person = make.user(Role.PROVIDER)
    make.solution(provider=db.session.get_one(Provider, make.actor(person).provider_id))
    return person


@pytest.fixture
def demand(make: Factory, owner: User, seat: User) -> Demand:
    return make.demand(user=owner, budget=43_210)


def _fields(page: Page, action: str) -> dict[str, str]:
    form = next(form for form in page.all("form") if form.get("action") == action)
    return {field.get("name", ""): field.get("value", "") for field in form.iter("input")}


def _press(client: Browser, page: Page, action: str, **more: str) -> Page:
    return client.follow(client.post(action, _fields(page, action) | more))


def _open(client: Browser, owner: User, demand: Demand) -> Page:
    page = client.log_in(owner).get(f"/demands/{demand.id}/leads")
    return _press(client, page, f"/demands/{demand.id}/leads/open")


def test_from_the_yes_to_the_contact(app: Flask, owner: User, seat: User, demand: Demand) -> None:
    firm, provider = Browser(app), Browser(app)
    page = firm.log_in(owner).get(f"/demands/{demand.id}")
    page = firm.get(page.links()["推给服务商"])
    assert "对方看到什么" in page.body
    assert "5万元以下" in page.body
    page = _press(firm, page, f"/demands/{demand.id}/leads/open")
    assert "已推给1家服务商" in page.body
    page = provider.log_in(seat).get("/my/listings")
    assert "1条待答复" in page.body
    page = provider.get(page.links()["商机，1条待答复"])
    assert "待答复（1）" in page.body
    page = provider.get(page.links()[demand.title])
    assert owner.name not in page.html
    assert "4.32" not in page.html
    page = _press(provider, page, "/leads/1/interest")
    assert "已告知企业" in page.body
    page = firm.get(f"/demands/{demand.id}/leads")
    assert "服务商有意" in page.body
    page = _press(firm, page, "/leads/1/introduce")
    assert seat.login in page.body
    page = provider.get("/leads/1")
    assert owner.login in page.body
    assert owner.name in page.body


def test_a_decline_keeps_what_was_typed_and_is_shown_in_words(
    client: Browser, owner: User, seat: User, demand: Demand
) -> None:
    _open(client, owner, demand)
    page = client.log_in(seat).get("/leads/1/decline")
    typed = {"version": page.hidden("version"), "once": page.hidden("once")}
    page = client.submit("/leads/1/decline", typed | {"note": "说明要留着"}, status=422)
    assert "请选一个不接的原因" in page.body
    assert "说明要留着" in page.html
    page = client.submit("/leads/1/decline", typed | {"reason": "other"}, status=422)
    assert "请写明原因" in page.body
    client.post("/leads/1/decline", typed | {"reason": "too_far", "note": "车程四小时"})
    assert "距离太远：车程四小时" in client.get("/leads").body
    client.raw("/leads/1/decline", status=303)
    assert "距离太远：车程四小时" in client.log_in(owner).get(f"/demands/{demand.id}/leads").body


def test_a_lost_race_leads_each_side_to_its_own_page(app: Flask, owner: User, seat: User, demand: Demand) -> None:
    firm, provider = Browser(app), Browser(app)
    _open(firm, owner, demand)
    stale = provider.log_in(seat).get("/leads/1")
    _press(firm, firm.get(f"/demands/{demand.id}/leads"), f"/demands/{demand.id}/leads/stop")
    page = provider.submit("/leads/1/interest", _fields(stale, "/leads/1/interest"), status=409)
    assert "/leads/1" in page.links().values()
    page = firm.submit("/leads/1/introduce", {"version": "1", "once": "some-token"}, status=409)
    assert f"/demands/{demand.id}/leads" in page.links().values()


def test_refusing_tells_the_words(app: Flask, owner: User, seat: User, demand: Demand) -> None:
    firm, provider = Browser(app), Browser(app)
    _open(firm, owner, demand)
    _press(provider, provider.log_in(seat).get("/leads/1"), "/leads/1/interest")
    page = firm.get(f"/demands/{demand.id}/leads")
    page = firm.follow(firm.post("/leads/1/refuse", _fields(page, "/leads/1/refuse") | {"reason": "已经选了别家"}))
    assert "暂不对接" in page.body
    page = provider.get("/leads/1")
    assert "企业的说明：已经选了别家" in page.body
    assert owner.name not in page.html


def test_empty_pages_say_what_to_do_next(client: Browser, make: Factory, owner: User) -> None:
    assert "还没有商机" in client.log_in(make.user(Role.PROVIDER)).get("/leads").body
    demand = make.demand(user=owner)
    page = client.log_in(owner).get(f"/demands/{demand.id}/leads")
    page = _press(client, page, f"/demands/{demand.id}/leads/open")
    assert "没有更多合适的服务商" in page.body
    assert client.get("/demands/999/leads", status=404)


def test_a_form_without_its_version_does_nothing(client: Browser, owner: User, seat: User, demand: Demand) -> None:
    page = client.log_in(owner).follow(client.post(f"/demands/{demand.id}/leads/open"))
    assert "页面内容不完整" in page.body
    assert "还没有推给任何服务商" in page.body


@pytest.mark.parametrize("address", ["/leads", "/leads/1", "/demands/1/leads", "/my/listings"])
def test_queries_do_not_grow_with_the_rows(
    address: str,
    app: Flask,
    client: Browser,
    owner: User,
    seat: User,
    make: Factory,
    count_queries: Callable[[Flask], AbstractContextManager[list[str]]],
) -> None:
    counts = []
    for more in (1, 4):
        for _ in range(more):
            _open(client, owner, make.demand(user=owner))  # the first one goes to the seat alone
            make.solution()
        client.log_in(owner if "demands" in address else seat)
        client.get(address)
        with count_queries(app) as statements:
            client.get(address)
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[0] <= QUERIES
