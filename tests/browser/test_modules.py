"""What JavaScript adds: suggestions by keyboard, counts that follow, the remainder of weights, larger type."""

from playwright.sync_api import expect

from tests.browser.visitors import PHONE, Visitors


def test_suggestions_are_chosen_by_keyboard(visitors: Visitors) -> None:
    page = visitors.come()
    box = page.locator("main input[name=q]")
    box.press_sequentially("ckgl", delay=20)
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    assert box.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant")
    page.keyboard.press("Escape")
    expect(options.first).to_be_hidden()
    box.press_sequentially("x")
    page.keyboard.press("Enter")
    page.wait_for_url("**/solutions?**")


def test_a_facet_narrows_without_leaving_the_page_and_says_the_new_total(visitors: Visitors) -> None:
    page = visitors.come()
    page.goto("/solutions")
    total = page.locator("[data-total]")
    before = total.inner_text()
    box = page.locator("input[name=scene][value=safety]")
    box.check()
    page.wait_for_url("**scene=safety**")
    expect(total).not_to_have_text(before)
    expect(page.get_by_role("status").filter(has_text=total.inner_text()).first).to_be_attached()
    expect(box).to_be_focused()
    page.go_back()
    expect(page.locator("input[name=scene][value=safety]")).not_to_be_checked()


def test_the_remainder_of_the_weights_is_shown_while_typing(visitors: Visitors) -> None:
    page = visitors.come(role="enterprise", width=PHONE)
    page.goto("/demands/new")
    page.get_by_label("清单名称").fill("权重余数")
    page.get_by_role("button", name="存为草稿").click()
    page.get_by_role("link", name="需求明细").click()
    page.locator("#lines-0-weight").fill("35")
    expect(page.locator("[data-weights-remainder]")).to_contain_text("还差 65")


def test_larger_type_stays_from_page_to_page(visitors: Visitors) -> None:
    page = visitors.come()
    size = page.locator("body").evaluate("body => parseFloat(getComputedStyle(body).fontSize)")
    page.get_by_role("button", name="关怀版").click()
    page.goto("/providers")
    larger = page.locator("body").evaluate("body => parseFloat(getComputedStyle(body).fontSize)")
    assert larger >= 1.2 * size


def test_nothing_is_fetched_from_elsewhere_and_nothing_breaks_the_policy(visitors: Visitors) -> None:
    page = visitors.come()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda sent: complaints.append(sent.url) if not sent.url.startswith(visitors.address) else None)
    for path in ("/", "/solutions", "/solutions/1", "/compare?id=1&id=2", "/progress", "/login"):
        page.goto(path)
    assert complaints == []
