"""Favourites before and after login, the shortlist with its notes, print and Excel."""

import io

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from marketplace.models.accounts import Role, User
from marketplace.models.solutions import SolutionStatus
from marketplace.services import shortlists
from tests.factories import Factory
from tests.harness import Browser, Page


@pytest.fixture
def user(app: Flask, make: Factory) -> User:
    return make.user(Role.ENTERPRISE)


@pytest.fixture
def factory_client(client: Browser, user: User) -> Browser:
    return client.log_in(user)


def _fields(page: Page, action: str) -> dict[str, str]:
    form = next(form for form in page.all("form") if form.get("action") == action)
    return {field.get("name", ""): field.get("value", "") for field in form.iter("input") if field.get("name")}


def _listed(browser: Browser, user: User, make: Factory, *, solutions: int = 2) -> str:
    """The address of a list that was filled from the ranking's page."""
    for _ in range(solutions):
        make.solution()
    demand = make.demand(user=user)
    page = browser.get(f"/demands/{demand.id}/ranking")
    chosen = [field.get("value") for field in page.all("input") if field.get("name") == "solution_id"]
    assert len(chosen) == solutions
    fields = _fields(page, f"/demands/{demand.id}/shortlist") | {"solution_id": chosen}
    return browser.post(f"/demands/{demand.id}/shortlist", fields).headers["Location"]


def test_from_the_ranking_to_the_closed_list(factory_client: Browser, user: User, make: Factory) -> None:
    home = _listed(factory_client, user, make)
    page = factory_client.get(home)
    assert "对比前2个" in page.links()
    assert "得分依据" in page.body
    entry = next(form.get("action", "") for form in page.all("form") if form.get("action", "").endswith("/note"))
    factory_client.post(entry, {**_fields(page, entry), "note": "价格再谈一次"})
    page = factory_client.get(home)
    assert "价格再谈一次" in page.body
    page = factory_client.follow(factory_client.post(f"{home}/close", _fields(page, f"{home}/close")))
    assert "已定稿" in page.body
    assert "价格再谈一次" in page.body
    assert f"{home}/restore" not in [form.get("action") for form in page.all("form")]
    page = factory_client.follow(factory_client.post(f"{home}/reopen", _fields(page, f"{home}/reopen")))
    assert "比选中" in page.body


def test_what_is_listed_already_is_not_offered_again(factory_client: Browser, user: User, make: Factory) -> None:
    _listed(factory_client, user, make)
    page = factory_client.get(next(url for url in factory_client.get("/demands").links().values() if "ranking" in url))
    assert not [field for field in page.all("input") if field.get("name") == "solution_id"]
    assert "已在候选名单" in page.body


def test_a_removal_is_undone_with_one_button(factory_client: Browser, user: User, make: Factory) -> None:
    home = _listed(factory_client, user, make)
    page = factory_client.get(home)
    remove = next(form.get("action", "") for form in page.all("form") if form.get("action", "").endswith("/remove"))
    page = factory_client.follow(factory_client.post(remove, _fields(page, remove)))
    assert "已移出" in page.body
    page = factory_client.follow(factory_client.post(f"{home}/restore", _fields(page, f"{home}/restore")))
    assert "已放回" in page.body
    assert len([form for form in page.all("form") if form.get("action", "").endswith("/remove")]) == 2
    again = {"solution_id": str(make.solution(status=SolutionStatus.DRAFT).id)}
    assert "没有放回" in factory_client.follow(factory_client.post(f"{home}/restore", again)).body
    factory_client.post(f"{home}/restore", status=400)


def test_an_undo_is_offered_once(factory_client: Browser, user: User, make: Factory) -> None:
    home = _listed(factory_client, user, make)
    page = factory_client.get(home)
    remove = next(form.get("action", "") for form in page.all("form") if form.get("action", "").endswith("/remove"))
    assert "撤销移出" in factory_client.follow(factory_client.post(remove, _fields(page, remove))).body
    assert "撤销移出" not in factory_client.get(home).body


