"""Those who come to the site, each with a browser window of his own."""

from playwright.sync_api import Browser, BrowserContext, Page

WIDE, PHONE, NARROW = 1440, 390, 360


class Visitors:
    def __init__(self, address: str, browser: Browser) -> None:
        self.address, self.browser = address, browser
        self.contexts: list[BrowserContext] = []

    def come(self, *, role: str | None = None, width: int = WIDE, javascript: bool = True) -> Page:
        """A new window at the home page, logged in by the demo button of the role."""
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": width, "height": 900},
            locale="zh-CN",
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        self.contexts.append(context)
        page = context.new_page()
        if role:
            page.goto("/login")
            page.locator(f"form[action$='/demo-login'] button[value='{role}']").click()
            page.wait_for_load_state()
        else:
            page.goto("/")
        return page

    def leave(self) -> None:
        for context in self.contexts:
            context.close()
