"""Browsers side by side take a listing from draft over a return to the shelf: provider, two reviewers, supervisor."""

import re
import time

from playwright.sync_api import Page, expect

from tests import listing_answers
from tests.browser.hands import Mouse
from tests.browser.test_journeys import button, link
from tests.browser.visitors import Visitors

CONTENT = listing_answers.complete()
SECTIONS = ("basics", "audience", "coverage", "prices", "delivery", "cases", "assurance", "contact")
SEARCH_SECONDS = 5  # from the supervisor's decision until everybody finds it


def test_a_listing_goes_from_draft_over_a_return_to_the_shelf(visitors: Visitors) -> None:
    name = f"复审通{int(time.time()) % 100_000}"
    provider = visitors.come(role="provider", javascript=False)
    expert, reviewer, supervisor = (visitors.come(role=role) for role in ("expert", "bureau_reviewer", "supervisor"))
    anybody = visitors.come()
    home = write(provider, name)
    submit(provider, home)
    approval = open_submission(expert, name)
    claim(expert, approval, "技术可行性")
    judge(expert, "通过")
    assert_blind(reviewer, approval)
    claim(reviewer, approval, "价格合理性")
    judge(reviewer, "退回修改", note=("summary", "请写明适用哪类来料，企业看不出差别。"))
    mend(provider, home, "只管外购件和原辅料的来料检验")
    for page in (expert, reviewer):
        page.goto(approval)
        expect(page.locator("#changes")).to_contain_text("只管外购件和原辅料的来料检验")
        judge(page, "通过")
    assert not is_found(anybody, name), "on the shelf before the supervisor has looked"
    claim(supervisor, approval, "监理复审")
    judge(supervisor, "通过")
    decided = time.monotonic()
    while not is_found(anybody, name):
        assert time.monotonic() - decided < SEARCH_SECONDS
    provider.goto("/notifications")
    expect(provider.locator("main")).to_contain_text(name)


def write(page: Page, name: str) -> str:
    """All sections without JavaScript, each saved by its button."""
    hands = Mouse(page)
    page.goto("/listings/new")
    hands.write(page.locator("#name-input"), name)
    hands.write(page.locator("#family-input"), CONTENT["family"])
    hands.tick(page.locator(f"#product_type-{CONTENT['product_type']}"))
    hands.follow(button(page, "建草稿，开始填"))
    home = page.url
    for section in SECTIONS:
        page.goto(f"{home}/sections/{section}")
        for question, value in CONTENT.items():
            answer(hands, question, value)
        hands.follow(button(page, re.compile("^保存，")))
    return home


def answer(hands: Mouse, question: str, value: object) -> None:
    """The question's fields on this page, whatever its type; a question of another section has none here."""
    if question == "name":
        return
    if isinstance(value, list) and isinstance(value[0], dict):
        for number, row in enumerate(value):
            for column, cell in row.items():
                fill(hands, f"#{question}-{number}-{column}", cell)
        return
    fill(hands, f"#{question}-input", value)
    for one in value if isinstance(value, list) else [value]:
        if hands.page.locator(f"input#{question}-{one}").count():
            hands.tick(hands.page.locator(f"input#{question}-{one}"))


def fill(hands: Mouse, place: str, value: object) -> None:
    field = hands.page.locator(place)
    if not field.count():
        return
    text = "、".join(value) if isinstance(value, list) else str(value)
    if field.evaluate("field => field.tagName") == "SELECT":
        field.select_option(text)
    else:
        hands.write(field, text)


def submit(page: Page, home: str) -> None:
    hands = Mouse(page)
    page.goto(f"{home}/check")
    hands.tick(page.locator("#is_declared"))
    hands.follow(button(page, "提交评估"))
    expect(page.locator("main")).to_contain_text("正在评估")


def open_submission(page: Page, name: str) -> str:
    hands = Mouse(page)
    page.goto("/approvals?tab=all&sort=due")
    while not page.get_by_role("link", name=name).count():
        hands.follow(link(page, re.compile("下一页")))
    hands.follow(link(page, name))
    return page.url


def claim(page: Page, approval: str, seat: str) -> None:
    page.goto(approval)
    Mouse(page).follow(button(page, f"认领{seat}"))
    expect(page.locator("main")).to_contain_text("已认领")


def assert_blind(page: Page, approval: str) -> None:
    page.goto(approval)
    expect(page.locator("main")).not_to_contain_text("评估意见")


def judge(page: Page, verdict: str, *, note: tuple[str, str] | None = None) -> None:
    """Every line of the checklist as met, the notes, the verdict, and the confirmation."""
    hands = Mouse(page)
    for box in page.locator("#checklist input[value=met], #checklist input[type=checkbox]").all():
        hands.tick(box)
    if note:
        place, text = note
        page.locator(f"#answer-{place} summary").click()
        hands.write(page.locator(f"#answer-{place} textarea"), text)
    hands.tick(page.get_by_role("radio", name=verdict, exact=True))
    page.locator(".sz-sticky summary").click()
    hands.follow(button(page, "确定提交"))
    expect(page.locator("main")).to_contain_text("意见已提交")


def mend(page: Page, home: str, summary: str) -> None:
    """Only what has a note may be changed; the reviewers are the same."""
    hands = Mouse(page)
    page.goto(home)
    expect(page.locator("main")).to_contain_text("企业看不出差别")
    page.goto(f"{home}/sections/basics")
    expect(page.locator("#description-input")).to_have_count(0)
    hands.write(page.locator("#summary-input"), summary)
    hands.follow(button(page, re.compile("^保存，")))
    submit(page, home)


def is_found(page: Page, name: str) -> bool:
    page.goto(f"/solutions?q={name}")
    return page.locator("main").get_by_role("link", name=name, exact=True).count() > 0
