"""axe-core finds nothing on any page that a role can open, wide and narrow, and no page scrolls sideways."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from marketplace.domain import actors, permissions
from marketplace.domain.permissions import Permission
from marketplace.models.accounts import Role
from marketplace.web import access
from tests.browser.visitors import NARROW, WIDE, Visitors

AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
NO_PAGES = re.compile(r"/file$|\.xlsx|\.pdf|\.json|/static/|/healthz|/status|/suggest")
# Reached by a link that somebody hands on: tests/pages look at them.
BY_LINK = {
    "joining.show",
    "password_resets.show",
    "registration.admission",
    "enterprises.check_import",
    "quotation_sheets.shared",
    "notifications.follow",  # leads on to what the message is about
    "prices.compare",  # the price of what is not on the shelf yet: its provider's and its reviewers' pages lead there
}
STARTS = (
    "/",
    "/solutions?q=zzzz&scene=quality",
    "/solutions?q=mes&scene=quality&scene=safety&sort=price",
    "/solutions?industry=nothing",
    "/compare?id=1&id=2&id=3&diff=1",
    "/login",
    "/account",
    "/register/enterprise",
    "/register/provider",
    "/nowhere",
)
# Behind a permission that several roles have, for a reason that the route alone does not know.
ENTERPRISE_ALONE = {"assessments.record"}  # an old result of one's own
WITH_CONSENT = {"assessments.part", "assessments.check"}  # a diagnosis; the third party walks the same pages
OWN_DIAGNOSIS = {"assessments.show", "assessments.print", "gaps.show"}  # a provider reads those that it made itself
OF_ANOTHER_COUNTY = {"evidence.show"}  # no enterprise of the demo officer's county has uploaded anything
# axe looks at a page wherever a role brings something new: at public pages without anybody and as an enterprise, at
# narrow ones for those who come by phone. Everything else is opened and measured.
SEES_PUBLIC = (None, Role.ENTERPRISE)
BY_PHONE = (None, Role.ENTERPRISE, Role.PROVIDER)
SEES_RUNS = (Role.ENTERPRISE, Role.BUREAU_REVIEWER, Role.BUREAU_LEADER, Role.AUDITOR)
FITS_WEIGHTS = (Role.BUREAU_REVIEWER, Role.BUREAU_LEADER)
# Things of the demo city in a state that has a page of its own, where the walk would stop at another of the kind.
JUDGED = ("/approvals/1", "/listings/134/versions/2")
RUN_CALLS = ("/calls/3", "/calls/3/panel", "/calls/6")
IN_STATES: dict[Role, tuple[str, ...]] = {
    Role.PROVIDER: (
        "/listings/219", "/listings/134/versions/2", "/listings/134/withdraw", "/approvals/144",
        "/consortia/1/change", "/calls/3", "/calls/5/response",
    ),
    Role.BUREAU_REVIEWER: (*JUDGED, *RUN_CALLS),
    Role.BUREAU_LEADER: (*JUDGED, *RUN_CALLS),
    Role.SUPERVISOR: JUDGED,
    Role.EXPERT: JUDGED,
    Role.AUDITOR: (*JUDGED, "/approvals/agreement?quarter=2026-3"),
}  # fmt: skip
RUN = "axe.run(document, {resultTypes: ['violations']})"


def _endpoint(app: Flask, path: str) -> str | None:
    try:
        return str(app.url_map.bind("").match(path)[0])
    except (HTTPException, RequestRedirect):
        return None


def _expected(app: Flask, role: str | None) -> set[str]:
    """All pages that the role may open, by what the routes declare."""
    found = set()
    for rule in app.url_map.iter_rules():
        declared = access.declared(app, rule.endpoint)
        if "GET" not in (rule.methods or ()) or NO_PAGES.search(rule.rule):
            continue
        if declared == access.PUBLIC or (role and _may(Role(role), str(declared))):
            found.add(rule.endpoint)
    if role != Role.ENTERPRISE:
        found -= ENTERPRISE_ALONE
    if role in (Role.PROVIDER, Role.EXPERT):
        found -= WITH_CONSENT
    if role == Role.PROVIDER:
        found -= OWN_DIAGNOSIS
    if role == Role.COUNTY_OFFICER:
        found -= OF_ANOTHER_COUNTY
    return found - BY_LINK


def _may(role: Role, permission: str) -> bool:
    rules = permissions.RULES[Permission(permission)]
    return any(role in one.roles and one.condition is not actors.is_the_platform for one in rules)


class Inspector:
    """Walks all links from a few starts, one address of each kind, and looks at each page."""

    def __init__(self, app: Flask, page: Page, *, role: str | None, width: int) -> None:
        self.app, self.page = app, page
        self.axe = AXE.read_text(encoding="utf-8")
        self.has_axe = width == WIDE or role in BY_PHONE
        self.has_axe_on_public = self.has_axe and role in SEES_PUBLIC
        self.seen: set[str] = set()
        self.endpoints: set[str] = set()
        self.faults: list[str] = []

    def walk(self, *more: str) -> None:
        waiting = [link for address in (*STARTS, *more) for link in self._look(address)]
        while waiting:
            address = waiting.pop(0)
            if self._kind(address) not in self.seen:
                waiting += self._look(address)

    @staticmethod
    def _kind(address: str) -> str:
        return re.sub(r"\d+", "#", urlsplit(address).path)

    def _violations(self, endpoint: str | None) -> list[dict[str, Any]]:
        is_public = endpoint is None or access.declared(self.app, endpoint) == access.PUBLIC
        if not (self.has_axe_on_public if is_public else self.has_axe):
            return []
        self.page.evaluate(self.axe)
        found: list[dict[str, Any]] = self.page.evaluate(RUN)["violations"]
        return found

    def _look(self, address: str) -> list[str]:
        self.seen.add(self._kind(address))
        self.page.goto(address)
        endpoint = _endpoint(self.app, urlsplit(self.page.url).path)
        if endpoint:
            self.endpoints.add(endpoint)
        for violation in self._violations(endpoint):
            nodes = [node["html"][:160] for node in violation["nodes"][:2]]
            self.faults.append(f"{address}: {violation['id']} {nodes}")
        width = self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        if width[0] > width[1]:
            self.faults.append(f"{address}: {width[0]} px wide on {width[1]}")
        links = self.page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
        return [link for link in links if link.startswith("/") and not NO_PAGES.search(link)]


def _own_work(page: Page) -> list[str]:
    """A draft and a shortlist of the enterprise, which other pages of the same kind would hide from the walk."""
    page.goto("/demands/new")
    page.get_by_label("清单名称").fill("走查用草稿")
    page.get_by_role("button", name="存为草稿").click()
    page.wait_for_url(re.compile(r"/demands/\d+"))
    draft = re.search(r"/demands/\d+", page.url)
    assert draft
    page.goto("/demands/1/ranking")
    page.locator("input[name=solution_id]:not([disabled])").first.check()
    page.locator("main").get_by_role("button", name="加入候选名单").click()
    page.goto("/demands/1/ranking")
    shortlist = page.locator("main").get_by_role("link", name="候选名单").first.get_attribute("href")
    assert shortlist
    page.goto("/baskets/1")
    page.locator("main a[href^='/sheets/']").first.click()
    shared = page.locator("main a[href*='/q/']").first.get_attribute("href")
    assert shared
    here = ["/demands/1", "/demands/1/leads", "/demands/1/runs", urlsplit(shared).path]
    return [draft[0], f"{draft[0]}/check", shortlist, *here]


def _kept_run(firm: Page) -> str:
    """A ranking that the enterprise keeps, and that the bureau may read too."""
    firm.goto("/demands/1/ranking")
    save = firm.get_by_role("button", name="保存这次结果")
    if save.count():  # an earlier walk may have kept the very same
        save.click()
        firm.wait_for_url(re.compile(r"/runs/\d+"))
    firm.goto("/demands/1/runs")
    kept = firm.locator("main a[href^='/runs/']").first.get_attribute("href")
    assert kept
    return kept


def _fitted_weights(page: Page) -> str:
    page.goto("/weights")
    page.locator("main input[name=name]").fill("走查用方案")
    page.get_by_role("button", name=re.compile("拟合")).first.click()
    page.wait_for_url(re.compile(r"/weights/\d+"))
    return urlsplit(page.url).path


def _assessments(page: Page) -> list[str]:
    """A draft of one's own, which would hide a finished one from the walk, and the other way round."""
    page.goto("/assessments")
    finished = page.locator("main tr", has_text="已完成").get_by_role("link").first.get_attribute("href")
    page.goto("/assessments/new?q=安澜")
    for enterprise in page.locator("input[name=enterprise_id]").all()[:1]:
        enterprise.check()
    page.get_by_role("button", name="开始填写").click()
    page.wait_for_url(re.compile(r"/assessments/\d+$"))
    draft = urlsplit(page.url).path
    assert finished
    return [draft, f"{draft}/parts/equipment", f"{draft}/parts/production", f"{draft}/check", finished]