def test_a_note_that_is_too_long_stays_in_its_box(factory_client: Browser, user: User, make: Factory) -> None:
    home = _listed(factory_client, user, make, solutions=1)
    page = factory_client.get(home)
    entry = next(form.get("action", "") for form in page.all("form") if form.get("action", "").endswith("/note"))
    page = factory_client.submit(entry, {**_fields(page, entry), "note": "长" * 501}, status=422)
    assert "备注不超过500个字" in page.body
    assert "长" * 501 in page.html


def test_nothing_chosen_is_said_on_the_ranking(factory_client: Browser, user: User, make: Factory) -> None:
    make.solution()
    demand = make.demand(user=user)
    page = factory_client.follow(factory_client.post(f"/demands/{demand.id}/shortlist"))
    assert page.h1 == "匹配结果"
    assert "请先勾选" in page.body


def test_print_and_excel_state_what_they_show(factory_client: Browser, user: User, make: Factory) -> None:
    home = _listed(factory_client, user, make)
    page = factory_client.get(f"{home}/print")
    assert "全部2个产品" in page.body
    assert "生成时间" in page.body
    response = factory_client.raw(f"{home}/export.xlsx")
    assert "attachment" in response.headers["Content-Disposition"]
    rows = CalamineWorkbook.from_filelike(io.BytesIO(response.data)).get_sheet_by_name("候选名单").to_python()
    assert "全部2个产品" in str(rows[1][0])
    assert len(rows) == 4 + 1 + 1 + 2


def test_favourites_of_an_anonymous_reader_live_in_his_browser(client: Browser, make: Factory) -> None:
    solution = make.solution()
    assert "还没有收藏产品" in client.get("/shortlists").body
    back = client.post("/favourites", {"solution_id": solution.id}, headers={"Referer": "http://localhost/solutions"})
    assert back.headers["Location"] == "/solutions"
    page = client.get("/shortlists")
    assert solution.name in page.body
    assert page.links()["登录"].startswith("/login")
    client.post("/favourites", {"solution_id": solution.id})
    assert "还没有收藏产品" in client.get("/shortlists").body


def test_a_browser_keeps_no_more_favourites_than_the_limit(
    client: Browser, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shortlists, "LIMIT", 1)
    first, second = make.solution(), make.solution()
    client.post("/favourites", {"solution_id": first.id})
    page = client.follow(client.post("/favourites", {"solution_id": second.id}))
    assert "最多收藏1个" in page.body
    assert second.name not in page.body


@pytest.mark.parametrize(("value", "status"), [("", 400), ("x", 400), ("²", 400), ("999999", 404)])
def test_a_favourite_that_is_nothing_is_refused(client: Browser, value: str, status: int) -> None:
    client.post("/favourites", {"solution_id": value}, status=status)


def test_nobody_is_sent_to_another_site(client: Browser, make: Factory) -> None:
    for referrer in ("https://elsewhere.example/x", "//elsewhere.example/x"):
        back = client.post("/favourites", {"solution_id": make.solution().id}, headers={"Referer": referrer})
        assert back.headers["Location"] == "/shortlists"


def test_favourites_of_an_enterprise_are_shared_by_colleagues(client: Browser, make: Factory, app: Flask) -> None:
    enterprise = make.enterprise()
    first, second = (make.user(Role.ENTERPRISE, organisation_id=enterprise.organisation_id) for _ in range(2))
    solution = make.solution()
    client.log_in(first).post("/favourites", {"solution_id": solution.id})
    page = Browser(app).log_in(second).get("/shortlists")
    assert "收藏夹" in page.links()
    assert solution.name in Browser(app).log_in(second).get(page.links()["收藏夹"]).body


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ENTERPRISE])
def test_other_roles_keep_no_lists(client: Browser, make: Factory, role: Role) -> None:
    browser, solution = client.log_in(make.user(role)), make.solution()
    browser.get("/shortlists", status=403)
    browser.post("/favourites", {"solution_id": solution.id}, status=403)


def test_another_enterprise_s_list_is_closed_to_me(
    factory_client: Browser, user: User, make: Factory, app: Flask
) -> None:
    home = _listed(factory_client, user, make)
    stranger = Browser(app).log_in(make.user(Role.ENTERPRISE))
    for address in (home, f"{home}/print"):
        stranger.get(address, status=403)
    stranger.raw(f"{home}/export.xlsx", status=403)
    stranger.get("/shortlists/999", status=404)
