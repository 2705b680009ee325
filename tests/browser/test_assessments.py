"""The form of an assessment as a browser with JavaScript works it: each answer is kept as it is given."""

import re

from playwright.sync_api import Page, expect

from tests.browser.visitors import PHONE, Visitors


def _draft(page: Page, *, place: int) -> str:
    """A new draft of the third party, for an enterprise of the list that no other test asks about."""
    page.goto("/assessments/new?q=安澜")
    page.locator("input[name=enterprise_id]").nth(place).check()
    page.get_by_role("button", name="开始填写").click()
    page.wait_for_url(re.compile(r"/assessments/\d+$"))
    return page.url


def _saved(page: Page, topic: str) -> None:
    expect(page.locator(f"#{topic}-state")).to_contain_text("已保存")


def test_answers_are_kept_as_they_are_given_and_found_again(visitors: Visitors) -> None:
    page = visitors.come(role="supervisor", width=PHONE)
    home = _draft(page, place=2)
    page.goto(f"{home}/parts/equipment")
    for option in "BC":
        page.locator(f"#Q1-{option}").check()
    page.locator("#Q1-A").check()
    assert not page.locator("#Q1-B").is_checked()  # 都没有 stands alone
    _saved(page, "Q1")
    page.locator("#Q2-machines").fill("40")
    page.locator("#Q2-digital_machines").fill("11")
    page.locator("#Q2-digital_machines").blur()
    expect(page.locator("#Q2-C")).to_be_checked()  # 27.5 %
    expect(page.locator("#Q3-machines")).to_have_value("40")
    page.locator("#Q2-E").check()
    expect(page.locator("#Q2-state")).to_contain_text("按填的数字应选C，您选了E")
    page.locator("#Q3-networked_machines").fill("五台")
    page.locator("#Q3-networked_machines").blur()
    expect(page.locator("#Q3-state")).to_contain_text("还没有保存")
    page.goto(home)
    expect(page.locator("main")).to_contain_text("2项，共31项")
    page.goto(f"{home}/parts/equipment")
    assert page.locator("#Q1-A").is_checked()
    assert page.locator("#Q2-E").is_checked()
    assert page.locator("#Q2-digital_machines").input_value() == "11"


def test_an_answer_that_does_not_reach_the_server_says_so(visitors: Visitors) -> None:
    page = visitors.come(role="supervisor")
    home = _draft(page, place=3)
    page.goto(f"{home}/parts/security")
    page.route("**/answers/*", lambda route: route.abort())
    page.locator("#Q6-B").check()
    expect(page.locator("#Q6-state")).to_contain_text("没有保存")
    page.unroute("**/answers/*")
    page.locator("#Q6-C").check()
    _saved(page, "Q6")
    expect(page.locator("#Q6-state")).not_to_contain_text("没有保存")
    page.reload()
    assert page.locator("#Q6-B").is_checked()
    assert page.locator("#Q6-C").is_checked()
