"""Pictures of key pages at two widths into docs/screens: python scripts/take_screens.py http://127.0.0.1:8000"""

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
    ("11-assessment", "/assessments/2", "enterprise"),
    ("12-gap", "/assessments/2/gap", "enterprise"),
    ("13-bundle", "/demands/1/bundle", "enterprise"),
    ("14-basket", "/baskets/1", "enterprise"),
    ("15-quotation-sheet", "/sheets/1", "enterprise"),
    ("16-file", "/enterprises/1", "enterprise"),
    ("17-ranking-rules", "/ranking-rules", None),
    ("18-leads", "/leads", "provider"),
    ("19-insights", "/insights", "bureau_reviewer"),
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def take(browser: Browser, address: str, width: int, role: str | None) -> None:
    context = browser.new_context(base_url=address, viewport={"width": width, "height": 900}, locale="zh-CN")
    page = context.new_page()
    if role:
        page.goto("/login")
        page.locator(f"form[action$='/demo-login'] button[value='{role}']").click()
    for name, path, _ in (row for row in PAGES if row[2] == role):
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
            for role in {row[2]: None for row in PAGES}:
                take(browser, sys.argv[1], width, role)
        browser.close()


if __name__ == "__main__":
    main()
