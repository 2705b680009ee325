"""Eight journeys, each by keyboard alone and with JavaScript off: what people come for works for everybody."""

import itertools
import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from marketplace.domain import credit_codes
from marketplace.services.demo import PASSWORD
from tests.browser.hands import Hands, Keyboard, Mouse
from tests.browser.visitors import WIDE, Visitors

Start = Callable[..., Hands]
numbers = itertools.count(int(time.time()) % 900_000)


@pytest.fixture(params=["keyboard alone", "JavaScript off"])
def start(request: pytest.FixtureRequest, visitors: Visitors) -> Start:
    def begin(role: str | None = None) -> Hands:
        is_keyboard = request.param == "keyboard alone"
        page = visitors.come(role=role, width=WIDE, javascript=is_keyboard)
        return Keyboard(page) if is_keyboard else Mouse(page)

    return begin


def link(page: Page, name: str | re.Pattern[str], within: str = "main") -> Locator:
    return page.locator(within).get_by_role("link", name=name)


def button(page: Page, name: str | re.Pattern[str], within: str = "main") -> Locator:
    return page.locator(within).get_by_role("button", name=name)


def test_search_and_open_a_product(start: Start) -> None:
    hands = start()
    page = hands.page
    hands.write(page.locator("main input[name=q]"), "仓库盘点")
    page.keyboard.press("Enter")
    page.wait_for_url("**/solutions?**")
    expect(page.locator("main mark").first).to_be_visible()
    name = page.locator("main h2 a, main h3 a").first
    title = name.inner_text()
    hands.follow(name)
    expect(page.locator("h1")).to_have_text(title)
    expect(page.get_by_role("heading", name="价目和奖补估算")).to_be_visible()


def test_narrow_by_facets_and_take_one_back(start: Start) -> None:
    hands = start()
    page = hands.page
    page.goto("/solutions")
    hands.tick(page.locator("input[name=industry][value=modern_food]"))
    if isinstance(hands, Keyboard):
        page.wait_for_url("**industry=modern_food**")  # the list follows by itself
    hands.tick(page.locator("input[name=size][value=micro]"))
    if isinstance(hands, Mouse):
        hands.follow(button(page, "应用筛选"))
    page.wait_for_url("**size=micro**")
    assert "industry=modern_food" in page.url
    chip = link(page, re.compile("微型"))
    expect(chip.first).to_be_visible()
    hands.open(chip)
    page.wait_for_url(lambda url: "size=micro" not in url)
    assert "industry=modern_food" in page.url


def test_compare_two_products(start: Start) -> None:
    hands = start()
    page = hands.page
    page.goto("/solutions?scene=quality")
    boxes = page.locator("main input[name=id]")
    hands.tick(boxes.nth(0))
    hands.tick(boxes.nth(1))
    hands.follow(button(page, "对比所选"))
    expect(page.locator("h1")).to_have_text("产品对比")
    everything = page.locator("main table tbody tr").count()
    hands.follow(link(page, "只看差异"))
    assert 0 < page.locator("main table tbody tr").count() <= everything
    assert "diff=1" in page.url


def test_log_in_and_out(start: Start) -> None:
    hands = start()
    page = hands.page
    page.goto("/login?next=/account")
    hands.write(page.get_by_label("账号").first, "auditor@demo.example")
    hands.write(page.locator("input[type=password]"), "wrong-password-1")
    hands.follow(button(page, re.compile("^登录")))
    expect(page.locator("main")).to_contain_text("账号或口令不对")
    assert page.get_by_label("账号").first.input_value() == "auditor@demo.example"
    hands.write(page.locator("input[type=password]"), PASSWORD)
    hands.follow(button(page, re.compile("^登录")))
    page.wait_for_url("**/account")
    hands.open(page.locator("header summary"))
    hands.follow(button(page, "退出", within="header"))
    page.goto("/audit")
    page.wait_for_url("**/login?next=**")


