"""Pictures of ten key pages at two widths into docs/screens: python scripts/take_screens.py http://127.0.0.1:8000"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

FOLDER = Path(__file__).parents[1] / "docs" / "screens"
WIDTHS = (1440, 390)
HIGHEST = 2200
PAGES = (  # name, address, role
    ("01-home", "/", None),
    ("02-shelf", "/solutions?industry=modern_food&scene=quality", None),
    ("03-search", "/solutions?q=仓库盘点", None),
    ("04-solution", "/solutions/101", None),
    ("05-compare", "/compare?id=101&id=102&id=103", None),
    ("06-provider", "/providers/1", None),
    ("07-bundle", "/bundles/1", None),
    ("08-progress", "/progress", None),
    ("09-demand", "/demands/1", "enterprise"),
    ("10-ranking", "/demands/1/ranking", "enterprise"),
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def take(browser: Browser, address: str, width: int) -> None:
    context = browser.new_context(base_url=address, viewport={"width": width, "height": 900}, locale="zh-CN")
    page = context.new_page()
    for name, path, role in sorted(PAGES, key=lambda row: row[2] is not None):
        if role and not page.url.endswith("/demands/1"):
            page.goto("/login")
            page.locator(f"form[action$='/demo-login'] button[value='{role}']").click()
        page.goto(path)
        height = page.evaluate("document.documentElement.scrollHeight")
        clip = {"x": 0, "y": 0, "width": width, "height": min(height, HIGHEST)}
        page.screenshot(path=FOLDER / f"{name}-{width}.jpg", type="jpeg", quality=72, full_page=True, clip=clip)
    context.close()


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for width in WIDTHS:
            take(browser, sys.argv[1], width)
        browser.close()


if __name__ == "__main__":
    main()
