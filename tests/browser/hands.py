"""Two ways to use a page: by keyboard alone, or by mouse with JavaScript off. A journey is written once for both."""

from typing import Protocol

from playwright.sync_api import Locator, Page

FURTHEST = 600  # Tab presses; further away than that is a page that nobody can use by keyboard


class Hands(Protocol):
    page: Page

    def follow(self, target: Locator) -> None:
        """Activate a link or a button, and wait for the page that comes."""

    def open(self, target: Locator) -> None:
        """Activate what changes the page in place: a menu, a button of a script."""

    def write(self, field: Locator, text: str) -> None:
        """Put the text into the field in place of what stands there."""

    def tick(self, box: Locator) -> None:
        """Tick a box or choose a radio button."""

    def choose(self, field: Locator, label: str) -> None:
        """Choose an option by its label."""


class Mouse:
    def __init__(self, page: Page) -> None:
        self.page = page

    def follow(self, target: Locator) -> None:
        target.first.click()
        self.page.wait_for_load_state()

    def open(self, target: Locator) -> None:
        target.first.click()

    def write(self, field: Locator, text: str) -> None:
        field.first.fill(text)

    def tick(self, box: Locator) -> None:
        box.first.check()

    def choose(self, field: Locator, label: str) -> None:
        field.first.select_option(label=label)


class Keyboard:
    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, target: Locator) -> None:
        """Tab until the target has the focus."""
        wanted = target.first.element_handle()
        for _ in range(FURTHEST):
            if self.page.evaluate("wanted => document.activeElement === wanted", wanted):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{target} cannot be reached by Tab")

    def follow(self, target: Locator) -> None:
        self.reach(target)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.page.wait_for_load_state()

    def open(self, target: Locator) -> None:
        self.reach(target)
        self.page.keyboard.press("Enter")

    def write(self, field: Locator, text: str) -> None:
        self.reach(field)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def tick(self, box: Locator) -> None:
        self.reach(box)
        if not box.first.is_checked():
            self.page.keyboard.press("Space")
        assert box.first.is_checked()

    def choose(self, field: Locator, label: str) -> None:
        self.reach(field)
        options = field.first.locator("option").all_text_contents()
        self.page.keyboard.press("Home")
        for _ in range([option.strip() for option in options].index(label)):
            self.page.keyboard.press("ArrowDown")
        chosen = field.first.evaluate("field => field.selectedOptions[0].textContent.trim()")
        assert chosen == label, f"{chosen} instead of {label}"