def _let_in(page: Page, firm: Page) -> list[str]:
    """The file of an enterprise that lets the visitor in, opened on record."""
    page.goto("/account")
    organisation = page.locator(".sz-lead").first.inner_text().split("，")[0]
    firm.goto("/access-grants/new?purpose=review")
    firm.get_by_label("授权给").select_option(label=organisation)
    firm.get_by_label("说明").fill("走查")
    firm.get_by_role("button", name="授权", exact=True).click()
    firm.wait_for_url("**/access-grants")
    page.goto("/files-open-to-me")
    page.get_by_role("button", name="打开档案").first.click()
    page.wait_for_url(re.compile(r"/enterprises/\d+"))
    return [urlsplit(page.url).path]


def _provider_work(page: Page) -> list[str]:
    """A consortium that is being formed and an application to the pool, which the demo provider has not."""
    page.goto("/consortia")
    forming = page.locator("main").get_by_role("link", name="走查联合体").first
    if forming.count():  # an earlier walk has founded it
        forming.click()
    else:
        page.goto("/consortia/new")
        page.get_by_label("联合体名称").fill("走查联合体")
        page.locator("select[name=industry]").select_option(index=0)
        page.get_by_label("组建目的和分工").fill("走查页面用：一家管质量，一家管设备，分场景合作")
        page.get_by_label("本单位的工作份额").fill("60")
        page.locator("input[name=scenes]").first.check()
        page.get_by_role("button", name="发起").click()
    page.wait_for_url(re.compile(r"/consortia/\d+$"))
    consortium = urlsplit(page.url).path
    page.goto("/pool-applications")
    begin = page.get_by_role("button", name="换类别，另报一份")
    if begin.count():
        begin.click()
    else:
        page.locator("main table").get_by_role("link").first.click()
    page.wait_for_url(re.compile(r"/pool-applications/\d+"))
    application = urlsplit(page.url).path
    return [consortium, f"{consortium}/submit", application, f"{application}/check"]


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("role", [None, *Role])
def test_every_page_of_every_role_is_accessible_and_fits(
    visitors: Visitors, routes: Flask, role: str | None, width: int
) -> None:
    page = visitors.come(role=role, width=width)
    inspector = Inspector(routes, page, role=role, width=width)
    own = _own_work(page) if role == Role.ENTERPRISE else []
    own += [_kept_run(visitors.come(role=Role.ENTERPRISE))] if role in SEES_RUNS else []
    own += [_fitted_weights(page)] if role in FITS_WEIGHTS else []
    own += _assessments(page) if role in (Role.ENTERPRISE, Role.SUPERVISOR) else []
    if role in (Role.PROVIDER, Role.EXPERT):
        own += _let_in(page, visitors.come(role=Role.ENTERPRISE))
    own += _provider_work(page) if role == Role.PROVIDER else []
    inspector.walk(*own, *(IN_STATES.get(Role(role), ()) if role else ()))
    assert not inspector.faults, "\n".join(inspector.faults)
    missed = _expected(routes, role) - inspector.endpoints
    assert not missed, f"no link leads to {sorted(missed)}"
