"""The first day of a new enterprise: from registration over its level and gap to a printed quotation sheet.

Once on a phone, once at a desk with JavaScript off.
"""

import itertools
import re
import time

import pytest
from playwright.sync_api import Page, expect

from marketplace.domain import assessments, credit_codes
from tests.browser.hands import Mouse
from tests.browser.test_journeys import button, link
from tests.browser.visitors import PHONE, WIDE, Visitors

FIGURES = {"machines": "40", "digital_machines": "12", "networked_machines": "6"}
CHOSEN = {  # 34.6 points: level 1, with something to gain without buying anything
    "Q1": "BC", "Q4": "GHM", "Q5": "C", "Q6": "BC", "Q7": "B", "Q8": "D", "Q9": "B", "Q10": "BD", "Q11": "A",
    "Q12": "B", "Q13": "B", "Q14": "C", "Q15": "B",
}  # fmt: skip
LEVELS = {"production_control": 2, "finance": 2, "human_resources": 2, "decision_support": 0}  # the others are at 1
numbers = itertools.count(int(time.time()) % 900_000)


@pytest.fixture(params=["on a phone", "JavaScript off"])
def page(request: pytest.FixtureRequest, visitors: Visitors) -> Page:
    is_phone = request.param == "on a phone"
    return visitors.come(width=PHONE if is_phone else WIDE, javascript=is_phone)


def test_from_registration_to_a_quotation_sheet(page: Page) -> None:
    hands = Mouse(page)
    register(hands)
    result = assess(hands)
    demand = accept_the_checklist(hands, result)
    look_at_the_ranking(hands, demand)
    quote(hands, demand)


def register(hands: Mouse) -> None:
    page, number = hands.page, next(numbers)
    page.goto("/register/enterprise")
    code = credit_codes.make(category="91", region="519900", first_eight=f"FD{number:06d}")
    hands.write(page.get_by_label("单位全称"), f"安澜首日{number}食品有限公司")
    hands.write(page.get_by_label("统一社会信用代码"), code)
    hands.choose(page.get_by_label("所在县"), "经开区")
    hands.choose(page.get_by_label("试点行业"), "现代食品制造")
    hands.write(page.get_by_label("姓名"), "测试经办")
    hands.write(page.get_by_label("账号"), f"first{number}@example.test")
    for field in (0, 1):
        hands.write(page.locator("input[type=password]").nth(field), "long-enough-2026")
    hands.tick(page.locator("input[type=checkbox][name$=is_agreed]"))
    hands.follow(button(page, "注册"))


def assess(hands: Mouse) -> str:
    """Every part of the form in turn; returns the address of the result."""
    page = hands.page
    page.goto("/assessments/new")
    hands.follow(button(page, "开始填写"))
    address = re.sub(r"[?#].*", "", page.url)
    hands.follow(link(page, next(iter(assessments.PARTS.values())).name))
    for part in assessments.PARTS.values():
        expect(page.locator("h1")).to_have_text(part.name)
        for field, value in FIGURES.items():
            for box in page.locator(f"input[data-figure={field}]").all():
                box.fill(value)
        for item in part.items:
            for option in CHOSEN.get(item, ""):
                hands.tick(page.locator(f"#{item}-{option}"))
        for scene in part.scenes:
            hands.tick(page.locator(f"#{scene}-{LEVELS.get(scene, 1)}"))
        hands.follow(button(page, re.compile("^保存，")))
    page.goto(f"{address}/check")
    hands.follow(button(page, "确认提交，看结果"))
    main = page.locator("main")
    expect(main).to_contain_text("一级")
    expect(main).to_contain_text("不作为奖补依据")
    return address


def accept_the_checklist(hands: Mouse, result: str) -> str:
    """The gap becomes a checklist, which is published; returns its address."""
    page = hands.page
    page.goto(result)
    hands.follow(link(page, re.compile("看差距")))
    expect(page.locator("h1")).to_contain_text("二级")
    expect(page.locator("main")).to_contain_text("不买产品就能补的分")
    hands.follow(button(page, re.compile("生成需求清单")))
    address = re.sub(r"[?#].*", "", page.url)
    hands.follow(link(page, re.compile("预算")))
    hands.tick(page.locator("input[name=is_budget_open]"))
    hands.tick(page.locator("input[name=is_deadline_open]"))
    hands.tick(page.locator("input[name=is_deployment_open]"))
    hands.follow(button(page, "保存"))
    page.goto(f"{address}/check")
    hands.follow(button(page, "确认发布"))
    expect(page.locator("main")).to_contain_text("已发布")
    return address


def look_at_the_ranking(hands: Mouse, demand: str) -> None:
    page = hands.page
    page.goto(f"{demand}/ranking")
    expect(page.locator("main")).to_contain_text("满足")
    hands.follow(link(page, re.compile("按服务商看")))
    expect(page.locator("main a[href^='/providers/']").first).to_be_visible()


def quote(hands: Mouse, demand: str) -> None:
    """A proven bundle, put into a basket, edited, quoted and shared."""
    page = hands.page
    page.goto(f"{demand}/bundle")
    main = page.locator("main")
    expect(main).to_contain_text("已证明")
    hands.follow(button(page, "存成组合方案"))
    expect(main).to_contain_text("谁出多少钱")
    discount = page.locator("input[name^=discount-]").first
    hands.write(discount, "100")
    hands.follow(page.locator("main").get_by_role("button", name="保存", exact=True))
    expect(main).to_contain_text("100元")
    hands.open(main.locator("summary", has_text="生成报价单"))
    hands.follow(button(page, "生成"))
    expect(main).to_contain_text("报价单")
    hands.follow(link(page, re.compile("打印")))
    expect(page.locator("body")).to_contain_text("元整")