def test_register_an_enterprise(start: Start) -> None:
    hands = start()
    page = hands.page
    number = next(numbers)
    page.goto("/register/enterprise")
    code = credit_codes.make(category="91", region="519900", first_eight=f"MT{number:06d}")
    hands.write(page.get_by_label("单位全称"), f"安澜旅途{number}机械有限公司")
    hands.write(page.get_by_label("统一社会信用代码"), code[:-1] + ("0" if code[-1] != "0" else "1"))
    hands.choose(page.get_by_label("所在县"), "经开区")
    hands.choose(page.get_by_label("试点行业"), "高端装备制造")
    hands.write(page.get_by_label("姓名"), "测试经办")
    hands.write(page.get_by_label("账号"), f"journey{number}@example.test")
    for field in (0, 1):
        hands.write(page.locator("input[type=password]").nth(field), "long-enough-2026")
    hands.tick(page.locator("input[type=checkbox][name$=is_agreed]"))
    hands.follow(button(page, "注册"))
    expect(page.locator("main")).to_contain_text("信用代码")  # the check digit is wrong: said, and nothing is lost
    assert page.get_by_label("单位全称").input_value() == f"安澜旅途{number}机械有限公司"
    hands.write(page.get_by_label("统一社会信用代码"), code)
    for field in (0, 1):
        hands.write(page.locator("input[type=password]").nth(field), "long-enough-2026")
    hands.follow(button(page, "注册"))
    page.goto("/demands")
    expect(page.locator("h1")).to_contain_text("需求清单")


def write_demand(hands: Hands, title: str) -> str:
    """From nothing to a published checklist; returns its address."""
    page = hands.page
    page.goto("/demands/new")
    hands.write(page.get_by_label("清单名称"), title)
    hands.follow(button(page, "存为草稿"))
    address = re.sub(r"[?#].*", "", page.url)
    hands.follow(link(page, "需求明细"))
    hands.choose(page.locator("#lines-0-scene"), "质量管理")
    hands.choose(page.locator("#lines-0-current_level"), "无等级")
    hands.write(page.locator("#lines-0-text"), "检验记录都在纸上,客户投诉要翻两天")
    hands.write(page.locator("#lines-0-weight"), "60")
    add = button(page, re.compile("^增加"))
    hands.follow(add) if isinstance(hands, Mouse) else hands.open(add)
    hands.choose(page.locator("#lines-1-scene"), "仓储物流")
    hands.write(page.locator("#lines-1-text"), "盘点一次要停工一天,账实对不上")
    hands.write(page.locator("#lines-1-weight"), "40")
    hands.follow(button(page, "保存"))
    page.goto(address)
    hands.follow(link(page, re.compile("预算")))
    hands.write(page.locator("input[name=budget]"), "8.5")
    hands.tick(page.locator("input[name=is_deadline_open]"))
    hands.tick(page.locator("input[name=deployments][value=saas]"))
    hands.follow(button(page, "保存"))
    page.goto(f"{address}/check")
    hands.follow(button(page, "确认发布"))
    expect(page.locator("main")).to_contain_text("已发布")
    return address


def test_write_and_publish_a_demand(start: Start) -> None:
    hands = start("enterprise")
    address = write_demand(hands, f"检验和盘点{next(numbers)}")
    page = hands.page
    page.goto(address)
    expect(page.locator("main")).to_contain_text("8.50万元")
    expect(page.locator("main")).to_contain_text("检验记录都在纸上")


def test_read_the_ranking_and_keep_a_shortlist(start: Start) -> None:
    hands = start("enterprise")
    address = write_demand(hands, f"候选名单{next(numbers)}")
    page = hands.page
    page.goto(f"{address}/ranking")
    first = page.locator("main h3 a").first
    name = first.inner_text()
    expect(page.locator("main")).to_contain_text("满足")
    boxes = page.locator("main input[type=checkbox][name=solution_id]")
    hands.tick(boxes.nth(0))
    hands.follow(button(page, re.compile("候选名单")))
    page.goto(f"{address}/ranking")
    hands.follow(link(page, "候选名单"))
    expect(page.locator("main")).to_contain_text(name)
    hands.follow(link(page, re.compile("打印")))
    expect(page.locator("body")).to_contain_text(name)


def test_favourites_follow_into_the_account(start: Start) -> None:
    hands = start()
    page = hands.page
    page.goto("/solutions?scene=energy")
    name = page.locator("main h2 a, main h3 a").first.inner_text()
    hands.follow(button(page, re.compile("^收藏")))
    hands.follow(link(page, "收藏", within="header"))
    expect(page.locator("main")).to_contain_text(name)
    page.goto("/login")
    hands.follow(page.locator("form[action$='/demo-login'] button[value=enterprise]"))
    page.goto("/shortlists")
    expect(page.locator("main")).to_contain_text("收藏")
    favourites = link(page, re.compile("收藏")).first
    if favourites.count():
        hands.follow(favourites)
    expect(page.locator("main")).to_contain_text(name)
