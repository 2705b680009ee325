"""The page of a reason to open the file: both passages, neutral words, and what somebody found."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask, render_template
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.risk_flags import RiskFlag, RiskKind
from marketplace.models.solutions import SolutionStatus
from marketplace.services import risk_flags
from marketplace.services.unit_of_work import writing
from tests.factories import Factory
from tests.harness import Browser

STORY = "收料员把送货单扫进来，系统对照采购单逐行打勾，少送的当场打电话，多送的先放待处理区，第二天由采购决定收不收。"


PLAN = {"name": "全厂", "model": "one_off", "amount": 300_000, "includes": "全部", "subsidy_category": "software"}


def flagged(make: Factory) -> RiskFlag:
    """Two providers say the same; the second one's flag."""
    for _ in range(2):
        solution = make.solution(status=SolutionStatus.DRAFT, price=None, coverage=())
        version = make.version(solution, description=f"<b>说明</b>{STORY}", summary=f"第{solution.id}款")
        with writing() as session:
            risk_flags.raise_for(session, solution, version)
    query = select(RiskFlag).where(RiskFlag.version_id == version.id)
    return db.session.scalars(query.where(RiskFlag.kind == RiskKind.SIMILAR_TEXT)).one()


def test_passages_stand_side_by_side_and_nothing_is_called_a_fault(client: Browser, make: Factory) -> None:
    flag = flagged(make)
    make.user(Role.EXPERT)
    page = client.log_in(Role.EXPERT).get(f"/risk-flags/{flag.id}")
    assert page.h1 == "建议开卷核查：文字相近"
    marked = [page.words(mark) for mark in page.all("mark")]
    assert len(marked) == 2
    assert marked[0] == marked[1]
    assert STORY.strip("。") in marked[0]
    assert "不是结论" in page.body
    assert "<b>说明" not in page.html
    for accusing in ("抄袭", "造假", "违规", "嫌疑"):
        assert accusing not in page.body


def test_a_reviewer_says_what_he_found(client: Browser, make: Factory) -> None:
    flag = flagged(make)
    make.user(Role.BUREAU_REVIEWER)
    client.log_in(Role.BUREAU_REVIEWER)
    address = f"/risk-flags/{flag.id}"
    client.get(address)
    refused = client.post(f"{address}/check", {"note": "看", "version": "1"}, status=422)
    assert "核查说明请写" in refused.get_data(as_text=True)
    client.post(f"{address}/check", {"note": "同一家上游厂商的手册", "version": "1"}, status=303)
    page = client.get(address)
    assert "同一家上游厂商的手册" in page.body
    assert not [form for form in page.all("form") if form.get("action", "").endswith("/check")]
    again = client.post(f"{address}/check", {"note": "再写一次看看", "version": "1"}, status=409)
    assert "已核查" in again.get_data(as_text=True)


def test_the_page_leads_back_to_the_submission(client: Browser, make: Factory) -> None:
    approval = make.approval(price_plans=[PLAN])
    flag = db.session.scalars(select(RiskFlag).where(RiskFlag.version_id == approval.version_id)).one()
    make.user(Role.SUPERVISOR)
    page = client.log_in(Role.SUPERVISOR).get(f"/risk-flags/{flag.id}")
    assert f"/approvals/{approval.id}" in [link.get("href", "") for link in page.all("a")]
    assert "恰为二级奖补上限" in page.body


def test_an_auditor_sees_no_form(client: Browser, make: Factory) -> None:
    flag = flagged(make)
    make.user(Role.AUDITOR)
    page = client.log_in(Role.AUDITOR).get(f"/risk-flags/{flag.id}")
    assert "还没有人核查" in page.body
    assert not [form for form in page.all("form") if "check" in form.get("action", "")]


@pytest.mark.parametrize("role", [Role.PROVIDER, Role.ENTERPRISE])
def test_a_competitor_or_a_customer_gets_403(client: Browser, make: Factory, role: Role) -> None:
    flag = flagged(make)
    make.user(role)
    client.log_in(role).get(f"/risk-flags/{flag.id}", status=403)


def test_the_include_says_that_nothing_was_found_or_what_and_where(app: Flask, make: Factory) -> None:
    flag = flagged(make)
    with app.test_request_context():
        shown = render_template("risk_flags/_flags.html", flags=risk_flags.of(flag.version_id))
        empty = render_template("risk_flags/_flags.html", flags=())
    assert f'href="/risk-flags/{flag.id}"' in shown
    assert "不是结论" in shown
    assert "没有发现需要开卷核查的地方" in empty


def test_the_page_asks_little(
    app: Flask,
    client: Browser,
    make: Factory,
    count_queries: Callable[[Flask], AbstractContextManager[list[str]]],
) -> None:
    flag = flagged(make)
    make.user(Role.SUPERVISOR)
    client.log_in(Role.SUPERVISOR).get(f"/risk-flags/{flag.id}")
    with count_queries(app) as statements:
        client.get(f"/risk-flags/{flag.id}")
    assert len(statements) <= 15, "\n".join(statements)
