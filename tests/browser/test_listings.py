"""A provider writes a listing by keyboard on a phone, answer by answer, up to its submission."""

import re

from playwright.sync_api import Page, expect

from tests import listing_answers
from tests.browser.hands import Keyboard
from tests.browser.visitors import PHONE, Visitors

CONTENT = listing_answers.complete()


def _saved(page: Page, question: str) -> None:
    expect(page.locator("form[data-pending]")).to_have_count(0)
    expect(page.locator(f"#{question}-state")).to_contain_text("已保存")


def _start(page: Page, hands: Keyboard, name: str) -> str:
    page.goto("/listings/new")
    hands.write(page.locator("#name-input"), name)
    hands.write(page.locator("#family-input"), CONTENT["family"])
    hands.tick(page.locator("#product_type-saas"))
    hands.follow(page.get_by_role("button", name="建草稿，开始填"))
    page.wait_for_url(re.compile(r"/listings/\d+$"))
    return page.url


def _write_rows(page: Page, hands: Keyboard, question: str, choices: tuple[str, ...]) -> None:
    """The rows of a section, each by the button that adds one; `choices` are the columns that are chosen."""
    for number, row in enumerate(CONTENT[question]):
        if not page.locator(f"#{question}-{number}").count():
            hands.open(page.get_by_role("button", name=re.compile("增加一行")))
        for column, value in row.items():
            field = page.locator(f"#{question}-{number}-{column}")
            if column in choices:
                field.select_option(str(value))
            else:
                hands.write(field, str(value))
    page.keyboard.press("Tab")
    _saved(page, question)


def test_a_listing_is_written_and_submitted_by_keyboard_on_a_phone(visitors: Visitors) -> None:
    page = visitors.come(role="provider", width=PHONE)
    hands = Keyboard(page)
    home = _start(page, hands, "来料检验通键盘版")
    page.goto(f"{home}/sections/basics")
    for question in ("summary", "description"):
        hands.write(page.locator(f"#{question}-input"), CONTENT[question])
        page.keyboard.press("Tab")
        _saved(page, question)
    page.goto(f"{home}/sections/audience")
    hands.tick(page.locator("#industries-modern_food"))
    hands.tick(page.locator("#sizes-small"))
    _saved(page, "sizes")
    page.goto(f"{home}/sections/coverage")
    _write_rows(page, hands, "coverage", ("scene", "level"))
    page.goto(f"{home}/sections/prices")
    _write_rows(page, hands, "price_plans", ("model", "subsidy_category"))
    page.goto(f"{home}/sections/delivery")
    hands.tick(page.locator("#deployments-saas"))
    hands.write(page.locator("#days_to_deploy-input"), "20")
    hands.write(page.locator("#interfaces-input"), CONTENT["interfaces"])
    page.keyboard.press("Tab")
    _saved(page, "interfaces")
    page.goto(f"{home}/sections/assurance")
    hands.tick(page.locator("#ownership-own"))
    hands.write(page.locator("#data_ownership-input"), CONTENT["data_ownership"])
    hands.write(page.locator("#security-input"), CONTENT["security"])
    page.keyboard.press("Tab")
    _saved(page, "security")
    page.goto(f"{home}/sections/contact")
    for question in ("service", "contact_name"):
        hands.write(page.locator(f"#{question}-input"), CONTENT[question])
    hands.write(page.locator("#contact_phone-input"), CONTENT["contact_phone"])
    # Pressed while the last field is still saving itself: neither of the two loses to the other.
    hands.follow(page.get_by_role("button", name="保存，回目录核对"))
    page.goto(f"{home}/check")
    expect(page.locator("main")).to_contain_text("报价在同类中的位置")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    hands.tick(page.locator("#is_declared"))
    hands.follow(page.get_by_role("button", name="提交评估"))
    expect(page.locator("main")).to_contain_text("正在评估")


def test_the_second_tab_is_told_beside_the_question_and_keeps_what_was_typed(visitors: Visitors) -> None:
    first = visitors.come(role="provider")
    home = _start(first, Keyboard(first), "两个页面同时写的产品")
    second = first.context.new_page()
    for page in (first, second):
        page.goto(f"{home}/sections/basics")
    for page in (first, second):
        page.locator("#summary-input").fill("把来料检验记录管起来" if page is first else "另一个页面写的介绍")
        page.locator("#summary-input").blur()
        expect(page.locator("#summary-state p")).to_have_count(1)
    _saved(first, "summary")
    expect(second.locator("#summary-state")).to_contain_text("刚在别的页面改过")
    expect(second.locator("#summary-input")).to_have_value("另一个页面写的介绍")
